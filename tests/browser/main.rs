//! Stories in a real browser: `wasm-bindgen-test` runs this one binary in Chromium.
#![cfg(target_arch = "wasm32")]
#![allow(dead_code, reason = "the stories, which use the rest of what is shared here, are not part of the binary yet")]

mod eventually;
mod rows;
mod screen;
mod stage;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
