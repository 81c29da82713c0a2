//! Drafts, and restoring from storage: drafts and pending changes of earlier pages, or of a module that broke.

use super::Client;
use crate::{
    storage::outbox::{Key, Stored},
    store::{drafts::Mode, pending::Pending, record::Entry, timeline::Timeline, unsent::Unsent},
};
use leptos::prelude::*;
use wire::{ContactId, ContactNoteId, ConversationId, ConversationNoteId, MessageId, NoteBody, Time};

impl Client {
    /// What is typed in the Add note box of a contact, as of now.
    pub fn draft_contact_note(&self, contact: ContactId, text: String) {
        self.store_draft(&Key::contact_note_draft(contact), &text);
        self.store().drafts.contact_note(contact).set(text);
    }

    /// What is typed in a composer in Reply mode.
    pub fn draft_reply(&self, conversation: ConversationId, text: String) {
        self.store_draft(&Key::reply_draft(conversation), &text);
        self.store().drafts.reply(conversation).set(text);
    }

    /// What is typed in a composer in Note mode.
    pub fn draft_conversation_note(&self, conversation: ConversationId, text: String) {
        self.store_draft(&Key::conversation_note_draft(conversation), &text);
        self.store().drafts.conversation_note(conversation).set(text);
    }

    /// What a composer writes from now on.
    pub fn set_mode(&self, conversation: ConversationId, mode: Mode) {
        self.store_draft(&Key::noting(conversation), if mode == Mode::Note { "yes" } else { "" });
        self.store().drafts.mode(conversation).set(mode);
    }

    /// Puts a refused note's text back into its box, before whatever has been typed there since.
    pub fn put_back_contact_note(&self, contact: ContactId, text: &str) {
        let typed_since = self.store().drafts.contact_note(contact).get_untracked();
        self.draft_contact_note(contact, joined(text, &typed_since));
    }

    pub fn put_back_reply(&self, conversation: ConversationId, text: &str) {
        let typed_since = self.store().drafts.reply(conversation).get_untracked();
        self.draft_reply(conversation, joined(text, &typed_since));
    }

    pub fn put_back_conversation_note(&self, conversation: ConversationId, text: &str) {
        let typed_since = self.store().drafts.conversation_note(conversation).get_untracked();
        self.draft_conversation_note(conversation, joined(text, &typed_since));
    }

    /// Whether what is typed would outlive this page.
    #[must_use]
    pub fn is_storage_safe(&self) -> ArcRwSignal<bool> {
        self.0.is_storage_safe.clone()
    }

    /// Whether something that was written has waited for more than a day.
    #[must_use]
    pub fn is_overdue(&self) -> ArcRwSignal<bool> {
        self.0.is_overdue.clone()
    }

    fn store_draft(&self, key: &Key, text: &str) {
        self.0.outbox.put(key, Some(text).filter(|text| !text.is_empty()));
    }

    /// Goes on where an earlier page of this agent has stopped.
    pub(super) async fn restore_all(&self) {
        for stored in self.0.outbox.open().await {
            self.restore(stored);
        }
    }

    pub(super) fn restore(&self, stored: Stored) {
        let drafts = &self.store().drafts;
        match stored {
            Stored::ContactNoteDraft(contact, text) => drafts.contact_note(contact).set(text),
            Stored::ReplyDraft(conversation, text) => drafts.reply(conversation).set(text),
            Stored::ConversationNoteDraft(conversation, text) => drafts.conversation_note(conversation).set(text),
            Stored::Noting(conversation, noting) => {
                drafts.mode(conversation).set(if noting { Mode::Note } else { Mode::Reply });
            }
            Stored::ContactNote(contact, id, unsent) => self.restore_stored_contact_note(contact, id, unsent),
            Stored::ConversationNote(conversation, id, unsent) => {
                self.restore_stored_conversation_note(conversation, id, unsent);
            }
            Stored::Reply(conversation, id, unsent) => self.restore_stored_reply(conversation, id, unsent),
        }
    }

    fn restore_stored_contact_note(&self, contact: ContactId, id: ContactNoteId, unsent: Unsent) {
        let timeline = &self.store().contact_notes.of(contact).timeline;
        restore_pending(timeline, id, unsent, |at, conversation, body| {
            Some(self.unsaved_contact_note(id, contact, conversation, at, NoteBody::parse(&body).ok()?))
        });
        self.send_contact_note(contact, id);
    }

    fn restore_stored_conversation_note(&self, conversation: ConversationId, id: ConversationNoteId, unsent: Unsent) {
        restore_pending(&self.store().threads.of(conversation).notes, id, unsent, |at, conversation, body| {
            Some(self.unsaved_conversation_note(id, conversation, at, NoteBody::parse(&body).ok()?))
        });
        self.send_conversation_note(conversation, id);
    }

    fn restore_stored_reply(&self, conversation: ConversationId, id: MessageId, unsent: Unsent) {
        restore_pending(&self.store().threads.of(conversation).messages, id, unsent, |at, conversation, body| {
            Some(self.unsaved_reply(id, conversation, at, body))
        });
        self.send_reply(conversation, id);
    }
}

/// Makes it pending again. `made`: the thing to be added.
fn restore_pending<T: Entry>(
    timeline: &Timeline<T>,
    id: T::Id,
    unsent: Unsent,
    made: impl FnOnce(Time, ConversationId, String) -> Option<T>,
) {
    match unsent {
        Unsent::Add { at, refused, conversation, body } => {
            let at = Time::from_timestamp_millis(at).unwrap_or_default();
            if let Some(thing) = made(at, conversation, body) {
                timeline.restore_add(thing, refused);
            }
        }
        Unsent::Delete => timeline.restore_pending(id, Pending::DeleteUnseen),
        Unsent::Restore => timeline.restore_pending(id, Pending::RestoreUnseen),
    }
}

fn joined(text: &str, typed_since: &str) -> String {
    if typed_since.is_empty() { text.to_owned() } else { format!("{text}\n{typed_since}") }
}
