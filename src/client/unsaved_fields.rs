//! Changed fields that the server has not confirmed, as views show them: each with its send state.

use super::Client;
use crate::store::{
    change::{Change, ContactChange, ConversationChange, SettingsChange},
    record::{PendingChange, SendState},
};
use leptos::prelude::*;
use wire::{ContactId, ConversationId};

/// The owner of the fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fields {
    Conversation(ConversationId),
    Contact(ContactId),
    Settings,
}

/// A change of one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldChange {
    Conversation(ConversationChange),
    Contact(ContactChange),
    Settings(SettingsChange),
}

/// A changed field and its send state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnsavedField {
    /// The field's name, unique within the thing.
    pub name: String,
    pub change: FieldChange,
    pub send_state: SendState,
}

fn unsaved<C: Change<T>, T>(changes: &[PendingChange<C>], wrap: fn(C) -> FieldChange) -> Vec<UnsavedField> {
    let unsaved = |pending: &PendingChange<C>| {
        let PendingChange { change, send_state, .. } = pending;
        UnsavedField { name: change.field(), change: wrap(change.clone()), send_state: *send_state }
    };
    changes.iter().map(unsaved).collect()
}

impl Client {
    /// The changed fields of a thing. Tracks.
    #[must_use]
    pub fn unsaved_fields(&self, of: Fields) -> Vec<UnsavedField> {
        let store = self.store();
        match of {
            Fields::Conversation(id) => {
                store.conversations.cell(id).with(|known| unsaved(known.changes(), FieldChange::Conversation))
            }
            Fields::Contact(id) => {
                store.contacts.cell(id).with(|record| unsaved(record.changes(), FieldChange::Contact))
            }
            Fields::Settings => store.settings.cell().with(|record| unsaved(record.changes(), FieldChange::Settings)),
        }
    }

    /// Sends a refused change again.
    pub fn retry_field(&self, of: Fields, name: &str) {
        let unsaved = untrack(|| self.unsaved_fields(of));
        let Some(field) = unsaved.into_iter().find(|field| field.name == name) else { return };
        match (of, field.change) {
            (Fields::Conversation(id), FieldChange::Conversation(change)) => {
                self.apply_change(self.changes_of_conversation(id), change);
            }
            (Fields::Contact(id), FieldChange::Contact(change)) => {
                self.apply_change(self.changes_of_contact(id), change);
            }
            (_, FieldChange::Settings(change)) => self.apply_change(self.settings_changes(), change),
            _ => {}
        }
    }

    /// Drops a refused change.
    pub fn discard_field(&self, of: Fields, name: &str) {
        match of {
            Fields::Conversation(id) => self.discard_change(self.changes_of_conversation(id), name),
            Fields::Contact(id) => self.discard_change(self.changes_of_contact(id), name),
            Fields::Settings => self.discard_change(self.settings_changes(), name),
        }
    }
}
