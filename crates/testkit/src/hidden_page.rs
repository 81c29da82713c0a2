//! A page that nobody can see, as a tab in the background is.

use js_sys::{Object, Reflect};
use leptos::prelude::document;
use wasm_bindgen::JsValue;
use web_sys::Event;

/// Hides the page until it is dropped, as far as the page can tell.
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

/// Gives the page its own state back. A test that panics drops nothing, and the next one must not be hidden by it.
pub(crate) fn show_again() {
    // The browser's own is on the prototype.
    Reflect::delete_property(&document(), &"visibilityState".into()).expect("it was configurable");
}

fn tell() {
    let event = Event::new("visibilitychange").expect("an event can be made");
    document().dispatch_event(&event).expect("a document takes events");
}
