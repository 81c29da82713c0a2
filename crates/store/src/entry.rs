//! `Entry`: a thing of the contract with its id, place and version. `Load` and `Failure`: the load state of data.

use crate::change::Change;
use serde::{Deserialize, Serialize};
use std::{fmt::Debug, hash::Hash};
use uuid::Uuid;
use wire::{ProblemCode, Seq};

/// A thing that a [`Record`](crate::record::Record) holds.
pub trait Entry: Clone + Debug + PartialEq + Send + Sync + 'static {
    type Id: Copy + Eq + Ord + Hash + Debug + Into<Uuid> + From<Uuid> + Send + Sync + 'static;
    /// A change of one of its fields.
    type Change: Change<Self>;
    fn id(&self) -> Self::Id;
    /// Its place in the organization's order; never changes.
    fn seq(&self) -> Seq;
    /// Its version: the higher one wins. The first one is its `seq`.
    fn rev(&self) -> Seq;
}

/// A shown record's sort key: saved ones by `seq`, unsaved ones after every saved one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TimelineKey {
    Saved(Seq),
    Unsaved(u64),
}

/// Why a request failed. The app has a sentence for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "&'static str", from = "String")]
pub enum Failure {
    /// The browser is offline: no request was sent.
    Disconnected,
    /// The server could not be reached.
    Offline,
    /// The server refused.
    Refused(ProblemCode),
    /// The server's answer was not of the contract's form.
    Unreadable,
}

impl From<Failure> for &'static str {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Disconnected => "disconnected",
            Failure::Offline => "offline",
            Failure::Refused(code) => code.into_str(),
            Failure::Unreadable => "unreadable",
        }
    }
}

impl From<String> for Failure {
    /// An unknown code becomes `Unreadable`.
    fn from(code: String) -> Self {
        match code.as_str() {
            "disconnected" => Self::Disconnected,
            "offline" => Self::Offline,
            code => ProblemCode::from_type(code).map_or(Self::Unreadable, Self::Refused),
        }
    }
}

/// Whether a list or thing has been loaded. Known things stay visible during a refetch, whatever the state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Load {
    #[default]
    Idle,
    Loading,
    Ready,
    Failed(Failure),
}
