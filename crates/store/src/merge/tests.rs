//! Tests of merged and separated contacts, as a panel shows their notes.

use crate::{
    Store,
    records::Records as _,
    samples::{ME, Observer, agent_id, contact_id, conversation, conversation_id, note_at, note_id, position, unsaved},
};
use wire::{ContactId, ContactNote, Conversation, Event, NotesPage, Seq};

const ANA: u128 = 1;
const BOB: u128 = 2;

fn store() -> Store {
    Store::new(agent_id(ME))
}

/// A note of Bob's, written in his conversation 2.
fn of_bob(seq: Seq) -> ContactNote {
    let note = note_at(seq.into(), seq, seq);
    ContactNote { contact_id: contact_id(BOB), conversation_id: conversation_id(2), ..note }
}

fn page(items: Vec<ContactNote>, as_of: Seq) -> NotesPage<ContactNote> {
    NotesPage { items, next_cursor: None, as_of: position(as_of), seen: 0, unseen: 0 }
}

fn shown(store: &Store, contact: u128) -> Vec<ContactNote> {
    let notes = store.contact_notes.of(contact_id(contact));
    let order = notes.timeline.order_signal();
    let items = reactive_graph::traits::GetUntracked::get_untracked(&order);
    items.iter().filter_map(|item| notes.timeline.with(item.id, |record| record.live().cloned())).collect()
}

fn places(store: &Store, contact: u128) -> Vec<Seq> {
    shown(store, contact).iter().map(|note| note.seq).collect()
}

/// Bob with two notes, Ana with one, all loaded; Bob is merged into Ana at 100.
fn merged() -> Store {
    let store = store();
    store.contact_notes.of(contact_id(ANA)).receive_page(None, page(vec![note_at(8, 8, 8)], 50));
    store.contact_notes.of(contact_id(BOB)).receive_page(None, page(vec![of_bob(9), of_bob(7)], 50));
    store.receive(merge(BOB, ANA, 100));
    store
}

fn merge(contact: u128, into: u128, seq: Seq) -> Event {
    Event::ContactMerged { contact_id: contact_id(contact), into_id: contact_id(into), actor: None, seq }
}

fn separate(contact: u128, into: u128, seq: Seq) -> Event {
    Event::ContactMergeUndone { contact_id: contact_id(contact), into_id: contact_id(into), actor: None, seq }
}

#[test]
fn known_notes_are_those_of_the_one_who_stays_at_once() {
    let store = store();
    let ana = store.contact_notes.of(contact_id(ANA));
    ana.receive_page(None, page(vec![note_at(8, 8, 8)], 50));
    store.contact_notes.of(contact_id(BOB)).receive_page(None, page(vec![of_bob(9), of_bob(7)], 50));
    let order = ana.timeline.order_signal();
    let panel = Observer::at(move || _ = reactive_graph::traits::Get::get(&order));
    store.receive(merge(BOB, ANA, 100));
    assert!(panel.told() > 0);
    assert_eq!((places(&store, ANA), places(&store, BOB)), (vec![9, 8, 7], vec![]));
    assert!(shown(&store, ANA).iter().all(|note| note.contact_id == contact_id(ANA)));
    store.receive(merge(BOB, ANA, 100));
    assert_eq!(places(&store, ANA), [9, 8, 7], "said once more");
}

#[test]
fn a_page_from_before_is_ignored_and_one_from_after_counts() {
    let store = merged();
    let ana = store.contact_notes.of(contact_id(ANA));
    assert!(!ana.receive_page(None, page(vec![note_at(8, 8, 8)], 99)));
    assert_eq!(places(&store, ANA), [9, 8, 7]);
    let bob = store.contact_notes.of(contact_id(BOB));
    bob.receive_page(None, page(vec![of_bob(9), of_bob(7), of_bob(5)], 99));
    assert!(places(&store, BOB).is_empty(), "nothing is with somebody who is not there");
    let all = [9, 8, 7, 5].map(|seq| ContactNote { rev: 100, ..note_at(seq.into(), seq, seq) });
    assert!(ana.receive_page(None, page(all.to_vec(), 100)));
    assert_eq!(places(&store, ANA), [9, 8, 7, 5]);
}

#[test]
fn notes_go_back_with_their_conversations() {
    let store = merged();
    store.receive(Event::ContactNoteAdded {
        note: ContactNote { contact_id: contact_id(ANA), ..of_bob(102) },
        actor: unsaved(0).author,
        seq: 102,
    });
    let back = Conversation { contact_id: contact_id(BOB), ..conversation(2, 108, 0) };
    store.receive(Event::ConversationChanged { conversation: back, actor: None, seq: 108 });
    store.receive(separate(BOB, ANA, 110));
    assert_eq!(places(&store, ANA), [8]);
    assert_eq!(places(&store, BOB), [102, 9, 7]);
    assert!(shown(&store, BOB).iter().all(|note| note.contact_id == contact_id(BOB) && note.rev == 110));
    let all = vec![of_bob(102), of_bob(9), of_bob(7)];
    let all = all.into_iter().map(|note| ContactNote { rev: 110, ..note }).collect();
    assert!(store.contact_notes.of(contact_id(BOB)).receive_page(None, page(all, 110)));
    store.receive(merge(BOB, ANA, 100));
    assert_eq!(places(&store, BOB).len(), 3, "an older word changes nothing");
}

#[test]
fn an_id_stands_for_the_one_who_is_there_also_by_way_of_others() {
    let store = merged();
    let resolve = |id: u128| store.contacts.resolve_untracked(contact_id(id));
    assert_eq!((resolve(BOB), resolve(ANA), resolve(3)), (contact_id(ANA), contact_id(ANA), contact_id(3)));
    store.receive(merge(ANA, 3, 120));
    assert_eq!(resolve(BOB), contact_id(3));
    store.receive(separate(ANA, 3, 130));
    assert_eq!(resolve(BOB), contact_id(ANA));
    // A circle can only come from words that were missed.
    store.receive(merge(ANA, BOB, 140));
    let found: Vec<ContactId> = vec![resolve(ANA), resolve(BOB)];
    assert!(found.iter().all(|id| *id == contact_id(ANA) || *id == contact_id(BOB)));
}

#[test]
fn what_is_unsent_is_named_in_the_order_of_its_making() {
    let store = store();
    let notes = store.contact_notes.of(contact_id(BOB));
    notes.receive_page(None, page(vec![of_bob(9), of_bob(7)], 50));
    for id in [202, 201] {
        notes.timeline.apply_add(ContactNote { conversation_id: conversation_id(2), ..unsaved(id) });
    }
    notes.timeline.apply_delete(note_id(7));
    assert_eq!(notes.pending_in(|_| true), [7, 202, 201].map(note_id));
    assert!(notes.pending_in(|conversation| conversation == conversation_id(1)).is_empty());
}
