//! `UnsavedFields`: pending and refused changes of fields, beside the thing that they belong to.

use crate::{
    browser::memo::memo,
    client::{Client, FieldChange, Fields, UnsavedField},
    components::ui::{
        icon::{Icon, Shape},
        live::live_view,
    },
    store::{
        change::{ContactChange, ConversationChange},
        record::{Failure, SendState},
    },
    strings::{failure_sentence, fill, strings},
};
use leptos::prelude::*;
use wire::Status;

/// One line for each change that is being retried or was refused. Details of a contact show theirs beside the field.
#[component]
pub fn UnsavedFields(of: Fields) -> impl IntoView {
    let client = Client::here();
    let shown = client.clone();
    let fields = memo(move |_| {
        let mut fields = shown.unsaved_fields(of);
        fields.retain(|field| field.send_state != SendState::Waiting && !is_detail(&field.change));
        fields
    });
    live_view(move || {
        let client = client.clone();
        let line = move |field| view! { <UnsavedLine of field client=client.clone() /> };
        fields.get().into_iter().map(line).collect_view()
    })
}

fn is_detail(change: &FieldChange) -> bool {
    matches!(change, FieldChange::Contact(ContactChange::Detail(_)))
}

#[component]
fn UnsavedLine(of: Fields, field: UnsavedField, client: Client) -> impl IntoView {
    let UnsavedField { name, change, send_state } = field;
    let failure = match send_state {
        SendState::Waiting => return ().into_any(),
        SendState::Retrying(failure) => return waiting(failure).into_any(),
        SendState::Refused(failure) => failure,
    };
    let sentence = refused(&client, &change, failure_sentence(failure));
    let (retrying, retried, discarded) = (client.clone(), name.clone(), name);
    view! {
        <div class="note-problem" role="alert">
            <p><Icon shape=Shape::TriangleAlert />{sentence}</p>
            <div class="refused-actions">
                <button type="button" class="button quiet" on:click=move |_| retrying.retry_field(of, &retried)>{strings().try_again}</button>
                <button type="button" class="button quiet" on:click=move |_| client.discard_field(of, &discarded)>{strings().note_discard}</button>
            </div>
        </div>
    }
    .into_any()
}

/// The reason why a change is being retried.
pub fn waiting(failure: Failure) -> impl IntoView {
    let sentence = match failure {
        Failure::Disconnected => strings().note_offline.to_owned(),
        failure => fill(strings().note_retrying, &[("reason", failure_sentence(failure))]),
    };
    view! { <p class="note-waits"><Icon shape=Shape::Clock />{sentence}</p> }
}

/// The sentence for a refused change.
fn refused(client: &Client, change: &FieldChange, reason: &str) -> String {
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
        FieldChange::Contact(ContactChange::Detail(_)) | FieldChange::Settings(_) => (strings.note_refused, "", None),
    };
    fill(sentence, &[("reason", reason), (name, value.as_deref().unwrap_or_default())])
}
