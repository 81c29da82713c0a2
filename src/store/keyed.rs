//! A cell per id, made once and never replaced: whoever asks for the same id gets the same signal.

use reactive_graph::signal::ArcRwSignal;
use std::{any::Any, collections::HashMap, marker::PhantomData, sync::RwLock};
use uuid::Uuid;

/// Cells by id. Asking for an id that is not there makes its cell.
///
/// Inside, all ids and cells are of one type: the table is compiled once for all kinds, and the app is downloaded.
pub struct Keyed<K, V> {
    cells: RwLock<Cells>,
    of: PhantomData<fn(K) -> V>,
}

type Cells = HashMap<Uuid, Box<dyn Any + Send + Sync>>;

impl<K, V> Default for Keyed<K, V> {
    fn default() -> Self {
        Self { cells: RwLock::default(), of: PhantomData }
    }
}

impl<K: Copy + Into<Uuid> + From<Uuid>, V: Clone + Send + Sync + 'static> Keyed<K, V> {
    /// The cell of an id, made by `make` if this is the first time anybody asks.
    pub fn cell_or(&self, key: K, make: impl FnOnce() -> V) -> V {
        if let Some(cell) = self.get(key) {
            return cell;
        }
        let mut cells = self.cells.write().expect("no panic while a lock is held");
        // Made meanwhile, or now.
        let known = cells.get(&key.into()).map(known);
        known.unwrap_or_else(|| {
            let cell = make();
            cells.insert(key.into(), Box::new(cell.clone()));
            cell
        })
    }

    #[must_use]
    pub fn get(&self, key: K) -> Option<V> {
        self.cells.read().expect("no panic while a lock is held").get(&key.into()).map(known)
    }

    #[must_use]
    pub fn all(&self) -> Vec<V> {
        self.cells.read().expect("no panic while a lock is held").values().map(known).collect()
    }

    #[must_use]
    pub fn entries(&self) -> Vec<(K, V)> {
        let cells = self.cells.read().expect("no panic while a lock is held");
        cells.iter().map(|(key, cell)| ((*key).into(), known(cell))).collect()
    }

    pub fn remove(&self, key: K) {
        self.cells.write().expect("no panic while a lock is held").remove(&key.into());
    }
}

fn known<V: Clone + 'static>(cell: &Box<dyn Any + Send + Sync>) -> V {
    cell.downcast_ref::<V>().expect("only cells of this type are put in").clone()
}

impl<K: Copy + Into<Uuid> + From<Uuid>, T: Default + Send + Sync + 'static> Keyed<K, ArcRwSignal<T>> {
    /// The signal of an id, made with the type's default value.
    pub fn cell(&self, key: K) -> ArcRwSignal<T> {
        self.cell_or(key, ArcRwSignal::default)
    }
}

impl<K: Copy + Into<Uuid> + From<Uuid>, T: Default + Send + Sync + 'static> Keyed<K, std::sync::Arc<T>> {
    /// The shared thing of an id, made with the type's default value.
    pub fn shared(&self, key: K) -> std::sync::Arc<T> {
        self.cell_or(key, std::sync::Arc::default)
    }
}
