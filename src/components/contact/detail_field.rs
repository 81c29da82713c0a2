//! `DetailField`: one detail of a contact, edited in place and saved by itself. A conflict shows both values; nothing
//! is overwritten unseen.

use crate::browser::memo::{Memo, memo};
use crate::components::ui::live::{live, live_view};
use crate::{
    browser::timers::next_frame,
    client::{Client, FieldChange},
    strings::{failure_sentence, fill, strings},
};
use leptos::{ev, html, prelude::*};
use wire::{Contact, ContactPatch};

/// What a detail is: its name, how to read it from a contact, and the change that sets it.
#[derive(Clone)]
pub struct Field {
    name: &'static str,
    /// Value and name of each choice; empty for free text.
    choices: Vec<(&'static str, &'static str)>,
    read: fn(&Contact) -> Option<String>,
    patch: std::sync::Arc<dyn Fn(Option<String>) -> Result<ContactPatch, &'static str> + Send + Sync>,
}

impl Field {
    /// Free text; `patch` gets `None` for an emptied field, and says in words what is wrong with a value.
    pub fn text(
        name: &'static str,
        read: fn(&Contact) -> Option<String>,
        patch: impl Fn(Option<String>) -> Result<ContactPatch, &'static str> + Send + Sync + 'static,
    ) -> Self {
        Self { name, choices: Vec::new(), read, patch: std::sync::Arc::new(patch) }
    }

    /// One of some values.
    pub fn choice(
        name: &'static str,
        choices: Vec<(&'static str, &'static str)>,
        read: fn(&Contact) -> Option<String>,
        patch: impl Fn(Option<String>) -> Result<ContactPatch, &'static str> + Send + Sync + 'static,
    ) -> Self {
        Self { choices, ..Self::text(name, read, patch) }
    }

    fn words_for(&self, value: &str) -> String {
        let choice = self.choices.iter().find(|(known, _)| *known == value);
        choice.map_or_else(|| value.to_owned(), |(_, name)| (*name).to_owned())
    }
}

/// How an edit stands. `base` is the contact as it was when editing began.
#[derive(Clone)]
enum Edit {
    No,
    Typing { base: Box<Contact>, problem: Option<String> },
    Saving,
    Conflict { theirs: Box<Contact> },
}

/// One line of the details.
#[component]
pub fn DetailField(known: Memo<Option<Contact>>, field: Field) -> impl IntoView {
    let edit = RwSignal::new(Edit::No);
    let typed = RwSignal::new(String::new());
    let read = field.read;
    let value = memo(move |_| known.with(|known| known.as_ref().and_then(read)));
    let field = StoredValue::new(field);
    let begin = move |_| {
        if let Some(base) = known.get_untracked() {
            typed.set(read(&base).unwrap_or_default());
            edit.set(Edit::Typing { base: Box::new(base), problem: None });
        }
    };
    let is_editing = memo(move |_| !matches!(*edit.read(), Edit::No));
    let button = NodeRef::<html::Button>::new();
    // When an edit ends, the keyboard goes on from where it began.
    Effect::new(move |was_editing: Option<bool>| {
        if was_editing == Some(true) && !is_editing.get() {
            next_frame(move || {
                if let Some(button) = button.try_get_untracked().flatten() {
                    let _ = button.focus();
                }
            });
        }
        is_editing.get()
    });
    let name = field.with_value(|field| field.name);
    let change = fill(strings().field_change, &[("field", name)]);
    view! {
        <div class="detail">
            <dt>{name}</dt>
            <dd>
                {live_view(move || {
                    if is_editing.get() {
                        return view! { <Editor field edit typed /> }.into_any();
                    }
                    let shown = value.get().map(|value| field.with_value(|field| field.words_for(&value)));
                    view! {
                        <button type="button" class="detail-value" node_ref=button title=change.clone() on:click=begin>
                            {match shown {
                                Some(value) => view! { <bdi dir="auto">{value}</bdi> }.into_any(),
                                None => view! { <span class="quiet">{strings().field_add}</span> }.into_any(),
                            }}
                            <span class="sr-only">" " {change.clone()}</span>
                        </button>
                    }
                        .into_any()
                })}
            </dd>
        </div>
    }
}

/// Saves what is typed on top of `base`, the contact the agent saw.
fn save(client: &Client, field: &Field, edit: RwSignal<Edit>, typed: &str, base: Contact) {
    let text = Some(typed.trim().to_owned()).filter(|text| !text.is_empty());
    if text == (field.read)(&base) {
        return edit.set(Edit::No);
    }
    let patch = match (field.patch)(text) {
        Ok(patch) => patch,
        Err(problem) => return edit.set(Edit::Typing { base: Box::new(base), problem: Some(problem.to_owned()) }),
    };
    edit.set(Edit::Saving);
    let (client, read) = (client.clone(), field.read);
    leptos::task::spawn_local(async move {
        let outcome = client.change_contact(base.clone(), patch, |a, b| read(a) == read(b)).await;
        // The panel may be gone by now.
        edit.try_set(match outcome {
            FieldChange::Saved => Edit::No,
            FieldChange::Conflict(theirs) => Edit::Conflict { theirs },
            FieldChange::Failed(failure) => {
                Edit::Typing { base: Box::new(base), problem: Some(failure_sentence(failure).to_owned()) }
            }
        });
    });
}

#[component]
fn Editor(field: StoredValue<Field>, edit: RwSignal<Edit>, typed: RwSignal<String>) -> impl IntoView {
    let client = Client::here();
    let submit = move || {
        if let Edit::Typing { base, .. } = edit.get_untracked() {
            field.with_value(|field| save(&client, field, edit, &typed.get_untracked(), *base));
        }
    };
    let on_submit = {
        let submit = submit.clone();
        move |event: ev::SubmitEvent| {
            event.prevent_default();
            submit();
        }
    };
    let cancel_on_escape = move |event: ev::KeyboardEvent| {
        if event.key() == "Escape" && !event.is_composing() {
            // Only the edit ends, not the panel.
            event.prevent_default();
            edit.set(Edit::No);
        }
    };
    let problem = move || match edit.get() {
        Edit::Typing { problem, .. } => problem,
        _ => None,
    };
    let is_saving = move || matches!(edit.get(), Edit::Saving);
    view! {
        <form class="detail-editor" on:submit=on_submit on:keydown=cancel_on_escape>
            <Input field typed />
            <div class="detail-buttons">
                <button type="submit" class="button small primary" disabled=is_saving>{strings().field_save}</button>
                <button type="button" class="button small" on:click=move |_| edit.set(Edit::No)>{strings().field_cancel}</button>
            </div>
            <p class="field-problem" role="alert">{problem}</p>
            {live_view(move || match edit.get() {
                Edit::Conflict { theirs } => Some(view! { <Conflict field edit typed theirs=*theirs /> }),
                _ => None,
            })}
        </form>
    }
}

#[component]
fn Input(field: StoredValue<Field>, typed: RwSignal<String>) -> impl IntoView {
    let (name, choices) = field.with_value(|field| (field.name, field.choices.clone()));
    if choices.is_empty() {
        return view! {
            <input
                class="input"
                dir="auto"
                autofocus
                aria-label=name
                prop:value=live(move || typed.get())
                on:input=move |event| typed.set(event_target_value(&event))
            />
        }
        .into_any();
    }
    let options = choices.into_iter().map(|(value, name)| {
        view! { <option value=value selected=live(move || typed.get() == value)>{name}</option> }
    });
    view! {
        <select class="select" autofocus aria-label=name on:change=move |event| typed.set(event_target_value(&event))>
            <option value="" selected=live(move || typed.get().is_empty())>"—"</option>
            {options.collect_view()}
        </select>
    }
    .into_any()
}

#[component]
fn Conflict(
    field: StoredValue<Field>,
    edit: RwSignal<Edit>,
    typed: RwSignal<String>,
    theirs: Contact,
) -> impl IntoView {
    let client = Client::here();
    let value = field.with_value(|field| (field.read)(&theirs).map(|value| field.words_for(&value)));
    let sentence = match value {
        Some(value) => fill(strings().field_conflict, &[("theirs", &value)]),
        None => strings().field_conflict_empty.to_owned(),
    };
    let keep_mine =
        move |_| field.with_value(|field| save(&client, field, edit, &typed.get_untracked(), theirs.clone()));
    view! {
        <div class="conflict" role="alert">
            <p>{sentence}</p>
            <button type="button" class="button small" on:click=keep_mine>{strings().field_keep_mine}</button>
            <button type="button" class="button small" on:click=move |_| edit.set(Edit::No)>{strings().field_keep_theirs}</button>
        </div>
    }
}
