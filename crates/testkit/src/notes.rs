//! Finds a panel's contact notes, and adds one.

use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, HtmlTextAreaElement};

use crate::{
    eventually::eventually,
    screen::{Screen, found},
    user::fill_in,
};

/// The rows of a panel's notes, newest first.
pub fn note_rows(panel: &Screen) -> Vec<HtmlElement> {
    found(panel.root(), "ul[aria-label^='Notes about '] > li:not([aria-hidden])")
}

/// The texts of a panel's notes, newest first.
pub fn notes(panel: &Screen) -> Vec<String> {
    note_rows(panel).iter().map(text_of).collect()
}

/// The row of the note with this text.
#[track_caller]
pub fn note_row(panel: &Screen, text: &str) -> Screen {
    let row = note_rows(panel).into_iter().find(|row| text_of(row) == text);
    Screen::of(&row.unwrap_or_else(|| panic!("no note says {text:?} but {:?}", notes(panel))))
}

fn text_of(row: &HtmlElement) -> String {
    let body = row.query_selector(".note-body").ok().flatten();
    body.and_then(|body| body.text_content()).unwrap_or_default()
}

/// Whether a note's row shows that the note is pending.
pub fn is_waiting(row: &Screen) -> bool {
    !row.texts("Saving").is_empty()
}

pub fn note_box(panel: &Screen) -> HtmlTextAreaElement {
    panel.role("textbox", "Add note").unchecked_into()
}

/// Types a contact note and clicks "Add note".
pub async fn add_note(panel: &Screen, text: &str) {
    fill_in(&note_box(panel), text);
    let button = panel.role("button", "Add note");
    eventually("the button is enabled", || !button.has_attribute("disabled")).await;
    button.click();
}
