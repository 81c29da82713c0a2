//! Contact notes: one ledger per contact, however many conversations and panels show it.

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;

use super::{
    keyed::Keyed,
    ledger::{Arrived, Ledger},
    row::Place,
};
use reactive_graph::{
    signal::ArcRwSignal,
    traits::{Get, GetUntracked, Set, With, WithUntracked},
};
use std::sync::Arc;
use wire::{AgentId, ContactId, ContactNote, NotesPage, Position, Seq};

/// Notes by contact.
pub struct ContactNotes {
    me: AgentId,
    by_contact: Keyed<ContactId, Arc<NotesOfContact>>,
}

/// What is known of one contact's notes.
#[derive(Default)]
pub struct NotesOfContact {
    pub ledger: Ledger<ContactNote>,
    /// Others' notes above this place are new to this agent. `None`: not known yet.
    seen: ArcRwSignal<Option<Seq>>,
}

impl ContactNotes {
    #[must_use]
    pub fn new(me: AgentId) -> Self {
        Self { me, by_contact: Keyed::default() }
    }

    /// The one handle of a contact's notes.
    pub fn of(&self, contact: ContactId) -> Arc<NotesOfContact> {
        self.by_contact.shared(contact)
    }

    #[must_use]
    pub fn all(&self) -> Vec<Arc<NotesOfContact>> {
        self.by_contact.all()
    }

    /// How many loaded notes are new to this agent. Own notes never count. Tracks.
    pub fn new_count(&self, contact: ContactId) -> usize {
        let notes = self.of(contact);
        let Some(seen) = notes.seen.get() else { return 0 };
        let order = notes.ledger.order_signal();
        order.with(|order| {
            // Newest first: from the first seen one on all are seen.
            let unseen = order.iter().take_while(|placed| placed.place > Place::Saved(seen));
            unseen
                .filter(|placed| {
                    notes.ledger.cell(placed.id).with(|row| row.live().is_some_and(|note| note.author.id != self.me))
                })
                .count()
        })
    }
}

impl NotesOfContact {
    /// A page of the server's, asked for below `below`. Returns whether it was taken in, as [`Ledger::receive_page`].
    pub fn receive_page(&self, below: Option<Seq>, page: NotesPage<ContactNote>) -> bool {
        let NotesPage { items, next_cursor, as_of, seen, .. } = page;
        let taken_in = self.ledger.receive_page(Arrived { items, below, next_cursor, as_of });
        if taken_in {
            self.receive_seen(seen);
        }
        taken_in
    }

    /// After a reset nothing is known of what was seen until the server says it again.
    pub(super) fn doubt(&self, since: Option<&Position>) {
        self.ledger.doubt(since);
        if self.seen.get_untracked().is_some() {
            self.seen.set(None);
        }
    }

    /// Seen up to here. Never goes back.
    pub fn receive_seen(&self, seq: Seq) {
        if self.seen.with_untracked(|seen| seen.is_none_or(|seen| seen < seq)) {
            self.seen.set(Some(seq));
        }
    }

    /// Where the line "new since your last visit" runs. Tracks.
    #[must_use]
    pub fn seen(&self) -> Option<Seq> {
        self.seen.get()
    }

    #[must_use]
    pub fn seen_untracked(&self) -> Option<Seq> {
        self.seen.get_untracked()
    }

    /// The newest saved place, for saying "seen up to here". `None` while what is shown is from before a reset.
    #[must_use]
    pub fn newest(&self) -> Option<Seq> {
        if self.ledger.is_in_doubt() {
            return None;
        }
        self.ledger.order_signal().with_untracked(|order| {
            order.iter().find_map(|placed| match placed.place {
                Place::Saved(seq) => Some(seq),
                Place::Unsaved(_) => None,
            })
        })
    }
}
