//! The team: invitations, joining by one, and what an admin changes of an agent.

use crate::{
    agent::{AgentRef, Role},
    ids::InvitationId,
    patch::given,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::fmt;

/// An invitation that nobody has accepted yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Invitation {
    pub id: InvitationId,
    pub email: String,
    pub role: Role,
    pub invited_by: AgentRef,
    pub expires_at: DateTime<Utc>,
}

/// `PUT /invitations/{id}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewInvitation {
    #[cfg_attr(feature = "schema", schema(schema_with = crate::text_rules::agent_email))]
    pub email: String,
    pub role: Role,
}

/// An invitation that was just made, with the secret of its link. It is told once.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Invited {
    pub invitation: Invitation,
    pub token: String,
}

/// `POST /join/invitation`: what does this link invite to?
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct JoinToken {
    #[cfg_attr(feature = "schema", schema(schema_with = crate::text_rules::join_token))]
    pub token: String,
}

/// What an invitation is to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct JoinOffer {
    /// The organization's name.
    pub organization: String,
    pub email: String,
    pub invited_by: AgentRef,
}

/// `POST /join`: accept an invitation.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Join {
    #[cfg_attr(feature = "schema", schema(schema_with = crate::text_rules::join_token))]
    pub token: String,
    #[cfg_attr(feature = "schema", schema(schema_with = crate::text_rules::agent_name))]
    pub name: String,
    #[cfg_attr(feature = "schema", schema(schema_with = crate::text_rules::new_password))]
    pub password: String,
}

/// `POST /setup`: the first organization and its admin.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Setup {
    #[cfg_attr(feature = "schema", schema(schema_with = crate::text_rules::join_token))]
    pub token: String,
    /// The organization's name.
    #[cfg_attr(feature = "schema", schema(schema_with = crate::text_rules::agent_name))]
    pub organization: String,
    /// Its short name in addresses.
    #[cfg_attr(feature = "schema", schema(schema_with = crate::text_rules::slug))]
    pub slug: String,
    #[cfg_attr(feature = "schema", schema(schema_with = crate::text_rules::agent_name))]
    pub name: String,
    #[cfg_attr(feature = "schema", schema(schema_with = crate::text_rules::agent_email))]
    pub email: String,
    #[cfg_attr(feature = "schema", schema(schema_with = crate::text_rules::new_password))]
    pub password: String,
}

/// `PATCH /agents/{id}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AgentPatch {
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schema(nullable = false))]
    pub role: Option<Role>,
}

/// Secrets stay out of logs.
macro_rules! secret {
    ($($name:ident),+) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    )+};
}

secret! { Invited, JoinToken, Join, Setup }
