//! Reactive parts of a view, all with one type.
//!
//! Keeps the bundle small: the framework's code is compiled once per type of closure, and boxed closures with the same
//! result share one type (see `docs/decisions/size-tricks.md`).

use crate::browser::dispose::dispose_with_owner;
use leptos::{prelude::*, tachys::reactive_graph::SharedReactiveFunction};
use std::sync::{Arc, Mutex};

/// An attribute, class, property or text that changes.
pub fn live<T: 'static>(mut value: impl FnMut() -> T + Send + 'static) -> SharedReactiveFunction<T> {
    let note_follower = dispose_with_owner();
    Arc::new(Mutex::new(move || {
        note_follower();
        value()
    }))
}

/// A part of a view that changes.
pub fn live_view<V: IntoAny + 'static>(
    mut view: impl FnMut() -> V + Send + 'static,
) -> SharedReactiveFunction<AnyView> {
    live(move || view().into_any())
}
