//! Disposes the subscriptions of an effect with its owner: Leptos 0.8 leaves a disposed effect in the subscriber list
//! of a longer-lived signal until that signal changes.

use leptos::prelude::*;
use reactive_graph::graph::{AnySubscriber, Observer, Subscriber};
use std::sync::{Arc, OnceLock};

/// For an effect that reads such a signal itself. Call the returned function in each run of the effect; when the owner
/// is disposed, the effect unsubscribes from everything it has read.
pub fn dispose_with_owner() -> impl Fn() + Send + Sync {
    let follower = Arc::new(OnceLock::<AnySubscriber>::new());
    let leaving = follower.clone();
    on_cleanup(move || {
        if let Some(follower) = leaving.get() {
            follower.clear_sources(follower);
        }
    });
    move || {
        if let Some(observer) = Observer::get() {
            // An effect is the same subscriber in all its runs.
            follower.get_or_init(|| observer);
        }
    }
}
