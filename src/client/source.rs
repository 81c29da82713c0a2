//! `Source`: a timeline of the store with its requests. All kinds of entries are handled by the same code, behind `dyn`
//! types that keep the bundle small.

use super::Client;
use crate::{
    net::{
        api::{Api, ApiCall, read},
        error::ApiError,
    },
    storage::outbox::{Key, Outbox},
    store::{
        record::{Entry, Failure, Load, PendingRequest},
        threads::arrived,
        timeline::Timeline,
        unsent::Unsent,
    },
};
use leptos::prelude::WithUntracked;
use serde::de::DeserializeOwned;
use serde_json::Value;
use uuid::Uuid;
use wire::{ConversationId, Page, Seq};

/// Where an older page begins: its cursor, and the place it lies below.
pub(super) type From = (String, Seq);

/// The kind of request that a record waits for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Add,
    Delete,
    Restore,
}

/// One kind of thing in one place, a contact's notes, say.
pub(super) trait Source: Clone + 'static {
    type Thing: Entry + DeserializeOwned;

    fn timeline(&self) -> &Timeline<Self::Thing>;

    /// Asks for a page that begins at a cursor, or the newest.
    fn page(&self, api: &Api, cursor: Option<&str>) -> ApiCall<Value>;

    /// Takes a page in that was asked for below a place. Returns whether it counts, and where the next one begins.
    fn receive_page(&self, below: Option<Seq>, page: Value) -> Result<Fetched, ApiError>;

    /// Sends one request. `None`: there is no such request, and the record has what it wants.
    fn send(
        &self,
        api: &Api,
        id: <Self::Thing as Entry>::Id,
        request: PendingRequest<Self::Thing>,
    ) -> Option<ApiCall<Value>>;

    /// Where one of its things is stored while it is unsent.
    fn key(&self, id: <Self::Thing as Entry>::Id) -> Key;

    /// When, in milliseconds since 1970, in which conversation and what was typed.
    fn typed(thing: &Self::Thing) -> (i64, ConversationId, String);

    /// Hears of a request that was refused for good.
    fn failed(&self, client: &Client, id: <Self::Thing as Entry>::Id, kind: Kind, error: &ApiError);
}

/// What came of asking for a page.
pub(super) enum Fetched {
    /// It was taken in; the next older one, if there is one, begins here.
    TakenIn(Option<From>),
    /// It was read before a reset.
    Stale,
}

/// A page of a thread, taken in.
pub(super) fn take_in<T: Entry>(timeline: &Timeline<T>, below: Option<Seq>, page: Page<T>) -> Fetched {
    let next = next(&page.items, page.next_cursor.as_deref());
    Fetched::of(timeline.receive_page(arrived(below, page)), next)
}

/// Where the page after this one begins.
pub(super) fn next<T: Entry>(items: &[T], cursor: Option<&str>) -> Option<From> {
    Some((cursor?.to_owned(), items.last()?.seq()))
}

impl Fetched {
    pub(super) fn of(taken_in: bool, next: Option<From>) -> Self {
        if taken_in { Self::TakenIn(next) } else { Self::Stale }
    }
}

/// A source's pages, whatever its kind.
pub(super) trait Pages {
    fn load(&self) -> Load;
    fn set_load(&self, load: Load);
    fn floor(&self) -> Option<Seq>;
    fn older(&self) -> Option<From>;
    fn page(&self, api: &Api, cursor: Option<&str>) -> ApiCall<Value>;
    fn receive_page(&self, below: Option<Seq>, page: Value) -> Result<Fetched, ApiError>;
}

impl<S: Source> Pages for S {
    fn load(&self) -> Load {
        use leptos::prelude::GetUntracked;
        self.timeline().load().get_untracked()
    }

    fn set_load(&self, load: Load) {
        self.timeline().set_load(load);
    }

    fn floor(&self) -> Option<Seq> {
        self.timeline().floor()
    }

    fn older(&self) -> Option<From> {
        self.timeline().older()
    }

    fn page(&self, api: &Api, cursor: Option<&str>) -> ApiCall<Value> {
        Source::page(self, api, cursor)
    }

    fn receive_page(&self, below: Option<Seq>, page: Value) -> Result<Fetched, ApiError> {
        Source::receive_page(self, below, page)
    }
}

/// A record of a source, whatever its kind.
pub(super) trait QueuedRecord {
    /// The request it waits for, if any.
    fn waits_for(&self) -> Option<Kind>;
    /// A request may reach the server from now on.
    fn mark_sent(&self);
    /// Stores what is unsent of it as it is now, or removes what was stored.
    fn store(&self, outbox: &Outbox);
    fn id(&self) -> Uuid;
    /// Sends that request. `None`: nothing is to be sent, and the record has what it wants.
    fn send(&self, api: &Api) -> Option<ApiCall<Value>>;
    /// Settles the record by the answer to a request to add or restore.
    fn settle(&self, answer: Value) -> Result<(), ApiError>;
    fn settle_delete(&self);
    fn retry(&self, failure: Failure);
    fn refuse(&self, failure: Failure);
    fn failed(&self, client: &Client, kind: Kind, error: &ApiError);
}

pub(super) struct RecordOf<S: Source> {
    pub(super) source: S,
    pub(super) id: <S::Thing as Entry>::Id,
}

impl<S: Source> QueuedRecord for RecordOf<S> {
    fn waits_for(&self) -> Option<Kind> {
        Some(match self.source.timeline().request(self.id)? {
            PendingRequest::Add(_) => Kind::Add,
            PendingRequest::Delete => Kind::Delete,
            PendingRequest::Restore => Kind::Restore,
        })
    }

    fn mark_sent(&self) {
        self.source.timeline().mark_sent(self.id);
    }

    fn store(&self, outbox: &Outbox) {
        let record = self.source.timeline().cell(self.id);
        let unsent = record.with_untracked(|record| Unsent::of(record.pending(), S::typed));
        outbox.put(&self.source.key(self.id), unsent.map(|unsent| unsent.write()).as_deref());
    }

    fn id(&self) -> Uuid {
        self.id.into()
    }

    fn send(&self, api: &Api) -> Option<ApiCall<Value>> {
        self.source.send(api, self.id, self.source.timeline().request(self.id)?)
    }

    fn settle(&self, answer: Value) -> Result<(), ApiError> {
        self.source.timeline().settle(read(answer)?);
        Ok(())
    }

    fn settle_delete(&self) {
        self.source.timeline().settle_delete(self.id);
    }

    fn retry(&self, failure: Failure) {
        self.source.timeline().retry(self.id, failure);
    }

    fn refuse(&self, failure: Failure) {
        self.source.timeline().refuse(self.id, failure);
    }

    fn failed(&self, client: &Client, kind: Kind, error: &ApiError) {
        self.source.failed(client, self.id, kind, error);
    }
}
