//! The send queue: sends the requests of pending changes, and stores the changes in the outbox until the server has
//! confirmed them.
//!
//! The requests of one parent (a contact for its notes and details, a conversation for its thread and status) are sent
//! in order, one at a time: each waits until the one before is confirmed or refused for good. A failed request is
//! retried with back-off. Every tab of the browser holds the queue; the leader tab alone sends.

use super::{Client, spawn, tabs::TabMessage};
use crate::{
    browser::back_off::{LONGEST_MS, back_off_ms},
    net::{
        api::{Api, ApiCall},
        error::ApiError,
    },
    storage::outbox::Key,
    store::{record::Failure, unsent::Unsent},
};
use leptos::prelude::{GetUntracked, Set};
use send_wrapper::SendWrapper;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{
    rc::Rc,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
};
use uuid::Uuid;

/// A change that has waited longer is overdue: it exists in the browser's storage alone, and the agent may have
/// forgotten it.
const OVERDUE_MS: i64 = 24 * 60 * 60 * 1_000;

/// The request of a pending change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Request {
    Add,
    Delete,
    Restore,
    /// A changed field, as JSON.
    Change(String),
}

/// One pending change: of a note or reply, or of one field of a thing.
pub(super) trait Queued {
    /// The key in storage, unique among pending changes.
    fn key(&self) -> Key;
    fn parent(&self) -> Uuid;
    /// The request still to be confirmed, if any.
    fn request(&self) -> Option<Request>;
    /// The content to store.
    fn unsent(&self) -> Option<Unsent>;
    /// When the addition or change was written, in milliseconds since 1970.
    fn made_at(&self) -> Option<i64>;
    /// Records that the request may reach the server from now on.
    fn mark_sent(&self);
    /// Sends the request. `None`: there is no valid request to send.
    fn send(&self, api: &Api, request: &Request) -> Option<ApiCall<Value>>;
    fn settle(&self, client: &Client, request: &Request, answer: Value) -> Result<(), ApiError>;
    fn retry(&self, request: &Request, failure: Failure);
    /// Records that the server refused the request for good.
    fn refuse(&self, request: &Request, error: &ApiError);
    /// Notifies the agent of the refusal, where the record itself does not show it.
    fn report(&self, client: &Client, request: &Request, error: &ApiError);
    /// Applies the state from storage or another tab. `None`: no change is pending any more.
    fn restore(&self, client: &Client, unsent: Option<Unsent>);
}

#[derive(Clone)]
struct Item {
    queued: Rc<dyn Queued>,
    /// Made or restored in this tab: its refusal is reported here.
    is_own: bool,
}

struct Parent {
    id: Uuid,
    items: Vec<Item>,
    is_sending: bool,
    /// The failure that the first item is being retried for; all others wait for it.
    waits: Option<Failure>,
}

/// The items of each parent, in order. A parent without items has no entry.
pub(super) struct SendQueue {
    parents: Mutex<SendWrapper<Vec<Parent>>>,
    is_leader: AtomicBool,
}

impl Default for SendQueue {
    fn default() -> Self {
        Self { parents: Mutex::new(SendWrapper::new(Vec::new())), is_leader: AtomicBool::new(false) }
    }
}

impl SendQueue {
    fn with<R>(&self, change: impl FnOnce(&mut Vec<Parent>) -> R) -> R {
        change(&mut self.parents.lock().expect("no panic while a lock is held"))
    }

    pub(super) fn is_leader(&self) -> bool {
        self.is_leader.load(Ordering::Relaxed)
    }

    /// Appends a pending change to its parent's queue, unless it is queued.
    fn push(&self, item: Item) {
        let (id, key) = (item.queued.parent(), item.queued.key());
        let waits = self.with(|parents| match parents.iter_mut().find(|parent| parent.id == id) {
            Some(parent) => {
                match parent.items.iter_mut().find(|known| known.queued.key() == key) {
                    Some(known) => known.is_own |= item.is_own,
                    None => parent.items.push(item),
                }
                parent.waits
            }
            None => {
                parents.push(Parent { id, items: vec![item], is_sending: false, waits: None });
                None
            }
        });
        if waits.is_some() {
            self.set_waiting(id, waits);
        }
    }

    /// Sets the failure that the requests of a parent wait for.
    fn set_waiting(&self, id: Uuid, waits: Option<Failure>) {
        let items = self.with(|parents| {
            let parent = parents.iter_mut().find(|parent| parent.id == id)?;
            parent.waits = waits;
            Some(parent.items.clone())
        });
        let waiting = items.into_iter().flatten().filter_map(|item| Some((item.queued.request()?, item.queued)));
        if let Some(failure) = waits {
            waiting.for_each(|(request, queued)| queued.retry(&request, failure));
        }
    }

    fn find(&self, key: &Key) -> Option<Item> {
        self.with(|parents| {
            parents.iter().flat_map(|parent| &parent.items).find(|item| item.queued.key() == *key).cloned()
        })
    }

    /// Removes items without a request.
    fn remove_finished(&self) {
        self.with(|parents| {
            for parent in parents.iter_mut() {
                parent.items.retain(|item| item.queued.request().is_some());
            }
            parents.retain(|parent| parent.is_sending || !parent.items.is_empty());
        });
    }

    fn parents(&self) -> Vec<Uuid> {
        self.with(|parents| parents.iter().map(|parent| parent.id).collect())
    }

    /// Marks a parent as sending. False: it is already sending, or has nothing to send.
    fn begin(&self, id: Uuid) -> bool {
        self.with(|parents| {
            let parent = parents.iter_mut().find(|parent| parent.id == id && !parent.is_sending);
            parent.is_some_and(|parent| {
                parent.is_sending = true;
                true
            })
        })
    }

    /// The next item of a parent. `None`: there is none, and the parent is no longer marked as sending.
    fn next(&self, id: Uuid) -> Option<Item> {
        self.with(|parents| {
            let parent = parents.iter_mut().find(|parent| parent.id == id)?;
            let next = parent.items.iter().find(|item| item.queued.request().is_some()).cloned();
            parent.is_sending = next.is_some();
            next
        })
    }

    fn stop(&self, id: Uuid) {
        self.with(|parents| {
            if let Some(parent) = parents.iter_mut().find(|parent| parent.id == id) {
                parent.is_sending = false;
            }
        });
    }

    /// Whether any item has waited for longer than a day.
    fn are_overdue(&self) -> bool {
        let now = chrono::Utc::now().timestamp_millis();
        let is_overdue = |item: &Item| item.queued.made_at().is_some_and(|at| now - at > OVERDUE_MS);
        self.with(|parents| parents.iter().flat_map(|parent| &parent.items).any(is_overdue))
    }
}

impl Client {
    /// Stores a pending change of this tab, broadcasts it to the browser's other tabs, and queues it.
    pub(super) fn enqueue(&self, queued: Rc<dyn Queued>) {
        let (key, text) = (queued.key(), queued.unsent().map(|unsent| unsent.write()));
        self.0.outbox.put(&key, text.as_deref());
        if !self.0.send_queue.is_leader() {
            // The leader may send it at any time.
            queued.mark_sent();
        }
        self.tell_tabs(TabMessage::Stored { key, text });
        self.push(Item { queued, is_own: true });
    }

    /// Queues a pending change from another tab or from storage.
    pub(super) fn enqueue_restored(&self, queued: Rc<dyn Queued>, is_own: bool) {
        self.push(Item { queued, is_own });
    }

    fn push(&self, item: Item) {
        let parent = item.queued.parent();
        if item.queued.request().is_some() {
            self.0.send_queue.push(item);
        }
        self.0.send_queue.remove_finished();
        self.send_parent(parent);
    }

    /// Whether a pending change was made or restored in this tab.
    pub(super) fn is_own(&self, key: &Key) -> bool {
        self.0.send_queue.find(key).is_some_and(|item| item.is_own)
    }

    /// Drops what is queued and no longer pending.
    pub(super) fn forget_finished(&self) {
        self.0.send_queue.remove_finished();
        self.look_at_clock();
    }

    /// Called when this tab becomes the leader: sends its pending changes and those in storage.
    pub(crate) fn begin_sending(&self) {
        let client = self.clone();
        spawn(async move {
            let keys = client.restore_all().await;
            for key in keys.clone() {
                // Already confirmed, so not to be sent; a tab opened since then doesn't know that.
                if client.queued(&key).is_some_and(|queued| queued.unsent().is_none()) {
                    client.0.outbox.put(&key, None);
                    client.tell_tabs(TabMessage::Stored { key, text: None });
                }
            }
            client.0.send_queue.is_leader.store(true, Ordering::Relaxed);
            for parent in client.0.send_queue.parents() {
                client.send_parent(parent);
            }
            client.forget_missing(&keys).await;
        });
    }

    /// Called when another tab becomes the leader.
    pub(crate) fn stop_sending(&self) {
        self.0.send_queue.is_leader.store(false, Ordering::Relaxed);
        self.wake();
    }

    fn send_parent(&self, parent: Uuid) {
        if self.0.send_queue.is_leader() && self.0.send_queue.begin(parent) {
            let client = self.clone();
            spawn(async move { client.send_all_of(parent).await });
        }
    }

    async fn send_all_of(&self, parent: Uuid) {
        // Before the first attempt, the change is in storage, or storage is known to fail.
        self.0.outbox.saved().await;
        while let Some(item) = self.0.send_queue.next(parent) {
            if self.send(&item).await.is_stopped() {
                return self.0.send_queue.stop(parent);
            }
            self.0.send_queue.remove_finished();
            self.look_at_clock();
        }
    }

    /// Sends until the pending change has no request left.
    async fn send(&self, item: &Item) -> Sent {
        let mut failures = 0;
        while let Some(request) = item.queued.request() {
            if !self.0.send_queue.is_leader() {
                return Sent::Stopped;
            }
            let result = self.attempt(item, &request).await;
            let retry = result.as_ref().err().filter(|error| error.is_signed_out() || error.is_retryable()).cloned();
            if retry.is_some() && self.is_closed() {
                // It is stored; the next client of this agent sends it.
                return Sent::Stopped;
            }
            self.take_outcome(item, &request, &result);
            let (key, unsent) = (item.queued.key(), item.queued.unsent().map(|unsent| unsent.write()));
            self.0.outbox.put(&key, unsent.as_deref());
            self.tell_tabs(TabMessage::Outcome { key, request, result, is_settled: unsent.is_none() });
            match retry {
                None => failures = 0,
                Some(error) if error.is_signed_out() => self.wait_for_sign_in().await,
                Some(ApiError::Disconnected) => self.pause(LONGEST_MS).await,
                Some(error) => {
                    let asked = error.retry_after().map_or(0, |seconds| seconds.saturating_mul(1_000));
                    self.wait_out(asked).await;
                    if let Some(rest) = back_off_ms(failures).checked_sub(asked).filter(|rest| *rest > 0) {
                        self.pause(rest).await;
                    }
                    failures += 1;
                }
            }
        }
        Sent::Done
    }

    /// Makes one attempt, unless the browser is offline.
    async fn attempt(&self, item: &Item, request: &Request) -> Result<Value, ApiError> {
        if !is_online() && !self.is_closed() {
            return Err(ApiError::Disconnected);
        }
        item.queued.mark_sent();
        match item.queued.send(self.api(), request) {
            Some(answer) => answer.await,
            None => Err(ApiError::Unreadable),
        }
    }

    /// Applies the result of a request that this tab or the leader tab has sent.
    fn take_outcome(&self, item: &Item, request: &Request, result: &Result<Value, ApiError>) {
        let settled = match result {
            Ok(answer) => item.queued.settle(self, request, answer.clone()),
            Err(error) => Err(error.clone()),
        };
        if !matches!(&settled, Err(error) if error.is_retryable()) {
            self.0.send_queue.set_waiting(item.queued.parent(), None);
        }
        match settled {
            Ok(()) => {}
            Err(error) if error.is_signed_out() => self.ask_to_sign_in(),
            Err(error) if error.is_retryable() => {
                self.0.send_queue.set_waiting(item.queued.parent(), Some(error.failure()));
            }
            Err(error) => {
                item.queued.refuse(request, &error);
                if item.is_own {
                    item.queued.report(self, request, &error);
                }
            }
        }
        self.look_at_clock();
    }

    /// Applies a result that the leader tab has broadcast. `is_settled`: no change is pending any more.
    pub(super) fn receive_outcome(
        &self,
        key: &Key,
        request: &Request,
        result: &Result<Value, ApiError>,
        is_settled: bool,
    ) {
        if let Some(item) = self.0.send_queue.find(key) {
            self.take_outcome(&item, request, result);
            if is_settled {
                // Two tabs that changed it concurrently may disagree; the leader's request counts.
                item.queued.restore(self, None);
            }
            self.0.send_queue.remove_finished();
        }
    }

    /// Waits while the browser is offline. False: the client is closed.
    pub(super) async fn until_online(&self) -> bool {
        while !is_online() && !self.is_closed() {
            self.pause(LONGEST_MS).await;
        }
        !self.is_closed()
    }

    fn look_at_clock(&self) {
        let are_overdue = self.0.send_queue.are_overdue();
        if self.0.is_overdue.get_untracked() != are_overdue {
            self.0.is_overdue.set(are_overdue);
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Sent {
    Done,
    /// Another tab, or the next client of this agent, continues.
    Stopped,
}

impl Sent {
    fn is_stopped(self) -> bool {
        self == Self::Stopped
    }
}

fn is_online() -> bool {
    leptos::prelude::window().navigator().on_line()
}
