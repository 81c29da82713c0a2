//! Threads: a conversation's messages and its own notes, two ledgers shown as one order of time.

use super::{
    keyed::Keyed,
    ledger::{Arrived, Ledger, Placed},
    row::{Load, Place},
};
use reactive_graph::traits::{Get, With};
use std::sync::Arc;
use wire::{ConversationId, ConversationNote, ConversationNoteId, Message, MessageId, Page, Seq};

/// Threads by conversation.
#[derive(Default)]
pub struct Threads {
    by_conversation: Keyed<ConversationId, Arc<Thread>>,
}

impl Threads {
    /// The one handle of a conversation's thread.
    pub fn of(&self, conversation: ConversationId) -> Arc<Thread> {
        self.by_conversation.shared(conversation)
    }

    #[must_use]
    pub fn all(&self) -> Vec<Arc<Thread>> {
        self.by_conversation.all()
    }
}

#[derive(Default)]
pub struct Thread {
    pub messages: Ledger<Message>,
    pub notes: Ledger<ConversationNote>,
}

/// One thing in a thread, by kind and id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ThreadItem {
    Message(MessageId),
    Note(ConversationNoteId),
}

impl Thread {
    /// What is shown, oldest first: as far down as both kinds are loaded, unsaved things last. Tracks both orders and
    /// how far down they are loaded.
    #[must_use]
    pub fn items(&self) -> Vec<ThreadItem> {
        let mut items: Vec<(Place, ThreadItem)> = Vec::new();
        self.messages.order_signal().with(|order| {
            items.extend(order.iter().map(|placed: &Placed<_>| (placed.place, ThreadItem::Message(placed.id))));
        });
        self.notes.order_signal().with(|order| {
            items.extend(order.iter().map(|placed: &Placed<_>| (placed.place, ThreadItem::Note(placed.id))));
        });
        let floor = self.floor();
        items.retain(|(place, _)| !matches!(place, Place::Saved(seq) if *seq < floor));
        items.reverse();
        items.sort_by_key(|(place, _)| *place);
        items.into_iter().map(|(_, item)| item).collect()
    }

    /// Whether both kinds are loaded; a failure of either is the thread's.
    #[must_use]
    pub fn load(&self) -> Load {
        match (self.messages.load().get(), self.notes.load().get()) {
            (Load::Failed(failure), _) | (_, Load::Failed(failure)) => Load::Failed(failure),
            (Load::Ready, Load::Ready) => Load::Ready,
            (Load::Idle, Load::Idle) => Load::Idle,
            _ => Load::Loading,
        }
    }

    /// Down to where both kinds are known.
    fn floor(&self) -> Seq {
        // `None`, nothing loaded yet, is the lowest: what arrives live is shown all the same.
        self.messages.floor().max(self.notes.floor()).unwrap_or(0)
    }
}

/// A page of a thread in the ledger's form.
pub fn arrived<T>(below: Option<Seq>, page: Page<T>) -> Arrived<T> {
    Arrived { items: page.items, below, next_cursor: page.next_cursor, as_of: page.as_of }
}
