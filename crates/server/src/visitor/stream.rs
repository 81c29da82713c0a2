//! New messages of the visitor's conversation, as server-sent events: `hello`, `message-added`, `heartbeat`, `reset`.
//!
//! Every change of anything wakes the stream; it sends an event only if there is a new message.

use super::{Visitor, thread};
use crate::{
    db::Db,
    error::Result,
    event_stream::{Source, event},
};
use axum::response::sse::Event;
use serde_json::json;
use wire::visitor::VisitorMessage;

/// Reads the conversation from a position on.
pub(super) struct Messages {
    db: Db,
    visitor: Visitor,
    sent: u64,
}

impl Messages {
    /// Finds the position to start from, and the first events. `asked`: the position to continue after; `Some(None)` is
    /// an id that is no position.
    pub(super) async fn open(db: Db, visitor: Visitor, asked: Option<Option<u64>>) -> Result<(Vec<Event>, Self)> {
        let mut reading = db.read().await?;
        let last = match thread::conversation(&mut reading, &visitor).await? {
            Some(conversation) => thread::last_position(&mut reading, &visitor, conversation).await?,
            None => 0,
        };
        drop(reading);
        let mut first = vec![at_position("hello", last)];
        let sent = match asked {
            None => last,
            Some(Some(asked)) if asked <= last => asked,
            Some(_) => {
                first.push(at_position("reset", last));
                last
            }
        };
        Ok((first, Self { db, visitor, sent }))
    }
}

impl Source for Messages {
    async fn read(&mut self) -> Result<Option<Vec<Event>>> {
        let mut reading = self.db.read().await?;
        let conversation = thread::conversation(&mut reading, &self.visitor).await?;
        let Some(conversation) = conversation else { return Ok(Some(Vec::new())) };
        let messages = thread::after(&mut reading, &self.visitor, conversation, self.sent).await?;
        self.sent = messages.last().map_or(self.sent, |message| message.position);
        let added = |message: VisitorMessage| {
            event("message-added", &json!({ "message": message })).id(message.position.to_string())
        };
        Ok(Some(messages.into_iter().map(added).collect()))
    }

    fn heartbeat(&self) -> Event {
        at_position("heartbeat", self.sent)
    }
}

fn at_position(name: &str, position: u64) -> Event {
    event(name, &json!({ "position": position }))
}
