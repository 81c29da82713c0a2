//! A cell per key, made once and never replaced: whoever asks for the same key gets the same signal.

use reactive_graph::signal::ArcRwSignal;
use std::{collections::HashMap, hash::Hash, sync::RwLock};

/// Cells by key. Asking for a key that is not there makes its cell.
pub struct Keyed<K, V> {
    cells: RwLock<HashMap<K, V>>,
}

impl<K, V> Default for Keyed<K, V> {
    fn default() -> Self {
        Self { cells: RwLock::default() }
    }
}

impl<K: Copy + Eq + Hash, V: Clone> Keyed<K, V> {
    /// The cell of a key, made by `make` if this is the first time anybody asks.
    pub fn cell_or(&self, key: K, make: impl FnOnce() -> V) -> V {
        if let Some(cell) = self.get(key) {
            return cell;
        }
        self.cells.write().expect("no panic while a lock is held").entry(key).or_insert_with(make).clone()
    }

    #[must_use]
    pub fn get(&self, key: K) -> Option<V> {
        self.cells.read().expect("no panic while a lock is held").get(&key).cloned()
    }

    #[must_use]
    pub fn all(&self) -> Vec<V> {
        self.cells.read().expect("no panic while a lock is held").values().cloned().collect()
    }

    #[must_use]
    pub fn entries(&self) -> Vec<(K, V)> {
        let cells = self.cells.read().expect("no panic while a lock is held");
        cells.iter().map(|(key, value)| (*key, value.clone())).collect()
    }

    pub fn remove(&self, key: K) {
        self.cells.write().expect("no panic while a lock is held").remove(&key);
    }
}

impl<K: Copy + Eq + Hash, T: Default + Send + Sync + 'static> Keyed<K, ArcRwSignal<T>> {
    /// The signal of a key, made with the type's default value.
    pub fn cell(&self, key: K) -> ArcRwSignal<T> {
        self.cell_or(key, ArcRwSignal::default)
    }
}

impl<K: Copy + Eq + Hash, T: Default> Keyed<K, std::sync::Arc<T>> {
    /// The shared thing of a key, made with the type's default value.
    pub fn shared(&self, key: K) -> std::sync::Arc<T> {
        self.cell_or(key, std::sync::Arc::default)
    }
}
