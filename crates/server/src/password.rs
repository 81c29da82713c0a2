//! Passwords: argon2id (RFC 9106), off the async threads, with the same running time for an account that doesn't exist.

use crate::error::{Error, Result};
use argon2::{
    Algorithm, Argon2, Block, Params, Version,
    password_hash::{
        PasswordHasher as _,
        phc::{Output, PasswordHash, Salt},
    },
};
use std::sync::Arc;
use tokio::sync::Mutex;
use wire::text_rules::NEW_PASSWORD;

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

/// As [`hash`], off the async threads: it takes long.
///
/// # Errors
/// As [`hash`].
pub(crate) async fn hash_off_thread(password: String) -> Result<String> {
    let hashed = tokio::task::spawn_blocking(move || hash(&password)).await;
    hashed.map_err(|_| Error::Setup("The password can't be hashed.".to_owned()))?
}

/// Checks the length of a password that somebody sets.
///
/// # Errors
/// A sentence, when it is too short or too long.
pub fn check_new(password: &str) -> Result<()> {
    if NEW_PASSWORD.allows(password) {
        return Ok(());
    }
    let (least, most) = (NEW_PASSWORD.least, NEW_PASSWORD.most);
    Err(Error::Setup(format!("A password has {least}–{most} characters.")))
}

/// Verifies passwords, one at a time, in the order of the calls.
///
/// A verification needs 19 MiB. They are allocated once: an allocator may keep the freed memory of each thread.
#[derive(Clone, Default)]
pub(crate) struct PasswordVerifier {
    memory: Arc<Mutex<Vec<Block>>>,
}

impl PasswordVerifier {
    /// Waits for the verifications before it. The guard is the turn: no other verification runs while it is held.
    pub(crate) async fn turn(&self) -> Turn {
        Turn(Arc::clone(&self.memory).lock_owned().await)
    }
}

pub(crate) struct Turn(tokio::sync::OwnedMutexGuard<Vec<Block>>);

impl Turn {
    /// Whether the password matches the stored hash. `stored: None` (no such account) takes as long and is false.
    ///
    /// The turn ends with the verification, also if the caller is gone by then.
    pub(crate) async fn verify(mut self, password: String, stored: Option<String>) -> bool {
        let work = tokio::task::spawn_blocking(move || {
            let hash = stored.as_deref().map_or_else(nobodys, PasswordHash::new);
            hash.is_ok_and(|hash| matches(&mut self.0, &password, &hash)) && stored.is_some()
        });
        work.await.unwrap_or(false)
    }
}

fn matches(memory: &mut Vec<Block>, password: &str, stored: &PasswordHash) -> bool {
    let (Some(salt), Some(expected)) = (&stored.salt, &stored.hash) else { return false };
    let (Ok(algorithm), Ok(params)) = (Algorithm::try_from(stored.algorithm.as_str()), Params::try_from(stored)) else {
        return false;
    };
    let version = stored.version.map_or(Ok(Version::default()), Version::try_from);
    let Ok(version) = version else { return false };
    memory.resize(params.block_count(), Block::new());
    let mut output = vec![0; expected.len()];
    let argon2 = Argon2::new(algorithm, version, params);
    let done = argon2.hash_password_into_with_memory(password.as_bytes(), salt.as_ref(), &mut output, memory);
    // Two `Output`s are compared in constant time.
    done.is_ok() && Output::new(&output).is_ok_and(|output| output == *expected)
}

/// A hash with the same parameters as every other, which no password is known to have.
fn nobodys() -> Result<PasswordHash, argon2::password_hash::phc::Error> {
    let params = Params::default();
    Ok(PasswordHash {
        algorithm: Algorithm::default().ident(),
        version: Some(Version::default().into()),
        params: (&params).try_into().expect("the default parameters can be written"),
        salt: Some(Salt::new(&[0; argon2::RECOMMENDED_SALT_LEN])?),
        hash: Some(Output::new(&[0; Params::DEFAULT_OUTPUT_LEN])?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn is(verifier: &PasswordVerifier, password: &str, stored: Option<&str>) -> bool {
        verifier.turn().await.verify(password.to_owned(), stored.map(str::to_owned)).await
    }

    #[tokio::test]
    async fn only_the_right_password_matches() {
        let verifier = PasswordVerifier::default();
        let stored = hash("right").unwrap();
        assert!(is(&verifier, "right", Some(&stored)).await);
        assert!(!is(&verifier, "wrong", Some(&stored)).await);
        assert!(is(&verifier, "right", Some(&stored)).await, "what the memory held before does not matter");
        assert!(!is(&verifier, "right", None).await);
        assert!(!is(&verifier, "", Some("none")).await);
    }

    #[tokio::test]
    async fn a_hash_with_other_parameters_is_still_verified() {
        let verifier = PasswordVerifier::default();
        let params = Params::new(64, 1, 1, Some(16)).unwrap();
        let stored = Argon2::from(params).hash_password(b"right").unwrap().to_string();
        assert!(is(&verifier, "right", Some(&stored)).await);
        assert!(!is(&verifier, "wrong", Some(&stored)).await);
        assert!(is(&verifier, "right", Some(&hash("right").unwrap())).await);
    }

    #[tokio::test]
    async fn the_memory_of_a_verification_is_used_again() {
        let verifier = PasswordVerifier::default();
        is(&verifier, "a", None).await;
        let place = verifier.memory.lock().await.as_ptr();
        for _ in 0..3 {
            is(&verifier, "b", None).await;
        }
        assert_eq!(verifier.memory.lock().await.as_ptr(), place);
        assert_eq!(verifier.memory.lock().await.len(), Params::default().block_count());
    }

    #[tokio::test]
    async fn a_verification_that_nobody_waits_for_keeps_its_turn_until_it_ends() {
        let verifier = PasswordVerifier::default();
        for _ in 0..20 {
            let turn = verifier.turn().await;
            let mut abandoned = Box::pin(turn.verify("a".to_owned(), None));
            assert!(futures::poll!(&mut abandoned).is_pending());
            drop(abandoned);
        }
        // Every turn was handed on by the task that had it: at no time did two verifications run.
        assert!(!is(&verifier, "a", None).await);
    }
}
