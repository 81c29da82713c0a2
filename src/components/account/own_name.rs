//! `OwnName`: the name that colleagues and contacts see.

use crate::browser::memo::memo;
use crate::components::ui::live::{live, live_view};
use crate::{
    client::Client,
    components::shared::typed::Typed,
    store::record::Failure,
    strings::{Value, failure_sentence, fill, strings},
};
use leptos::{ev, prelude::*};
use wire::ProblemCode;

#[component]
pub fn OwnName() -> impl IntoView {
    let client = Client::here();
    let (agents, me) = (client.store().agents.clone(), client.my_id());
    let name = memo(move |_| agents.get(me).map(|agent| agent.name).unwrap_or_default());
    let (text, typed) = (RwSignal::new(name.get_untracked()), Typed::line());
    let (is_saving, failed) = (RwSignal::new(false), RwSignal::new(None::<Failure>));
    let is_changed = memo(move |_| text.with(|text| !text.trim().is_empty() && text.trim() != name.get()));
    let save = move |event: ev::SubmitEvent| {
        event.prevent_default();
        if is_saving.get_untracked() || !is_changed.get_untracked() {
            return;
        }
        let (client, wanted) = (client.clone(), text.get_untracked().trim().to_owned());
        is_saving.set(true);
        failed.set(None);
        leptos::task::spawn_local(async move {
            match client.change_own_name(wanted).await {
                Ok(()) => client.announce(strings().account.saved.to_owned()),
                Err(failure) => {
                    failed.try_set(Some(failure));
                }
            }
            is_saving.try_set(false);
        });
    };
    view! {
        <form class="settings-section" aria-label=strings().account.name on:submit=save>
            <h2>{strings().account.name}</h2>
            <div class="settings-line">
                <input
                    class="input"
                    autocomplete="name"
                    maxlength="100"
                    dir="auto"
                    aria-label=strings().account.name
                    prop:value=live(move || text.get())
                    on:input=move |event| text.set(typed.text(&event))
                    on:paste=move |event| typed.paste(&event)
                />
                <button type="submit" class="button" disabled=live(move || is_saving.get() || !is_changed.get())>
                    {strings().field_save}
                </button>
            </div>
            {typed.hint()}
            {live_view(move || failed.get().map(|failure| view! { <p role="alert">{sentence(failure)}</p> }))}
        </form>
    }
}

fn sentence(failure: Failure) -> String {
    match failure {
        Failure::Refused(ProblemCode::InvalidField) => strings().account.bad_name.to_owned(),
        failure => fill(strings().account.failed, &[("reason", Value::Own(failure_sentence(failure)))]),
    }
}
