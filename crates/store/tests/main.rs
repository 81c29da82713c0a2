//! The store against a model of the server: whatever the network does, in the end every client shows what the server has.
//!
//! `server` is the model, `model_list` tells the kinds of things apart, `client` does with the store what `Client` of the app does,
//! `world` lets random histories happen to them, `convergence` runs thousands and seeds faults, `lists` does the same
//! for lists of conversations.

// Clippy's leave for tests covers test functions only; what they call here is test code just as much.
#![allow(clippy::unwrap_used)]

mod client;
mod convergence;
mod dice;
mod lists;
mod look;
mod model_list;
mod quiet;
mod server;
mod tabs;
mod world;
