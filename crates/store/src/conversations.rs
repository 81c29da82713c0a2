//! `Conversations`: one cell per id, and the lists of conversations.

#[cfg(test)]
mod tests;

use super::{
    change::ConversationChange,
    conversation_lists::{ConversationList, Loaded},
    keyed::Keyed,
    list_membership::ListMembership,
    record::{Load, PendingChange, Record},
    records::Records,
};
use reactive_graph::{
    signal::ArcRwSignal,
    traits::{Get, GetUntracked, Set, Update, WithUntracked},
};
use std::sync::{Arc, Mutex, MutexGuard};
use wire::{AgentId, AgentRef, ContactId, Conversation, ConversationId, ConversationQuery, Seq};

/// The content of a cell.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ConversationRecord {
    record: Record<Conversation>,
    /// The `rev` up to which this agent has read it in this page.
    read: Seq,
}

impl ConversationRecord {
    /// The conversation as shown, if it is.
    #[must_use]
    pub fn shown(&self) -> Option<Conversation> {
        let mut shown = self.record.shown()?.0.into_owned();
        shown.unread = shown.unread && self.read < shown.rev;
        Some(shown)
    }

    /// Changes that the server has not confirmed, refused ones too.
    #[must_use]
    pub fn changes(&self) -> &[PendingChange<ConversationChange>] {
        self.record.changes()
    }

    /// The properties that its membership in lists depends on.
    pub(super) fn membership(&self) -> Option<ListMembership> {
        let (shown, _) = self.record.shown()?;
        let unread = shown.unread && self.read < shown.rev;
        Some(ListMembership { unread, is_stale: self.record.rev() == 0, ..ListMembership::of(&shown) })
    }

    /// Marks the record as stale. A conversation read in this page stays read until the server's next version.
    fn mark_stale(&mut self) {
        let read = self.read;
        if let Some(live) = self.record.live_mut() {
            live.unread &= read < live.rev;
        }
        self.record.mark_stale();
        self.read = 0;
    }
}

/// The erasure of a conversation's contact. `by`: `None` for a command of the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Erasure {
    pub contact: ContactId,
    pub by: Option<AgentRef>,
}

/// Conversations by id, and the lists of conversations.
pub struct Conversations {
    me: AgentId,
    cells: Keyed<ConversationId, ArcRwSignal<ConversationRecord>>,
    loads: Keyed<ConversationId, ArcRwSignal<Load>>,
    erasures: Keyed<ConversationId, ArcRwSignal<Option<Erasure>>>,
    /// The contacts who were erased, and when. A linear search: there are only a few.
    erased: Mutex<Vec<(ContactId, Seq)>>,
    /// One list per query that was opened; only a few.
    lists: Mutex<Vec<Arc<ConversationList>>>,
}

impl Conversations {
    #[must_use]
    pub fn new(me: AgentId) -> Self {
        Self {
            me,
            cells: Keyed::default(),
            loads: Keyed::default(),
            erasures: Keyed::default(),
            erased: Mutex::default(),
            lists: Mutex::default(),
        }
    }

    pub fn cell(&self, id: ConversationId) -> ArcRwSignal<ConversationRecord> {
        self.cells.cell(id)
    }

    /// The load state of this one conversation.
    pub fn load(&self, id: ConversationId) -> ArcRwSignal<Load> {
        self.loads.cell(id)
    }

    /// The conversation as shown. Tracks.
    #[must_use]
    pub fn shown(&self, id: ConversationId) -> Option<Conversation> {
        self.cell(id).get().shown()
    }

    /// Whether a conversation is known and not stale.
    #[must_use]
    pub fn is_known(&self, id: ConversationId) -> bool {
        self.cell(id).with_untracked(|known| known.record.rev() > 0)
    }

    #[must_use]
    pub fn shown_untracked(&self, id: ConversationId) -> Option<Conversation> {
        self.cell(id).with_untracked(ConversationRecord::shown)
    }

    /// The list of a query, shared by all callers. A new list is filled with known conversations.
    pub fn list(&self, query: ConversationQuery) -> Arc<ConversationList> {
        let list = self.known_list(query);
        if list.is_untouched() {
            list.place_all(self.memberships());
        }
        list
    }

    fn known_list(&self, query: ConversationQuery) -> Arc<ConversationList> {
        let mut lists = self.lists.lock().expect("no panic while a lock is held");
        if let Some(list) = lists.iter().find(|list| list.query() == query) {
            return Arc::clone(list);
        }
        let list = Arc::new(ConversationList::new(query, self.me));
        lists.push(Arc::clone(&list));
        list
    }

    #[must_use]
    pub fn lists(&self) -> Vec<Arc<ConversationList>> {
        self.lists.lock().expect("no panic while a lock is held").clone()
    }

    /// Receives several conversations, and notifies each list once.
    pub fn receive_all(&self, conversations: Vec<Conversation>) {
        let mut changed = Vec::new();
        for conversation in conversations {
            if self.is_erased(&conversation) {
                continue;
            }
            let cell = self.cell(conversation.id);
            let mut known = cell.get_untracked();
            known.record.receive(conversation);
            changed.extend(put(&cell, known));
        }
        self.place(changed);
    }

    /// Receives a page of a list.
    pub fn receive_page(&self, query: ConversationQuery, items: Vec<Conversation>, loaded: Loaded) {
        let list = self.list(query);
        self.receive_all(items);
        list.set_loaded(loaded, self.memberships());
    }

    /// Marks a conversation as read up to its latest `rev`; returns that if the conversation was unread. `None` while
    /// the record is stale: its latest `rev` is unknown.
    pub fn read(&self, id: ConversationId) -> Option<Seq> {
        self.change_known(id, |known| {
            let rev = known.record.rev();
            let unread = rev > 0 && known.membership()?.unread;
            known.read = known.read.max(rev);
            unread.then_some(known.read)
        })
    }

    /// The erasure of the conversation's contact, if that was received in this page. Tracks.
    #[must_use]
    pub fn erasure(&self, id: ConversationId) -> Option<Erasure> {
        self.erasures.cell(id).get()
    }

    /// The known conversations of a contact. Untracked.
    #[must_use]
    pub fn of_contact(&self, contact: ContactId) -> Vec<ConversationId> {
        let of_contact = |known: &ConversationRecord| {
            known.record.live().filter(|conversation| conversation.contact_id == contact).map(|it| it.id)
        };
        self.cells.all().iter().filter_map(|cell| cell.with_untracked(of_contact)).collect()
    }

    /// Handles the erasure of a contact at `rev`. Returns the conversations that were known.
    pub(super) fn erase(&self, contact: ContactId, by: Option<AgentRef>, rev: Seq) -> Vec<ConversationId> {
        self.erased().push((contact, rev));
        let gone = self.of_contact(contact);
        for id in &gone {
            self.cell(*id).update(|known| known.record.refuse_gone(Some(rev)));
            self.erasures.cell(*id).set(Some(Erasure { contact, by: by.clone() }));
        }
        for list in self.lists() {
            list.remove_all(&gone);
        }
        gone
    }

    /// Whether the contact's erasure was received.
    #[must_use]
    pub fn is_of_erased(&self, contact: ContactId) -> bool {
        self.erased().iter().any(|(erased, _)| *erased == contact)
    }

    /// Whether this is a version from before its contact was erased.
    fn is_erased(&self, conversation: &Conversation) -> bool {
        self.erased().iter().any(|(contact, rev)| *contact == conversation.contact_id && conversation.rev <= *rev)
    }

    fn erased(&self) -> MutexGuard<'_, Vec<(ContactId, Seq)>> {
        self.erased.lock().expect("no panic while a lock is held")
    }

    /// Marks everything as stale: the server's next version of each thing wins.
    pub fn mark_stale(&self) {
        for cell in self.cells.all() {
            cell.update(ConversationRecord::mark_stale);
        }
        for load in self.loads.all() {
            load.set(Load::Idle);
        }
        for list in self.lists() {
            list.mark_stale();
        }
        // A new epoch counts from the beginning.
        self.erased().clear();
    }

    fn memberships(&self) -> impl Iterator<Item = ListMembership> {
        self.cells.all().into_iter().filter_map(|cell| cell.with_untracked(ConversationRecord::membership))
    }

    fn change_known<R>(&self, id: ConversationId, change: impl FnOnce(&mut ConversationRecord) -> R) -> R {
        let cell = self.cell(id);
        let mut known = cell.get_untracked();
        let result = change(&mut known);
        let changed = put(&cell, known);
        self.place(changed.into_iter().collect());
        result
    }

    fn place(&self, changed: Vec<ListMembership>) {
        if changed.is_empty() {
            return;
        }
        for list in self.lists() {
            list.place_all(changed.iter().copied());
        }
    }
}

impl Records<Conversation> for Conversations {
    fn with<R>(&self, id: ConversationId, look: impl FnOnce(&Record<Conversation>) -> R) -> R {
        self.cell(id).with_untracked(|known| look(&known.record))
    }

    fn take_in(&self, entry: Conversation, receive: fn(&mut Record<Conversation>, Conversation)) {
        if !self.is_erased(&entry) {
            self.change(entry.id, |record| receive(record, entry));
        }
    }

    fn change<R>(&self, id: ConversationId, change: impl FnOnce(&mut Record<Conversation>) -> R) -> R {
        self.change_known(id, |known| change(&mut known.record))
    }
}

/// Stores a record if it differs; returns its list membership.
fn put(cell: &ArcRwSignal<ConversationRecord>, record: ConversationRecord) -> Option<ListMembership> {
    if cell.with_untracked(|known| *known == record) {
        return None;
    }
    let membership = record.membership();
    cell.set(record);
    membership
}
