//! Reads the log of changes: turns ids into events, with the text of the row as it is now. If the row is gone, there is
//! no event.

use crate::{
    agents,
    auth_agent::AuthAgent,
    contacts,
    conversations::{self, Unread},
    db::{Db, head, int},
    error::Result,
    messages, note_storage, page,
    sql::{Connection, Row, malformed, sql},
};
use serde_json::Value;
use wire::{Event, EventKind, OrgId, Position, ResetReason, Seq};

/// How many lines are read at once, unless they have more than [`BATCH_BYTES`].
pub(crate) const BATCH: u32 = 100;
/// About how much is read at once, in bytes of JSON.
const BATCH_BYTES: usize = 256 * 1024;
/// What a line needs without an event.
const LINE_BYTES: usize = 100;

/// A line of the log. `event`: `None` when the row it refers to is gone.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) seq: Seq,
    pub(crate) event: Option<Logged>,
}

/// An event with its data as JSON, for every agent of the organization.
#[derive(Debug)]
pub(crate) struct Logged {
    name: &'static str,
    data: Value,
    /// For whom the conversation in the data is unread.
    unread: Option<Unread>,
    bytes: usize,
}

impl Logged {
    fn new(event: &Event, unread: Option<Unread>) -> Self {
        let data = event.data();
        Self { name: event.name(), bytes: page::json_bytes(&data), data, unread }
    }
}

impl Line {
    /// The event's name and data, as this agent sees them.
    pub(crate) fn seen_by(&self, agent: &AuthAgent) -> Option<(&'static str, Value)> {
        let event = self.event.as_ref()?;
        let mut data = event.data.clone();
        if let Some(unread) = &event.unread {
            data["conversation"]["unread"] = unread.by(agent).into();
        }
        Some((event.name, data))
    }

    /// About how much memory the line takes.
    pub(crate) fn bytes(&self) -> usize {
        LINE_BYTES + self.event.as_ref().map_or(0, |event| event.bytes)
    }

    /// The note whose text the event has.
    pub(crate) fn note(&self) -> Option<&str> {
        self.event.as_ref()?.data["note"]["id"].as_str()
    }

    /// Whether the event says that everything of a contact is gone.
    pub(crate) fn is_erasure(&self) -> bool {
        self.event.as_ref().is_some_and(|event| event.name == EventKind::ContactErased.into_str())
    }

    /// The note that the event says is deleted.
    pub(crate) fn deleted_note(&self) -> Option<&str> {
        self.event.as_ref()?.data["note_id"].as_str()
    }
}

const SELECT_AFTER: &str = "SELECT seq, kind, subject_id, parent_id, actor_id FROM event \
    WHERE org_id = $1 AND seq > $2 ORDER BY seq LIMIT $3";

/// The lines after a position, oldest first: at most `limit`, and fewer where they are long.
pub(crate) async fn after(reading: &mut Connection, org: OrgId, seq: Seq, limit: u32) -> Result<Vec<Line>> {
    let rows = sql(SELECT_AFTER).bind(org.to_string()).bind(int(seq)).bind(limit).fetch_all(&mut *reading).await?;
    let (mut lines, mut bytes) = (Vec::with_capacity(rows.len()), 0);
    for row in &rows {
        let line = Line { seq: row.seq("seq")?, event: event(reading, org, row).await? };
        bytes += line.bytes();
        lines.push(line);
        if bytes >= BATCH_BYTES {
            break;
        }
    }
    Ok(lines)
}

/// Checks that the log still has everything after a position. Returns the `seq` to continue from, or the reason for a
/// reset.
pub(crate) async fn resume(
    db: &Db,
    reading: &mut Connection,
    org: OrgId,
    from: &Position,
) -> Result<Result<Seq, ResetReason>> {
    if from.epoch != db.epoch_of(reading) {
        return Ok(Err(ResetReason::OtherEpoch));
    }
    let head = head(reading, org).await?;
    if from.seq > head {
        return Ok(Err(ResetReason::AheadOfHead));
    }
    let oldest = sql("SELECT seq FROM event WHERE org_id = $1 ORDER BY seq LIMIT 1")
        .bind(org.to_string())
        .fetch_optional(reading)
        .await?;
    // With an empty log, only a client at the head has missed nothing.
    let oldest = oldest.map_or(Ok(head + 1), |row| row.seq("seq"))?;
    Ok(if from.seq + 1 < oldest { Err(ResetReason::TooOld) } else { Ok(from.seq) })
}

async fn event(reading: &mut Connection, org: OrgId, row: &Row) -> Result<Option<Logged>> {
    let seq = row.seq("seq")?;
    let actor = match row.id_or_none("actor_id")? {
        Some(actor) => agents::named(&mut *reading, org, actor).await?,
        None => None,
    };
    let by = actor.clone().ok_or_else(|| malformed("actor_id"));
    let event = match row.word("kind")? {
        EventKind::ContactNoteAdded => {
            let (note, actor) = (note_storage::find(reading, org, row.id("subject_id")?).await?, by?);
            note.map(|note| Event::ContactNoteAdded { note, actor, seq })
        }
        EventKind::ContactNoteRestored => {
            let (note, actor) = (note_storage::find(reading, org, row.id("subject_id")?).await?, by?);
            note.map(|note| Event::ContactNoteRestored { note, actor, seq })
        }
        EventKind::ContactNoteDeleted => {
            let (note_id, contact_id, actor) = (row.id("subject_id")?, row.id("parent_id")?, by?);
            Some(Event::ContactNoteDeleted { note_id, contact_id, actor, seq })
        }
        EventKind::ConversationNoteAdded => {
            let (note, actor) = (note_storage::find(reading, org, row.id("subject_id")?).await?, by?);
            note.map(|note| Event::ConversationNoteAdded { note, actor, seq })
        }
        EventKind::ConversationNoteRestored => {
            let (note, actor) = (note_storage::find(reading, org, row.id("subject_id")?).await?, by?);
            note.map(|note| Event::ConversationNoteRestored { note, actor, seq })
        }
        EventKind::ConversationNoteDeleted => {
            let (note_id, conversation_id, actor) = (row.id("subject_id")?, row.id("parent_id")?, by?);
            Some(Event::ConversationNoteDeleted { note_id, conversation_id, actor, seq })
        }
        EventKind::MessageAdded => {
            let message = messages::one(reading, org, row.id("subject_id")?).await?;
            message.map(|message| Event::MessageAdded { message, actor, seq })
        }
        EventKind::ConversationChanged => {
            let found = conversations::with_unread(reading, org, row.id("subject_id")?).await?;
            let changed = |(conversation, unread)| {
                Logged::new(&Event::ConversationChanged { conversation, actor, seq }, Some(unread))
            };
            return Ok(found.map(changed));
        }
        EventKind::ContactChanged => {
            let contact = contacts::one(reading, org, row.id("subject_id")?).await?;
            contact.map(|contact| Event::ContactChanged { contact, actor, seq })
        }
        EventKind::ContactErased => Some(Event::ContactErased { contact_id: row.id("subject_id")?, actor, seq }),
        EventKind::ContactMerged => {
            let (contact_id, into_id) = (row.id("subject_id")?, row.id("parent_id")?);
            Some(Event::ContactMerged { contact_id, into_id, actor, seq })
        }
        EventKind::ContactMergeUndone => {
            let (contact_id, into_id) = (row.id("subject_id")?, row.id("parent_id")?);
            Some(Event::ContactMergeUndone { contact_id, into_id, actor, seq })
        }
        EventKind::AgentChanged => {
            let agent = agents::one(reading, org, row.id("subject_id")?).await?;
            agent.map(|agent| Event::AgentChanged { agent, actor, seq })
        }
    };
    Ok(event.map(|event| Logged::new(&event, None)))
}
