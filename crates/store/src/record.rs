//! One thing as we know it: the remote state and our pending change side by side, and what is shown of the two.

#[cfg(test)]
mod tests;

use super::wish::Remote;
pub use super::{
    entry::{Entry, Failure, Load, Place},
    wish::{Errand, Progress, State, Wish},
};
use wire::{ProblemCode, Seq};

/// The cell's content. `rev` is that of the remote state; 0 when nothing was heard, or what was heard is in doubt.
/// Once a deletion of ours is confirmed the remote state is not `Live`, unless with a newer version than the deleted one.
#[derive(Clone, Debug, PartialEq)]
pub struct Record<T> {
    remote: Remote<T>,
    rev: Seq,
    wish: Option<Wish<T>>,
}

impl<T> Default for Record<T> {
    fn default() -> Self {
        Self { remote: Remote::Unknown, rev: 0, wish: None }
    }
}

impl<T: Entry> Record<T> {
    /// What an agent sees of it, if anything.
    #[must_use]
    pub fn shown(&self) -> Option<(&T, State)> {
        match (&self.wish, &self.remote) {
            (Some(Wish::Add { abandoned: true, .. } | Wish::Deleted { .. }), _) => None,
            (Some(Wish::Delete { undone: false, .. } | Wish::DeleteUnseen), _) => None,
            (Some(Wish::Add { entry, progress, .. }), _) => Some((entry, State::Unsaved(*progress))),
            (Some(Wish::Delete { entry, .. } | Wish::Restore { entry }), _) => Some((entry, State::Saved)),
            (None | Some(Wish::RestoreUnseen), Remote::Live(entry)) => Some((entry, State::Saved)),
            (None | Some(Wish::RestoreUnseen), Remote::Gone | Remote::GoneUndated | Remote::Unknown) => None,
        }
    }

    #[must_use]
    pub fn place(&self) -> Option<Place> {
        match (&self.wish, self.shown()?) {
            (Some(Wish::Add { nth, .. }), _) => Some(Place::Unsaved(*nth)),
            (_, (entry, _)) => Some(Place::Saved(entry.seq())),
        }
    }

    #[must_use]
    pub fn wish(&self) -> Option<&Wish<T>> {
        self.wish.as_ref()
    }

    /// The server's live version, whatever we wish.
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
    pub fn errand(&self) -> Option<Errand<T>> {
        match &self.wish {
            Some(Wish::Add { progress: Progress::Refused(_), .. } | Wish::Deleted { .. }) | None => None,
            Some(Wish::Add { entry, .. }) => Some(Errand::Add(entry.clone())),
            Some(Wish::Delete { .. } | Wish::DeleteUnseen) => Some(Errand::Delete),
            Some(Wish::Restore { .. } | Wish::RestoreUnseen) => Some(Errand::Restore),
        }
    }

    /// The server's word: this is how it is. Older words are ignored.
    pub fn receive(&mut self, entry: T) {
        if self.is_stale(&entry) {
            // Brought back as we wished, and by what we know deleted again since.
            let undone = matches!(&self.wish, Some(Wish::Restore { entry: known }) if entry.rev() > known.rev());
            if undone || seeded!(UndoTakenAsDone) && matches!(self.wish, Some(Wish::Restore { .. })) {
                self.wish = None;
            }
            return;
        }
        self.wish = match self.wish.take() {
            Some(Wish::Add { abandoned: true, .. }) if !seeded!(AbandonedForgotten) => {
                Some(Wish::Delete { entry: entry.clone(), undone: false })
            }
            // Which version a request on its way is going to delete is not known.
            Some(Wish::DeleteUnseen) => Some(Wish::DeleteUnseen),
            // Nothing new: the deletion that this is to undo has yet to be heard of.
            wish @ Some(Wish::RestoreUnseen) if entry.rev() == self.rev => wish,
            // A version newer than a confirmed deletion: somebody, perhaps another window of ours, brought it back.
            Some(Wish::Add { .. } | Wish::Restore { .. } | Wish::Deleted { .. } | Wish::RestoreUnseen) | None => None,
            // Our undo came through and we want it gone all the same: this is the version to be deleted now.
            Some(Wish::Delete { undone: false, .. }) if self.is_gone() => {
                Some(Wish::Delete { entry: entry.clone(), undone: false })
            }
            wish @ Some(Wish::Delete { .. }) => wish,
        };
        self.rev = entry.rev();
        self.remote = Remote::Live(entry);
    }

    /// The server's answer to our own request to add or restore. Fulfilled, even if it was deleted again since.
    pub fn settle(&mut self, entry: T) {
        self.receive(entry);
        if matches!(self.wish, Some(Wish::Restore { .. } | Wish::RestoreUnseen | Wish::Add { abandoned: false, .. })) {
            self.wish = None;
        }
    }

    fn is_gone(&self) -> bool {
        matches!(self.remote, Remote::Gone | Remote::GoneUndated)
    }

    fn is_stale(&self, entry: &T) -> bool {
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
        self.wish = match self.wish.take() {
            // After a reset it is not known which deletion an undo was for; the server's word counts.
            Some(Wish::Restore { .. }) if self.remote == Remote::Unknown => None,
            // An undo outlives the deletion it undoes; every other wish has lost its object.
            wish @ Some(
                Wish::Restore { .. } | Wish::RestoreUnseen | Wish::Delete { undone: true, .. } | Wish::Deleted { .. },
            ) => wish,
            // Deleted once more while its undo is on its way: this may be the deletion that is undone.
            wish @ Some(Wish::Delete { .. }) if self.is_gone() => wish,
            Some(Wish::Delete { entry, .. }) => Some(Wish::Deleted { entry }),
            Some(Wish::Add { .. } | Wish::DeleteUnseen) | None => None,
        };
        self.rev = rev;
        self.remote = Remote::Gone;
    }

    /// A page as of `rev` lacks it. If it was in doubt, then it may be elsewhere: in a new order places are new.
    pub fn receive_absence(&mut self, rev: Seq) {
        if self.rev > 0 {
            self.receive_deletion(rev);
        } else {
            self.remote = Remote::Unknown;
        }
    }

    /// What is known may be wrong (a new epoch): any word of the server's counts more from now on.
    pub fn doubt(&mut self) {
        self.rev = 0;
        if self.is_gone() {
            self.remote = Remote::Unknown;
        }
    }

    pub fn intend_add(&mut self, entry: T, nth: u64) {
        self.wish = Some(Wish::Add { entry, nth, progress: Progress::Waiting, sent: false, abandoned: false });
    }

    /// As was wished in a page that has ended, unless something else is wished here.
    pub fn take_up(&mut self, wish: Wish<T>) {
        if seeded!(LeftForgotten) {
            return;
        }
        self.wish = match (self.wish.take(), wish, &self.remote) {
            // What is being added here has arrived: that page saw it.
            (Some(Wish::Add { .. }), wish @ (Wish::DeleteUnseen | Wish::RestoreUnseen), _) => Some(wish),
            (Some(wish), ..) => Some(wish),
            // It has arrived, and may be gone again by now.
            (None, Wish::Add { .. }, Remote::Live(_) | Remote::Gone | Remote::GoneUndated)
                if !seeded!(ArrivedTakenUp) =>
            {
                None
            }
            (None, Wish::DeleteUnseen, Remote::Live(entry)) => {
                Some(Wish::Delete { entry: entry.clone(), undone: false })
            }
            (None, Wish::DeleteUnseen, Remote::Gone | Remote::GoneUndated) => None,
            (None, wish, _) => Some(wish),
        };
    }

    /// A request for what is to be added may reach the server from now on.
    pub fn mark_sent(&mut self) {
        if let Some(Wish::Add { sent, .. }) = &mut self.wish {
            *sent = !seeded!(SentForgotten);
        }
    }

    /// Returns whether there was anything to delete.
    pub fn intend_delete(&mut self) -> bool {
        self.wish = match (self.wish.take(), &self.remote) {
            // Refused for good, or never sent: it exists nowhere but here.
            (Some(Wish::Add { progress: Progress::Refused(_), .. } | Wish::Add { sent: false, .. }), _) => None,
            (Some(Wish::Add { entry, nth, progress, sent, .. }), _) => {
                Some(Wish::Add { entry, nth, progress, sent, abandoned: true })
            }
            // The undo may be on its way already, so deleting takes a request of its own.
            (Some(Wish::Delete { entry, .. } | Wish::Restore { entry }), _) => {
                Some(Wish::Delete { entry, undone: false })
            }
            (None, Remote::Live(entry)) => Some(Wish::Delete { entry: entry.clone(), undone: false }),
            (wish, _) => {
                self.wish = wish;
                return false;
            }
        };
        if seeded!(WishMixedIn) && self.live().is_some() {
            self.remote = Remote::Gone;
        }
        true
    }

    /// Wants back what this agent deleted. Returns whether there is still something to bring back.
    pub fn intend_restore(&mut self) -> bool {
        self.wish = match self.wish.take() {
            Some(Wish::Add { entry, nth, progress, sent, .. }) => {
                Some(Wish::Add { entry, nth, progress, sent, abandoned: false })
            }
            Some(Wish::Delete { entry, .. }) if !self.is_gone() => Some(Wish::Delete { entry, undone: true }),
            Some(Wish::Delete { entry, .. } | Wish::Deleted { entry }) => Some(Wish::Restore { entry }),
            wish => {
                self.wish = wish;
                return matches!(self.wish, Some(Wish::Restore { .. }));
            }
        };
        true
    }

    /// The server confirmed the deletion we asked for.
    pub fn settle_delete(&mut self) {
        let live = self.live().map(Entry::rev);
        self.wish = match self.wish.take() {
            // Brought back since. If it was this version that we deleted, the event will say so.
            Some(Wish::Delete { entry, undone }) if live > Some(entry.rev()) => {
                undone.then_some(Wish::Restore { entry })
            }
            Some(Wish::Delete { entry, undone }) => {
                self.remote = Remote::GoneUndated;
                Some(if undone { Wish::Restore { entry } } else { Wish::Deleted { entry } })
            }
            // Perhaps this version, perhaps it was brought back since: now that it is known it is asked for once more.
            Some(Wish::DeleteUnseen) if live.is_some() => {
                self.live().map(|entry| Wish::Delete { entry: entry.clone(), undone: false })
            }
            Some(Wish::Add { abandoned: true, .. } | Wish::DeleteUnseen) => {
                self.remote = Remote::GoneUndated;
                None
            }
            wish => wish,
        };
    }

    /// A failure that may pass: the wish stays.
    pub fn retry(&mut self, failure: Failure) {
        if let Some(Wish::Add { progress: progress @ (Progress::Waiting | Progress::Retrying(_)), .. }) = &mut self.wish
        {
            *progress = Progress::Retrying(failure);
        }
    }

    /// The server said no, for good. An unsaved thing stays, with the reason, unless the reason is that it was
    /// deleted; any other wish is forgotten.
    pub fn refuse(&mut self, failure: Failure) {
        self.wish = match self.wish.take() {
            Some(_) if failure == Failure::Refused(ProblemCode::Gone) => {
                self.remote = Remote::GoneUndated;
                None
            }
            // It may have arrived all the same.
            Some(Wish::Add { abandoned: true, .. }) if failure == Failure::Unreadable => Some(Wish::DeleteUnseen),
            Some(Wish::Add { entry, nth, sent, abandoned: false, .. }) => {
                Some(Wish::Add { entry, nth, progress: Progress::Refused(failure), sent, abandoned: false })
            }
            _ => None,
        };
    }

    /// The undo window is over: the kept text goes.
    pub fn forget_deleted(&mut self) {
        self.wish = self.wish.take().filter(|wish| !matches!(wish, Wish::Deleted { .. }));
    }
}
