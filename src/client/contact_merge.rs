//! Merges contacts, and keeps what is typed, unsent or shown of a contact right while they are merged or separated.

use super::{Client, ToastKind, changes::QueuedChange, send_queue::Queued, source::QueuedEntry, spawn};
use crate::{
    net::api::Method,
    store::{change::Change as _, record::Failure, records::Records as _, unsent::Unsent},
    strings::{Value as Word, failure_sentence, fill, strings},
};
use leptos::prelude::*;
use std::rc::Rc;
use wire::{Contact, ContactId, ContactPatch, ContactQuery, ConversationId, Event, Merge, Page, Totals, paths};

/// So many contacts are shown to choose from.
const MOST_FOUND: u32 = 8;

/// A pending change that is queued for another contact from now on.
pub(super) struct Moved {
    queued: Rc<dyn Queued>,
    unsent: Unsent,
    is_own: bool,
}

impl Client {
    /// Contacts with these words, the newest first, as many as fit a list to choose from.
    ///
    /// # Errors
    /// [`Failure`], when they can't be fetched.
    pub async fn contacts_with(&self, words: &str) -> Result<Vec<Contact>, Failure> {
        let query = ContactQuery { words: words.to_owned(), ..ContactQuery::default() };
        let found = self.api().get::<Page<Contact>>(&paths::contacts(&query, None, MOST_FOUND)).await;
        found.map(|page| page.items).map_err(|error| error.failure())
    }

    /// How much there is of a contact.
    ///
    /// # Errors
    /// [`Failure`], when it can't be fetched.
    pub async fn totals_of_contact(&self, contact: ContactId) -> Result<Totals, Failure> {
        self.api().get(&paths::contact_totals(contact)).await.map_err(|error| error.failure())
    }

    /// Merges a contact into another one, who has these details afterwards. A toast offers Undo.
    ///
    /// # Errors
    /// [`Failure`], when the server refuses or can't be reached.
    pub async fn merge_contact(&self, gone: &Contact, into: ContactId, details: ContactPatch) -> Result<(), Failure> {
        let merge = Merge { into_id: into, details };
        let request = self.api().send_json::<Contact>(Method::POST, &paths::contact_merge(gone.id), &merge);
        let merged = request.await.map_err(|error| error.failure())?;
        // The events may be late.
        self.fetch_again(self.store().conversations.of_contact(gone.id)).await;
        let (into_id, seq) = (merged.id, merged.rev);
        let toast = ToastKind::ContactMerged { contact: gone.id, name: gone.name.clone(), into: merged.name.clone() };
        self.receive_contact(merged);
        self.apply(vec![Event::ContactMerged { contact_id: gone.id, into_id, actor: Some(self.me_as_author()), seq }]);
        self.toast(toast);
        Ok(())
    }

    /// Undoes the merge of a contact. An error is shown in a toast.
    pub fn undo_merge(&self, contact: ContactId) {
        let client = self.clone();
        spawn(async move {
            let into_id = client.store().contacts.resolve_untracked(contact);
            match client.api().send::<Contact>(Method::POST, &paths::contact_merge_undo(contact)).await {
                Ok(back) => {
                    // The events may be late.
                    client.fetch_again(client.store().conversations.of_contact(into_id)).await;
                    let (name, seq) = (back.name.clone(), back.rev);
                    let actor = Some(client.me_as_author());
                    client.apply(vec![Event::ContactMergeUndone { contact_id: contact, into_id, actor, seq }]);
                    client.receive_contact(back);
                    client.announce(fill(strings().merge_undone, &[("name", Word::Name(&name))]));
                }
                Err(error) if error.is_signed_out() => client.ask_to_sign_in(),
                Err(error) => {
                    let reason = [("reason", Word::Own(failure_sentence(error.failure())))];
                    client.alert(fill(strings().merge_undo_failed, &reason));
                }
            }
        });
    }

    async fn fetch_again(&self, conversations: Vec<ConversationId>) {
        futures::future::join_all(conversations.into_iter().map(|id| self.fetch_conversation(id))).await;
    }

    /// Called before the store hears of a merge or its undoing: takes out what is unsent of the one contact and belongs to
    /// the other one from now on.
    pub(super) fn take_moved(&self, event: &Event) -> Vec<Moved> {
        let contacts = &self.store().contacts;
        match *event {
            Event::ContactMerged { contact_id, into_id, .. } if contacts.resolve_untracked(contact_id) != into_id => {
                self.move_draft(contact_id, into_id);
                let mut moved = self.moved_notes(contact_id, into_id, |_| true);
                moved.extend(self.moved_changes(contact_id, into_id));
                moved
            }
            Event::ContactMergeUndone { contact_id, into_id, .. } => {
                self.moved_notes(into_id, contact_id, |conversation| {
                    let known = self.store().conversations.shown_untracked(conversation);
                    known.is_some_and(|known| known.contact_id == contact_id)
                })
            }
            _ => Vec::new(),
        }
    }

    /// Called when the store has heard of it: queues what was taken out, and refetches what is shown of both.
    pub(super) fn put_moved(&self, moved: Vec<Moved>, contacts: [ContactId; 2]) {
        for Moved { queued, unsent, is_own } in moved {
            self.0.outbox.put(&queued.key(), Some(&unsent.write()));
            queued.restore(self, Some(unsent));
            self.enqueue_restored(queued, is_own);
        }
        for contact in contacts.into_iter().filter(|contact| self.is_shown(*contact)) {
            let client = self.clone();
            spawn(async move {
                futures::join!(
                    client.fetch_contact(contact),
                    client.fetch_contact_notes(contact),
                    client.fetch_activity(contact, true)
                );
            });
        }
    }

    fn moved_notes(&self, from: ContactId, to: ContactId, moves: impl Fn(ConversationId) -> bool) -> Vec<Moved> {
        let ids = self.store().contact_notes.of(from).pending_in(moves);
        let moved = ids.into_iter().filter_map(|id| {
            let old = Rc::new(QueuedEntry { source: self.notes_of(from), id });
            self.taken(old, Rc::new(QueuedEntry { source: self.notes_of(to), id }))
        });
        moved.collect()
    }

    fn moved_changes(&self, from: ContactId, to: ContactId) -> Vec<Moved> {
        let changes = self.store().contacts.with(from, |record| record.changes().to_vec());
        let moved = changes.into_iter().filter_map(|pending| {
            let field = pending.change.field();
            let old = Rc::new(QueuedChange::of(self.changes_of_contact(from), &field));
            self.taken(old, Rc::new(QueuedChange::of(self.changes_of_contact(to), &field)))
        });
        moved.collect()
    }

    fn taken(&self, old: Rc<dyn Queued>, new: Rc<dyn Queued>) -> Option<Moved> {
        let unsent = old.unsent()?;
        let is_own = self.is_own(&old.key());
        old.restore(self, None);
        self.0.outbox.put(&old.key(), None);
        self.forget_finished();
        Some(Moved { queued: new, unsent, is_own })
    }

    fn move_draft(&self, from: ContactId, to: ContactId) {
        let text = self.store().drafts.contact_note(from).get_untracked();
        if !text.is_empty() {
            // First taken away, so that no other tab of this browser joins it too.
            self.draft_contact_note(from, String::new());
            self.put_back_contact_note(to, &text);
        }
    }
}
