//! Waits for conditions and frames, without fixed delays.

use std::future::Future;
use std::panic::Location;

use js_sys::Promise;
use leptos::prelude::window;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

/// The timeout of a condition, in milliseconds. Only a failing test waits that long.
const LIMIT: f64 = 10_000.0;

/// Waits until `condition` holds; checks it after each microtask at first, then once a frame. Fails the test, at the
/// caller's line, after ten seconds.
#[track_caller]
pub fn eventually(what: &str, mut condition: impl FnMut() -> bool) -> impl Future<Output = ()> {
    let what = what.to_owned();
    let place = Location::caller();
    async move {
        let begun = now();
        for _ in 0..16 {
            if condition() {
                return;
            }
            microtask().await;
        }
        while !condition() {
            assert!(now() - begun < LIMIT, "{place}: waited in vain: {what}");
            frame().await;
        }
    }
}

/// Waits until all changes so far are painted: the next frame has ended and the one after has begun. For tests that
/// something does *not* happen.
pub async fn painted() {
    frame().await;
    frame().await;
}

/// Waits until the next frame is painted, and no longer: for tests that the first frame is right.
pub async fn next_picture() {
    frame().await;
    // Frame callbacks come before layout and paint; this runs as the next task, which is after.
    settle(Promise::new(&mut |resolve, _| {
        window().set_timeout_with_callback(&resolve).expect("a page has timers");
    }))
    .await;
}

/// Waits for the queued microtasks, and with them for one flush of the reactive graph.
pub async fn microtask() {
    settle(Promise::resolve(&JsValue::NULL)).await;
}

async fn frame() {
    settle(Promise::new(&mut |resolve, _| {
        window().request_animation_frame(&resolve).expect("a page has frames");
    }))
    .await;
}

async fn settle(promise: Promise) {
    JsFuture::from(promise).await.expect("this promise is only ever fulfilled");
}

fn now() -> f64 {
    js_sys::Date::now()
}
