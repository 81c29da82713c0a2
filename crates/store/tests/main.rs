//! Tests the store against a model of the server: whatever the network does, every client converges to the server's
//! state.
//!
//! `server` is the model, ``model_list`` distinguishes the kinds of things, `client` models the app's `Client`, `world`
//! runs random histories, `convergence` runs thousands of them and seeds faults, `lists` does the same for lists of
//! conversations.

// Clippy's exception for tests covers test functions only, not the helpers that they call.
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
