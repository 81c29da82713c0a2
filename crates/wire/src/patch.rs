//! Fields of a patch: one that is left out stays as it is.

use serde::{Deserialize, Deserializer};

/// Reads a field that is there. Without it, `null` would count as left out: a field that can be emptied is an
/// `Option<Option<T>>`, and `null` empties it; any other field can't be `null`.
pub(crate) fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}
