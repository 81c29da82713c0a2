//! Tests from outside whether a back end keeps the contract of the agents' API: only what a client can see counts.
//!
//! [`run`] runs every check of [`CHECKS`] and returns the outcome of each. A check writes notes of its own about the
//! given contact and deletes them again, and undoes whatever else it changes; it sends nothing to a contact. An empty list
//! named “Conformance” stays: the contract has no call that deletes one.

mod checks;
mod client;
mod note;
mod scene;

pub use checks::{CHECKS, Check};
pub use client::{Client, Credentials};
pub use scene::{Place, Scene};

/// Why a check did not pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The back end breaks the contract: the request, the contract's sentence, and the actual answer.
    Wrong(String),
    /// The check could not run: what is missing.
    Needs(&'static str),
}

/// The outcome of a check.
pub type Outcome = Result<(), Trouble>;

/// Runs all checks, in the order of [`CHECKS`].
pub fn run(scene: &Scene) -> Vec<(&'static Check, Outcome)> {
    CHECKS.iter().map(|check| (check, check.ask(scene))).collect()
}
