//! The two kinds of note: different types on purpose, so that no code accepts both.

use crate::{
    Seq,
    agent::AgentRef,
    body::NoteBody,
    ids::{ContactId, ContactNoteId, ConversationId, ConversationNoteId},
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A note about a contact: visible in every conversation with them, to the whole organization, never to the contact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ContactNote {
    pub id: ContactNoteId,
    pub contact_id: ContactId,
    /// The conversation it was written in.
    pub conversation_id: ConversationId,
    pub author: AgentRef,
    pub body: NoteBody,
    pub created_at: DateTime<Utc>,
    /// Its place in the organization's order; never changes.
    pub seq: Seq,
    /// The `seq` of its last change: the higher one wins.
    pub rev: Seq,
}

/// A note inside one conversation, by the team for the team.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ConversationNote {
    pub id: ConversationNoteId,
    pub conversation_id: ConversationId,
    pub author: AgentRef,
    pub body: NoteBody,
    pub created_at: DateTime<Utc>,
    pub seq: Seq,
    pub rev: Seq,
}

impl ContactNote {
    /// As its author has written it, before the server has it: `seq` and `rev` are 0.
    #[must_use]
    pub fn unsaved(
        id: ContactNoteId,
        contact_id: ContactId,
        conversation_id: ConversationId,
        author: AgentRef,
        body: NoteBody,
        created_at: DateTime<Utc>,
    ) -> Self {
        Self { id, contact_id, conversation_id, author, body, created_at, seq: 0, rev: 0 }
    }
}

/// `PUT /contacts/{id}/notes/{note_id}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewContactNote {
    pub body: NoteBody,
    /// The conversation it is written in; must be this contact's.
    pub conversation_id: ConversationId,
}

impl ConversationNote {
    /// As its author has written it, before the server has it: `seq` and `rev` are 0.
    #[must_use]
    pub fn unsaved(
        id: ConversationNoteId,
        conversation_id: ConversationId,
        author: AgentRef,
        body: NoteBody,
        created_at: DateTime<Utc>,
    ) -> Self {
        Self { id, conversation_id, author, body, created_at, seq: 0, rev: 0 }
    }
}

/// `PUT /conversations/{id}/notes/{note_id}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewConversationNote {
    pub body: NoteBody,
}

/// The answer to a `DELETE` of a note that was there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Deleted {
    /// The end of the undo window, within which the agent who deleted the note may restore it.
    pub restorable_until: DateTime<Utc>,
    /// The version of the deletion: an older version of the note is stale.
    pub rev: Seq,
}
