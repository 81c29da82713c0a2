//! Pages of a list, and positions in the order of changes.

use crate::Seq;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{fmt, str::FromStr};

/// A place in an organization's order of changes. Text: `<epoch>.<seq>`; a new epoch means that the order has started
/// over (after a restore from a backup), and all earlier data is stale.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Position {
    pub epoch: String,
    pub seq: Seq,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.epoch, self.seq)
    }
}

/// The most characters of an epoch.
pub(crate) const EPOCH_CHARS: usize = 32;
/// The most digits of a `seq`: every number of as many fits.
pub(crate) const SEQ_DIGITS: usize = 19;

/// The error for a text that is not `<epoch>.<seq>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a position is written <epoch>.<seq>")]
pub struct BadPosition;

impl FromStr for Position {
    type Err = BadPosition;
    fn from_str(text: &str) -> Result<Self, BadPosition> {
        let (epoch, seq) = text.rsplit_once('.').ok_or(BadPosition)?;
        let is_epoch =
            !epoch.is_empty() && epoch.len() <= EPOCH_CHARS && epoch.bytes().all(|b| b.is_ascii_alphanumeric());
        let is_seq = !seq.is_empty() && seq.len() <= SEQ_DIGITS && seq.bytes().all(|b| b.is_ascii_digit());
        if !is_epoch || !is_seq {
            return Err(BadPosition);
        }
        Ok(Self { epoch: epoch.to_owned(), seq: seq.parse().map_err(|_| BadPosition)? })
    }
}

impl Serialize for Position {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Position {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(feature = "schema")]
impl utoipa::PartialSchema for Position {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        crate::text_rules::POSITION.schema().into()
    }
}

#[cfg(feature = "schema")]
impl utoipa::ToSchema for Position {}

/// One page of a list. Items and `as_of` are from one snapshot of the database.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Opaque; valid for the organization and the query. `None`: this is the last page.
    pub next_cursor: Option<String>,
    pub as_of: Position,
}

/// A page of contact notes, with the requesting agent's mark of seen notes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct NotesPage<T> {
    pub items: Vec<T>,
    pub next_cursor: Option<String>,
    pub as_of: Position,
    /// The agent's mark of seen notes: other agents' notes with a higher `seq` are new to them. It never goes back.
    pub seen: Seq,
    /// The number of the contact's notes that are new to the agent, on this page or not.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schema(required))]
    pub unseen: u64,
}
