//! A ledger of the store with the requests that go with it. What is done with one is the same for every kind of thing,
//! so it is written once, for a `dyn` of each: the app is downloaded.

use super::Desk;
use crate::{
    error::ApiError,
    store::{
        ledger::Ledger,
        row::{Entry, Errand, Failure, Load},
        threads::arrived,
    },
};
use std::pin::Pin;
use wire::{Page, Seq};

/// A request under way.
pub(super) type Pending<'a, T> = Pin<Box<dyn Future<Output = Result<T, ApiError>> + 'a>>;

/// Where an older page begins: its cursor, and the place it lies below.
pub(super) type From = (String, Seq);

/// What a request brought.
pub(super) enum Done<T> {
    /// The thing as it is now.
    Entry(T),
    Deleted,
}

/// The kind of request that a row waits for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Add,
    Delete,
    Restore,
}

/// One kind of thing in one place, a contact's notes, say.
pub(super) trait Source: Clone + 'static {
    type Thing: Entry;

    fn ledger(&self) -> &Ledger<Self::Thing>;

    /// Asks for a page, the newest if `from` is `None`, and takes it in.
    async fn page(&self, desk: &Desk, from: Option<From>) -> Result<Fetched, ApiError>;

    /// Sends one request.
    async fn send(
        &self,
        desk: &Desk,
        id: <Self::Thing as Entry>::Id,
        errand: Errand<Self::Thing>,
    ) -> Result<Done<Self::Thing>, ApiError>;

    /// Hears of a request that was refused for good.
    fn failed(&self, desk: &Desk, id: <Self::Thing as Entry>::Id, kind: Kind, error: &ApiError);
}

/// What came of asking for a page.
pub(super) enum Fetched {
    /// It was taken in; the next older one, if there is one, begins here.
    TakenIn(Option<From>),
    /// It was read before a reset.
    Stale,
}

/// Takes a page in that was asked for from `from` on.
pub(super) fn take_in<T: Entry>(ledger: &Ledger<T>, below: Option<Seq>, page: Page<T>) -> Fetched {
    let next = next(&page.items, page.next_cursor.as_deref());
    Fetched::of(ledger.receive_page(arrived(below, page)), next)
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
    fn fetch<'a>(&'a self, desk: &'a Desk, from: Option<From>) -> Pending<'a, Fetched>;
}

impl<S: Source> Pages for S {
    fn load(&self) -> Load {
        use leptos::prelude::GetUntracked;
        self.ledger().load().get_untracked()
    }

    fn set_load(&self, load: Load) {
        self.ledger().set_load(load);
    }

    fn floor(&self) -> Option<Seq> {
        self.ledger().floor()
    }

    fn older(&self) -> Option<From> {
        self.ledger().older()
    }

    fn fetch<'a>(&'a self, desk: &'a Desk, from: Option<From>) -> Pending<'a, Fetched> {
        Box::pin(self.page(desk, from))
    }
}

/// A row of a source, whatever its kind.
pub(super) trait Row {
    /// The request it waits for, if any.
    fn waits_for(&self) -> Option<Kind>;
    /// Sends that request, and settles the row by its answer.
    fn send<'a>(&'a self, desk: &'a Desk) -> Pending<'a, ()>;
    fn settle_delete(&self);
    fn retry(&self, failure: Failure);
    fn refuse(&self, failure: Failure);
    fn failed(&self, desk: &Desk, kind: Kind, error: &ApiError);
}

pub(super) struct RowOf<S: Source> {
    pub(super) source: S,
    pub(super) id: <S::Thing as Entry>::Id,
}

impl<S: Source> Row for RowOf<S> {
    fn waits_for(&self) -> Option<Kind> {
        Some(match self.source.ledger().errand(self.id)? {
            Errand::Add(_) => Kind::Add,
            Errand::Delete => Kind::Delete,
            Errand::Restore => Kind::Restore,
        })
    }

    fn send<'a>(&'a self, desk: &'a Desk) -> Pending<'a, ()> {
        Box::pin(async move {
            let Some(errand) = self.source.ledger().errand(self.id) else { return Ok(()) };
            match self.source.send(desk, self.id, errand).await? {
                Done::Entry(thing) => self.source.ledger().settle(thing),
                Done::Deleted => self.settle_delete(),
            }
            Ok(())
        })
    }

    fn settle_delete(&self) {
        self.source.ledger().settle_delete(self.id);
    }

    fn retry(&self, failure: Failure) {
        self.source.ledger().retry(self.id, failure);
    }

    fn refuse(&self, failure: Failure) {
        self.source.ledger().refuse(self.id, failure);
    }

    fn failed(&self, desk: &Desk, kind: Kind, error: &ApiError) {
        self.source.failed(desk, self.id, kind, error);
    }
}
