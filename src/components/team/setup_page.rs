//! `SetupPage`: on an empty database, makes the first organization and its admin.

use super::fields::{Line, NewPassword};
use crate::components::ui::live::{live, live_view};
use crate::{
    net::{api::Api, error::ApiError},
    strings::{Value, fill, strings},
};
use leptos::{ev, html, prelude::*};
use wire::{ProblemCode, Setup};

/// `token`: the secret of the address that the server printed. `joined`: called when the admin is signed in.
#[component]
pub fn SetupPage(token: String, joined: Callback<()>) -> impl IntoView {
    let checked = RwSignal::new(None::<Result<(), String>>);
    let asked = token.clone();
    leptos::task::spawn_local(async move {
        let answer = Api::new("").setup_address(asked).json().await;
        checked.try_set(Some(answer.map(drop).map_err(|error| sentence(&error))));
    });
    live_view(move || match checked.get() {
        None => view! { <p role="status">{strings().team.join_waiting}</p> }.into_any(),
        Some(Err(sentence)) => view! {
            <div class="load-problem" role="alert">
                <h1>{strings().team.setup}</h1>
                <p>{sentence}</p>
            </div>
        }
        .into_any(),
        Some(Ok(())) => view! { <SetupForm token=token.clone() joined /> }.into_any(),
    })
}

#[component]
fn SetupForm(token: String, joined: Callback<()>) -> impl IntoView {
    let strings = &strings().team;
    let (organization, slug) = (NodeRef::<html::Input>::new(), NodeRef::<html::Input>::new());
    let (name, email, password) = (NodeRef::new(), NodeRef::new(), NodeRef::<html::Input>::new());
    let (is_busy, problem) = (RwSignal::new(false), RwSignal::new(None::<String>));
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        if is_busy.get_untracked() {
            return;
        }
        let value = |field: NodeRef<html::Input>| field.get_untracked().map(|field| field.value()).unwrap_or_default();
        let line = |field| value(field).trim().to_owned();
        let setup = Setup {
            token: token.clone(),
            organization: line(organization),
            slug: line(slug),
            name: line(name),
            email: line(email),
            password: value(password),
        };
        is_busy.set(true);
        problem.set(None);
        leptos::task::spawn_local(async move {
            match Api::new("").set_up(&setup).json().await {
                Ok(_) => joined.run(()),
                Err(error) => {
                    problem.try_set(Some(sentence(&error)));
                }
            }
            is_busy.try_set(false);
        });
    };
    view! {
        <form class="sign-in" method="post" on:submit=submit>
            <h1 class="sign-in-name">"Sidenote"</h1>
            <p class="sign-in-lead">{strings.setup_lead}</p>
            <Line label=strings.setup_organization name="organization" autocomplete="organization" maxlength="100" field=organization />
            <Line label=strings.setup_slug name="slug" autocomplete="off" maxlength="40" field=slug />
            <Line label=strings.join_name name="name" autocomplete="name" maxlength="100" field=name />
            <Line label=strings.setup_email name="email" autocomplete="username" maxlength="254" field=email />
            <NewPassword label=strings.join_password name="password" field=password />
            <p class="sign-in-problem" role="alert">{live_view(move || problem.get())}</p>
            <button type="submit" class="button primary" aria-disabled=live(move || is_busy.get().to_string())>
                {strings.setup_now}
            </button>
        </form>
    }
}

fn sentence(error: &ApiError) -> String {
    let strings = &strings().team;
    let ApiError::Refused { problem, .. } = error else { return error.sentence() };
    let label = |pointer: &str| match pointer {
        "/organization" => Some(strings.setup_organization),
        "/slug" => Some(strings.setup_slug),
        "/name" => Some(strings.join_name),
        "/email" => Some(strings.setup_email),
        "/password" => Some(strings.join_password),
        _ => None,
    };
    let fields: Vec<_> = problem.errors.iter().filter_map(|field| label(&field.pointer)).collect();
    match error.code() {
        Some(ProblemCode::InvalidField) if !fields.is_empty() => {
            fill(strings.setup_bad, &[("fields", Value::Own(&fields.join("; ")))])
        }
        Some(ProblemCode::Gone | ProblemCode::InvalidField) => strings.setup_gone.to_owned(),
        _ => error.sentence(),
    }
}
