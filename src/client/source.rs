//! `Source`: a timeline of the store with its requests: notes about a contact, notes in a conversation, its messages. Their
//! pages are loaded and their pending changes sent by the same code.

use super::{
    Client, ToastKind,
    send_queue::{Queued, Request},
};
use crate::{
    net::{
        api::{Api, ApiCall, read},
        error::ApiError,
    },
    storage::outbox::Key,
    store::{
        record::{Entry, Failure, Load, Pending, PendingRequest},
        records::Records,
        threads::arrived,
        timeline::Timeline,
        unsent::Unsent,
    },
    strings::strings,
};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::rc::Rc;
use uuid::Uuid;
use wire::{ConversationId, Deleted, Page, ProblemCode, Seq, Time};

/// The server keeps a deleted thing's text this long; the toast offers Undo for two seconds less.
const UNDO_WINDOW_MS: u32 = 12_000;

/// Where an older page begins: its cursor, and the place it lies below.
pub(super) type PageStart = (String, Seq);

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

    /// The contact or conversation that they belong to.
    fn parent(&self) -> Uuid;

    /// Where one of its things is stored while it is unsent.
    fn key(&self, id: <Self::Thing as Entry>::Id) -> Key;

    /// When, in milliseconds since 1970, in which conversation and what was typed.
    fn typed(thing: &Self::Thing) -> (i64, ConversationId, String);

    /// A thing of this agent's that the server has not confirmed. `None`: its text can't be one.
    fn unsaved(&self, client: &Client, id: <Self::Thing as Entry>::Id, typed: Typed) -> Option<Self::Thing>;

    /// The toast that offers to undo its deletion.
    fn deleted(&self, _id: <Self::Thing as Entry>::Id) -> Option<ToastKind> {
        None
    }
}

/// What an agent has typed, when, and in which conversation.
pub(super) struct Typed {
    pub(super) at: Time,
    pub(super) conversation: ConversationId,
    pub(super) body: String,
}

/// What came of asking for a page.
pub(super) enum Fetched {
    /// It was taken in; the next older one, if there is one, begins here.
    TakenIn(Option<PageStart>),
    /// It was read before a reset.
    Stale,
}

/// A page of a thread, taken in.
pub(super) fn take_in<T: Entry>(timeline: &Timeline<T>, below: Option<Seq>, page: Page<T>) -> Fetched {
    let next = next(&page.items, page.next_cursor.as_deref());
    Fetched::of(timeline.receive_page(arrived(below, page)), next)
}

/// Where the page after this one begins.
pub(super) fn next<T: Entry>(items: &[T], cursor: Option<&str>) -> Option<PageStart> {
    Some((cursor?.to_owned(), items.last()?.seq()))
}

impl Fetched {
    pub(super) fn of(taken_in: bool, next: Option<PageStart>) -> Self {
        if taken_in { Self::TakenIn(next) } else { Self::Stale }
    }
}

/// A source's pages, whatever its kind.
pub(super) trait Pages {
    fn load(&self) -> Load;
    fn set_load(&self, load: Load);
    fn floor(&self) -> Option<Seq>;
    fn older(&self) -> Option<PageStart>;
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

    fn older(&self) -> Option<PageStart> {
        self.timeline().older()
    }

    fn page(&self, api: &Api, cursor: Option<&str>) -> ApiCall<Value> {
        Source::page(self, api, cursor)
    }

    fn receive_page(&self, below: Option<Seq>, page: Value) -> Result<Fetched, ApiError> {
        Source::receive_page(self, below, page)
    }
}

/// A pending addition, deletion or restoration.
pub(super) struct QueuedEntry<S: Source> {
    pub(super) source: S,
    pub(super) id: <S::Thing as Entry>::Id,
}

impl<S: Source> Queued for QueuedEntry<S> {
    fn key(&self) -> Key {
        self.source.key(self.id)
    }

    fn parent(&self) -> Uuid {
        self.source.parent()
    }

    fn request(&self) -> Option<Request> {
        Some(match self.source.timeline().request(self.id)? {
            PendingRequest::Add(_) => Request::Add,
            PendingRequest::Delete => Request::Delete,
            PendingRequest::Restore => Request::Restore,
        })
    }

    fn unsent(&self) -> Option<Unsent> {
        self.source.timeline().with(self.id, |record| Unsent::of(record.pending(), S::typed))
    }

    fn made_at(&self) -> Option<i64> {
        let is_addition = self.request() == Some(Request::Add);
        self.key().made_at().filter(|_| is_addition)
    }

    fn mark_sent(&self) {
        self.source.timeline().mark_sent(self.id);
    }

    fn send(&self, api: &Api, _: &Request) -> Option<ApiCall<Value>> {
        self.source.send(api, self.id, self.source.timeline().request(self.id)?)
    }

    fn settle(&self, client: &Client, request: &Request, answer: Value) -> Result<(), ApiError> {
        if *request != Request::Delete {
            self.source.timeline().settle(read(answer)?);
            return Ok(());
        }
        let deleted: Option<Deleted> = read(answer)?;
        self.source.timeline().settle_delete(self.id, deleted.map(|deleted| deleted.rev));
        let (source, id) = (self.source.clone(), self.id);
        client.later(UNDO_WINDOW_MS, move || source.timeline().forget_deleted(id));
        Ok(())
    }

    fn retry(&self, _: &Request, failure: Failure) {
        self.source.timeline().retry(self.id, failure);
    }

    fn refuse(&self, request: &Request, error: &ApiError) {
        let timeline = self.source.timeline();
        match error.code() {
            // Somebody deleted it before we did: that is what was asked for.
            Some(ProblemCode::NotFound) if *request == Request::Delete => timeline.settle_delete(self.id, None),
            Some(ProblemCode::Gone) => timeline.refuse_gone(self.id, error.rev()),
            _ => timeline.refuse(self.id, error.failure()),
        }
    }

    fn report(&self, client: &Client, request: &Request, error: &ApiError) {
        match request {
            Request::Restore => client.alert(strings().undo_failed.to_owned()),
            Request::Delete if matches!(error.code(), Some(ProblemCode::NotFound | ProblemCode::Gone)) => {}
            Request::Delete => {
                if let Some(deleted) = self.source.deleted(self.id) {
                    client.withdraw(&deleted);
                }
                client.report(error);
            }
            Request::Add | Request::Change(_) => client.report(error),
        }
    }

    fn restore(&self, client: &Client, unsent: Option<Unsent>) {
        let timeline = self.source.timeline();
        match unsent {
            None => timeline.drop_pending(self.id),
            Some(Unsent::Add { at, refused, conversation, body }) => {
                let at = Time::from_timestamp_millis(at).unwrap_or_default();
                if let Some(thing) = self.source.unsaved(client, self.id, Typed { at, conversation, body }) {
                    timeline.restore_add(thing, refused);
                }
            }
            Some(Unsent::Delete) => timeline.restore_pending(self.id, Pending::Delete { undone: false }),
            Some(Unsent::Restore) => timeline.restore_pending(self.id, Pending::Restore),
            Some(Unsent::Change { .. }) => {}
        }
    }
}

impl Client {
    /// Shows a new thing at once, then sends it until the server has spoken.
    pub(super) fn apply_add<S: Source>(&self, source: S, thing: S::Thing) {
        let id = thing.id();
        source.timeline().apply_add(thing);
        self.enqueue(Rc::new(QueuedEntry { source, id }));
    }

    /// Deletes a thing: gone at once from every view, with Undo on a toast.
    pub(super) fn apply_delete<S: Source>(&self, source: S, id: <S::Thing as Entry>::Id) {
        let was_saved = source.timeline().with(id, |record| record.live().is_some());
        if !source.timeline().apply_delete(id) {
            return;
        }
        if let Some(deleted) = source.deleted(id).filter(|_| was_saved) {
            self.toast(deleted);
        }
        self.enqueue(Rc::new(QueuedEntry { source, id }));
    }

    /// Takes a deletion back, while that is possible.
    pub(super) fn apply_restore<S: Source>(&self, source: S, id: <S::Thing as Entry>::Id) {
        if source.timeline().apply_restore(id) {
            self.enqueue(Rc::new(QueuedEntry { source, id }));
        } else {
            self.alert(strings().undo_failed.to_owned());
        }
    }

    /// Takes a refused thing away and hands it back, to be edited.
    pub(super) fn take_back<S: Source>(&self, source: S, id: <S::Thing as Entry>::Id) -> Option<S::Thing> {
        let thing = source.timeline().with(id, |record| Some(record.shown()?.0.into_owned()));
        source.timeline().apply_delete(id);
        self.enqueue(Rc::new(QueuedEntry { source, id }));
        thing
    }
}
