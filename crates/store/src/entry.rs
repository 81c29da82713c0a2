//! `Entry`: a thing of the contract with its id, place and version. `Load` and `Failure`: the state of loading
//! something.

use crate::change::{Change, ContactChange, ConversationChange, NoChange, OwnSettings, SettingsChange};
use serde::{Deserialize, Serialize};
use std::{fmt::Debug, hash::Hash};
use uuid::Uuid;
use wire::{
    AgentId, Contact, ContactId, ContactNote, ContactNoteId, Conversation, ConversationId, ConversationNote,
    ConversationNoteId, Message, MessageId, ProblemCode, Seq,
};

/// A thing that a [`Record`](crate::record::Record) holds.
pub trait Entry: Clone + Debug + PartialEq + Send + Sync + 'static {
    type Id: Copy + Eq + Ord + Hash + Debug + Into<Uuid> + From<Uuid> + Send + Sync + 'static;
    /// What an agent can change of it, field by field.
    type Change: Change<Self>;
    fn id(&self) -> Self::Id;
    /// Its place in the organization's order; never changes.
    fn seq(&self) -> Seq;
    /// Its version: the higher one wins. The first one is its `seq`.
    fn rev(&self) -> Seq;
}

macro_rules! entry {
    ($($thing:ty, $id:ty, $change:ty, $key:ident, $seq:expr, $rev:expr;)+) => {$(
        impl Entry for $thing {
            type Id = $id;
            type Change = $change;
            fn id(&self) -> $id {
                self.$key
            }
            fn seq(&self) -> Seq {
                $seq(self)
            }
            fn rev(&self) -> Seq {
                $rev(self)
            }
        }
    )+};
}

// A message is never changed; settings have no version.
entry! {
    ContactNote, ContactNoteId, NoChange, id, |it: &Self| it.seq, |it: &Self| it.rev;
    ConversationNote, ConversationNoteId, NoChange, id, |it: &Self| it.seq, |it: &Self| it.rev;
    Message, MessageId, NoChange, id, |it: &Self| it.seq, |it: &Self| it.seq;
    Conversation, ConversationId, ConversationChange, id, |it: &Self| it.seq, |it: &Self| it.rev;
    Contact, ContactId, ContactChange, id, |it: &Self| it.seq, |it: &Self| it.rev;
    OwnSettings, AgentId, SettingsChange, agent, |_: &Self| 0, |_: &Self| 0;
}

/// Where a shown record stands: saved ones by `seq`, unsaved ones after every saved one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TimelineKey {
    Saved(Seq),
    Unsaved(u64),
}

/// Why something could not be done or loaded. The app makes sentences of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "&'static str", from = "String")]
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

impl From<Failure> for &'static str {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Disconnected => "disconnected",
            Failure::Offline => "offline",
            Failure::Refused(code) => code.into_str(),
            Failure::Unreadable => "unreadable",
        }
    }
}

impl From<String> for Failure {
    /// A code that this version doesn't know is an answer that can't be read.
    fn from(code: String) -> Self {
        match code.as_str() {
            "disconnected" => Self::Disconnected,
            "offline" => Self::Offline,
            code => ProblemCode::from_type(code).map_or(Self::Unreadable, Self::Refused),
        }
    }
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
