//! `UnsavedFields`: pending and refused changes of fields, beside the thing that they belong to.

use crate::{
    browser::memo::{ErasedMemo, memo},
    client::{Client, FieldChange, Fields, UnsavedField},
    components::ui::{
        icon::{Icon, Shape},
        keyed_list::{KeyedList, ListHandle},
        live::live_view,
        markup::Markup,
        name::filled,
    },
    store::{
        change::{ContactChange, ConversationChange},
        record::{Failure, SendState},
    },
    strings::{Value, failure_sentence, fill, strings},
};
use leptos::{html, prelude::*};
use wire::{ContactFlag, Status};

/// The refused changes of something, each with its reason, and one line for those that are retried. Details of a contact
/// have their own place. Its element stays when it is empty: it takes the focus of a button that goes.
#[component]
pub fn UnsavedFields(of: Fields) -> impl IntoView {
    let client = Client::here();
    let place = NodeRef::<html::Div>::new();
    let fields = memo(move |_| {
        let mut fields = client.unsaved_fields(of);
        fields.retain(|field| !is_detail(&field.change));
        fields
    });
    let names = memo(move |_| fields.with(|fields| fields.iter().filter(is_refused).map(name).collect::<Vec<_>>()));
    let is_any_refused = memo(move |_| names.with(|names| !names.is_empty()));
    let retrying = memo(move |_| fields.with(|fields| fields.iter().find_map(|field| field.send_state.retrying())));
    let is_any = memo(move |_| is_any_refused.get() || retrying.get().is_some());
    let list = move || view! { <RefusedFields of fields names place /> };
    let both = move || {
        view! {
            {live_view(move || is_any_refused.get().then(list))}
            {live_view(move || retrying.get().map(waiting))}
        }
    };
    view! {
        <div class="unsaved-fields" tabindex="-1" node_ref=place>{live_view(move || is_any.get().then(both))}</div>
    }
}

fn is_detail(change: &FieldChange) -> bool {
    matches!(change, FieldChange::Contact(ContactChange::Detail(_)))
}

fn is_refused(field: &&UnsavedField) -> bool {
    field.send_state.refusal().is_some()
}

fn name(field: &UnsavedField) -> String {
    field.name.clone()
}

/// `place`: takes the focus when the last one goes.
#[component]
fn RefusedFields(
    of: Fields,
    fields: ErasedMemo<Vec<UnsavedField>>,
    names: ErasedMemo<Vec<String>>,
    place: NodeRef<html::Div>,
) -> impl IntoView {
    let handle = ListHandle::new();
    let leave = Callback::new(move |gone: String| handle.focus_beside(&names.get_untracked(), &gone, "button", place));
    let row = move |name| view! { <RefusedField of name fields leave /> };
    view! { <KeyedList keys=names row label=strings().refused_changes class="refused-fields" handle /> }
}

#[component]
fn RefusedField(
    of: Fields,
    name: String,
    fields: ErasedMemo<Vec<UnsavedField>>,
    leave: Callback<String>,
) -> impl IntoView {
    let (client, reader, known) = (Client::here(), Client::here(), name.clone());
    let sentence = live_view(move || {
        let field = fields.with(|fields| fields.iter().find(|field| field.name == known).cloned());
        let Some(UnsavedField { change, send_state: SendState::Refused(failure), .. }) = field else {
            return ().into_any();
        };
        refused(&reader, &change, failure_sentence(failure))
    });
    let (retrying, retried) = (client.clone(), name.clone());
    let retry = move |_| {
        leave.run(retried.clone());
        retrying.retry_field(of, &retried);
    };
    let discard = move |_| {
        leave.run(name.clone());
        client.discard_field(of, &name);
    };
    view! {
        <div class="refused-field" role="alert">
            <p class="note-problem"><Icon shape=Shape::TriangleAlert /><span>{sentence}</span></p>
            <div class="refused-actions">
                <button type="button" class="button quiet" on:click=retry>{strings().try_again}</button>
                <button type="button" class="button quiet" on:click=discard>{strings().note_discard}</button>
            </div>
        </div>
    }
}

/// In place of the time of a note or message that is being sent.
pub fn sending() -> Markup {
    let parts = vec![Markup::Icon(Shape::Clock), Markup::text("span", "sr-only", strings().note_waiting)];
    Markup::of("span", "clock", parts)
}

/// The reason why a change is being retried.
pub fn waiting(failure: Failure) -> Markup {
    let sentence = match failure {
        Failure::Disconnected => strings().note_offline.to_owned(),
        failure => fill(strings().note_retrying, &[("reason", Value::Own(failure_sentence(failure)))]),
    };
    Markup::of("p", "note-waits", vec![Markup::Icon(Shape::Clock), Markup::Text(sentence)])
}

/// The sentence for a refused change.
fn refused(client: &Client, change: &FieldChange, reason: &str) -> AnyView {
    let strings = strings();
    let (sentence, name, value) = match change {
        FieldChange::Conversation(ConversationChange::Status(Status::Closed)) => (strings.refused_close, "", None),
        FieldChange::Conversation(ConversationChange::Status(_)) => (strings.refused_reopen, "", None),
        FieldChange::Conversation(ConversationChange::Assignee(None)) => (strings.refused_unassign, "", None),
        FieldChange::Conversation(ConversationChange::Assignee(Some(agent))) => {
            let agent = client.store().agents.get(*agent);
            (strings.refused_assign, "name", agent.map(|agent| agent.name))
        }
        FieldChange::Contact(ContactChange::AddTag(tag)) => (strings.refused_tag_add, "tag", Some(tag.clone())),
        FieldChange::Contact(ContactChange::RemoveTag(tag)) => (strings.refused_tag_remove, "tag", Some(tag.clone())),
        FieldChange::Contact(ContactChange::AddToList(list)) => {
            (strings.refused_list_add, "list", Some(list.name.clone()))
        }
        FieldChange::Contact(ContactChange::RemoveFromList(list)) => {
            (strings.refused_list_remove, "list", Some(list.name.clone()))
        }
        FieldChange::Contact(ContactChange::Flag(flag, is_set)) => (refused_flag(*flag, *is_set), "", None),
        FieldChange::Contact(ContactChange::Detail(_)) | FieldChange::Settings(_) => (strings.note_refused, "", None),
    };
    filled(sentence, &[("reason", Value::Own(reason)), (name, Value::Name(value.as_deref().unwrap_or_default()))])
}

fn refused_flag(flag: ContactFlag, is_set: bool) -> &'static str {
    match (flag, is_set) {
        (ContactFlag::Blocked, true) => strings().refused_block,
        (ContactFlag::Blocked, false) => strings().refused_unblock,
        (ContactFlag::Unsubscribed, true) => strings().refused_unsubscribe,
        (ContactFlag::Unsubscribed, false) => strings().refused_resubscribe,
    }
}
