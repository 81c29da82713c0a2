//! Commands on conversation notes: add, take a refused one back for editing, delete, restore.

use super::{
    Client, ToastKind,
    source::{Fetched, Source, Typed, take_in},
};
use crate::{
    net::{
        api::{Api, ApiCall, Method, read},
        error::ApiError,
    },
    storage::outbox::Key,
    store::{record::PendingRequest, threads::Thread, timeline::Timeline},
};
use serde_json::Value;
use std::sync::Arc;
use uuid::Uuid;
use wire::{ConversationId, ConversationNote, ConversationNoteId, NewConversationNote, NoteBody, Seq, paths};

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
        api.get::<Value>(&paths::conversation_notes(self.conversation, cursor)).json()
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
        let path = paths::conversation_note(self.conversation, id);
        Some(match request {
            PendingRequest::Add(note) => {
                api.send_json::<Value>(Method::PUT, &path, &NewConversationNote { body: note.body }).json()
            }
            PendingRequest::Delete => api.send::<Value>(Method::DELETE, &path).json(),
            PendingRequest::Restore => {
                api.send::<Value>(Method::POST, &paths::conversation_note_restore(self.conversation, id)).json()
            }
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
        let (author, body) = (client.me_as_author(), NoteBody::parse(&typed.body).ok()?);
        Some(ConversationNote::unsaved(id, self.conversation, author, body, typed.at))
    }

    fn deleted(&self, note: ConversationNoteId) -> Option<ToastKind> {
        Some(ToastKind::ConversationNoteDeleted { conversation: self.conversation, note })
    }
}

impl Client {
    pub fn add_conversation_note(&self, conversation: ConversationId, body: NoteBody) -> ConversationNoteId {
        let id = ConversationNoteId::fresh();
        let note = ConversationNote::unsaved(id, conversation, self.me_as_author(), body, chrono::Utc::now());
        self.apply_add(self.notes_in(conversation), note);
        id
    }

    pub fn delete_conversation_note(&self, conversation: ConversationId, id: ConversationNoteId) {
        self.apply_delete(self.notes_in(conversation), id);
    }

    pub fn restore_conversation_note(&self, conversation: ConversationId, id: ConversationNoteId) {
        self.apply_restore(self.notes_in(conversation), id);
    }

    /// Removes a refused conversation note and returns its text for editing.
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
