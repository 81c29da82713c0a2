//! Applies live events to the store: each event changes the one cell it is about. A known or older version changes
//! nothing.

#[cfg(test)]
mod tests;

use super::{Store, records::Records};
use wire::{AgentRef, ContactId, Event, Position, Seq};

impl Store {
    /// Applies one live event. Order and repetition don't matter: the higher `rev` wins.
    pub fn receive(&self, event: Event) {
        match event {
            Event::ContactNoteAdded { note, .. } => self.contact_notes.of(note.contact_id).timeline.receive(note),
            Event::ContactNoteRestored { note, seq, .. } => {
                self.contact_notes.of(note.contact_id).receive_restoration(note, seq);
            }
            Event::ContactNoteDeleted { note_id, contact_id, seq, .. } => {
                self.contact_notes.of(contact_id).receive_deletion(note_id, seq);
            }
            Event::ConversationNoteAdded { note, .. } | Event::ConversationNoteRestored { note, .. } => {
                self.threads.of(note.conversation_id).notes.receive(note);
            }
            Event::ConversationNoteDeleted { note_id, conversation_id, seq, .. } => {
                self.threads.of(conversation_id).notes.receive_deletion(note_id, seq);
            }
            Event::MessageAdded { message, .. } => self.threads.of(message.conversation_id).messages.receive(message),
            Event::ConversationChanged { conversation, .. } => self.conversations.receive(conversation),
            Event::ContactChanged { contact, .. } => self.contacts.receive(contact),
            Event::ContactErased { contact_id, actor, seq } => self.erase(contact_id, actor, seq),
            Event::ContactMerged { contact_id, into_id, seq, .. } => self.merge(contact_id, into_id, seq),
            Event::ContactMergeUndone { contact_id, into_id, seq, .. } => self.separate(contact_id, into_id, seq),
            Event::AgentChanged { agent, seq, .. } => self.agents.receive_change(agent, seq),
        }
    }

    /// Drops everything of a contact who was erased: pending changes and drafts too.
    fn erase(&self, contact: ContactId, by: Option<AgentRef>, seq: Seq) {
        for conversation in self.conversations.erase(contact, by, seq) {
            let thread = self.threads.of(conversation);
            thread.messages.erase(seq);
            thread.notes.erase(seq);
            self.drafts.forget_conversation(conversation);
        }
        self.contact_notes.of(contact).erase(seq);
        self.contacts.erase(contact, seq);
        self.drafts.forget_contact(contact);
    }

    /// Handles a reset of the event stream at a position: the server has a new epoch, or can't send the missed events.
    /// Everything stays visible but is stale: the server's next version of each thing wins, and pages read before are
    /// ignored.
    pub fn receive_reset(&self, since: &Position) {
        self.mark_stale_since(Some(since));
    }

    /// Like [`Store::receive_reset`], for an unknown position.
    pub fn mark_stale(&self) {
        self.mark_stale_since(None);
    }

    fn mark_stale_since(&self, since: Option<&Position>) {
        self.agents.mark_stale();
        self.contacts.mark_stale();
        self.conversations.mark_stale();
        for notes in self.contact_notes.all() {
            notes.mark_stale(since);
        }
        for thread in self.threads.all() {
            thread.messages.mark_stale(since);
            thread.notes.mark_stale(since);
        }
    }
}
