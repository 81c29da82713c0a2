//! `Key`: the key under which a draft or an unsent change is stored.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use uuid::Uuid;
use wire::{ContactId, ContactNoteId, ConversationId, ConversationNoteId, MessageId};

/// Its form in storage: a word for the kind and the ids, and for a changed field its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub(crate) enum Key {
    ContactNoteDraft(ContactId),
    ReplyDraft(ConversationId),
    ConversationNoteDraft(ConversationId),
    /// Whether the composer writes notes.
    NoteMode(ConversationId),
    ContactNote(ContactId, ContactNoteId),
    ConversationNote(ConversationId, ConversationNoteId),
    Reply(ConversationId, MessageId),
    /// A changed field: the kind of thing, its id, and the field's name.
    Change {
        of: String,
        place: Uuid,
        field: String,
    },
}

impl Key {
    /// The contact that it is about, if it is about one.
    pub(crate) fn contact(&self) -> Option<ContactId> {
        match self {
            Self::ContactNoteDraft(contact) | Self::ContactNote(contact, _) => Some(*contact),
            Self::Change { of, place, .. } if of == "contact" => Some((*place).into()),
            _ => None,
        }
    }

    /// The conversation that it is about, if it is about one.
    pub(crate) fn conversation(&self) -> Option<ConversationId> {
        match self {
            Self::ReplyDraft(conversation)
            | Self::ConversationNoteDraft(conversation)
            | Self::NoteMode(conversation)
            | Self::ConversationNote(conversation, _)
            | Self::Reply(conversation, _) => Some(*conversation),
            Self::Change { of, place, .. } if of == "conversation" => Some((*place).into()),
            _ => None,
        }
    }

    /// When the thing was made, in milliseconds since 1970: the first 48 bits of a UUIDv7.
    pub(crate) fn made_at(&self) -> Option<i64> {
        let id = match self {
            Self::ContactNote(_, id) => id.0,
            Self::ConversationNote(_, id) => id.0,
            Self::Reply(_, id) => id.0,
            _ => return None,
        };
        i64::try_from(id.as_u128() >> 80).ok()
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ContactNoteDraft(contact) => write!(f, "contact-note-draft {contact}"),
            Self::ReplyDraft(conversation) => write!(f, "reply-draft {conversation}"),
            Self::ConversationNoteDraft(conversation) => write!(f, "conversation-note-draft {conversation}"),
            Self::NoteMode(conversation) => write!(f, "noting {conversation}"),
            Self::ContactNote(contact, id) => write!(f, "contact-note {contact} {id}"),
            Self::ConversationNote(conversation, id) => write!(f, "conversation-note {conversation} {id}"),
            Self::Reply(conversation, id) => write!(f, "reply {conversation} {id}"),
            Self::Change { of, place, field } => write!(f, "{of} {place} {field}"),
        }
    }
}

/// A key in a format that this version doesn't know.
#[derive(Debug, thiserror::Error)]
#[error("not a key of this version")]
pub(crate) struct UnknownKey;

impl FromStr for Key {
    type Err = UnknownKey;

    fn from_str(text: &str) -> Result<Self, UnknownKey> {
        read(text).ok_or(UnknownKey)
    }
}

fn read(text: &str) -> Option<Key> {
    let mut words = text.splitn(3, ' ');
    let (kind, place) = (words.next()?, words.next()?.parse::<Uuid>().ok()?);
    let rest = words.next();
    // An earlier version put the name of a page after the id.
    let id = || rest?.lines().next()?.parse::<Uuid>().ok();
    Some(match kind {
        "contact-note-draft" => Key::ContactNoteDraft(place.into()),
        "reply-draft" => Key::ReplyDraft(place.into()),
        "conversation-note-draft" => Key::ConversationNoteDraft(place.into()),
        "noting" => Key::NoteMode(place.into()),
        "contact-note" => Key::ContactNote(place.into(), id()?.into()),
        "conversation-note" => Key::ConversationNote(place.into(), id()?.into()),
        "reply" => Key::Reply(place.into(), id()?.into()),
        of => Key::Change { of: of.to_owned(), place, field: rest?.to_owned() },
    })
}

impl From<Key> for String {
    fn from(key: Key) -> Self {
        key.to_string()
    }
}

impl TryFrom<String> for Key {
    type Error = UnknownKey;

    fn try_from(text: String) -> Result<Self, UnknownKey> {
        text.parse()
    }
}
