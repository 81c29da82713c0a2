//! Requests to the server. Nothing above this module knows how they are sent.

pub mod api;
pub mod error;
#[cfg(feature = "widget")]
pub mod tokens;
