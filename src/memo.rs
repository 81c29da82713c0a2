//! Memos that let go: a signal that outlives a view must not keep what the view had of it.

use leptos::prelude::*;
use reactive_graph::graph::{Subscriber, ToAnySubscriber};

/// As [`Memo::new`], and with its owner it is gone from everything it has read.
pub fn memo<T: PartialEq + Send + Sync + 'static>(
    compute: impl Fn(Option<&T>) -> T + Send + Sync + 'static,
) -> Memo<T> {
    let memo = ArcMemo::new(compute);
    let subscriber = memo.to_any_subscriber();
    on_cleanup(move || subscriber.clear_sources(&subscriber));
    Memo::from(memo)
}
