//! `Transaction`: one atomic change of a timeline, made while the timeline's lock is held. `commit` releases the lock
//! and then notifies the observers, since they may read the timeline.

use super::{LoadedRange, Timeline, TimelineItem};
use crate::{
    page_ranges::PageRanges,
    record::{Entry, Record, TimelineKey},
};
use reactive_graph::{
    signal::ArcRwSignal,
    traits::{GetUntracked, Notify, UpdateUntracked, WithUntracked},
};
use std::{collections::HashMap, sync::MutexGuard};
use uuid::Uuid;
use wire::{Position, Seq};

/// A timeline's state beside its cells and their order.
#[derive(Default)]
pub(super) struct Index {
    /// The sort key of each record in the order.
    places: HashMap<Uuid, TimelineKey>,
    page_ranges: PageRanges,
    /// The position of the last reset: pages read before it are ignored.
    since: Option<Position>,
    /// The position of the last reset is unknown, so a page's range is not recorded.
    unsure: bool,
    /// The loaded range is from before a reset, or from before things moved.
    is_stale: bool,
    /// Things moved at this position: pages read before it are ignored.
    moved_at: Seq,
}

/// A change in progress. It must end with [`Transaction::commit`].
pub(super) struct Transaction<'a, T: Entry> {
    timeline: &'a Timeline<T>,
    index: MutexGuard<'a, Index>,
    cells: Vec<ArcRwSignal<Record<T>>>,
    moved: bool,
    range_changed: bool,
}

impl<'a, T: Entry> Transaction<'a, T> {
    pub(super) fn of(timeline: &'a Timeline<T>) -> Self {
        let index = timeline.index.lock().expect("no panic while a lock is held");
        Self { timeline, index, cells: Vec::new(), moved: false, range_changed: false }
    }

    /// Notifies the observers of changed cells, and those of the order and the loaded range if these changed.
    pub(super) fn commit(self) {
        let Self { timeline, index, cells, moved, range_changed } = self;
        drop(index);
        for cell in cells {
            cell.notify();
        }
        if moved {
            timeline.order.notify();
        }
        if range_changed {
            timeline.loaded_range.notify();
        }
    }

    /// Changes a record, and updates its place in the order.
    pub(super) fn record<R>(&mut self, id: T::Id, change: impl FnOnce(&mut Record<T>) -> R) -> R {
        let cell = self.cell(id);
        let mut record = cell.get_untracked();
        let result = change(&mut record);
        let place = record.key();
        if cell.with_untracked(|known| *known != record) {
            cell.update_untracked(|known| *known = record);
            self.cells.push(cell);
        }
        self.place(id, place);
        result
    }

    fn cell(&self, id: T::Id) -> ArcRwSignal<Record<T>> {
        let cell = self.timeline.cells.cell(id);
        if !seeded!(CellReplaced) {
            return cell;
        }
        self.timeline.cells.remove(id);
        self.timeline.cells.cell_or(id, || ArcRwSignal::new(cell.get_untracked()))
    }

    /// Receives one thing from the server. A new version that is older than a page covering its place is gone: that
    /// page would have listed it.
    pub(super) fn take_in(&mut self, entry: T, receive: fn(&mut Record<T>, T)) {
        let (rev, as_of) = (entry.rev(), self.index.page_ranges.as_of(entry.seq()));
        self.record(entry.id(), |record| {
            let is_news = rev > record.rev();
            receive(record, entry);
            if is_news && rev <= as_of && !seeded!(PageForgotten) {
                record.receive_deletion(as_of);
            }
        });
    }

    /// Whether a page read at this position is valid: not from before the last reset.
    pub(super) fn believes(&self, as_of: &Position) -> bool {
        let stale = |since: &Position| since.epoch != as_of.epoch || as_of.seq < since.seq;
        let is_stale = as_of.seq < self.index.moved_at || self.index.since.as_ref().is_some_and(stale);
        seeded!(StalePageBelieved) || !is_stale
    }

    /// Records that a page covered the places from `lowest` to below `below`, and extends the loaded range.
    pub(super) fn cover(&mut self, lowest: Seq, below: Option<Seq>, as_of: Seq, next_cursor: Option<String>) {
        if !self.index.unsure {
            self.index.page_ranges.add(lowest, below, as_of);
        }
        let floor = self.timeline.loaded_range.with_untracked(|loaded_range| loaded_range.floor);
        let is_refetch = below.is_none() && self.index.is_stale && !seeded!(FloorKept);
        let joined = below.is_none_or(|below| !self.index.is_stale && floor.is_some_and(|floor| below >= floor));
        let deeper = floor.is_none_or(|floor| lowest <= floor);
        if is_refetch || joined && deeper {
            self.loaded_range(LoadedRange { floor: Some(lowest), next_cursor });
            self.index.is_stale = false;
        }
    }

    pub(super) fn is_stale(&self) -> bool {
        self.index.is_stale
    }

    pub(super) fn expect_news(&mut self, seq: Seq) {
        self.index.page_ranges.clear();
        self.index.moved_at = seq;
        self.index.is_stale = self.timeline.loaded_range.with_untracked(|loaded_range| loaded_range.floor.is_some());
    }

    pub(super) fn mark_stale(&mut self, since: Option<&Position>) {
        self.index.page_ranges.clear();
        self.index.moved_at = 0;
        self.index.since = since.cloned();
        self.index.unsure = since.is_none();
        self.index.is_stale = self.timeline.loaded_range.with_untracked(|loaded_range| loaded_range.floor.is_some());
        if seeded!(StaleIgnored) {
            return;
        }
        for cell in self.timeline.cells.all() {
            cell.update_untracked(Record::mark_stale);
            self.cells.push(cell);
        }
    }

    fn loaded_range(&mut self, loaded_range: LoadedRange) {
        let before = self.timeline.loaded_range.get_untracked();
        if before == loaded_range {
            return;
        }
        let moved = before.floor != loaded_range.floor;
        self.timeline.loaded_range.update_untracked(|known| *known = loaded_range);
        self.range_changed = true;
        if !moved {
            return;
        }
        for cell in self.timeline.cells.all() {
            let shown = cell.with_untracked(|record| Some((record.shown()?.0.id(), record.key())));
            if let Some((id, place)) = shown {
                self.place(id, place);
            }
        }
    }

    fn place(&mut self, id: T::Id, place: Option<TimelineKey>) {
        let floor = self.timeline.loaded_range.with_untracked(|loaded_range| loaded_range.floor).unwrap_or(0);
        let place = place.filter(|place| seeded!(FloorIgnored) || *place >= TimelineKey::Saved(floor));
        let before = self.index.places.get(&id.into()).copied();
        if before == place {
            return;
        }
        self.moved = true;
        self.timeline.order.update_untracked(|order| {
            if let Some(before) = before.filter(|_| !seeded!(PlaceDoubled)) {
                let old = TimelineItem { key: before, id };
                if let Ok(at) = order.binary_search_by(|placed| old.cmp(placed)) {
                    order.remove(at);
                }
            }
            if let Some(place) = place {
                let new = TimelineItem { key: place, id };
                let at = order.binary_search_by(|placed| new.cmp(placed)).unwrap_or_else(|at| at);
                order.insert(at, new);
            }
        });
        match place {
            Some(place) => self.index.places.insert(id.into(), place),
            None => self.index.places.remove(&id.into()),
        };
    }
}
