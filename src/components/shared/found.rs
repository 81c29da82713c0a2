//! `Found`: the hit of a search that was opened. Its thread, or the notes of its contact, scroll to it, and its row is marked.

use crate::{
    browser::{dispose::dispose_with_owner, memo::ErasedMemo, memo::memo, timers::next_frame},
    components::ui::{keyed_list::ListKey, virtual_list::VirtualListHandle},
    store::threads::ThreadItem,
};
use leptos::prelude::*;
use wire::{ContactNoteId, ConversationId, Seq};

/// A place that a hit leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// The conversation whose pane shows it.
    pub(crate) conversation: ConversationId,
    pub(crate) item: FoundItem,
    pub(crate) seq: Seq,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FoundItem {
    InThread(ThreadItem),
    ContactNote(ContactNoteId),
}

/// The place to go to, until its list has gone there, and the place that is marked. Provided by context to an inbox.
#[derive(Clone, Copy)]
pub(crate) struct Found {
    wanted: RwSignal<Option<Place>>,
    marked: RwSignal<Option<FoundItem>>,
}

impl Found {
    pub(crate) fn new() -> Self {
        Self { wanted: RwSignal::new(None), marked: RwSignal::new(None) }
    }

    /// That of the inbox around. A context outlives the view that has provided it: another page may come in its place.
    pub(crate) fn here() -> Option<Self> {
        use_context::<Self>().filter(|found| !found.wanted.is_disposed())
    }

    /// Goes to a place: now if its list is mounted, else when it is.
    pub(crate) fn go_to(self, place: Place) {
        self.marked.set(Some(place.item));
        self.wanted.set(Some(place));
    }

    pub(crate) fn unmark(self) {
        if self.marked.with_untracked(Option::is_some) {
            self.marked.set(None);
        }
    }
}

/// Whether an item is marked. Tracks.
pub(crate) fn is_found(item: FoundItem) -> bool {
    Found::here().is_some_and(|found| found.marked.with(|marked| *marked == Some(item)))
}

/// Whether a list is to go to one of its places.
pub(crate) fn is_wanted(is_here: impl Fn(Place) -> bool + Send + Sync + 'static) -> ErasedMemo<bool> {
    let found = Found::here();
    memo(move |_| found.and_then(|found| found.wanted.get()).is_some_and(&is_here))
}

/// Makes a list go to a place that is wanted. `key`: the place's key, if it is in this list. `load`: loads the list down to
/// a place.
pub(crate) fn when_wanted<K: ListKey>(
    handle: VirtualListHandle<K>,
    selector: &'static str,
    key: impl Fn(Place) -> Option<K> + 'static,
    load: impl AsyncFn(Seq) + Clone + 'static,
) {
    let Some(Found { wanted, .. }) = Found::here() else { return };
    let note_follower = dispose_with_owner();
    Effect::new(move |_| {
        note_follower();
        let Some((place, key)) = wanted.get().and_then(|place| Some((place, key(place)?))) else { return };
        wanted.set(None);
        let load = load.clone();
        leptos::task::spawn_local(async move {
            load(place.seq).await;
            // The rows are in the list by then.
            next_frame(move || next_frame(move || handle.focus(key, selector)));
        });
    });
}
