//! Rate limits by key, in memory only: nothing is stored for a stranger's attempts.
//!
//! One table serves as a sliding window (failed sign-ins) and as a token bucket (the web chat's visitors). Why this is
//! not a library: `docs/decisions/own-rate-limit.md`.

use crate::error::{Error, Result};
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// Failed sign-ins, and wrong keys of hosts' back ends, for each account and for each address.
pub(crate) const FAILURES: Rate = Rate::sliding_window(10, Duration::from_secs(15 * 60));
/// Above this many keys, those whose attempts have all expired are dropped.
const MANY_KEYS: usize = 10_000;

/// How many attempts a key has, and when they expire.
#[derive(Clone, Copy)]
pub(crate) struct Rate {
    most: usize,
    /// How long an attempt counts.
    period: Duration,
    /// The minimum time between the expiries of two attempts.
    interval: Duration,
}

impl Rate {
    /// At most `most` attempts in any `period`.
    pub(crate) const fn sliding_window(most: usize, period: Duration) -> Self {
        Self { most, period, interval: Duration::ZERO }
    }

    /// `burst` attempts at once, and one more after every `interval`.
    pub(crate) const fn token_bucket(burst: usize, interval: Duration) -> Self {
        Self { most: burst, period: interval, interval }
    }

    /// When an attempt that begins now expires. `last`: when the one before it does.
    fn end(self, now: Instant, last: Option<Instant>) -> Instant {
        last.map_or(now, |last| last + self.interval).max(now + self.period)
    }
}

/// The attempts that count, by key.
#[derive(Default)]
pub(crate) struct RateLimit {
    /// When each attempt expires.
    ends: Mutex<HashMap<String, Vec<Instant>>>,
}

/// An attempt: its keys, and when it expires for each.
pub(crate) struct Attempt(Vec<(String, Instant)>);

impl RateLimit {
    /// Begins an attempt. It counts from its beginning, so that simultaneous attempts can't get past the limit.
    ///
    /// # Errors
    /// 429 when any of the keys has no attempt left; then it counts for none of them.
    pub(crate) fn begin<const N: usize>(&self, rate: Rate, keys: [String; N]) -> Result<Attempt> {
        let begun = self.begin_at(Instant::now(), rate, keys);
        begun.map_err(|wait| Error::too_many(wait.as_secs() + u64::from(wait.subsec_nanos() > 0)))
    }

    /// As [`Self::begin`]; `Err` holds how long to wait.
    fn begin_at<const N: usize>(&self, now: Instant, rate: Rate, keys: [String; N]) -> Result<Attempt, Duration> {
        let mut table = self.ends.lock().unwrap_or_else(PoisonError::into_inner);
        if table.len() > MANY_KEYS {
            table.retain(|_, ends| ends.iter().any(|end| *end > now));
        }
        let mut wait = None;
        for key in &keys {
            let Some(ends) = table.get_mut(key) else { continue };
            ends.retain(|end| *end > now);
            let next = ends.iter().min().filter(|_| ends.len() >= rate.most);
            wait = wait.max(next.map(|end| end.duration_since(now)));
        }
        if let Some(wait) = wait {
            return Err(wait);
        }
        let count = |key: String| {
            let ends = table.entry(key.clone()).or_default();
            let end = rate.end(now, ends.iter().max().copied());
            ends.push(end);
            (key, end)
        };
        Ok(Attempt(keys.into_iter().map(count).collect()))
    }

    /// Takes an attempt back: it no longer counts.
    pub(crate) fn take_back(&self, attempt: Attempt) {
        let mut table = self.ends.lock().unwrap_or_else(PoisonError::into_inner);
        for (key, end) in attempt.0 {
            if let Some(ends) = table.get_mut(&key)
                && let Some(n) = ends.iter().position(|other| *other == end)
            {
                ends.swap_remove(n);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WINDOW: Rate = Rate::sliding_window(3, Duration::from_secs(60));
    const BUCKET: Rate = Rate::token_bucket(3, Duration::from_secs(10));

    fn keys(account: &str, address: &str) -> [String; 2] {
        [format!("account {account}"), format!("address {address}")]
    }

    /// `attempts`: times in seconds from the first. Returns how long each attempt has to wait, also in seconds.
    fn waits(rate: Rate, attempts: &[u64]) -> Vec<u64> {
        let (limit, start) = (RateLimit::default(), Instant::now());
        let at = |seconds| limit.begin_at(start + Duration::from_secs(seconds), rate, ["key".to_owned()]);
        attempts.iter().map(|seconds| at(*seconds).err().map_or(0, |wait| wait.as_secs())).collect()
    }

    #[test]
    fn the_eleventh_attempt_waits_whether_account_or_address_is_the_same() {
        let limit = RateLimit::default();
        for n in 0..FAILURES.most {
            assert!(limit.begin(FAILURES, keys("maya", &n.to_string())).is_ok());
            assert!(limit.begin(FAILURES, keys(&n.to_string(), "::1")).is_ok());
        }
        assert!(limit.begin(FAILURES, keys("maya", "elsewhere")).is_err());
        assert!(limit.begin(FAILURES, keys("somebody", "::1")).is_err());
        assert!(limit.begin(FAILURES, keys("somebody", "elsewhere")).is_ok());
    }

    #[test]
    fn success_is_not_counted() {
        let limit = RateLimit::default();
        for _ in 0..FAILURES.most * 2 {
            let attempt = limit.begin(FAILURES, keys("maya", "::1")).unwrap();
            limit.take_back(attempt);
        }
        assert!(limit.begin(FAILURES, keys("maya", "::1")).is_ok());
    }

    #[test]
    fn in_a_sliding_window_each_attempt_counts_for_the_whole_period() {
        assert_eq!(waits(WINDOW, &[0, 10, 20, 30, 59, 60, 61, 70]), [0, 0, 0, 30, 1, 0, 9, 0]);
    }

    #[test]
    fn a_token_bucket_gives_one_attempt_back_with_every_interval() {
        assert_eq!(waits(BUCKET, &[0, 0, 0, 0, 9, 10, 10, 15, 20]), [0, 0, 0, 10, 1, 0, 10, 5, 0]);
        assert_eq!(waits(BUCKET, &[0, 0, 0, 25, 25, 25, 30]), [0, 0, 0, 0, 0, 5, 0]);
        assert_eq!(waits(BUCKET, &[0, 0, 0, 100, 100, 100, 100]), [0, 0, 0, 0, 0, 0, 10]);
    }

    #[test]
    fn a_flood_waits_and_others_do_not() {
        let (limit, now) = (RateLimit::default(), Instant::now());
        let accepted = (0..200).filter(|_| limit.begin_at(now, BUCKET, ["flooder".to_owned()]).is_ok()).count();
        assert_eq!(accepted, BUCKET.most);
        assert!(limit.begin_at(now, BUCKET, ["somebody else".to_owned()]).is_ok());
    }

    #[test]
    fn a_refused_attempt_counts_for_none_of_its_keys() {
        let (limit, now) = (RateLimit::default(), Instant::now());
        for n in 0..WINDOW.most {
            assert!(limit.begin_at(now, WINDOW, keys("maya", &n.to_string())).is_ok());
        }
        assert!(limit.begin_at(now, WINDOW, keys("maya", "::1")).is_err());
        for n in 0..WINDOW.most {
            assert!(limit.begin_at(now, WINDOW, keys(&n.to_string(), "::1")).is_ok());
        }
    }

    #[test]
    fn whoever_is_told_to_wait_is_told_whole_seconds_that_are_enough() {
        let limit = RateLimit::default();
        let rate = Rate::sliding_window(1, Duration::from_millis(1500));
        limit.begin(rate, ["maya".to_owned()]).unwrap();
        let Some(Error::Refused(refusal)) = limit.begin(rate, ["maya".to_owned()]).err() else { panic!() };
        assert_eq!(refusal.retry_after, Some(2));
    }

    #[test]
    fn keys_without_an_attempt_that_counts_are_dropped_when_there_are_many() {
        let (limit, start) = (RateLimit::default(), Instant::now());
        for n in 0..=MANY_KEYS {
            limit.begin_at(start, WINDOW, [n.to_string()]).unwrap();
        }
        limit.begin_at(start + WINDOW.period, WINDOW, ["another".to_owned()]).unwrap();
        assert_eq!(limit.ends.lock().unwrap().len(), 1);
    }
}
