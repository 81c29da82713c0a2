//! Test data, and the actions of colleagues and contacts.

use wire::{
    Activity, ActivityKind, AgentId, AgentRef, Attachment, ChannelKind, Contact, ContactId, ContactNoteId,
    Conversation, ConversationId, ConversationNoteId, Direction, MessageId, NoteBody, Position, Seq, Status, Tag,
};

use super::FakeServer;

/// The actor of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    Me,
    Colleague,
}

impl FakeServer {
    pub fn contact(&self, name: &str) -> ContactId {
        self.shared.data.borrow_mut().make_contact(name)
    }

    pub fn conversation(&self, contact: ContactId, kind: ChannelKind) -> ConversationId {
        self.shared.data.borrow_mut().make_conversation(contact, kind)
    }

    /// A contact with one conversation.
    pub fn contact_with_conversation(&self, name: &str, kind: ChannelKind) -> (ContactId, ConversationId) {
        let contact = self.contact(name);
        (contact, self.conversation(contact, kind))
    }

    /// Gives an agent another name, before anything that names them.
    pub fn rename_agent(&self, who: Who, name: &str) {
        let id = self.agent_id(who);
        let me = &mut self.shared.data.borrow_mut().me;
        for agent in me.agents.iter_mut().chain([&mut me.agent]).filter(|agent| agent.id == id) {
            name.clone_into(&mut agent.name);
        }
    }

    /// Whose entries in the browser's storage the signed-in agent's are.
    pub fn owner(&self) -> String {
        let me = &self.shared.data.borrow().me;
        format!("{} {} {}", self.shared.base, me.organization.id, me.agent.id)
    }

    /// Like a back end that knows of no storage keys.
    pub fn give_no_storage_key(&self) {
        self.shared.data.borrow_mut().me.storage_key = None;
    }

    pub fn agent_id(&self, who: Who) -> AgentId {
        self.agent(who).id
    }

    pub fn erase_contact(&self, contact: ContactId, who: Who) {
        let by = self.agent(who);
        self.shared.data.borrow_mut().erase_contact(contact, by);
    }

    fn agent(&self, who: Who) -> AgentRef {
        self.shared.data.borrow().agent(who)
    }

    /// The contact writes.
    pub fn contact_writes(&self, conversation: ConversationId, text: &str) {
        let id = MessageId::fresh();
        self.shared.data.borrow_mut().add_message(id, conversation, Direction::In, None, text.to_owned());
    }

    /// The contact sends files.
    pub fn contact_sends_files(&self, conversation: ConversationId, attachments: Vec<Attachment>) {
        self.contact_writes(conversation, "See the files");
        let mut data = self.shared.data.borrow_mut();
        data.messages.last_mut().expect("just written").attachments = attachments;
    }

    /// A note written in the contact's first conversation.
    pub fn contact_note(&self, contact: ContactId, who: Who, text: &str) -> ContactNoteId {
        let (id, author) = (ContactNoteId::fresh(), self.agent(who));
        let mut data = self.shared.data.borrow_mut();
        let conversation = data.conversations.iter().find(|known| known.contact_id == contact);
        let conversation = conversation.expect("notes are written in a conversation").id;
        data.add_contact_note(id, contact, conversation, author, body(text));
        id
    }

    pub fn delete_contact_note(&self, note: ContactNoteId, who: Who) {
        let by = self.agent(who);
        self.shared.data.borrow_mut().delete_contact_note(note, by);
    }

    pub fn conversation_note(&self, conversation: ConversationId, who: Who, text: &str) -> ConversationNoteId {
        let (id, author) = (ConversationNoteId::fresh(), self.agent(who));
        self.shared.data.borrow_mut().add_conversation_note(id, conversation, author, body(text));
        id
    }

    /// A contact, as the server has it.
    pub fn contact_as_it_is(&self, contact: ContactId) -> Contact {
        let data = self.shared.data.borrow();
        data.contacts.iter().find(|known| known.id == contact).cloned().expect("made before")
    }

    /// The texts of a contact's notes, newest first.
    pub fn notes_of(&self, contact: ContactId) -> Vec<String> {
        let data = self.shared.data.borrow();
        let notes = data.contact_notes.live.iter().rev().filter(|note| note.contact_id == contact);
        notes.map(|note| note.body.as_str().to_owned()).collect()
    }

    /// The texts of a conversation's notes, newest first.
    pub fn conversation_notes_of(&self, conversation: ConversationId) -> Vec<String> {
        let data = self.shared.data.borrow();
        let notes = data.conversation_notes.live.iter().rev().filter(|note| note.conversation_id == conversation);
        notes.map(|note| note.body.as_str().to_owned()).collect()
    }

    /// A conversation's status, as the server has it.
    pub fn status(&self, conversation: ConversationId) -> Status {
        let data = self.shared.data.borrow();
        data.conversations.iter().find(|known| known.id == conversation).map(|known| known.status).expect("made before")
    }

    pub fn change_conversation(&self, conversation: ConversationId, change: impl FnOnce(&mut Conversation)) {
        self.shared.data.borrow_mut().change_conversation(conversation, None, change);
    }

    /// A colleague puts a tag on a contact, and the contact's activity says so.
    pub fn put_on_tag(&self, contact: ContactId, tag: Tag) {
        let actor = Some(self.agent(Who::Colleague));
        let mut data = self.shared.data.borrow_mut();
        let subject = Some(tag.name.clone());
        data.change_contact(contact, |contact| contact.tags.push(tag));
        let (seq, at) = (data.seq, data.time());
        let activity =
            Activity { seq, kind: ActivityKind::TagAdded, actor, conversation_id: None, subject, at, undo: None };
        data.activity.push((contact, activity));
    }

    pub fn change_contact(&self, contact: ContactId, change: impl FnOnce(&mut Contact)) {
        self.shared.data.borrow_mut().change_contact(contact, change);
    }

    /// The place up to which the signed-in agent has seen a contact's notes.
    pub fn seen(&self, contact: ContactId) -> Seq {
        self.shared.data.borrow().seen.get(&contact).copied().unwrap_or(0)
    }

    /// Marks all of a contact's notes as seen by this agent.
    pub fn everything_seen(&self, contact: ContactId) {
        let mut data = self.shared.data.borrow_mut();
        let seq = data.seq;
        data.seen.insert(contact, seq);
    }

    /// The server's position.
    pub fn position(&self) -> Position {
        self.shared.data.borrow().position()
    }
}

pub(super) fn body(text: &str) -> NoteBody {
    NoteBody::parse(text).expect("tests write what can be saved")
}
