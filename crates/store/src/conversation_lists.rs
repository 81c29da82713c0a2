//! Lists of conversations: which ones match a query, in which order, and how far down they are loaded.
//!
//! A list holds every known conversation that matches its query. It shows nothing below the last loaded page: between
//! there and another known conversation may be some that were never loaded.

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

/// How far a list is loaded.
#[derive(Clone, Debug, PartialEq)]
pub struct Loaded {
    /// The last conversation of the last page; `None` when the page was empty.
    pub last: Option<Conversation>,
    pub next_cursor: Option<String>,
}

/// Down to where a list is loaded.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    At(SortKey),
    /// All of it; or, before the first page, whatever is known.
    All,
}

struct Index {
    sort_keys: HashMap<ConversationId, SortKey>,
    /// The sort_keys of the ids in the order.
    sorted: Vec<SortKey>,
    /// Those among them that this agent has not read.
    unread: HashSet<ConversationId>,
    end: End,
    touched: bool,
    /// No page has come yet, or none since a reset: stale conversations are shown all the same.
    is_stale: bool,
}

/// One list. Every view of the same query holds the same one.
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

    /// How many of those in the order this agent has not read: of what is loaded, not of what the server has.
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

    /// Where to go on loading; `None`: everything is loaded, or nothing that counts is. Tracks.
    #[must_use]
    pub fn next_cursor(&self) -> Option<String> {
        // Commands ask for it too, and outside of a view there is nobody to track.
        if Observer::get().is_some() {
            self.next_cursor.track();
        }
        self.next_cursor.get_untracked()
    }

    /// How many are shown, untracked.
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

    /// A page has come: `known` is everything known, its conversations too. A page that doesn't reach as far down as
    /// an earlier one says nothing of what is below it, unless a reset came between.
    pub(super) fn set_loaded(&self, loaded: Loaded, known: impl Iterator<Item = ListMembership>) {
        let end = match (&loaded.next_cursor, &loaded.last) {
            (None, _) => End::All,
            (Some(_), Some(last)) => End::At(ListMembership::of(last).sort_key(self.query.sort)),
            // More is to come, but nothing came.
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

    /// Takes in what has become of some conversations.
    pub(super) fn place_all(&self, changed: impl Iterator<Item = ListMembership>) {
        let mut index = self.index();
        index.touched = true;
        let mut moved = false;
        self.order.update_untracked(|order| {
            for membership in changed {
                let place = membership.fits(&self.query, self.me).then(|| membership.sort_key(self.query.sort));
                let shown = !membership.is_stale || index.is_stale;
                let place = place.filter(|place| shown && End::At(*place) <= index.end);
                moved |= index.put(order, membership.id, place);
                index.mark(membership.id, place.is_some() && membership.unread);
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

    /// What is known may be wrong: the next page says again what belongs here.
    pub(super) fn mark_stale(&self) {
        self.index().is_stale = true;
        self.set_load(Load::Idle);
        // Going on from before would leave a gap that nobody sees.
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

    /// Returns whether the order of ids became another.
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
