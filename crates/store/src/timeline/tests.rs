//! Tests of a timeline of notes: its order, its loaded range, and the notifications of a change.

use super::{Arrived, Timeline};
use crate::records::Records as _;
use crate::{
    record::{Failure, Load, Record, State, TimelineKey},
    samples::{Observer, in_epoch, is_saved, note, note_at, note_id, position, unsaved},
};
use reactive_graph::traits::{GetUntracked, Track, WithUntracked};
use std::sync::Arc;
use wire::{ContactNote, ProblemCode, Seq};

type Notes = Timeline<ContactNote>;

/// A page read at `as_of`, requested below `below`. `more`: there is another one below.
fn page(notes: &[Seq], below: Option<Seq>, more: bool, as_of: Seq) -> Arrived<ContactNote> {
    Arrived {
        items: notes.iter().map(|seq| note(*seq)).collect(),
        below,
        next_cursor: more.then(|| format!("below {}", notes.last().copied().unwrap_or(0))),
        as_of: position(as_of),
    }
}

/// The shown places; `None` for an unsaved note.
fn shown(timeline: &Notes) -> Vec<Option<Seq>> {
    let order = timeline.order_signal().get_untracked();
    let places = order.iter().map(|placed| match placed.key {
        TimelineKey::Saved(seq) => Some(seq),
        TimelineKey::Unsaved(_) => None,
    });
    places.collect()
}

fn saved(places: &[Seq]) -> Vec<Option<Seq>> {
    places.iter().copied().map(Some).collect()
}

#[test]
fn notes_stand_newest_first_whatever_order_they_came_in() {
    let timeline = Notes::default();
    [7, 3, 9, 3, 5, 9].into_iter().for_each(|seq| timeline.receive(note(seq)));
    assert_eq!(shown(&timeline), saved(&[9, 7, 5, 3]));
}

#[test]
fn unsaved_notes_stand_above_the_saved_ones_in_the_order_they_were_written() {
    let timeline = Notes::default();
    timeline.apply_add(unsaved(101));
    timeline.receive(note(7));
    timeline.apply_add(unsaved(102));
    let order = timeline.order_signal().get_untracked();
    let ids: Vec<_> = order.iter().map(|placed| placed.id).collect();
    assert_eq!(ids, [note_id(102), note_id(101), note_id(7)]);
}

#[test]
fn a_note_below_the_loaded_range_is_not_shown() {
    let timeline = Notes::default();
    timeline.receive_page(page(&[9, 8], None, true, 20));
    timeline.receive(note_at(3, 3, 21));
    assert_eq!(shown(&timeline), saved(&[9, 8]));
    assert_eq!(timeline.older(), Some(("below 8".to_owned(), 8)));
}

#[test]
fn two_pages_follow_each_other_and_with_the_last_one_everything_is_loaded() {
    let timeline = Notes::default();
    assert_eq!((timeline.floor(), timeline.older()), (None, None));
    timeline.receive_page(page(&[9, 8], None, true, 20));
    timeline.receive_page(page(&[6, 3], Some(8), false, 21));
    assert_eq!(shown(&timeline), saved(&[9, 8, 6, 3]));
    assert_eq!((timeline.floor(), timeline.older()), (Some(0), None));
}

#[test]
fn fetching_the_newest_page_again_leaves_the_older_ones_loaded() {
    let timeline = Notes::default();
    timeline.receive_page(page(&[9, 8], None, true, 20));
    timeline.receive_page(page(&[6, 3], Some(8), true, 20));
    timeline.receive_page(page(&[25, 9], None, true, 30));
    assert_eq!(shown(&timeline), saved(&[25, 9, 8, 6, 3]));
    assert_eq!(timeline.older(), Some(("below 3".to_owned(), 3)));
}

#[test]
fn a_page_that_does_not_join_what_is_loaded_leaves_no_gap() {
    let timeline = Notes::default();
    timeline.receive_page(page(&[90, 80], None, true, 100));
    timeline.receive_page(page(&[30, 20], Some(40), true, 100));
    assert_eq!(shown(&timeline), saved(&[90, 80]));
}

#[test]
fn what_a_page_lacks_within_its_range_is_gone_and_elsewhere_it_is_silent() {
    let timeline = Notes::default();
    timeline.receive_page(page(&[9, 8, 7, 6, 5, 4], None, false, 20));
    timeline.receive_page(page(&[7, 5], Some(8), true, 30));
    assert_eq!(shown(&timeline), saved(&[9, 8, 7, 5, 4]));
}

#[test]
fn an_empty_first_page_empties_the_list() {
    let timeline = Notes::default();
    timeline.receive_page(page(&[9, 8], None, false, 20));
    timeline.receive_page(page(&[], None, false, 30));
    assert_eq!(shown(&timeline), []);
    assert_eq!(timeline.floor(), Some(0));
}

#[test]
fn an_empty_page_with_more_below_it_says_nothing_of_any_note() {
    let timeline = Notes::default();
    timeline.receive_page(page(&[9, 8], None, true, 20));
    timeline.receive_page(page(&[], Some(8), true, 30));
    assert_eq!(shown(&timeline), saved(&[9, 8]));
    assert_eq!(timeline.older(), Some(("below 0".to_owned(), 8)));
    timeline.receive_page(page(&[], None, true, 30));
    assert_eq!(shown(&timeline), saved(&[9, 8]));
}

#[test]
fn an_older_page_neither_takes_away_a_newer_note_nor_brings_back_a_deleted_one() {
    let timeline = Notes::default();
    timeline.receive(note(21));
    timeline.receive_deletion(note_id(8), 22);
    timeline.receive_page(page(&[9, 8], None, false, 20));
    assert_eq!(shown(&timeline), saved(&[21, 9]));
}

#[test]
fn a_late_word_of_a_note_that_a_newer_page_lacks_does_not_show_it() {
    let timeline = Notes::default();
    timeline.receive_page(page(&[9, 5], None, true, 20));
    timeline.receive(note(7));
    assert_eq!(shown(&timeline), saved(&[9, 5]));
    timeline.receive(note_at(7, 7, 21));
    assert_eq!(shown(&timeline), saved(&[9, 7, 5]));
}

#[test]
fn the_answer_to_our_own_add_shows_nothing_if_a_newer_page_lacks_the_note() {
    let timeline = Notes::default();
    timeline.apply_add(unsaved(7));
    timeline.receive_page(page(&[9, 5], None, true, 20));
    timeline.settle(note(7));
    assert_eq!(shown(&timeline), saved(&[9, 5]));
}

#[test]
fn after_a_reset_what_is_known_stays_visible_until_the_new_first_page_says_how_far_down_it_is_loaded() {
    let timeline = Notes::default();
    timeline.receive_page(page(&[9, 8, 7, 6, 5], None, false, 20));
    timeline.set_load(Load::Ready);
    timeline.mark_stale(Some(&position(30)));
    assert_eq!(shown(&timeline), saved(&[9, 8, 7, 6, 5]));
    assert_eq!(timeline.load().get_untracked(), Load::Idle);
    timeline.receive_page(page(&[25, 9, 7], None, true, 30));
    assert_eq!(shown(&timeline), saved(&[25, 9, 7]));
    timeline.receive_page(page(&[6], Some(7), false, 31));
    assert_eq!(shown(&timeline), saved(&[25, 9, 7, 6]));
}

#[test]
fn an_older_page_asked_for_between_a_reset_and_the_new_first_page_leaves_no_gap() {
    let timeline = Notes::default();
    timeline.receive_page(page(&[9, 8], None, true, 20));
    timeline.mark_stale(Some(&position(30)));
    timeline.receive_page(page(&[5, 3], Some(8), false, 31));
    assert_eq!(shown(&timeline), saved(&[9, 8]));
    timeline.receive_page(page(&[29, 28], None, true, 32));
    assert_eq!(shown(&timeline), saved(&[29, 28]));
}

#[test]
fn a_page_read_before_a_reset_says_nothing() {
    let timeline = Notes::default();
    timeline.mark_stale(Some(&in_epoch("second", 50)));
    let old = |epoch, seq| Arrived { as_of: in_epoch(epoch, seq), ..page(&[9], None, false, 0) };
    assert!(!timeline.receive_page(old("first", 90)));
    assert!(!timeline.receive_page(old("second", 49)));
    assert_eq!((shown(&timeline), timeline.floor()), (vec![], None));
    assert!(timeline.receive_page(old("second", 50)));
    assert_eq!(shown(&timeline), saved(&[9]));
}

#[test]
fn a_reset_of_which_the_position_is_not_known_hides_nothing_of_the_new_order() {
    let timeline = Notes::default();
    timeline.mark_stale(None);
    timeline.receive_page(page(&[9], None, false, 1_000));
    timeline.receive(note(12));
    assert_eq!(shown(&timeline), saved(&[12, 9]));
}

#[test]
fn a_refused_note_keeps_its_text_and_a_refused_deletion_brings_the_note_back() {
    let timeline = Notes::default();
    timeline.receive(note(9));
    timeline.apply_add(unsaved(101));
    timeline.refuse(note_id(101), Failure::Refused(ProblemCode::InvalidBody));
    timeline.apply_delete(note_id(9));
    assert_eq!(shown(&timeline), [None]);
    timeline.refuse(note_id(9), Failure::Refused(ProblemCode::Forbidden));
    assert_eq!(shown(&timeline), [None, Some(9)]);
    let text = |record: &Record<ContactNote>| record.shown().map(|(note, _)| note.body.as_str().to_owned());
    assert_eq!(timeline.cell(note_id(101)).with_untracked(text).as_deref(), Some("note 101"));
}

#[test]
fn everybody_who_asks_for_a_note_gets_the_same_cell_whatever_happens_to_it() {
    let timeline = Notes::default();
    let cell = timeline.cell(note_id(7));
    timeline.apply_add(unsaved(7));
    timeline.settle(note(7));
    timeline.receive_deletion(note_id(7), 9);
    timeline.mark_stale(Some(&position(9)));
    timeline.receive_page(page(&[7], None, false, 10));
    assert!(timeline.cell(note_id(7)) == cell);
    assert!(cell.with_untracked(|record| is_saved(record.shown())));
}

/// Observers of the order and of one note that count their notifications.
fn observers(timeline: &Notes, id: u128) -> (Observer, Observer) {
    let (order, cell) = (timeline.order_signal(), timeline.cell(note_id(id)));
    (Observer::at(move || order.track()), Observer::at(move || cell.track()))
}

#[test]
fn adding_a_note_tells_only_those_who_look_at_it_or_at_the_order() {
    let timeline = Notes::default();
    timeline.receive(note(3));
    let (order, other) = observers(&timeline, 3);
    let (_, own) = observers(&timeline, 101);
    timeline.apply_add(unsaved(101));
    assert_eq!((order.told(), own.told(), other.told()), (1, 1, 0));
}

#[test]
fn a_note_that_changes_without_moving_is_told_to_those_who_look_at_it_alone() {
    let timeline = Notes::default();
    timeline.apply_add(unsaved(101));
    let (order, own) = observers(&timeline, 101);
    timeline.retry(note_id(101), Failure::Offline);
    assert_eq!((order.told(), own.told()), (0, 1));
    timeline.settle(note_at(101, 7, 7));
    assert_eq!((order.told(), own.told()), (1, 1), "it moves down among the saved ones, once");
    timeline.receive(note_at(101, 7, 7));
    assert_eq!((order.told(), own.told()), (0, 0), "its event says nothing new");
    timeline.receive(note_at(101, 7, 8));
    assert_eq!((order.told(), own.told()), (0, 1), "a newer version is shown in the same place");
}

#[test]
fn a_page_is_told_once_and_the_same_page_again_not_at_all() {
    let timeline = Arc::new(Notes::default());
    let (order, _) = observers(&timeline, 9);
    let looking = Arc::clone(&timeline);
    let loaded_range = Observer::at(move || drop((looking.floor(), looking.older())));
    timeline.receive_page(page(&[9, 8, 7], None, true, 20));
    assert_eq!((order.told(), loaded_range.told()), (1, 1));
    timeline.receive_page(page(&[9, 8, 7], None, true, 25));
    assert_eq!((order.told(), loaded_range.told()), (0, 0));
    timeline.receive_page(page(&[], Some(7), false, 26));
    assert_eq!((order.told(), loaded_range.told()), (0, 1), "there is nothing older to ask for any more");
}

#[test]
fn whoever_is_told_of_a_change_may_ask_the_list_about_it() {
    let timeline = Arc::new(Notes::default());
    timeline.receive(note(9));
    let (asking, cell) = (Arc::clone(&timeline), timeline.cell(note_id(9)));
    let curious = Observer::at(move || {
        cell.track();
        let shown = cell.with_untracked(|record| record.shown().is_some());
        assert_eq!(asking.order_signal().with_untracked(Vec::is_empty), !shown);
        assert_eq!(asking.request(note_id(9)), None);
        asking.apply_delete(note_id(1_000));
    });
    timeline.receive_deletion(note_id(9), 12);
    assert_eq!(curious.told(), 1);
}

#[test]
fn a_saved_note_is_shown_as_saved() {
    let timeline = Notes::default();
    timeline.apply_add(unsaved(7));
    timeline.settle(note(7));
    let state = timeline.cell(note_id(7)).with_untracked(|record| record.shown().map(|(_, state)| state));
    assert_eq!(state, Some(State::Saved));
}
