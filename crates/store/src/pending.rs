//! The two sides of a record: `Remote`, the last state that the server confirmed, and `Pending`, the agent's
//! unconfirmed change (an optimistic update; an addition is a local echo).

use super::entry::{Entry, Failure};

/// The last state of a thing that the server confirmed.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Remote<T> {
    /// Not received yet, or no longer known.
    Unknown,
    Live(T),
    /// Deleted, as of the record's `rev`.
    Gone,
}

/// This agent's change that the server has not confirmed.
#[derive(Clone, Debug, PartialEq)]
pub enum Pending<T: Entry> {
    /// An addition: a local echo. `nth` orders unsaved things among themselves. `sent`: a request for it may have
    /// reached the server. `abandoned`: deleted again before it was confirmed.
    Add { entry: T, nth: u64, send_state: SendState, sent: bool, abandoned: bool },
    /// A deletion. `undone`: undone while the request is in flight.
    Delete { undone: bool },
    /// A restoration of a deleted thing.
    Restore,
    /// Changed fields, the oldest change first; at most one for each field.
    Change(Vec<PendingChange<T::Change>>),
}

/// The pending change of one field.
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
        self.send_state.refusal().is_some()
    }
}

/// The send state of an unsaved thing or a pending change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SendState {
    /// Waiting for the server's confirmation.
    Waiting,
    /// The last attempt failed for a temporary reason; it is retried.
    Retrying(Failure),
    /// The server refused it for good.
    Refused(Failure),
}

impl SendState {
    /// The reason, if the server refused it.
    #[must_use]
    pub fn refusal(self) -> Option<Failure> {
        if let Self::Refused(failure) = self { Some(failure) } else { None }
    }

    /// The reason of the last failure, if it is retried.
    #[must_use]
    pub fn retrying(self) -> Option<Failure> {
        if let Self::Retrying(failure) = self { Some(failure) } else { None }
    }

    /// Sets the state to retrying, unless it is refused.
    pub(super) fn retry(&mut self, failure: Failure) {
        if !matches!(self, Self::Refused(_)) {
            *self = Self::Retrying(failure);
        }
    }
}

/// Whether a shown thing is saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Saved,
    Unsaved(SendState),
}

/// The request of a pending addition, deletion or restoration.
#[derive(Clone, Debug, PartialEq)]
pub enum PendingRequest<T: Entry> {
    Add(T),
    Delete,
    Restore,
}
