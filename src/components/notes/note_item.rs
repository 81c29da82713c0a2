//! `NoteItem`: one contact note: author, content, date and time, trashcan. Also the parts that a conversation note
//! shares.

use crate::browser::memo::{ErasedMemo, memo};
use crate::components::ui::live::{live, live_view};
use crate::{
    client::Client,
    components::{
        shared::{
            found::{FoundItem, is_found},
            long_text::{LongText, is_long},
            seen::when_seen,
            timestamp::{absolute, timestamp},
            unsaved_fields::{sending, waiting},
        },
        ui::{
            gestures::closest,
            icon::{Icon, Shape},
            markup::Markup,
            name::name,
            text::text_markup,
        },
    },
    store::record::{Failure, SendState, State},
    strings::{Value, failure_sentence, fill, strings},
};
use leptos::{ev, html, prelude::*};
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
    let is_marked = memo(move |_| is_found(FoundItem::ContactNote(id)));
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
            <article class="note" class:found=live(move || is_marked.get()) part="note" tabindex="-1">
                {live_view(move || is_new.get().then(|| view! { <FirstLines contact id /> }))}
                <NoteHead state edit discard delete />
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

/// Author, time and trashcan; while pending, a clock instead of the time; when refused, the reason with Edit and Discard.
/// An agent who may not delete the note sees the trashcan too, with the reason.
#[component]
pub fn NoteHead(state: NoteHeader, edit: Callback<()>, discard: Callback<()>, delete: Callback<()>) -> impl IntoView {
    let client = Client::here();
    let (me, is_admin) = (client.my_id(), client.me().agent.role == Role::Admin);
    let clicked = move |event: ev::MouseEvent| {
        let Some(trash) = closest(&event, ".trash") else { return };
        if trash.get_attribute("aria-disabled").as_deref() == Some("true") {
            client.alert(trash.get_attribute("title").unwrap_or_default());
        } else {
            delete.run(());
        }
    };
    view! {
        <div class="note-head" on:click=clicked>
            {live_view(move || {
                state
                    .with(|state| {
                        let (author, at, state) = state.as_ref()?;
                        let by = author_line(author);
                        Some(match state {
                            State::Unsaved(SendState::Refused(failure)) => {
                                let failure = *failure;
                                view! { {by} <Refused failure edit discard /> }.into_any()
                            }
                            state => {
                                let trash = trashcan(author, *at, is_admin || author.id == me);
                                vec![by, time_or_clock(*at, *state), trash].into_any()
                            }
                        })
                    })
            })}
        </div>
    }
}

fn author_line(author: &AgentRef) -> Markup {
    let removed = author.removed.then(|| Markup::text("small", "", format!(" {}", strings().author_removed)));
    Markup::of("p", "note-author", std::iter::once(name(&author.name, "")).chain(removed).collect())
}

/// Of a note that was not refused.
fn time_or_clock(at: Time, state: State) -> Markup {
    match state {
        State::Unsaved(SendState::Retrying(failure)) => waiting(failure),
        State::Unsaved(SendState::Waiting | SendState::Refused(_)) => sending(),
        State::Saved => timestamp(at),
    }
}

fn trashcan(author: &AgentRef, at: Time, may_delete: bool) -> Markup {
    let (by, when) = (("author", Value::Name(&author.name)), absolute(at));
    let label = fill(strings().note_delete_named, &[by, ("when", Value::Own(&when))]);
    let title = if may_delete { label.clone() } else { fill(strings().note_delete_not_yours, &[by]) };
    Markup::of("button", "icon-button trash", vec![Markup::Icon(Shape::Trash)])
        .with("type", "button")
        .with("aria-label", label)
        .with("title", title)
        .with("aria-disabled", (!may_delete).to_string())
}

#[component]
fn Refused(failure: Failure, edit: Callback<()>, discard: Callback<()>) -> impl IntoView {
    view! {
        <div class="note-problem" role="alert">
            <p><Icon shape=Shape::TriangleAlert />{fill(strings().note_refused, &[("reason", Value::Own(failure_sentence(failure)))])}</p>
            <div class="refused-actions">
                <button type="button" class="button quiet" on:click=move |_| edit.run(())>{strings().note_edit}</button>
                <button type="button" class="button quiet" on:click=move |_| discard.run(())>{strings().note_discard}</button>
            </div>
        </div>
    }
}
