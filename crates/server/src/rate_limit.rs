//! Counts failed attempts, per account and per address, in memory: nothing is written for a stranger's tries.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

const MOST: usize = 10;
const WINDOW: Duration = Duration::from_secs(15 * 60);
/// Past this many keys, those that nobody tried lately are dropped.
const MANY_KEYS: usize = 10_000;

/// The failed attempts of the last 15 minutes. An attempt counts from its beginning, so that many at once don't get
/// past the limit; success takes it back.
#[derive(Default)]
pub(crate) struct FailedAttempts {
    failed: Mutex<HashMap<String, Vec<Instant>>>,
}

/// One attempt under way.
pub(crate) struct Attempt {
    keys: [String; 2],
    at: Instant,
}

impl FailedAttempts {
    /// Begins an attempt that counts against both keys; `Err` holds the seconds to wait.
    pub(crate) fn begin(&self, keys: [String; 2]) -> Result<Attempt, u64> {
        let at = Instant::now();
        let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        if failed.len() > MANY_KEYS {
            failed.retain(|_, times| times.iter().any(|time| at.duration_since(*time) < WINDOW));
        }
        let wait = keys.iter().filter_map(|key| Self::wait(failed.get_mut(key)?, at)).max();
        if let Some(wait) = wait {
            return Err(wait.as_secs().max(1));
        }
        for key in &keys {
            failed.entry(key.clone()).or_default().push(at);
        }
        Ok(Attempt { keys, at })
    }

    /// Takes a successful attempt back: only failures count.
    pub(crate) fn succeeded(&self, attempt: &Attempt) {
        let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        for key in &attempt.keys {
            if let Some(times) = failed.get_mut(key)
                && let Some(n) = times.iter().position(|time| *time == attempt.at)
            {
                times.swap_remove(n);
            }
        }
    }

    fn wait(times: &mut Vec<Instant>, now: Instant) -> Option<Duration> {
        times.retain(|time| now.duration_since(*time) < WINDOW);
        let oldest = times.iter().min()?;
        (times.len() >= MOST).then(|| WINDOW.saturating_sub(now.duration_since(*oldest)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(account: &str, address: &str) -> [String; 2] {
        [format!("account {account}"), format!("address {address}")]
    }

    #[test]
    fn the_eleventh_attempt_waits_whether_account_or_address_is_the_same() {
        let attempts = FailedAttempts::default();
        for n in 0..MOST {
            assert!(attempts.begin(keys("maya", &n.to_string())).is_ok());
            assert!(attempts.begin(keys(&n.to_string(), "::1")).is_ok());
        }
        assert!(attempts.begin(keys("maya", "elsewhere")).is_err());
        assert!(attempts.begin(keys("somebody", "::1")).is_err());
        assert!(attempts.begin(keys("somebody", "elsewhere")).is_ok());
    }

    #[test]
    fn success_is_not_counted() {
        let attempts = FailedAttempts::default();
        for _ in 0..MOST * 2 {
            let attempt = attempts.begin(keys("maya", "::1")).unwrap();
            attempts.succeeded(&attempt);
        }
        assert!(attempts.begin(keys("maya", "::1")).is_ok());
    }
}
