//! What a host's back end says to get an agent into the widget. The widget itself speaks the agents' API, with the token
//! in place of the cookie.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// `POST /embed/v1/tokens`, with one of the organization's keys as the bearer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewEmbedToken {
    /// The agent's e-mail address.
    pub agent: String,
    /// The origin of the page that will hold the widget, e. g. `https://crm.example`. One of the organization's list.
    pub origin: String,
}

/// A token for one agent on the pages of one origin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct EmbedToken {
    /// To be handed to the page, and kept nowhere.
    pub token: String,
    pub expires_at: DateTime<Utc>,
    /// The same, in seconds from now: for a page whose clock is wrong.
    pub expires_in: u32,
}

/// `POST /embed/v1/revocations`: ends every token of an agent within a second.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Revocation {
    /// The agent's e-mail address.
    pub agent: String,
}
