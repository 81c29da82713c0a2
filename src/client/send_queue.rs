//! The send queue: sends the requests of pending changes, and stores them until the server has confirmed them.
//!
//! The requests of one parent (a contact for its notes, a conversation for its thread) are sent in order, one at a time: each
//! waits until the one before is confirmed or refused for good. A request that failed is retried with exponential back-off
//! and jitter.

use super::{
    Client,
    source::{Kind, QueuedRecord},
    spawn,
};
use crate::{net::error::ApiError, store::record::Failure};
use leptos::prelude::{GetUntracked, Set};
use send_wrapper::SendWrapper;
use std::{rc::Rc, sync::Mutex};
use uuid::Uuid;
use wire::ProblemCode;

const FIRST_BACK_OFF_MS: u32 = 1_000;
const LONGEST_BACK_OFF_MS: u32 = 60_000;
/// What has waited for longer is only as safe as the browser's storage, and the agent may not know any more.
const OVERDUE_MS: u128 = 24 * 60 * 60 * 1_000;

/// What waits for each parent, the one that is being sent first. A parent with nothing to send is not there.
pub(super) struct SendQueue {
    parents: Mutex<SendWrapper<Vec<(Uuid, Queue)>>>,
}

type Queue = Vec<Rc<dyn QueuedRecord>>;

impl Default for SendQueue {
    fn default() -> Self {
        Self { parents: Mutex::new(SendWrapper::new(Vec::new())) }
    }
}

impl SendQueue {
    /// Appends a record to its parent's queue, unless it is in it. True: the queue was empty.
    fn push(&self, parent: Uuid, record: Rc<dyn QueuedRecord>) -> bool {
        let mut parents = self.parents.lock().expect("no panic while a lock is held");
        match parents.iter_mut().find(|(known, _)| *known == parent) {
            Some((_, queue)) => {
                if !queue.iter().any(|known| known.id() == record.id()) {
                    queue.push(record);
                }
                false
            }
            None => {
                parents.push((parent, vec![record]));
                true
            }
        }
    }

    fn front(&self, parent: Uuid) -> Option<Rc<dyn QueuedRecord>> {
        let parents = self.parents.lock().expect("no panic while a lock is held");
        parents.iter().find(|(known, _)| *known == parent)?.1.first().cloned()
    }

    /// Removes the first one: it is done.
    fn pop(&self, parent: Uuid) {
        let mut parents = self.parents.lock().expect("no panic while a lock is held");
        if let Some((_, queue)) = parents.iter_mut().find(|(known, _)| *known == parent) {
            queue.remove(0);
        }
        parents.retain(|(_, queue)| !queue.is_empty());
    }

    /// Whether anything that is to be added has waited for longer.
    fn are_overdue(&self) -> bool {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let now = js_sys::Date::now() as u128;
        // A UUIDv7 begins with the milliseconds since 1970, by the clock of this browser.
        let is_overdue = |record: &Rc<dyn QueuedRecord>| now.saturating_sub(record.id().as_u128() >> 80) > OVERDUE_MS;
        let parents = self.parents.lock().expect("no panic while a lock is held");
        parents
            .iter()
            .flat_map(|(_, queue)| queue)
            .any(|record| is_overdue(record) && record.waits_for() == Some(Kind::Add))
    }
}

impl Client {
    /// Queues the requests that a record needs, after those of the same parent.
    pub(super) fn enqueue(&self, parent: Uuid, record: Box<dyn QueuedRecord>) {
        record.store(&self.0.outbox);
        if record.waits_for().is_none() {
            return;
        }
        // The first one in a queue starts sending it.
        if self.0.send_queue.push(parent, record.into()) {
            let client = self.clone();
            spawn(async move { client.send_queued(parent).await });
        }
    }

    async fn send_queued(&self, parent: Uuid) {
        // Before the first attempt it is where it survives this page; or it is known that it can't be.
        self.0.outbox.saved().await;
        while let Some(record) = self.0.send_queue.front(parent) {
            self.send_record(&*record).await;
            record.store(&self.0.outbox);
            self.0.send_queue.pop(parent);
            self.look_at_clock();
        }
    }

    async fn send_record(&self, record: &dyn QueuedRecord) {
        let mut attempts = 0;
        while let Some(kind) = record.waits_for() {
            if self.wait_until_online(record).await {
                continue;
            }
            record.mark_sent();
            let Some(request) = record.send(self.api()) else { return unsent(record, kind) };
            let settled = match (request.await, kind) {
                (Ok(_), Kind::Delete) => {
                    record.settle_delete();
                    Ok(())
                }
                (Ok(answer), Kind::Add | Kind::Restore) => record.settle(answer),
                (Err(error), _) => Err(error),
            };
            match settled {
                Ok(()) => {}
                // It is stored, and sent by the next client of this agent.
                Err(error) if self.is_closed() && (error.is_signed_out() || error.is_retryable()) => return,
                Err(error) if error.is_signed_out() => self.wait_for_sign_in().await,
                Err(error) if error.is_retryable() => {
                    self.put_off(record, error.failure());
                    self.pause(back_off_ms(&error, attempts)).await;
                    attempts += 1;
                }
                Err(error) => end(self, record, kind, &error),
            }
        }
    }

    /// Where the browser knows that it has no connection, nothing is tried. True: it has been waited.
    async fn wait_until_online(&self, record: &dyn QueuedRecord) -> bool {
        if leptos::prelude::window().navigator().on_line() || self.is_closed() {
            return false;
        }
        self.put_off(record, Failure::Disconnected);
        self.pause(LONGEST_BACK_OFF_MS).await;
        true
    }

    /// Waits while the browser knows that it has no connection. False: the client is closed.
    pub(super) async fn until_online(&self) -> bool {
        while !leptos::prelude::window().navigator().on_line() && !self.is_closed() {
            self.pause(LONGEST_BACK_OFF_MS).await;
        }
        !self.is_closed()
    }

    fn put_off(&self, record: &dyn QueuedRecord, failure: Failure) {
        record.retry(failure);
        self.look_at_clock();
    }

    fn look_at_clock(&self) {
        let are_overdue = self.0.send_queue.are_overdue();
        if self.0.is_overdue.get_untracked() != are_overdue {
            self.0.is_overdue.set(are_overdue);
        }
    }
}

/// Ends a pending change for which there is no request.
fn unsent(record: &dyn QueuedRecord, kind: Kind) {
    match kind {
        Kind::Add => record.refuse(Failure::Unreadable),
        Kind::Delete | Kind::Restore => record.settle_delete(),
    }
}

/// Ends a pending change whose request was refused for good.
fn end(client: &Client, record: &dyn QueuedRecord, kind: Kind, error: &ApiError) {
    // Somebody deleted it before we did: that is what was asked for.
    if kind == Kind::Delete && matches!(error.code(), Some(ProblemCode::NotFound | ProblemCode::Gone)) {
        return record.settle_delete();
    }
    record.refuse(error.failure());
    record.failed(client, kind, error);
}

/// Back-off: what the server asked for, or a doubling time with half of it at random (jitter).
fn back_off_ms(error: &ApiError, attempts: u32) -> u32 {
    let doubled = FIRST_BACK_OFF_MS.saturating_mul(1 << attempts.min(6)).min(LONGEST_BACK_OFF_MS);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let jittered = doubled / 2 + (js_sys::Math::random() * f64::from(doubled / 2)) as u32;
    error.retry_after().map_or(jittered, |seconds| seconds.saturating_mul(1000).max(jittered))
}
