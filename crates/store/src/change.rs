//! `Change`: an optimistic change of one field of an existing thing. The changes of a conversation, a contact and the
//! agent's own settings.

use crate::entry::Entry;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::fmt::Debug;
use wire::{
    AgentId, Contact, ContactFlag, ContactId, ContactList, ContactNote, ContactNoteId, ContactPatch, Conversation,
    ConversationId, ConversationNote, ConversationNoteId, Message, MessageId, Seq, Settings, Status, Tag,
};

/// A change of one field. It is laid over the remote state while it is pending; the outbox stores it as JSON.
pub trait Change<T>: Clone + Debug + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static {
    fn apply(&self, to: &mut T);

    /// Names the field. A later change of the same field replaces the earlier one.
    fn field(&self) -> String;
}

/// The change of an immutable thing: no value exists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum NoChange {}

impl<T> Change<T> for NoChange {
    fn apply(&self, _: &mut T) {
        match *self {}
    }

    fn field(&self) -> String {
        match *self {}
    }
}

/// A change of one field of a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ConversationChange {
    Status(Status),
    Assignee(Option<AgentId>),
}

impl Change<Conversation> for ConversationChange {
    fn apply(&self, to: &mut Conversation) {
        match self {
            Self::Status(status) => to.status = *status,
            Self::Assignee(agent) => to.assignee_id = *agent,
        }
    }

    fn field(&self) -> String {
        match self {
            Self::Status(_) => "status",
            Self::Assignee(_) => "assignee",
        }
        .to_owned()
    }
}

/// A change of one detail, tag, list or flag of a contact. Tags are named.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ContactChange {
    Detail(Box<DetailChange>),
    AddTag(String),
    RemoveTag(String),
    /// A list that doesn't exist is made with this name.
    AddToList(ContactList),
    RemoveFromList(ContactList),
    Flag(ContactFlag, bool),
}

/// A change of one detail. Both patches name the same field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DetailChange {
    pub to: ContactPatch,
    /// The value that the agent saw before the change. If the server has another one by then, there is a conflict.
    pub seen: ContactPatch,
}

impl DetailChange {
    fn field(&self) -> String {
        let fields = serde_json::to_value(&self.to).ok();
        let name = fields.as_ref().and_then(|fields| fields.as_object()?.keys().next());
        format!("detail {}", name.map_or("", String::as_str))
    }

    /// Whether another agent changed the field after this agent saw it.
    #[must_use]
    pub fn conflicts_with(&self, current: &Contact) -> bool {
        let mut seen = current.clone();
        self.seen.apply(&mut seen);
        seen != *current
    }
}

impl Change<Contact> for ContactChange {
    fn apply(&self, to: &mut Contact) {
        match self {
            Self::Detail(detail) => detail.to.apply(to),
            Self::RemoveTag(name) => to.tags.retain(|tag| tag.name != *name),
            Self::AddTag(name) if to.tags.iter().any(|tag| tag.name == *name) => {}
            Self::AddTag(name) => to.tags.push(Tag { name: name.clone(), color: Tag::color_of(name) }),
            Self::RemoveFromList(list) => to.lists.retain(|known| known.id != list.id),
            Self::AddToList(list) if to.lists.iter().any(|known| known.id == list.id || known.name == list.name) => {}
            Self::AddToList(list) => to.lists.push(list.clone()),
            Self::Flag(flag, is_set) => flag.set(to, *is_set),
        }
    }

    fn field(&self) -> String {
        match self {
            Self::Detail(detail) => detail.field(),
            Self::AddTag(name) | Self::RemoveTag(name) => format!("tag {name}"),
            // By its name: the one who makes a list by typing can't know that somebody else has just made it.
            Self::AddToList(list) | Self::RemoveFromList(list) => format!("list {}", list.name),
            Self::Flag(ContactFlag::Blocked, _) => "blocked".to_owned(),
            Self::Flag(ContactFlag::Unsubscribed, _) => "unsubscribed".to_owned(),
        }
    }
}

/// An agent's own settings. They have no version: the latest answer counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnSettings {
    pub agent: AgentId,
    pub settings: Settings,
}

/// A change of one of an agent's own settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SettingsChange {
    EnterSends(bool),
}

impl Change<OwnSettings> for SettingsChange {
    fn apply(&self, to: &mut OwnSettings) {
        match self {
            Self::EnterSends(sends) => to.settings.enter_sends = *sends,
        }
    }

    fn field(&self) -> String {
        match self {
            Self::EnterSends(_) => "enter-sends".to_owned(),
        }
    }
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

// The things, with their ids, changes, places and versions. A message is never changed; settings have no version.
entry! {
    ContactNote, ContactNoteId, NoChange, id, |it: &Self| it.seq, |it: &Self| it.rev;
    ConversationNote, ConversationNoteId, NoChange, id, |it: &Self| it.seq, |it: &Self| it.rev;
    Message, MessageId, NoChange, id, |it: &Self| it.seq, |it: &Self| it.seq;
    Conversation, ConversationId, ConversationChange, id, |it: &Self| it.seq, |it: &Self| it.rev;
    Contact, ContactId, ContactChange, id, |it: &Self| it.seq, |it: &Self| it.rev;
    OwnSettings, AgentId, SettingsChange, agent, |_: &Self| 0, |_: &Self| 0;
}
