//! Leaks that tests seed into the contact's side, to prove that they would notice them. This code exists only with the
//! crate's feature `leaks`, which only the tests' own dependency on the crate turns on.

/// Does something if a leak is seeded. Without the feature `leaks` this is nothing.
#[cfg(not(feature = "leaks"))]
macro_rules! leak {
    ($leak:ident => $body:expr) => {};
}

#[cfg(feature = "leaks")]
macro_rules! leak {
    ($leak:ident => $body:expr) => {
        if $crate::leak::is_seeded($crate::leak::Leak::$leak) {
            $body
        }
    };
}

#[cfg(feature = "leaks")]
pub use seeding::{Leak, is_seeded, seed};
#[cfg(feature = "leaks")]
pub(crate) use seeding::{count, skip_position, texts};

#[cfg(feature = "leaks")]
mod seeding {
    use crate::{
        change::Change,
        error::Result,
        sql::{Connection, sql},
    };
    use chrono::Utc;
    use std::cell::Cell;
    use uuid::Uuid;
    use wire::{
        ConversationId, OrgId,
        visitor::{From, VisitorMessage},
    };

    /// One way in which a contact could learn of notes.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Leak {
        /// A note takes a position of the contact's own order.
        PositionsSkip,
        /// A page has the notes among its messages.
        PageShowsTexts,
        /// A page has room for fewer messages.
        PageIsShorter,
        /// A stream is woken by a note and sends a heartbeat.
        StreamBeats,
        /// The first event of a stream counts the organization's changes.
        HelloCountsChanges,
        /// A stream can't be resumed when there are notes.
        ResumeResets,
        /// A header of an answer counts the organization's changes.
        HeaderCountsChanges,
        /// Messages are refused when there are notes.
        SendingIsRefused,
    }

    impl Leak {
        pub const ALL: [Self; 8] = [
            Self::PositionsSkip,
            Self::PageShowsTexts,
            Self::PageIsShorter,
            Self::StreamBeats,
            Self::HelloCountsChanges,
            Self::ResumeResets,
            Self::HeaderCountsChanges,
            Self::SendingIsRefused,
        ];
    }

    thread_local! {
        static SEEDED: Cell<Option<Leak>> = const { Cell::new(None) };
    }

    /// Seeds one leak into what this thread serves, or none.
    pub fn seed(leak: Option<Leak>) {
        SEEDED.set(leak);
    }

    #[must_use]
    pub fn is_seeded(leak: Leak) -> bool {
        SEEDED.get() == Some(leak)
    }

    /// The texts of a conversation's notes, as messages.
    pub(crate) async fn texts(
        reading: &mut Connection,
        org: OrgId,
        conversation: ConversationId,
    ) -> Result<Vec<VisitorMessage>> {
        let rows = sql("SELECT b.body FROM conversation_note n JOIN conversation_note_body b \
             ON b.org_id = n.org_id AND b.note_id = n.id WHERE n.org_id = $1 AND n.conversation_id = $2")
        .bind(org.to_string())
        .bind(conversation.to_string())
        .fetch_all(reading)
        .await?;
        let message = |body| VisitorMessage {
            id: Uuid::nil(),
            from: From::Team,
            name: None,
            body,
            created_at: Utc::now(),
            position: 0,
        };
        Ok(rows.iter().map(|row| row.text("body").map(message)).collect::<sqlx::Result<_>>()?)
    }

    /// How many notes a conversation has.
    pub(crate) async fn count(
        reading: &mut Connection,
        org: OrgId,
        conversation: Option<ConversationId>,
    ) -> Result<u32> {
        let Some(conversation) = conversation else { return Ok(0) };
        let texts = texts(reading, org, conversation).await?;
        Ok(u32::try_from(texts.len()).unwrap_or(u32::MAX))
    }

    pub(crate) async fn skip_position(change: &mut Change, conversation: ConversationId) -> Result<()> {
        let org = change.org().to_string();
        sql("UPDATE conversation SET last_position = last_position + 1 WHERE org_id = $1 AND id = $2")
            .bind(org)
            .bind(conversation.to_string())
            .execute(change.tx())
            .await?;
        Ok(())
    }
}
