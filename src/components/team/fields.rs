//! `Line` and `NewPassword`: the fields of those who have no account yet, and of a password that is set.

use crate::components::shared::typed::Typed;
use leptos::{html, prelude::*};

/// A text of one line. Read when the form is sent: a password manager may fill it without an event of typing.
#[component]
pub fn Line(
    label: &'static str,
    name: &'static str,
    autocomplete: &'static str,
    maxlength: &'static str,
    field: NodeRef<html::Input>,
) -> impl IntoView {
    let typed = Typed::line();
    view! {
        <label class="field">
            <span>{label}</span>
            <input
                type="text"
                name=name
                autocomplete=autocomplete
                maxlength=maxlength
                required
                node_ref=field
                // Cleans the field itself.
                on:input=move |event| drop(typed.text(&event))
            />
        </label>
        {typed.hint()}
    }
}

/// A password that is set.
#[component]
pub fn NewPassword(label: &'static str, name: &'static str, field: NodeRef<html::Input>) -> impl IntoView {
    view! {
        <label class="field">
            <span>{label}</span>
            <input
                type="password"
                name=name
                autocomplete="new-password"
                minlength="12"
                maxlength="1000"
                required
                node_ref=field
            />
        </label>
    }
}
