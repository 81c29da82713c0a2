//! Sidenote: an omnichannel inbox with contact notes, in the browser.
//!
//! In reading order: [`store`] is what we know, [`desk`] the one door to it and to the server, [`components`] what an
//! agent sees, [`app`] the stand-alone page. What needs no browser is compiled and tested natively too.

pub mod error;
pub mod event_stream;
pub mod letters;
pub mod routes;
pub mod sensitive;
pub mod sheet;
pub mod store;
pub mod views;
pub mod words;

#[cfg(target_arch = "wasm32")]
pub mod api;
#[cfg(all(target_arch = "wasm32", feature = "app"))]
pub mod app;
#[cfg(all(target_arch = "wasm32", feature = "breakable"))]
pub mod breakable;
#[cfg(not(target_arch = "wasm32"))]
pub mod outbox {
    //! The form of what is kept.
    pub mod unsent;
}
#[cfg(target_arch = "wasm32")]
pub mod outbox;
#[cfg(not(target_arch = "wasm32"))]
pub mod components {
    //! The parts of the components that are plain arithmetic.
    pub mod ui;
}
#[cfg(target_arch = "wasm32")]
mod clock;
#[cfg(target_arch = "wasm32")]
pub mod components;
#[cfg(target_arch = "wasm32")]
pub mod desk;
#[cfg(all(target_arch = "wasm32", feature = "embed"))]
pub mod embed;
#[cfg(target_arch = "wasm32")]
mod formatters;
#[cfg(target_arch = "wasm32")]
mod held;
#[cfg(target_arch = "wasm32")]
mod keys;
#[cfg(target_arch = "wasm32")]
pub mod leave;
#[cfg(target_arch = "wasm32")]
pub mod letting_go;
#[cfg(target_arch = "wasm32")]
mod live;
#[cfg(target_arch = "wasm32")]
pub mod memo;
#[cfg(target_arch = "wasm32")]
pub mod navigator;
#[cfg(target_arch = "wasm32")]
pub mod panic_hook;
#[cfg(target_arch = "wasm32")]
mod tabs;
#[cfg(target_arch = "wasm32")]
mod timers;
#[cfg(all(target_arch = "wasm32", feature = "embed"))]
pub mod tokens;
