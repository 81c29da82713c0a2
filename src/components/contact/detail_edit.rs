//! `DetailEdit`: the state of the edit of one contact detail: typing, saving, refused, in conflict.

use crate::{
    browser::memo::{ErasedMemo, memo},
    client::{Client, FieldChange, Fields, UnsavedField},
    store::{
        change::{Change as _, DetailChange},
        record::Failure,
    },
    strings::failure_sentence,
};
use leptos::prelude::*;
use wire::{Contact, ContactPatch, ProblemCode};

/// Another agent changed the same detail after this agent saw it.
pub(super) const CONFLICT: Failure = Failure::Refused(ProblemCode::Changed);

/// The definition of a detail: its names, the function that reads it from a contact, and the change that sets it.
#[derive(Clone)]
pub struct Field {
    /// Its name in the contract.
    key: &'static str,
    pub(super) name: &'static str,
    pub(super) form: Form,
    /// From what the agent typed to the value that is saved. The error is a sentence.
    check: fn(String) -> Result<String, &'static str>,
    pub(super) read: fn(&Contact) -> Option<String>,
    /// Where the value leads, for a link beside it.
    pub(super) link: fn(&Contact) -> Option<String>,
    /// What is said when the server refuses the value.
    refused: Option<&'static str>,
    patch: std::sync::Arc<dyn Fn(Option<String>) -> Result<ContactPatch, &'static str> + Send + Sync>,
}

/// How a detail is entered.
#[derive(Clone)]
pub(super) enum Form {
    /// A text of one line.
    Line,
    /// A text of several lines.
    Lines,
    /// Value and name of each choice.
    Choice(Vec<(&'static str, &'static str)>),
    /// A text of one line with suggestions, made when the field is opened.
    Suggested(fn() -> Vec<String>),
}

impl Field {
    /// A text of one line; `patch` gets `None` for an emptied field. Its error is a sentence about the value.
    pub fn text(
        (key, name): (&'static str, &'static str),
        read: fn(&Contact) -> Option<String>,
        patch: impl Fn(Option<String>) -> Result<ContactPatch, &'static str> + Send + Sync + 'static,
    ) -> Self {
        Self {
            key,
            name,
            form: Form::Line,
            check: Ok,
            read,
            link: |_| None,
            refused: None,
            patch: std::sync::Arc::new(patch),
        }
    }

    /// A field with a fixed set of values.
    pub fn choice(
        (key, name): (&'static str, &'static str),
        choices: Vec<(&'static str, &'static str)>,
        read: fn(&Contact) -> Option<String>,
        patch: impl Fn(Option<String>) -> Result<ContactPatch, &'static str> + Send + Sync + 'static,
    ) -> Self {
        Self { form: Form::Choice(choices), ..Self::text((key, name), read, patch) }
    }

    /// The same with a sentence of its own for a value that the server refuses.
    pub fn or_says(self, refused: &'static str) -> Self {
        Self { refused: Some(refused), ..self }
    }

    /// The same with a link beside its value.
    pub fn linked(self, link: fn(&Contact) -> Option<String>) -> Self {
        Self { link, ..self }
    }

    /// The same for a text of several lines.
    pub fn of_lines(self) -> Self {
        Self { form: Form::Lines, ..self }
    }

    /// The same with suggestions; `check` gives the value for what was typed, or a sentence.
    pub fn suggesting(
        self,
        suggestions: fn() -> Vec<String>,
        check: fn(String) -> Result<String, &'static str>,
    ) -> Self {
        Self { form: Form::Suggested(suggestions), check, ..self }
    }

    pub(super) fn words_for(&self, value: &str) -> String {
        let Form::Choice(choices) = &self.form else { return value.to_owned() };
        let choice = choices.iter().find(|(known, _)| *known == value);
        choice.map_or_else(|| value.to_owned(), |(_, name)| (*name).to_owned())
    }
}

/// The state of an edit in this view.
#[derive(Clone)]
pub(super) enum Edit {
    No,
    /// `base`: the contact as the agent saw it when editing began. `problem`: an error in the value.
    Typing {
        base: Box<Contact>,
        problem: Option<String>,
    },
    /// Queued; the editor stays until the server confirms the change, or the change is retried.
    Saving,
}

/// The state of one detail in one view.
#[derive(Clone, Copy)]
pub(super) struct DetailEdit {
    pub(super) field: StoredValue<Field>,
    pub(super) known: ErasedMemo<Option<Contact>>,
    pub(super) edit: RwSignal<Edit>,
    pub(super) typed: RwSignal<String>,
    /// The change of this detail that the server has not confirmed.
    unsaved: ErasedMemo<Option<UnsavedField>>,
}

impl DetailEdit {
    pub(super) fn new(client: Client, known: ErasedMemo<Option<Contact>>, field: Field) -> Self {
        let name = format!("detail {}", field.key);
        let contact = memo(move |_| known.with(|known| known.as_ref().map(|known| known.id)));
        let unsaved = memo(move |_| {
            let fields = client.unsaved_fields(Fields::Contact(contact.get()?));
            fields.into_iter().find(|field| field.name == name)
        });
        let (edit, typed) = (RwSignal::new(Edit::No), RwSignal::new(String::new()));
        Self { field: StoredValue::new(field), known, edit, typed, unsaved }
    }

    pub(super) fn refusal(self) -> Option<Failure> {
        self.unsaved.with(|unsaved| unsaved.as_ref()?.send_state.refusal())
    }

    pub(super) fn retrying(self) -> Option<Failure> {
        self.unsaved.with(|unsaved| unsaved.as_ref()?.send_state.retrying())
    }

    pub(super) fn is_open(self) -> bool {
        match *self.edit.read() {
            Edit::Typing { .. } => true,
            Edit::Saving => self.unsaved.with(Option::is_some) && self.retrying().is_none(),
            Edit::No => self.refusal().is_some(),
        }
    }

    pub(super) fn begin(self) {
        if let Some(base) = self.known.get_untracked() {
            self.typed.set(self.field.with_value(|field| (field.read)(&base)).unwrap_or_default());
            self.edit.set(Edit::Typing { base: Box::new(base), problem: None });
        }
    }

    /// Shows the value of a change that was refused before this view was mounted, or in another tab.
    pub(super) fn show_refused(self) {
        let refused = self.unsaved.with_untracked(|unsaved| unsaved.as_ref().map(|unsaved| unsaved.change.clone()));
        if let (Edit::No, Some(FieldChange::Contact(change)), Some(mut contact)) =
            (&*self.edit.read_untracked(), refused, self.known.get_untracked())
        {
            change.apply(&mut contact);
            self.typed.set(self.field.with_value(|field| (field.read)(&contact)).unwrap_or_default());
        }
    }

    pub(super) fn cancel(self, client: &Client) {
        self.edit.set(Edit::No);
        if let (Some(contact), Some(unsaved)) = (self.known.get_untracked(), self.unsaved.get_untracked()) {
            client.discard_field(Fields::Contact(contact.id), &unsaved.name);
        }
    }

    /// Saves the typed value, as a change of the value that the agent saw.
    pub(super) fn save(self, client: &Client) {
        let base = match self.edit.get_untracked() {
            Edit::Typing { base, .. } => *base,
            Edit::No | Edit::Saving => match self.known.get_untracked() {
                Some(known) => known,
                None => return,
            },
        };
        let text = Some(self.typed.get_untracked().trim().to_owned()).filter(|text| !text.is_empty());
        let seen = self.field.with_value(|field| (field.read)(&base));
        if text == seen {
            return self.cancel(client);
        }
        let patch = |value| self.field.with_value(|field| (field.patch)(value));
        let checked = text.map(|text| self.field.with_value(|field| (field.check)(text))).transpose();
        match (checked.and_then(patch), patch(seen)) {
            (Err(problem), _) | (_, Err(problem)) => {
                self.edit.set(Edit::Typing { base: Box::new(base), problem: Some(problem.to_owned()) });
            }
            (Ok(to), Ok(seen)) => {
                client.change_detail(base.id, DetailChange { to, seen });
                self.edit.set(Edit::Saving);
            }
        }
    }

    /// The error in the value, or the server's reason for the refusal.
    pub(super) fn problem(self) -> Option<String> {
        match (self.edit.get(), self.refusal()) {
            (Edit::Typing { problem, .. }, None) => problem,
            (_, Some(failure)) if failure != CONFLICT => {
                let own = self.field.with_value(|field| field.refused);
                let own = own.filter(|_| failure == Failure::Refused(ProblemCode::InvalidField));
                Some(own.unwrap_or_else(|| failure_sentence(failure)).to_owned())
            }
            _ => None,
        }
    }

    pub(super) fn is_saving(self) -> bool {
        matches!(*self.edit.read(), Edit::Saving) && self.refusal().is_none()
    }
}
