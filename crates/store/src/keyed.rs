//! `Keyed`: one cell per id. A cell is made once and never replaced: every caller that asks for an id gets the same
//! signal.

use reactive_graph::{
    signal::ArcRwSignal,
    traits::{GetUntracked, Set, WithUntracked},
};
use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

/// Cells by id. A cell is made on the first access.
pub struct Keyed<K, V> {
    cells: RwLock<HashMap<K, V>>,
}

impl<K, V> Default for Keyed<K, V> {
    fn default() -> Self {
        Self { cells: RwLock::default() }
    }
}

impl<K: Copy + Eq + Hash, V: Clone> Keyed<K, V> {
    /// The cell of an id, made by `make` the first time.
    pub fn cell_or(&self, key: K, make: impl FnOnce() -> V) -> V {
        if let Some(cell) = self.get(key) {
            return cell;
        }
        // `make` runs outside of the lock, since it may access another cell. If two calls race, the first cell stays.
        let made = make();
        self.write().entry(key).or_insert(made).clone()
    }

    #[must_use]
    pub fn get(&self, key: K) -> Option<V> {
        self.read().get(&key).cloned()
    }

    #[must_use]
    pub fn all(&self) -> Vec<V> {
        self.read().values().cloned().collect()
    }

    #[must_use]
    pub fn entries(&self) -> Vec<(K, V)> {
        self.read().iter().map(|(key, cell)| (*key, cell.clone())).collect()
    }

    pub fn remove(&self, key: K) {
        self.write().remove(&key);
    }

    // The map is consistent between any two of these calls, so a poisoned lock can be ignored.
    fn read(&self) -> RwLockReadGuard<'_, HashMap<K, V>> {
        self.cells.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, HashMap<K, V>> {
        self.cells.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Copy + Eq + Hash, T: Default + Send + Sync + 'static> Keyed<K, ArcRwSignal<T>> {
    /// The signal of an id, made with the type's default value.
    pub fn cell(&self, key: K) -> ArcRwSignal<T> {
        self.cell_or(key, ArcRwSignal::default)
    }
}

impl<K: Copy + Eq + Hash, T: Default> Keyed<K, Arc<T>> {
    /// The shared thing of an id, made with the type's default value.
    pub fn shared(&self, key: K) -> Arc<T> {
        self.cell_or(key, Arc::default)
    }
}

/// Changes the content of a cell. Notifies observers if it differs.
pub(super) fn change_cell<T: Clone + PartialEq + Send + Sync + 'static, R>(
    cell: &ArcRwSignal<T>,
    change: impl FnOnce(&mut T) -> R,
) -> R {
    let mut content = cell.get_untracked();
    let result = change(&mut content);
    if cell.with_untracked(|known| *known != content) {
        cell.set(content);
    }
    result
}
