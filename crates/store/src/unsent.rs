//! `Unsent`: a pending change as a text for the outbox. No I/O.
//!
//! The text consists of lines. The first one names the change (`add`, `delete`, `restore`, `change`). After `add` come:
//! the time of writing in milliseconds since 1970; the code of the refusal, if any; the conversation it was written in;
//! and the body, which may have several lines. After `change`: the time, the code of the refusal, and the changed field
//! as JSON. A pending deletion or restoration is stored without the note's text.

use crate::record::{Entry, Failure, Pending, PendingChange, SendState};
use serde::{Serialize, de::DeserializeOwned};
use wire::ConversationId;

/// A pending change in the outbox's form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unsent {
    Add {
        /// Milliseconds since 1970.
        at: i64,
        refused: Option<Failure>,
        conversation: ConversationId,
        body: String,
    },
    Delete,
    Restore,
    Change {
        /// Milliseconds since 1970.
        at: i64,
        refused: Option<Failure>,
        /// A [`Change`](crate::change::Change) as JSON.
        change: String,
    },
}

impl Unsent {
    /// The form of a pending change in storage. `text`: the time, conversation and text of an addition. `None`: nothing
    /// is stored.
    pub fn of<T: Entry>(
        pending: Option<&Pending<T>>,
        text: impl FnOnce(&T) -> (i64, ConversationId, String),
    ) -> Option<Self> {
        Some(match pending? {
            Pending::Add { abandoned: true, .. } | Pending::Delete { undone: false } => Self::Delete,
            Pending::Delete { undone: true } | Pending::Restore => Self::Restore,
            Pending::Change(_) => return None,
            Pending::Add { entry, send_state, .. } => {
                let (at, conversation, body) = text(entry);
                Self::Add { at, refused: send_state.refusal(), conversation, body }
            }
        })
    }

    /// The form of a changed field in storage.
    #[must_use]
    pub fn of_change<C: Serialize>(pending: &PendingChange<C>) -> Option<Self> {
        let change = serde_json::to_string(&pending.change).ok()?;
        Some(Self::Change { at: pending.at, refused: pending.send_state.refusal(), change })
    }

    /// The stored change of a field. `None`: the content is not one of this version.
    #[must_use]
    pub fn into_change<C: DeserializeOwned>(self) -> Option<PendingChange<C>> {
        let Self::Change { at, refused, change } = self else { return None };
        let send_state = refused.map_or(SendState::Waiting, SendState::Refused);
        Some(PendingChange { change: serde_json::from_str(&change).ok()?, at, send_state })
    }

    /// When the change was made, in milliseconds since 1970, if that is stored.
    #[must_use]
    pub fn at(&self) -> Option<i64> {
        match self {
            Self::Add { at, .. } | Self::Change { at, .. } => Some(*at),
            Self::Delete | Self::Restore => None,
        }
    }

    /// The text for the outbox, which [`Self::read`] parses.
    #[must_use]
    pub fn write(&self) -> String {
        match self {
            Self::Add { at, refused, conversation, body } => {
                format!("add\n{at}\n{}\n{conversation}\n{body}", code(*refused))
            }
            Self::Change { at, refused, change } => format!("change\n{at}\n{}\n{change}", code(*refused)),
            Self::Delete => "delete".to_owned(),
            Self::Restore => "restore".to_owned(),
        }
    }

    /// Parses a stored text. `None`: its format is not this version's.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let mut lines = text.splitn(5, '\n');
        match lines.next()? {
            "delete" => Some(Self::Delete),
            "restore" => Some(Self::Restore),
            "add" => Some(Self::Add {
                at: lines.next()?.parse().ok()?,
                refused: failure(lines.next()?),
                conversation: lines.next()?.parse().ok()?,
                body: lines.next()?.to_owned(),
            }),
            "change" => Some(Self::Change {
                at: lines.next()?.parse().ok()?,
                refused: failure(lines.next()?),
                change: lines.next()?.to_owned(),
            }),
            _ => None,
        }
    }
}

fn code(refused: Option<Failure>) -> &'static str {
    refused.map_or("", Into::into)
}

fn failure(code: &str) -> Option<Failure> {
    (!code.is_empty()).then(|| Failure::from(code.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::ConversationChange;
    use wire::{ProblemCode, Status};

    fn add(refused: Option<Failure>, body: &str) -> Unsent {
        let conversation = ConversationId::from(uuid::Uuid::from_u128(7));
        Unsent::Add { at: 1_795_000_000_123, refused, conversation, body: body.to_owned() }
    }

    #[test]
    fn what_is_kept_is_read_as_it_was() {
        let refused = [None, Some(Failure::Refused(ProblemCode::Forbidden)), Some(Failure::Unreadable)];
        for refused in refused {
            for body in ["Prefers tea", "two\nlines\n", "\n\nدعم", " add\n1\n"] {
                let unsent = add(refused, body);
                assert_eq!(Unsent::read(&unsent.write()), Some(unsent));
            }
        }
        for unsent in [Unsent::Delete, Unsent::Restore] {
            assert_eq!(Unsent::read(&unsent.write()), Some(unsent));
        }
    }

    #[test]
    fn a_changed_field_is_read_as_it_was() {
        for send_state in [SendState::Waiting, SendState::Refused(Failure::Refused(ProblemCode::Forbidden))] {
            let pending = PendingChange { change: ConversationChange::Status(Status::Closed), at: 7, send_state };
            let text = Unsent::of_change(&pending).unwrap().write();
            assert_eq!(Unsent::read(&text).unwrap().into_change(), Some(pending));
        }
        let unreadable = "change\n7\n\n{\"colour\":\"red\"}";
        assert_eq!(Unsent::read(unreadable).unwrap().into_change::<ConversationChange>(), None);
    }

    #[test]
    fn what_has_another_form_is_no_unsent_thing() {
        for text in ["", "added\n1\n\n\nx", "add\n1\n\nnot an id\nx", "add\nsoon\n\n", "add\n1"] {
            assert_eq!(Unsent::read(text), None, "{text}");
        }
    }
}
