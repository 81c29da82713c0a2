//! `NotWrittenTo`: says why no reply can be sent to a contact, and offers to change that.

use crate::browser::memo::{ErasedMemo, memo};
use crate::components::ui::{
    icon::{Icon, Shape},
    live::live_view,
    name::filled,
};
use crate::{
    client::Client,
    store::drafts::Mode,
    strings::{Value, strings},
};
use leptos::prelude::*;
use wire::{ContactFlag, ContactId, Conversation};

/// What keeps the team from writing to the contact of a conversation.
pub fn refusing_flag(known: ErasedMemo<Option<Conversation>>) -> ErasedMemo<Option<(ContactId, ContactFlag)>> {
    let client = Client::here();
    let contact = memo(move |_| known.with(|known| known.as_ref().map(|known| known.contact_id)));
    memo(move |_| {
        let contact = client.store().contacts.shown(contact.get()?)?;
        let flags = [ContactFlag::Blocked, ContactFlag::Unsubscribed];
        flags.into_iter().find(|flag| flag.of(&contact)).map(|flag| (contact.id, flag))
    })
}

/// The sentence above a reply that can't be sent.
#[component]
pub fn NotWrittenTo(
    flag: ErasedMemo<Option<(ContactId, ContactFlag)>>,
    mode: RwSignal<Mode>,
    name: ErasedMemo<String>,
) -> impl IntoView {
    let client = Client::here();
    live_view(move || {
        let (contact, flag) = flag.get().filter(|_| mode.get() == Mode::Reply)?;
        let (sentence, remedy) = match flag {
            ContactFlag::Blocked => (strings().reply_blocked, strings().unblock),
            ContactFlag::Unsubscribed => (strings().reply_unsubscribed, strings().resubscribe),
        };
        let client = client.clone();
        Some(view! {
            <p class="colleague-warning" role="status">
                <Icon shape=Shape::TriangleAlert />
                <span>{filled(sentence, &[("name", Value::Name(&name.get()))])}</span>
                <button type="button" class="button quiet" on:click=move |_| client.set_contact_flag(contact, flag, false)>
                    {remedy}
                </button>
            </p>
        })
    })
}
