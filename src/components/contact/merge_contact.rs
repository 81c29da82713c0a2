//! `MergeContact`: merges the contact with another one: a button, and a dialog that finds the other one and shows what moves
//! and what differs.

use super::merge_preview::MergePreview;
use crate::browser::memo::{ErasedMemo, memo};
use crate::browser::timers::Timer;
use crate::components::ui::{
    dialog::Dialog,
    live::live_view,
    name::{Name, filled},
};
use crate::{
    client::Client,
    components::shared::{avatar::avatar, typed::Typed},
    store::record::Failure,
    strings::{Value, failure_sentence, fill, strings},
};
use leptos::{html, prelude::*};
use send_wrapper::SendWrapper;
use wire::{Contact, ContactId};

/// A search begins when nothing was typed for this long.
const PAUSE_MS: u32 = 150;

#[component]
pub fn MergeContact(contact: ContactId, known: ErasedMemo<Option<Contact>>) -> impl IntoView {
    let is_asking = RwSignal::new(false);
    let name = memo(move |_| known.with(|known| known.as_ref().map(|known| known.name.clone()).unwrap_or_default()));
    let title = memo(move |_| fill(strings().merge_title, &[("name", Value::Name(&name.get()))]));
    let content = move |close| view! { <Merging contact known name close /> }.into_any();
    view! {
        <div class="actions merge-action">
            <button type="button" class="button" on:click=move |_| is_asking.set(true)>{strings().merge}</button>
            <Dialog is_open=is_asking label=title class="merge" content />
        </div>
    }
}

#[component]
fn Merging(
    contact: ContactId,
    known: ErasedMemo<Option<Contact>>,
    name: ErasedMemo<String>,
    close: Callback<()>,
) -> impl IntoView {
    let other = RwSignal::new(None::<Contact>);
    view! {
        <h2>{live_view(move || filled(strings().merge_title, &[("name", Value::Name(&name.get()))]))}</h2>
        {live_view(move || match other.get().zip(known.get_untracked()) {
            None => view! { <FindOther contact other close /> }.into_any(),
            Some((other_one, this)) => view! { <MergePreview this other=other_one chosen=other close /> }.into_any(),
        })}
    }
}

/// What was found for a text.
#[derive(Clone, PartialEq)]
enum Search {
    NoText,
    Found(Vec<Contact>),
    Failed(Failure),
}

#[component]
fn FindOther(contact: ContactId, other: RwSignal<Option<Contact>>, close: Callback<()>) -> impl IntoView {
    let client = Client::here();
    let (text, typed, found) = (RwSignal::new(String::new()), Typed::line(), RwSignal::new(Search::NoText));
    let field = NodeRef::<html::Input>::new();
    let pause = StoredValue::new(None::<SendWrapper<Timer>>);
    let look = Callback::new(move |()| {
        let (client, wanted) = (client.clone(), text.get_untracked());
        if wanted.trim().is_empty() {
            return found.set(Search::NoText);
        }
        leptos::task::spawn_local(async move {
            let answer = client.contacts_with(&wanted).await;
            // An answer to an earlier text is not shown.
            if text.try_with_untracked(|text| *text == wanted) != Some(true) {
                return;
            }
            found.try_set(match answer {
                Ok(contacts) => Search::Found(contacts.into_iter().filter(|one| one.id != contact).collect()),
                Err(failure) => Search::Failed(failure),
            });
        });
    });
    crate::browser::timers::soon(move || {
        if let Some(field) = field.try_get_untracked().flatten() {
            let _ = field.focus();
        }
    });
    view! {
        <p>{strings().merge_what}</p>
        <input
            type="text"
            inputmode="search"
            autocomplete="off"
            maxlength="200"
            class="input"
            node_ref=field
            aria-label=strings().merge_search
            placeholder=strings().merge_search
            on:input=move |event| {
                text.set(typed.text(&event));
                pause.set_value(Some(SendWrapper::new(Timer::after(PAUSE_MS, move || look.run(())))));
            }
            on:paste=move |event| typed.paste(&event)
        />
        {typed.hint()}
        {live_view(move || match found.get() {
            Search::NoText => ().into_any(),
            Search::Failed(failure) => view! {
                <p class="field-problem" role="alert">{failure_sentence(failure)}</p>
                <button type="button" class="button" on:click=move |_| look.run(())>{strings().try_again}</button>
            }
                .into_any(),
            Search::Found(contacts) if contacts.is_empty() => {
                view! { <p class="empty" role="status">{strings().merge_nobody}</p> }.into_any()
            }
            Search::Found(contacts) => view! {
                <ul class="menu-list merge-found" role="list" aria-label=strings().search_contacts>
                    {contacts.into_iter().map(|found| view! { <Choice found other /> }).collect_view()}
                </ul>
            }
                .into_any(),
        })}
        <div class="confirmation-buttons">
            <button type="button" class="button" on:click=move |_| close.run(())>{strings().field_cancel}</button>
        </div>
    }
}

#[component]
fn Choice(found: Contact, other: RwSignal<Option<Contact>>) -> impl IntoView {
    let (name, seed, beside) = (found.name.clone(), found.id.0, beside(&found));
    view! {
        <li>
            <button type="button" class="menu-item" on:click=move |_| other.set(Some(found.clone()))>
                {avatar(&name, seed)}
                <span class="merge-who">
                    <Name name />
                    {beside.map(|beside| view! { <span class="quiet"><Name name=beside /></span> })}
                </span>
            </button>
        </li>
    }
}

/// What tells contacts of one name apart.
pub(super) fn beside(contact: &Contact) -> Option<String> {
    let address = contact.channels.first().map(|channel| channel.address.clone());
    contact.email.clone().or(address).or_else(|| contact.phone.clone()).or_else(|| contact.external_id.clone())
}
