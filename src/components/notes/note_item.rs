//! `NoteItem`: one contact note: author, content, date and time, trashcan. Also the parts that a conversation note
//! shares.

use crate::browser::memo::{ErasedMemo, memo};
use crate::components::ui::live::{live, live_view};
use crate::{
    client::Client,
    components::{
        shared::{
            long_text::{LongText, is_long},
            seen::when_seen,
            timestamp::{Timestamp, absolute},
            unsaved_fields::waiting,
        },
        ui::{
            icon::{Icon, Shape},
            markup::Markup,
            name::name,
            text::text_markup,
        },
    },
    store::record::{SendState, State},
    strings::{Value, failure_sentence, fill, strings},
};
use leptos::{html, prelude::*};
use wire::{AgentRef, ContactId, ContactNoteId, Role, Time};

/// Author, time and state: the parts of a note that may change while it is shown.
pub type NoteHeader = ErasedMemo<Option<(AgentRef, Time, State)>>;

/// A contact note. `wanted`: what is searched for in the notes. `deleted` is called on a click on the trashcan, before the
/// note disappears.
#[component]
pub fn NoteItem(
    contact: ContactId,
    id: ContactNoteId,
    wanted: ErasedMemo<String>,
    deleted: Callback<ContactNoteId>,
) -> impl IntoView {
    let client = Client::here();
    let notes = client.store().contact_notes.of(contact);
    let cell = notes.timeline.cell(id);
    let first = cell.with_untracked(|record| record.shown().map(|(note, _)| note.into_owned()));
    let (edit_client, drop_client) = (client.clone(), client.clone());
    let is_new = memo(move |_| notes.is_new(id));
    let state: NoteHeader = memo(move |_| {
        cell.with(|record| record.shown().map(|(note, state)| (note.author.clone(), note.created_at, state)))
    });
    let edit = Callback::new(move |()| {
        if let Some(body) = edit_client.take_back_contact_note(contact, id) {
            edit_client.put_back_contact_note(contact, body.as_str());
        }
    });
    let discard = Callback::new(move |()| {
        drop_client.take_back_contact_note(contact, id);
    });
    let delete = Callback::new(move |()| {
        deleted.run(id);
        client.delete_contact_note(contact, id);
    });
    first.map(|note| {
        view! {
            <article class="note" part="note">
                {live_view(move || is_new.get().then(|| view! { <FirstLines contact id /> }))}
                <div class="note-head">
                    <NoteState state edit discard />
                    <DeleteButton state delete />
                </div>
                {note_body(note.body.into_string(), Some(wanted))}
            </article>
        }
    })
}

/// A note's text. `wanted`: what is searched for, if there is a search.
pub fn note_body(text: String, wanted: Option<ErasedMemo<String>>) -> AnyView {
    if !is_long(&text) {
        return Markup::of("div", "note-body", vec![text_markup(text)]).into_any();
    }
    let wanted = wanted.unwrap_or_else(|| String::new().into());
    view! { <div class="note-body"><LongText text wanted /></div> }.into_any()
}

/// An overlay on a new note's first lines: when these were seen, the note counts as seen. A long note may not fit into
/// the view.
#[component]
fn FirstLines(contact: ContactId, id: ContactNoteId) -> impl IntoView {
    let client = Client::here();
    let lines = NodeRef::<html::Span>::new();
    when_seen(lines, Some(id).into(), Callback::new(move |id| client.see_contact_note(contact, id)));
    view! { <span class="first-lines" aria-hidden="true" node_ref=lines></span> }
}

/// Author and time; while pending, a clock instead of the time; when refused, the reason with Edit and Discard.
#[component]
pub fn NoteState(state: NoteHeader, edit: Callback<()>, discard: Callback<()>) -> impl IntoView {
    let author = memo(move |_| state.with(|state| state.as_ref().map(|(author, _, _)| author.clone())));
    let standing = memo(move |_| state.with(|state| state.as_ref().map(|(_, at, state)| (*at, *state))));
    view! {
        {live_view(move || {
            let author = author.get();
            let removed = author.as_ref().filter(|author| author.removed);
            let removed = removed.map(|_| Markup::text("small", "", format!(" {}", strings().author_removed)));
            let parts = author.map(|author| name(&author.name, "")).into_iter().chain(removed).collect();
            Markup::of("p", "note-author", parts)
        })}
        {live_view(move || match standing.get() {
            Some((at, State::Saved)) => Some(view! { <Timestamp at /> }.into_any()),
            Some((_, State::Unsaved(send_state))) => Some(view! { <Unsaved send_state edit discard /> }.into_any()),
            None => None,
        })}
    }
}

#[component]
fn Unsaved(send_state: SendState, edit: Callback<()>, discard: Callback<()>) -> impl IntoView {
    match send_state {
        SendState::Waiting => view! {
            <span class="clock"><Icon shape=Shape::Clock /><span class="sr-only">{strings().note_waiting}</span></span>
        }
        .into_any(),
        SendState::Retrying(failure) => waiting(failure).into_any(),
        SendState::Refused(failure) => view! {
            <div class="note-problem" role="alert">
                <p><Icon shape=Shape::TriangleAlert />{fill(strings().note_refused, &[("reason", Value::Own(failure_sentence(failure)))])}</p>
                <div class="refused-actions">
                    <button type="button" class="button quiet" on:click=move |_| edit.run(())>{strings().note_edit}</button>
                    <button type="button" class="button quiet" on:click=move |_| discard.run(())>{strings().note_discard}</button>
                </div>
            </div>
        }
        .into_any(),
    }
}

/// The trashcan. An agent without permission sees it too, with the reason.
#[component]
pub fn DeleteButton(state: NoteHeader, delete: Callback<()>) -> impl IntoView {
    let client = Client::here();
    let (me, is_admin) = (client.my_id(), client.me().agent.role == Role::Admin);
    let is_there =
        memo(move |_| state.with(|state| !matches!(state, None | Some((_, _, State::Unsaved(SendState::Refused(_)))))));
    let may_delete =
        memo(move |_| state.with(|state| state.as_ref().is_some_and(|(author, ..)| is_admin || author.id == me)));
    let author =
        memo(move |_| state.with(|state| state.as_ref().map(|(author, ..)| author.name.clone()).unwrap_or_default()));
    let name = memo(move |_| {
        let when = state.with(|state| state.as_ref().map(|(_, at, _)| absolute(*at)).unwrap_or_default());
        fill(strings().note_delete_named, &[("author", Value::Name(&author.get())), ("when", Value::Own(&when))])
    });
    let reason = move || fill(strings().note_delete_not_yours, &[("author", Value::Name(&author.get()))]);
    move || {
        let client = client.clone();
        is_there.get().then(|| {
            view! {
                <button
                    type="button"
                    class="icon-button trash"
                    aria-label=live(move || name.get())
                    title=live(move || if may_delete.get() { name.get() } else { reason() })
                    aria-disabled=live(move || (!may_delete.get()).to_string())
                    on:click=move |_| {
                        if may_delete.get_untracked() { delete.run(()) } else { client.alert(untrack(reason)) }
                    }
                >
                    <Icon shape=Shape::Trash />
                </button>
            }
        })
    }
}
