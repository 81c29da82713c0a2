//! `ActivitySection`: what happened around a contact, with actor and time.

use crate::browser::{clock::clock, memo::memo, timers::when_idle};
use crate::components::ui::live::live_view;
use crate::{
    client::Client,
    components::{
        contact::panel_section::PanelSection,
        shared::{
            load_problem::{LoadProblem, Waiting},
            timestamp::timestamp,
        },
        ui::{markup::Markup, name::filled_markup, virtual_list::VirtualList},
    },
    store::record::Load,
    strings::{Value, strings},
};
use leptos::prelude::*;
use wire::{Activity, ActivityKind, ContactId};

/// The Activity section of the panel.
#[component]
pub fn ActivitySection(contact: ContactId) -> impl IntoView {
    view! {
        <PanelSection name="activity" title=strings().activity>
            <Entries contact />
        </PanelSection>
    }
}

#[component]
fn Entries(contact: ContactId) -> impl IntoView {
    let client = Client::here();
    // Below what is seen first.
    let later = client.clone();
    when_idle(move || later.load_activity(contact));
    let activity = client.store().contacts.activity(contact);
    let (items, load) = (activity.items.clone(), activity.load.clone());
    let keys = memo(move |_| items.with(|items| items.iter().map(|item| item.seq).collect::<Vec<_>>()));
    let entries = activity.items.clone();
    // Newest first. Entries never change, so a row takes a value.
    let entry = move |seq: u64| {
        entries.with_untracked(|all| {
            let at = all.binary_search_by(|item| seq.cmp(&item.seq)).ok()?;
            all.get(at).cloned()
        })
    };
    let is_empty = memo(move |_| keys.with(Vec::is_empty));
    let older = {
        let client = client.clone();
        Callback::new(move |()| client.load_older_activity(contact))
    };
    let retry = Callback::new(move |()| client.load_activity(contact));
    view! {
        <VirtualList
            keys
            row=move |seq| entry(seq).map(|item| view! { <Entry contact item /> })
            estimate=44.0
            label=strings().activity
            class="activity-rows"
            on_near_end=older
        />
        {live_view(move || match (load.get(), is_empty.get()) {
            (Load::Failed(failure), _) => Some(view! { <LoadProblem failure retry /> }.into_any()),
            (Load::Ready, true) => Some(view! { <p class="empty">{strings().activity_empty}</p> }.into_any()),
            (Load::Idle | Load::Loading, true) => Some(view! { <Waiting /> }.into_any()),
            _ => None,
        })}
    }
}

/// One entry; that of a merge which this agent can undo has a button for it.
#[component]
fn Entry(contact: ContactId, item: Activity) -> impl IntoView {
    let client = Client::here();
    let (me, clock) = (client.my_id(), clock());
    let items = client.store().contacts.activity(contact).items.clone();
    let (seq, is_mine) = (item.seq, item.actor.as_ref().is_some_and(|actor| actor.id == me));
    // The entry itself never changes, but a merge may have been undone.
    let undo = memo(move |_| {
        let undo = items.with(|items| items.iter().find(|item| item.seq == seq).and_then(|item| item.undo));
        undo.filter(|undo| is_mine && undo.until.timestamp_millis() as f64 > clock.now())
    });
    view! {
        {live_view(move || shown(&item))}
        {live_view(move || {
            let client = client.clone();
            undo.get()
                .map(|undo| {
                    view! {
                        <button type="button" class="button quiet" on:click=move |_| client.undo_merge(undo.contact_id)>
                            {strings().merge_undo}
                        </button>
                    }
                })
        })}
    }
}

fn shown(item: &Activity) -> Markup {
    Markup::of("p", "activity", vec![Markup::of("span", "", sentence(item)), timestamp(item.at)])
}

fn sentence(item: &Activity) -> Vec<Markup> {
    let strings = strings();
    let sentence = match item.kind {
        ActivityKind::ConversationOpened => strings.activity_opened,
        ActivityKind::ConversationClosed => strings.activity_closed,
        ActivityKind::ConversationReopened => strings.activity_reopened,
        ActivityKind::ConversationAutomated => strings.activity_automated,
        ActivityKind::ConversationAssigned => strings.activity_assigned,
        ActivityKind::ConversationUnassigned => strings.activity_unassigned,
        ActivityKind::NoteAdded => strings.activity_note_added,
        ActivityKind::NoteDeleted => strings.activity_note_deleted,
        ActivityKind::NoteRestored => strings.activity_note_restored,
        ActivityKind::TagAdded => strings.activity_tag_added,
        ActivityKind::TagRemoved => strings.activity_tag_removed,
        ActivityKind::DetailsChanged => strings.activity_details,
        ActivityKind::ListAdded => strings.activity_list_added,
        ActivityKind::ListRemoved => strings.activity_list_removed,
        ActivityKind::ContactBlocked => strings.activity_blocked,
        ActivityKind::ContactUnblocked => strings.activity_unblocked,
        ActivityKind::ContactUnsubscribed => strings.activity_unsubscribed,
        ActivityKind::ContactResubscribed => strings.activity_resubscribed,
        ActivityKind::ContactMerged => strings.activity_merged,
        ActivityKind::ContactMergeUndone => strings.activity_merge_undone,
        // By a command of the server.
        ActivityKind::ContactErased if item.actor.is_none() => strings.contact_erased,
        ActivityKind::ContactErased => strings.activity_erased,
    };
    let who = item.actor.as_ref().map_or(Value::Own(strings.activity_nobody), |actor| Value::Name(&actor.name));
    let subject = item.subject.as_deref().unwrap_or_default();
    let fields = fields(subject);
    let subject = match item.kind {
        ActivityKind::DetailsChanged => Value::Own(&fields),
        _ => Value::Name(subject),
    };
    filled_markup(sentence, &[("who", who), ("subject", subject)])
}

/// Translates wire names of fields into the agent's language.
fn fields(names: &str) -> String {
    let named = names.split(',').map(|name| field_name(name.trim()));
    named.collect::<Vec<_>>().join(", ")
}

/// A detail's name in the agent's language, by its wire name.
pub(super) fn field_name(name: &str) -> &'static str {
    let strings = strings();
    match name {
        "name" => strings.field_name,
        "email" => strings.field_email,
        "phone" => strings.field_phone,
        "external_id" => strings.field_external_id,
        "address" => strings.field_address,
        "birthday" => strings.field_birthday,
        "language" => strings.field_language,
        "default_channel" => strings.field_default_channel,
        "time_zone" => strings.field_time_zone,
        _ => strings.details,
    }
}
