//! `Record`: one thing in the store, its remote state and the agent's pending change side by side, and what is shown of
//! them.

#[cfg(test)]
mod tests;

use super::pending::Remote;
pub use super::{
    entry::{Entry, Failure, Load, TimelineKey},
    pending::{Pending, PendingRequest, SendState, State},
};
use wire::{ProblemCode, Seq};

/// The cell's content. `rev` is that of the remote state; 0 when nothing was heard, or what was heard is stale.
/// Once a deletion of ours is confirmed the remote state is not `Live`, unless with a newer version than the deleted one.
#[derive(Clone, Debug, PartialEq)]
pub struct Record<T> {
    remote: Remote<T>,
    rev: Seq,
    pending: Option<Pending<T>>,
}

impl<T> Default for Record<T> {
    fn default() -> Self {
        Self { remote: Remote::Unknown, rev: 0, pending: None }
    }
}

impl<T: Entry> Record<T> {
    /// What an agent sees of it, if anything.
    #[must_use]
    pub fn shown(&self) -> Option<(&T, State)> {
        match (&self.pending, &self.remote) {
            (Some(Pending::Add { abandoned: true, .. } | Pending::Deleted { .. }), _) => None,
            (Some(Pending::Delete { undone: false, .. } | Pending::DeleteUnseen), _) => None,
            (Some(Pending::Add { entry, send_state, .. }), _) => Some((entry, State::Unsaved(*send_state))),
            (Some(Pending::Delete { entry, .. } | Pending::Restore { entry }), _) => Some((entry, State::Saved)),
            (None | Some(Pending::RestoreUnseen), Remote::Live(entry)) => Some((entry, State::Saved)),
            (None | Some(Pending::RestoreUnseen), Remote::Gone | Remote::GoneUndated | Remote::Unknown) => None,
        }
    }

    #[must_use]
    pub fn key(&self) -> Option<TimelineKey> {
        match (&self.pending, self.shown()?) {
            (Some(Pending::Add { nth, .. }), _) => Some(TimelineKey::Unsaved(*nth)),
            (_, (entry, _)) => Some(TimelineKey::Saved(entry.seq())),
        }
    }

    #[must_use]
    pub fn pending(&self) -> Option<&Pending<T>> {
        self.pending.as_ref()
    }

    /// The server's live version, whatever is pending.
    #[must_use]
    pub fn live(&self) -> Option<&T> {
        if let Remote::Live(entry) = &self.remote { Some(entry) } else { None }
    }

    #[must_use]
    pub fn rev(&self) -> Seq {
        self.rev
    }

    /// The request this record is waiting for, if any.
    #[must_use]
    pub fn request(&self) -> Option<PendingRequest<T>> {
        match &self.pending {
            Some(Pending::Add { send_state: SendState::Refused(_), .. } | Pending::Deleted { .. }) | None => None,
            Some(Pending::Add { entry, .. }) => Some(PendingRequest::Add(entry.clone())),
            Some(Pending::Delete { .. } | Pending::DeleteUnseen) => Some(PendingRequest::Delete),
            Some(Pending::Restore { .. } | Pending::RestoreUnseen) => Some(PendingRequest::Restore),
        }
    }

    /// The server's word: this is how it is. Older words are ignored.
    pub fn receive(&mut self, entry: T) {
        if self.is_older(&entry) {
            // Our restoration arrived, and it was deleted again since.
            let undone = matches!(&self.pending, Some(Pending::Restore { entry: known }) if entry.rev() > known.rev());
            if undone || seeded!(UndoTakenAsDone) && matches!(self.pending, Some(Pending::Restore { .. })) {
                self.pending = None;
            }
            return;
        }
        self.pending = match self.pending.take() {
            Some(Pending::Add { abandoned: true, .. }) if !seeded!(AbandonedForgotten) => {
                Some(Pending::Delete { entry: entry.clone(), undone: false })
            }
            // Which version a request on its way is going to delete is not known.
            Some(Pending::DeleteUnseen) => Some(Pending::DeleteUnseen),
            // Nothing new: the deletion that this is to undo has yet to be heard of.
            pending @ Some(Pending::RestoreUnseen) if entry.rev() == self.rev => pending,
            // A version newer than a confirmed deletion: somebody, perhaps another window of ours, brought it back.
            Some(Pending::Add { .. } | Pending::Restore { .. } | Pending::Deleted { .. } | Pending::RestoreUnseen)
            | None => None,
            // Our undo came through and we want it gone all the same: this is the version to be deleted now.
            Some(Pending::Delete { undone: false, .. }) if self.is_gone() => {
                Some(Pending::Delete { entry: entry.clone(), undone: false })
            }
            pending @ Some(Pending::Delete { .. }) => pending,
        };
        self.rev = entry.rev();
        self.remote = Remote::Live(entry);
    }

    /// The server's answer to our own request to add or restore. Fulfilled, even if it was deleted again since.
    pub fn settle(&mut self, entry: T) {
        self.receive(entry);
        if matches!(
            self.pending,
            Some(Pending::Restore { .. } | Pending::RestoreUnseen | Pending::Add { abandoned: false, .. })
        ) {
            self.pending = None;
        }
    }

    fn is_gone(&self) -> bool {
        matches!(self.remote, Remote::Gone | Remote::GoneUndated)
    }

    fn is_older(&self, entry: &T) -> bool {
        match self.remote {
            Remote::Gone | Remote::GoneUndated if seeded!(DeletionNotFinal) => false,
            Remote::Gone => entry.rev() <= self.rev,
            // Only what was changed after it was made can be newer than its deletion.
            Remote::GoneUndated => entry.rev() <= self.rev || entry.rev() == entry.seq(),
            Remote::Unknown | Remote::Live(_) => entry.rev() < self.rev && !seeded!(OlderVersionAccepted),
        }
    }

    /// The server's word: it is gone since `rev`.
    pub fn receive_deletion(&mut self, rev: Seq) {
        if rev < self.rev {
            return;
        }
        self.pending = match self.pending.take() {
            // After a reset it is not known which deletion an undo was for; the server's word counts.
            Some(Pending::Restore { .. }) if self.remote == Remote::Unknown => None,
            // An undo outlives the deletion it undoes; every other pending change has lost its object.
            pending @ Some(
                Pending::Restore { .. }
                | Pending::RestoreUnseen
                | Pending::Delete { undone: true, .. }
                | Pending::Deleted { .. },
            ) => pending,
            // Deleted once more while its undo is on its way: this may be the deletion that is undone.
            pending @ Some(Pending::Delete { .. }) if self.is_gone() => pending,
            Some(Pending::Delete { entry, .. }) => Some(Pending::Deleted { entry }),
            Some(Pending::Add { .. } | Pending::DeleteUnseen) | None => None,
        };
        self.rev = rev;
        self.remote = Remote::Gone;
    }

    /// A page as of `rev` lacks it. If it was stale, then it may be elsewhere: in a new order places are new.
    pub fn receive_absence(&mut self, rev: Seq) {
        if self.rev > 0 {
            self.receive_deletion(rev);
        } else {
            self.remote = Remote::Unknown;
        }
    }

    /// What is known may be wrong (a new epoch): any word of the server's counts more from now on.
    pub fn mark_stale(&mut self) {
        self.rev = 0;
        if self.is_gone() {
            self.remote = Remote::Unknown;
        }
    }

    pub fn apply_add(&mut self, entry: T, nth: u64) {
        self.pending = Some(Pending::Add { entry, nth, send_state: SendState::Waiting, sent: false, abandoned: false });
    }

    /// Restores a pending change of a page that has ended, unless another one is pending here.
    pub fn restore_pending(&mut self, pending: Pending<T>) {
        if seeded!(LeftForgotten) {
            return;
        }
        self.pending = match (self.pending.take(), pending, &self.remote) {
            // What is being added here has arrived: that page saw it.
            (Some(Pending::Add { .. }), pending @ (Pending::DeleteUnseen | Pending::RestoreUnseen), _) => Some(pending),
            (Some(pending), ..) => Some(pending),
            // It has arrived, and may be gone again by now.
            (None, Pending::Add { .. }, Remote::Live(_) | Remote::Gone | Remote::GoneUndated)
                if !seeded!(ArrivedRestored) =>
            {
                None
            }
            (None, Pending::DeleteUnseen, Remote::Live(entry)) => {
                Some(Pending::Delete { entry: entry.clone(), undone: false })
            }
            (None, Pending::DeleteUnseen, Remote::Gone | Remote::GoneUndated) => None,
            (None, pending, _) => Some(pending),
        };
    }

    /// A request for what is to be added may reach the server from now on.
    pub fn mark_sent(&mut self) {
        if let Some(Pending::Add { sent, .. }) = &mut self.pending {
            *sent = !seeded!(SentForgotten);
        }
    }

    /// Returns whether there was anything to delete.
    pub fn apply_delete(&mut self) -> bool {
        self.pending = match (self.pending.take(), &self.remote) {
            // Refused for good, or never sent: it exists nowhere but here.
            (Some(Pending::Add { send_state: SendState::Refused(_), .. } | Pending::Add { sent: false, .. }), _) => {
                None
            }
            (Some(Pending::Add { entry, nth, send_state, sent, .. }), _) => {
                Some(Pending::Add { entry, nth, send_state, sent, abandoned: true })
            }
            // The undo may be on its way already, so deleting takes a request of its own.
            (Some(Pending::Delete { entry, .. } | Pending::Restore { entry }), _) => {
                Some(Pending::Delete { entry, undone: false })
            }
            (None, Remote::Live(entry)) => Some(Pending::Delete { entry: entry.clone(), undone: false }),
            (pending, _) => {
                self.pending = pending;
                return false;
            }
        };
        if seeded!(PendingMixedIn) && self.live().is_some() {
            self.remote = Remote::Gone;
        }
        true
    }

    /// Wants back what this agent deleted. Returns whether there is still something to bring back.
    pub fn apply_restore(&mut self) -> bool {
        self.pending = match self.pending.take() {
            Some(Pending::Add { entry, nth, send_state, sent, .. }) => {
                Some(Pending::Add { entry, nth, send_state, sent, abandoned: false })
            }
            Some(Pending::Delete { entry, .. }) if !self.is_gone() => Some(Pending::Delete { entry, undone: true }),
            Some(Pending::Delete { entry, .. } | Pending::Deleted { entry }) => Some(Pending::Restore { entry }),
            pending => {
                self.pending = pending;
                return matches!(self.pending, Some(Pending::Restore { .. }));
            }
        };
        true
    }

    /// The server confirmed the deletion we asked for.
    pub fn settle_delete(&mut self) {
        let live = self.live().map(Entry::rev);
        self.pending = match self.pending.take() {
            // Brought back since. If it was this version that we deleted, the event will say so.
            Some(Pending::Delete { entry, undone }) if live > Some(entry.rev()) => {
                undone.then_some(Pending::Restore { entry })
            }
            Some(Pending::Delete { entry, undone }) => {
                self.remote = Remote::GoneUndated;
                Some(if undone { Pending::Restore { entry } } else { Pending::Deleted { entry } })
            }
            // Perhaps this version, perhaps it was brought back since: now that it is known it is asked for once more.
            Some(Pending::DeleteUnseen) if live.is_some() => {
                self.live().map(|entry| Pending::Delete { entry: entry.clone(), undone: false })
            }
            Some(Pending::Add { abandoned: true, .. } | Pending::DeleteUnseen) => {
                self.remote = Remote::GoneUndated;
                None
            }
            pending => pending,
        };
    }

    /// A failure that may pass: the change stays pending.
    pub fn retry(&mut self, failure: Failure) {
        if let Some(Pending::Add { send_state: send_state @ (SendState::Waiting | SendState::Retrying(_)), .. }) =
            &mut self.pending
        {
            *send_state = SendState::Retrying(failure);
        }
    }

    /// The server said no, for good. An unsaved thing stays, with the reason, unless the reason is that it was
    /// deleted; any other pending change is dropped.
    pub fn refuse(&mut self, failure: Failure) {
        self.pending = match self.pending.take() {
            Some(_) if failure == Failure::Refused(ProblemCode::Gone) => {
                self.remote = Remote::GoneUndated;
                None
            }
            // It may have arrived all the same.
            Some(Pending::Add { abandoned: true, .. }) if failure == Failure::Unreadable => Some(Pending::DeleteUnseen),
            Some(Pending::Add { entry, nth, sent, abandoned: false, .. }) => {
                Some(Pending::Add { entry, nth, send_state: SendState::Refused(failure), sent, abandoned: false })
            }
            _ => None,
        };
    }

    /// The undo window is over: the kept text goes.
    pub fn forget_deleted(&mut self) {
        self.pending = self.pending.take().filter(|pending| !matches!(pending, Pending::Deleted { .. }));
    }
}
