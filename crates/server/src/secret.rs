//! Random tokens, their hashes, and signatures: session ids, visitors' tokens, keys, cursors.
//!
//! A secret is never compared with `==`: a token is looked up by its hash, and a signature goes through
//! [`constant_time_eq`].

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;
use subtle::ConstantTimeEq as _;

/// 256 random bits from the operating system, in hexadecimal.
#[must_use]
pub fn token() -> String {
    random_token(64)
}

/// `length` random hexadecimal digits.
pub(crate) fn random_token(length: usize) -> String {
    let mut bytes = vec![0; length.div_ceil(2)];
    getrandom::fill(&mut bytes).expect("the operating system always has random bytes once it is up");
    let mut text = hex(&bytes);
    text.truncate(length);
    text
}

/// A random number below the limit, near enough to even for pauses.
pub(crate) fn random_below(limit: u32) -> u32 {
    getrandom::u32().expect("the operating system always has random bytes once it is up") % limit
}

/// SHA-256 in hexadecimal. Tokens are stored as hashes, so that a copy of the database opens no session.
#[must_use]
pub fn hash(token: &str) -> String {
    hex(&Sha256::digest(token.as_bytes()))
}

/// The signature of a text for one purpose: HMAC-SHA-256 (RFC 2104), in hexadecimal. A purpose has no NUL.
pub(crate) fn signature(key: &str, purpose: &str, text: &str) -> String {
    hex(&hmac_sha256(key.as_bytes(), &[purpose.as_bytes(), &[0], text.as_bytes()]))
}

/// Compares signatures, or the same part of two, in a time that doesn't depend on where they differ.
pub(crate) fn constant_time_eq(given: &str, expected: &str) -> bool {
    given.as_bytes().ct_eq(expected.as_bytes()).into()
}

fn hmac_sha256(key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().to_vec()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing to a String can't fail");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The test cases of RFC 4231 for HMAC-SHA-256, without the fifth, which truncates the result.
    #[test]
    fn the_published_vectors_hold() {
        let counting: Vec<u8> = (1..=25).collect();
        let larger_text = b"This is a test using a larger than block-size key and a larger than block-size data. \
            The key needs to be hashed before being used by the HMAC algorithm.";
        for (key, text, expected) in [
            (&[0x0b; 20][..], &b"Hi There"[..], "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
            (
                b"Jefe",
                b"what do ya want for nothing?",
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            ),
            (&[0xaa; 20], &[0xdd; 50], "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
            (&counting, &[0xcd; 50], "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"),
            (
                &[0xaa; 131],
                b"Test Using Larger Than Block-Size Key - Hash Key First",
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
            ),
            (&[0xaa; 131], larger_text, "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"),
        ] {
            assert_eq!(hex(&hmac_sha256(key, &[text])), expected);
            let (begin, end) = text.split_at(text.len() / 2);
            assert_eq!(hex(&hmac_sha256(key, &[begin, end])), expected, "in parts");
        }
    }

    #[test]
    fn a_signature_is_for_one_key_one_purpose_and_one_text() {
        let one = signature("key", "visit", "text");
        assert!(constant_time_eq(&one, &signature("key", "visit", "text")));
        for other in
            [signature("kex", "visit", "text"), signature("key", "cursor", "text"), signature("key", "visit", "texts")]
        {
            assert!(!constant_time_eq(&one, &other));
        }
        assert!(
            !constant_time_eq(&one, &one[..63]) && !constant_time_eq(&one[..63], &one) && !constant_time_eq("", &one)
        );
    }
}
