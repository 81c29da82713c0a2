//! Timers: waits, delayed calls, microtasks and frames.

use futures::channel::oneshot;
use js_sys::{Function, Object, Reflect};
use leptos::prelude::*;
use send_wrapper::SendWrapper;
use std::{cell::Cell, rc::Rc, time::Duration};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};

/// A page that has no frames, since it is hidden, counts as having one after this time.
const NO_FRAME_MS: u32 = 250;
/// How long a browser without idle callbacks is left alone.
const IDLE_MS: u32 = 250;

/// Resolves after some milliseconds. Dropping the future clears the timer.
pub(crate) async fn sleep(milliseconds: u32) {
    let (sender, receiver) = oneshot::channel();
    let _timer = Timer::after(milliseconds, move || {
        // Fails when the future was dropped.
        let _ = sender.send(());
    });
    let _ = receiver.await;
}

/// The callback, until it runs or is cancelled.
type Pending = Rc<Cell<Option<Box<dyn FnOnce()>>>>;

/// A timer of the page's, cleared when it is dropped.
pub(crate) struct Timer {
    /// The result of the page's `setTimeout`, which the page may have replaced; not every number fits an `i32`.
    id: JsValue,
    /// Taken when it runs or is cancelled: if the page has replaced its timer functions, `clearTimeout` has no effect
    /// and the callback is still called.
    run: Pending,
}

impl Timer {
    /// Runs once after some milliseconds.
    pub(crate) fn after(milliseconds: u32, run: impl FnOnce() + 'static) -> Self {
        let run: Pending = Rc::new(Cell::new(Some(Box::new(run))));
        let left = Rc::clone(&run);
        let ring = Closure::once(move || {
            if let Some(run) = left.take() {
                run();
            }
        });
        // The browser's garbage collector frees the closure.
        Self { id: page("setTimeout", &ring.into_js_value(), &milliseconds.into()), run }
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        self.run.take();
        page("clearTimeout", &self.id, &JsValue::UNDEFINED);
    }
}

/// Calls a global function of the page.
fn page(function: &str, first: &JsValue, second: &JsValue) -> JsValue {
    let window = window();
    let function = Reflect::get(&window, &function.into()).ok().and_then(|it| it.dyn_into::<Function>().ok());
    // Every page has both, and neither throws.
    function.and_then(|function| function.call2(&window, first, second).ok()).unwrap_or(JsValue::UNDEFINED)
}

/// Runs once after some milliseconds, unless the component is unmounted by then. Without a current owner, for example
/// in an event handler, it always runs.
pub(crate) fn after(milliseconds: u32, run: impl FnOnce() + 'static) {
    if Owner::current().is_some() {
        let timer = SendWrapper::new(Timer::after(milliseconds, run));
        on_cleanup(move || drop(timer));
    } else {
        set_timeout(run, Duration::from_millis(milliseconds.into()));
    }
}

/// Runs once the current event has been handled: focusing from inside a handler would re-enter it.
pub(crate) fn soon(run: impl FnOnce() + 'static) {
    queue_microtask(run);
}

/// Runs before the next paint, when the latest rendering is in the document.
pub(crate) fn next_frame(run: impl FnOnce() + 'static) {
    let callback = Closure::once_into_js(run);
    let _ = window().request_animation_frame(callback.unchecked_ref());
}

/// Resolves before the next paint.
pub(crate) async fn frame() {
    let (sender, receiver) = oneshot::channel();
    next_frame(move || {
        // Fails when the other one was first.
        let _ = sender.send(());
    });
    futures::future::select(Box::pin(sleep(NO_FRAME_MS)), receiver).await;
}

/// False until the page was painted, and true in a task after it: for what may come one frame later than the rest.
pub(crate) fn is_painted() -> ReadSignal<bool> {
    let (painted, set_painted) = signal(false);
    leptos::task::spawn_local(async move {
        frame().await;
        sleep(0).await;
        // Fails when the component is unmounted.
        set_painted.try_set(true);
    });
    painted
}

/// A callback for when the browser has nothing more urgent to do, at the latest after a second. Cleared when it is
/// dropped.
pub(crate) struct Idle {
    /// The result of `requestIdleCallback`; `None` in a browser without it.
    id: Option<JsValue>,
    run: Pending,
    _instead: Option<Timer>,
}

impl Idle {
    pub(crate) fn then(run: impl FnOnce() + 'static) -> Self {
        let run: Pending = Rc::new(Cell::new(Some(Box::new(run))));
        let left = Rc::clone(&run);
        let ring = move || {
            if let Some(run) = left.take() {
                run();
            }
        };
        if Reflect::has(&window(), &"requestIdleCallback".into()) != Ok(true) {
            return Self { id: None, run, _instead: Some(Timer::after(IDLE_MS, ring)) };
        }
        let options = Object::new();
        // Setting a property of a plain object never fails.
        let _ = Reflect::set(&options, &"timeout".into(), &(4 * IDLE_MS).into());
        let id = page("requestIdleCallback", &Closure::once(ring).into_js_value(), &options);
        Self { id: Some(id), run, _instead: None }
    }
}

impl Drop for Idle {
    fn drop(&mut self) {
        self.run.take();
        if let Some(id) = &self.id {
            page("cancelIdleCallback", id, &JsValue::UNDEFINED);
        }
    }
}

/// Runs when the browser has nothing more urgent to do, unless the component is unmounted by then.
pub(crate) fn when_idle(run: impl FnOnce() + 'static) {
    let idle = SendWrapper::new(Idle::then(run));
    on_cleanup(move || drop(idle));
}

/// Milliseconds since 1970 by this machine's clock: for durations and display, never for order.
#[must_use]
pub(crate) fn now() -> f64 {
    js_sys::Date::now()
}
