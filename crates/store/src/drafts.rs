//! Drafts: text that an agent has typed and not sent. Each kind has its own map, so that a draft can't change its kind.

#[cfg(test)]
mod tests;

use super::keyed::Keyed;
use reactive_graph::{signal::ArcRwSignal, traits::Set as _};
use wire::{ContactId, ConversationId};

/// Drafts in memory: one per contact for a contact note, one per conversation and mode for the composer.
#[derive(Default)]
pub struct Drafts {
    contact_notes: Keyed<ContactId, ArcRwSignal<String>>,
    replies: Keyed<ConversationId, ArcRwSignal<String>>,
    conversation_notes: Keyed<ConversationId, ArcRwSignal<String>>,
    modes: Keyed<ConversationId, ArcRwSignal<Mode>>,
}

/// A composer's mode.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// To the contact.
    #[default]
    Reply,
    /// To the team, in this conversation only.
    Note,
}

impl Drafts {
    /// The text in the Add note box of a contact; all panels of the contact share it.
    pub fn contact_note(&self, contact: ContactId) -> ArcRwSignal<String> {
        self.contact_notes.cell(contact)
    }

    /// The composer's text in Reply mode.
    pub fn reply(&self, conversation: ConversationId) -> ArcRwSignal<String> {
        self.replies.cell(conversation)
    }

    /// The mode of a conversation's composer; it stays until the agent changes it.
    pub fn mode(&self, conversation: ConversationId) -> ArcRwSignal<Mode> {
        self.modes.cell(conversation)
    }

    pub(super) fn forget_contact(&self, contact: ContactId) {
        self.contact_note(contact).set(String::new());
    }

    pub(super) fn forget_conversation(&self, conversation: ConversationId) {
        self.reply(conversation).set(String::new());
        self.conversation_note(conversation).set(String::new());
        self.mode(conversation).set(Mode::Reply);
    }

    /// The composer's text in Note mode.
    pub fn conversation_note(&self, conversation: ConversationId) -> ArcRwSignal<String> {
        self.conversation_notes.cell(conversation)
    }
}
