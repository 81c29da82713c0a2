//! Stories in a real browser: `wasm-bindgen-test` runs this one binary in Chromium.
#![cfg(target_arch = "wasm32")]

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
