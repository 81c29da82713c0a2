//! The export of a contact: everything that the organization has of a person, as one document.

use crate::{
    activity::Activity,
    agent::ChannelKind,
    contact::Contact,
    conversation::Status,
    ids::{AgentId, ConversationId},
    message::Message,
    note::{ContactNote, ConversationNote},
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// `GET /contacts/{id}/export`. Each list is newest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ContactExport {
    pub exported_at: DateTime<Utc>,
    pub contact: Contact,
    pub conversations: Vec<ExportedConversation>,
    /// The team's notes on the contact.
    pub notes: Vec<ContactNote>,
    pub activity: Vec<Activity>,
}

/// A conversation with everything in it. Attachments are named, their content is not stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ExportedConversation {
    pub id: ConversationId,
    pub channel: ChannelKind,
    pub status: Status,
    pub assignee_id: Option<AgentId>,
    pub created_at: DateTime<Utc>,
    pub messages: Vec<Message>,
    /// The team's notes inside the conversation.
    pub notes: Vec<ConversationNote>,
}
