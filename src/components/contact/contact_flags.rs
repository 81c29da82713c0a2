//! `ContactFlags`: blocks and unsubscribes a contact, or undoes that. Each button says what it will do.

use crate::browser::memo::{ErasedMemo, memo};
use crate::components::ui::live::live_view;
use crate::{client::Client, strings::strings};
use leptos::prelude::*;
use wire::{Contact, ContactFlag, ContactId};

#[component]
pub fn ContactFlags(contact: ContactId, known: ErasedMemo<Option<Contact>>) -> impl IntoView {
    view! {
        <div class="contact-flags">
            <OneFlag contact known flag=ContactFlag::Blocked />
            <OneFlag contact known flag=ContactFlag::Unsubscribed />
        </div>
    }
}

#[component]
fn OneFlag(contact: ContactId, known: ErasedMemo<Option<Contact>>, flag: ContactFlag) -> impl IntoView {
    let client = Client::here();
    let is_set = memo(move |_| known.with(|known| known.as_ref().is_some_and(|known| flag.of(known))));
    let id = format!("flag-{}", uuid::Uuid::now_v7());
    view! {
        <button
            type="button"
            class="button"
            aria-describedby=id.clone()
            on:click=move |_| client.set_contact_flag(contact, flag, !is_set.get_untracked())
        >
            {live_view(move || words(flag, is_set.get()).0)}
        </button>
        <p class="quiet" id=id>{live_view(move || words(flag, is_set.get()).1)}</p>
    }
}

/// The button's name, and what it will do.
fn words(flag: ContactFlag, is_set: bool) -> (&'static str, &'static str) {
    let strings = strings();
    match (flag, is_set) {
        (ContactFlag::Blocked, false) => (strings.block, strings.block_what),
        (ContactFlag::Blocked, true) => (strings.unblock, strings.unblock_what),
        (ContactFlag::Unsubscribed, false) => (strings.unsubscribe, strings.unsubscribe_what),
        (ContactFlag::Unsubscribed, true) => (strings.resubscribe, strings.resubscribe_what),
    }
}
