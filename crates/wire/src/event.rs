//! Live events: the changes in the organization's order, from `GET /events` (server-sent events) or, by polling, `GET
//! /changes`.

use crate::{
    Seq,
    agent::{Agent, AgentRef},
    contact::Contact,
    conversation::Conversation,
    ids::{ContactId, ContactNoteId, ConversationId, ConversationNoteId},
    message::Message,
    note::{ContactNote, ConversationNote},
    page::Position,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use strum::{EnumDiscriminants, EnumString, IntoStaticStr, VariantArray};

/// One event block of the event stream (WHATWG HTML, section 9.2).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frame {
    /// The block's `id`, if it has one. A block may consist of an `id` alone.
    pub id: Option<String>,
    /// The event's name; empty if the block has none.
    pub event: String,
    pub data: String,
}

/// A change. Its name on the stream is the variant's name in kebab case, its `data` the variant's fields. `seq` is the
/// position of the change, and the new `rev` of the changed thing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, EnumDiscriminants)]
#[strum_discriminants(name(EventKind), derive(EnumString, IntoStaticStr, VariantArray))]
#[strum_discriminants(
    strum(serialize_all = "kebab-case", const_into_str),
    doc = "What an event says, without its data."
)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Event {
    ContactNoteAdded {
        note: ContactNote,
        actor: AgentRef,
        seq: Seq,
    },
    ContactNoteRestored {
        note: ContactNote,
        actor: AgentRef,
        seq: Seq,
    },
    ContactNoteDeleted {
        note_id: ContactNoteId,
        contact_id: ContactId,
        actor: AgentRef,
        seq: Seq,
    },
    ConversationNoteAdded {
        note: ConversationNote,
        actor: AgentRef,
        seq: Seq,
    },
    ConversationNoteRestored {
        note: ConversationNote,
        actor: AgentRef,
        seq: Seq,
    },
    ConversationNoteDeleted {
        note_id: ConversationNoteId,
        conversation_id: ConversationId,
        actor: AgentRef,
        seq: Seq,
    },
    /// `actor` is `None` for the contact's messages and for imports.
    MessageAdded {
        message: Message,
        actor: Option<AgentRef>,
        seq: Seq,
    },
    ConversationChanged {
        conversation: Conversation,
        actor: Option<AgentRef>,
        seq: Seq,
    },
    ContactChanged {
        contact: Contact,
        actor: Option<AgentRef>,
        seq: Seq,
    },
    /// Everything of the contact is gone, their conversations, messages and notes too. `actor` is `None` for a command of
    /// the server.
    ContactErased {
        contact_id: ContactId,
        actor: Option<AgentRef>,
        seq: Seq,
    },
    /// A contact was merged into another one, with their conversations and notes. Their id stands for the other one from
    /// now on.
    ContactMerged {
        contact_id: ContactId,
        into_id: ContactId,
        actor: Option<AgentRef>,
        seq: Seq,
    },
    /// A merge was undone: the contact is there again, with their conversations and the notes written in them.
    ContactMergeUndone {
        contact_id: ContactId,
        into_id: ContactId,
        actor: Option<AgentRef>,
        seq: Seq,
    },
    AgentChanged {
        agent: Agent,
        actor: Option<AgentRef>,
        seq: Seq,
    },
}

impl Event {
    /// The event's name on the stream.
    #[must_use]
    pub fn name(&self) -> &'static str {
        EventKind::from(self).into_str()
    }

    /// The position of the change.
    #[must_use]
    pub fn seq(&self) -> Seq {
        match self {
            Self::ContactNoteAdded { seq, .. }
            | Self::ContactNoteRestored { seq, .. }
            | Self::ContactNoteDeleted { seq, .. }
            | Self::ConversationNoteAdded { seq, .. }
            | Self::ConversationNoteRestored { seq, .. }
            | Self::ConversationNoteDeleted { seq, .. }
            | Self::MessageAdded { seq, .. }
            | Self::ConversationChanged { seq, .. }
            | Self::ContactChanged { seq, .. }
            | Self::ContactErased { seq, .. }
            | Self::ContactMerged { seq, .. }
            | Self::ContactMergeUndone { seq, .. }
            | Self::AgentChanged { seq, .. } => *seq,
        }
    }

    /// The `data` line of the stream: the variant's fields as JSON.
    #[must_use]
    pub fn data(&self) -> Value {
        match serde_json::to_value(self) {
            // The JSON is an object of the name and the fields.
            Ok(Value::Object(mut parts)) => parts.remove(self.name()).unwrap_or_default(),
            _ => Value::Null,
        }
    }

    /// Reads an event by its name and data. An unknown name is `None`: a newer server may have more events.
    ///
    /// # Errors
    /// When a known event's data is not of its form.
    pub fn read(name: &str, data: &str) -> serde_json::Result<Option<Self>> {
        Self::from_parts(name, serde_json::from_str(data)?)
    }

    /// Like [`Event::read`], for parsed data.
    ///
    /// # Errors
    /// When a known event's data is not of its form.
    pub fn from_parts(name: &str, data: Value) -> serde_json::Result<Option<Self>> {
        if name.parse::<EventKind>().is_err() {
            return Ok(None);
        }
        serde_json::from_value(json!({ name: data })).map(Some)
    }
}

/// The first event of a stream. Has no id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Hello {
    pub epoch: String,
    pub head: Seq,
    pub server_time: DateTime<Utc>,
}

/// Sent every 15 seconds. A `head` beyond the last received event, for longer than a second, means a gap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Heartbeat {
    pub head: Seq,
}

/// The reason why the stream can't resume from the requested position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ResetReason {
    TooOld,
    AheadOfHead,
    OtherEpoch,
}

/// Clients must discard their position and refetch open data. Has no id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Reset {
    pub reason: ResetReason,
}

/// One change in the answer of `GET /changes`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Change {
    pub id: Position,
    pub event: String,
    pub data: Value,
}

/// `GET /changes?after=POSITION&limit`: the same changes as the stream, by polling.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Changes {
    pub items: Vec<Change>,
    /// The position for the next request. It may be beyond the last item: changes whose text is purged are skipped.
    pub next: Position,
    /// Whether there are more changes.
    pub more: bool,
    /// Set if `after` can't be resumed from: then `items` is empty and `next` is the head.
    pub reset: Option<ResetReason>,
}
