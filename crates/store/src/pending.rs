//! The two sides of a record: `Remote`, the last state that the server confirmed, and `Pending`, the agent's
//! unconfirmed change (an optimistic update).

use super::entry::{Entry, Failure};

/// What the server has said about a thing.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Remote<T> {
    /// Nothing, or nothing that still counts.
    Unknown,
    Live(T),
    /// Deleted, as of the record's `rev`.
    Gone,
}

/// What this agent wants and the server has not confirmed.
#[derive(Clone, Debug, PartialEq)]
pub enum Pending<T: Entry> {
    /// To exist: a local echo. `nth` orders unsaved things among themselves. `sent`: a request for it may have reached
    /// the server. `abandoned`: deleted again before it was confirmed.
    Add { entry: T, nth: u64, send_state: SendState, sent: bool, abandoned: bool },
    /// To be gone. `undone`: wanted back while the request is still on its way.
    Delete { undone: bool },
    /// To be back.
    Restore,
    /// Changed fields, the oldest change first; at most one for each field.
    Change(Vec<PendingChange<T::Change>>),
}

/// A changed field.
#[derive(Clone, Debug, PartialEq)]
pub struct PendingChange<C> {
    pub change: C,
    /// When the agent made it, in milliseconds since 1970.
    pub at: i64,
    pub send_state: SendState,
}

impl<C> PendingChange<C> {
    pub fn new(change: C, at: i64) -> Self {
        Self { change, at, send_state: SendState::Waiting }
    }

    pub(super) fn is_refused(&self) -> bool {
        matches!(self.send_state, SendState::Refused(_))
    }
}

/// How far an unsaved thing or change has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SendState {
    /// On its way.
    Waiting,
    /// The last attempt failed for a reason that may pass; it is being tried again.
    Retrying(Failure),
    /// The server refused it, for good.
    Refused(Failure),
}

impl SendState {
    #[must_use]
    pub fn refusal(self) -> Option<Failure> {
        if let Self::Refused(failure) = self { Some(failure) } else { None }
    }

    /// Refused stays refused.
    pub(super) fn retry(&mut self, failure: Failure) {
        if !matches!(self, Self::Refused(_)) {
            *self = Self::Retrying(failure);
        }
    }
}

/// How a shown thing stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Saved,
    Unsaved(SendState),
}

/// The request to add, delete or restore a thing that its pending change calls for.
#[derive(Clone, Debug, PartialEq)]
pub enum PendingRequest<T: Entry> {
    Add(T),
    Delete,
    Restore,
}
