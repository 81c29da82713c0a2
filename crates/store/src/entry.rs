//! `Entry`: an item of a timeline, with its id, place and version. `Load` and `Failure`: the state of loading
//! something.

use std::{fmt::Debug, hash::Hash};
use uuid::Uuid;
use wire::{ContactNote, ContactNoteId, ConversationNote, ConversationNoteId, Message, MessageId, ProblemCode, Seq};

/// A thing with a place in the organization's order.
pub trait Entry: Clone + PartialEq + Send + Sync + 'static {
    type Id: Copy + Eq + Ord + Hash + Debug + Into<Uuid> + From<Uuid> + Send + Sync + 'static;
    fn id(&self) -> Self::Id;
    /// Its place; never transaction.
    fn seq(&self) -> Seq;
    /// Its version: the higher one wins. The first one is its `seq`.
    fn rev(&self) -> Seq;
}

impl Entry for ContactNote {
    type Id = ContactNoteId;
    fn id(&self) -> ContactNoteId {
        self.id
    }
    fn seq(&self) -> Seq {
        self.seq
    }
    fn rev(&self) -> Seq {
        self.rev
    }
}

impl Entry for ConversationNote {
    type Id = ConversationNoteId;
    fn id(&self) -> ConversationNoteId {
        self.id
    }
    fn seq(&self) -> Seq {
        self.seq
    }
    fn rev(&self) -> Seq {
        self.rev
    }
}

impl Entry for Message {
    type Id = MessageId;
    fn id(&self) -> MessageId {
        self.id
    }
    fn seq(&self) -> Seq {
        self.seq
    }
    /// A message is never changed.
    fn rev(&self) -> Seq {
        self.seq
    }
}

/// Where a shown record stands: saved ones by `seq`, unsaved ones after every saved one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TimelineKey {
    Saved(Seq),
    Unsaved(u64),
}

/// Why something could not be done or loaded. Sentences for these are made in `error.rs`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The browser has no connection: nothing was tried.
    Disconnected,
    /// The server could not be reached.
    Offline,
    /// The server said no.
    Refused(ProblemCode),
    /// The server's answer made no sense.
    Unreadable,
}

/// Whether a list or thing has been loaded. Known things stay visible while asking again, whatever this says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Load {
    #[default]
    Idle,
    Loading,
    Ready,
    Failed(Failure),
}
