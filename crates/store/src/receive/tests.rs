//! Tests of events: each kind changes the one thing that it is about.

use crate::{
    Store,
    change::ConversationChange,
    conversations::Erasure,
    record::Record,
    records::Records as _,
    samples::{
        ME, agent, agent_id, contact, contact_id, conversation, conversation_id, conversation_note, is_saved, message,
        note, note_at, note_id, position,
    },
    threads::ThreadItem,
};
use reactive_graph::traits::{Get as _, Set as _, WithUntracked};
use wire::{AgentRef, Conversation, ConversationQuery, Event, Seq, Status};

fn actor() -> AgentRef {
    AgentRef { id: agent_id(2), name: "Sam".to_owned(), removed: false }
}

fn store() -> Store {
    Store::new(agent_id(ME))
}

fn is_shown(store: &Store, seq: Seq) -> bool {
    let notes = store.contact_notes.of(contact_id(1));
    notes.timeline.cell(note_id(seq.into())).with_untracked(|record| is_saved(record.shown()))
}

#[test]
fn a_contact_note_is_added_deleted_and_restored() {
    let store = store();
    store.receive(Event::ContactNoteAdded { note: note(5), actor: actor(), seq: 5 });
    assert!(is_shown(&store, 5));
    let deleted = Event::ContactNoteDeleted { note_id: note_id(5), contact_id: contact_id(1), actor: actor(), seq: 8 };
    store.receive(deleted.clone());
    assert!(!is_shown(&store, 5));
    store.receive(Event::ContactNoteRestored { note: note_at(5, 5, 9), actor: actor(), seq: 9 });
    store.receive(deleted);
    assert!(is_shown(&store, 5), "the deletion it undid is said once more");
    assert!(store.threads.of(conversation_id(1)).items().is_empty());
}

#[test]
fn a_conversation_note_is_added_deleted_and_restored_in_its_thread_only() {
    let store = store();
    let thread = store.threads.of(conversation_id(1));
    let note = conversation_note(5, 5);
    let (id, conversation_id) = (note.id, note.conversation_id);
    store.receive(Event::ConversationNoteAdded { note: note.clone(), actor: actor(), seq: 5 });
    assert_eq!(thread.items(), [ThreadItem::Note(id)]);
    store.receive(Event::ConversationNoteDeleted { note_id: id, conversation_id, actor: actor(), seq: 8 });
    assert_eq!(thread.items(), []);
    let note = wire::ConversationNote { rev: 9, ..note };
    store.receive(Event::ConversationNoteRestored { note, actor: actor(), seq: 9 });
    assert_eq!(thread.items(), [ThreadItem::Note(id)]);
    assert!(store.contact_notes.of(contact_id(1)).timeline.order().is_empty());
}

#[test]
fn a_message_a_conversation_a_contact_and_a_colleague_are_shown_as_they_are_now() {
    let store = store();
    store.receive(Event::MessageAdded { message: message(5, 5), actor: None, seq: 5 });
    assert_eq!(store.threads.of(conversation_id(1)).items(), [ThreadItem::Message(message(5, 5).id)]);
    store.receive(Event::ConversationChanged { conversation: conversation(1, 6, 60), actor: None, seq: 6 });
    assert_eq!(store.conversations.shown_untracked(conversation_id(1)), Some(conversation(1, 6, 60)));
    store.receive(Event::ContactChanged { contact: contact(1, 7, "Ana"), actor: None, seq: 7 });
    assert_eq!(store.contacts.shown(contact_id(1)), Some(contact(1, 7, "Ana")));
    store.receive(Event::AgentChanged { agent: agent(2, "Sam"), actor: None, seq: 8 });
    store.receive(Event::AgentChanged { agent: agent(2, "Sammy"), actor: None, seq: 7 });
    assert_eq!(store.agents.all(), [agent(2, "Sam")]);
}

#[test]
fn a_reset_makes_everything_stale_and_hides_nothing() {
    for reset in [Store::mark_stale as fn(&Store), |store| store.receive_reset(&position(3))] {
        let store = store();
        store.receive(Event::ContactNoteAdded { note: note(50), actor: actor(), seq: 50 });
        store.receive(Event::MessageAdded { message: message(51, 51), actor: None, seq: 51 });
        store.receive(Event::ConversationNoteAdded { note: conversation_note(52, 52), actor: actor(), seq: 52 });
        store.receive(Event::ConversationChanged { conversation: conversation(1, 53, 60), actor: None, seq: 53 });
        store.receive(Event::ContactChanged { contact: contact(1, 54, "Ana"), actor: None, seq: 54 });
        reset(&store);
        assert!(is_shown(&store, 50));
        assert_eq!(store.threads.of(conversation_id(1)).items().len(), 2);
        store.receive(Event::ContactNoteAdded { note: note_at(50, 2, 2), actor: actor(), seq: 2 });
        store.receive(Event::ConversationChanged { conversation: conversation(1, 3, 60), actor: None, seq: 3 });
        store.receive(Event::ContactChanged { contact: contact(1, 4, "Anna"), actor: None, seq: 4 });
        let rev = store.contact_notes.of(contact_id(1)).timeline.cell(note_id(50)).with_untracked(Record::rev);
        assert_eq!(rev, 2);
        assert_eq!(store.conversations.shown_untracked(conversation_id(1)).map(|shown| shown.rev), Some(3));
        assert_eq!(store.contacts.shown(contact_id(1)).map(|shown| shown.name).as_deref(), Some("Anna"));
    }
}

#[test]
fn nothing_of_an_erased_contact_is_shown_or_comes_back_whatever_is_pending_or_late() {
    let store = store();
    let conversations = &store.conversations;
    let list = conversations.list(ConversationQuery::default());
    let thread = store.threads.of(conversation_id(1));
    let ours = conversation(1, 5, 5);
    let contact_id = ours.contact_id;
    conversations.receive(ours.clone());
    store.contacts.receive(contact(1, 4, "Ana"));
    store.receive(Event::ContactNoteAdded { note: note(5), actor: actor(), seq: 5 });
    store.receive(Event::ConversationNoteAdded { note: conversation_note(6, 6), actor: actor(), seq: 6 });
    store.contact_notes.of(contact_id).timeline.apply_add(note(900));
    conversations.apply_change(ours.id, ConversationChange::Status(Status::Closed), 7);
    store.drafts.reply(ours.id).set("half a reply".to_owned());
    store.drafts.contact_note(contact_id).set("half a note".to_owned());
    assert_eq!(list.order(), [ours.id]);

    store.receive(Event::ContactErased { contact_id, actor: Some(actor()), seq: 20 });
    assert_eq!((list.order(), list.unread_signal().get()), (vec![], 0));
    let is_empty = || {
        let notes = store.contact_notes.of(contact_id);
        notes.timeline.order().is_empty() && notes.new_count() == 0 && thread.items().is_empty()
    };
    assert!(is_empty());
    assert_eq!(conversations.shown(ours.id), None);
    assert_eq!(conversations.erasure(ours.id), Some(Erasure { contact: contact_id, by: Some(actor()) }));
    assert!(conversations.cell(ours.id).get().changes().is_empty());
    assert_eq!(store.drafts.reply(ours.id).get() + &store.drafts.contact_note(contact_id).get(), "");

    // What was under way.
    store.receive(Event::ContactNoteAdded { note: note(7), actor: actor(), seq: 7 });
    store.receive(Event::ConversationNoteAdded { note: conversation_note(8, 8), actor: actor(), seq: 8 });
    store.receive(Event::MessageAdded { message: message(9, 9), actor: None, seq: 9 });
    conversations.receive(Conversation { rev: 12, ..ours.clone() });
    conversations.receive_all(vec![conversation(2, 13, 13)]);
    store.contacts.receive(contact(1, 14, "Ana"));
    assert!(is_empty());
    assert_eq!(list.order(), []);
    assert_eq!(store.contacts.shown(contact_id), None);
    // What is left of them.
    store.contacts.receive(wire::Contact { erased: true, ..contact(1, 20, "Erased contact") });
    assert!(store.contacts.shown(contact_id).is_some_and(|contact| contact.erased));
    store.receive(Event::ContactErased { contact_id, actor: Some(actor()), seq: 20 });
    assert!(store.contacts.shown(contact_id).is_some(), "heard twice");
}
