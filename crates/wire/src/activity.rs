//! Activity around a contact: actor, action and time. Never contains a note's text.

use crate::{
    Seq,
    agent::AgentRef,
    ids::{ContactId, ConversationId},
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

/// The kind of an activity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, EnumString, IntoStaticStr, VariantArray)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum ActivityKind {
    ConversationOpened,
    ConversationClosed,
    ConversationReopened,
    ConversationAutomated,
    /// `subject`: the assignee's name.
    ConversationAssigned,
    ConversationUnassigned,
    NoteAdded,
    NoteDeleted,
    NoteRestored,
    /// `subject`: the tag's name.
    TagAdded,
    TagRemoved,
    /// `subject`: the fields' wire names, separated by commas.
    DetailsChanged,
    /// `subject`: the list's name.
    ListAdded,
    ListRemoved,
    ContactBlocked,
    ContactUnblocked,
    ContactUnsubscribed,
    ContactResubscribed,
    /// Another contact was merged into this one. `subject`: that contact's name.
    ContactMerged,
    /// That was undone. `subject`: the other contact's name.
    ContactMergeUndone,
    /// Everything of the contact was erased. `actor`: `None` for a command of the server.
    ContactErased,
}

/// One entry. Lists are newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Activity {
    pub seq: Seq,
    pub kind: ActivityKind,
    /// `None`: the contact themselves, or an import.
    pub actor: Option<AgentRef>,
    pub conversation_id: Option<ConversationId>,
    pub subject: Option<String>,
    pub at: DateTime<Utc>,
    /// Of a merge that can still be undone, by its actor.
    #[serde(default)]
    pub undo: Option<MergeUndo>,
}

/// How a merge is undone: `POST /contacts/{contact_id}/merge/undo`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct MergeUndo {
    /// The contact who was merged into another one.
    pub contact_id: ContactId,
    pub until: DateTime<Utc>,
}
