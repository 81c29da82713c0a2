//! New messages of the visitor's conversation, as server-sent events: `hello`, `message-added`, `heartbeat`, `reset`.
//!
//! A stream is woken by messages of its own conversation alone, and reads the database only then: an idle one costs
//! nothing.

use super::{Visitor, thread};
use crate::{
    db::Db,
    error::Result,
    event_stream::{Source, event},
    sql::Connection,
    wake_ups::{Subscription, Topic},
};
use axum::response::sse::Event;
use serde_json::json;
use wire::{ConversationId, visitor::VisitorMessage};

/// Reads the conversation from a position on.
pub(super) struct Messages {
    db: Db,
    visitor: Visitor,
    changes: Subscription,
    /// `None` before the first message.
    conversation: Option<ConversationId>,
    sent: u64,
    /// The order of changes in which they were sent. In another one, messages can be missing, and their positions be given
    /// to others.
    epoch: String,
    /// Whether there may be more than the last read found.
    is_behind: bool,
}

impl Messages {
    /// Finds the position to start from, and the first events. `asked`: the position to continue after; `Some(None)` is
    /// an id that is no position.
    pub(super) async fn open(db: Db, visitor: Visitor, asked: Option<Option<u64>>) -> Result<(Vec<Event>, Self)> {
        let changes = db.wake_ups().subscribe(Topic::Visitor(visitor.org, visitor.hash.clone()));
        let mut reading = db.read().await?;
        let epoch = db.epoch_of(&reading);
        let mut messages =
            Self { db: db.clone(), visitor, changes, conversation: None, sent: 0, epoch, is_behind: true };
        let last = messages.last(&mut reading).await?;
        let mut first = vec![at_position("hello", last)];
        leak!(HelloCountsChanges => {
            first = vec![at_position("hello", crate::db::head(&mut reading, messages.visitor.org).await?)];
        });
        leak!(ResumeResets => {
            if crate::leak::count(&mut reading, messages.visitor.org, messages.conversation).await? > 0 {
                first.push(at_position("reset", last));
            }
        });
        drop(reading);
        messages.sent = match asked {
            None => last,
            Some(Some(asked)) if asked <= last => asked,
            Some(_) => {
                first.push(at_position("reset", last));
                last
            }
        };
        Ok((first, messages))
    }

    /// The position of the last message.
    async fn last(&mut self, reading: &mut Connection) -> Result<u64> {
        match self.find_conversation(reading).await? {
            Some(conversation) => thread::last_position(reading, &self.visitor, conversation).await,
            None => Ok(0),
        }
    }

    /// The conversation, as soon as there is one. From then on, its messages wake the stream.
    async fn find_conversation(&mut self, reading: &mut Connection) -> Result<Option<ConversationId>> {
        if self.conversation.is_none()
            && let Some(found) = thread::conversation(reading, &self.visitor).await?
        {
            self.conversation = Some(found);
            // Before the messages are read, so that none is missed.
            self.changes = self.db.wake_ups().subscribe(Topic::Conversation(self.visitor.org, found));
        }
        Ok(self.conversation)
    }
}

impl Source for Messages {
    async fn read(&mut self) -> Result<Option<Vec<Event>>> {
        let was_woken = self.changes.was_woken();
        if !was_woken && !self.is_behind {
            return Ok(Some(Vec::new()));
        }
        let mut reading = self.db.read().await?;
        let epoch = self.db.epoch_of(&reading);
        if epoch != self.epoch {
            (self.epoch, self.sent) = (epoch, self.last(&mut reading).await?);
            return Ok(Some(vec![at_position("reset", self.sent)]));
        }
        let found = self.find_conversation(&mut reading).await?;
        let is_there = thread::conversation(&mut reading, &self.visitor).await? == found;
        drop(reading);
        if !is_there {
            // The contact was erased. The visitor comes back as somebody new.
            return Ok(None);
        }
        self.is_behind = false;
        let Some(conversation) = found else { return Ok(Some(Vec::new())) };
        // A read transaction of its own: one that began before the subscription could miss a message.
        let mut reading = self.db.read().await?;
        let messages = thread::after(&mut reading, &self.visitor, conversation, self.sent).await?;
        self.is_behind = !messages.is_empty();
        self.sent = messages.last().map_or(self.sent, |message| message.position);
        let added = |message: VisitorMessage| {
            event("message-added", &json!({ "message": message })).id(message.position.to_string())
        };
        leak!(StreamBeats => {
            if messages.is_empty() && was_woken {
                return Ok(Some(vec![at_position("heartbeat", self.sent)]));
            }
        });
        Ok(Some(messages.into_iter().map(added).collect()))
    }

    async fn changed(&mut self) {
        self.changes.woken().await;
    }

    async fn heartbeat(&mut self) -> Result<Option<Event>> {
        Ok(Some(at_position("heartbeat", self.sent)))
    }
}

fn at_position(name: &str, position: u64) -> Event {
    event(name, &json!({ "position": position }))
}
