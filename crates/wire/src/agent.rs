//! Agents, their organization and its channels, and the signed-in agent's settings.

use crate::{
    ids::{AgentId, ChannelId, OrgId},
    patch::given,
    storage_key::StorageKey,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

/// `POST /session`.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    #[cfg_attr(feature = "schema", schema(schema_with = crate::text_rules::sign_in_email))]
    pub email: String,
    #[cfg_attr(feature = "schema", schema(schema_with = crate::text_rules::password))]
    pub password: String,
}

/// An agent's permissions: both roles read and add everything; an agent deletes their own notes, an admin any note.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    Agent,
    Admin,
}

/// A teammate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Agent {
    pub id: AgentId,
    pub name: String,
    pub email: String,
    pub role: Role,
    /// Whether the agent has left the organization; their notes and messages stay.
    pub removed: bool,
}

/// A teammate as the author or actor of something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct AgentRef {
    pub id: AgentId,
    pub name: String,
    pub removed: bool,
}

/// An organization.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Organization {
    pub id: OrgId,
    /// The short name in URLs, e. g. `acme`.
    pub slug: String,
    pub name: String,
}

/// The kind of a channel.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    EnumString,
    IntoStaticStr,
    VariantArray,
)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum ChannelKind {
    Sms,
    Whatsapp,
    Email,
    Chat,
    Voice,
    Messenger,
    Instagram,
}

/// A channel of an organization.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Channel {
    pub id: ChannelId,
    pub kind: ChannelKind,
    pub name: String,
}

/// An agent's own settings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct Settings {
    /// Whether Enter sends instead of inserting a new line.
    pub enter_sends: bool,
}

/// `PATCH /me`: omitted fields stay.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SettingsPatch {
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schema(nullable = false))]
    pub enter_sends: Option<bool>,
    /// The agent's own name.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schema(schema_with = crate::text_rules::agent_name))]
    pub name: Option<String>,
}

/// `PUT /me/password`. The agent's other sessions end.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PasswordChange {
    #[cfg_attr(feature = "schema", schema(schema_with = crate::text_rules::password))]
    pub current: String,
    #[cfg_attr(feature = "schema", schema(schema_with = crate::text_rules::new_password))]
    pub new: String,
}

/// A session of the signed-in agent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct OwnSession {
    pub started_at: DateTime<Utc>,
    pub last_used_at: DateTime<Utc>,
    /// Whether it is the one that asks.
    pub current: bool,
}

/// `GET /me`: the signed-in agent, and the data that every screen needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Me {
    pub agent: Agent,
    pub organization: Organization,
    /// Every agent of the organization, removed ones too.
    pub agents: Vec<Agent>,
    pub channels: Vec<Channel>,
    pub settings: Settings,
    /// With it the app encrypts drafts and unsent changes in the browser. Without one they are stored in the clear.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storage_key: Option<StorageKey>,
}
