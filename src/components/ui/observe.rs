//! The browser's observers (`ResizeObserver`, `IntersectionObserver`), each disconnected with the owner that asked for
//! it.

use leptos::prelude::*;
use send_wrapper::SendWrapper;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Element, IntersectionObserver, IntersectionObserverEntry, IntersectionObserverInit, ResizeObserver};

/// How much of an element has to be in view. Not all of it: its edges may lie between two pixels.
const MOST_OF_IT: f64 = 0.9;

/// Calls `resized` when it begins and whenever the element's size has changed, before that is painted.
pub fn on_resize(element: &Element, resized: impl FnMut() + 'static) {
    let heard = Closure::<dyn FnMut()>::new(resized);
    let Ok(observer) = ResizeObserver::new(heard.as_ref().unchecked_ref()) else { return };
    observer.observe(element);
    let held = SendWrapper::new((observer, heard));
    on_cleanup(move || held.0.disconnect());
}

/// Calls `moved` when it begins and whenever an element comes into view or leaves it: with whether most of it is inside
/// the window and everything that scrolls around it.
pub fn on_view(element: &Element, mut moved: impl FnMut(bool) + 'static) {
    let heard = Closure::<dyn FnMut(js_sys::Array)>::new(move |entries: js_sys::Array| {
        // Several at once are in order of time.
        let last = entries.pop();
        if let Some(entry) = last.dyn_ref::<IntersectionObserverEntry>() {
            moved(entry.intersection_ratio() >= MOST_OF_IT);
        }
    });
    let options = IntersectionObserverInit::new();
    options.set_threshold(&MOST_OF_IT.into());
    let observer = IntersectionObserver::new_with_options(heard.as_ref().unchecked_ref(), &options);
    let Ok(observer) = observer else { return };
    observer.observe(element);
    let held = SendWrapper::new((observer, heard));
    on_cleanup(move || held.0.disconnect());
}
