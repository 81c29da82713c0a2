//! Reads the log of changes: turns ids into events, with the text of the row as it is now. If the row is gone, there is
//! no event.

use crate::{
    agents,
    auth_agent::AuthAgent,
    contacts, conversations,
    db::{Columns as _, Db, head, int, malformed},
    error::Result,
    messages, note_storage,
};
use sqlx::{SqliteConnection, sqlite::SqliteRow};
use wire::{Event, EventKind, Position, ResetReason, Seq};

/// A line of the log. `event`: `None` when the row it refers to is gone.
pub(crate) struct Line {
    pub(crate) seq: Seq,
    pub(crate) event: Option<Event>,
}

const SELECT_AFTER: &str = "SELECT seq, kind, subject_id, parent_id, actor_id FROM event \
    WHERE org_id = ? AND seq > ? ORDER BY seq LIMIT ?";

/// The lines after a position, oldest first, as the agent sees them.
pub(crate) async fn after(
    reading: &mut SqliteConnection,
    signed: &AuthAgent,
    seq: Seq,
    limit: u32,
) -> Result<Vec<Line>> {
    let rows = sqlx::query(SELECT_AFTER)
        .bind(signed.org.to_string())
        .bind(int(seq))
        .bind(limit)
        .fetch_all(&mut *reading)
        .await?;
    let mut lines = Vec::with_capacity(rows.len());
    for row in &rows {
        lines.push(Line { seq: row.seq("seq")?, event: event(reading, signed, row).await? });
    }
    Ok(lines)
}

/// Checks that the log still has everything after a position. Returns the `seq` to continue from, or the reason for a
/// reset.
pub(crate) async fn resume(
    db: &Db,
    reading: &mut SqliteConnection,
    signed: &AuthAgent,
    from: &Position,
) -> Result<Result<Seq, ResetReason>> {
    if from.epoch != db.epoch() {
        return Ok(Err(ResetReason::OtherEpoch));
    }
    let head = head(reading, signed.org).await?;
    if from.seq > head {
        return Ok(Err(ResetReason::AheadOfHead));
    }
    let oldest = sqlx::query("SELECT seq FROM event WHERE org_id = ? ORDER BY seq LIMIT 1")
        .bind(signed.org.to_string())
        .fetch_optional(reading)
        .await?;
    // With an empty log, only a client at the head has missed nothing.
    let oldest = oldest.map_or(Ok(head + 1), |row| row.seq("seq"))?;
    Ok(if from.seq + 1 < oldest { Err(ResetReason::TooOld) } else { Ok(from.seq) })
}

async fn event(reading: &mut SqliteConnection, signed: &AuthAgent, row: &SqliteRow) -> Result<Option<Event>> {
    let (org, seq) = (signed.org, row.seq("seq")?);
    let actor = match row.id_or_none("actor_id")? {
        Some(actor) => agents::named(&mut *reading, org, actor).await?,
        None => None,
    };
    let by = actor.clone().ok_or_else(|| malformed("actor_id"));
    Ok(match row.word("kind")? {
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
            let conversation = conversations::one(reading, signed, row.id("subject_id")?).await?;
            conversation.map(|conversation| Event::ConversationChanged { conversation, actor, seq })
        }
        EventKind::ContactChanged => {
            let contact = contacts::one(reading, org, row.id("subject_id")?).await?;
            contact.map(|contact| Event::ContactChanged { contact, actor, seq })
        }
        EventKind::AgentChanged => {
            let agent = agents::one(reading, org, row.id("subject_id")?).await?;
            agent.map(|agent| Event::AgentChanged { agent, actor, seq })
        }
    })
}
