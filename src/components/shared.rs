//! Components that several views use.

pub mod avatar;
pub mod channel_mark;
pub mod connection_line;
pub(crate) mod found;
pub mod load_problem;
pub mod long_text;
pub mod message_excerpt;
pub(crate) mod row_keys;
pub(crate) mod seen;
pub mod sign_in;
pub mod timestamp;
pub mod toasts;
pub mod typed;
pub mod unsaved_fields;
