//! Live events: what changed, in the organization's order. Read from `GET /events` or, by polling, `GET /changes`.

use crate::{
    Seq,
    agent::{Agent, AgentRef},
    contact::Contact,
    conversation::Conversation,
    ids::{ContactId, ContactNoteId, ConversationId, ConversationNoteId},
    json::{Json, Misread, readable, readable_words},
    message::Message,
    note::{ContactNote, ConversationNote},
    page::Position,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A change. JSON of `data`: the variant's fields; the event's name is the variant's name in kebab case.
/// `seq` is the position of the change, and the new `rev` of what it speaks of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(tag = "event", content = "data", rename_all = "kebab-case")]
pub enum Event {
    ContactNoteAdded {
        note: ContactNote,
        actor: AgentRef,
        seq: Seq,
    },
    ContactNoteRestored {
        note: ContactNote,
        actor: AgentRef,
        seq: Seq,
    },
    ContactNoteDeleted {
        note_id: ContactNoteId,
        contact_id: ContactId,
        actor: AgentRef,
        seq: Seq,
    },
    ConversationNoteAdded {
        note: ConversationNote,
        actor: AgentRef,
        seq: Seq,
    },
    ConversationNoteRestored {
        note: ConversationNote,
        actor: AgentRef,
        seq: Seq,
    },
    ConversationNoteDeleted {
        note_id: ConversationNoteId,
        conversation_id: ConversationId,
        actor: AgentRef,
        seq: Seq,
    },
    /// `actor` is `None` when the contact wrote, or an import did.
    MessageAdded {
        message: Message,
        actor: Option<AgentRef>,
        seq: Seq,
    },
    ConversationChanged {
        conversation: Conversation,
        actor: Option<AgentRef>,
        seq: Seq,
    },
    ContactChanged {
        contact: Contact,
        actor: Option<AgentRef>,
        seq: Seq,
    },
    AgentChanged {
        agent: Agent,
        actor: Option<AgentRef>,
        seq: Seq,
    },
}

impl Event {
    /// The event's name on the stream.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::ContactNoteAdded { .. } => "contact-note-added",
            Self::ContactNoteRestored { .. } => "contact-note-restored",
            Self::ContactNoteDeleted { .. } => "contact-note-deleted",
            Self::ConversationNoteAdded { .. } => "conversation-note-added",
            Self::ConversationNoteRestored { .. } => "conversation-note-restored",
            Self::ConversationNoteDeleted { .. } => "conversation-note-deleted",
            Self::MessageAdded { .. } => "message-added",
            Self::ConversationChanged { .. } => "conversation-changed",
            Self::ContactChanged { .. } => "contact-changed",
            Self::AgentChanged { .. } => "agent-changed",
        }
    }

    /// The position of the change.
    #[must_use]
    pub fn seq(&self) -> Seq {
        match self {
            Self::ContactNoteAdded { seq, .. }
            | Self::ContactNoteRestored { seq, .. }
            | Self::ContactNoteDeleted { seq, .. }
            | Self::ConversationNoteAdded { seq, .. }
            | Self::ConversationNoteRestored { seq, .. }
            | Self::ConversationNoteDeleted { seq, .. }
            | Self::MessageAdded { seq, .. }
            | Self::ConversationChanged { seq, .. }
            | Self::ContactChanged { seq, .. }
            | Self::AgentChanged { seq, .. } => *seq,
        }
    }

    /// The `data` line of the stream: the variant's fields as JSON.
    #[must_use]
    pub fn data(&self) -> serde_json::Value {
        match serde_json::to_value(self) {
            Ok(serde_json::Value::Object(mut parts)) => parts.remove("data").unwrap_or_default(),
            _ => serde_json::Value::Null,
        }
    }

    /// Reads an event by its name and data. An unknown name is `None`: a newer server may say more than we know.
    ///
    /// # Errors
    /// When a known event's data doesn't have its form.
    pub fn read(name: &str, data: &str) -> Result<Option<Self>, Misread> {
        Self::from_parts(name, Json::parse(data)?)
    }

    /// As [`Event::read`], for data already parsed.
    ///
    /// # Errors
    /// When a known event's data doesn't have its form.
    pub fn from_parts(name: &str, mut data: Json) -> Result<Option<Self>, Misread> {
        let Some(known) = KNOWN.into_iter().find(|known| *known == name) else { return Ok(None) };
        let seq = data.member("seq")?;
        Ok(Some(match known {
            "contact-note-added" | "contact-note-restored" => {
                let (note, actor) = (data.member("note")?, data.member("actor")?);
                if name == "contact-note-added" {
                    Self::ContactNoteAdded { note, actor, seq }
                } else {
                    Self::ContactNoteRestored { note, actor, seq }
                }
            }
            "conversation-note-added" | "conversation-note-restored" => {
                let (note, actor) = (data.member("note")?, data.member("actor")?);
                if name == "conversation-note-added" {
                    Self::ConversationNoteAdded { note, actor, seq }
                } else {
                    Self::ConversationNoteRestored { note, actor, seq }
                }
            }
            "contact-note-deleted" => Self::ContactNoteDeleted {
                note_id: data.member("note_id")?,
                contact_id: data.member("contact_id")?,
                actor: data.member("actor")?,
                seq,
            },
            "conversation-note-deleted" => Self::ConversationNoteDeleted {
                note_id: data.member("note_id")?,
                conversation_id: data.member("conversation_id")?,
                actor: data.member("actor")?,
                seq,
            },
            other => {
                let actor = data.member("actor")?;
                match other {
                    "message-added" => Self::MessageAdded { message: data.member("message")?, actor, seq },
                    "conversation-changed" => {
                        Self::ConversationChanged { conversation: data.member("conversation")?, actor, seq }
                    }
                    "contact-changed" => Self::ContactChanged { contact: data.member("contact")?, actor, seq },
                    _ => Self::AgentChanged { agent: data.member("agent")?, actor, seq },
                }
            }
        }))
    }
}

impl<'de> Deserialize<'de> for Event {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error as _;
        let mut parts = Json::deserialize(deserializer)?;
        let name: String = parts.member("event").map_err(D::Error::custom)?;
        Self::from_parts(&name, parts.take("data"))
            .map_err(D::Error::custom)?
            .ok_or_else(|| D::Error::custom("unknown event"))
    }
}

/// Every event's name; the last one is the fallback in [`Event::from_parts`].
const KNOWN: [&str; 10] = [
    "contact-note-added",
    "contact-note-restored",
    "contact-note-deleted",
    "conversation-note-added",
    "conversation-note-restored",
    "conversation-note-deleted",
    "message-added",
    "conversation-changed",
    "contact-changed",
    "agent-changed",
];

/// The first thing on a stream. Carries no id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Hello {
    pub epoch: String,
    pub head: Seq,
    #[serde(deserialize_with = "crate::time::read_moment")]
    pub server_time: DateTime<Utc>,
}

readable!(Hello { epoch, head, server_time });

/// Every 15 seconds. A `head` past what was received, for longer than a second, means a gap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Heartbeat {
    pub head: Seq,
}

readable!(Heartbeat { head });

/// Why the asked-for position can't be resumed from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ResetReason {
    TooOld,
    AheadOfHead,
    OtherEpoch,
}

readable_words!(ResetReason { TooOld = "too-old", AheadOfHead = "ahead-of-head", OtherEpoch = "other-epoch" });

/// Forget positions and fetch anew what is open. Carries no id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Reset {
    pub reason: ResetReason,
}

readable!(Reset { reason });

/// One change in the answer of `GET /changes`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Change {
    pub id: Position,
    pub event: String,
    pub data: serde_json::Value,
}

/// [`Change`], as a client reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolledChange {
    pub id: Position,
    pub event: String,
    pub data: Json,
}

readable!(PolledChange { id, event, data });

/// [`Changes`], as a client reads them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Polled {
    pub items: Vec<PolledChange>,
    pub next: Position,
    pub more: bool,
    pub reset: Option<ResetReason>,
}

readable!(Polled { items, next, more, reset });

/// `GET /changes?after=POSITION&limit`: the same changes as the stream, by polling.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Changes {
    pub items: Vec<Change>,
    /// Ask after this next. It may lie past the last item: changes whose text is gone are skipped.
    pub next: Position,
    /// There are more now.
    pub more: bool,
    /// Set when `after` can't be resumed from: then `items` is empty and `next` is the head.
    pub reset: Option<ResetReason>,
}
