//! `LoadProblem` and `Waiting`: placeholders for data that could not be loaded, or is not loaded yet.

use crate::components::ui::live::{live, live_view};
use crate::{
    browser::{memo::ErasedMemo, timers::after},
    store::record::Failure,
    strings::{Value, failure_sentence, fill, strings},
};
use leptos::prelude::*;

/// Shows why a load failed, with a button to retry.
#[component]
pub fn LoadProblem(failure: Failure, retry: Callback<()>) -> impl IntoView {
    let strings = strings();
    view! {
        <div class="load-problem" role="alert">
            <p>{fill(strings.load_failed, &[("reason", Value::Own(failure_sentence(failure)))])}</p>
            <button type="button" class="button" on:click=move |_| retry.run(())>
                {strings.try_again}
            </button>
        </div>
    }
}

/// Grey lines in place of data that is loading, after 300 ms: a fast load shows none.
#[component]
pub fn Waiting() -> impl IntoView {
    let shown = RwSignal::new(false);
    after(300, move || {
        shown.try_set(true);
    });
    view! {
        <div class="waiting" class:shown=live(move || shown.get()) role="status">
            <span class="sr-only">{strings().loading}</span>
            <span class="waiting-line"></span>
            <span class="waiting-line"></span>
            <span class="waiting-line"></span>
        </div>
    }
}

/// On paper: that older items are missing. On the screen they are loaded when they come into view.
#[component]
pub fn OlderNotPrinted(has_older: ErasedMemo<bool>) -> impl IntoView {
    live_view(move || has_older.get().then(|| view! { <p class="only-printed">{strings().older_not_printed}</p> }))
}
