//! Commands on contacts: load one, change its details field by field, add and remove tags, load its activity.

use super::{Client, ToastKind, changes::Changeable, spawn};
use crate::{
    net::{
        api::{Api, ApiCall, Method, read},
        error::ApiError,
    },
    store::{
        change::{ContactChange, DetailChange},
        contacts::Contacts,
        record::{Failure, Load},
        records::Records,
    },
};
use leptos::prelude::*;
use serde_json::Value;
use std::{cell::Cell, future::ready, rc::Rc, sync::Arc};
use wire::{
    Contact, ContactFlag, ContactId, ContactKey, ContactList, ContactQuery, ListMember, NewContact, Page, Problem,
    ProblemCode, Seq, Tag, paths,
};

/// A contact's details and tags, and their requests.
#[derive(Clone)]
pub(super) struct ContactChanges {
    id: ContactId,
    contacts: Arc<Contacts>,
    /// The version that the last request named. The contact may have arrived since, by an event or a page.
    sent_rev: Rc<Cell<Option<Seq>>>,
}

impl ContactChanges {
    /// Refuses the change without a request if it conflicts with a version that has arrived since the agent saw the
    /// field.
    fn send_detail(&self, api: &Api, detail: &DetailChange) -> ApiCall<Value> {
        let (rev, conflicts) = self.contacts.with(self.id, |record| {
            (record.rev(), record.live().is_some_and(|contact| detail.conflicts_with(contact)))
        });
        if conflicts {
            let problem = Box::new(Problem::new(ProblemCode::Changed));
            return Box::pin(ready(Err(ApiError::Refused { problem, retry_after: None })));
        }
        self.sent_rev.set(Some(rev));
        api.send_json::<Value>(Method::PATCH, &paths::contact(self.id), &detail.to).if_match(rev).json()
    }
}

impl Changeable for ContactChanges {
    type Thing = Contact;
    const KIND: &'static str = "contact";

    fn records(&self) -> &impl Records<Contact> {
        &*self.contacts
    }

    fn id(&self) -> ContactId {
        self.id
    }

    fn send(&self, api: &Api, change: &ContactChange) -> ApiCall<Value> {
        let request = match change {
            ContactChange::Detail(detail) => return self.send_detail(api, detail),
            ContactChange::AddTag(tag) => api.send::<Value>(Method::PUT, &paths::contact_tag(self.id, tag)).json(),
            ContactChange::RemoveTag(tag) => {
                api.send::<Value>(Method::DELETE, &paths::contact_tag(self.id, tag)).json()
            }
            ContactChange::AddToList(ContactList { id, name }) => {
                let member = ListMember { name: Some(name.clone()) };
                api.send_json::<Value>(Method::PUT, &paths::contact_list(self.id, *id), &member).json()
            }
            ContactChange::RemoveFromList(list) => {
                api.send::<Value>(Method::DELETE, &paths::contact_list(self.id, list.id)).json()
            }
            ContactChange::Flag(flag, is_set) => {
                return api.send::<Value>(Method::POST, &paths::contact_flag(self.id, *flag, *is_set)).json();
            }
        };
        // The answer contains no contact, and the event may be late.
        let contact = api.get::<Value>(&paths::contact(self.id)).json();
        Box::pin(async move {
            request.await?;
            contact.await
        })
    }

    fn receive(&self, _: &Client, answer: Value) -> Result<(), ApiError> {
        self.contacts.receive(read(answer)?);
        Ok(())
    }

    /// A concurrent change of another field is no conflict: the change is retried on top of it.
    fn is_to_be_sent_again(&self, change: &ContactChange, error: &ApiError) -> bool {
        let (ContactChange::Detail(detail), Some(current)) = (change, changed_meanwhile(error)) else { return false };
        // A server that refuses the version which it names itself would be asked for ever.
        let is_again = !detail.conflicts_with(&current) && self.sent_rev.get() != Some(current.rev);
        self.contacts.receive(current);
        is_again
    }
}

impl Client {
    /// Loads a contact, unless it is loaded.
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
        match self.api().get(&paths::contact(id)).await {
            Ok(contact) => {
                self.receive_contact_as(id, contact);
                load.set(Load::Ready);
            }
            Err(error) => load.set(self.failed(&error)),
        }
    }

    /// The contact whom another system knows by this key, if there is one.
    ///
    /// # Errors
    /// [`Failure`], when they can't be fetched.
    pub async fn contact_by(&self, key: ContactKey, value: &str) -> Result<Option<ContactId>, Failure> {
        match self.api().get::<Contact>(&paths::contact_by(key, value)).await {
            Ok(contact) => Ok(Some(self.found(contact))),
            Err(error) if error.code() == Some(ProblemCode::NotFound) => Ok(None),
            Err(error) => Err(error.failure()),
        }
    }

    /// Like [`Self::contact_by`]; makes one, with this name, if there is none.
    ///
    /// # Errors
    /// [`Failure`], when the server refuses or can't be reached.
    pub async fn make_contact_by(
        &self,
        key: ContactKey,
        value: &str,
        name: Option<String>,
    ) -> Result<ContactId, Failure> {
        let request =
            self.api().send_json::<Contact>(Method::PUT, &paths::contact_by(key, value), &NewContact { name });
        Ok(self.found(request.await.map_err(|error| error.failure())?))
    }

    /// A page of the contacts that fit a query, and where the next one begins. They are in the store then.
    ///
    /// # Errors
    /// [`Failure`], when they can't be fetched.
    pub async fn contacts_page(
        &self,
        query: &ContactQuery,
        cursor: Option<&str>,
        limit: u32,
    ) -> Result<(Vec<ContactId>, Option<String>), Failure> {
        let page: Page<Contact> =
            self.api().get(&paths::contacts(query, cursor, limit)).await.map_err(|error| error.failure())?;
        let ids = page.items.into_iter().map(|contact| self.found(contact)).collect();
        Ok((ids, page.next_cursor))
    }

    fn found(&self, contact: Contact) -> ContactId {
        let id = contact.id;
        self.receive_contact(contact);
        id
    }

    /// Notifies of each change of a contact, and after each gap.
    #[must_use]
    pub fn contact_changes(&self) -> ArcTrigger {
        self.0.contact_changes.clone()
    }

    /// Changes a detail. If another agent changed it after this agent saw it, the change is refused.
    pub fn change_detail(&self, contact: ContactId, change: DetailChange) {
        self.apply_change(self.changes_of_contact(contact), ContactChange::Detail(Box::new(change)));
    }

    /// Puts a tag on a contact; a new name makes a new tag.
    pub fn add_tag(&self, contact: ContactId, tag: String) {
        self.apply_change(self.changes_of_contact(contact), ContactChange::AddTag(tag));
    }

    pub fn remove_tag(&self, contact: ContactId, tag: String) {
        self.apply_change(self.changes_of_contact(contact), ContactChange::RemoveTag(tag));
    }

    /// Puts a contact on a list; a new one is made with this name.
    pub fn add_to_list(&self, contact: ContactId, list: ContactList) {
        self.apply_change(self.changes_of_contact(contact), ContactChange::AddToList(list));
    }

    pub fn remove_from_list(&self, contact: ContactId, list: ContactList) {
        self.apply_change(self.changes_of_contact(contact), ContactChange::RemoveFromList(list));
    }

    /// Blocks or unsubscribes a contact, or undoes that. A toast says what it means, and offers Undo.
    pub fn set_contact_flag(&self, contact: ContactId, flag: ContactFlag, is_set: bool) {
        self.withdraw(&ToastKind::ContactFlag { contact, flag, is_set: !is_set });
        self.apply_change(self.changes_of_contact(contact), ContactChange::Flag(flag, is_set));
        self.toast(ToastKind::ContactFlag { contact, flag, is_set });
    }

    /// Undoes that, without another toast.
    pub fn undo_contact_flag(&self, contact: ContactId, flag: ContactFlag, was_set: bool) {
        self.apply_change(self.changes_of_contact(contact), ContactChange::Flag(flag, !was_set));
    }

    pub(super) fn changes_of_contact(&self, id: ContactId) -> ContactChanges {
        ContactChanges { id, contacts: Arc::clone(&self.store().contacts), sent_rev: Rc::default() }
    }

    /// All tags of the organization, to choose from.
    ///
    /// # Errors
    /// [`Failure`], when they can't be fetched.
    pub async fn tags(&self) -> Result<Vec<Tag>, Failure> {
        self.api().get::<Page<Tag>>(paths::TAGS).await.map(|page| page.items).map_err(|error| error.failure())
    }

    /// All lists of the organization, to choose from.
    ///
    /// # Errors
    /// [`Failure`], when they can't be fetched.
    pub async fn lists(&self) -> Result<Vec<ContactList>, Failure> {
        self.api().get::<Page<ContactList>>(paths::LISTS).await.map(|page| page.items).map_err(|error| error.failure())
    }

    /// Loads the newest activity around a contact, unless it is loaded.
    pub fn load_activity(&self, contact: ContactId) {
        let activity = self.store().contacts.activity(contact);
        let load = activity.load.get_untracked();
        if matches!(load, Load::Loading | Load::Ready) {
            return;
        }
        // If the failed request was for an older page, loads that too.
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
        match self.api().get(&paths::contact_activity(contact, cursor.as_deref())).await {
            Ok(page) => activity.receive_page(newest, page),
            Err(error) => activity.load.set(self.failed(&error)),
        }
    }
}

/// The current contact, if the server refused because it had changed.
fn changed_meanwhile(error: &ApiError) -> Option<Contact> {
    match error {
        ApiError::Refused { problem, .. } if problem.code() == Some(ProblemCode::Changed) => {
            serde_json::from_value::<Contact>(problem.current.clone()?).ok()
        }
        _ => None,
    }
}
