//! `OwnPassword`: changes the agent's password.

use crate::components::ui::live::{live, live_view};
use crate::{
    client::Client,
    components::team::fields::NewPassword,
    net::error::ApiError,
    strings::{Value, failure_sentence, fill, strings},
};
use leptos::{ev, html, prelude::*};
use wire::{PasswordChange, ProblemCode};

#[component]
pub fn OwnPassword() -> impl IntoView {
    let client = Client::here();
    let email = client.me().agent.email.clone();
    let (current, new) = (NodeRef::<html::Input>::new(), NodeRef::<html::Input>::new());
    let (is_saving, said) = (RwSignal::new(false), RwSignal::new(None::<Result<(), String>>));
    let save = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let (Some(old), Some(next)) = (current.get_untracked(), new.get_untracked()) else { return };
        if is_saving.get_untracked() {
            return;
        }
        let (client, change) = (client.clone(), PasswordChange { current: old.value(), new: next.value() });
        is_saving.set(true);
        said.set(None);
        leptos::task::spawn_local(async move {
            let outcome = client.change_password(&change).await.map_err(|error| sentence(&error));
            if outcome.is_ok() {
                old.set_value("");
                next.set_value("");
            }
            said.try_set(Some(outcome));
            is_saving.try_set(false);
        });
    };
    view! {
        <form class="settings-section" method="post" aria-label=strings().account.password on:submit=save>
            <h2>{strings().account.password}</h2>
            // For password managers: whose password it is.
            <input type="hidden" name="email" autocomplete="username" value=email />
            <label class="field">
                <span>{strings().account.password_current}</span>
                <input type="password" name="current" autocomplete="current-password" required node_ref=current />
            </label>
            <NewPassword label=strings().account.password_new name="new" field=new />
            <div class="settings-line">
                <button type="submit" class="button" disabled=live(move || is_saving.get())>
                    {strings().account.password_change}
                </button>
                {live_view(move || match said.get() {
                    None => ().into_any(),
                    Some(Ok(())) => view! { <p role="status">{strings().account.password_changed}</p> }.into_any(),
                    Some(Err(sentence)) => view! { <p role="alert">{sentence}</p> }.into_any(),
                })}
            </div>
        </form>
    }
}

fn sentence(error: &ApiError) -> String {
    let pointer = match error {
        ApiError::Refused { problem, .. } => problem.errors.first().map(|field| field.pointer.as_str()),
        _ => None,
    };
    match (error.code(), pointer) {
        (Some(ProblemCode::InvalidField), Some("/current")) => strings().account.password_wrong.to_owned(),
        (Some(ProblemCode::InvalidField), _) => strings().account.password_bad.to_owned(),
        _ => fill(strings().account.failed, &[("reason", Value::Own(failure_sentence(error.failure())))]),
    }
}
