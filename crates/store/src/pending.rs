//! The two sides of a record: `Remote`, the last state that the server confirmed, and `Pending`, the agent's
//! unconfirmed change.

use super::entry::Failure;

/// What the server has said about a thing.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Remote<T> {
    /// Nothing, or nothing that still counts.
    Unknown,
    Live(T),
    /// Since `rev`.
    Gone,
    /// As an answer said that didn't name a version; after `rev` in any case.
    GoneUndated,
}

/// What this agent wants and the server has not confirmed.
#[derive(Clone, Debug, PartialEq)]
pub enum Pending<T> {
    /// To exist. `nth` orders unsaved things among themselves. `sent`: a request
    /// for it may have reached the server. `abandoned`: deleted again before it was confirmed.
    Add { entry: T, nth: u64, send_state: SendState, sent: bool, abandoned: bool },
    /// To be gone. `entry` is kept for an undo until the window ends; `undone`: wanted back while still on its way.
    Delete { entry: T, undone: bool },
    /// Deleted, as the server confirmed; its event may still be on its way.
    Deleted { entry: T },
    /// To be back.
    Restore { entry: T },
    /// To be gone, pending since a page that has ended: the thing itself has not been seen here.
    DeleteUnseen,
    /// To be back, pending since a page that has ended.
    RestoreUnseen,
}

/// How far an unsaved thing has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SendState {
    /// On its way.
    Waiting,
    /// The last attempt failed for a reason that may pass; it is being tried again.
    Retrying(Failure),
    /// The server said no, for good.
    Refused(Failure),
}

/// How a shown thing stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Saved,
    Unsaved(SendState),
}

/// The next request that a record's pending change calls for.
#[derive(Clone, Debug, PartialEq)]
pub enum PendingRequest<T> {
    Add(T),
    Delete,
    Restore,
}
