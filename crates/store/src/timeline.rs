//! `Timeline`: records of one kind in order, with one cell per id and one signal for the order.
//!
//! There are two kinds of signals: `order` drives the list, a record's cell drives its item. Confirming a note changes
//! its cell, and the order only if its place changes.

#[cfg(test)]
mod tests;
mod transaction;

use super::{
    keyed::Keyed,
    record::{Entry, Load, Record, TimelineKey},
    records::Records,
};
use reactive_graph::{
    graph::Observer,
    signal::ArcRwSignal,
    traits::{Get, GetUntracked, Set, Track, WithUntracked},
};
use std::{collections::HashSet, sync::Mutex};
use transaction::{Index, Transaction};
use uuid::Uuid;
use wire::{Position, Seq};

/// A shown record's place and id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimelineItem<Id> {
    pub key: TimelineKey,
    pub id: Id,
}

/// A page as received: newest first.
pub struct Arrived<T> {
    pub items: Vec<T>,
    /// The page was requested below this place; `None`: from the newest.
    pub below: Option<Seq>,
    pub next_cursor: Option<String>,
    /// The position its items were read at.
    pub as_of: Position,
}

/// The loaded range: everything from `floor` on is known. Nothing below it is shown, since things that were never
/// loaded may lie between there and other known things.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct LoadedRange {
    pub(super) floor: Option<Seq>,
    pub(super) next_cursor: Option<String>,
}

/// Records of one kind, in the order of the organization, newest first.
pub struct Timeline<T: Entry> {
    pub(super) cells: Keyed<T::Id, ArcRwSignal<Record<T>>>,
    index: Mutex<Index>,
    pub(super) order: ArcRwSignal<Vec<TimelineItem<T::Id>>>,
    pub(super) loaded_range: ArcRwSignal<LoadedRange>,
    load: ArcRwSignal<Load>,
}

impl<T: Entry> Default for Timeline<T> {
    fn default() -> Self {
        Self {
            cells: Keyed::default(),
            index: Mutex::default(),
            order: ArcRwSignal::default(),
            loaded_range: ArcRwSignal::default(),
            load: ArcRwSignal::default(),
        }
    }
}

impl<T: Entry> Timeline<T> {
    /// The cell of an id, shared by all callers.
    pub fn cell(&self, id: T::Id) -> ArcRwSignal<Record<T>> {
        self.cells.cell(id)
    }

    /// The shown records, newest first. Tracks the order only.
    #[must_use]
    pub fn order(&self) -> Vec<TimelineItem<T::Id>> {
        self.order.get()
    }

    #[must_use]
    pub fn order_signal(&self) -> ArcRwSignal<Vec<TimelineItem<T::Id>>> {
        self.order.clone()
    }

    #[must_use]
    pub fn load(&self) -> ArcRwSignal<Load> {
        self.load.clone()
    }

    /// The start of the next older page: its cursor, and the place it lies below. `None`: everything is loaded, or
    /// nothing yet. Tracks.
    #[must_use]
    pub fn older(&self) -> Option<(String, Seq)> {
        let loaded_range = self.loaded_range();
        loaded_range.next_cursor.zip(loaded_range.floor)
    }

    /// Whether the server has older ones that are not loaded. Tracks.
    #[must_use]
    pub fn has_older(&self) -> bool {
        self.older().is_some()
    }

    /// The lowest place of the loaded range; 0 if everything is loaded, `None` if nothing is. Tracks.
    #[must_use]
    pub fn floor(&self) -> Option<Seq> {
        self.loaded_range().floor
    }

    pub fn set_load(&self, load: Load) {
        if self.load.get_untracked() != load {
            self.load.set(load);
        }
    }

    /// Applies a page: its items are valid as of `as_of`, and known things that it lacks within its interval are gone.
    /// Returns whether it was applied: a page read before a reset is not, and must be refetched.
    pub fn receive_page(&self, page: Arrived<T>) -> bool {
        let lowest = match (&page.next_cursor, page.items.last()) {
            (Some(_), Some(last)) => last.seq(),
            // An empty page that is not the last one covers nothing new.
            (Some(_), None) => match page.below {
                Some(below) => below,
                None => return true,
            },
            (None, _) => 0,
        };
        let as_of = page.as_of.seq;
        let mut transaction = Transaction::of(self);
        if !transaction.believes(&page.as_of) {
            return false;
        }
        let listed: HashSet<Uuid> = page.items.iter().map(|entry| entry.id().into()).collect();
        let inside = |seq| seeded!(PageOverreaches) || seq >= lowest && page.below.is_none_or(|below| seq < below);
        let missing = |record: &Record<T>| {
            let live = record.live()?;
            let gone = inside(live.seq()) && record.rev() <= as_of && !listed.contains(&live.id().into());
            (gone && !seeded!(MissingKept)).then(|| live.id())
        };
        for id in self.cells.all().iter().filter_map(|cell| cell.with_untracked(missing)) {
            transaction.record(id, |record| record.receive_absence(as_of));
        }
        for entry in page.items {
            transaction.take_in(entry, Record::receive);
        }
        transaction.cover(lowest, page.below, as_of, page.next_cursor);
        transaction.commit();
        true
    }

    /// Handles the erasure of everything at `rev`: nothing is kept, and nothing older comes back.
    pub(super) fn erase(&self, rev: Seq) {
        let mut transaction = Transaction::of(self);
        for (id, _) in self.cells.entries() {
            transaction.record(id, |record| record.refuse_gone(Some(rev)));
        }
        transaction.cover(0, None, rev, None);
        transaction.commit();
        self.set_load(Load::Ready);
    }

    /// Marks everything as stale: the server's next version of each thing wins, and the next page from the newest
    /// resets the loaded range. Pages read before `since` are ignored.
    pub(super) fn mark_stale(&self, since: Option<&Position>) {
        let mut transaction = Transaction::of(self);
        transaction.mark_stale(since);
        transaction.commit();
        self.set_load(Load::Idle);
    }

    /// Handles a change at `seq` of what lies where: the next page from the newest resets the loaded range, and pages read
    /// before are ignored. Known versions stay valid.
    pub(super) fn expect_news(&self, seq: Seq) {
        let mut transaction = Transaction::of(self);
        transaction.expect_news(seq);
        transaction.commit();
        self.set_load(Load::Idle);
    }

    /// Whether the loaded range is from before a reset.
    pub(super) fn is_stale(&self) -> bool {
        Transaction::of(self).is_stale()
    }

    /// Tracks only within an observer: commands call this too.
    fn loaded_range(&self) -> LoadedRange {
        if Observer::get().is_some() {
            self.loaded_range.track();
        }
        self.loaded_range.get_untracked()
    }
}

impl<T: Entry> Records<T> for Timeline<T> {
    fn with<R>(&self, id: T::Id, look: impl FnOnce(&Record<T>) -> R) -> R {
        self.cell(id).with_untracked(look)
    }

    fn change<R>(&self, id: T::Id, change: impl FnOnce(&mut Record<T>) -> R) -> R {
        let mut transaction = Transaction::of(self);
        let result = transaction.record(id, change);
        transaction.commit();
        result
    }

    fn take_in(&self, entry: T, receive: fn(&mut Record<T>, T)) {
        let mut transaction = Transaction::of(self);
        transaction.take_in(entry, receive);
        transaction.commit();
    }
}
