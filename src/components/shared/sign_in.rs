//! `SignIn`: the form for e-mail and password, as a page or over a page whose session has ended.

use crate::components::{
    shared::typed::Typed,
    ui::live::{live, live_view},
};
use crate::strings::strings;
use leptos::{html, prelude::*};
use std::{future::Future, pin::Pin};

/// Signs in. The error is a sentence for the agent.
pub type SignInCommand = Callback<(String, String), Pin<Box<dyn Future<Output = Result<(), String>>>>>;

/// The form. `lead`: the sentence above it.
#[component]
pub fn SignIn(#[prop(into)] lead: String, sign_in: SignInCommand) -> impl IntoView {
    let strings = strings();
    // Read when the form is sent: a password manager may fill them without an event of typing.
    let (email, password) = (NodeRef::<html::Input>::new(), NodeRef::<html::Input>::new());
    let typed = Typed::line();
    let (busy, problem) = (RwSignal::new(false), RwSignal::new(None::<String>));
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let (Some(email), Some(password)) = (email.get_untracked(), password.get_untracked()) else { return };
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let outcome = sign_in.run((email.value(), password.value()));
        leptos::task::spawn_local(async move {
            let outcome = outcome.await;
            busy.try_set(false);
            problem.try_set(outcome.err());
        });
    };
    view! {
        <form class="sign-in" method="post" on:submit=submit>
            <h1 class="sign-in-name">"Sidenote"</h1>
            <p class="sign-in-lead">{lead}</p>
            <label class="field">
                <span>{strings.email}</span>
                <input
                    type="email"
                    name="email"
                    autocomplete="username"
                    required
                    node_ref=email
                    // Cleans the field itself.
                    on:input=move |event| drop(typed.text(&event))
                />
            </label>
            {typed.hint()}
            <label class="field">
                <span>{strings.password}</span>
                <input
                    type="password"
                    name="password"
                    autocomplete="current-password"
                    required
                    node_ref=password
                />
            </label>
            <p class="sign-in-problem" role="alert">{live_view(move || problem.get())}</p>
            <button type="submit" class="button primary" aria-disabled=live(move || busy.get().to_string())>
                {strings.sign_in}
            </button>
        </form>
    }
}
