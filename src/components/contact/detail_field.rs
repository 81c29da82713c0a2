//! `DetailField`: one detail of a contact, edited in place and saved by itself. A conflict shows both values, so that
//! no value is overwritten unseen.

pub use super::detail_edit::Field;

use super::{
    detail_edit::{CONFLICT, DetailEdit},
    detail_input::input,
};
use crate::{
    browser::{
        memo::{ErasedMemo, memo},
        timers::next_frame,
    },
    client::Client,
    components::{
        shared::unsaved_fields::waiting,
        ui::{
            icon::{Icon, Shape},
            live::live_view,
            name::{Lines, filled},
        },
    },
    strings::{Value, fill, strings},
};
use leptos::{ev, html, prelude::*};
use wire::Contact;

/// One line of the details.
#[component]
pub fn DetailField(known: ErasedMemo<Option<Contact>>, field: Field) -> impl IntoView {
    let (name, read, link) = (field.name, field.read, field.link);
    let edit = DetailEdit::new(Client::here(), known, field);
    let value = memo(move |_| known.with(|known| known.as_ref().and_then(read)));
    let link = memo(move |_| known.with(|known| known.as_ref().and_then(link)));
    let is_editing = memo(move |_| edit.is_open());
    let button = NodeRef::<html::Button>::new();
    // When an edit ends, the focus returns to where it began.
    Effect::new(move |was_editing: Option<bool>| {
        if was_editing == Some(true) && !is_editing.get() {
            next_frame(move || {
                if let Some(button) = button.try_get_untracked().flatten() {
                    let _ = button.focus();
                }
            });
        }
        is_editing.get()
    });
    let change = fill(strings().field_change, &[("field", Value::Own(name))]);
    view! {
        <div class="detail">
            <dt>{name}</dt>
            <dd>
                {live_view(move || {
                    if is_editing.get() {
                        edit.show_refused();
                        return view! { <Editor edit /> }.into_any();
                    }
                    let shown = value.get().map(|value| edit.field.with_value(|field| field.words_for(&value)));
                    view! {
                        <button type="button" class="detail-value" node_ref=button title=change.clone() on:click=move |_| edit.begin()>
                            {match shown {
                                Some(value) => view! { <Lines text=value /> }.into_any(),
                                None => view! { <span class="quiet">{strings().field_add}</span> }.into_any(),
                            }}
                            <span class="sr-only">" " {change.clone()}</span>
                        </button>
                    }
                        .into_any()
                })}
                {live_view(move || link.get().filter(|_| !is_editing.get()).map(|uri| view! { <CallLink uri /> }))}
                {live_view(move || edit.retrying().map(waiting))}
            </dd>
        </div>
    }
}

/// Calls a number with the program that the computer has for it.
#[component]
fn CallLink(uri: String) -> impl IntoView {
    let number = uri.trim_start_matches("tel:").replace(";ext=", " × ");
    let name = fill(strings().field_call, &[("number", Value::Text(&number))]);
    view! {
        <a class="icon-button" href=uri aria-label=name.clone() title=name>
            <Icon shape=Shape::Phone />
        </a>
    }
}

#[component]
fn Editor(edit: DetailEdit) -> impl IntoView {
    let client = StoredValue::new(Client::here());
    let save = Callback::new(move |()| client.with_value(|client| edit.save(client)));
    let cancel = Callback::new(move |()| client.with_value(|client| edit.cancel(client)));
    let on_submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        save.run(());
    };
    let cancel_on_escape = move |event: ev::KeyboardEvent| {
        if event.key() == "Escape" && !event.is_composing() {
            // Escape ends the edit, and does not close the panel.
            event.prevent_default();
            cancel.run(());
        }
    };
    let is_conflict = memo(move |_| edit.refusal() == Some(CONFLICT));
    view! {
        <form class="detail-editor" on:submit=on_submit on:keydown=cancel_on_escape>
            {input(edit, save)}
            <div class="detail-buttons">
                <button type="submit" class="button small primary" disabled=move || edit.is_saving()>{strings().field_save}</button>
                <button type="button" class="button small" on:click=move |_| cancel.run(())>{strings().field_cancel}</button>
            </div>
            <p class="field-problem" role="alert">{move || edit.problem()}</p>
            {live_view(move || is_conflict.get().then(|| view! { <Conflict edit save cancel /> }))}
        </form>
    }
}

#[component]
fn Conflict(edit: DetailEdit, save: Callback<()>, cancel: Callback<()>) -> impl IntoView {
    let theirs = move || {
        edit.field.with_value(|field| {
            let value = edit.known.with(|known| known.as_ref().and_then(field.read));
            match value.map(|value| field.words_for(&value)) {
                Some(value) => filled(strings().field_conflict, &[("theirs", Value::Text(&value))]),
                None => strings().field_conflict_empty.into_any(),
            }
        })
    };
    view! {
        <div class="conflict" role="alert">
            <p>{theirs}</p>
            <button type="button" class="button small" on:click=move |_| save.run(())>{strings().field_keep_mine}</button>
            <button type="button" class="button small" on:click=move |_| cancel.run(())>{strings().field_keep_theirs}</button>
        </div>
    }
}
