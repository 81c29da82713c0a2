//! Passwords: argon2id (RFC 9106), off the async threads, with the same running time for an account that doesn't exist.

use crate::error::{Error, Result};
use argon2::{
    Argon2,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};
use std::sync::{LazyLock, OnceLock};
use tokio::sync::Semaphore;

/// Each verification takes 19 MiB and a core for some time: a few at a time are enough.
static TURNS: Semaphore = Semaphore::const_new(4);

/// The hash of a password for storing.
///
/// # Errors
/// When the password is empty or can't be hashed.
pub fn hash(password: &str) -> Result<String> {
    if password.is_empty() {
        return Err(Error::Setup("The password is empty.".to_owned()));
    }
    let hash: Result<_, _> = Argon2::default().hash_password(password.as_bytes());
    hash.map(|hash| hash.to_string()).map_err(|_| Error::Setup("The password can't be hashed.".to_owned()))
}

/// Whether the password matches the stored hash. `stored: None` (no such account) takes as long and is false.
pub(crate) async fn matches(password: String, stored: Option<String>) -> bool {
    let _turn = TURNS.acquire().await.expect("the semaphore is never closed");
    let work = tokio::task::spawn_blocking(move || {
        let known = stored.is_some();
        let stored = stored.unwrap_or_else(|| nobodys().to_owned());
        let fits = PasswordHash::new(&stored)
            .is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok());
        known && fits
    });
    work.await.unwrap_or(false)
}

/// A hash with the same parameters as every other, of a password that nobody knows.
fn nobodys() -> &'static str {
    static HASH: OnceLock<String> = OnceLock::new();
    static PASSWORD: LazyLock<String> = LazyLock::new(crate::secret::token);
    HASH.get_or_init(|| hash(&PASSWORD).expect("a random password can be hashed"))
}

/// Computes that hash now, so that the first unknown account takes no longer than the next.
pub(crate) fn warm_up() {
    nobodys();
}
