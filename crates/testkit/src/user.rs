//! A user's actions: typing and key presses; and the focused element.

use leptos::prelude::document;
use wasm_bindgen::JsCast;
use web_sys::{Event, EventInit, HtmlElement, HtmlInputElement, HtmlTextAreaElement, KeyboardEvent, KeyboardEventInit};

/// Sets a field's text, with the events of typing.
pub fn fill_in(field: &HtmlTextAreaElement, text: &str) {
    field.set_value(text);
    input(field);
}

pub fn fill_in_input(field: &HtmlInputElement, text: &str) {
    field.set_value(text);
    input(field);
}

fn input(field: &HtmlElement) {
    let bubbles = EventInit::new();
    bubbles.set_bubbles(true);
    let event = Event::new_with_event_init_dict("input", &bubbles).expect("an event can be made");
    field.dispatch_event(&event).expect("a field takes events");
}

/// Presses a key; `with` sets the modifiers.
pub fn press(target: &HtmlElement, key: &str, with: impl FnOnce(&KeyboardEventInit)) {
    let init = KeyboardEventInit::new();
    init.set_key(key);
    init.set_bubbles(true);
    init.set_cancelable(true);
    with(&init);
    let event = KeyboardEvent::new_with_keyboard_event_init_dict("keydown", &init).expect("an event can be made");
    target.dispatch_event(&event).expect("an element takes events");
}

/// The element that has the focus.
pub fn focused() -> Option<HtmlElement> {
    document().active_element().and_then(|element| element.dyn_into().ok())
}
