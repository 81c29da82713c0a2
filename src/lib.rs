//! Sidenote: an omnichannel inbox with contact notes, in the browser.
//!
//! The modules are layers; each uses those below it: [`app`] (the stand-alone page) and [`widget`] (the widget in a
//! host's page); [`components`] (the views) and [`sync`] (keeps the store in sync with the server); [`client`]
//! (commands and queries of the signed-in agent); [`net`], [`storage`], [`navigation`]; [`strings`]; [`browser`]; and
//! [`store`], a crate of its own.

#[cfg(feature = "app")]
pub mod app;
pub mod browser;
pub mod client;
pub mod components;
pub mod navigation;
pub mod net;
pub(crate) mod storage;
pub mod strings;
pub mod sync;
#[cfg(feature = "widget")]
pub mod widget;

pub use store;

#[cfg(test)]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
