//! Deserializes the fields of a patch: an omitted field stays as it is.

use serde::{Deserialize, Deserializer};

/// Reads a field that is present. Without this, `null` would count as omitted: a clearable field is an
/// `Option<Option<T>>`, and `null` clears it; any other field can't be `null`.
pub(crate) fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}
