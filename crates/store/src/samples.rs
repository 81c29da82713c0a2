//! Sample data for the tests of this crate, and an observer that counts its notifications.

// Clippy's exception for tests covers test functions only, not the helpers that they call.
#![allow(clippy::unwrap_used)]

use super::record::State;
use reactive_graph::effect::ImmediateEffect;
use std::{
    borrow::Cow,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};
use uuid::Uuid;
use wire::{
    Agent, AgentId, AgentRef, ChannelId, ChannelKind, ChannelRef, Contact, ContactId, ContactNote, ContactNoteId,
    ContactRef, Conversation, ConversationId, ConversationNote, ConversationNoteId, Delivery, Direction, Message,
    MessageId, NoteBody, Position, Role, Seq, Status,
};

pub(super) const ME: u128 = 1;
pub(super) const COLLEAGUE: u128 = 2;

pub(super) fn agent_id(number: u128) -> AgentId {
    AgentId(Uuid::from_u128(number))
}

pub(super) fn contact_id(number: u128) -> ContactId {
    ContactId(Uuid::from_u128(number))
}

pub(super) fn conversation_id(number: u128) -> ConversationId {
    ConversationId(Uuid::from_u128(number))
}

pub(super) fn note_id(number: u128) -> ContactNoteId {
    ContactNoteId(Uuid::from_u128(number))
}

fn author(number: u128) -> AgentRef {
    AgentRef { id: agent_id(number), name: format!("Agent {number}"), removed: false }
}

/// A colleague's note at place `seq`, in version `rev`.
pub(super) fn note_at(id: u128, seq: Seq, rev: Seq) -> ContactNote {
    let body = NoteBody::parse(&format!("note {id}")).unwrap();
    let (id, now) = (note_id(id), chrono::DateTime::UNIX_EPOCH);
    let unsaved = ContactNote::unsaved(id, contact_id(1), conversation_id(1), author(COLLEAGUE), body, now);
    ContactNote { seq, rev, ..unsaved }
}

/// A colleague's note in its first version; its id is its place.
pub(super) fn note(seq: Seq) -> ContactNote {
    note_at(seq.into(), seq, seq)
}

/// An unsaved note of this agent.
pub(super) fn unsaved(id: u128) -> ContactNote {
    ContactNote { author: author(ME), ..note_at(id, 0, 0) }
}

pub(super) fn conversation_note(id: u128, seq: Seq) -> ConversationNote {
    ConversationNote {
        id: ConversationNoteId(Uuid::from_u128(id)),
        conversation_id: conversation_id(1),
        author: author(ME),
        body: NoteBody::parse(&format!("note {id}")).unwrap(),
        created_at: chrono::DateTime::UNIX_EPOCH,
        seq,
        rev: seq,
    }
}

pub(super) fn message(id: u128, seq: Seq) -> Message {
    Message {
        id: MessageId(Uuid::from_u128(id)),
        conversation_id: conversation_id(1),
        direction: Direction::In,
        author: None,
        body: format!("message {id}"),
        attachments: Vec::new(),
        created_at: chrono::DateTime::UNIX_EPOCH,
        seq,
        delivery: Delivery::Delivered,
    }
}

/// An open, read, unassigned conversation whose last activity was `last` seconds after 1970.
pub(super) fn conversation(id: u128, rev: Seq, last: i64) -> Conversation {
    Conversation {
        id: conversation_id(id),
        contact_id: contact_id(1),
        contact: ContactRef { id: contact_id(1), name: "Ana".to_owned() },
        channel: ChannelRef { id: ChannelId(Uuid::from_u128(1)), kind: ChannelKind::Email },
        status: Status::Open,
        assignee_id: None,
        unread: false,
        preview: None,
        last_at: chrono::DateTime::from_timestamp(last, 0).unwrap(),
        seq: 1,
        rev,
    }
}

pub(super) fn contact(id: u128, rev: Seq, name: &str) -> Contact {
    Contact {
        id: contact_id(id),
        name: name.to_owned(),
        email: None,
        phone: None,
        phone_uri: None,
        external_id: None,
        address: None,
        birthday: None,
        language: None,
        default_channel: None,
        time_zone: None,
        channels: Vec::new(),
        tags: Vec::new(),
        lists: Vec::new(),
        blocked: false,
        unsubscribed: false,
        erased: false,
        seq: 1,
        rev,
    }
}

pub(super) fn agent(id: u128, name: &str) -> Agent {
    Agent { id: agent_id(id), name: name.to_owned(), email: String::new(), role: Role::Agent, removed: false }
}

pub(super) fn position(seq: Seq) -> Position {
    in_epoch("first", seq)
}

pub(super) fn in_epoch(epoch: &str, seq: Seq) -> Position {
    Position { epoch: epoch.to_owned(), seq }
}

pub(super) fn is_saved(shown: Option<(Cow<'_, ContactNote>, State)>) -> bool {
    shown.is_some_and(|(_, state)| state == State::Saved)
}

/// An observer of signals that counts its notifications.
pub(super) struct Observer {
    looks: Arc<AtomicUsize>,
    _effect: ImmediateEffect,
}

impl Observer {
    /// Observes the signals that `look` reads.
    pub(super) fn at(look: impl Fn() + Send + Sync + 'static) -> Self {
        let looks = Arc::<AtomicUsize>::default();
        let counted = Arc::clone(&looks);
        let effect = ImmediateEffect::new_isomorphic(move || {
            counted.fetch_add(1, Ordering::Relaxed);
            look();
        });
        looks.store(0, Ordering::Relaxed);
        Self { looks, _effect: effect }
    }

    /// The number of notifications since the last call.
    pub(super) fn told(&self) -> usize {
        self.looks.swap(0, Ordering::Relaxed)
    }
}
