//! Stores drafts, and restores drafts and pending changes from storage or from another tab.

use super::{
    Client,
    changes::{Changeable, QueuedChange},
    contacts::ContactChanges,
    conversations::ConversationChanges,
    send_queue::Queued,
    settings::OwnSettingsChanges,
    source::QueuedEntry,
    tabs::TabMessage,
};
use crate::{
    storage::outbox::Key,
    store::{drafts::Mode, unsent::Unsent},
};
use leptos::prelude::*;
use std::rc::Rc;
use wire::{ContactId, ConversationId};

impl Client {
    /// Sets the draft in the Add note box of a contact.
    pub fn draft_contact_note(&self, contact: ContactId, text: String) {
        self.store_draft(Key::ContactNoteDraft(contact), &text);
        self.store().drafts.contact_note(contact).set(text);
    }

    /// Sets the draft of a composer in Reply mode.
    pub fn draft_reply(&self, conversation: ConversationId, text: String) {
        self.store_draft(Key::ReplyDraft(conversation), &text);
        self.store().drafts.reply(conversation).set(text);
    }

    /// Sets the draft of a composer in Note mode.
    pub fn draft_conversation_note(&self, conversation: ConversationId, text: String) {
        self.store_draft(Key::ConversationNoteDraft(conversation), &text);
        self.store().drafts.conversation_note(conversation).set(text);
    }

    /// Sets a composer's mode.
    pub fn set_mode(&self, conversation: ConversationId, mode: Mode) {
        self.store_draft(Key::NoteMode(conversation), if mode == Mode::Note { "yes" } else { "" });
        self.store().drafts.mode(conversation).set(mode);
    }

    /// Puts a refused note's text back into its box, before any text typed there since.
    pub fn put_back_contact_note(&self, contact: ContactId, text: &str) {
        let typed_since = self.store().drafts.contact_note(contact).get_untracked();
        self.draft_contact_note(contact, joined(text, &typed_since));
    }

    /// Like [`Self::put_back_contact_note`], for a refused reply.
    pub fn put_back_reply(&self, conversation: ConversationId, text: &str) {
        let typed_since = self.store().drafts.reply(conversation).get_untracked();
        self.draft_reply(conversation, joined(text, &typed_since));
    }

    /// Like [`Self::put_back_contact_note`], for a refused conversation note.
    pub fn put_back_conversation_note(&self, conversation: ConversationId, text: &str) {
        let typed_since = self.store().drafts.conversation_note(conversation).get_untracked();
        self.draft_conversation_note(conversation, joined(text, &typed_since));
    }

    /// Whether storage works, so that typed text outlives this page.
    #[must_use]
    pub fn is_storage_safe(&self) -> ArcRwSignal<bool> {
        self.0.is_storage_safe.clone()
    }

    /// Whether a pending change has waited for more than a day.
    #[must_use]
    pub fn is_overdue(&self) -> ArcRwSignal<bool> {
        self.0.is_overdue.clone()
    }

    fn store_draft(&self, key: Key, text: &str) {
        let text = Some(text.to_owned()).filter(|text| !text.is_empty());
        self.0.outbox.put(&key, text.as_deref());
        self.tell_tabs(TabMessage::Stored { key, text });
    }

    /// Applies everything that is in storage, pending changes in the order in which they were made. Returns the keys.
    pub(crate) async fn restore_all(&self) -> Vec<Key> {
        let mut stored = self.0.outbox.open().await;
        stored.sort_by_key(|(key, text)| Unsent::read(text).and_then(|unsent| unsent.at()).or(key.made_at()));
        let restore = |(key, text): (Key, String)| {
            self.restore(&key, Some(&text), true);
            key
        };
        stored.into_iter().map(restore).collect()
    }

    /// Applies a draft or a pending change from storage or from another tab. `None`: it was removed.
    pub(super) fn restore(&self, key: &Key, text: Option<&str>, is_own: bool) {
        let drafts = &self.store().drafts;
        let unsent = text.map(Unsent::read);
        let typed = text.unwrap_or_default().to_owned();
        match (key, unsent) {
            (Key::ContactNoteDraft(contact), _) => drafts.contact_note(*contact).set(typed),
            (Key::ReplyDraft(conversation), _) => drafts.reply(*conversation).set(typed),
            (Key::ConversationNoteDraft(conversation), _) => drafts.conversation_note(*conversation).set(typed),
            (Key::NoteMode(conversation), _) => {
                drafts.mode(*conversation).set(if typed.is_empty() { Mode::Reply } else { Mode::Note });
            }
            // Of a format that this version doesn't know. It stays in storage.
            (_, Some(None)) => {}
            (_, unsent) => {
                if let Some(queued) = self.queued(key) {
                    queued.restore(self, unsent.flatten());
                    self.enqueue_restored(queued, is_own);
                }
            }
        }
    }

    /// The pending change that is stored under a key. `None`: a draft's.
    pub(super) fn queued(&self, key: &Key) -> Option<Rc<dyn Queued>> {
        Some(match key {
            Key::ContactNote(contact, id) => Rc::new(QueuedEntry { source: self.notes_of(*contact), id: *id }),
            Key::ConversationNote(conversation, id) => {
                Rc::new(QueuedEntry { source: self.notes_in(*conversation), id: *id })
            }
            Key::Reply(conversation, id) => Rc::new(QueuedEntry { source: self.messages_in(*conversation), id: *id }),
            Key::Change { of, place, field } => match of.as_str() {
                ConversationChanges::KIND => {
                    Rc::new(QueuedChange::of(self.changes_of_conversation((*place).into()), field))
                }
                ContactChanges::KIND => Rc::new(QueuedChange::of(self.changes_of_contact((*place).into()), field)),
                OwnSettingsChanges::KIND => Rc::new(QueuedChange::of(self.settings_changes(), field)),
                // Stored by another version.
                _ => return None,
            },
            Key::ContactNoteDraft(_) | Key::ReplyDraft(_) | Key::ConversationNoteDraft(_) | Key::NoteMode(_) => {
                return None;
            }
        })
    }
}

fn joined(text: &str, typed_since: &str) -> String {
    if typed_since.is_empty() { text.to_owned() } else { format!("{text}\n{typed_since}") }
}
