//! `Unsent`: a pending change of a note or reply as a text for the outbox. No I/O.
//!
//! The text is in lines. The first one names the change (`add`, `delete`, `restore`). After `add` come: the time of
//! writing in milliseconds since 1970; the code of the refusal, if there was one; the conversation it was written in;
//! and the body, which may have several lines. A confirmed note that is to be deleted or restored is stored without its
//! text.

use crate::record::{Entry, Failure, Pending, SendState};
use wire::{ConversationId, ProblemCode};

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
}

impl Unsent {
    /// What to store of a pending change. `text`: when, where and what was typed. `None`: nothing.
    pub fn of<T: Entry>(
        pending: Option<&Pending<T>>,
        text: impl FnOnce(&T) -> (i64, ConversationId, String),
    ) -> Option<Self> {
        Some(match pending? {
            Pending::Add { abandoned: true, .. } | Pending::Delete { undone: false, .. } | Pending::DeleteUnseen => {
                Self::Delete
            }
            Pending::Delete { undone: true, .. } | Pending::Restore { .. } | Pending::RestoreUnseen => Self::Restore,
            Pending::Deleted { .. } => return None,
            Pending::Add { entry, send_state, .. } => {
                let (at, conversation, body) = text(entry);
                let refused = if let SendState::Refused(failure) = send_state { Some(*failure) } else { None };
                Self::Add { at, refused, conversation, body }
            }
        })
    }

    #[must_use]
    pub fn write(&self) -> String {
        match self {
            Self::Add { at, refused, conversation, body } => {
                let refused = refused.map_or("", code);
                format!("add\n{at}\n{refused}\n{conversation}\n{body}")
            }
            Self::Delete => "delete".to_owned(),
            Self::Restore => "restore".to_owned(),
        }
    }

    /// `None`: not of this form.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let mut lines = text.splitn(5, '\n');
        match lines.next()? {
            "delete" => Some(Self::Delete),
            "restore" => Some(Self::Restore),
            "add" => Some(Self::Add {
                at: lines.next()?.parse().ok()?,
                refused: match lines.next()? {
                    "" => None,
                    code => Some(failure(code)),
                },
                conversation: lines.next()?.parse().ok()?,
                body: lines.next()?.to_owned(),
            }),
            _ => None,
        }
    }
}

fn code(failure: Failure) -> &'static str {
    match failure {
        Failure::Refused(code) => code.as_str(),
        Failure::Disconnected | Failure::Offline | Failure::Unreadable => "unreadable",
    }
}

fn failure(code: &str) -> Failure {
    ProblemCode::from_type(&format!("/problems/{code}")).map_or(Failure::Unreadable, Failure::Refused)
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn what_has_another_form_is_no_unsent_thing() {
        for text in ["", "added\n1\n\n\nx", "add\n1\n\nnot an id\nx", "add\nsoon\n\n", "add\n1"] {
            assert_eq!(Unsent::read(text), None, "{text}");
        }
    }
}
