//! Messages from and to a contact.

use crate::{
    Seq,
    agent::AgentRef,
    body::NoteBody,
    ids::{ConversationId, MessageId},
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// The direction of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// From the contact.
    In,
    /// To the contact.
    Out,
}

/// Whether an outgoing message was delivered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case", tag = "state", try_from = "DeliveryFields")]
pub enum Delivery {
    /// The contact has it, or has sent it.
    Delivered,
    /// Delivery has failed for good. `reason` is a code: `no-way-out` (the channel can't send).
    Failed { reason: String },
}

/// The fields of a delivery on the wire.
#[derive(Deserialize)]
struct DeliveryFields {
    state: String,
    reason: Option<String>,
}

impl TryFrom<DeliveryFields> for Delivery {
    type Error = &'static str;
    fn try_from(fields: DeliveryFields) -> Result<Self, &'static str> {
        match (fields.state.as_str(), fields.reason) {
            ("delivered", _) => Ok(Self::Delivered),
            ("failed", Some(reason)) => Ok(Self::Failed { reason }),
            _ => Err("a delivery is delivered, or failed with a reason"),
        }
    }
}

/// An attachment by name, size in bytes and media type. Its content is not stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Attachment {
    pub name: String,
    pub size: u64,
    #[serde(rename = "type")]
    pub media_type: String,
}

/// A message in a conversation.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Message {
    pub id: MessageId,
    pub conversation_id: ConversationId,
    pub direction: Direction,
    /// The author of an outgoing message; `None` for the contact's messages and for imported mail of the team.
    pub author: Option<AgentRef>,
    /// As received: a message from outside may be longer than a note, or empty.
    pub body: String,
    pub attachments: Vec<Attachment>,
    pub created_at: DateTime<Utc>,
    pub seq: Seq,
    pub delivery: Delivery,
}

impl std::fmt::Debug for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Message({}, seq {}, <{} bytes>)", self.id, self.seq, self.body.len())
    }
}

/// `PUT /conversations/{id}/messages/{message_id}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewMessage {
    pub body: NoteBody,
}
