//! Activity: who did what when around a contact. Never carries a note's text.

use crate::{Seq, agent::AgentRef, ids::ConversationId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
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
}

impl ActivityKind {
    pub const ALL: [Self; 12] = [
        Self::ConversationOpened,
        Self::ConversationClosed,
        Self::ConversationReopened,
        Self::ConversationAutomated,
        Self::ConversationAssigned,
        Self::ConversationUnassigned,
        Self::NoteAdded,
        Self::NoteDeleted,
        Self::NoteRestored,
        Self::TagAdded,
        Self::TagRemoved,
        Self::DetailsChanged,
    ];

    /// The word on the wire and in the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ConversationOpened => "conversation-opened",
            Self::ConversationClosed => "conversation-closed",
            Self::ConversationReopened => "conversation-reopened",
            Self::ConversationAutomated => "conversation-automated",
            Self::ConversationAssigned => "conversation-assigned",
            Self::ConversationUnassigned => "conversation-unassigned",
            Self::NoteAdded => "note-added",
            Self::NoteDeleted => "note-deleted",
            Self::NoteRestored => "note-restored",
            Self::TagAdded => "tag-added",
            Self::TagRemoved => "tag-removed",
            Self::DetailsChanged => "details-changed",
        }
    }
}

/// One entry, newest first in its list.
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
}
