//! `Record`: one thing in the store: its remote state with the agent's pending change laid over it (an optimistic
//! update).

#[cfg(test)]
mod tests;

use super::{change::Change as _, pending::Remote};
pub use super::{
    entry::{Entry, Failure, Load, TimelineKey},
    pending::{Pending, PendingChange, PendingRequest, SendState, State},
};
use std::borrow::Cow;
use wire::Seq;

/// The content of a cell. `rev` is that of the remote state; 0 if it is unknown or stale.
#[derive(Clone, Debug, PartialEq)]
pub struct Record<T: Entry> {
    remote: Remote<T>,
    rev: Seq,
    pending: Option<Pending<T>>,
    /// The thing that this agent deleted, for an undo, until the undo window ends.
    deleted: Option<Deletion<T>>,
}

/// A deletion that can be undone.
#[derive(Clone, Debug, PartialEq)]
struct Deletion<T> {
    /// The thing before the deletion.
    entry: T,
    /// The version of the deletion: the restored thing has a higher one.
    rev: Seq,
}

impl<T: Entry> Default for Record<T> {
    fn default() -> Self {
        Self { remote: Remote::Unknown, rev: 0, pending: None, deleted: None }
    }
}

impl<T: Entry> Record<T> {
    /// The thing as an agent sees it, if it is shown.
    #[must_use]
    pub fn shown(&self) -> Option<(Cow<'_, T>, State)> {
        match &self.pending {
            Some(Pending::Add { abandoned: true, .. } | Pending::Delete { undone: false }) => None,
            Some(Pending::Add { entry, send_state, .. }) => Some((Cow::Borrowed(entry), State::Unsaved(*send_state))),
            Some(Pending::Delete { undone: true } | Pending::Restore) => Some((
                Cow::Borrowed(self.live().or(self.deleted.as_ref().map(|deletion| &deletion.entry))?),
                State::Saved,
            )),
            Some(Pending::Change(changes)) => Some((self.changed(changes)?, State::Saved)),
            None => Some((Cow::Borrowed(self.live()?), State::Saved)),
        }
    }

    fn changed(&self, changes: &[PendingChange<T::Change>]) -> Option<Cow<'_, T>> {
        let mut shown = Cow::Borrowed(self.live()?);
        for pending in changes.iter().filter(|pending| !pending.is_refused()) {
            pending.change.apply(shown.to_mut());
        }
        Some(shown)
    }

    /// The record's place in the order, if it is shown.
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

    /// The changed fields that the server has not confirmed, refused ones too.
    #[must_use]
    pub fn changes(&self) -> &[PendingChange<T::Change>] {
        if let Some(Pending::Change(changes)) = &self.pending { changes } else { &[] }
    }

    /// The server's live version, whatever is pending.
    #[must_use]
    pub fn live(&self) -> Option<&T> {
        if let Remote::Live(entry) = &self.remote { Some(entry) } else { None }
    }

    pub(super) fn live_mut(&mut self) -> Option<&mut T> {
        if let Remote::Live(entry) = &mut self.remote { Some(entry) } else { None }
    }

    #[must_use]
    pub fn rev(&self) -> Seq {
        self.rev
    }

    /// The request of a pending addition, deletion or restoration, if any.
    #[must_use]
    pub fn request(&self) -> Option<PendingRequest<T>> {
        match self.pending.as_ref()? {
            Pending::Add { send_state: SendState::Refused(_), .. } => None,
            Pending::Add { entry, .. } => Some(PendingRequest::Add(entry.clone())),
            Pending::Delete { .. } => Some(PendingRequest::Delete),
            Pending::Restore => Some(PendingRequest::Restore),
            Pending::Change(_) => None,
        }
    }

    /// Receives the server's version of the thing. An older version is ignored.
    pub fn receive(&mut self, entry: T) {
        if self.is_older(&entry) {
            // The version of the restoration; the thing was deleted again since.
            let undoes = self.deleted.as_ref().map(|deletion| deletion.rev);
            let is_undone =
                matches!(self.pending, Some(Pending::Restore)) && undoes.is_some_and(|rev| entry.rev() > rev);
            if is_undone || seeded!(UndoTakenAsDone) && matches!(self.pending, Some(Pending::Restore)) {
                self.pending = None;
            }
            return;
        }
        self.pending = match self.pending.take() {
            Some(Pending::Add { abandoned: true, .. }) if !seeded!(AbandonedForgotten) => {
                Some(Pending::Delete { undone: false })
            }
            // A known version: the deletion to be undone has not been received yet.
            pending @ Some(Pending::Restore) if entry.rev() == self.rev => pending,
            // A version newer than a confirmed deletion: another agent or tab has restored the thing.
            Some(Pending::Add { .. } | Pending::Restore) | None => None,
            pending @ Some(Pending::Delete { .. } | Pending::Change(_)) => pending,
        };
        self.rev = entry.rev();
        self.remote = Remote::Live(entry);
        self.deleted = None;
    }

    /// Receives the answer to this agent's addition or restoration: fulfilled, even if it was deleted again since.
    pub fn settle(&mut self, entry: T) {
        self.receive(entry);
        if matches!(self.pending, Some(Pending::Restore | Pending::Add { abandoned: false, .. })) {
            self.pending = None;
        }
    }

    fn is_gone(&self) -> bool {
        matches!(self.remote, Remote::Gone)
    }

    fn is_older(&self, entry: &T) -> bool {
        match self.remote {
            Remote::Gone => entry.rev() <= self.rev && !seeded!(DeletionNotFinal),
            Remote::Unknown | Remote::Live(_) => entry.rev() < self.rev && !seeded!(OlderVersionAccepted),
        }
    }

    /// Receives a deletion at `rev`.
    pub fn receive_deletion(&mut self, rev: Seq) {
        if rev < self.rev {
            return;
        }
        self.pending = match self.pending.take() {
            // After a reset it is unknown which deletion an undo was for; the server's state counts.
            Some(Pending::Restore) if self.remote == Remote::Unknown && self.deleted.is_some() => None,
            // An undo outlives its deletion; other pending changes are dropped.
            pending @ Some(Pending::Restore | Pending::Delete { undone: true }) => pending,
            // Deleted again while its undo is in flight: this may be the deletion that is undone.
            pending @ Some(Pending::Delete { .. }) if self.is_gone() => pending,
            Some(Pending::Delete { .. }) => {
                self.keep_deleted(rev);
                None
            }
            Some(Pending::Add { .. } | Pending::Change(_)) | None => None,
        };
        self.lose(Remote::Gone, rev);
    }

    /// Keeps the live version, if there is one, for an undo of the deletion at `rev`.
    fn keep_deleted(&mut self, rev: Seq) {
        if let Some(live) = self.live() {
            self.deleted = Some(Deletion { entry: live.clone(), rev });
        }
    }

    /// Removes the remote version. Keeps it for an undo if a change is pending.
    fn lose(&mut self, remote: Remote<T>, rev: Seq) {
        if self.pending.is_some() {
            self.keep_deleted(rev);
        }
        (self.remote, self.rev) = (remote, rev);
    }

    /// Handles a page as of `rev` that lacks the thing. If stale, it may be elsewhere: a new epoch has new places.
    pub fn receive_absence(&mut self, rev: Seq) {
        if self.rev > 0 {
            self.receive_deletion(rev);
        } else {
            self.lose(Remote::Unknown, 0);
        }
    }

    /// Marks the record as stale (after a reset): any next version of the server wins.
    pub fn mark_stale(&mut self) {
        self.rev = 0;
        if self.is_gone() {
            self.remote = Remote::Unknown;
        }
    }

    /// Adds a local echo. `nth` orders unsaved things.
    pub fn apply_add(&mut self, entry: T, nth: u64) {
        self.pending = Some(Pending::Add { entry, nth, send_state: SendState::Waiting, sent: false, abandoned: false });
    }

    /// Lays a changed field over the remote state; an earlier change of the same field is dropped. Ignored while the
    /// thing itself is being added, deleted or restored.
    pub fn apply_change(&mut self, change: PendingChange<T::Change>) {
        let mut changes = match self.pending.take() {
            None => Vec::new(),
            Some(Pending::Change(changes)) => changes,
            pending => return self.pending = pending,
        };
        changes.retain(|known| known.change.field() != change.change.field());
        changes.push(change);
        self.pending = Some(Pending::Change(changes));
    }

    /// Applies a pending change of another page of this browser, unless this page knows a later state.
    pub fn restore_pending(&mut self, pending: Pending<T>) {
        if seeded!(LeftForgotten) {
            return;
        }
        match pending {
            // The addition may reach the server; the deletion then leaves a tombstone there.
            Pending::Delete { .. } if matches!(self.pending, Some(Pending::Add { abandoned: false, .. })) => {
                self.pending = Some(pending);
            }
            Pending::Delete { .. } if matches!(self.pending, Some(Pending::Add { .. })) => {}
            Pending::Delete { .. } => {
                if !self.apply_delete() && self.pending.is_none() && !self.is_gone() {
                    self.pending = Some(Pending::Delete { undone: false });
                }
            }
            Pending::Restore => {
                if !self.apply_restore() && self.pending.is_none() {
                    self.pending = Some(Pending::Restore);
                }
            }
            // The server has the addition, and may have deleted it. If a deletion is pending, that page has undone it.
            Pending::Add { .. } if self.remote != Remote::Unknown && !seeded!(ArrivedRestored) => {
                self.apply_restore();
            }
            Pending::Add { .. } if matches!(self.pending, Some(Pending::Add { .. })) => {
                self.apply_restore();
            }
            Pending::Add { .. } => self.pending = Some(pending),
            Pending::Change(changes) => changes.into_iter().for_each(|change| self.apply_change(change)),
        }
    }

    /// Records that a request for the addition may reach the server from now on.
    pub fn mark_sent(&mut self) {
        if let Some(Pending::Add { sent, .. }) = &mut self.pending {
            *sent = !seeded!(SentForgotten);
        }
    }

    /// Deletes the thing. Returns whether there was anything to delete.
    pub fn apply_delete(&mut self) -> bool {
        self.pending = match (self.pending.take(), &self.remote) {
            // Refused for good, or never sent: it exists only here.
            (Some(Pending::Add { send_state: SendState::Refused(_), .. } | Pending::Add { sent: false, .. }), _) => {
                None
            }
            (Some(Pending::Add { entry, nth, send_state, sent, .. }), _) => {
                Some(Pending::Add { entry, nth, send_state, sent, abandoned: true })
            }
            // The undo may be in flight already, so the deletion needs its own request.
            (Some(Pending::Delete { .. } | Pending::Restore), _)
            | (Some(Pending::Change(_)) | None, Remote::Live(_)) => Some(Pending::Delete { undone: false }),
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

    /// Undoes this agent's deletion. Returns whether that is still possible.
    pub fn apply_restore(&mut self) -> bool {
        self.pending = match self.pending.take() {
            Some(Pending::Add { entry, nth, send_state, sent, .. }) => {
                Some(Pending::Add { entry, nth, send_state, sent, abandoned: false })
            }
            Some(Pending::Delete { .. }) if !self.is_gone() => Some(Pending::Delete { undone: true }),
            Some(Pending::Delete { .. }) => Some(Pending::Restore),
            None if self.deleted.is_some() => Some(Pending::Restore),
            pending => {
                self.pending = pending;
                return matches!(self.pending, Some(Pending::Restore));
            }
        };
        true
    }

    /// Confirms this agent's deletion. `rev`: the version of the deletion; `None`: the server never had the thing.
    pub fn settle_delete(&mut self, rev: Option<Seq>) {
        let is_undone = matches!(self.pending, Some(Pending::Delete { undone: true }));
        if rev.is_none_or(|rev| rev >= self.rev) {
            self.keep_deleted(rev.unwrap_or(0));
            self.rev = rev.unwrap_or(0);
            self.remote = if rev.is_some() { Remote::Gone } else { Remote::Unknown };
        }
        if let Some(Pending::Delete { .. } | Pending::Add { abandoned: true, .. }) = self.pending {
            if let (Some(deletion), Some(rev)) = (&mut self.deleted, rev) {
                // An event may have named an earlier deletion than this one.
                deletion.rev = deletion.rev.max(rev);
            }
            self.pending = is_undone.then_some(Pending::Restore);
        }
    }

    /// Records a temporary failure of an addition: it stays pending and is retried.
    pub fn retry(&mut self, failure: Failure) {
        if let Some(Pending::Add { send_state, .. }) = &mut self.pending {
            send_state.retry(failure);
        }
    }

    /// Records that the server refused to add, delete or restore the thing for good. An unsaved thing stays, with the
    /// reason; a pending deletion or restoration is dropped.
    pub fn refuse(&mut self, failure: Failure) {
        self.pending = match self.pending.take() {
            // It may have reached the server anyway.
            Some(Pending::Add { abandoned: true, .. }) if failure == Failure::Unreadable => {
                Some(Pending::Delete { undone: false })
            }
            Some(Pending::Add { entry, nth, sent, abandoned: false, .. }) => {
                Some(Pending::Add { entry, nth, send_state: SendState::Refused(failure), sent, abandoned: false })
            }
            pending @ Some(Pending::Change(_)) => pending,
            _ => {
                self.deleted = None;
                None
            }
        };
    }

    /// Records that the thing was deleted for good, at `rev` if known: the server refused, or its contact was erased.
    pub fn refuse_gone(&mut self, rev: Option<Seq>) {
        (self.pending, self.deleted) = (None, None);
        self.receive_deletion(rev.unwrap_or(self.rev));
    }

    /// Records a temporary failure of a change: it stays pending and is retried.
    pub fn retry_change(&mut self, change: &T::Change, failure: Failure) {
        if let Some(pending) = self.pending_change(change) {
            pending.send_state.retry(failure);
        }
    }

    /// Records that the server refused a change for good: it is no longer shown, and stays with the reason until the
    /// agent discards it or changes the field again.
    pub fn refuse_change(&mut self, change: &T::Change, failure: Failure) {
        if let Some(pending) = self.pending_change(change) {
            pending.send_state = SendState::Refused(failure);
        }
    }

    /// Drops a change that the server confirmed or the agent discards. A later change of the same field stays pending.
    pub fn settle_change(&mut self, change: &T::Change) {
        if let Some(Pending::Change(changes)) = &mut self.pending {
            changes.retain(|pending| pending.change != *change);
            if changes.is_empty() {
                self.pending = None;
            }
        }
    }

    fn pending_change(&mut self, change: &T::Change) -> Option<&mut PendingChange<T::Change>> {
        let Some(Pending::Change(changes)) = &mut self.pending else { return None };
        changes.iter_mut().find(|pending| pending.change == *change)
    }

    /// Drops the pending change, which another page has settled.
    pub fn drop_pending(&mut self) {
        self.pending = None;
    }

    /// Ends the undo window: drops the kept thing, unless a change is pending.
    pub fn forget_deleted(&mut self) {
        if self.pending.is_none() {
            self.deleted = None;
        }
    }
}
