//! Whether a back end keeps the contract of the agents' API, asked from outside: only what a client can see counts.
//!
//! [`run`] goes through every check of [`CHECKS`] and gives back what each came to. A check writes notes of its own with the
//! contact that it is given and deletes them again; it changes nothing else and sends nothing to a contact.

mod checks;
mod client;
mod note;
mod scene;

pub use checks::{CHECKS, Check};
pub use client::{Client, Credentials};
pub use scene::{Place, Scene};

/// Why a check does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The request, what the contract says, and what came instead.
    Wrong(String),
    /// It could not be asked: what is missing.
    Needs(&'static str),
}

pub type Outcome = Result<(), Trouble>;

/// Goes through all checks, in the order of [`CHECKS`].
pub fn run(scene: &Scene) -> Vec<(&'static Check, Outcome)> {
    CHECKS.iter().map(|check| (check, check.ask(scene))).collect()
}
