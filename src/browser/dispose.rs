//! A signal that outlives a view must not keep what the view had of it: nothing takes a follower that is dropped out of
//! what it has followed, until that changes.

use leptos::prelude::*;
use reactive_graph::graph::{AnySubscriber, Observer, Subscriber};
use std::sync::{Arc, OnceLock};

/// For an effect that may read such a signal itself: to be called in each of its runs. With the owner that made the
/// returned function, the effect is gone from everything it has read.
pub fn leave_with_owner() -> impl Fn() + Send + Sync {
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
