//! `EraseContact`: what only admins see in the panel's actions: export and erasure of the contact.

use crate::browser::memo::{ErasedMemo, memo};
use crate::components::ui::{
    dialog::Dialog,
    live::{live, live_view},
    name::filled,
};
use crate::{
    client::Client,
    store::record::Failure,
    strings::{Value, failure_sentence, fill, strings},
};
use leptos::{ev, prelude::*};
use wire::{Contact, ContactId};

/// Two buttons, and the dialog that asks before an erasure. Nothing for agents who are no admins.
#[component]
pub fn EraseContact(contact: ContactId, known: ErasedMemo<Option<Contact>>) -> impl IntoView {
    let client = Client::here();
    if !client.is_admin() {
        return ().into_any();
    }
    let (is_asking, is_exporting) = (RwSignal::new(false), RwSignal::new(false));
    let name = memo(move |_| known.with(|known| known.as_ref().map(|known| known.name.clone()).unwrap_or_default()));
    let title = memo(move |_| fill(strings().erase_title, &[("name", Value::Name(&name.get()))]));
    let export = move |_| {
        let client = client.clone();
        is_exporting.set(true);
        leptos::task::spawn_local(async move {
            if let Err(failure) = client.export_contact(contact).await {
                client.alert(fill(strings().export_failed, &[("reason", Value::Own(failure_sentence(failure)))]));
            }
            is_exporting.try_set(false);
        });
    };
    view! {
        <div class="actions admin-actions">
            <button type="button" class="button" disabled=live(move || is_exporting.get()) on:click=export>
                {strings().export_contact}
            </button>
            <button type="button" class="button" on:click=move |_| is_asking.set(true)>{strings().erase_contact}</button>
            <Dialog is_open=is_asking label=title content=move |close| view! { <Confirmation contact name close /> }.into_any() />
        </div>
    }
    .into_any()
}

/// Says what is erased, and needs a tick before it goes on.
#[component]
fn Confirmation(contact: ContactId, name: ErasedMemo<String>, close: Callback<()>) -> impl IntoView {
    let (is_sure, is_erasing) = (RwSignal::new(false), RwSignal::new(false));
    let failed = RwSignal::new(None::<Failure>);
    let client = Client::here();
    let erase = move |event: ev::SubmitEvent| {
        event.prevent_default();
        if !is_sure.get_untracked() || is_erasing.get_untracked() {
            return;
        }
        let client = client.clone();
        is_erasing.set(true);
        failed.set(None);
        leptos::task::spawn_local(async move {
            // On success the section is gone, and the dialog with it.
            if let Err(failure) = client.erase_contact(contact).await {
                failed.try_set(Some(failure));
            }
            is_erasing.try_set(false);
        });
    };
    view! {
            <form on:submit=erase>
                <h2>{live_view(move || filled(strings().erase_title, &[("name", Value::Name(&name.get()))]))}</h2>
                <p>{strings().erase_what}</p>
                <p>{strings().erase_final}</p>
                <label class="confirmation-sure">
                    <input
                        type="checkbox"
                        prop:checked=live(move || is_sure.get())
                        on:change=move |event| is_sure.set(event_target_checked(&event))
                    />
                    {strings().erase_sure}
                </label>
                {live_view(move || failed.get().map(|failure| view! { <p role="alert">{failure_sentence(failure)}</p> }))}
                <div class="confirmation-buttons">
                    <button type="button" class="button" on:click=move |_| close.run(())>{strings().field_cancel}</button>
                    <button type="submit" class="button danger" disabled=live(move || !is_sure.get() || is_erasing.get())>
                        {strings().erase_now}
                    </button>
                </div>
            </form>
    }
}
