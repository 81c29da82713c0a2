//! How much one visitor, or one address, may do. In memory only; a limit that was reached eases with time.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

/// So many at once, and then so many a second.
#[derive(Clone, Copy)]
struct Rate {
    at_once: f64,
    per_second: f64,
}

const VISITS: Rate = Rate { at_once: 120.0, per_second: 2.0 };
/// Each makes a contact and a conversation in the team's inbox. One office may be behind one address.
const NEW_CONVERSATIONS: Rate = Rate { at_once: 60.0, per_second: 0.2 };
/// Faster than anybody types.
const MESSAGES: Rate = Rate { at_once: 40.0, per_second: 1.0 };
/// One visitor's tabs.
const STREAMS: usize = 10;
/// Past so many keys, those that are at rest are dropped.
const MANY_KEYS: usize = 10_000;

#[derive(Default)]
pub(super) struct Limits {
    buckets: Mutex<HashMap<String, Bucket>>,
    streams: Arc<Mutex<HashMap<String, usize>>>,
}

struct Bucket {
    left: f64,
    at: Instant,
    rate: Rate,
}

impl Limits {
    /// `Err` holds the seconds to wait, here and below.
    pub(super) fn visit(&self, address: &str) -> Result<(), u64> {
        self.take(format!("visit {address}"), VISITS)
    }

    pub(super) fn new_conversation(&self, address: &str) -> Result<(), u64> {
        self.take(format!("new {address}"), NEW_CONVERSATIONS)
    }

    pub(super) fn message(&self, visitor: &str) -> Result<(), u64> {
        self.take(format!("message {visitor}"), MESSAGES)
    }

    /// A place for one more stream; it is free again when dropped.
    pub(super) fn stream(&self, visitor: &str) -> Result<StreamPlace, u64> {
        let mut streams = lock(&self.streams);
        let open = streams.entry(visitor.to_owned()).or_default();
        if *open >= STREAMS {
            return Err(5);
        }
        *open += 1;
        Ok(StreamPlace { visitor: visitor.to_owned(), streams: Arc::clone(&self.streams) })
    }

    fn take(&self, key: String, rate: Rate) -> Result<(), u64> {
        let now = Instant::now();
        let mut buckets = lock(&self.buckets);
        if buckets.len() > MANY_KEYS {
            buckets.retain(|_, bucket| bucket.refilled(now) < bucket.rate.at_once);
        }
        let bucket = buckets.entry(key).or_insert(Bucket { left: rate.at_once, at: now, rate });
        (bucket.left, bucket.at) = (bucket.refilled(now), now);
        if bucket.left < 1.0 {
            return Err(((1.0 - bucket.left) / rate.per_second).ceil() as u64);
        }
        bucket.left -= 1.0;
        Ok(())
    }
}

impl Bucket {
    fn refilled(&self, now: Instant) -> f64 {
        let grown = now.duration_since(self.at).as_secs_f64() * self.rate.per_second;
        (self.left + grown).min(self.rate.at_once)
    }
}

/// An open stream, counted.
pub(super) struct StreamPlace {
    visitor: String,
    streams: Arc<Mutex<HashMap<String, usize>>>,
}

impl Drop for StreamPlace {
    fn drop(&mut self) {
        let mut streams = lock(&self.streams);
        if let Some(open) = streams.get_mut(&self.visitor) {
            *open -= 1;
            if *open == 0 {
                streams.remove(&self.visitor);
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_waits_and_others_do_not() {
        let limits = Limits::default();
        let accepted = (0..200).filter(|_| limits.message("flooder").is_ok()).count();
        assert!((40..200).contains(&accepted), "{accepted}");
        assert!(limits.message("flooder").is_err_and(|seconds| seconds >= 1));
        assert!(limits.message("somebody else").is_ok());
    }

    #[test]
    fn a_closed_stream_makes_room() {
        let limits = Limits::default();
        let mut open: Vec<_> = (0..STREAMS).map(|_| limits.stream("v").unwrap()).collect();
        assert!(limits.stream("v").is_err());
        open.pop();
        assert!(limits.stream("v").is_ok());
    }
}
