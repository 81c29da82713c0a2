//! `MergePreview`: what moves when two contacts are merged, who stays, and which of two details is kept.

use super::{activity_section::field_name, merge_contact::beside};
use crate::browser::memo::{ErasedMemo, memo};
use crate::components::ui::{
    live::{live, live_view},
    name::{filled, name as shown_name},
};
use crate::{
    client::Client,
    components::shared::channel_mark::channel_name,
    store::record::Failure,
    strings::{Value, failure_sentence, strings},
};
use leptos::{ev, prelude::*};
use std::collections::HashSet;
use wire::{Contact, ContactPatch, Totals};

/// The details of both, in the panel's order.
const FIELDS: [&str; 9] =
    ["name", "phone", "email", "external_id", "address", "birthday", "language", "default_channel", "time_zone"];

/// `chosen`: emptied, it leads back to the search.
#[component]
pub fn MergePreview(
    this: Contact,
    other: Contact,
    chosen: RwSignal<Option<Contact>>,
    close: Callback<()>,
) -> impl IntoView {
    let client = Client::here();
    let both = StoredValue::new([this, other]);
    // Which of the two stays, and the details that are taken from the other one.
    let (stays, taken) = (RwSignal::new(0_usize), RwSignal::new(HashSet::<&'static str>::new()));
    let (is_merging, failed) = (RwSignal::new(false), RwSignal::new(None::<Failure>));
    let merge = move |event: ev::SubmitEvent| {
        event.prevent_default();
        if is_merging.get_untracked() {
            return;
        }
        let client = client.clone();
        let (kept, gone) = pair(both, stays.get_untracked());
        let details = taken.with_untracked(|taken| details(&kept, &gone, taken));
        is_merging.set(true);
        failed.set(None);
        leptos::task::spawn_local(async move {
            match client.merge_contact(&gone, kept.id, details).await {
                // If the panel was that of the other one, the dialog is gone with it.
                Ok(()) => {
                    if is_merging.try_get_untracked().is_some() {
                        close.run(());
                    }
                }
                Err(failure) => {
                    failed.try_set(Some(failure));
                }
            }
            is_merging.try_set(false);
        });
    };
    view! {
        <form on:submit=merge>
            <WhoStays both stays taken />
            {live_view(move || view! { <WhatMoves pair=pair(both, stays.get()) /> })}
            {live_view(move || view! { <WhatDiffers pair=pair(both, stays.get()) taken /> })}
            <p class="quiet">{strings().merge_undo_hint}</p>
            {live_view(move || failed.get().map(|failure| view! { <p role="alert">{failure_sentence(failure)}</p> }))}
            <div class="confirmation-buttons">
                <button type="button" class="button" on:click=move |_| chosen.set(None)>{strings().merge_back}</button>
                <button type="button" class="button" on:click=move |_| close.run(())>{strings().field_cancel}</button>
                <button type="submit" class="button primary" disabled=live(move || is_merging.get())>
                    {strings().merge_now}
                </button>
            </div>
        </form>
    }
}

/// The one who stays, and the one who is merged into them.
fn pair(both: StoredValue<[Contact; 2]>, stays: usize) -> (Contact, Contact) {
    both.with_value(|both| (both[stays].clone(), both[1 - stays].clone()))
}

/// Of the details in which they differ, those that are taken from the one who goes.
fn details(kept: &Contact, gone: &Contact, taken: &HashSet<&'static str>) -> ContactPatch {
    let mut differing = fields(&ContactPatch::between(kept, gone));
    differing.retain(|name, _| taken.contains(name.as_str()));
    serde_json::from_value(serde_json::Value::Object(differing)).unwrap_or_default()
}

fn fields(of: &impl serde::Serialize) -> serde_json::Map<String, serde_json::Value> {
    match serde_json::to_value(of) {
        Ok(serde_json::Value::Object(fields)) => fields,
        _ => serde_json::Map::new(),
    }
}

/// A detail as it is shown; `None` if it is empty.
fn detail(contact: &Contact, name: &str) -> Option<String> {
    match name {
        "default_channel" => contact.default_channel.map(|kind| channel_name(kind).to_owned()),
        name => fields(contact).get(name)?.as_str().map(str::to_owned),
    }
}

#[component]
fn WhoStays(
    both: StoredValue<[Contact; 2]>,
    stays: RwSignal<usize>,
    taken: RwSignal<HashSet<&'static str>>,
) -> impl IntoView {
    let group = uuid::Uuid::now_v7().to_string();
    let choice = move |nth: usize| {
        let (contact, _) = pair(both, nth);
        let beside = beside(&contact);
        view! {
            <label class="merge-choice">
                <input
                    type="radio"
                    name=group.clone()
                    prop:checked=live(move || stays.get() == nth)
                    on:change=move |_| {
                        stays.set(nth);
                        taken.set(HashSet::new());
                    }
                />
                <span class="merge-who">
                    {shown_name(&contact.name, "")}
                    {beside.map(|beside| shown_name(&beside, "quiet"))}
                </span>
            </label>
        }
    };
    view! {
        <fieldset class="merge-group">
            <legend>{strings().merge_stays}</legend>
            {[0, 1].map(choice).collect_view()}
        </fieldset>
    }
}

/// How much moves, and what belongs to both.
#[component]
fn WhatMoves(pair: (Contact, Contact)) -> impl IntoView {
    let client = Client::here();
    let (kept, gone) = pair;
    let totals = RwSignal::new(None::<Totals>);
    let id = gone.id;
    leptos::task::spawn_local(async move {
        // Without the numbers, the sentence says the same without them.
        if let Ok(found) = client.totals_of_contact(id).await {
            totals.try_set(Some(found));
        }
    });
    let names = StoredValue::new((gone.name.clone(), kept.name.clone()));
    let flags = [
        (gone.blocked && !kept.blocked, strings().merge_blocked),
        (gone.unsubscribed && !kept.unsubscribed, strings().merge_unsubscribed),
    ];
    view! {
        <p>
            {live_view(move || {
                let (conversations, notes) = match totals.get() {
                    Some(Totals { conversations, notes }) => (
                        strings().merge_conversations.of(usize::try_from(conversations).unwrap_or(usize::MAX)),
                        strings().merge_notes.of(usize::try_from(notes).unwrap_or(usize::MAX)),
                    ),
                    None => (strings().merge_all_conversations.to_owned(), strings().merge_all_notes.to_owned()),
                };
                names.with_value(|(gone, kept)| {
                    let values = [
                        ("conversations", Value::Own(conversations.as_str())),
                        ("notes", Value::Own(notes.as_str())),
                        ("gone", Value::Name(gone)),
                        ("kept", Value::Name(kept)),
                    ];
                    filled(strings().merge_moves, &values)
                })
            })}
        </p>
        {flags
            .into_iter()
            .filter(|(is_new, _)| *is_new)
            .map(|(_, sentence)| view! { <p>{filled(sentence, &[("name", Value::Name(&gone.name))])}</p> })
            .collect_view()}
    }
}

/// The details that both have and that differ, to choose from.
#[component]
fn WhatDiffers(pair: (Contact, Contact), taken: RwSignal<HashSet<&'static str>>) -> impl IntoView {
    let (kept, gone) = pair;
    let differing = FIELDS.into_iter().filter_map(|name| {
        let (ours, theirs) = (detail(&kept, name)?, detail(&gone, name)?);
        (ours != theirs).then(|| view! { <OneDetail name values=[ours, theirs] taken /> })
    });
    let differing: Vec<_> = differing.collect();
    if differing.is_empty() {
        return view! { <p class="quiet">{strings().merge_same}</p> }.into_any();
    }
    view! { <div class="merge-details">{differing}</div> }.into_any()
}

#[component]
fn OneDetail(name: &'static str, values: [String; 2], taken: RwSignal<HashSet<&'static str>>) -> impl IntoView {
    let group = uuid::Uuid::now_v7().to_string();
    let is_taken: ErasedMemo<bool> = memo(move |_| taken.with(|taken| taken.contains(name)));
    let choice = move |(value, takes): (String, bool)| {
        view! {
            <label class="merge-choice">
                <input
                    type="radio"
                    name=group.clone()
                    prop:checked=live(move || is_taken.get() == takes)
                    on:change=move |_| taken.update(|taken| {
                        if takes { taken.insert(name) } else { taken.remove(name) };
                    })
                />
                {shown_name(&value, "")}
            </label>
        }
    };
    view! {
        <fieldset class="merge-group">
            <legend>{field_name(name)}</legend>
            {values.into_iter().zip([false, true]).map(choice).collect_view()}
        </fieldset>
    }
}
