//! Bulk changes: one change of many conversations or contacts, and its undo.

use crate::{
    contact::ContactQuery,
    conversation::{ConversationQuery, Status},
    ids::{AgentId, ContactId, ConversationId, ListId},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// One request of a bulk change names at most this many ids, and changes at most this many things.
pub const BULK_AT_ONCE: usize = 200;

/// `PUT /bulk/{id}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Bulk {
    pub of: BulkOf,
    pub change: BulkChange,
}

/// What is changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum BulkOf {
    Conversations {
        #[cfg_attr(feature = "schema", schema(min_items = 1, max_items = 200))]
        ids: Vec<ConversationId>,
    },
    /// Those that fit at the time of the first request.
    ConversationsThatFit(ConversationQuery),
    Contacts {
        #[cfg_attr(feature = "schema", schema(min_items = 1, max_items = 200))]
        ids: Vec<ContactId>,
    },
    /// Those who fit at the time of the first request.
    ContactsThatFit(ContactQuery),
}

/// What is done to each. Tags and lists of conversations are those of their contacts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum BulkChange {
    /// Of conversations only.
    Status(Status),
    /// Of conversations only. `None`: unassigns them.
    Assignee(Option<AgentId>),
    /// A tag that doesn't exist is made.
    AddTag {
        #[cfg_attr(feature = "schema", schema(schema_with = crate::text_rules::tag_name))]
        name: String,
    },
    RemoveTag {
        #[cfg_attr(feature = "schema", schema(schema_with = crate::text_rules::tag_name))]
        name: String,
    },
    /// A list that doesn't exist is made; if another one has this name, that one is meant.
    AddList {
        id: ListId,
        #[cfg_attr(feature = "schema", schema(schema_with = crate::text_rules::list_name))]
        name: String,
    },
    RemoveList {
        id: ListId,
    },
}

impl BulkChange {
    /// Whether contacts are changed, also where conversations are chosen.
    #[must_use]
    pub fn is_of_contacts(&self) -> bool {
        !matches!(self, Self::Status(_) | Self::Assignee(_))
    }
}

/// How far a bulk change or its undo is. What needed no change counts nowhere.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct BulkProgress {
    /// How many conversations or contacts were changed so far.
    pub changed: u64,
    /// How many could not be.
    pub failures: u64,
    /// The first of those, at most 200.
    pub failed: Vec<BulkFailure>,
    /// How many are to be changed yet: the same request goes on.
    pub left: u64,
}

/// What could not be changed, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct BulkFailure {
    /// Of the conversation; of the contact, where tags or lists are changed.
    pub id: Uuid,
    /// The contact's name; empty if there is no such conversation or contact.
    pub name: String,
    pub reason: BulkReason,
}

/// Why something could not be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, strum::EnumString, strum::IntoStaticStr)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum BulkReason {
    /// There is no such conversation or contact, or the contact was erased.
    NotFound,
    /// The contact has as many tags, or is on as many lists, as is possible.
    TooMany,
    /// Of an undo: somebody has changed it since.
    Changed,
}
