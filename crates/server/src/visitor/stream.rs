//! What is new in the visitor's conversation, as server-sent events: `hello`, `message-added`, `heartbeat`, `reset`.
//!
//! The stream is woken by every change of anything, and says something only when a message came: each time it reads
//! on from its own position.

use super::{Visitor, thread};
use crate::{error::Result, state::State};
use axum::response::sse::{Event, Sse};
use futures::Stream;
use serde_json::json;
use std::{collections::VecDeque, convert::Infallible};
use tokio::{
    sync::{OwnedSemaphorePermit, watch},
    time::{Instant, sleep_until},
};

struct Open {
    state: State,
    visitor: Visitor,
    woken: watch::Receiver<()>,
    closing: watch::Receiver<bool>,
    /// Where the asked-for position begins: `None` from now on, `Some(None)` an id that is no position.
    asked: Option<Option<u64>>,
    /// The position up to which everything was sent.
    sent: Option<u64>,
    ready: VecDeque<Event>,
    heartbeat: Instant,
    _permit: OwnedSemaphorePermit,
}

/// Opens the stream. Subscribes before it reads, so that nothing falls in between.
pub(super) fn open(
    state: State,
    visitor: Visitor,
    asked: Option<Option<u64>>,
    permit: OwnedSemaphorePermit,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let (woken, closing) = (state.db().woken(), state.closing());
    let heartbeat = Instant::now() + state.heartbeat();
    let (sent, ready) = (None, VecDeque::new());
    let open = Open { state, visitor, woken, closing, asked, sent, ready, heartbeat, _permit: permit };
    Sse::new(futures::stream::unfold(open, |mut open| async move {
        let event = open.next().await?;
        Some((Ok(event), open))
    }))
}

impl Open {
    /// The next event; `None` ends the stream. A failed read ends it too: the page connects again and resumes.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if *self.closing.borrow() {
                return None;
            }
            if let Some(event) = self.ready.pop_front() {
                return Some(event);
            }
            self.woken.mark_unchanged();
            match self.sent {
                None => self.begin().await.ok()?,
                Some(sent) => self.read_on(sent).await.ok()?,
            }
            if self.ready.is_empty() && self.wait().await {
                self.heartbeat = Instant::now() + self.state.heartbeat();
                return Some(told("heartbeat", self.sent.unwrap_or(0)));
            }
        }
    }

    /// Waits for a wake-up. True when it was the heartbeat's.
    async fn wait(&mut self) -> bool {
        tokio::select! {
            _ = self.woken.changed() => false,
            _ = self.closing.changed() => false,
            () = sleep_until(self.heartbeat) => true,
        }
    }

    async fn begin(&mut self) -> Result<()> {
        let mut reading = self.state.db().read().await?;
        let last = match thread::conversation(&mut reading, &self.visitor).await? {
            Some(conversation) => thread::last_position(&mut reading, &self.visitor, conversation).await?,
            None => 0,
        };
        self.ready.push_back(told("hello", last));
        self.sent = Some(match self.asked {
            None => last,
            Some(Some(asked)) if asked <= last => asked,
            Some(_) => {
                self.ready.push_back(Event::default().event("reset").data(json!({ "position": last }).to_string()));
                last
            }
        });
        Ok(())
    }

    async fn read_on(&mut self, sent: u64) -> Result<()> {
        let mut reading = self.state.db().read().await?;
        let Some(conversation) = thread::conversation(&mut reading, &self.visitor).await? else { return Ok(()) };
        for message in thread::after(&mut reading, &self.visitor, conversation, sent).await? {
            self.sent = Some(message.position);
            let event = Event::default().event("message-added").id(message.position.to_string());
            self.ready.push_back(event.data(json!({ "message": message }).to_string()));
        }
        Ok(())
    }
}

fn told(name: &str, position: u64) -> Event {
    Event::default().event(name).data(json!({ "position": position }).to_string())
}
