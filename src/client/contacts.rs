//! Contacts: load one, change its details field by field, add and remove tags, load its activity.

use super::{Client, spawn};
use crate::{
    net::error::ApiError,
    store::{
        contacts::PendingTag,
        record::{Failure, Load},
    },
};
use leptos::prelude::*;
use wire::{Contact, ContactId, ContactPatch, ProblemCode, Tag};

/// What became of a change to a contact's details.
#[derive(Clone, Debug)]
pub enum FieldChange {
    Saved,
    /// Somebody else changed this very field in the meantime; this is the contact now.
    Conflict(Box<Contact>),
    Failed(Failure),
}

impl Client {
    /// Loads a contact, unless that has been done.
    pub fn load_contact(&self, id: ContactId) {
        let load = self.store().contacts.load(id);
        if matches!(load.get_untracked(), Load::Loading | Load::Ready) {
            return;
        }
        load.set(Load::Loading);
        let client = self.clone();
        spawn(async move { client.fetch_contact(id).await });
    }

    pub(super) async fn fetch_contact(&self, id: ContactId) {
        let load = self.store().contacts.load(id);
        match self.api().contact(id).await {
            Ok(contact) => {
                self.store().contacts.receive(contact);
                load.set(Load::Ready);
            }
            Err(error) => load.set(self.failed(&error)),
        }
    }

    /// Changes a detail. `same` tells whether two versions of the contact agree in what is being changed: a change
    /// of anything else in the meantime is no conflict, and the change is made on top of it.
    pub async fn change_contact(
        &self,
        seen: Contact,
        patch: ContactPatch,
        same: impl Fn(&Contact, &Contact) -> bool,
    ) -> FieldChange {
        let mut rev = seen.rev;
        loop {
            match self.api().change_contact(seen.id, &patch, rev).await {
                Ok(contact) => {
                    self.store().contacts.receive(contact);
                    return FieldChange::Saved;
                }
                Err(error) => match changed_meanwhile(&error) {
                    Some(current) => {
                        self.store().contacts.receive(current.clone());
                        if current.rev == rev || !same(&seen, &current) {
                            return FieldChange::Conflict(Box::new(current));
                        }
                        rev = current.rev;
                    }
                    None => return FieldChange::Failed(error.failure()),
                },
            }
        }
    }

    /// Puts a tag on a contact; a new name makes a new tag.
    pub fn add_tag(&self, contact: ContactId, tag: String) {
        self.change_tag(contact, PendingTag::Add(tag));
    }

    pub fn remove_tag(&self, contact: ContactId, tag: String) {
        self.change_tag(contact, PendingTag::Remove(tag));
    }

    fn change_tag(&self, contact: ContactId, pending: PendingTag) {
        self.store().contacts.apply_tag(contact, pending.clone());
        let client = self.clone();
        spawn(async move {
            let answer = match &pending {
                PendingTag::Add(tag) => client.api().add_tag(contact, tag).json().await,
                PendingTag::Remove(tag) => client.api().remove_tag(contact, tag).json().await,
            };
            match answer {
                // The answer carries no contact; ask for it, in case the event is late.
                Ok(_) => client.fetch_contact(contact).await,
                Err(error) => client.report(&error),
            }
            client.store().contacts.settle_tag(contact, &pending);
        });
    }

    /// All tags of the organization, to choose from.
    ///
    /// # Errors
    /// [`Failure`], when they can't be fetched.
    pub async fn tags(&self) -> Result<Vec<Tag>, Failure> {
        self.api().tags().await.map(|page| page.items).map_err(|error| error.failure())
    }

    /// Loads the newest activity around a contact, unless that has been done.
    pub fn load_activity(&self, contact: ContactId) {
        let activity = self.store().contacts.activity(contact);
        let load = activity.load.get_untracked();
        if matches!(load, Load::Loading | Load::Ready) {
            return;
        }
        // What failed may have been an older page: then that is what is wanted.
        let wants_older = load != Load::Idle && activity.items.with_untracked(|items| !items.is_empty());
        activity.load.set(Load::Loading);
        let client = self.clone();
        spawn(async move {
            client.fetch_activity(contact, true).await;
            if wants_older && activity.load.get_untracked() == Load::Ready {
                client.load_older_activity(contact);
            }
        });
    }

    /// Loads older activity, if there is some.
    pub fn load_older_activity(&self, contact: ContactId) {
        let activity = self.store().contacts.activity(contact);
        if activity.load.get_untracked() == Load::Loading || activity.next_cursor.get_untracked().is_none() {
            return;
        }
        activity.load.set(Load::Loading);
        let client = self.clone();
        spawn(async move { client.fetch_activity(contact, false).await });
    }

    pub(super) async fn fetch_activity(&self, contact: ContactId, newest: bool) {
        let activity = self.store().contacts.activity(contact);
        let cursor = if newest { None } else { activity.next_cursor.get_untracked() };
        match self.api().contact_activity(contact, cursor.as_deref()).await {
            Ok(page) => activity.receive_page(newest, page),
            Err(error) => activity.load.set(self.failed(&error)),
        }
    }
}

/// The contact as it is now, if the answer was that it changed.
fn changed_meanwhile(error: &ApiError) -> Option<Contact> {
    match error {
        ApiError::Refused { problem, .. } if problem.code() == Some(ProblemCode::Changed) => {
            serde_json::from_value::<Contact>(problem.current.clone()?).ok()
        }
        _ => None,
    }
}
