//! The data that is open in this page. Views register on mount and unregister on unmount; open data is kept live, and
//! refetched after a gap.

use super::{Client, Connection, spawn};
use crate::{
    browser::timers::sleep,
    store::record::Load,
    strings::{Value, fill, strings},
};
use leptos::prelude::*;
use std::{
    pin::Pin,
    sync::{Mutex, atomic::Ordering},
};
use wire::{ContactId, ConversationId, ConversationQuery, Event, Position};

/// Activity is fetched this long after an event.
const ACTIVITY_AFTER_MS: u32 = 300;

/// Counts of views by what they show.
#[derive(Default)]
pub(super) struct Open {
    contacts: Counts<ContactId>,
    conversations: Counts<ConversationId>,
    lists: Counts<ConversationQuery>,
}

/// A linear search: there are only a few.
struct Counts<K>(Mutex<Vec<(K, usize)>>);

impl<K> Default for Counts<K> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Copy + PartialEq> Counts<K> {
    fn add(&self, key: K) {
        let mut counts = self.0.lock().expect("no panic while a lock is held");
        match counts.iter_mut().find(|(known, _)| *known == key) {
            Some((_, count)) => *count += 1,
            None => counts.push((key, 1)),
        }
    }

    fn remove(&self, key: K) {
        let mut counts = self.0.lock().expect("no panic while a lock is held");
        if let Some((_, count)) = counts.iter_mut().find(|(known, _)| *known == key) {
            *count -= 1;
        }
        counts.retain(|(_, count)| *count > 0);
    }

    fn contains(&self, key: K) -> bool {
        self.0.lock().expect("no panic while a lock is held").iter().any(|(known, _)| *known == key)
    }

    fn keys(&self) -> Vec<K> {
        self.0.lock().expect("no panic while a lock is held").iter().map(|(key, _)| *key).collect()
    }
}

impl Client {
    /// For a view of a contact's profile: loads it and keeps it live until the view unmounts.
    pub fn show_contact(&self, id: ContactId) {
        self.0.open.contacts.add(id);
        let client = self.clone();
        on_cleanup(move || client.0.open.contacts.remove(id));
        self.load_contact(id);
        self.load_contact_notes(id);
    }

    /// For a view of a conversation: loads it and keeps it live until the view unmounts.
    pub fn show_conversation(&self, id: ConversationId) {
        self.0.open.conversations.add(id);
        let client = self.clone();
        on_cleanup(move || client.0.open.conversations.remove(id));
        self.load_conversation(id);
        self.load_thread(id);
    }

    /// For a view of a list: loads it and keeps it live until the view unmounts.
    pub fn show_list(&self, query: ConversationQuery) {
        self.0.open.lists.add(query);
        let client = self.clone();
        on_cleanup(move || client.0.open.lists.remove(query));
        self.load_conversations(query);
    }

    /// Applies events of the stream to the store.
    pub(super) fn apply(&self, events: Vec<Event>) {
        for event in events {
            self.tell(&event);
            self.listened(&event);
            let contact = self.contact_of(&event);
            let is_activity = self.is_activity(&event);
            let erased = match &event {
                Event::ContactErased { contact_id, .. } => Some(*contact_id),
                _ => None,
            };
            let erased = erased.map(|contact| (contact, self.store().conversations.of_contact(contact)));
            let both = match &event {
                Event::ContactMerged { contact_id, into_id, .. }
                | Event::ContactMergeUndone { contact_id, into_id, .. } => Some([*contact_id, *into_id]),
                _ => None,
            };
            let is_of_contact =
                both.is_some() || matches!(event, Event::ContactChanged { .. } | Event::ContactErased { .. });
            let moved = self.take_moved(&event);
            self.store().receive(event);
            if let Some(both) = both {
                self.put_moved(moved, both);
            }
            if is_of_contact {
                self.0.contact_changes.notify();
            }
            if let Some((contact, known)) = erased {
                self.forget_erased(contact, known);
            }
            if let Some(contact) = contact {
                if is_activity {
                    self.refresh_activity(contact);
                }
                self.recount_contact_notes(contact);
            }
        }
    }

    /// Handles a reset of the stream at a position. All data is stale: open data is refetched now, other data when it
    /// is opened next.
    pub(crate) fn start_over(&self, since: &Position) {
        self.set_connection(Connection::Connecting);
        self.drop_arrivals();
        self.store().receive_reset(since);
        for list in self.store().conversations.lists() {
            list.set_load(Load::Idle);
        }
        self.fetch_open_soon();
    }

    /// Refetches open data.
    pub(super) fn fetch_open_soon(&self) {
        let client = self.clone();
        self.0.catching_up.fetch_add(1, Ordering::Relaxed);
        spawn(async move {
            client.fetch_open().await;
            client.0.contact_changes.notify();
            let was_last = client.0.catching_up.fetch_sub(1, Ordering::Relaxed) == 1;
            if was_last && client.connection().get_untracked() == Connection::Connecting {
                client.set_connection(Connection::Live);
            }
        });
    }

    /// All requests run concurrently: a slow answer delays no other.
    async fn fetch_open(&self) {
        let open = &self.0.open;
        let mut all: Vec<Pin<Box<dyn Future<Output = ()> + '_>>> = Vec::new();
        for query in open.lists.keys() {
            all.push(Box::pin(self.fetch_conversations(query)));
        }
        for id in open.conversations.keys() {
            all.push(Box::pin(self.fetch_conversation(id)));
            all.push(Box::pin(self.fetch_thread(id)));
        }
        for id in open.contacts.keys() {
            all.push(Box::pin(self.fetch_contact(id)));
            all.push(Box::pin(self.fetch_contact_notes(id)));
            all.push(Box::pin(self.fetch_activity(id, true)));
        }
        futures::future::join_all(all).await;
    }

    /// Announces a colleague's change of an open contact or conversation in the live region.
    fn tell(&self, event: &Event) {
        let (actor, sentence) = match event {
            Event::ContactNoteAdded { note, actor, .. } if self.0.open.contacts.contains(note.contact_id) => {
                (actor, strings().announced_note_added)
            }
            Event::ContactNoteDeleted { contact_id, actor, .. } if self.0.open.contacts.contains(*contact_id) => {
                (actor, strings().announced_note_deleted)
            }
            Event::ContactErased { contact_id, actor: Some(actor), .. }
                if self.0.open.contacts.contains(*contact_id) =>
            {
                (actor, strings().contact_erased_by)
            }
            Event::ContactMerged { contact_id, into_id, actor: Some(actor), .. }
                if [contact_id, into_id].into_iter().any(|contact| self.0.open.contacts.contains(*contact)) =>
            {
                (actor, strings().announced_merged)
            }
            Event::ContactMergeUndone { into_id, actor: Some(actor), .. }
                if self.0.open.contacts.contains(*into_id) =>
            {
                (actor, strings().announced_merge_undone)
            }
            Event::ConversationNoteAdded { note, actor, .. }
                if self.0.open.conversations.contains(note.conversation_id) =>
            {
                (actor, strings().announced_conversation_note_added)
            }
            _ => return,
        };
        if actor.id != self.my_id() {
            self.announce(fill(sentence, &[("name", Value::Name(&actor.name))]));
        }
    }

    fn contact_of(&self, event: &Event) -> Option<ContactId> {
        match event {
            Event::ContactNoteAdded { note, .. } | Event::ContactNoteRestored { note, .. } => Some(note.contact_id),
            Event::ContactNoteDeleted { contact_id, .. } => Some(*contact_id),
            Event::ConversationChanged { conversation, .. } => Some(conversation.contact_id),
            Event::ContactChanged { contact, .. } => Some(contact.id),
            Event::ContactErased { contact_id, .. } => Some(*contact_id),
            _ => None,
        }
    }

    /// Whether an event belongs to the activity around its contact. A message does not.
    fn is_activity(&self, event: &Event) -> bool {
        let Event::ConversationChanged { conversation, actor: None, .. } = event else { return true };
        let known = self.store().conversations.shown_untracked(conversation.id);
        known.is_none_or(|known| (known.status, known.assignee_id) != (conversation.status, conversation.assignee_id))
    }

    /// Whether a view of the contact is open.
    pub(super) fn is_shown(&self, contact: ContactId) -> bool {
        self.0.open.contacts.contains(contact)
    }

    /// Events carry no activity: refetches it soon if a view shows it, once for several events.
    fn refresh_activity(&self, contact: ContactId) {
        let activity = self.store().contacts.activity(contact);
        if activity.load.get_untracked() != Load::Ready {
            return;
        }
        if !self.is_shown(contact) {
            return activity.load.set(Load::Idle);
        }
        activity.load.set(Load::Loading);
        let client = self.clone();
        spawn(async move {
            sleep(ACTIVITY_AFTER_MS).await;
            client.fetch_activity(contact, true).await;
        });
    }
}
