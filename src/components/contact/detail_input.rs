//! `input`: the field in which a detail of a contact is typed or chosen.

use super::detail_edit::{DetailEdit, Edit, Form};
use crate::{
    browser::keyboard::{Chord, chord},
    components::{shared::typed::Typed, ui::live::live},
};
use leptos::{ev, prelude::*};

/// The field of an open editor. `save`: for the keys that save a text of several lines.
pub(super) fn input(edit: DetailEdit, save: Callback<()>) -> AnyView {
    match edit.field.with_value(|field| field.form.clone()) {
        Form::Line => view! { <Line edit suggestions=Vec::new() /> }.into_any(),
        Form::Suggested(suggestions) => view! { <Line edit suggestions=suggestions() /> }.into_any(),
        Form::Lines => view! { <Lines edit save /> }.into_any(),
        Form::Choice(choices) => view! { <Choice edit choices /> }.into_any(),
    }
}

/// An editor that the agent did not open takes no focus.
fn takes_focus(edit: DetailEdit) -> bool {
    !matches!(*edit.edit.read_untracked(), Edit::No)
}

fn name(edit: DetailEdit) -> &'static str {
    edit.field.with_value(|field| field.name)
}

#[component]
fn Line(edit: DetailEdit, suggestions: Vec<String>) -> impl IntoView {
    let typed = Typed::line();
    let list = (!suggestions.is_empty()).then(|| format!("detail-{}", uuid::Uuid::now_v7()));
    view! {
        <input
            class="input"
            autocomplete="off"
            dir="auto"
            autofocus=takes_focus(edit)
            aria-label=name(edit)
            list=list.clone()
            prop:value=live(move || edit.typed.get())
            on:input=move |event| edit.typed.set(typed.text(&event))
            on:paste=move |event| typed.paste(&event)
        />
        {list.map(|id| {
            let options = suggestions.into_iter().map(|value| view! { <option value=value></option> });
            view! { <datalist id=id>{options.collect_view()}</datalist> }
        })}
        {typed.hint()}
    }
}

#[component]
fn Lines(edit: DetailEdit, save: Callback<()>) -> impl IntoView {
    let typed = Typed::lines();
    let save_on_chord = move |event: ev::KeyboardEvent| {
        if chord(&event) == Chord::Submit {
            event.prevent_default();
            save.run(());
        }
    };
    view! {
        <textarea
            class="input"
            autocomplete="off"
            dir="auto"
            rows="3"
            autofocus=takes_focus(edit)
            aria-label=name(edit)
            prop:value=live(move || edit.typed.get())
            on:input=move |event| edit.typed.set(typed.text(&event))
            on:paste=move |event| typed.paste(&event)
            on:keydown=save_on_chord
        ></textarea>
        {typed.hint()}
    }
}

#[component]
fn Choice(edit: DetailEdit, choices: Vec<(&'static str, &'static str)>) -> impl IntoView {
    let typed = edit.typed;
    let options = choices.into_iter().map(|(value, name)| {
        view! { <option value=value selected=live(move || typed.get() == value)>{name}</option> }
    });
    view! {
        <select
            class="select"
            autofocus=takes_focus(edit)
            aria-label=name(edit)
            on:change=move |event| typed.set(event_target_value(&event))
        >
            <option value="" selected=live(move || typed.get().is_empty())>"—"</option>
            {options.collect_view()}
        </select>
    }
}
