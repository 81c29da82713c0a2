//! The send queue: sends the requests of pending changes, and stores them until the server has confirmed them.
//!
//! What belongs to one place (a contact's notes, a conversation's thread) is sent in the order in which it was asked
//! for, one request at a time: each waits until nothing is left to ask for the one before, or that was refused for good.

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

const FIRST_PAUSE_MS: u32 = 1_000;
const LONGEST_PAUSE_MS: u32 = 60_000;
/// What has waited for longer is only as safe as the browser's storage, and the agent may not know any more.
const OVERDUE_MS: u128 = 24 * 60 * 60 * 1_000;

/// What waits in each place, the one that is being sent first. A place with nothing to send is not there.
pub(super) struct Errands {
    places: Mutex<SendWrapper<Vec<(Uuid, Line)>>>,
}

type Line = Vec<Rc<dyn QueuedRecord>>;

impl Default for Errands {
    fn default() -> Self {
        Self { places: Mutex::new(SendWrapper::new(Vec::new())) }
    }
}

impl Errands {
    /// Puts a record at the end of its place's line, unless it stands there. True: nobody stood there before.
    fn enter(&self, place: Uuid, record: Rc<dyn QueuedRecord>) -> bool {
        let mut places = self.places.lock().expect("no panic while a lock is held");
        match places.iter_mut().find(|(known, _)| *known == place) {
            Some((_, line)) => {
                if !line.iter().any(|known| known.id() == record.id()) {
                    line.push(record);
                }
                false
            }
            None => {
                places.push((place, vec![record]));
                true
            }
        }
    }

    fn first(&self, place: Uuid) -> Option<Rc<dyn QueuedRecord>> {
        let places = self.places.lock().expect("no panic while a lock is held");
        places.iter().find(|(known, _)| *known == place)?.1.first().cloned()
    }

    /// The first one is done.
    fn leave(&self, place: Uuid) {
        let mut places = self.places.lock().expect("no panic while a lock is held");
        if let Some((_, line)) = places.iter_mut().find(|(known, _)| *known == place) {
            line.remove(0);
        }
        places.retain(|(_, line)| !line.is_empty());
    }

    /// Whether anything that is to be added has waited for longer.
    fn are_overdue(&self) -> bool {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let now = js_sys::Date::now() as u128;
        // A UUIDv7 begins with the milliseconds since 1970, by the clock of this browser.
        let is_overdue = |record: &Rc<dyn QueuedRecord>| now.saturating_sub(record.id().as_u128() >> 80) > OVERDUE_MS;
        let places = self.places.lock().expect("no panic while a lock is held");
        places
            .iter()
            .flat_map(|(_, line)| line)
            .any(|record| is_overdue(record) && record.waits_for() == Some(Kind::Add))
    }
}

impl Client {
    /// Runs a record's errands, after those that wait in the same place.
    pub(super) fn run_errands(&self, place: Uuid, record: Box<dyn QueuedRecord>) {
        record.keep(&self.0.outbox);
        if record.waits_for().is_none() {
            return;
        }
        // Whoever is first in a line begins to empty it.
        if self.0.errands.enter(place, record.into()) {
            let client = self.clone();
            spawn(async move { client.run_line(place).await });
        }
    }

    async fn run_line(&self, place: Uuid) {
        // Before the first attempt it is where it survives this page; or it is known that it can't be.
        self.0.outbox.saved().await;
        while let Some(record) = self.0.errands.first(place) {
            self.send_record(&*record).await;
            record.keep(&self.0.outbox);
            self.0.errands.leave(place);
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
                // It is kept, and is sent by the next client of this agent.
                Err(error) if self.is_closed() && (error.is_signed_out() || error.is_retryable()) => return,
                Err(error) if error.is_signed_out() => self.wait_for_sign_in().await,
                Err(error) if error.is_retryable() => {
                    self.put_off(record, error.failure());
                    self.pause(pause_ms(&error, attempts)).await;
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
        self.pause(LONGEST_PAUSE_MS).await;
        true
    }

    /// Waits while the browser knows that it has no connection. False: the client is closed.
    pub(super) async fn until_online(&self) -> bool {
        while !leptos::prelude::window().navigator().on_line() && !self.is_closed() {
            self.pause(LONGEST_PAUSE_MS).await;
        }
        !self.is_closed()
    }

    fn put_off(&self, record: &dyn QueuedRecord, failure: Failure) {
        record.retry(failure);
        self.look_at_clock();
    }

    fn look_at_clock(&self) {
        let are_overdue = self.0.errands.are_overdue();
        if self.0.is_overdue.get_untracked() != are_overdue {
            self.0.is_overdue.set(are_overdue);
        }
    }
}

/// Ends an errand for which there is no request.
fn unsent(record: &dyn QueuedRecord, kind: Kind) {
    match kind {
        Kind::Add => record.refuse(Failure::Unreadable),
        Kind::Delete | Kind::Restore => record.settle_delete(),
    }
}

/// Ends an errand that was refused for good.
fn end(client: &Client, record: &dyn QueuedRecord, kind: Kind, error: &ApiError) {
    // Somebody deleted it before we did: that is what was asked for.
    if kind == Kind::Delete && matches!(error.code(), Some(ProblemCode::NotFound | ProblemCode::Gone)) {
        return record.settle_delete();
    }
    record.refuse(error.failure());
    record.failed(client, kind, error);
}

/// The server's word, or doubling with half of it at random.
fn pause_ms(error: &ApiError, attempts: u32) -> u32 {
    let doubled = FIRST_PAUSE_MS.saturating_mul(1 << attempts.min(6)).min(LONGEST_PAUSE_MS);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let jittered = doubled / 2 + (js_sys::Math::random() * f64::from(doubled / 2)) as u32;
    error.retry_after().map_or(jittered, |seconds| seconds.saturating_mul(1000).max(jittered))
}
