//! Component tests in a real browser: `wasm-bindgen-test` runs this one binary in Chromium.

#[path = "../../crates/wire/tests/fold_table/mod.rs"]
mod fold_table;
mod markup;
mod stories_changes;
mod stories_conversation_notes;
mod stories_deleted;
mod stories_drafts;
mod stories_erasure;
mod stories_in_step;
mod stories_live;
mod stories_long_texts;
mod stories_many;
mod stories_names;
mod stories_panel;
mod stories_refused;
mod stories_sealed;
mod stories_seen;
mod stories_text;
mod stories_times;
mod stories_typed;
mod stories_writing;
mod virtual_list;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
