//! A change: the only way to change anything in the database.
//!
//! A [`Change`] is a write transaction of one organization. It allocates positions in the organization's order, writes
//! the log of events and the contacts' activity, and wakes the streams when it is committed. Invariant: commit order =
//! `seq` order = event order, because only one change runs at a time and every `seq` has its event.
//!
//! ```text
//! let mut change = db.change(org).await?;
//! let seq = change.next_seq().await?;
//! sql("INSERT INTO …").bind(…).execute(change.tx()).await?;
//! change.event(EventKind::MessageAdded, message_id, Some(conversation_id.to_string()), actor).await?;
//! change.commit().await?;
//! ```

use crate::{
    db::{Db, int},
    engine::{Begun, Turn},
    error::Result,
    metrics,
    sql::{Connection, sql},
    wake_ups::Topic,
};
use chrono::{DateTime, SubsecRound as _, Utc};
use std::fmt::Display;
pub use wire::EventKind;
use wire::{ActivityKind, AgentId, ContactId, ConversationId, OrgId, Seq};

/// A line of a contact's activity. `subject` is a tag, a name or field names, never a note's text.
#[derive(Clone, Debug)]
pub struct ActivityLine {
    pub kind: ActivityKind,
    pub contact: ContactId,
    pub actor: Option<AgentId>,
    pub conversation: Option<ConversationId>,
    pub subject: Option<String>,
}

/// A write transaction of one organization. Dropped without [`Change::commit`], it changes nothing.
pub struct Change {
    db: Db,
    tx: Connection,
    org: OrgId,
    at: DateTime<Utc>,
    seq: Option<Seq>,
    /// What is woken beside the organization.
    topics: Vec<Topic>,
    // After the transaction: the next change begins when this one has ended.
    _turn: Option<Turn>,
}

const INSERT_EVENT: &str = "INSERT INTO event (org_id, seq, kind, subject_id, parent_id, actor_id, at) \
    VALUES ($1, $2, $3, $4, $5, $6, $7)";

const INSERT_ACTIVITY: &str = "INSERT INTO activity (org_id, seq, contact_id, kind, actor_id, conversation_id, \
    subject, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";

impl Change {
    pub(crate) fn new(db: Db, Begun { tx, at, turn }: Begun, org: OrgId) -> Self {
        // Stored as milliseconds: the answer to the first request must equal the answer to every later one.
        Self { db, tx, org, at: at.trunc_subsecs(3), seq: None, topics: Vec::new(), _turn: turn }
    }

    #[must_use]
    pub fn org(&self) -> OrgId {
        self.org
    }

    /// The time of this change, in whole milliseconds. Everything that it writes has this time.
    #[must_use]
    pub fn at(&self) -> DateTime<Utc> {
        self.at
    }

    /// Continues in another organization or at another time. Only for data that is written before anybody follows the
    /// changes (the demo): its events are in their own order all the same.
    pub(crate) fn continue_as(&mut self, org: OrgId, at: DateTime<Utc>) {
        (self.org, self.at) = (org, at);
    }

    /// The connection, for a resource's own statements.
    pub fn tx(&mut self) -> &mut Connection {
        &mut self.tx
    }

    /// The next position in the organization's order. Each one needs its event, from [`Change::event`]: a position
    /// without one looks like a gap to a client.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn next_seq(&mut self) -> Result<Seq> {
        let row = sql("UPDATE org SET seq = seq + 1 WHERE id = $1 RETURNING seq")
            .bind(self.org.to_string())
            .fetch_one(self.tx())
            .await?;
        let seq = row.seq("seq")?;
        self.seq = Some(seq);
        Ok(seq)
    }

    /// Writes the event of the position that [`Change::next_seq`] returned last. `parent`: the contact of a contact
    /// note, the conversation of a conversation note or message. `actor`: `None` for a contact or an import.
    ///
    /// # Errors
    /// When the database fails, or the position has its event already.
    pub async fn event(
        &mut self,
        kind: EventKind,
        subject: impl Display,
        parent: Option<String>,
        actor: Option<AgentId>,
    ) -> Result<()> {
        if kind == EventKind::MessageAdded
            && let Some(conversation) = parent.as_deref().and_then(|parent| parent.parse().ok())
        {
            self.wake(Topic::Conversation(self.org, conversation));
        }
        let (org, seq, at) = (self.org.to_string(), self.current(), self.at.timestamp_millis());
        sql(INSERT_EVENT)
            .bind(org)
            .bind(seq)
            .bind(kind.into_str())
            .bind(subject.to_string())
            .bind(parent)
            .bind(actor.map(|actor| actor.to_string()))
            .bind(at)
            .execute(self.tx())
            .await?;
        Ok(())
    }

    /// Writes a line of a contact's activity at the position that [`Change::next_seq`] returned last; one per position.
    ///
    /// # Errors
    /// When the database fails, or the position has its line already.
    pub async fn activity(&mut self, line: ActivityLine) -> Result<()> {
        let (org, seq, at) = (self.org.to_string(), self.current(), self.at.timestamp_millis());
        sql(INSERT_ACTIVITY)
            .bind(org)
            .bind(seq)
            .bind(line.contact.to_string())
            .bind(line.kind.into_str())
            .bind(line.actor.map(|actor| actor.to_string()))
            .bind(line.conversation.map(|conversation| conversation.to_string()))
            .bind(line.subject)
            .bind(at)
            .execute(self.tx())
            .await?;
        Ok(())
    }

    /// Says that somebody may lose access to the organization by this change: open streams check theirs.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn access_changes(&mut self) -> Result<()> {
        let org = self.org.to_string();
        sql("UPDATE org SET access_rev = access_rev + 1 WHERE id = $1").bind(org).execute(self.tx()).await?;
        Ok(())
    }

    /// Wakes who waits for this, once the change is committed.
    pub(crate) fn wake(&mut self, topic: Topic) {
        self.topics.push(topic);
    }

    /// Commits the change, then wakes the streams of this process, and tells the other nodes.
    ///
    /// # Errors
    /// When the database fails; then nothing was changed.
    pub async fn commit(self) -> Result<()> {
        self.tx.commit().await?;
        for topic in self.topics.iter().chain([&Topic::Organization(self.org)]) {
            self.db.wake_ups().wake(topic);
        }
        self.db.engine().committed(self.org);
        metrics::changed();
        metrics::woken("own");
        Ok(())
    }

    fn current(&self) -> i64 {
        int(self.seq.expect("next_seq() comes before what is written at its position"))
    }
}
