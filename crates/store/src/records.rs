//! `Records`: the operations on a record (apply, retry, settle, refuse, receive), the same for every kind of thing.

use super::record::{Entry, Failure, Pending, PendingChange, PendingRequest, Record, SendState};
use std::sync::atomic::{AtomicU64, Ordering};
use wire::Seq;

/// One counter orders unsaved things of all kinds, so that a thread shows them in the order of their making.
static MADE: AtomicU64 = AtomicU64::new(0);

/// Records by id.
pub trait Records<T: Entry> {
    /// Reads a record. Untracked.
    fn with<R>(&self, id: T::Id, look: impl FnOnce(&Record<T>) -> R) -> R;

    /// Changes a record, and updates the orders and lists that depend on it.
    fn change<R>(&self, id: T::Id, change: impl FnOnce(&mut Record<T>) -> R) -> R;

    /// Applies the server's version of a thing.
    fn take_in(&self, entry: T, receive: fn(&mut Record<T>, T)) {
        self.change(entry.id(), |record| receive(record, entry));
    }

    fn receive(&self, entry: T) {
        self.take_in(entry, Record::receive);
    }

    fn receive_deletion(&self, id: T::Id, rev: Seq) {
        self.change(id, |record| record.receive_deletion(rev));
    }

    /// Adds a local echo of a new thing.
    fn apply_add(&self, entry: T) {
        let nth = MADE.fetch_add(1, Ordering::Relaxed);
        self.change(entry.id(), |record| record.apply_add(entry, nth));
    }

    fn apply_delete(&self, id: T::Id) -> bool {
        self.change(id, Record::apply_delete)
    }

    fn apply_restore(&self, id: T::Id) -> bool {
        self.change(id, Record::apply_restore)
    }

    /// `at`: now, in milliseconds since 1970.
    fn apply_change(&self, id: T::Id, change: T::Change, at: i64) {
        self.change(id, |record| record.apply_change(PendingChange::new(change, at)));
    }

    /// Applies a pending addition of another page, which may have been sent already. `refused`: why the server refused
    /// it.
    fn restore_add(&self, entry: T, refused: Option<Failure>) {
        let nth = MADE.fetch_add(1, Ordering::Relaxed);
        let send_state = refused.map_or(SendState::Waiting, SendState::Refused);
        self.restore_pending(entry.id(), Pending::Add { entry, nth, send_state, sent: true, abandoned: false });
    }

    /// Applies a pending change of another page.
    fn restore_pending(&self, id: T::Id, pending: Pending<T>) {
        self.change(id, |record| record.restore_pending(pending));
    }

    fn request(&self, id: T::Id) -> Option<PendingRequest<T>> {
        self.with(id, Record::request)
    }

    /// Records that a request for the addition may reach the server from now on.
    fn mark_sent(&self, id: T::Id) {
        self.change(id, Record::mark_sent);
    }

    /// Applies the server's answer to this agent's request to add or restore.
    fn settle(&self, entry: T) {
        self.take_in(entry, Record::settle);
    }

    fn settle_delete(&self, id: T::Id, rev: Option<Seq>) {
        self.change(id, |record| record.settle_delete(rev));
    }

    /// Drops a change that the server confirmed or the agent discards.
    fn settle_change(&self, id: T::Id, change: &T::Change) {
        self.change(id, |record| record.settle_change(change));
    }

    /// Records a failed attempt that will be retried.
    fn retry(&self, id: T::Id, failure: Failure) {
        self.change(id, |record| record.retry(failure));
    }

    fn retry_change(&self, id: T::Id, change: &T::Change, failure: Failure) {
        self.change(id, |record| record.retry_change(change, failure));
    }

    /// Records that the server refused the request for good.
    fn refuse(&self, id: T::Id, failure: Failure) {
        self.change(id, |record| record.refuse(failure));
    }

    fn refuse_gone(&self, id: T::Id, rev: Option<Seq>) {
        self.change(id, |record| record.refuse_gone(rev));
    }

    fn refuse_change(&self, id: T::Id, change: &T::Change, failure: Failure) {
        self.change(id, |record| record.refuse_change(change, failure));
    }

    /// Drops the pending change.
    fn drop_pending(&self, id: T::Id) {
        self.change(id, Record::drop_pending);
    }

    /// Ends the undo window.
    fn forget_deleted(&self, id: T::Id) {
        self.change(id, Record::forget_deleted);
    }
}
