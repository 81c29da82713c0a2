//! What a merge of two contacts, or its undoing, changes at once. The client then fetches the notes again: some of them may
//! lie between notes that are loaded.

#[cfg(test)]
mod tests;

use super::{Store, records::Records as _};
use wire::{ContactId, ContactNote, Seq};

impl Store {
    /// Handles the merge of a contact into another one at `seq`: known notes are the other one's at once.
    pub(super) fn merge(&self, contact: ContactId, into: ContactId, seq: Seq) {
        if !self.contacts.set_alias(contact, Some(into), seq) {
            return;
        }
        self.move_notes(contact, into, seq, |_| true);
        self.contact_notes.of(contact).erase(seq);
    }

    /// Handles the undoing of a merge at `seq`: known notes go back with their conversations.
    pub(super) fn separate(&self, contact: ContactId, into: ContactId, seq: Seq) {
        if !self.contacts.set_alias(contact, None, seq) {
            return;
        }
        self.move_notes(into, contact, seq, |note| {
            let conversation = self.conversations.shown_untracked(note.conversation_id);
            conversation.is_some_and(|conversation| conversation.contact_id == contact)
        });
        self.contact_notes.of(into).expect_news(seq);
    }

    fn move_notes(&self, from: ContactId, to: ContactId, seq: Seq, moves: impl Fn(&ContactNote) -> bool) {
        let (here, there) = (self.contact_notes.of(from), self.contact_notes.of(to));
        there.expect_news(seq);
        for note in here.known().into_iter().filter(|note| note.rev < seq && moves(note)) {
            here.timeline.receive_deletion(note.id, seq);
            there.timeline.receive(ContactNote { contact_id: to, rev: seq, ..note });
        }
    }
}
