//! Export and erasure of a contact, and what this page forgets of an erased one.

use super::{Client, spawn};
use crate::{
    browser::download::save,
    net::api::Method,
    storage::outbox::Key,
    store::{
        conversations::Erasure,
        record::{Failure, Load},
    },
    strings::strings,
};
use leptos::prelude::*;
use serde_json::Value;
use std::collections::HashSet;
use wire::{Contact, ContactId, ContactQuery, ConversationId, Event, ProblemCode, Role, paths};

impl Client {
    /// The agent's role now: somebody may have changed it since the page was opened. Tracks.
    #[must_use]
    pub fn role(&self) -> Role {
        self.store().agents.get(self.my_id()).map_or(self.me().agent.role, |agent| agent.role)
    }

    /// Whether the agent is an admin. Untracked.
    #[must_use]
    pub fn is_admin(&self) -> bool {
        untrack(|| self.role() == Role::Admin)
    }

    /// Downloads everything of a contact as a file.
    ///
    /// # Errors
    /// [`Failure`], when the server refuses or can't be reached.
    pub async fn export_contact(&self, id: ContactId) -> Result<(), Failure> {
        let document = self.api().file(&paths::contact_export(id)).await.map_err(|error| error.failure())?;
        save(&document, &format!("contact-{id}.json"));
        Ok(())
    }

    /// Downloads the contacts that fit a query as CSV.
    ///
    /// # Errors
    /// [`Failure`], when the server refuses or can't be reached.
    pub async fn export_contacts(&self, query: &ContactQuery) -> Result<(), Failure> {
        let document = self.api().file(&paths::contacts_csv(query)).await.map_err(|error| error.failure())?;
        save(&document, "contacts.csv");
        Ok(())
    }

    /// Erases everything of a contact, for everybody.
    ///
    /// # Errors
    /// [`Failure`], when the server refuses or can't be reached.
    pub async fn erase_contact(&self, id: ContactId) -> Result<(), Failure> {
        let erased = self.api().send::<Contact>(Method::DELETE, &paths::contact(id)).await;
        let contact = erased.map_err(|error| error.failure())?;
        let actor = Some(self.me_as_author());
        self.apply(vec![Event::ContactErased { contact_id: id, actor, seq: contact.rev }]);
        self.announce(strings().contact_erased.to_owned());
        Ok(())
    }

    /// The erasure of the contact of a conversation that was open. Tracks.
    #[must_use]
    pub fn erasure(&self, conversation: ConversationId) -> Option<Erasure> {
        self.store().conversations.erasure(conversation)
    }

    /// Applies a contact as fetched. One who was erased without this page hearing of it is dropped here too.
    pub(super) fn receive_contact(&self, contact: Contact) {
        if contact.erased && !self.store().conversations.is_of_erased(contact.id) {
            self.apply(vec![Event::ContactErased { contact_id: contact.id, actor: None, seq: contact.rev }]);
        }
        crate::store::records::Records::receive(&*self.store().contacts, contact);
    }

    /// Applies a contact as fetched by an id. If that is another one's now, they were merged without this page hearing of it.
    pub(super) fn receive_contact_as(&self, id: ContactId, contact: Contact) {
        let (into_id, seq) = (contact.id, contact.rev);
        self.receive_contact(contact);
        if into_id != id {
            self.apply(vec![Event::ContactMerged { contact_id: id, into_id, actor: None, seq }]);
        } else if self.store().contacts.resolve_untracked(id) != id {
            let into_id = self.store().contacts.resolve_untracked(id);
            self.apply(vec![Event::ContactMergeUndone { contact_id: id, into_id, actor: None, seq }]);
        }
    }

    /// Called when the store has dropped a contact. `known`: the conversations that it had of them.
    pub(super) fn forget_erased(&self, contact: ContactId, known: Vec<ConversationId>) {
        for id in &known {
            self.store().conversations.load(*id).set(Load::Failed(Failure::Refused(ProblemCode::NotFound)));
        }
        self.forget_finished();
        self.store().contacts.load(contact).set(Load::Idle);
        let client = self.clone();
        spawn(async move {
            if client.is_shown(contact) {
                client.fetch_contact(contact).await;
            }
            client.forget_stored(contact, &known).await;
        });
    }

    /// Removes the contact's drafts and unsent changes from storage.
    async fn forget_stored(&self, contact: ContactId, known: &[ConversationId]) {
        for (key, _) in self.0.outbox.open().await {
            let is_theirs = match (key.contact(), key.conversation()) {
                (Some(of), _) => of == contact,
                (None, Some(of)) => known.contains(&of) || self.is_not_there(of).await,
                (None, None) => false,
            };
            if is_theirs {
                self.forget(&key);
            }
        }
    }

    /// Looks whether somebody was erased while no page was open: what is stored of them goes.
    pub(super) async fn forget_missing(&self, stored: &[Key]) {
        let contacts: HashSet<ContactId> = stored.iter().filter_map(Key::contact).collect();
        for contact in contacts {
            let is_known = self.store().contacts.cell(contact).with_untracked(|record| record.live().is_some());
            if !is_known && let Ok(found) = self.api().get::<Contact>(&paths::contact(contact)).await {
                self.receive_contact_as(contact, found);
            }
        }
        let conversations: HashSet<ConversationId> = stored.iter().filter_map(Key::conversation).collect();
        for conversation in conversations {
            if self.is_not_there(conversation).await {
                stored.iter().filter(|key| key.conversation() == Some(conversation)).for_each(|key| self.forget(key));
            }
        }
    }

    fn forget(&self, key: &Key) {
        self.0.outbox.put(key, None);
        self.restore(key, None, false);
    }

    /// Whether the server has no such conversation. One that this page shows is there.
    async fn is_not_there(&self, conversation: ConversationId) -> bool {
        if self.store().conversations.shown_untracked(conversation).is_some() {
            return false;
        }
        let found = self.api().get::<Value>(&paths::conversation(conversation)).json().await;
        found.is_err_and(|error| error.code() == Some(ProblemCode::NotFound))
    }
}
