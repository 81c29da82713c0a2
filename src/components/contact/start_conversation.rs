//! `StartConversation`: writes to a contact first, on their default channel or on another one.

use crate::browser::memo::{ErasedMemo, memo};
use crate::components::ui::live::{live, live_view};
use crate::{
    client::Client,
    components::inbox::filters::full_name,
    navigation::navigator::Navigator,
    store::record::Failure,
    strings::{Value, failure_sentence, fill, strings},
};
use leptos::{ev, prelude::*};
use wire::{Channel, ChannelId, Contact, ContactId};

/// The channels to choose from, and the button.
#[component]
pub fn StartConversation(contact: ContactId, known: ErasedMemo<Option<Contact>>) -> impl IntoView {
    let (client, navigator) = (Client::here(), Navigator::here());
    let channels = client.channels().to_vec();
    let (first, options) = (channels.clone(), channels.clone());
    let chosen = RwSignal::new(None::<ChannelId>);
    let channel = memo(move |_| chosen.get().or_else(|| known.with(|known| usual(&first, known.as_ref()))));
    let (is_starting, failed) = (RwSignal::new(false), RwSignal::new(None::<Failure>));
    let start = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let Some(channel) = channel.get_untracked().filter(|_| !is_starting.get_untracked()) else { return };
        let client = client.clone();
        is_starting.set(true);
        failed.set(None);
        leptos::task::spawn_local(async move {
            match client.start_conversation(contact, channel).await {
                Ok(started) => navigator.go.run(navigator.view.get_untracked().opening_with_panel(started)),
                Err(failure) => {
                    failed.try_set(Some(failure));
                }
            }
            is_starting.try_set(false);
        });
    };
    view! {
        <form class="start-conversation" on:submit=start>
            <select
                class="select"
                aria-label=strings().start_channel
                on:change=move |event| chosen.set(event_target_value(&event).parse().ok())
            >
                {options
                    .into_iter()
                    .map(|option| {
                        let id = option.id;
                        view! { <option value=id.to_string() selected=live(move || channel.get() == Some(id))>{full_name(&option)}</option> }
                    })
                    .collect_view()}
            </select>
            <button type="submit" class="button" disabled=live(move || is_starting.get())>{strings().start_conversation}</button>
            {live_view(move || {
                failed
                    .get()
                    .map(|failure| {
                        let reason = [("reason", Value::Own(failure_sentence(failure)))];
                        view! { <p class="field-problem" role="alert">{fill(strings().start_failed, &reason)}</p> }
                    })
            })}
        </form>
    }
}

/// The channel of the contact's default kind, else of a kind on which they have an address, else any.
fn usual(channels: &[Channel], contact: Option<&Contact>) -> Option<ChannelId> {
    let of_kind = |kind| channels.iter().find(|channel| channel.kind == kind);
    let default = contact.and_then(|contact| of_kind(contact.default_channel?));
    let reached = || contact.and_then(|contact| contact.channels.iter().find_map(|address| of_kind(address.kind)));
    default.or_else(reached).or_else(|| channels.first()).map(|channel| channel.id)
}
