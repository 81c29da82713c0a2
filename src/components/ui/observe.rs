//! The browser's observers (`ResizeObserver`, `IntersectionObserver`), each disconnected with its owner.

use leptos::prelude::*;
use send_wrapper::SendWrapper;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Element, IntersectionObserver, IntersectionObserverEntry, IntersectionObserverInit, ResizeObserver};

/// The fraction of an element that must be in view. Not 1: its edges may lie between two pixels.
const MOST_OF_IT: f64 = 0.9;

/// Calls `resized` at first and whenever the element's size changes, before the next paint.
pub fn on_resize(element: &Element, resized: impl FnMut() + 'static) {
    let callback = Closure::<dyn FnMut()>::new(resized);
    let Ok(observer) = ResizeObserver::new(callback.as_ref().unchecked_ref()) else { return };
    observer.observe(element);
    let held = SendWrapper::new((observer, callback));
    on_cleanup(move || held.0.disconnect());
}

/// Calls `moved` at first and whenever an element comes into view or leaves it, with whether most of it is visible in
/// the window and in all scrolling elements around it.
pub fn on_view(element: &Element, mut moved: impl FnMut(bool) + 'static) {
    let callback = Closure::<dyn FnMut(js_sys::Array)>::new(move |entries: js_sys::Array| {
        // Entries are in chronological order.
        let last = entries.pop();
        if let Some(entry) = last.dyn_ref::<IntersectionObserverEntry>() {
            moved(entry.intersection_ratio() >= MOST_OF_IT);
        }
    });
    let options = IntersectionObserverInit::new();
    options.set_threshold(&MOST_OF_IT.into());
    let observer = IntersectionObserver::new_with_options(callback.as_ref().unchecked_ref(), &options);
    let Ok(observer) = observer else { return };
    observer.observe(element);
    let held = SendWrapper::new((observer, callback));
    on_cleanup(move || held.0.disconnect());
}
