//! The erasure of a contact in the fake server's data.

use wire::{ActivityKind, AgentRef, Contact, ContactId, Event};

use super::data::Data;

impl Data {
    pub(super) fn erase_contact(&mut self, contact_id: ContactId, actor: AgentRef) {
        let seq = self.next();
        let is_theirs = |id| self.conversations.iter().any(|known| known.id == id && known.contact_id == contact_id);
        self.messages.retain(|message| !is_theirs(message.conversation_id));
        self.conversation_notes.live.retain(|note| !is_theirs(note.conversation_id));
        self.contact_notes.live.retain(|note| note.contact_id != contact_id);
        self.conversations.retain(|known| known.contact_id != contact_id);
        self.activity.retain(|(contact, _)| *contact != contact_id);
        if let Some(known) = self.contacts.iter_mut().find(|known| known.id == contact_id) {
            let (name, kept) = ("Erased contact".to_owned(), known.clone());
            let empty =
                Contact { name, erased: true, email: None, phone: None, address: None, external_id: None, ..kept };
            *known = Contact { rev: seq, channels: Vec::new(), tags: Vec::new(), lists: Vec::new(), ..empty };
        }
        self.remember(contact_id, ActivityKind::ContactErased, &actor);
        self.events.push(Event::ContactErased { contact_id, actor: Some(actor), seq });
    }
}
