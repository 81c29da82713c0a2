//! Answers to requests that the page has sent before the module ran (`public/early_requests.js`).

use js_sys::{Function, Promise, Reflect};
use leptos::prelude::window;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// The page's function that hands an answer over.
const HAND_OVER: &str = "sidenoteEarlyAnswer";

/// The text of the page's answer to a GET of this path, the first time that it is asked for. `None`: the page has not
/// sent this request, or it was refused or lost.
pub(super) async fn take(path: &str) -> Option<String> {
    let hand_over = Reflect::get(&window(), &HAND_OVER.into()).ok()?.dyn_into::<Function>().ok()?;
    let answer = hand_over.call1(&JsValue::UNDEFINED, &path.into()).ok()?.dyn_into::<Promise>().ok()?;
    JsFuture::from(answer).await.ok()?.as_string()
}
