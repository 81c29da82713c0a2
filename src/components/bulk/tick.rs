//! The box of a row: how it looks, and what a click or a key does to it.

use super::selection::Selection;
use crate::components::ui::{gestures::closest, icon::Shape, markup::Markup};
use leptos::{
    ev::{KeyboardEvent, MouseEvent},
    prelude::*,
};
use uuid::Uuid;

/// The box of a row. `name`: whom the row is of.
pub fn tick_box(is_ticked: bool, name: String) -> Markup {
    Markup::of("button", "row-tick", vec![Markup::Icon(Shape::Check)])
        .with("type", "button")
        .with("role", "checkbox")
        .with("aria-checked", is_ticked.to_string())
        .with("aria-label", name)
        .with("aria-keyshortcuts", "x")
}

/// Handles a click on a row's box. True: it was one. Rows have the class `.selectable`, and their key in `data-id`.
pub fn tick_clicked(event: &MouseEvent, selection: Selection, keys: &[Uuid]) -> bool {
    if closest(event, ".row-tick").is_none() {
        return false;
    }
    if let Some(key) = row_key(event) {
        selection.toggle(key, event.shift_key(), keys);
    }
    true
}

/// Handles a key on a row: X ticks it, Shift+X a range, Escape ends the selection.
pub fn tick_key(event: &KeyboardEvent, selection: Selection, keys: &[Uuid]) {
    if event.ctrl_key() || event.meta_key() || event.alt_key() || event.is_composing() {
        return;
    }
    match (event.key().as_str(), row_key(event)) {
        ("x" | "X", Some(key)) => selection.toggle(key, event.shift_key(), keys),
        ("Escape", _) if untrack(|| selection.is_on()) => selection.set_on(false),
        _ => return,
    }
    event.prevent_default();
    event.stop_propagation();
}

fn row_key(event: &web_sys::Event) -> Option<Uuid> {
    closest(event, ".selectable")?.get_attribute("data-id")?.parse().ok()
}
