//! The requests of a host's back end for the widget's tokens. The widget itself uses the agents' API, with the token
//! instead of the cookie.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// `POST /embed/v1/tokens`, with one of the organization's keys as the bearer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewEmbedToken {
    /// The agent's e-mail address.
    #[cfg_attr(feature = "schema", schema(schema_with = crate::text_rules::embed_agent))]
    pub agent: String,
    /// The origin of the page that embeds the widget, e. g. `https://crm.example`. It must be in the organization's
    /// list.
    #[cfg_attr(feature = "schema", schema(schema_with = crate::text_rules::embed_origin))]
    pub origin: String,
}

/// A token for one agent on the pages of one origin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct EmbedToken {
    /// For the page only; do not store it.
    pub token: String,
    pub expires_at: DateTime<Utc>,
    /// The same, in seconds from now, for a page with a wrong clock.
    pub expires_in: u32,
}

/// `POST /embed/v1/revocations`: revokes all tokens of an agent within a second.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Revocation {
    /// The agent's e-mail address.
    #[cfg_attr(feature = "schema", schema(schema_with = crate::text_rules::embed_agent))]
    #[cfg_attr(feature = "schema", schema(schema_with = crate::text_rules::embed_agent))]
    pub agent: String,
}
