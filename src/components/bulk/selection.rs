//! `Selection`: which rows of a list are ticked.

use leptos::prelude::*;
use std::collections::HashSet;
use uuid::Uuid;

/// The ticked rows, by their ids. Only rows that are in the list count: one that leaves it is not selected any more.
#[derive(Clone, Copy)]
pub struct Selection {
    ticked: RwSignal<HashSet<Uuid>>,
    /// Everything that fits the list's query is selected, also what is not loaded.
    all_that_fit: RwSignal<bool>,
    /// The row that was ticked last: a range begins there.
    anchor: StoredValue<Option<Uuid>>,
    /// Whether each row shows its box.
    is_on: RwSignal<bool>,
}

impl Default for Selection {
    fn default() -> Self {
        Self::new()
    }
}

impl Selection {
    /// Lives as long as the reactive owner it is made under.
    #[must_use]
    pub fn new() -> Self {
        Self {
            ticked: RwSignal::default(),
            all_that_fit: RwSignal::new(false),
            anchor: StoredValue::new(None),
            is_on: RwSignal::new(false),
        }
    }

    /// Whether rows are being selected. Tracks.
    #[must_use]
    pub fn is_on(self) -> bool {
        self.is_on.get()
    }

    /// Whether everything that fits is selected. Tracks.
    #[must_use]
    pub fn is_all_that_fit(self) -> bool {
        self.all_that_fit.get()
    }

    /// Tracks.
    #[must_use]
    pub fn is_ticked(self, key: Uuid) -> bool {
        self.all_that_fit.get() || self.ticked.with(|ticked| ticked.contains(&key))
    }

    /// The ticked rows of these, in their order. Tracks.
    #[must_use]
    pub fn of(self, keys: &[Uuid]) -> Vec<Uuid> {
        self.ticked.with(|ticked| keys.iter().copied().filter(|key| ticked.contains(key)).collect())
    }

    /// Begins to select, or ends it.
    pub fn set_on(self, is_on: bool) {
        self.is_on.set(is_on);
        if !is_on {
            self.all_that_fit.set(false);
            self.anchor.set_value(None);
            self.ticked.update(HashSet::clear);
        }
    }

    /// Ticks a row or takes its tick off; with `to_range` also the rows between it and the one that was ticked last. `keys`:
    /// the rows of the list.
    pub fn toggle(self, key: Uuid, to_range: bool, keys: &[Uuid]) {
        let is_ticked = !untrack(|| self.is_ticked(key));
        let place = |key: Uuid| keys.iter().position(|known| *known == key);
        let anchor = self.anchor.get_value().filter(|_| to_range).and_then(place);
        let range = match (anchor, place(key)) {
            (Some(from), Some(to)) => &keys[from.min(to)..=from.max(to)],
            _ => &[key],
        };
        let is_all = self.all_that_fit.get_untracked();
        self.ticked.update(|ticked| {
            if is_all {
                ticked.extend(keys);
            }
            for key in range {
                if is_ticked {
                    ticked.insert(*key);
                } else {
                    ticked.remove(key);
                }
            }
        });
        self.all_that_fit.set(false);
        self.anchor.set_value(Some(key));
        self.is_on.set(true);
    }

    /// Ticks these rows.
    pub fn tick(self, keys: &[Uuid]) {
        self.ticked.update(|ticked| ticked.extend(keys));
    }

    pub fn select_all_that_fit(self) {
        self.all_that_fit.set(true);
    }

    /// Takes all ticks off.
    pub fn untick(self) {
        self.all_that_fit.set(false);
        self.ticked.update(HashSet::clear);
    }

    /// Keeps only these ticked. Does nothing if the list is not there any more.
    pub fn keep(self, keys: HashSet<Uuid>) {
        let is_on = !keys.is_empty();
        self.all_that_fit.try_set(false);
        self.ticked.try_set(keys);
        self.is_on.try_set(is_on);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    fn with(check: impl FnOnce(Selection)) {
        Owner::new().with(|| check(Selection::new()));
    }

    fn ids<const N: usize>(numbers: [u128; N]) -> [Uuid; N] {
        numbers.map(Uuid::from_u128)
    }

    fn id(number: u128) -> Uuid {
        Uuid::from_u128(number)
    }

    #[wasm_bindgen_test]
    fn a_range_ticks_from_the_last_row_and_takes_ticks_off_in_the_same_way() {
        with(|selection| {
            let keys = ids([1, 2, 3, 4, 5, 6]);
            selection.toggle(id(5), false, &keys);
            selection.toggle(id(2), true, &keys);
            assert_eq!(selection.of(&keys), ids([2, 3, 4, 5]));
            selection.toggle(id(4), true, &keys);
            assert_eq!(selection.of(&keys), ids([5]), "from 2 to 4");
            // The row where a range would begin has left the list.
            selection.toggle(id(1), true, &ids([1, 2, 3, 5, 6]));
            assert_eq!(selection.of(&keys), ids([1, 5]));
        });
    }

    #[wasm_bindgen_test]
    fn a_row_that_leaves_the_list_does_not_count() {
        with(|selection| {
            selection.toggle(id(1), false, &ids([1, 2]));
            selection.toggle(id(2), false, &ids([1, 2]));
            assert_eq!(selection.of(&ids([2, 3])), ids([2]));
        });
    }

    #[wasm_bindgen_test]
    fn taking_one_tick_off_all_that_fit_leaves_the_loaded_rows() {
        with(|selection| {
            selection.select_all_that_fit();
            assert!(selection.is_ticked(id(9)));
            selection.toggle(id(2), false, &ids([1, 2, 3]));
            assert!(!selection.is_all_that_fit());
            assert_eq!(selection.of(&ids([1, 2, 3])), ids([1, 3]));
        });
    }

    #[wasm_bindgen_test]
    fn what_failed_stays_ticked_and_without_failures_the_selection_ends() {
        with(|selection| {
            selection.tick(&ids([1, 2, 3]));
            selection.keep(HashSet::from(ids([2])));
            assert_eq!((selection.of(&ids([1, 2, 3])), selection.is_on()), (ids([2]).to_vec(), true));
            selection.keep(HashSet::new());
            assert!(!selection.is_on());
        });
    }
}
