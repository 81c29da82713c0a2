//! The fake server's data and its changes, in one order, as the contract requires.

use std::collections::HashMap;

use sidenote::store::entry::Entry;
use wire::{
    Activity, ActivityKind, Agent, AgentId, AgentRef, Channel, ChannelAddress, ChannelId, ChannelKind, ChannelRef,
    Contact, ContactId, ContactNote, ContactNoteId, ContactRef, Conversation, ConversationId, ConversationNote,
    ConversationNoteId, Delivery, Direction, Event, Me, Message, MessageId, NoteBody, OrgId, Organization, Position,
    Preview, PreviewKind, Role, Seq, Settings, Status, StorageKey, Time, VariantArray as _,
};

use super::Who;

/// The fake server's data.
pub(super) struct Data {
    pub(super) epoch: String,
    pub(super) seq: Seq,
    pub(super) me: Me,
    pub(super) contacts: Vec<Contact>,
    pub(super) conversations: Vec<Conversation>,
    pub(super) messages: Vec<Message>,
    pub(super) contact_notes: Notes<ContactNote>,
    pub(super) conversation_notes: Notes<ConversationNote>,
    pub(super) seen: HashMap<ContactId, Seq>,
    pub(super) activity: Vec<(ContactId, Activity)>,
    /// Every change, in order.
    pub(super) events: Vec<Event>,
}

/// Notes of one kind: the existing ones, oldest first, and the deleted ones.
pub(super) struct Notes<T: Entry> {
    pub(super) live: Vec<T>,
    /// Deleted notes with the version of the deletion. `None`: an id that was deleted before it was added.
    pub(super) gone: HashMap<T::Id, (Option<T>, Seq)>,
}

impl<T: Entry> Default for Notes<T> {
    fn default() -> Self {
        Self { live: Vec::new(), gone: HashMap::new() }
    }
}

impl<T: Entry> Notes<T> {
    pub(super) fn get(&self, id: T::Id) -> Option<&T> {
        self.live.iter().find(|note| note.id() == id)
    }

    /// Deletes a note. Returns whether it existed. `rev`: the version of the deletion.
    fn remove(&mut self, id: T::Id, rev: Seq) -> bool {
        let at = self.live.iter().position(|note| note.id() == id);
        let note = at.map(|at| self.live.remove(at));
        let was_there = note.is_some();
        self.gone.entry(id).or_insert((note, rev));
        was_there
    }

    fn put_back(&mut self, id: T::Id) -> Option<&mut T> {
        let note = self.gone.remove(&id)?.0?;
        let at = self.live.iter().position(|other| other.seq() > note.seq()).unwrap_or(self.live.len());
        self.live.insert(at, note);
        self.live.get_mut(at)
    }
}

impl Data {
    pub(super) fn new(as_admin: bool) -> Self {
        let agent = |name: &str, role| {
            let email = format!("{}@acme.test", name.to_lowercase());
            Agent { id: AgentId::fresh(), name: name.to_owned(), email, role, removed: false }
        };
        let agents = vec![agent("Sam", Role::Agent), agent("Maya", Role::Admin)];
        let channel = |kind: ChannelKind| Channel { id: ChannelId::fresh(), kind, name: kind.into_str().to_owned() };
        let organization = Organization { id: OrgId::fresh(), slug: "acme".to_owned(), name: "Acme".to_owned() };
        let channels = ChannelKind::VARIANTS.iter().copied().map(channel).collect();
        let agent = agents[usize::from(as_admin)].clone();
        let key = StorageKey::from_hex("5e".repeat(32));
        Self {
            epoch: "k3".to_owned(),
            seq: 1,
            me: Me { agent, organization, agents, channels, settings: Settings::default(), storage_key: Some(key) },
            contacts: Vec::new(),
            conversations: Vec::new(),
            messages: Vec::new(),
            contact_notes: Notes::default(),
            conversation_notes: Notes::default(),
            seen: HashMap::new(),
            activity: Vec::new(),
            events: Vec::new(),
        }
    }

    pub(super) fn position(&self) -> Position {
        Position { epoch: self.epoch.clone(), seq: self.seq }
    }

    /// The current time: one second per change, so that times differ and are the same in every run.
    pub(super) fn time(&self) -> Time {
        let seconds = i64::try_from(self.seq).expect("a test has few changes");
        Time::from_timestamp(1_795_000_000 + seconds, 0).expect("a time of this century")
    }

    pub(super) fn agent(&self, who: Who) -> AgentRef {
        let is_me = |agent: &&Agent| (agent.id == self.me.agent.id) == (who == Who::Me);
        let agent = self.me.agents.iter().find(is_me).expect("there are two agents");
        AgentRef { id: agent.id, name: agent.name.clone(), removed: false }
    }

    pub(super) fn next(&mut self) -> Seq {
        self.seq += 1;
        self.seq
    }

    pub(super) fn make_contact(&mut self, name: &str) -> ContactId {
        let (id, seq) = (ContactId::fresh(), self.next());
        let address = format!("{}@example.test", name.to_lowercase().replace(' ', "."));
        self.contacts.push(Contact {
            id,
            name: name.to_owned(),
            email: Some(address.clone()),
            phone: None,
            phone_uri: None,
            external_id: None,
            address: None,
            birthday: None,
            language: None,
            default_channel: None,
            time_zone: None,
            channels: vec![ChannelAddress { kind: ChannelKind::Email, address }],
            tags: Vec::new(),
            lists: Vec::new(),
            blocked: false,
            unsubscribed: false,
            erased: false,
            seq,
            rev: seq,
        });
        id
    }

    pub(super) fn make_conversation(&mut self, contact_id: ContactId, kind: ChannelKind) -> ConversationId {
        let (id, seq) = (ConversationId::fresh(), self.next());
        let contact = self.contacts.iter().find(|known| known.id == contact_id).expect("made before");
        let channel = self.me.channels.iter().find(|known| known.kind == kind).expect("one of each kind");
        self.conversations.push(Conversation {
            id,
            contact_id,
            contact: ContactRef { id: contact_id, name: contact.name.clone() },
            channel: ChannelRef { id: channel.id, kind },
            status: Status::Open,
            assignee_id: None,
            unread: false,
            preview: None,
            last_at: self.time(),
            seq,
            rev: seq,
        });
        id
    }

    pub(super) fn add_message(
        &mut self,
        id: MessageId,
        conversation_id: ConversationId,
        direction: Direction,
        author: Option<AgentRef>,
        body: String,
    ) -> Message {
        let seq = self.next();
        let (created_at, delivery) = (self.time(), Delivery::Delivered);
        let (attachments, actor) = (Vec::new(), author.clone());
        let preview = Preview {
            kind: if direction == Direction::In { PreviewKind::In } else { PreviewKind::Out },
            text: first_line(&body),
            attachment: None,
        };
        let message = Message { id, conversation_id, direction, author, body, attachments, created_at, seq, delivery };
        self.messages.push(message.clone());
        self.events.push(Event::MessageAdded { message: message.clone(), actor: actor.clone(), seq });
        self.change_conversation(conversation_id, actor, |conversation| {
            conversation.unread = direction == Direction::In;
            conversation.preview = Some(preview);
            conversation.last_at = created_at;
        });
        message
    }

    pub(super) fn change_conversation(
        &mut self,
        id: ConversationId,
        actor: Option<AgentRef>,
        change: impl FnOnce(&mut Conversation),
    ) {
        let seq = self.next();
        let conversation = self.conversations.iter_mut().find(|known| known.id == id).expect("made before");
        change(conversation);
        conversation.rev = seq;
        let conversation = conversation.clone();
        self.events.push(Event::ConversationChanged { conversation, actor, seq });
    }

    pub(super) fn change_contact(&mut self, id: ContactId, change: impl FnOnce(&mut Contact)) -> Contact {
        let seq = self.next();
        let contact = self.contacts.iter_mut().find(|known| known.id == id).expect("made before");
        change(contact);
        contact.rev = seq;
        let contact = contact.clone();
        self.events.push(Event::ContactChanged { contact: contact.clone(), actor: None, seq });
        contact
    }

    pub(super) fn add_contact_note(
        &mut self,
        id: ContactNoteId,
        contact_id: ContactId,
        conversation_id: ConversationId,
        author: AgentRef,
        body: NoteBody,
    ) -> ContactNote {
        let seq = self.next();
        let (created_at, actor) = (self.time(), author.clone());
        let unsaved = ContactNote::unsaved(id, contact_id, conversation_id, author, body, created_at);
        let note = ContactNote { seq, rev: seq, ..unsaved };
        self.contact_notes.live.push(note.clone());
        self.remember(contact_id, ActivityKind::NoteAdded, &actor);
        self.events.push(Event::ContactNoteAdded { note: note.clone(), actor, seq });
        note
    }

    pub(super) fn delete_contact_note(&mut self, note_id: ContactNoteId, actor: AgentRef) {
        let contact = self.contact_notes.get(note_id).map(|note| note.contact_id);
        if self.contact_notes.remove(note_id, self.seq + 1) {
            let (seq, contact_id) = (self.next(), contact.expect("it was there"));
            self.remember(contact_id, ActivityKind::NoteDeleted, &actor);
            self.events.push(Event::ContactNoteDeleted { note_id, contact_id, actor, seq });
        }
    }

    pub(super) fn restore_contact_note(&mut self, id: ContactNoteId, actor: AgentRef) -> Option<ContactNote> {
        let seq = self.next();
        let note = self.contact_notes.put_back(id)?;
        note.rev = seq;
        let note = note.clone();
        self.remember(note.contact_id, ActivityKind::NoteRestored, &actor);
        self.events.push(Event::ContactNoteRestored { note: note.clone(), actor, seq });
        Some(note)
    }

    pub(super) fn add_conversation_note(
        &mut self,
        id: ConversationNoteId,
        conversation_id: ConversationId,
        author: AgentRef,
        body: NoteBody,
    ) -> ConversationNote {
        let seq = self.next();
        let (created_at, actor) = (self.time(), author.clone());
        let preview = Preview { kind: PreviewKind::Note, text: first_line(body.as_str()), attachment: None };
        let unsaved = ConversationNote::unsaved(id, conversation_id, author, body, created_at);
        let note = ConversationNote { seq, rev: seq, ..unsaved };
        self.conversation_notes.live.push(note.clone());
        self.events.push(Event::ConversationNoteAdded { note: note.clone(), actor: actor.clone(), seq });
        self.change_conversation(conversation_id, Some(actor), |conversation| {
            conversation.preview = Some(preview);
            conversation.last_at = created_at;
        });
        note
    }

    pub(super) fn delete_conversation_note(&mut self, note_id: ConversationNoteId, actor: AgentRef) {
        let conversation = self.conversation_notes.get(note_id).map(|note| note.conversation_id);
        if self.conversation_notes.remove(note_id, self.seq + 1) {
            let (seq, conversation_id) = (self.next(), conversation.expect("it was there"));
            self.events.push(Event::ConversationNoteDeleted { note_id, conversation_id, actor, seq });
        }
    }

    pub(super) fn restore_conversation_note(
        &mut self,
        id: ConversationNoteId,
        actor: AgentRef,
    ) -> Option<ConversationNote> {
        let seq = self.next();
        let note = self.conversation_notes.put_back(id)?;
        note.rev = seq;
        let note = note.clone();
        self.events.push(Event::ConversationNoteRestored { note: note.clone(), actor, seq });
        Some(note)
    }

    pub(super) fn remember(&mut self, contact: ContactId, kind: ActivityKind, actor: &AgentRef) {
        let (seq, at) = (self.seq, self.time());
        let activity =
            Activity { seq, kind, actor: Some(actor.clone()), conversation_id: None, subject: None, at, undo: None };
        self.activity.push((contact, activity));
    }
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().chars().take(140).collect()
}
