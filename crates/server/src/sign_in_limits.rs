//! How often a password may be tried, and when.
//!
//! Invariants:
//! - Only a password that was verified and is wrong is counted. An attempt that is refused, broken off or fails counts
//!   for nothing.
//! - Limits are checked when it is an attempt's turn, so that many attempts at once get no further than one after the
//!   other.
//! - Nobody can refuse another's right password from another address: a wrong one counts for its account and address
//!   together. What strangers do to an account from many addresses slows strangers only; a browser in which the account
//!   has signed in before has a limit and a line of its own.

use crate::{
    client_address::ClientAddress,
    concurrency_limit::ConcurrencyLimit,
    db::Db,
    error::Result,
    password::PasswordVerifier,
    rate_limit::{Bucket, Rate, RateLimit},
    secret,
};
use std::time::Duration;

/// Wrong passwords of one browser, or of one address for one account.
const GUESSES: Rate = Rate::new(10, Duration::from_secs(90));
/// Wrong passwords of all strangers for one account.
const GUESSES_OF_ACCOUNT: Rate = Rate::new(50, Duration::from_secs(30));
/// Wrong passwords of one address for all accounts: an office may share it.
const GUESSES_OF_ADDRESS: Rate = Rate::new(50, Duration::from_secs(10));
/// Attempts under way of one address, or of one known browser: a whole office may sign in at nine.
const MOST_AT_ONCE: usize = 50;
/// Attempts under way of everybody. Each waits for its turn in little memory.
const MOST_IN_ALL: usize = 2000;

/// What sign-ins share: limits, and the memory in which passwords are verified.
pub(crate) struct SignIns {
    guesses: RateLimit,
    under_way: ConcurrencyLimit<String>,
    /// Two lines, so that strangers never stand before a browser that is known.
    known: PasswordVerifier,
    strangers: PasswordVerifier,
}

impl SignIns {
    pub(crate) fn new(db: &Db) -> Self {
        Self {
            guesses: RateLimit::of(db),
            under_way: ConcurrencyLimit::new(MOST_AT_ONCE, MOST_IN_ALL),
            known: PasswordVerifier::default(),
            strangers: PasswordVerifier::default(),
        }
    }
}

/// One attempt to sign in.
pub(crate) struct Attempt {
    is_known_browser: bool,
    /// Whose attempts wait for each other.
    line: String,
    /// What a wrong password counts for.
    buckets: Vec<Bucket>,
}

impl Attempt {
    /// `browser`: the name of the browser, if the account has signed in with it before.
    pub(crate) fn new(browser: Option<String>, email: &str, address: ClientAddress) -> Self {
        if let Some(browser) = browser {
            let line = format!("browser {browser}");
            return Self { is_known_browser: true, buckets: vec![(GUESSES, line.clone())], line };
        }
        let (account, address) = (format!("account {}", secret::hash(email)), address.key());
        let buckets = vec![
            (GUESSES, format!("{account} {address}")),
            (GUESSES_OF_ACCOUNT, account),
            (GUESSES_OF_ADDRESS, format!("sign-in {address}")),
        ];
        Self { is_known_browser: false, line: address, buckets }
    }

    /// Whether the password matches; see [`PasswordVerifier`].
    pub(crate) async fn verify(&self, shared: &SignIns, password: String, stored: Option<String>) -> Result<bool> {
        // Before it takes anybody's time.
        shared.guesses.check(&self.buckets).await?;
        let permit = shared.under_way.open(&self.line)?;
        let _turn = permit.turn().await;
        let verifier = if self.is_known_browser { &shared.known } else { &shared.strangers };
        let turn = verifier.turn().await;
        shared.guesses.check(&self.buckets).await?;
        let matches = turn.verify(password, stored).await;
        if !matches {
            shared.guesses.count(&self.buckets).await?;
        }
        Ok(matches)
    }
}
