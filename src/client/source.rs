//! `Source`: a timeline of the store with its requests: notes about a contact, notes in a conversation, its messages.
//! The same code loads their pages and sends their pending changes.

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

/// The undo window: the server keeps a deleted thing's text this long. The toast offers Undo for two seconds less.
const UNDO_WINDOW_MS: u32 = 12_000;

/// The start of an older page: its cursor, and the seq that it lies below.
pub(super) type PageStart = (String, Seq);

/// One kind of thing of one parent, for example a contact's notes.
pub(super) trait Source: Clone + 'static {
    type Thing: Entry + DeserializeOwned;

    fn timeline(&self) -> &Timeline<Self::Thing>;

    /// Requests the page that begins at a cursor, or the newest.
    fn page(&self, api: &Api, cursor: Option<&str>) -> ApiCall<Value>;

    /// Puts a page that was requested below a seq into the store. Returns whether it was applied, and where the next
    /// one begins.
    fn receive_page(&self, below: Option<Seq>, page: Value) -> Result<Fetched, ApiError>;

    /// Sends one request. `None`: this kind has no such request, or the text is not valid.
    fn send(
        &self,
        api: &Api,
        id: <Self::Thing as Entry>::Id,
        request: PendingRequest<Self::Thing>,
    ) -> Option<ApiCall<Value>>;

    /// The contact or conversation that the things belong to.
    fn parent(&self) -> Uuid;

    /// The key under which an unsent thing is stored.
    fn key(&self, id: <Self::Thing as Entry>::Id) -> Key;

    /// When a thing was typed (in milliseconds since 1970), in which conversation, and its text.
    fn typed(thing: &Self::Thing) -> (i64, ConversationId, String);

    /// A thing of this agent that the server has not confirmed (a local echo). `None`: the text is not valid.
    fn unsaved(&self, client: &Client, id: <Self::Thing as Entry>::Id, typed: Typed) -> Option<Self::Thing>;

    /// The toast that offers to undo its deletion.
    fn deleted(&self, _id: <Self::Thing as Entry>::Id) -> Option<ToastKind> {
        None
    }
}

/// A text that an agent has typed, when, and in which conversation.
pub(super) struct Typed {
    pub(super) at: Time,
    pub(super) conversation: ConversationId,
    pub(super) body: String,
}

/// The result of a page request.
pub(super) enum Fetched {
    /// The page was applied; the next older one, if there is one, begins here.
    TakenIn(Option<PageStart>),
    /// The page was read before a reset.
    Stale,
}

/// Puts a page of a thread into its timeline.
pub(super) fn take_in<T: Entry>(timeline: &Timeline<T>, below: Option<Seq>, page: Page<T>) -> Fetched {
    let next = next(&page.items, page.next_cursor.as_deref());
    Fetched::of(timeline.receive_page(arrived(below, page)), next)
}

/// The start of the page after this one.
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
            // Another agent deleted it first: the request is fulfilled.
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
    /// Adds a thing: a local echo, sent until the server confirms or refuses it.
    pub(super) fn apply_add<S: Source>(&self, source: S, thing: S::Thing) {
        let id = thing.id();
        source.timeline().apply_add(thing);
        self.enqueue(Rc::new(QueuedEntry { source, id }));
    }

    /// Deletes a thing: it disappears at once from every view, and a toast offers Undo.
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

    /// Undoes a deletion, within the undo window.
    pub(super) fn apply_restore<S: Source>(&self, source: S, id: <S::Thing as Entry>::Id) {
        if source.timeline().apply_restore(id) {
            self.enqueue(Rc::new(QueuedEntry { source, id }));
        } else {
            self.alert(strings().undo_failed.to_owned());
        }
    }

    /// Removes a refused thing and returns it for editing.
    pub(super) fn take_back<S: Source>(&self, source: S, id: <S::Thing as Entry>::Id) -> Option<S::Thing> {
        let thing = source.timeline().with(id, |record| Some(record.shown()?.0.into_owned()));
        source.timeline().apply_delete(id);
        self.enqueue(Rc::new(QueuedEntry { source, id }));
        thing
    }
}
