//! Tests of events: each kind changes the one thing that it is about.

use crate::{
    Store,
    record::Record,
    samples::{
        ME, agent, agent_id, contact, contact_id, conversation, conversation_id, conversation_note, is_saved, message,
        note, note_at, note_id, position,
    },
    threads::ThreadItem,
};
use reactive_graph::traits::WithUntracked;
use wire::{AgentRef, Event, Seq};

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
