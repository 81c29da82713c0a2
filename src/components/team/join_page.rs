//! `JoinPage`: somebody who was invited chooses a name and a password.

use super::fields::{Line, NewPassword};
use crate::components::ui::{
    live::{live, live_view},
    name::filled,
};
use crate::{
    net::{api::Api, error::ApiError},
    strings::{Value, strings},
};
use leptos::{ev, html, prelude::*};
use wire::{Join, JoinOffer, ProblemCode};

/// `token`: the secret of the invitation's link. `joined`: called when the agent is signed in.
#[component]
pub fn JoinPage(token: String, joined: Callback<()>) -> impl IntoView {
    let offer = RwSignal::new(None::<Result<JoinOffer, String>>);
    let asked = token.clone();
    leptos::task::spawn_local(async move {
        let answer = Api::new("").join_offer(asked).await;
        offer.try_set(Some(answer.map_err(|error| sentence(&error))));
    });
    live_view(move || match offer.get() {
        None => view! { <p role="status">{strings().team.join_waiting}</p> }.into_any(),
        Some(Err(sentence)) => view! {
            <div class="load-problem" role="alert">
                <h1>{strings().team.join}</h1>
                <p>{sentence}</p>
            </div>
        }
        .into_any(),
        Some(Ok(offer)) => view! { <JoinForm token=token.clone() offer joined /> }.into_any(),
    })
}

#[component]
fn JoinForm(token: String, offer: JoinOffer, joined: Callback<()>) -> impl IntoView {
    let (name, password) = (NodeRef::<html::Input>::new(), NodeRef::<html::Input>::new());
    let (is_busy, problem) = (RwSignal::new(false), RwSignal::new(None::<String>));
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let (Some(name), Some(password)) = (name.get_untracked(), password.get_untracked()) else { return };
        if is_busy.get_untracked() {
            return;
        }
        is_busy.set(true);
        problem.set(None);
        let join = Join { token: token.clone(), name: name.value().trim().to_owned(), password: password.value() };
        leptos::task::spawn_local(async move {
            match Api::new("").join(&join).json().await {
                Ok(_) => joined.run(()),
                Err(error) => {
                    problem.try_set(Some(sentence(&error)));
                }
            }
            is_busy.try_set(false);
        });
    };
    let JoinOffer { organization, email, invited_by } = offer;
    let lead = [
        ("name", Value::Name(&invited_by.name)),
        ("organization", Value::Name(&organization)),
        ("email", Value::Name(&email)),
    ];
    view! {
        <form class="sign-in" method="post" on:submit=submit>
            <h1 class="sign-in-name">"Sidenote"</h1>
            <p class="sign-in-lead">{filled(strings().team.join_lead, &lead)}</p>
            // For password managers: with what the password is saved.
            <input type="hidden" name="email" autocomplete="username" value=email.clone() />
            <Line label=strings().team.join_name name="name" autocomplete="name" maxlength="100" field=name />
            <NewPassword label=strings().team.join_password name="password" field=password />
            <p class="sign-in-problem" role="alert">{live_view(move || problem.get())}</p>
            <button type="submit" class="button primary" aria-disabled=live(move || is_busy.get().to_string())>
                {strings().team.join_now}
            </button>
        </form>
    }
}

fn sentence(error: &ApiError) -> String {
    let field = match error {
        ApiError::Refused { problem, .. } => problem.errors.first().map(|field| field.pointer.as_str()),
        _ => None,
    };
    match (error.code(), field) {
        (Some(ProblemCode::Gone), _) => strings().team.join_gone.to_owned(),
        (Some(ProblemCode::InvalidField), Some("/email")) => strings().team.join_taken.to_owned(),
        (Some(ProblemCode::InvalidField), Some("/token")) => strings().team.join_gone.to_owned(),
        (Some(ProblemCode::InvalidField), _) => strings().team.join_bad.to_owned(),
        _ => error.sentence(),
    }
}
