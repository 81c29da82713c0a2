//! Commands on contact notes: add, edit a refused one, delete, undo, and what has been seen.

use super::{
    Desk, ToastKind,
    errands::{Done, Failed},
    spawn,
};
use crate::{
    store::{
        ledger::Ledger,
        notes::NotesOfContact,
        row::{Entry, Errand, Load},
    },
    words::words,
};
use leptos::prelude::*;
use std::sync::Arc;
use wire::{AgentRef, ContactId, ContactNote, ContactNoteId, ConversationId, NewContactNote, NoteBody};

/// The server keeps a deleted note's text this long; the toast offers Undo for two seconds less.
pub(super) const UNDO_WINDOW_MS: u32 = 12_000;

/// A contact's ledger, held for as long as an errand runs.
struct Of(Arc<NotesOfContact>);

impl AsRef<Ledger<ContactNote>> for Of {
    fn as_ref(&self) -> &Ledger<ContactNote> {
        &self.0.ledger
    }
}

impl Desk {
    /// Adds a note to a contact: shown at once in every view of the contact, then sent until the server has spoken.
    pub fn add_contact_note(&self, contact: ContactId, conversation: ConversationId, body: NoteBody) -> ContactNoteId {
        let note = ContactNote {
            id: ContactNoteId::fresh(),
            contact_id: contact,
            conversation_id: conversation,
            author: self.me_as_author(),
            body,
            created_at: chrono::Utc::now(),
            seq: 0,
            rev: 0,
        };
        let id = note.id;
        self.store().contact_notes.of(contact).ledger.intend_add(note);
        self.send_contact_note(contact, id);
        id
    }

    /// Deletes a note: gone at once from every view, with Undo on a toast.
    pub fn delete_contact_note(&self, contact: ContactId, id: ContactNoteId) {
        let notes = self.store().contact_notes.of(contact);
        let was_saved = notes.ledger.cell(id).with_untracked(|row| row.live().is_some());
        if !notes.ledger.intend_delete(id) {
            return;
        }
        if was_saved {
            self.toast(ToastKind::ContactNoteDeleted { contact, note: id });
            let desk = self.clone();
            self.later(UNDO_WINDOW_MS, move || desk.store().contact_notes.of(contact).ledger.forget_deleted(id));
        }
        self.send_contact_note(contact, id);
    }

    /// Takes a deletion back, while that is possible.
    pub fn restore_contact_note(&self, contact: ContactId, id: ContactNoteId) {
        if self.store().contact_notes.of(contact).ledger.intend_restore(id) {
            self.send_contact_note(contact, id);
        } else {
            self.alert(words().undo_failed.to_owned());
        }
    }

    /// Takes a refused note away and hands back its text, to be edited.
    pub fn take_back_contact_note(&self, contact: ContactId, id: ContactNoteId) -> Option<NoteBody> {
        let ledger = Of(self.store().contact_notes.of(contact));
        let ledger = ledger.as_ref();
        let body = ledger.cell(id).with_untracked(|row| row.shown().map(|(note, _)| note.body.clone()));
        ledger.intend_delete(id);
        body
    }

    /// Loads the newest notes of a contact, unless that has been done.
    pub fn load_contact_notes(&self, contact: ContactId) {
        let notes = self.store().contact_notes.of(contact);
        let load = notes.ledger.load().get_untracked();
        if !matches!(load, Load::Idle | Load::Failed(_)) {
            return;
        }
        // What failed may have been an older page: then that is what is wanted.
        let wants_older = load != Load::Idle && notes.ledger.floor().is_some();
        notes.ledger.set_load(Load::Loading);
        let desk = self.clone();
        spawn(async move {
            desk.fetch_contact_notes(contact).await;
            if wants_older && notes.ledger.load().get_untracked() == Load::Ready {
                desk.load_older_contact_notes(contact);
            }
        });
    }

    /// Loads the next older page, if there is one.
    pub fn load_older_contact_notes(&self, contact: ContactId) {
        let notes = self.store().contact_notes.of(contact);
        let Some((cursor, below)) = notes.ledger.older() else { return };
        if notes.ledger.load().get_untracked() == Load::Loading {
            return;
        }
        notes.ledger.set_load(Load::Loading);
        let desk = self.clone();
        spawn(async move {
            match desk.api().contact_notes(contact, Some(&cursor)).await {
                Ok(page) => {
                    notes.receive_page(Some(below), page);
                    notes.ledger.set_load(Load::Ready);
                }
                Err(error) => notes.ledger.set_load(desk.failed(&error)),
            }
        });
    }

    /// Fetches anew, as deep as was loaded before: after a gap everything shown is checked.
    pub(super) async fn fetch_contact_notes(&self, contact: ContactId) {
        let notes = self.store().contact_notes.of(contact);
        let (mut cursor, mut below) = (None::<String>, None);
        let target = notes.ledger.floor();
        loop {
            let page = match self.api().contact_notes(contact, cursor.as_deref()).await {
                Ok(page) => page,
                Err(error) => return notes.ledger.set_load(self.failed(&error)),
            };
            let next = page.next_cursor.clone().zip(page.items.last().map(Entry::seq));
            notes.receive_page(below, page);
            match next {
                Some((next, lowest)) if target.is_some_and(|target| lowest > target) => {
                    (cursor, below) = (Some(next), Some(lowest));
                }
                _ => return notes.ledger.set_load(Load::Ready),
            }
        }
    }

    /// This agent has seen all notes there are now.
    pub fn see_contact_notes(&self, contact: ContactId) {
        let notes = self.store().contact_notes.of(contact);
        let Some(newest) = notes.newest() else { return };
        if notes.seen_untracked().is_some_and(|seen| seen >= newest) {
            return;
        }
        notes.receive_seen(newest);
        let desk = self.clone();
        spawn(async move {
            // A lost mark shows the badge once more, nothing worse.
            let _ = desk.api().mark_notes_seen(contact, newest).await;
        });
    }

    pub(super) fn me_as_author(&self) -> AgentRef {
        AgentRef { id: self.my_id(), name: self.me().agent.name.clone(), removed: false }
    }

    fn send_contact_note(&self, contact: ContactId, id: ContactNoteId) {
        let ledger = Of(self.store().contact_notes.of(contact));
        self.run_errands(
            id,
            ledger,
            async move |desk: &Desk, errand| match errand {
                Errand::Add(note) => {
                    let new = NewContactNote { body: note.body, conversation_id: note.conversation_id };
                    desk.api().add_contact_note(contact, id, &new).await.map(Done::Entry)
                }
                Errand::Delete => desk.api().delete_contact_note(contact, id).await.map(|()| Done::Deleted),
                Errand::Restore => desk.api().restore_contact_note(contact, id).await.map(Done::Entry),
            },
            move |desk, failed| match failed {
                Failed::Add(error) => desk.report(&error),
                Failed::Delete(error) => {
                    desk.withdraw(&ToastKind::ContactNoteDeleted { contact, note: id });
                    desk.report(&error);
                }
                Failed::Restore(_) => desk.alert(words().undo_failed.to_owned()),
            },
        );
    }
}
