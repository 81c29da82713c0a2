//! `AddNoteBox`: the yellow field and the purple button.

use crate::components::ui::live::{live, live_view};
use crate::memo::{Memo, memo};
use crate::{
    components::ui::icon::{Icon, Shape},
    desk::Desk,
    keys::{Chord, chord},
    sensitive::{Sensitive, notice},
    words::{fill, words},
};
use leptos::{ev, html, prelude::*};
use wire::{BodyError, ContactId, ConversationId, MAX_BODY_CHARS, NoteBody};

/// The counter is shown from here on.
const COUNT_FROM: usize = MAX_BODY_CHARS / 10 * 9;

/// Where a contact note is written. Without a conversation it is disabled and says why. All panels of a contact share
/// one draft.
#[component]
pub fn AddNoteBox(
    contact: ContactId,
    conversation: Option<ConversationId>,
    name: Memo<String>,
    field: NodeRef<html::Textarea>,
) -> impl IntoView {
    let words = words();
    let desk = Desk::here();
    let typing = desk.clone();
    let draft = RwSignal::from(desk.store().drafts.contact_note(contact));
    let checked = memo(move |_| draft.with(|text| NoteBody::parse(text).map(|_| ())));
    let save = Callback::new(move |()| {
        let Some(conversation) = conversation else { return };
        let Ok(body) = draft.with_untracked(|text| NoteBody::parse(text)) else { return };
        desk.add_contact_note(contact, conversation, body);
        desk.draft_contact_note(contact, String::new());
    });
    let on_key = move |event: ev::KeyboardEvent| {
        if chord(&event) == Chord::Submit {
            event.prevent_default();
            save.run(());
        }
    };
    let audience = move || match conversation {
        Some(_) => fill(words.add_note_audience, &[("name", &name.get())]),
        None => words.add_note_needs_conversation.to_owned(),
    };
    // Unique in the page: the same contact may have several panels.
    let id = StoredValue::new(format!("add-note-{}", uuid::Uuid::now_v7()));
    let hint_id = move || format!("{}-hint", id.get_value());
    view! {
        <div class="add-note" class:disabled=conversation.is_none()>
            <div class="add-note-head">
                <label for=id.get_value()>{words.add_note}</label>
                <p id=hint_id() class="audience"><Icon shape=Shape::Lock /><bdi dir="auto">{audience}</bdi></p>
            </div>
            <textarea
                id=id.get_value()
                class="add-note-field"
                part="note-field"
                dir="auto"
                rows="2"
                node_ref=field
                aria-describedby=hint_id()
                placeholder=words.add_note
                disabled=conversation.is_none()
                prop:value=live(move || draft.get())
                on:input=move |event| typing.draft_contact_note(contact, event_target_value(&event))
                on:keydown=on_key
            ></textarea>
            <SensitiveHint draft />
            <div class="add-note-foot">
                <LengthCounter draft checked />
                <button
                    type="button"
                    class="button primary"
                    part="note-button"
                    disabled=live(move || conversation.is_none() || checked.get().is_err())
                    on:click=move |_| save.run(())
                >
                    {words.add_note}
                </button>
            </div>
        </div>
    }
}

#[component]
fn SensitiveHint(draft: RwSignal<String>) -> impl IntoView {
    let noticed = memo(move |_| draft.with(|text| notice(text)));
    view! {
        <p class="sensitive-hint" role="status">
            {live_view(move || {
                noticed
                    .get()
                    .map(|kind| match kind {
                        Sensitive::Card => words().sensitive_card,
                        Sensitive::Password => words().sensitive_password,
                        Sensitive::Token => words().sensitive_token,
                        Sensitive::NationalId => words().sensitive_national_id,
                    })
            })}
        </p>
    }
}

/// From nine tenths of the limit on: how much is used, and over it how much is too much. Nothing is ever cut.
#[component]
fn LengthCounter(draft: RwSignal<String>, checked: Memo<Result<(), BodyError>>) -> impl IntoView {
    let length = memo(move |_| draft.with(|text| text.chars().count()));
    let text = move || match (checked.get(), length.get()) {
        (Err(BodyError::TooLong), length) => {
            Some(words().add_note_over_limit.of(length.saturating_sub(MAX_BODY_CHARS)))
        }
        (Err(BodyError::ControlCharacter), _) => Some(words().error_invalid_body.to_owned()),
        (_, length) if length >= COUNT_FROM => Some(format!("{length} / {MAX_BODY_CHARS}")),
        _ => None,
    };
    let is_over = move || matches!(checked.get(), Err(BodyError::TooLong | BodyError::ControlCharacter));
    view! { <p class="counter" class:over=is_over role="status">{text}</p> }
}
