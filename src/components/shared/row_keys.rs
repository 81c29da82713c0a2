//! The row keys of the app's lists.

use crate::{
    components::ui::keyed_list::{Key, ListKey},
    store::threads::ThreadItem,
};
use uuid::Uuid;
use wire::{AgentId, ContactId, ContactNoteId, ConversationId, ConversationNoteId, ListId, MessageId};

macro_rules! ids {
    ($($id:ident),+) => {$(
        impl ListKey for $id {
            fn key(&self) -> Key {
                Key::Id(0, self.0.as_u128())
            }

            fn from_key(key: Key) -> Option<Self> {
                if let Key::Id(_, id) = key { Some(Self(Uuid::from_u128(id))) } else { None }
            }
        }
    )+};
}

ids!(AgentId, ContactId, ContactNoteId, ConversationId, ListId);

impl ListKey for ThreadItem {
    fn key(&self) -> Key {
        match self {
            Self::Message(id) => Key::Id(0, id.0.as_u128()),
            Self::Note(id) => Key::Id(1, id.0.as_u128()),
        }
    }

    fn from_key(key: Key) -> Option<Self> {
        let Key::Id(kind, id) = key else { return None };
        let id = Uuid::from_u128(id);
        Some(if kind == 0 { Self::Message(MessageId(id)) } else { Self::Note(ConversationNoteId(id)) })
    }
}
