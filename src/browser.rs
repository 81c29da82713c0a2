//! Thin wrappers around browser APIs: timers, back-off, the clock, formatters, the keyboard, listeners, the caret.

pub(crate) mod back_off;
#[cfg(feature = "breakable")]
pub(crate) mod breakable;
pub(crate) mod clock;
pub mod dispose;
pub mod download;
pub(crate) mod formatters;
pub(crate) mod insert;
pub(crate) mod keyboard;
pub mod memo;
pub(crate) mod page_resources;
pub mod panic_hook;
pub(crate) mod printing;
pub mod style_sheet;
pub mod text_case;
pub(crate) mod time_zones;
pub(crate) mod timers;
