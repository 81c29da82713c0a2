//! Tests of a contact's notes: all panels show the same, and which notes are new.

use super::ContactNotes;
use crate::records::Records as _;
use crate::samples::{COLLEAGUE, ME, Observer, agent_id, contact_id, note, note_at, note_id, position, unsaved};
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
    let here = notes().of(contact_id(1));
    here.timeline.receive(note(9));
    assert_eq!(here.new_count(), 0);
}

#[test]
fn colleagues_notes_after_the_last_visit_are_new_and_own_ones_never() {
    let here = notes().of(contact_id(1));
    here.receive_page(None, page(&[9, 8, 7, 6], 7));
    assert_eq!(here.new_count(), 2);
    here.timeline.receive(mine(101));
    here.timeline.apply_add(unsaved(200));
    assert_eq!(here.new_count(), 2);
    here.timeline.receive(note(102));
    here.timeline.receive_deletion(note_id(9), 103);
    assert_eq!(here.new_count(), 2);
    assert_eq!(note(9).author.id, agent_id(COLLEAGUE));
}

#[test]
fn what_was_seen_stays_seen_and_is_told_to_those_who_count() {
    let here = notes().of(contact_id(1));
    here.receive_page(None, page(&[9, 8, 7], 7));
    let counting = Arc::clone(&here);
    let badge = Observer::at(move || assert!(counting.new_count() <= 2));
    here.receive_seen(9);
    assert_eq!((badge.told(), here.new_count()), (1, 0));
    here.receive_page(None, page(&[9, 8, 7], 7));
    assert_eq!((here.seen_untracked(), here.new_count()), (Some(9), 0));
}

#[test]
fn the_newest_place_is_that_of_a_saved_note() {
    let here = notes().of(contact_id(1));
    assert_eq!(here.newest(), None);
    here.timeline.apply_add(unsaved(200));
    assert_eq!(here.newest(), None);
    here.timeline.receive(note(9));
    assert_eq!(here.newest(), Some(9));
}

#[test]
fn after_a_reset_nothing_is_said_of_what_was_seen_until_the_server_says_it() {
    let here = notes().of(contact_id(1));
    here.receive_page(None, page(&[900], 900));
    here.mark_stale(Some(&position(50)));
    assert_eq!((here.seen_untracked(), here.newest()), (None, None));
    let restored = NotesPage { as_of: position(60), ..page(&[55], 40) };
    assert!(here.receive_page(None, restored));
    assert_eq!((here.seen_untracked(), here.newest(), here.new_count()), (Some(40), Some(55), 1));
}

#[test]
fn a_page_from_before_a_reset_does_not_say_what_was_seen() {
    let here = notes().of(contact_id(1));
    here.mark_stale(Some(&position(500)));
    assert!(!here.receive_page(None, page(&[9], 900)));
    assert_eq!(here.seen_untracked(), None);
    here.timeline.receive(note_at(9, 9, 9));
    assert_eq!(here.new_count(), 0);
}

/// A newest page with a next cursor, read at a position.
fn first_of_more(notes: &[Seq], seen: Seq, unseen: u64, as_of: Seq) -> NotesPage<ContactNote> {
    NotesPage { next_cursor: Some("older".into()), unseen, as_of: position(as_of), ..page(notes, seen) }
}

#[test]
fn a_note_that_was_seen_is_new_no_more_and_the_mark_waits_for_the_older_ones() {
    let here = notes().of(contact_id(1));
    here.receive_page(None, page(&[9, 8, 7, 6], 6));
    assert_eq!(here.new_count(), 3);
    assert_eq!(here.see(note_id(9)), None, "7 and 8 have not been seen");
    assert_eq!((here.new_count(), here.is_new(note_id(9)), here.is_new(note_id(8))), (2, false, true));
    assert_eq!(here.see(note_id(7)), Some(7));
    assert_eq!(here.see(note_id(8)), Some(9));
    assert_eq!((here.new_count(), here.seen_untracked()), (0, Some(9)));
    assert_eq!(here.see(note_id(8)), None, "no news");
}

#[test]
fn ones_own_notes_are_seen_and_a_deleted_one_stands_in_nobodys_way() {
    let here = notes().of(contact_id(1));
    here.receive_page(None, page(&[9, 8, 7], 7));
    here.timeline.receive(mine(101));
    here.receive_deletion(note_id(8), 102);
    assert_eq!(here.new_count(), 1);
    assert_eq!(here.see(note_id(9)), Some(101), "up to the newest");
}

#[test]
fn new_notes_that_are_not_loaded_count_too() {
    let here = notes().of(contact_id(1));
    here.receive_page(None, first_of_more(&[99, 98], 90, 5, 100));
    assert_eq!(here.new_count(), 5);
    here.timeline.receive(note_at(101, 101, 101));
    assert_eq!(here.new_count(), 6, "one that came since");
    assert_eq!([101, 99, 98].map(|id| here.see(note_id(id))), [None; 3], "older ones have not been seen");
    assert_eq!(here.new_count(), 3);
    here.receive_page(Some(98), first_of_more(&[97, 96, 95], 90, 6, 102));
    assert_eq!(here.new_count(), 3);
    assert_eq!([97, 96, 95].map(|id| here.see(note_id(id))), [None, None, Some(101)]);
    here.receive_page(Some(95), NotesPage { as_of: position(102), unseen: 6, ..page(&[89], 90) });
    assert_eq!(here.new_count(), 0);
}

#[test]
fn a_page_that_reaches_down_to_the_mark_needs_no_count() {
    let here = notes().of(contact_id(1));
    here.receive_page(None, first_of_more(&[99, 98, 89], 90, 0, 100));
    assert_eq!(here.new_count(), 2, "from a back end that doesn't count");
    here.receive_deletion(note_id(7), 101);
    assert!(!here.is_count_stale());
}

#[test]
fn after_a_deletion_of_a_note_that_is_not_loaded_the_server_has_to_count() {
    let here = notes().of(contact_id(1));
    here.receive_page(None, first_of_more(&[99, 98], 90, 5, 100));
    here.receive_deletion(note_id(98), 101);
    assert_eq!((here.new_count(), here.is_count_stale()), (4, false), "that one was loaded");
    here.receive_deletion(note_id(95), 102);
    assert!(here.is_count_stale());
    here.receive_page(None, first_of_more(&[99], 90, 4, 101));
    assert!(here.is_count_stale(), "counted before");
    here.receive_page(None, first_of_more(&[99], 90, 3, 102));
    assert_eq!((here.new_count(), here.is_count_stale()), (3, false));
    here.receive_deletion(note_id(95), 102);
    assert!(!here.is_count_stale(), "told once more");
    here.receive_restoration(note_at(95, 95, 103), 103);
    assert!(here.is_count_stale());
}

#[test]
fn a_note_that_was_deleted_after_a_page_was_read_is_not_counted_twice() {
    let here = notes().of(contact_id(1));
    here.receive_page(None, first_of_more(&[99, 98], 90, 5, 100));
    here.receive_deletion(note_id(99), 101);
    here.receive_page(None, first_of_more(&[99, 98], 90, 5, 100));
    assert_eq!(here.new_count(), 4);
}
