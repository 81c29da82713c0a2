//! Commands on contact notes: add, take a refused one back for editing, delete, restore, mark as seen.

use super::{
    Client, ToastKind,
    source::{Fetched, Kind, RecordOf, Source, next},
    spawn,
};
use crate::{
    net::{
        api::{Api, ApiCall, read},
        error::ApiError,
    },
    storage::outbox::Key,
    store::{
        notes::NotesOfContact,
        record::{Load, PendingRequest},
        timeline::Timeline,
    },
    strings::strings,
};
use leptos::prelude::*;
use serde_json::Value;
use std::sync::Arc;
use wire::{
    AgentRef, ContactId, ContactNote, ContactNoteId, ConversationId, NewContactNote, NoteBody, NotesPage, Seq, Time,
};

/// The server keeps a deleted note's text this long; the toast offers Undo for two seconds less.
pub(super) const UNDO_WINDOW_MS: u32 = 12_000;

/// How often the server is asked to count before its answer is left as it is: another change may overtake each answer.
const MOST_COUNTS: usize = 5;

/// A contact's notes and their requests.
#[derive(Clone)]
struct NotesOf {
    contact: ContactId,
    notes: Arc<NotesOfContact>,
}

impl Source for NotesOf {
    type Thing = ContactNote;

    fn timeline(&self) -> &Timeline<ContactNote> {
        &self.notes.timeline
    }

    fn page(&self, api: &Api, cursor: Option<&str>) -> ApiCall<Value> {
        api.contact_notes(self.contact, cursor).json()
    }

    fn receive_page(&self, below: Option<Seq>, page: Value) -> Result<Fetched, ApiError> {
        let page: NotesPage<ContactNote> = read(page)?;
        let next = next(&page.items, page.next_cursor.as_deref());
        Ok(Fetched::of(self.notes.receive_page(below, page), next))
    }

    fn send(&self, api: &Api, id: ContactNoteId, request: PendingRequest<ContactNote>) -> Option<ApiCall<Value>> {
        Some(match request {
            PendingRequest::Add(note) => {
                let new = NewContactNote { body: note.body, conversation_id: note.conversation_id };
                api.add_contact_note(self.contact, id, &new).json()
            }
            PendingRequest::Delete => api.delete_contact_note(self.contact, id).json(),
            PendingRequest::Restore => api.restore_contact_note(self.contact, id).json(),
        })
    }

    fn key(&self, id: ContactNoteId) -> Key {
        Key::contact_note(self.contact, id)
    }

    fn typed(note: &ContactNote) -> (i64, ConversationId, String) {
        (note.created_at.timestamp_millis(), note.conversation_id, note.body.as_str().to_owned())
    }

    fn failed(&self, client: &Client, id: ContactNoteId, kind: Kind, error: &ApiError) {
        client.note_failed(&ToastKind::ContactNoteDeleted { contact: self.contact, note: id }, kind, error);
    }
}

impl Client {
    /// Adds a note to a contact: shown at once in every view of the contact, then sent until the server has spoken.
    pub fn add_contact_note(&self, contact: ContactId, conversation: ConversationId, body: NoteBody) -> ContactNoteId {
        let id = ContactNoteId::fresh();
        let note = self.unsaved_contact_note(id, contact, conversation, chrono::Utc::now(), body);
        self.store().contact_notes.of(contact).timeline.apply_add(note);
        self.send_contact_note(contact, id);
        id
    }

    /// Deletes a note: gone at once from every view, with Undo on a toast.
    pub fn delete_contact_note(&self, contact: ContactId, id: ContactNoteId) {
        let notes = self.store().contact_notes.of(contact);
        let was_saved = notes.timeline.cell(id).with_untracked(|record| record.live().is_some());
        if !notes.timeline.apply_delete(id) {
            return;
        }
        if was_saved {
            self.toast(ToastKind::ContactNoteDeleted { contact, note: id });
            let client = self.clone();
            self.later(UNDO_WINDOW_MS, move || client.store().contact_notes.of(contact).timeline.forget_deleted(id));
        }
        self.send_contact_note(contact, id);
    }

    /// Takes a deletion back, while that is possible.
    pub fn restore_contact_note(&self, contact: ContactId, id: ContactNoteId) {
        if self.store().contact_notes.of(contact).timeline.apply_restore(id) {
            self.send_contact_note(contact, id);
        } else {
            self.alert(strings().undo_failed.to_owned());
        }
    }

    /// Takes a refused note away and hands back its text, to be edited.
    pub fn take_back_contact_note(&self, contact: ContactId, id: ContactNoteId) -> Option<NoteBody> {
        let notes = self.store().contact_notes.of(contact);
        let body = notes.timeline.cell(id).with_untracked(|record| record.shown().map(|(note, _)| note.body.clone()));
        notes.timeline.apply_delete(id);
        self.send_contact_note(contact, id);
        body
    }

    /// Loads the newest notes of a contact, unless that has been done.
    pub fn load_contact_notes(&self, contact: ContactId) {
        self.load_pages(Box::new(self.notes_of(contact)));
    }

    /// Loads the next older page, if there is one.
    pub fn load_older_contact_notes(&self, contact: ContactId) {
        self.load_older_page(Box::new(self.notes_of(contact)));
    }

    pub(super) async fn fetch_contact_notes(&self, contact: ContactId) {
        self.fetch_pages(&self.notes_of(contact)).await;
    }

    /// This agent has seen a note.
    pub fn see_contact_note(&self, contact: ContactId, id: ContactNoteId) {
        let Some(seen) = self.store().contact_notes.of(contact).see(id) else { return };
        let client = self.clone();
        spawn(async move {
            if client.until_online().await {
                // A lost mark shows the badge once more, nothing worse.
                let _ = client.api().mark_notes_seen(contact, seen).json().await;
            }
        });
    }

    /// Asks the server how many notes are new, where something that isn't loaded may have changed that.
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
                let answer = client.api().contact_notes(contact, None).await;
                if !answer.is_ok_and(|page| notes.receive_page(None, page)) {
                    // Without a connection, or after a reset: everything open is fetched again then.
                    break;
                }
            }
            notes.end_count();
        });
    }

    /// A note of this agent's that the server has not confirmed.
    pub(super) fn unsaved_contact_note(
        &self,
        id: ContactNoteId,
        contact_id: ContactId,
        conversation_id: ConversationId,
        created_at: Time,
        body: NoteBody,
    ) -> ContactNote {
        let author = self.me_as_author();
        ContactNote { id, contact_id, conversation_id, author, body, created_at, seq: 0, rev: 0 }
    }

    pub(super) fn me_as_author(&self) -> AgentRef {
        AgentRef { id: self.my_id(), name: self.me().agent.name.clone(), removed: false }
    }

    /// A request for a note of either kind was refused for good. `deleted`: the toast of its deletion.
    pub(super) fn note_failed(&self, deleted: &ToastKind, kind: Kind, error: &ApiError) {
        match kind {
            Kind::Add => self.report(error),
            Kind::Delete => {
                self.withdraw(deleted);
                self.report(error);
            }
            Kind::Restore => self.alert(strings().undo_failed.to_owned()),
        }
    }

    fn notes_of(&self, contact: ContactId) -> NotesOf {
        NotesOf { contact, notes: self.store().contact_notes.of(contact) }
    }

    pub(super) fn send_contact_note(&self, contact: ContactId, id: ContactNoteId) {
        self.enqueue(contact.0, Box::new(RecordOf { source: self.notes_of(contact), id }));
    }
}
