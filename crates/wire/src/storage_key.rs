//! `StorageKey`: the key with which the app seals what it stores in the browser.

use serde::{Deserialize, Serialize};
use std::fmt;

/// 256 bits in hexadecimal, the same for one agent in every browser and session. Only the memory of a signed-in page
/// holds it. It has a redacting `Debug`, so that it can't end up in a log.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(transparent)]
pub struct StorageKey(String);

impl StorageKey {
    /// From 64 hexadecimal digits.
    #[must_use]
    pub fn from_hex(digits: String) -> Self {
        Self(digits)
    }

    /// Its 32 bytes. `None`: it is not 64 hexadecimal digits.
    #[must_use]
    pub fn bytes(&self) -> Option<[u8; 32]> {
        hex_bytes(&self.0)?.try_into().ok()
    }
}

/// Reads hexadecimal digits, two for a byte.
#[must_use]
pub fn hex_bytes(digits: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u32>> = digits.chars().map(|digit| digit.to_digit(16)).collect();
    let pairs = digits?;
    let (pairs, rest) = pairs.as_chunks::<2>();
    let byte = |[high, low]: &[u32; 2]| u8::try_from(high * 16 + low).ok();
    if rest.is_empty() { pairs.iter().map(byte).collect() } else { None }
}

impl fmt::Debug for StorageKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StorageKey(<hidden>)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_sixty_four_digits_and_never_shown() {
        let key = StorageKey::from_hex("0f".repeat(32));
        assert_eq!(key.bytes(), Some([15; 32]));
        assert_eq!(format!("{key:?}"), "StorageKey(<hidden>)");
        for wrong in ["", "0f", &"0g".repeat(32), &"0".repeat(63), &"0f".repeat(33)] {
            assert_eq!(StorageKey::from_hex(wrong.to_owned()).bytes(), None, "{wrong:?}");
        }
    }
}
