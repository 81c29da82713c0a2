//! `ConnectionLine`: warns when the shown data may be stale, when drafts can't be stored, and when a change has been
//! pending for too long. Otherwise it is empty.

use crate::browser::memo::memo;
use crate::components::ui::live::{live, live_view};
use crate::{
    browser::timers::after,
    client::{Client, Connection},
    strings::strings,
};
use leptos::prelude::*;

/// Appears after five seconds without the event stream, and disappears when all missed events have arrived.
#[component]
pub fn ConnectionLine() -> impl IntoView {
    let client = Client::here();
    let (connection, is_safe) = (client.connection(), RwSignal::from(client.is_storage_safe()));
    let is_overdue = RwSignal::from(client.is_overdue());
    let is_live = memo(move |_| connection.get() == Connection::Live);
    let late = RwSignal::new(false);
    Effect::new(move |_| {
        late.set(false);
        if !is_live.get() {
            // Cleared with this run of the effect, so that a short gap shows nothing.
            after(5_000, move || {
                late.try_set(true);
            });
        }
    });
    let shown = move || late.get() || !is_safe.get() || is_overdue.get();
    view! {
        <div class="connection-line" class:shown=live(shown) role="status">
            {live_view(move || late.get().then(|| view! { <p>{strings().reconnecting}</p> }))}
            {live_view(move || (!is_safe.get()).then(|| view! { <p class="not-kept">{strings().not_kept}</p> }))}
            {live_view(move || is_overdue.get().then(|| view! { <p>{strings().overdue}</p> }))}
        </div>
    }
}
