//! `BulkProgress`: how far a bulk change or its undo is, where it takes longer than a second.

use crate::browser::{dispose::dispose_with_owner, memo::memo, timers::Timer};
use crate::components::ui::live::{live, live_view};
use crate::{
    client::Client,
    strings::{Value, fill, strings},
};
use leptos::prelude::*;
use send_wrapper::SendWrapper;

/// It is shown if the change is not done by then.
const AFTER_MS: u32 = 1_000;

#[component]
pub fn BulkProgress() -> impl IntoView {
    let client = Client::here();
    let bulk = client.bulk();
    let run = memo(move |_| bulk.get());
    let is_running = memo(move |_| run.with(Option::is_some));
    let is_late = RwSignal::new(false);
    let timer = StoredValue::new(None::<SendWrapper<Timer>>);
    let note_follower = dispose_with_owner();
    Effect::new(move |_| {
        note_follower();
        is_late.set(false);
        let wait = move || {
            SendWrapper::new(Timer::after(AFTER_MS, move || {
                is_late.try_set(true);
            }))
        };
        timer.set_value(is_running.get().then(wait));
    });
    let sentence = move || {
        let run = run.get().unwrap_or_default();
        let sentence = if run.is_undo { strings().bulk.undoing } else { strings().bulk.doing };
        let (done, total) = (run.done.to_string(), run.total.to_string());
        fill(sentence, &[("done", Value::Own(&done)), ("total", Value::Own(&total))])
    };
    live_view(move || {
        let client = client.clone();
        is_late.get().then(|| {
            view! {
                <div class="bulk-progress">
                    <label>
                        <span>{live_view(sentence)}</span>
                        <progress
                            max=live(move || run.get().unwrap_or_default().total.max(1).to_string())
                            value=live(move || run.get().unwrap_or_default().done.to_string())
                        ></progress>
                    </label>
                    <button type="button" class="button quiet" on:click=move |_| client.stop_bulk()>
                        {strings().bulk.stop}
                    </button>
                </div>
            }
        })
    })
}
