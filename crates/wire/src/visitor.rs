//! The API of the contact's side (web chat): messages only. No type of the agents' side is used here, and ids, order
//! and positions are per conversation.

use crate::body::NoteBody;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The answer to `POST /contact/v1/{org}/visits`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Visit {
    /// A bearer token, which the page stores.
    pub token: String,
}

/// The author of a message, from the contact's point of view.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum From {
    Me,
    Team,
}

/// A message as the contact sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct VisitorMessage {
    pub id: Uuid,
    pub from: From,
    /// The agent's first name, for the team's messages.
    pub name: Option<String>,
    pub body: String,
    pub created_at: DateTime<Utc>,
    /// 1, 2, 3 … within this conversation, without gaps.
    pub position: u64,
}

/// `PUT /contact/v1/messages/{id}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewVisitorMessage {
    pub body: NoteBody,
}

/// `GET /contact/v1/messages`, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct VisitorPage {
    pub items: Vec<VisitorMessage>,
    pub next_cursor: Option<String>,
}
