//! `NewConversation`: writes first to an address, of a contact who is known or not: a button, and a dialog.

use crate::browser::memo::memo;
use crate::components::ui::{
    dialog::Dialog,
    live::{live, live_view},
};
use crate::{
    client::Client,
    components::{inbox::filters::full_name, shared::typed::Typed},
    navigation::{navigator::Navigator, views::InboxView},
    store::record::Failure,
    strings::{Value, failure_sentence, fill, strings},
};
use leptos::{ev, prelude::*};
use wire::{Channel, ChannelId, ChannelKind, ContactKey, ProblemCode};

/// Nothing where the organization has no channel on which somebody is written to by an address.
#[component]
pub fn NewConversation() -> impl IntoView {
    let is_asking = RwSignal::new(false);
    let channels: Vec<Channel> =
        Client::here().channels().iter().filter(|channel| key(channel.kind).is_some()).cloned().collect();
    (!channels.is_empty()).then(|| {
        let channels = StoredValue::new(channels);
        view! {
            <button type="button" class="button" on:click=move |_| is_asking.set(true)>{strings().start_new}</button>
            <Dialog
                is_open=is_asking
                label=memo(|_| strings().start_new.to_owned())
                class="merge"
                content=move |close| view! { <NewForm channels close /> }.into_any()
            />
        }
    })
}

/// What a contact is found or made by, for a channel of this kind. `None`: nobody is reached there by an address alone.
fn key(kind: ChannelKind) -> Option<ContactKey> {
    match kind {
        ChannelKind::Email => Some(ContactKey::Email),
        ChannelKind::Sms | ChannelKind::Whatsapp | ChannelKind::Voice => Some(ContactKey::Phone),
        ChannelKind::Chat | ChannelKind::Messenger | ChannelKind::Instagram => None,
    }
}

#[component]
fn NewForm(channels: StoredValue<Vec<Channel>>, close: Callback<()>) -> impl IntoView {
    let (client, navigator) = (Client::here(), Navigator::here());
    let chosen = RwSignal::new(channels.with_value(|channels| channels.first().map(|channel| channel.id)));
    let kind = memo(move |_| {
        let id = chosen.get();
        channels
            .with_value(|channels| channels.iter().find(|channel| Some(channel.id) == id).map(|channel| channel.kind))
    });
    let by = memo(move |_| kind.get().and_then(key).unwrap_or(ContactKey::Email));
    let (address, name) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let (is_starting, failed) = (RwSignal::new(false), RwSignal::new(None::<Failure>));
    let start = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let Some(channel) = chosen.get_untracked().filter(|_| !is_starting.get_untracked()) else { return };
        let (client, by) = (client.clone(), by.get_untracked());
        let (address, name) = (address.get_untracked().trim().to_owned(), name.get_untracked().trim().to_owned());
        is_starting.set(true);
        failed.set(None);
        leptos::task::spawn_local(async move {
            let name = Some(name).filter(|name| !name.is_empty());
            let started = match client.make_contact_by(by, &address, name).await {
                Ok(contact) => client.start_conversation(contact, channel).await,
                Err(failure) => Err(failure),
            };
            match started {
                Ok(conversation) => navigator.go.run(InboxView::default().opening_with_panel(conversation)),
                Err(failure) => {
                    failed.try_set(Some(failure));
                }
            }
            is_starting.try_set(false);
        });
    };
    view! {
            <form class="new-conversation" on:submit=start>
                <h2>{strings().start_new}</h2>
                <label>
                    <span>{strings().start_channel}</span>
                    <ChannelChoice channels chosen />
                </label>
                <label>
                    <span>{live_view(move || address_name(by.get()))}</span>
                    <OneLine value=address is_first=true />
                </label>
                <label>
                    <span>{strings().start_name}</span>
                    <OneLine value=name is_first=false />
                </label>
                <p class="quiet">{strings().start_new_what}</p>
                {live_view(move || failed.get().map(|failure| view! { <p role="alert">{sentence(failure, by.get_untracked())}</p> }))}
                <div class="confirmation-buttons">
                    <button type="button" class="button" on:click=move |_| close.run(())>{strings().field_cancel}</button>
                    <button
                        type="submit"
                        class="button primary"
                        disabled=live(move || is_starting.get() || address.with(|address| address.trim().is_empty()))
                    >
                        {strings().start_conversation}
                    </button>
                </div>
            </form>
    }
}

#[component]
fn ChannelChoice(channels: StoredValue<Vec<Channel>>, chosen: RwSignal<Option<ChannelId>>) -> impl IntoView {
    view! {
        <select class="select" on:change=move |event| chosen.set(event_target_value(&event).parse().ok())>
            {channels
                .get_value()
                .into_iter()
                .map(|channel| {
                    let id = channel.id;
                    view! { <option value=id.to_string() selected=live(move || chosen.get() == Some(id))>{full_name(&channel)}</option> }
                })
                .collect_view()}
        </select>
    }
}

#[component]
fn OneLine(value: RwSignal<String>, is_first: bool) -> impl IntoView {
    let typed = Typed::line();
    view! {
        <input
            class="input"
            autocomplete="off"
            dir="auto"
            maxlength="254"
            autofocus=is_first
            prop:value=live(move || value.get())
            on:input=move |event| value.set(typed.text(&event))
            on:paste=move |event| typed.paste(&event)
        />
        {typed.hint()}
    }
}

fn address_name(by: ContactKey) -> &'static str {
    match by {
        ContactKey::Phone => strings().field_phone,
        ContactKey::Email | ContactKey::ExternalId => strings().field_email,
    }
}

/// An address that isn't one is said in its own words.
fn sentence(failure: Failure, by: ContactKey) -> String {
    let strings = strings();
    match (failure, by) {
        (Failure::Refused(ProblemCode::InvalidField), ContactKey::Phone) => strings.field_bad_phone.to_owned(),
        (Failure::Refused(ProblemCode::InvalidField), _) => strings.field_bad_email.to_owned(),
        _ => fill(strings.start_failed, &[("reason", Value::Own(failure_sentence(failure)))]),
    }
}
