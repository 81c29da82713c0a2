//! What an agent sees of a contact's notes: the same in every panel, and which of them are new.

use super::ContactNotes;
use crate::store::samples::{COLLEAGUE, ME, Onlooker, agent_id, contact_id, note, note_at, note_id, position, unsaved};
use std::sync::Arc;
use wire::{ContactNote, NotesPage, Seq};

fn page(notes: &[Seq], seen: Seq) -> NotesPage<ContactNote> {
    let items = notes.iter().map(|seq| note(*seq)).collect();
    NotesPage { items, next_cursor: None, as_of: position(100), seen, unseen: 0 }
}

fn mine(seq: Seq) -> ContactNote {
    ContactNote { author: unsaved(0).author, ..note(seq) }
}

fn notes() -> ContactNotes {
    ContactNotes::new(agent_id(ME))
}

#[test]
fn every_panel_of_a_contact_gets_the_same_notes_and_another_contact_has_others() {
    let notes = notes();
    let panel = notes.of(contact_id(1));
    assert!(Arc::ptr_eq(&panel, &notes.of(contact_id(1))));
    assert!(!Arc::ptr_eq(&panel, &notes.of(contact_id(2))));
    assert_eq!(notes.all().len(), 2);
}

#[test]
fn nothing_is_new_before_the_server_said_what_was_seen() {
    let notes = notes();
    notes.of(contact_id(1)).ledger.receive(note(9));
    assert_eq!(notes.new_count(contact_id(1)), 0);
}

#[test]
fn colleagues_notes_after_the_last_visit_are_new_and_own_ones_never() {
    let notes = notes();
    let here = notes.of(contact_id(1));
    here.receive_page(None, page(&[9, 8, 7, 6], 7));
    assert_eq!(notes.new_count(contact_id(1)), 2);
    here.ledger.receive(mine(101));
    here.ledger.intend_add(unsaved(200));
    assert_eq!(notes.new_count(contact_id(1)), 2);
    here.ledger.receive(note(102));
    here.ledger.receive_deletion(note_id(9), 103);
    assert_eq!(notes.new_count(contact_id(1)), 2);
    assert_eq!(note(9).author.id, agent_id(COLLEAGUE));
}

#[test]
fn what_was_seen_stays_seen_and_is_told_to_those_who_count() {
    let notes = Arc::new(notes());
    let here = notes.of(contact_id(1));
    here.receive_page(None, page(&[9, 8, 7], 7));
    let counting = Arc::clone(&notes);
    let badge = Onlooker::at(move || assert!(counting.new_count(contact_id(1)) <= 2));
    here.receive_seen(9);
    assert_eq!((badge.told(), notes.new_count(contact_id(1))), (1, 0));
    here.receive_page(None, page(&[9, 8, 7], 7));
    assert_eq!((here.seen_untracked(), notes.new_count(contact_id(1))), (Some(9), 0));
}

#[test]
fn the_newest_place_is_that_of_a_saved_note() {
    let notes = notes();
    let here = notes.of(contact_id(1));
    assert_eq!(here.newest(), None);
    here.ledger.intend_add(unsaved(200));
    assert_eq!(here.newest(), None);
    here.ledger.receive(note(9));
    assert_eq!(here.newest(), Some(9));
}

#[test]
fn after_a_reset_nothing_is_said_of_what_was_seen_until_the_server_says_it() {
    let notes = notes();
    let here = notes.of(contact_id(1));
    here.receive_page(None, page(&[900], 900));
    here.doubt(Some(&position(50)));
    assert_eq!((here.seen_untracked(), here.newest()), (None, None));
    let restored = NotesPage { as_of: position(60), ..page(&[55], 40) };
    assert!(here.receive_page(None, restored));
    assert_eq!((here.seen_untracked(), here.newest(), notes.new_count(contact_id(1))), (Some(40), Some(55), 1));
}

#[test]
fn a_page_from_before_a_reset_does_not_say_what_was_seen() {
    let notes = notes();
    let here = notes.of(contact_id(1));
    here.doubt(Some(&position(500)));
    assert!(!here.receive_page(None, page(&[9], 900)));
    assert_eq!(here.seen_untracked(), None);
    here.ledger.receive(note_at(9, 9, 9));
    assert_eq!(notes.new_count(contact_id(1)), 0);
}
