//! Panics on demand, in the file that a test names: every component calls `strings()`, which panics there. Only with
//! the feature `breakable`, which no release has.

use js_sys::Reflect;
use std::panic::Location;
use wasm_bindgen::JsValue;

/// Panics if this is the place that the page's `sidenoteBreak` names, once.
pub(crate) fn perhaps(place: &Location<'_>) {
    let (page, name) = (js_sys::global(), JsValue::from("sidenoteBreak"));
    let wanted = Reflect::get(&page, &name).ok().and_then(|wanted| wanted.as_string());
    if wanted.is_some_and(|wanted| place.file().ends_with(&wanted)) {
        let _ = Reflect::set(&page, &name, &JsValue::UNDEFINED);
        panic!("{} breaks, as a test has asked for", place.file());
    }
}
