//! Rate limits by key: token buckets. They are in memory, or in the database where several nodes share it.
//!
//! Why this is not a library: `docs/decisions/own-rate-limit.md`.

pub(crate) mod shared;

use crate::{
    db::Db,
    engine::Engine,
    error::{Error, Result},
};
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// Above this many keys, those with a full bucket are dropped.
const MANY_KEYS: usize = 10_000;

/// A token bucket: `burst` attempts at once, and one more after every `interval`.
#[derive(Clone, Copy)]
pub(crate) struct Rate {
    burst: u32,
    interval: Duration,
}

impl Rate {
    pub(crate) const fn new(burst: u32, interval: Duration) -> Self {
        Self { burst, interval }
    }
}

/// Whose attempts are counted, and how many they may make. A key belongs to one rate.
pub(crate) type Bucket = (Rate, String);

/// The buckets that are not full, by key. All limits of a server may be in one.
pub(crate) enum RateLimit {
    /// Of this process. Nothing is stored for a stranger's attempts.
    Own {
        table: Mutex<Table>,
        start: Instant,
    },
    Shared(Db),
}

/// A time, since any moment that stays the same.
type Time = Duration;

pub(crate) struct Table {
    /// When each bucket is full again.
    full_at: HashMap<String, Time>,
    /// The number of keys at which full buckets are dropped. It doubles with the keys that remain, so that the work for
    /// an attempt doesn't grow with the number of keys.
    clean_at: usize,
}

impl Default for Table {
    fn default() -> Self {
        Self { full_at: HashMap::new(), clean_at: MANY_KEYS }
    }
}

impl RateLimit {
    /// The limits of a server on this database.
    pub(crate) fn of(db: &Db) -> Self {
        match db.engine() {
            Engine::Sqlite(_) => Self::own(),
            Engine::Postgres(_) => Self::Shared(db.clone()),
        }
    }

    fn own() -> Self {
        Self::Own { table: Mutex::default(), start: Instant::now() }
    }

    /// Checks that each bucket has an attempt left, and takes none.
    ///
    /// # Errors
    /// 429 when one of them is empty.
    pub(crate) async fn check(&self, buckets: &[Bucket]) -> Result<()> {
        let wait = self.with(buckets, |table, now| table.wait(now, buckets, 1)).await?;
        wait.map_or(Ok(()), |wait| Err(too_many(wait)))
    }

    /// Takes an attempt from each bucket, also from an empty one.
    ///
    /// # Errors
    /// When the database fails.
    pub(crate) async fn count(&self, buckets: &[Bucket]) -> Result<()> {
        self.with(buckets, |table, now| table.take(now, buckets, 1)).await
    }

    /// Takes `cost` attempts from each bucket, if all have as many left. A cost above a bucket's burst takes the burst.
    ///
    /// # Errors
    /// 429 when one of them has fewer; then none is taken from any.
    pub(crate) async fn begin(&self, buckets: &[Bucket], cost: u32) -> Result<()> {
        self.with(buckets, |table, now| table.begin(now, buckets, cost)).await?.map_err(too_many)
    }

    /// Works on a table that holds these buckets, while nobody else does.
    async fn with<T>(&self, buckets: &[Bucket], work: impl FnOnce(&mut Table, Time) -> T) -> Result<T> {
        match self {
            Self::Own { table, start } => {
                Ok(work(&mut table.lock().unwrap_or_else(PoisonError::into_inner), start.elapsed()))
            }
            Self::Shared(db) => shared::with(db, buckets, work).await,
        }
    }
}

impl Table {
    /// How long until each bucket has `cost` attempts left. `None`: they have.
    fn wait(&self, now: Time, buckets: &[Bucket], cost: u32) -> Option<Duration> {
        let wait = |(rate, key): &Bucket| {
            let until_full = self.full_at.get(key)?.saturating_sub(now);
            let may_miss = rate.interval * (rate.burst - cost.min(rate.burst));
            until_full.checked_sub(may_miss).filter(|wait| !wait.is_zero())
        };
        buckets.iter().filter_map(wait).max()
    }

    fn take(&mut self, now: Time, buckets: &[Bucket], cost: u32) {
        for (rate, key) in buckets {
            let full_at = self.full_at.entry(key.clone()).or_insert(now);
            *full_at = (*full_at).max(now) + rate.interval * cost.min(rate.burst);
        }
        if self.full_at.len() > self.clean_at {
            self.full_at.retain(|_, full_at| *full_at > now);
            self.clean_at = MANY_KEYS.max(self.full_at.len() * 2);
        }
    }

    fn begin(&mut self, now: Time, buckets: &[Bucket], cost: u32) -> Result<(), Duration> {
        if let Some(wait) = self.wait(now, buckets, cost) {
            return Err(wait);
        }
        self.take(now, buckets, cost);
        Ok(())
    }
}

/// `Retry-After` has whole seconds: as many as are enough.
fn too_many(wait: Duration) -> Error {
    Error::too_many(wait.as_secs() + u64::from(wait.subsec_nanos() > 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Rate = Rate::new(3, Duration::from_secs(10));

    fn bucket(key: &str) -> Bucket {
        (RATE, key.to_owned())
    }

    const START: Time = Duration::from_secs(1_000_000);

    /// `attempts`: times in seconds from the first. Returns how long each attempt has to wait, also in seconds.
    fn waits(attempts: &[u64], cost: u32) -> Vec<u64> {
        let (mut table, start) = (Table::default(), START);
        let mut at = |seconds| table.begin(start + Duration::from_secs(seconds), &[bucket("key")], cost);
        attempts.iter().map(|seconds| at(*seconds).err().map_or(0, |wait| wait.as_secs())).collect()
    }

    #[test]
    fn one_attempt_comes_back_with_every_interval() {
        assert_eq!(waits(&[0, 0, 0, 0, 9, 10, 10, 15, 20], 1), [0, 0, 0, 10, 1, 0, 10, 5, 0]);
        assert_eq!(waits(&[0, 0, 0, 25, 25, 25, 30], 1), [0, 0, 0, 0, 0, 5, 0]);
        assert_eq!(waits(&[0, 0, 0, 100, 100, 100, 100], 1), [0, 0, 0, 0, 0, 0, 10]);
    }

    #[test]
    fn an_attempt_that_costs_more_waits_longer_and_one_above_the_burst_takes_all_of_it() {
        assert_eq!(waits(&[0, 0, 10, 30], 2), [0, 10, 0, 0]);
        assert_eq!(waits(&[0, 0, 29, 30], 50), [0, 30, 1, 0]);
    }

    #[test]
    fn a_flood_waits_and_others_do_not() {
        let (mut table, now) = (Table::default(), START);
        let accepted = (0..200).filter(|_| table.begin(now, &[bucket("flooder")], 1).is_ok()).count();
        assert_eq!(accepted, 3);
        assert!(table.begin(now, &[bucket("somebody else")], 1).is_ok());
    }

    #[test]
    fn a_refused_attempt_is_taken_from_none_of_its_buckets() {
        let (mut table, now) = (Table::default(), START);
        for _ in 0..3 {
            table.take(now, &[bucket("maya")], 1);
        }
        assert!(table.begin(now, &[bucket("maya"), bucket("::1")], 1).is_err());
        assert_eq!(table.wait(now, &[bucket("::1")], 3), None);
    }

    #[test]
    fn what_is_counted_later_is_counted_in_full() {
        let (mut table, now) = (Table::default(), START);
        for _ in 0..5 {
            table.take(now, &[bucket("maya")], 1);
        }
        assert_eq!(table.wait(now, &[bucket("maya")], 1), Some(RATE.interval * 3));
    }

    #[tokio::test]
    async fn whoever_is_told_to_wait_is_told_whole_seconds_that_are_enough() {
        let limit = RateLimit::own();
        let bucket = (Rate::new(1, Duration::from_millis(1500)), "maya".to_owned());
        limit.count(std::slice::from_ref(&bucket)).await.unwrap();
        let Some(Error::Refused(refusal)) = limit.check(&[bucket]).await.err() else { panic!() };
        assert_eq!(refusal.retry_after, Some(2));
    }

    #[test]
    fn full_buckets_are_dropped_when_there_are_many() {
        let (mut table, start) = (Table::default(), START);
        for n in 0..=MANY_KEYS {
            table.take(start, &[bucket(&n.to_string())], 1);
        }
        assert_eq!((table.full_at.len(), table.clean_at), (MANY_KEYS + 1, 2 * (MANY_KEYS + 1)));
        table.clean_at = MANY_KEYS;
        table.take(start + RATE.interval, &[bucket("another")], 1);
        assert_eq!(table.full_at.len(), 1);
    }
}
