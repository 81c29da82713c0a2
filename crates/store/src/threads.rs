//! `Threads`: a conversation's messages and its own notes, two timelines merged into one order.

#[cfg(test)]
mod tests;

use super::{
    keyed::Keyed,
    record::{Load, TimelineKey},
    timeline::{Arrived, Timeline, TimelineItem},
};
use reactive_graph::traits::Get;
use std::sync::Arc;
use wire::{ConversationId, ConversationNote, ConversationNoteId, Message, MessageId, Page, Seq};

/// Threads by conversation.
#[derive(Default)]
pub struct Threads {
    by_conversation: Keyed<ConversationId, Arc<Thread>>,
}

impl Threads {
    /// The thread of a conversation, shared by all callers.
    pub fn of(&self, conversation: ConversationId) -> Arc<Thread> {
        self.by_conversation.shared(conversation)
    }

    #[must_use]
    pub fn all(&self) -> Vec<Arc<Thread>> {
        self.by_conversation.all()
    }
}

/// A conversation's messages and its own notes.
#[derive(Default)]
pub struct Thread {
    pub messages: Timeline<Message>,
    pub notes: Timeline<ConversationNote>,
}

/// One thing in a thread, by kind and id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ThreadItem {
    Message(MessageId),
    Note(ConversationNoteId),
}

impl Thread {
    /// The shown items, oldest first, unsaved ones last, within the range that is loaded for both kinds. Tracks both
    /// orders and loaded ranges.
    #[must_use]
    pub fn items(&self) -> Vec<ThreadItem> {
        let floor = self.floor();
        let is_loaded = |place: TimelineKey| !matches!(place, TimelineKey::Saved(seq) if seq < floor);
        let (messages, notes) = (self.messages.order(), self.notes.order());
        // A merge of two sorted lists, from their ends: both are newest first.
        let mut notes = notes.iter().rev().filter(|placed: &&TimelineItem<_>| is_loaded(placed.key)).peekable();
        let mut items = Vec::with_capacity(messages.len() + notes.size_hint().1.unwrap_or(0));
        for message in messages.iter().rev().filter(|placed| is_loaded(placed.key)) {
            while let Some(note) = notes.next_if(|note| note.key <= message.key) {
                items.push(ThreadItem::Note(note.id));
            }
            items.push(ThreadItem::Message(message.id));
        }
        items.extend(notes.map(|note| ThreadItem::Note(note.id)));
        items
    }

    /// Whether the server has older items of either kind that are not loaded. Tracks.
    #[must_use]
    pub fn has_older(&self) -> bool {
        self.messages.has_older() || self.notes.has_older()
    }

    /// The load state of both kinds together; a failure of either is the thread's.
    #[must_use]
    pub fn load(&self) -> Load {
        match (self.messages.load().get(), self.notes.load().get()) {
            (Load::Failed(failure), _) | (_, Load::Failed(failure)) => Load::Failed(failure),
            (Load::Ready, Load::Ready) => Load::Ready,
            (Load::Idle, Load::Idle) => Load::Idle,
            _ => Load::Loading,
        }
    }

    /// The lowest place down to which both kinds are loaded.
    fn floor(&self) -> Seq {
        // `None` (nothing loaded yet) is the lowest: live arrivals are shown before the first page.
        self.messages.floor().max(self.notes.floor()).unwrap_or(0)
    }
}

/// Converts a page of a thread into the timeline's form.
pub fn arrived<T>(below: Option<Seq>, page: Page<T>) -> Arrived<T> {
    Arrived { items: page.items, below, next_cursor: page.next_cursor, as_of: page.as_of }
}
