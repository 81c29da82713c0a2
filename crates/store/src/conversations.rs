//! Conversations: one cell per id. A pending change of status or assignee is laid over the remote state.

#[cfg(test)]
mod tests;

use super::{
    conversation_lists::{ConversationList, Loaded},
    keyed::Keyed,
    list_membership::ListMembership,
    record::Load,
};
use reactive_graph::{
    signal::ArcRwSignal,
    traits::{Get, GetUntracked, Set, Update, WithUntracked},
};
use std::sync::{Arc, Mutex};
use wire::{AgentId, Conversation, ConversationId, ConversationPatch, ConversationQuery, Seq};

/// The cell's content. `rev` is that of the remote state; 0 when nothing was heard, or what was heard is stale.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ConversationRecord {
    remote: Option<Conversation>,
    rev: Seq,
    pending: ConversationPatch,
    /// Read up to here by this agent, in this page.
    read: Seq,
}

impl ConversationRecord {
    /// What an agent sees: the server's word with our pending change over it.
    #[must_use]
    pub fn shown(&self) -> Option<Conversation> {
        let mut shown = self.remote.clone()?;
        shown.status = self.pending.status.unwrap_or(shown.status);
        shown.assignee_id = self.pending.assignee_id.unwrap_or(shown.assignee_id);
        shown.unread = shown.unread && self.read < shown.rev;
        Some(shown)
    }

    /// What places it in the lists.
    pub(super) fn membership(&self) -> Option<ListMembership> {
        let remote = self.remote.as_ref()?;
        Some(ListMembership {
            status: self.pending.status.unwrap_or(remote.status),
            assignee: self.pending.assignee_id.unwrap_or(remote.assignee_id),
            unread: remote.unread && self.read < remote.rev,
            is_stale: self.rev == 0,
            ..ListMembership::of(remote)
        })
    }

    /// What is known may be wrong. What was read here stays read until the server says otherwise.
    fn mark_stale(&mut self) {
        if let Some(remote) = &mut self.remote {
            remote.unread &= self.read < remote.rev;
        }
        self.rev = 0;
        self.read = 0;
    }

    /// The version the server last told us.
    #[must_use]
    pub fn rev(&self) -> Seq {
        self.rev
    }
}

/// Conversations by id, and the lists made of them.
pub struct Conversations {
    me: AgentId,
    cells: Keyed<ConversationId, ArcRwSignal<ConversationRecord>>,
    loads: Keyed<ConversationId, ArcRwSignal<Load>>,
    /// A handful: the queries that somebody has looked at.
    lists: Mutex<Vec<Arc<ConversationList>>>,
}

impl Conversations {
    #[must_use]
    pub fn new(me: AgentId) -> Self {
        Self { me, cells: Keyed::default(), loads: Keyed::default(), lists: Mutex::default() }
    }

    pub fn cell(&self, id: ConversationId) -> ArcRwSignal<ConversationRecord> {
        self.cells.cell(id)
    }

    /// How the loading of this one conversation stands.
    pub fn load(&self, id: ConversationId) -> ArcRwSignal<Load> {
        self.loads.cell(id)
    }

    /// What is shown of a conversation. Tracks.
    #[must_use]
    pub fn shown(&self, id: ConversationId) -> Option<Conversation> {
        self.cell(id).get().shown()
    }

    /// Whether what is known of a conversation counts: something was heard of it, and no reset came since.
    #[must_use]
    pub fn is_known(&self, id: ConversationId) -> bool {
        self.cell(id).with_untracked(|record| record.rev > 0)
    }

    #[must_use]
    pub fn shown_untracked(&self, id: ConversationId) -> Option<Conversation> {
        self.cell(id).with_untracked(ConversationRecord::shown)
    }

    /// The list of a query: the same one for everybody. Filled from what is known already.
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

    /// The server's word. An older version loses.
    pub fn receive(&self, conversation: Conversation) {
        self.receive_all(vec![conversation]);
    }

    /// Several at once: every list is told once.
    pub fn receive_all(&self, conversations: Vec<Conversation>) {
        let mut changed = Vec::new();
        for conversation in conversations {
            let cell = self.cell(conversation.id);
            let mut record = cell.get_untracked();
            if conversation.rev < record.rev {
                continue;
            }
            record.rev = conversation.rev;
            record.remote = Some(conversation);
            changed.extend(put(&cell, record));
        }
        self.place(changed);
    }

    /// A page of a list.
    pub fn receive_page(&self, query: ConversationQuery, items: Vec<Conversation>, loaded: Loaded) {
        let list = self.list(query);
        self.receive_all(items);
        list.set_loaded(loaded, self.memberships());
    }

    /// Lays a change over the remote state; returns the version it was made on.
    pub fn apply(&self, id: ConversationId, patch: &ConversationPatch) -> Seq {
        self.change(id, |record| {
            record.pending.status = patch.status.or(record.pending.status);
            record.pending.assignee_id = patch.assignee_id.or(record.pending.assignee_id);
            record.rev
        })
    }

    /// The server took the change, or refused it: the pending change is dropped, the remote state remains.
    pub fn settle(&self, id: ConversationId, patch: &ConversationPatch) {
        self.change(id, |record| {
            if patch.status.is_some() && record.pending.status == patch.status {
                record.pending.status = None;
            }
            if patch.assignee_id.is_some() && record.pending.assignee_id == patch.assignee_id {
                record.pending.assignee_id = None;
            }
        });
    }

    /// This agent has read all there is now; returns up to where, if that is news. While what is shown is from before
    /// a reset nobody knows what there is.
    pub fn read(&self, id: ConversationId) -> Option<Seq> {
        self.change(id, |record| {
            let unread = record.rev > 0 && record.membership()?.unread;
            record.read = record.read.max(record.rev);
            unread.then_some(record.read)
        })
    }

    /// What is known may be wrong: whatever the server says next counts more.
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
    }

    fn memberships(&self) -> impl Iterator<Item = ListMembership> {
        self.cells.all().into_iter().filter_map(|cell| cell.with_untracked(ConversationRecord::membership))
    }

    fn change<R>(&self, id: ConversationId, change: impl FnOnce(&mut ConversationRecord) -> R) -> R {
        let cell = self.cell(id);
        let mut record = cell.get_untracked();
        let result = change(&mut record);
        let changed = put(&cell, record);
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

/// Stores a record if it became another; returns how it stands then.
fn put(cell: &ArcRwSignal<ConversationRecord>, record: ConversationRecord) -> Option<ListMembership> {
    if cell.with_untracked(|known| *known == record) {
        return None;
    }
    let membership = record.membership();
    cell.set(record);
    membership
}
