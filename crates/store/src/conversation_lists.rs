//! `ConversationList`: the conversations that match a query, in order, and the range that is loaded.
//!
//! A list holds every known conversation that matches its query. It shows nothing below the last loaded page:
//! conversations that were never loaded may lie between there and other known ones.

#[cfg(test)]
mod tests;

use super::{
    list_membership::{ListMembership, SortKey},
    record::Load,
};
use reactive_graph::{
    graph::Observer,
    signal::ArcRwSignal,
    traits::{Get, GetUntracked, Notify, Set, Track, UpdateUntracked, WithUntracked},
};
use std::{
    collections::{HashMap, HashSet},
    sync::{Mutex, MutexGuard},
};
use wire::{AgentId, Conversation, ConversationId, ConversationQuery};

/// The end of a loaded page of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Loaded {
    /// The last conversation of the last page; `None` when the page was empty.
    pub last: Option<Conversation>,
    pub next_cursor: Option<String>,
}

/// The end of a list's loaded range.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    At(SortKey),
    /// The whole list; before the first page, all known conversations.
    All,
}

struct Index {
    sort_keys: HashMap<ConversationId, SortKey>,
    /// The sort keys of the ids in the order.
    sorted: Vec<SortKey>,
    /// The ids in the order that this agent has not read.
    unread: HashSet<ConversationId>,
    end: End,
    touched: bool,
    /// No page has been received since the start or the last reset: stale conversations are shown too.
    is_stale: bool,
}

/// One list, shared by all views of its query.
pub struct ConversationList {
    query: ConversationQuery,
    me: AgentId,
    index: Mutex<Index>,
    order: ArcRwSignal<Vec<ConversationId>>,
    unread: ArcRwSignal<usize>,
    next_cursor: ArcRwSignal<Option<String>>,
    load: ArcRwSignal<Load>,
}

impl ConversationList {
    #[must_use]
    pub fn new(query: ConversationQuery, me: AgentId) -> Self {
        let index = Index {
            sort_keys: HashMap::new(),
            sorted: Vec::new(),
            unread: HashSet::new(),
            end: End::All,
            touched: false,
            is_stale: true,
        };
        Self {
            query,
            me,
            index: Mutex::new(index),
            order: ArcRwSignal::default(),
            unread: ArcRwSignal::default(),
            next_cursor: ArcRwSignal::default(),
            load: ArcRwSignal::default(),
        }
    }

    #[must_use]
    pub fn query(&self) -> ConversationQuery {
        self.query
    }

    /// The ids in order. Tracks.
    #[must_use]
    pub fn order(&self) -> Vec<ConversationId> {
        self.order.get()
    }

    #[must_use]
    pub fn order_signal(&self) -> ArcRwSignal<Vec<ConversationId>> {
        self.order.clone()
    }

    /// The number of unread conversations in the order: of the loaded ones, not of all on the server.
    #[must_use]
    pub fn unread_signal(&self) -> ArcRwSignal<usize> {
        self.unread.clone()
    }

    #[must_use]
    pub fn load(&self) -> ArcRwSignal<Load> {
        self.load.clone()
    }

    pub fn set_load(&self, load: Load) {
        if self.load.get_untracked() != load {
            self.load.set(load);
        }
    }

    /// The cursor of the next page; `None`: everything is loaded, or the list is stale or not loaded yet. Tracks.
    #[must_use]
    pub fn next_cursor(&self) -> Option<String> {
        // Tracks only within an observer: commands call this too.
        if Observer::get().is_some() {
            self.next_cursor.track();
        }
        self.next_cursor.get_untracked()
    }

    /// The number of shown conversations. Untracked.
    #[must_use]
    pub fn len(&self) -> usize {
        self.order.with_untracked(Vec::len)
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(super) fn is_untouched(&self) -> bool {
        !self.index().touched
    }

    /// Extends the loaded range by a page. `known`: all known conversations, including those of the page. A page that
    /// ends above the loaded range's end does not shorten it, unless a reset happened in between.
    pub(super) fn set_loaded(&self, loaded: Loaded, known: impl Iterator<Item = ListMembership>) {
        let end = match (&loaded.next_cursor, &loaded.last) {
            (None, _) => End::All,
            (Some(_), Some(last)) => End::At(ListMembership::of(last).sort_key(self.query.sort)),
            // An empty page that is not the last one.
            (Some(_), None) => self.index().end,
        };
        let mut index = self.index();
        let deeper = std::mem::take(&mut index.is_stale) || end >= index.end;
        if deeper {
            index.end = end;
        }
        drop(index);
        self.place_all(known);
        if deeper && self.next_cursor.with_untracked(|known| *known != loaded.next_cursor) {
            self.next_cursor.set(loaded.next_cursor);
        }
    }

    /// Updates the places of changed conversations.
    pub(super) fn place_all(&self, changed: impl Iterator<Item = ListMembership>) {
        self.index().touched = true;
        self.put_all(|index| {
            let places = changed.map(|membership| {
                let place = membership.fits(&self.query, self.me).then(|| membership.sort_key(self.query.sort));
                let shown = !membership.is_stale || index.is_stale;
                let place = place.filter(|place| shown && End::At(*place) <= index.end);
                (membership.id, place, place.is_some() && membership.unread)
            });
            places.collect()
        });
    }

    /// Removes conversations that are gone.
    pub(super) fn remove_all(&self, gone: &[ConversationId]) {
        self.put_all(|_| gone.iter().map(|id| (*id, None, false)).collect());
    }

    /// Puts conversations in their place, or takes them out, and notes whether they are unread.
    fn put_all(&self, places: impl FnOnce(&Index) -> Vec<(ConversationId, Option<SortKey>, bool)>) {
        let mut index = self.index();
        let mut moved = false;
        let places = places(&index);
        self.order.update_untracked(|order| {
            for (id, place, is_unread) in places {
                moved |= index.put(order, id, place);
                index.mark(id, is_unread);
            }
        });
        let unread = index.unread.len();
        drop(index);
        if moved {
            self.order.notify();
        }
        if self.unread.get_untracked() != unread {
            self.unread.set(unread);
        }
    }

    /// Marks the list as stale: the next page determines its content.
    pub(super) fn mark_stale(&self) {
        self.index().is_stale = true;
        self.set_load(Load::Idle);
        // A page from the old cursor would leave an invisible gap.
        if self.next_cursor.with_untracked(Option::is_some) {
            self.next_cursor.set(None);
        }
    }

    fn index(&self) -> MutexGuard<'_, Index> {
        self.index.lock().expect("no panic while a lock is held")
    }
}

impl Index {
    fn mark(&mut self, id: ConversationId, unread: bool) {
        if unread {
            self.unread.insert(id);
        } else {
            self.unread.remove(&id);
        }
    }

    /// Moves, inserts or removes an id. Returns whether the order changed.
    fn put(&mut self, order: &mut Vec<ConversationId>, id: ConversationId, place: Option<SortKey>) -> bool {
        let before = self.sort_keys.get(&id).copied();
        if before == place {
            return false;
        }
        let left = before.and_then(|before| self.sorted.binary_search(&before).ok());
        if let Some(at) = left {
            self.sorted.remove(at);
            order.remove(at);
            self.sort_keys.remove(&id);
        }
        let Some(place) = place else { return left.is_some() };
        let at = self.sorted.binary_search(&place).unwrap_or_else(|at| at);
        self.sorted.insert(at, place);
        order.insert(at, id);
        self.sort_keys.insert(id, place);
        left != Some(at)
    }
}
