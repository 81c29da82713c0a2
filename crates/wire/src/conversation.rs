//! Conversations: one thread with a contact on one channel, as agents see it.

use crate::{
    Seq,
    agent::ChannelKind,
    ids::{AgentId, ChannelId, ContactId, ConversationId},
    patch::given,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

/// A conversation's status: open needs action, automated is handled by an automation, closed is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, EnumString, IntoStaticStr, VariantArray)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum Status {
    Open,
    Automated,
    Closed,
}

/// A section of the inbox, by assignee.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, EnumString, IntoStaticStr, VariantArray,
)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum Section {
    #[default]
    All,
    /// Assigned to the requesting agent.
    Mine,
    Unassigned,
}

/// The order by `last_at`, ties by id; `unread` puts the unread ones first, newest first within each half.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, EnumString, IntoStaticStr, VariantArray,
)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum Sort {
    #[default]
    Newest,
    Oldest,
    Unread,
}

/// The query of `GET /conversations`, without `cursor` and `limit`. Empty: every conversation, newest first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ConversationQuery {
    #[serde(default)]
    pub section: Section,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<ChannelId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignee: Option<AgentId>,
    #[serde(default)]
    pub sort: Sort,
}

/// A contact by id and name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ContactRef {
    pub id: ContactId,
    pub name: String,
}

/// A channel by id and kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ChannelRef {
    pub id: ChannelId,
    pub kind: ChannelKind,
}

/// The kind of the last item in the thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum PreviewKind {
    /// A message from the contact.
    In,
    /// A message to the contact.
    Out,
    /// A conversation note. A contact note never appears here.
    Note,
}

/// The first line of the last item in the thread, at most 140 characters. For agents only.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Preview {
    pub kind: PreviewKind,
    /// Empty if the item is a message that has attachments only.
    pub text: String,
    /// The name of the message's first attachment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attachment: Option<String>,
}

impl std::fmt::Debug for Preview {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Preview({:?}, <{} bytes>)", self.kind, self.text.len())
    }
}

/// A conversation as an agent sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Conversation {
    pub id: ConversationId,
    pub contact_id: ContactId,
    pub contact: ContactRef,
    pub channel: ChannelRef,
    pub status: Status,
    pub assignee_id: Option<AgentId>,
    /// Whether the contact has written since the requesting agent last read the conversation.
    pub unread: bool,
    /// `None` when the thread is empty.
    pub preview: Option<Preview>,
    /// When the last message or conversation note was added.
    pub last_at: DateTime<Utc>,
    pub seq: Seq,
    pub rev: Seq,
}

/// `PUT /conversations/{id}`: a conversation that an agent starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewConversation {
    pub contact_id: ContactId,
    pub channel_id: ChannelId,
}

/// `PATCH /conversations/{id}`: an omitted field stays, `"assignee_id": null` unassigns.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct ConversationPatch {
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schema(nullable = false))]
    pub status: Option<Status>,
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub assignee_id: Option<Option<AgentId>>,
}

/// `PUT /conversations/{id}/read` and `PUT /contacts/{id}/notes/seen`: the place up to which this agent has read or
/// seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ReadMark {
    #[cfg_attr(feature = "schema", schema(schema_with = crate::text_rules::seq))]
    pub seq: Seq,
}
