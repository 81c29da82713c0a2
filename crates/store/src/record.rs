//! `Record`: one thing in the store, its remote state and the agent's pending change side by side, and what is shown of
//! them.

#[cfg(test)]
mod tests;

use super::{change::Change as _, pending::Remote};
pub use super::{
    entry::{Entry, Failure, Load, TimelineKey},
    pending::{Pending, PendingChange, PendingRequest, SendState, State},
};
use std::borrow::Cow;
use wire::Seq;

/// The content of a cell. `rev` is that of the remote state; 0 when nothing was heard, or what was heard is stale.
#[derive(Clone, Debug, PartialEq)]
pub struct Record<T: Entry> {
    remote: Remote<T>,
    rev: Seq,
    pending: Option<Pending<T>>,
    /// What this agent deleted, for an undo, until the undo window ends.
    deleted: Option<Deletion<T>>,
}

/// A deletion that can be undone.
#[derive(Clone, Debug, PartialEq)]
struct Deletion<T> {
    /// As it was before.
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
    /// What an agent sees of it, if anything.
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

    /// The request to add, delete or restore it that this record is waiting for, if any.
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

    /// The server's word: this is how it is. Older words are ignored.
    pub fn receive(&mut self, entry: T) {
        if self.is_older(&entry) {
            // Our restoration arrived, and it was deleted again since.
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
            // Nothing new: the deletion that this is to undo has yet to be heard of.
            pending @ Some(Pending::Restore) if entry.rev() == self.rev => pending,
            // A version newer than a confirmed deletion: somebody, perhaps another window of ours, brought it back.
            Some(Pending::Add { .. } | Pending::Restore) | None => None,
            pending @ Some(Pending::Delete { .. } | Pending::Change(_)) => pending,
        };
        self.rev = entry.rev();
        self.remote = Remote::Live(entry);
        self.deleted = None;
    }

    /// The server's answer to our own request to add or restore. Fulfilled, even if it was deleted again since.
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

    /// The server's word: it is gone since `rev`.
    pub fn receive_deletion(&mut self, rev: Seq) {
        if rev < self.rev {
            return;
        }
        self.pending = match self.pending.take() {
            // After a reset it is not known which deletion an undo was for; the server's word counts.
            Some(Pending::Restore) if self.remote == Remote::Unknown && self.deleted.is_some() => None,
            // An undo outlives the deletion it undoes; every other pending change has lost its object.
            pending @ Some(Pending::Restore | Pending::Delete { undone: true }) => pending,
            // Deleted once more while its undo is on its way: this may be the deletion that is undone.
            pending @ Some(Pending::Delete { .. }) if self.is_gone() => pending,
            Some(Pending::Delete { .. }) => {
                self.keep_deleted(rev);
                None
            }
            Some(Pending::Add { .. } | Pending::Change(_)) | None => None,
        };
        self.lose(Remote::Gone, rev);
    }

    /// For an undo of the deletion at `rev`. What is gone already keeps its own.
    fn keep_deleted(&mut self, rev: Seq) {
        if let Some(live) = self.live() {
            self.deleted = Some(Deletion { entry: live.clone(), rev });
        }
    }

    /// It is not there any more. What is still to be deleted or restored is kept.
    fn lose(&mut self, remote: Remote<T>, rev: Seq) {
        if self.pending.is_some() {
            self.keep_deleted(rev);
        }
        (self.remote, self.rev) = (remote, rev);
    }

    /// A page as of `rev` lacks it. If it was stale, then it may be elsewhere: in a new order places are new.
    pub fn receive_absence(&mut self, rev: Seq) {
        if self.rev > 0 {
            self.receive_deletion(rev);
        } else {
            self.lose(Remote::Unknown, 0);
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

    /// Applies a pending change of another page of this browser, as far as it is not known here already.
    pub fn restore_pending(&mut self, pending: Pending<T>) {
        if seeded!(LeftForgotten) {
            return;
        }
        match pending {
            // It may have arrived, or may still arrive: the server will remember that it was deleted.
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
            // It has arrived, and may be gone again by now. If it is to be deleted, that page has taken this back.
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

    /// Wants back what this agent deleted. Returns whether there is still something to bring back.
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

    /// The server confirmed the deletion we asked for. `rev`: since when it is gone; `None`: it has never been there.
    pub fn settle_delete(&mut self, rev: Option<Seq>) {
        let is_undone = matches!(self.pending, Some(Pending::Delete { undone: true }));
        if rev.is_none_or(|rev| rev >= self.rev) {
            self.keep_deleted(rev.unwrap_or(0));
            self.rev = rev.unwrap_or(0);
            self.remote = if rev.is_some() { Remote::Gone } else { Remote::Unknown };
        }
        if let Some(Pending::Delete { .. } | Pending::Add { abandoned: true, .. }) = self.pending {
            if let (Some(deletion), Some(rev)) = (&mut self.deleted, rev) {
                // Ours may be a later one than an event has told.
                deletion.rev = deletion.rev.max(rev);
            }
            self.pending = is_undone.then_some(Pending::Restore);
        }
    }

    /// A failure that may pass: it stays pending.
    pub fn retry(&mut self, failure: Failure) {
        if let Some(Pending::Add { send_state, .. }) = &mut self.pending {
            send_state.retry(failure);
        }
    }

    /// The server refused to add, delete or restore it, for good. An unsaved thing stays, with the reason; any other
    /// pending change is dropped.
    pub fn refuse(&mut self, failure: Failure) {
        self.pending = match self.pending.take() {
            // It may have arrived all the same.
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

    /// The server refused because it was deleted, at `rev` if it said so.
    pub fn refuse_gone(&mut self, rev: Option<Seq>) {
        (self.pending, self.deleted) = (None, None);
        self.receive_deletion(rev.unwrap_or(self.rev));
    }

    /// A failure that may pass: the change stays pending.
    pub fn retry_change(&mut self, change: &T::Change, failure: Failure) {
        if let Some(pending) = self.pending_change(change) {
            pending.send_state.retry(failure);
        }
    }

    /// The server refused this change, for good: it is not shown any more, and stays with the reason until the agent
    /// discards it or changes the field again.
    pub fn refuse_change(&mut self, change: &T::Change, failure: Failure) {
        if let Some(pending) = self.pending_change(change) {
            pending.send_state = SendState::Refused(failure);
        }
    }

    /// The server took this change, or the agent discards it. Another one of the same field, made since, stays pending.
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

    /// Drops whatever is pending: another page has settled it.
    pub fn drop_pending(&mut self) {
        self.pending = None;
    }

    /// The undo window is over: the kept text goes, unless it is wanted back.
    pub fn forget_deleted(&mut self) {
        if self.pending.is_none() {
            self.deleted = None;
        }
    }
}
