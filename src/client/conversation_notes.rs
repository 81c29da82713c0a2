//! Commands on conversation notes: add, take a refused one back for editing, delete, restore.

use super::{
    Client, ToastKind,
    source::{Fetched, Source, Typed, take_in},
};
use crate::{
    net::{
        api::{Api, ApiCall, read},
        error::ApiError,
    },
    storage::outbox::Key,
    store::{record::PendingRequest, threads::Thread, timeline::Timeline},
};
use serde_json::Value;
use std::sync::Arc;
use uuid::Uuid;
use wire::{ConversationId, ConversationNote, ConversationNoteId, NoteBody, Seq};

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

    fn parent(&self) -> Uuid {
        self.conversation.0
    }

    fn key(&self, id: ConversationNoteId) -> Key {
        Key::ConversationNote(self.conversation, id)
    }

    fn typed(note: &ConversationNote) -> (i64, ConversationId, String) {
        (note.created_at.timestamp_millis(), note.conversation_id, note.body.as_str().to_owned())
    }

    fn unsaved(&self, client: &Client, id: ConversationNoteId, typed: Typed) -> Option<ConversationNote> {
        Some(ConversationNote {
            id,
            conversation_id: self.conversation,
            author: client.me_as_author(),
            body: NoteBody::parse(&typed.body).ok()?,
            created_at: typed.at,
            seq: 0,
            rev: 0,
        })
    }

    fn deleted(&self, note: ConversationNoteId) -> Option<ToastKind> {
        Some(ToastKind::ConversationNoteDeleted { conversation: self.conversation, note })
    }
}

impl Client {
    pub fn add_conversation_note(&self, conversation: ConversationId, body: NoteBody) -> ConversationNoteId {
        let id = ConversationNoteId::fresh();
        let (author, created_at) = (self.me_as_author(), chrono::Utc::now());
        let note = ConversationNote { id, conversation_id: conversation, author, body, created_at, seq: 0, rev: 0 };
        self.apply_add(self.notes_in(conversation), note);
        id
    }

    pub fn delete_conversation_note(&self, conversation: ConversationId, id: ConversationNoteId) {
        self.apply_delete(self.notes_in(conversation), id);
    }

    pub fn restore_conversation_note(&self, conversation: ConversationId, id: ConversationNoteId) {
        self.apply_restore(self.notes_in(conversation), id);
    }

    /// Takes a refused conversation note away and hands back its text, to be edited.
    pub fn take_back_conversation_note(
        &self,
        conversation: ConversationId,
        id: ConversationNoteId,
    ) -> Option<NoteBody> {
        self.take_back(self.notes_in(conversation), id).map(|note| note.body)
    }

    pub(super) fn notes_in(&self, conversation: ConversationId) -> NotesIn {
        NotesIn { conversation, thread: self.store().threads.of(conversation) }
    }
}
