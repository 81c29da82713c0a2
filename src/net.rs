//! Requests to the server. Only this module depends on how they are sent.

pub mod api;
#[cfg(feature = "app")]
mod early_answers;
pub mod error;
#[cfg(feature = "widget")]
pub mod tokens;
