//! The four lists of the model, of three kinds, and the store's timelines that correspond to them.

use crate::server::{Id, Said, Stored};
use reactive_graph::signal::ArcRwSignal;
use std::{any::Any, collections::HashMap};
use store::{
    record::{Entry, Record},
    timeline::Timeline,
};
use uuid::Uuid;
use wire::{
    AgentId, AgentRef, ContactId, ContactNote, ContactNoteId, ConversationId, ConversationNote, ConversationNoteId,
    Delivery, Direction, Event, Message, MessageId, NoteBody,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum ModelList {
    ContactNotes(u8),
    ConversationNotes,
    Messages,
}

impl ModelList {
    pub(crate) const ALL: [Self; 4] =
        [Self::ContactNotes(0), Self::ContactNotes(1), Self::ConversationNotes, Self::Messages];

    pub(crate) fn contact(self) -> ContactId {
        ContactId(Uuid::from_u128(if self == Self::ContactNotes(1) { 101 } else { 100 }))
    }
}

pub(crate) fn conversation() -> ConversationId {
    ConversationId(Uuid::from_u128(200))
}

pub(crate) fn agent(number: usize) -> AgentId {
    AgentId(Uuid::from_u128(300 + number as u128))
}

/// The wire type of a stored thing.
pub(crate) trait ModelEntry: Entry {
    fn of(stored: &Stored) -> Self;
    fn key(id: Id) -> Self::Id;
    fn unkey(id: Self::Id) -> Id;
    fn text(&self) -> &str;
}

impl ModelEntry for ContactNote {
    fn of(stored: &Stored) -> Self {
        let (id, contact, body) = (Self::key(stored.id), stored.model_list.contact(), body(stored));
        let unsaved = Self::unsaved(id, contact, conversation(), author(stored), body, chrono::DateTime::UNIX_EPOCH);
        Self { seq: stored.seq, rev: stored.rev, ..unsaved }
    }
    fn key(id: Id) -> ContactNoteId {
        ContactNoteId(Uuid::from_u128(id))
    }
    fn unkey(id: ContactNoteId) -> Id {
        id.0.as_u128()
    }
    fn text(&self) -> &str {
        self.body.as_str()
    }
}

impl ModelEntry for ConversationNote {
    fn of(stored: &Stored) -> Self {
        let (id, body) = (Self::key(stored.id), body(stored));
        let unsaved = Self::unsaved(id, conversation(), author(stored), body, chrono::DateTime::UNIX_EPOCH);
        Self { seq: stored.seq, rev: stored.rev, ..unsaved }
    }
    fn key(id: Id) -> ConversationNoteId {
        ConversationNoteId(Uuid::from_u128(id))
    }
    fn unkey(id: ConversationNoteId) -> Id {
        id.0.as_u128()
    }
    fn text(&self) -> &str {
        self.body.as_str()
    }
}

impl ModelEntry for Message {
    fn of(stored: &Stored) -> Self {
        Self {
            id: Self::key(stored.id),
            conversation_id: conversation(),
            direction: Direction::Out,
            author: Some(author(stored)),
            body: text(stored.body),
            attachments: Vec::new(),
            created_at: chrono::DateTime::UNIX_EPOCH,
            seq: stored.seq,
            delivery: Delivery::Delivered,
        }
    }
    fn key(id: Id) -> MessageId {
        MessageId(Uuid::from_u128(id))
    }
    fn unkey(id: MessageId) -> Id {
        id.0.as_u128()
    }
    fn text(&self) -> &str {
        &self.body
    }
}

/// Evaluates an expression with the timeline of a model list.
macro_rules! on {
    ($store:expr, $model_list:expr, $timeline:ident => $do:expr) => {
        match $model_list {
            $crate::model_list::ModelList::ContactNotes(_) => {
                let notes = $store.contact_notes.of($model_list.contact());
                let $timeline = &notes.timeline;
                $do
            }
            $crate::model_list::ModelList::ConversationNotes => {
                let thread = $store.threads.of($crate::model_list::conversation());
                let $timeline = &thread.notes;
                $do
            }
            $crate::model_list::ModelList::Messages => {
                let thread = $store.threads.of($crate::model_list::conversation());
                let $timeline = &thread.messages;
                $do
            }
        }
    };
}
pub(crate) use on;

pub(crate) fn key<T: ModelEntry>(_: &Timeline<T>, id: Id) -> T::Id {
    T::key(id)
}

pub(crate) fn entry<T: ModelEntry>(_: &Timeline<T>, stored: &Stored) -> T {
    T::of(stored)
}

/// Whether a thing still has its first cell, which `first` stores.
pub(crate) fn is_same_cell<T: ModelEntry>(
    timeline: &Timeline<T>,
    id: Id,
    first: &mut HashMap<Id, Box<dyn Any>>,
) -> bool {
    let cell: ArcRwSignal<Record<T>> = timeline.cell(T::key(id));
    let first = first.entry(id).or_insert_with(|| Box::new(cell.clone()));
    first.downcast_ref::<ArcRwSignal<Record<T>>>() == Some(&cell)
}

pub(crate) fn text(body: u32) -> String {
    format!("text {body}")
}

fn body(stored: &Stored) -> NoteBody {
    NoteBody::parse(&text(stored.body)).unwrap()
}

fn author(stored: &Stored) -> AgentRef {
    AgentRef { id: agent(stored.author), name: format!("Agent {}", stored.author), removed: false }
}

/// Converts a change into the event on the wire.
pub(crate) fn event(said: &Said) -> Event {
    let (stored, seq) = (&said.stored, said.stored.rev);
    let actor = author(stored);
    match (stored.model_list, stored.gone.is_some(), said.restored) {
        (ModelList::ContactNotes(_), true, _) => Event::ContactNoteDeleted {
            note_id: ContactNote::key(stored.id),
            contact_id: stored.model_list.contact(),
            actor,
            seq,
        },
        (ModelList::ContactNotes(_), false, false) => {
            Event::ContactNoteAdded { note: ModelEntry::of(stored), actor, seq }
        }
        (ModelList::ContactNotes(_), false, true) => {
            Event::ContactNoteRestored { note: ModelEntry::of(stored), actor, seq }
        }
        (ModelList::ConversationNotes, true, _) => Event::ConversationNoteDeleted {
            note_id: ConversationNote::key(stored.id),
            conversation_id: conversation(),
            actor,
            seq,
        },
        (ModelList::ConversationNotes, false, false) => {
            Event::ConversationNoteAdded { note: ModelEntry::of(stored), actor, seq }
        }
        (ModelList::ConversationNotes, false, true) => {
            Event::ConversationNoteRestored { note: ModelEntry::of(stored), actor, seq }
        }
        (ModelList::Messages, ..) => Event::MessageAdded { message: ModelEntry::of(stored), actor: Some(actor), seq },
    }
}
