//! Pending changes of fields in the send queue: of a conversation, of a contact, of the agent's settings.

use super::{
    Client,
    send_queue::{Queued, Request},
};
use crate::{
    net::{
        api::{Api, ApiCall},
        error::ApiError,
    },
    storage::outbox::Key,
    store::{
        change::Change,
        record::{Entry, Failure, PendingChange, Record},
        records::Records,
        unsent::Unsent,
    },
};
use serde_json::Value;
use std::rc::Rc;
use uuid::Uuid;

/// Things with fields that an agent can change, and their requests.
pub(super) trait Changeable: Clone + 'static {
    type Thing: Entry;

    /// The name of the kind in storage.
    const KIND: &'static str;

    fn records(&self) -> &impl Records<Self::Thing>;

    /// The thing whose fields these are.
    fn id(&self) -> <Self::Thing as Entry>::Id;

    /// Sends the change. The answer is the changed thing.
    fn send(&self, api: &Api, change: &ChangeOf<Self>) -> ApiCall<Value>;

    fn receive(&self, client: &Client, answer: Value) -> Result<(), ApiError>;

    /// Whether a refused change is retried unchanged.
    fn is_to_be_sent_again(&self, _change: &ChangeOf<Self>, _error: &ApiError) -> bool {
        false
    }
}

type ChangeOf<C> = <<C as Changeable>::Thing as Entry>::Change;

/// The pending change of one field.
pub(super) struct QueuedChange<C: Changeable> {
    things: C,
    field: String,
}

impl<C: Changeable> QueuedChange<C> {
    pub(super) fn of(things: C, field: &str) -> Self {
        Self { things, field: field.to_owned() }
    }

    fn with<R>(&self, look: impl FnOnce(&PendingChange<ChangeOf<C>>) -> R) -> Option<R> {
        self.things.records().with(self.things.id(), |record: &Record<C::Thing>| {
            record.changes().iter().find(|pending| pending.change.field() == self.field).map(look)
        })
    }
}

fn read<C: Changeable>(request: &Request) -> Option<ChangeOf<C>> {
    if let Request::Change(json) = request { serde_json::from_str(json).ok() } else { None }
}

impl<C: Changeable> Queued for QueuedChange<C> {
    fn key(&self) -> Key {
        Key::Change { of: C::KIND.to_owned(), place: self.things.id().into(), field: self.field.clone() }
    }

    fn parent(&self) -> Uuid {
        self.things.id().into()
    }

    fn request(&self) -> Option<Request> {
        self.with(|pending| {
            let change = pending.send_state.refusal().is_none().then_some(&pending.change)?;
            serde_json::to_string(change).ok().map(Request::Change)
        })?
    }

    fn unsent(&self) -> Option<Unsent> {
        self.with(Unsent::of_change)?
    }

    fn made_at(&self) -> Option<i64> {
        self.with(|pending| pending.at)
    }

    fn mark_sent(&self) {}

    fn send(&self, api: &Api, request: &Request) -> Option<ApiCall<Value>> {
        Some(self.things.send(api, &read::<C>(request)?))
    }

    fn settle(&self, client: &Client, request: &Request, answer: Value) -> Result<(), ApiError> {
        self.things.receive(client, answer)?;
        let change = read::<C>(request).ok_or(ApiError::Unreadable)?;
        self.things.records().settle_change(self.things.id(), &change);
        Ok(())
    }

    fn retry(&self, request: &Request, failure: Failure) {
        if let Some(change) = read::<C>(request) {
            self.things.records().retry_change(self.things.id(), &change, failure);
        }
    }

    fn refuse(&self, request: &Request, error: &ApiError) {
        if let Some(change) = read::<C>(request)
            && !self.things.is_to_be_sent_again(&change, error)
        {
            self.things.records().refuse_change(self.things.id(), &change, error.failure());
        }
    }

    /// The refusal is shown beside the field.
    fn report(&self, _: &Client, _: &Request, _: &ApiError) {}

    fn restore(&self, _: &Client, unsent: Option<Unsent>) {
        let (records, id) = (self.things.records(), self.things.id());
        match unsent {
            None => {
                if let Some(change) = self.with(|pending| pending.change.clone()) {
                    records.settle_change(id, &change);
                }
            }
            Some(unsent) => {
                if let Some(change) = unsent.into_change() {
                    records.change(id, |record| record.apply_change(change));
                }
            }
        }
    }
}

impl Client {
    /// Changes a field: an optimistic update, sent until the server confirms or refuses it.
    pub(super) fn apply_change<C: Changeable>(&self, things: C, change: ChangeOf<C>) {
        let field = change.field();
        things.records().apply_change(things.id(), change, chrono::Utc::now().timestamp_millis());
        self.enqueue(Rc::new(QueuedChange { things, field }));
    }

    /// Drops a change that was refused.
    pub(super) fn discard_change<C: Changeable>(&self, things: C, field: &str) {
        let queued = QueuedChange::of(things, field);
        queued.restore(self, None);
        self.enqueue(Rc::new(queued));
    }
}
