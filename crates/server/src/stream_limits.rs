//! The limit of open event streams per reader: an agent's session, or a visitor of the web chat.

use crate::error::{Error, Result};
use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Sent as `Retry-After`: nobody knows when a stream will end.
const WAIT_SECONDS: u64 = 5;

/// Counts the open streams of each reader.
pub(crate) struct StreamLimit<Reader> {
    most: usize,
    free: Mutex<HashMap<Reader, Arc<Semaphore>>>,
}

impl<Reader: Clone + Eq + Hash> StreamLimit<Reader> {
    /// At most `most` open streams for each reader.
    pub(crate) fn new(most: usize) -> Self {
        Self { most, free: Mutex::default() }
    }

    /// Opens a stream. It counts until the permit is dropped.
    ///
    /// # Errors
    /// 429 when the reader has the most streams that it may have.
    pub(crate) fn open(&self, reader: &Reader) -> Result<OwnedSemaphorePermit> {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        free.retain(|_, permits| permits.available_permits() < self.most);
        let permits = free.entry(reader.clone()).or_insert_with(|| Arc::new(Semaphore::new(self.most)));
        Arc::clone(permits).try_acquire_owned().map_err(|_| Error::too_many(WAIT_SECONDS))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closed_stream_makes_room() {
        let limit = StreamLimit::new(10);
        let mut open: Vec<_> = (0..10).map(|_| limit.open(&"v").unwrap()).collect();
        assert!(limit.open(&"v").is_err());
        assert!(limit.open(&"somebody else").is_ok());
        open.pop();
        assert!(limit.open(&"v").is_ok());
    }

    #[test]
    fn a_reader_without_streams_is_forgotten() {
        let limit = StreamLimit::new(10);
        drop(limit.open(&"gone").unwrap());
        let _open = limit.open(&"here").unwrap();
        assert_eq!(limit.free.lock().unwrap().len(), 1);
    }
}
