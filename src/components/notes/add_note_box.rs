//! `AddNoteBox`: the yellow field and the purple button "Add note".

use crate::browser::memo::{ErasedMemo, memo};
use crate::components::ui::live::{live, live_view};
use crate::{
    browser::{
        keyboard::{Chord, chord},
        timers::soon,
    },
    client::Client,
    components::{
        notes::sensitive::{Sensitive, notice},
        shared::typed::Typed,
        ui::{icon::Shape, kept_in_view::KeptInView, markup::Markup, name::filled_markup},
    },
    strings::{Value, strings},
};
use leptos::{ev, html, prelude::*};
use wire::{BodyError, ContactId, ContactNoteId, ConversationId, MAX_BODY_CHARS, NoteBody};

/// The counter is shown from here on.
const COUNT_FROM: usize = MAX_BODY_CHARS / 10 * 9;

/// The box for a new contact note. Without a conversation it is disabled and shows why. All panels of a contact share
/// one draft. `added` is called with each note that is added here.
#[component]
pub fn AddNoteBox(
    contact: ContactId,
    conversation: Option<ConversationId>,
    name: ErasedMemo<String>,
    frame: NodeRef<html::Div>,
    field: NodeRef<html::Textarea>,
    added: Callback<ContactNoteId>,
) -> impl IntoView {
    let strings = strings();
    let client = Client::here();
    let typing = client.clone();
    let draft = RwSignal::from(client.store().drafts.contact_note(contact));
    let checked = memo(move |_| draft.with(|text| NoteBody::parse(text).map(|_| ())));
    let was_blank = RwSignal::new(false);
    let typed = Typed::lines();
    let save = Callback::new(move |()| {
        let Some(conversation) = conversation else { return };
        match draft.with_untracked(|text| NoteBody::parse(text)) {
            Ok(body) => {
                let note = client.add_contact_note(contact, conversation, body);
                client.draft_contact_note(contact, String::new());
                typed.forget();
                added.run(note);
            }
            Err(BodyError::Blank) => {
                was_blank.set(true);
                soon(move || focus(field));
            }
            Err(BodyError::TooLong | BodyError::ControlCharacter(_)) => {}
        }
    });
    let type_in = move |event| {
        was_blank.set(false);
        typing.draft_contact_note(contact, typed.text(&event));
    };
    let on_key = move |event: ev::KeyboardEvent| {
        if chord(&event) == Chord::Submit {
            event.prevent_default();
            save.run(());
        }
    };
    // Unique in the page: the same contact may have several panels.
    let id = StoredValue::new(format!("add-note-{}", uuid::Uuid::now_v7()));
    let hint_id = move || format!("{}-hint", id.get_value());
    let audience = live_view(move || {
        let sentence = match conversation {
            Some(_) => filled_markup(strings.add_note_audience, &[("name", Value::Name(&name.get()))]),
            None => vec![Markup::Text(strings.add_note_needs_conversation.to_owned())],
        };
        Markup::of("p", "audience", vec![Markup::Icon(Shape::Lock), Markup::of("span", "", sentence)])
            .with("id", hint_id())
    });
    view! {
        <KeptInView class="add-note" frame>
            <div class="add-note-head">
                <label for=id.get_value()>{strings.add_note}</label>
                {audience}
            </div>
            <textarea
                id=id.get_value()
                class="add-note-field"
                autocomplete="off"
                part="note-field"
                dir="auto"
                rows="2"
                node_ref=field
                aria-describedby=hint_id()
                placeholder=strings.add_note
                disabled=conversation.is_none()
                prop:value=live(move || draft.get())
                on:input=type_in
                on:paste=move |event| typed.paste(&event)
                on:keydown=on_key
            ></textarea>
            {typed.hint()}
            <SensitiveHint draft />
            <div class="add-note-foot">
                <Remark draft checked was_blank />
                <button
                    type="button"
                    class="button primary"
                    part="note-button"
                    disabled=live(move || conversation.is_none() || must_change(checked.get()))
                    on:click=move |_| save.run(())
                >
                    {strings.add_note}
                </button>
            </div>
        </KeptInView>
    }
}

/// Whether the text can't be saved as it is. An empty box needs no remark.
fn must_change(checked: Result<(), BodyError>) -> bool {
    matches!(checked, Err(BodyError::TooLong | BodyError::ControlCharacter(_)))
}

fn focus(field: NodeRef<html::Textarea>) {
    if let Some(field) = field.try_get_untracked().flatten() {
        let _ = field.focus();
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
                        Sensitive::Card => strings().sensitive_card,
                        Sensitive::Password => strings().sensitive_password,
                        Sensitive::Token => strings().sensitive_token,
                        Sensitive::NationalId => strings().sensitive_national_id,
                    })
            })}
        </p>
    }
}

/// A remark on the text: from nine tenths of the limit on its length, above the limit the excess (nothing is ever cut),
/// and that it is empty if the agent tried to save it.
#[component]
fn Remark(
    draft: RwSignal<String>,
    checked: ErasedMemo<Result<(), BodyError>>,
    was_blank: RwSignal<bool>,
) -> impl IntoView {
    let length = memo(move |_| draft.with(|text| text.chars().count()));
    let text = move || match (checked.get(), length.get()) {
        (Err(BodyError::TooLong), length) => {
            Some(strings().add_note_over_limit.of(length.saturating_sub(MAX_BODY_CHARS)))
        }
        (Err(BodyError::ControlCharacter(_)), _) => Some(strings().error_invalid_body.to_owned()),
        (Err(BodyError::Blank), _) if was_blank.get() => Some(strings().add_note_blank.to_owned()),
        (_, length) if length >= COUNT_FROM => Some(format!("{length} / {MAX_BODY_CHARS}")),
        _ => None,
    };
    view! { <p class="counter" class:over=live(move || must_change(checked.get())) role="status">{text}</p> }
}
