//! The browser's observers, each for as long as the owner that asked for it.

use leptos::prelude::*;
use send_wrapper::SendWrapper;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Element, ResizeObserver};

/// Calls `resized` when it begins and whenever the element's size has changed, before that is painted.
pub fn on_resize(element: &Element, resized: impl FnMut() + 'static) {
    let heard = Closure::<dyn FnMut()>::new(resized);
    let Ok(observer) = ResizeObserver::new(heard.as_ref().unchecked_ref()) else { return };
    observer.observe(element);
    let held = SendWrapper::new((observer, heard));
    on_cleanup(move || held.0.disconnect());
}
