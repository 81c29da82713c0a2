//! Panics on demand, in whichever file a test names. Every component with a text asks for its strings, and breaks
//! there. Only with the feature `breakable`; the module is the widget's, and can be the stand-alone page's too.

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
