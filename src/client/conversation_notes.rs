//! Commands on conversation notes: add, take a refused one back for editing, delete, restore.

use super::{
    Client, ToastKind,
    contact_notes::UNDO_WINDOW_MS,
    source::{Fetched, Kind, RecordOf, Source, take_in},
};
use crate::{
    net::{
        api::{Api, ApiCall, read},
        error::ApiError,
    },
    storage::outbox::Key,
    store::{record::PendingRequest, threads::Thread, timeline::Timeline},
    strings::strings,
};
use leptos::prelude::*;
use serde_json::Value;
use std::sync::Arc;
use wire::{ConversationId, ConversationNote, ConversationNoteId, NoteBody, Seq, Time};

/// A conversation's own notes and their requests.
#[derive(Clone)]
pub(super) struct NotesIn {
    conversation: ConversationId,
    thread: Arc<Thread>,
}

impl Source for NotesIn {
    type Thing = ConversationNote;

    fn timeline(&self) -> &Timeline<ConversationNote> {
        &self.thread.notes
    }

    fn page(&self, api: &Api, cursor: Option<&str>) -> ApiCall<Value> {
        api.conversation_notes(self.conversation, cursor).json()
    }

    fn receive_page(&self, below: Option<Seq>, page: Value) -> Result<Fetched, ApiError> {
        Ok(take_in(&self.thread.notes, below, read(page)?))
    }

    fn send(
        &self,
        api: &Api,
        id: ConversationNoteId,
        request: PendingRequest<ConversationNote>,
    ) -> Option<ApiCall<Value>> {
        Some(match request {
            PendingRequest::Add(note) => api.add_conversation_note(self.conversation, id, note.body).json(),
            PendingRequest::Delete => api.delete_conversation_note(self.conversation, id).json(),
            PendingRequest::Restore => api.restore_conversation_note(self.conversation, id).json(),
        })
    }

    fn key(&self, id: ConversationNoteId) -> Key {
        Key::conversation_note(self.conversation, id)
    }

    fn typed(note: &ConversationNote) -> (i64, ConversationId, String) {
        (note.created_at.timestamp_millis(), note.conversation_id, note.body.as_str().to_owned())
    }

    fn failed(&self, client: &Client, id: ConversationNoteId, kind: Kind, error: &ApiError) {
        let deleted = ToastKind::ConversationNoteDeleted { conversation: self.conversation, note: id };
        client.note_failed(&deleted, kind, error);
    }
}

impl Client {
    /// Adds a note to one conversation: shown at once in its thread.
    pub fn add_conversation_note(&self, conversation: ConversationId, body: NoteBody) -> ConversationNoteId {
        let id = ConversationNoteId::fresh();
        let note = self.unsaved_conversation_note(id, conversation, chrono::Utc::now(), body);
        self.store().threads.of(conversation).notes.apply_add(note);
        self.send_conversation_note(conversation, id);
        id
    }

    /// Deletes a conversation note, with Undo on a toast.
    pub fn delete_conversation_note(&self, conversation: ConversationId, id: ConversationNoteId) {
        let thread = self.store().threads.of(conversation);
        let was_saved = thread.notes.cell(id).with_untracked(|record| record.live().is_some());
        if !thread.notes.apply_delete(id) {
            return;
        }
        if was_saved {
            self.toast(ToastKind::ConversationNoteDeleted { conversation, note: id });
            let client = self.clone();
            self.later(UNDO_WINDOW_MS, move || client.store().threads.of(conversation).notes.forget_deleted(id));
        }
        self.send_conversation_note(conversation, id);
    }

    /// Takes a deletion back, while that is possible.
    pub fn restore_conversation_note(&self, conversation: ConversationId, id: ConversationNoteId) {
        if self.store().threads.of(conversation).notes.apply_restore(id) {
            self.send_conversation_note(conversation, id);
        } else {
            self.alert(strings().undo_failed.to_owned());
        }
    }

    /// Takes a refused conversation note away and hands back its text, to be edited.
    pub fn take_back_conversation_note(
        &self,
        conversation: ConversationId,
        id: ConversationNoteId,
    ) -> Option<NoteBody> {
        let thread = self.store().threads.of(conversation);
        let body = thread.notes.cell(id).with_untracked(|record| record.shown().map(|(note, _)| note.body.clone()));
        thread.notes.apply_delete(id);
        self.send_conversation_note(conversation, id);
        body
    }

    /// A note of this agent's that the server has not confirmed.
    pub(super) fn unsaved_conversation_note(
        &self,
        id: ConversationNoteId,
        conversation_id: ConversationId,
        created_at: Time,
        body: NoteBody,
    ) -> ConversationNote {
        ConversationNote { id, conversation_id, author: self.me_as_author(), body, created_at, seq: 0, rev: 0 }
    }

    pub(super) fn notes_in(&self, conversation: ConversationId) -> NotesIn {
        NotesIn { conversation, thread: self.store().threads.of(conversation) }
    }

    pub(super) fn send_conversation_note(&self, conversation: ConversationId, id: ConversationNoteId) {
        self.enqueue(conversation.0, Box::new(RecordOf { source: self.notes_in(conversation), id }));
    }
}
