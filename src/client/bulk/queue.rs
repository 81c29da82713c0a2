//! A bulk change without a connection: each of what was ticked is changed through the send queue.

use super::{BulkAction, BulkUndo};
use crate::{
    client::{Client, ToastKind},
    store::records::Records,
};
use wire::{Contact, ContactId, ConversationId};

impl Client {
    pub(super) fn queue_for_conversations(&self, ids: &[ConversationId], action: &BulkAction) {
        let known = ids.iter().filter_map(|id| self.store().conversations.shown_untracked(*id));
        if action.of_contact().is_some() {
            let mut contacts: Vec<ContactId> = known.map(|conversation| conversation.contact_id).collect();
            contacts.sort_unstable();
            contacts.dedup();
            return self.queue_for_contacts(&contacts, action);
        }
        let before = known.filter_map(|conversation| {
            let before = match action {
                BulkAction::Status(status) if conversation.status != *status => BulkAction::Status(conversation.status),
                BulkAction::Assign(agent) if conversation.assignee_id != *agent => {
                    BulkAction::Assign(conversation.assignee_id)
                }
                _ => return None,
            };
            Some((conversation.id, before))
        });
        let before: Vec<_> = before.collect();
        for (id, _) in &before {
            self.queue_for_conversation(*id, action);
        }
        self.offer_undo(action, before.len(), BulkUndo::Queue { conversations: before, contacts: Vec::new() });
    }

    pub(super) fn queue_for_contacts(&self, ids: &[ContactId], action: &BulkAction) {
        // Of somebody who isn't loaded it is not known whether anything changes: the undo leaves them alone.
        let shown = |id: &ContactId| self.store().contacts.with(*id, |record| Some(record.shown()?.0.into_owned()));
        let before = ids.iter().filter_map(|id| Some((*id, before(&shown(id)?, action)?)));
        let before: Vec<_> = before.collect();
        for id in ids {
            self.queue_for_contact(*id, action);
        }
        self.offer_undo(action, ids.len(), BulkUndo::Queue { conversations: Vec::new(), contacts: before });
    }

    fn offer_undo(&self, action: &BulkAction, count: usize, undo: BulkUndo) {
        let sentence = action.sentence(self, count as u64);
        self.toast(ToastKind::Bulk { sentence, undo });
    }

    pub(super) fn queue_for_conversation(&self, id: ConversationId, action: &BulkAction) {
        if let Some(change) = action.of_conversation() {
            self.apply_change(self.changes_of_conversation(id), change);
        }
    }

    pub(super) fn queue_for_contact(&self, id: ContactId, action: &BulkAction) {
        if let Some(change) = action.of_contact() {
            self.apply_change(self.changes_of_contact(id), change);
        }
    }
}

/// What gives the contact back what they had. `None`: the action changes nothing.
fn before(contact: &Contact, action: &BulkAction) -> Option<BulkAction> {
    let has_tag = |name: &String| contact.tags.iter().any(|tag| tag.name == *name);
    let on_list = |id| contact.lists.iter().any(|list| list.id == id);
    match action.clone() {
        BulkAction::AddTag(tag) if !has_tag(&tag) => Some(BulkAction::RemoveTag(tag)),
        BulkAction::RemoveTag(tag) if has_tag(&tag) => Some(BulkAction::AddTag(tag)),
        BulkAction::AddToList(list) if !on_list(list.id) => Some(BulkAction::RemoveFromList(list)),
        BulkAction::RemoveFromList(list) if on_list(list.id) => Some(BulkAction::AddToList(list)),
        _ => None,
    }
}
