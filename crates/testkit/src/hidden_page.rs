//! `HiddenPage`: simulates a hidden page, like a tab in the background.

use js_sys::{Object, Reflect};
use leptos::prelude::document;
use wasm_bindgen::JsValue;
use web_sys::Event;

/// Makes the page report that it is hidden, until it is dropped.
pub struct HiddenPage(());

impl HiddenPage {
    pub fn hide() -> Self {
        let how = Object::new();
        for (name, value) in [("value", JsValue::from("hidden")), ("configurable", JsValue::TRUE)] {
            Reflect::set(&how, &name.into(), &value).expect("a plain object takes every property");
        }
        Reflect::define_property(&document(), &"visibilityState".into(), &how).expect("a document takes properties");
        tell();
        Self(())
    }
}

impl Drop for HiddenPage {
    fn drop(&mut self) {
        show_again();
        tell();
    }
}

/// Restores the page's own state. A test that panics drops nothing, so the panic hook calls this.
pub(crate) fn show_again() {
    // The browser's property is on the prototype.
    Reflect::delete_property(&document(), &"visibilityState".into()).expect("it was configurable");
}

fn tell() {
    let event = Event::new("visibilitychange").expect("an event can be made");
    document().dispatch_event(&event).expect("a document takes events");
}
