//! `ConnectionLine`: nothing while all is well; says so when what is shown may be old.

use crate::components::ui::live::{live, live_view};
use crate::letting_go::memo;
use crate::{
    desk::{Connection, Desk},
    timers::after,
    words::words,
};
use leptos::prelude::*;

/// Amber after five seconds without the live stream, gone when everything missed has been caught up with.
#[component]
pub fn ConnectionLine() -> impl IntoView {
    let connection = Desk::here().connection();
    let is_live = memo(move |_| connection.get() == Connection::Live);
    let late = RwSignal::new(false);
    Effect::new(move |_| {
        late.set(false);
        if !is_live.get() {
            // Cleared with this run of the effect: a short gap shows nothing.
            after(5_000, move || {
                late.try_set(true);
            });
        }
    });
    view! {
        <div class="connection-line" class:shown=live(move || late.get()) role="status">
            {live_view(move || late.get().then_some(words().reconnecting))}
        </div>
    }
}
