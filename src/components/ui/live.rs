//! Changing parts of a view behind one type each.
//!
//! To the framework every closure is a type of its own, and it is compiled again for each: to build, to follow, to change
//! and to drop it. Handed over like this, all closures with the same result are one type, and the app is smaller to
//! download.

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
