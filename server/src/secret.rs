//! Random words and their hashes: session ids, visitors' tokens, the epoch.

use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;

/// 256 random bits from the operating system, in hexadecimal.
#[must_use]
pub fn token() -> String {
    word(64)
}

/// `length` random hexadecimal digits.
pub(crate) fn word(length: usize) -> String {
    let mut bytes = vec![0; length.div_ceil(2)];
    getrandom::fill(&mut bytes).expect("the operating system always has random bytes once it is up");
    let mut text = hex(&bytes);
    text.truncate(length);
    text
}

/// SHA-256 in hexadecimal: how a token is stored, so that a copy of the database opens no session.
#[must_use]
pub fn hash(token: &str) -> String {
    hex(&Sha256::digest(token.as_bytes()))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing to a String can't fail");
        text
    })
}
