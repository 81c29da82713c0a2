//! Commands on contact notes: add, take a refused one back for editing, delete, restore, mark as seen.

use super::{
    Client, ToastKind,
    source::{Fetched, Source, Typed, next},
    spawn,
};
use crate::{
    net::{
        api::{Api, ApiCall, Method, PAGE, read},
        error::ApiError,
    },
    storage::outbox::Key,
    store::{
        notes::NotesOfContact,
        record::{Load, PendingRequest},
        timeline::Timeline,
    },
};
use serde_json::Value;
use std::sync::Arc;
use uuid::Uuid;
use wire::{
    AgentRef, ContactId, ContactNote, ContactNoteId, ConversationId, NewContactNote, NoteBody, NotesPage, ReadMark,
    Seq, paths,
};

/// The maximum number of count requests in a row: another change may make each answer stale.
const MOST_COUNTS: usize = 5;

/// A contact's notes and their requests.
#[derive(Clone)]
pub(super) struct NotesOf {
    contact: ContactId,
    notes: Arc<NotesOfContact>,
}

impl Source for NotesOf {
    type Thing = ContactNote;

    fn timeline(&self) -> &Timeline<ContactNote> {
        &self.notes.timeline
    }

    fn page(&self, api: &Api, cursor: Option<&str>) -> ApiCall<Value> {
        api.get::<Value>(&paths::contact_notes(self.contact, cursor, PAGE)).json()
    }

    fn receive_page(&self, below: Option<Seq>, page: Value) -> Result<Fetched, ApiError> {
        let page: NotesPage<ContactNote> = read(page)?;
        let next = next(&page.items, page.next_cursor.as_deref());
        Ok(Fetched::of(self.notes.receive_page(below, page), next))
    }

    fn send(&self, api: &Api, id: ContactNoteId, request: PendingRequest<ContactNote>) -> Option<ApiCall<Value>> {
        let path = paths::contact_note(self.contact, id);
        Some(match request {
            PendingRequest::Add(note) => {
                let new = NewContactNote { body: note.body, conversation_id: note.conversation_id };
                api.send_json::<Value>(Method::PUT, &path, &new).json()
            }
            PendingRequest::Delete => api.send::<Value>(Method::DELETE, &path).json(),
            PendingRequest::Restore => {
                api.send::<Value>(Method::POST, &paths::contact_note_restore(self.contact, id)).json()
            }
        })
    }

    fn parent(&self) -> Uuid {
        self.contact.0
    }

    fn key(&self, id: ContactNoteId) -> Key {
        Key::ContactNote(self.contact, id)
    }

    fn typed(note: &ContactNote) -> (i64, ConversationId, String) {
        (note.created_at.timestamp_millis(), note.conversation_id, note.body.as_str().to_owned())
    }

    fn unsaved(&self, client: &Client, id: ContactNoteId, typed: Typed) -> Option<ContactNote> {
        let (author, body) = (client.me_as_author(), NoteBody::parse(&typed.body).ok()?);
        Some(ContactNote::unsaved(id, self.contact, typed.conversation, author, body, typed.at))
    }

    fn deleted(&self, note: ContactNoteId) -> Option<ToastKind> {
        Some(ToastKind::ContactNoteDeleted { contact: self.contact, note })
    }
}

impl Client {
    /// Adds a note to a contact, written in one of the conversations with them.
    pub fn add_contact_note(&self, contact: ContactId, conversation: ConversationId, body: NoteBody) -> ContactNoteId {
        let id = ContactNoteId::fresh();
        let (author, now) = (self.me_as_author(), chrono::Utc::now());
        let note = ContactNote::unsaved(id, contact, conversation, author, body, now);
        self.apply_add(self.notes_of(contact), note);
        id
    }

    pub fn delete_contact_note(&self, contact: ContactId, id: ContactNoteId) {
        self.apply_delete(self.notes_of(contact), id);
    }

    pub fn restore_contact_note(&self, contact: ContactId, id: ContactNoteId) {
        self.apply_restore(self.notes_of(contact), id);
    }

    /// Removes a refused note and returns its text for editing.
    pub fn take_back_contact_note(&self, contact: ContactId, id: ContactNoteId) -> Option<NoteBody> {
        self.take_back(self.notes_of(contact), id).map(|note| note.body)
    }

    /// Loads the newest notes of a contact, unless they are loaded.
    pub fn load_contact_notes(&self, contact: ContactId) {
        self.load_pages(Box::new(self.notes_of(contact)));
    }

    /// Loads the next older page, if there is one.
    pub fn load_older_contact_notes(&self, contact: ContactId) {
        self.load_older_page(Box::new(self.notes_of(contact)));
    }

    /// Loads all of a contact's notes.
    pub async fn load_all_contact_notes(&self, contact: ContactId) {
        self.load_all_older_pages(&self.notes_of(contact)).await;
    }

    pub(super) async fn fetch_contact_notes(&self, contact: ContactId) {
        self.fetch_pages(&self.notes_of(contact)).await;
    }

    /// Marks a note as seen by this agent.
    pub fn see_contact_note(&self, contact: ContactId, id: ContactNoteId) {
        let Some(seen) = self.store().contact_notes.of(contact).see(id) else { return };
        let client = self.clone();
        spawn(async move {
            if client.until_online().await {
                // If the mark is lost, the badge shows again; that is harmless.
                let _ = client
                    .api()
                    .send_json::<Value>(Method::PUT, &paths::contact_notes_seen(contact), &ReadMark { seq: seen })
                    .json()
                    .await;
            }
        });
    }

    /// Refetches the count of new notes, if a change outside the loaded range may have made it stale.
    pub(super) fn recount_contact_notes(&self, contact: ContactId) {
        let notes = self.store().contact_notes.of(contact);
        if !notes.is_count_stale() {
            return;
        }
        if !self.is_shown(contact) {
            return notes.timeline.set_load(Load::Idle);
        }
        if !notes.begin_count() {
            return;
        }
        let client = self.clone();
        spawn(async move {
            let mut tries = 0..MOST_COUNTS;
            while notes.is_count_stale() && tries.next().is_some() {
                let answer = client.api().get(&paths::contact_notes(contact, None, PAGE)).await;
                if !answer.is_ok_and(|page| notes.receive_page(None, page)) {
                    // No connection, or a reset: all open data is refetched then.
                    break;
                }
            }
            notes.end_count();
        });
    }

    pub(super) fn me_as_author(&self) -> AgentRef {
        AgentRef { id: self.my_id(), name: self.me().agent.name.clone(), removed: false }
    }

    pub(super) fn notes_of(&self, contact: ContactId) -> NotesOf {
        NotesOf { contact, notes: self.store().contact_notes.of(contact) }
    }
}
