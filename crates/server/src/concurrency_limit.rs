//! Limits of what is under way at the same time, by key: event streams of a reader, sign-ins of an address.

use crate::error::{Error, Result};
use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::OwnedMutexGuard;

/// Sent as `Retry-After`: nobody knows when there will be room.
const WAIT_SECONDS: u64 = 5;

/// Counts what is under way for each key, and in all.
pub(crate) struct ConcurrencyLimit<Key: Clone + Eq + Hash> {
    inner: Arc<Inner<Key>>,
}

struct Inner<Key> {
    most_by_key: usize,
    most: usize,
    open: Mutex<Open<Key>>,
}

struct Open<Key> {
    by_key: HashMap<Key, Entry>,
    in_all: usize,
}

#[derive(Default)]
struct Entry {
    open: usize,
    turn: Arc<tokio::sync::Mutex<()>>,
}

impl<Key: Clone + Eq + Hash> ConcurrencyLimit<Key> {
    /// At most `most_by_key` at once for each key, and `most` in all.
    pub(crate) fn new(most_by_key: usize, most: usize) -> Self {
        let open = Mutex::new(Open { by_key: HashMap::new(), in_all: 0 });
        Self { inner: Arc::new(Inner { most_by_key, most, open }) }
    }

    /// How many are under way.
    pub(crate) fn in_all(&self) -> usize {
        self.inner.open().in_all
    }

    /// Counts one more, until the permit is dropped.
    ///
    /// # Errors
    /// 429 when the key has the most that it may have, 503 when there are the most in all.
    pub(crate) fn open(&self, key: &Key) -> Result<Permit<Key>> {
        let mut open = self.inner.open();
        let is_full = open.in_all >= self.inner.most;
        if open.by_key.get(key).is_some_and(|entry| entry.open >= self.inner.most_by_key) {
            return Err(Error::too_many(WAIT_SECONDS));
        }
        if is_full {
            return Err(Error::busy(WAIT_SECONDS));
        }
        open.in_all += 1;
        let entry = open.by_key.entry(key.clone()).or_default();
        entry.open += 1;
        let turn = Arc::clone(&entry.turn);
        Ok(Permit { inner: Arc::clone(&self.inner), key: key.clone(), turn })
    }
}

impl<Key> Inner<Key> {
    fn open(&self) -> MutexGuard<'_, Open<Key>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One that is under way.
pub(crate) struct Permit<Key: Clone + Eq + Hash> {
    inner: Arc<Inner<Key>>,
    key: Key,
    turn: Arc<tokio::sync::Mutex<()>>,
}

impl<Key: Clone + Eq + Hash> Permit<Key> {
    /// Waits until no other permit of this key holds its turn. So a key with many permits waits for itself, where
    /// others wait in one line with it.
    pub(crate) async fn turn(&self) -> OwnedMutexGuard<()> {
        Arc::clone(&self.turn).lock_owned().await
    }
}

impl<Key: Clone + Eq + Hash> Drop for Permit<Key> {
    fn drop(&mut self) {
        let mut open = self.inner.open();
        open.in_all -= 1;
        if let Some(entry) = open.by_key.get_mut(&self.key) {
            entry.open -= 1;
            if entry.open == 0 {
                open.by_key.remove(&self.key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closed_stream_makes_room() {
        let limit = ConcurrencyLimit::new(10, 100);
        let mut open: Vec<_> = (0..10).map(|_| limit.open(&"v").unwrap()).collect();
        assert!(limit.open(&"v").is_err());
        assert!(limit.open(&"somebody else").is_ok());
        open.pop();
        assert!(limit.open(&"v").is_ok());
    }

    #[test]
    fn all_keys_together_have_a_limit() {
        let limit = ConcurrencyLimit::new(2, 4);
        let mut open: Vec<_> = [1, 1, 2, 2].iter().map(|key| limit.open(key).unwrap()).collect();
        assert!(limit.open(&3).is_err());
        open.pop();
        assert!(limit.open(&3).is_ok());
    }

    #[test]
    fn a_reader_without_streams_is_forgotten() {
        let limit = ConcurrencyLimit::new(10, 100);
        drop(limit.open(&"gone").unwrap());
        let _open = limit.open(&"here").unwrap();
        let open = limit.inner.open();
        assert_eq!((open.by_key.len(), open.in_all), (1, 1));
    }

    #[tokio::test]
    async fn the_permits_of_a_key_take_turns() {
        let limit = ConcurrencyLimit::new(2, 4);
        let (first, second, other) = (limit.open(&1).unwrap(), limit.open(&1).unwrap(), limit.open(&2).unwrap());
        let turn = first.turn().await;
        let mut waiting = std::pin::pin!(second.turn());
        assert!(futures::poll!(&mut waiting).is_pending());
        assert!(futures::poll!(std::pin::pin!(other.turn())).is_ready());
        drop(turn);
        assert!(futures::poll!(&mut waiting).is_ready());
    }
}
