//! Inserts a text where the caret is.

use leptos::prelude::document;
use wasm_bindgen::JsCast;
use web_sys::HtmlDocument;

/// Inserts a text into the focused field in place of what is selected, as if it were typed: Undo takes it back. `false`
/// where the browser can't.
pub(crate) fn insert_text(text: &str) -> bool {
    // No other call of the platform keeps the field's undo history.
    let document: HtmlDocument = document().unchecked_into();
    document.exec_command_with_show_ui_and_value("insertText", false, text).unwrap_or(false)
}
