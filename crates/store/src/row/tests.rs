//! What an agent sees of one note: whatever they wished, and whatever the server then says.

// Clippy's leave for tests covers test functions only; what they call here is test code just as much.
#![allow(clippy::unwrap_used)]

use super::{Errand, Failure, Place, Progress, Row, State, Wish};
use crate::samples::{note, note_at, unsaved};
use wire::{ContactNote, ProblemCode};

type NoteRow = Row<ContactNote>;

const FORBIDDEN: Failure = Failure::Refused(ProblemCode::Forbidden);
const GONE: Failure = Failure::Refused(ProblemCode::Gone);

/// Saved by a colleague at 5.
fn saved() -> NoteRow {
    let mut row = NoteRow::default();
    row.receive(note(5));
    row
}

/// What an agent sees, and what is asked of the server.
fn outcome(row: &NoteRow) -> String {
    let shown = match row.shown() {
        None => "hidden",
        Some((_, State::Saved)) => "saved",
        Some((_, State::Unsaved(Progress::Waiting))) => "saving",
        Some((_, State::Unsaved(Progress::Retrying(_)))) => "retrying",
        Some((_, State::Unsaved(Progress::Refused(_)))) => "refused",
    };
    let asked = match row.errand() {
        None => "",
        Some(Errand::Add(_)) => ", asks to add",
        Some(Errand::Delete) => ", asks to delete",
        Some(Errand::Restore) => ", asks to restore",
    };
    format!("{shown}{asked}")
}

/// Every wish, as it comes about.
fn wishes() -> Vec<(&'static str, NoteRow)> {
    let adding = || {
        let mut row = NoteRow::default();
        row.intend_add(unsaved(5), 0);
        row
    };
    let with = |mut row: NoteRow, changes: &[fn(&mut NoteRow)]| {
        changes.iter().for_each(|change| change(&mut row));
        row
    };
    let delete: fn(&mut NoteRow) = |row| assert!(row.intend_delete());
    let undo: fn(&mut NoteRow) = |row| assert!(row.intend_restore());
    vec![
        ("nothing", saved()),
        ("to add", adding()),
        ("to add, never sent, and abandoned", with(adding(), &[delete])),
        ("to add, abandoned", with(adding(), &[NoteRow::mark_sent, delete])),
        ("to add, refused", with(adding(), &[|row| row.refuse(FORBIDDEN)])),
        ("to delete", with(saved(), &[delete])),
        ("to delete, undone", with(saved(), &[delete, undo])),
        ("deleted", with(saved(), &[delete, NoteRow::settle_delete])),
        ("to restore", with(saved(), &[delete, NoteRow::settle_delete, undo])),
        ("to delete what is being restored", with(saved(), &[delete, NoteRow::settle_delete, undo, delete])),
        ("to delete, from another page", with(NoteRow::default(), &[|row| row.take_up(Wish::DeleteUnseen)])),
        (
            "to delete, from another page, and then seen",
            with(NoteRow::default(), &[|row| row.take_up(Wish::DeleteUnseen), |row| row.receive(note(5))]),
        ),
        ("to delete what is here, from another page", with(saved(), &[|row| row.take_up(Wish::DeleteUnseen)])),
        (
            "to delete what is being added here, from another page",
            with(adding(), &[|row| row.take_up(Wish::DeleteUnseen)]),
        ),
        ("to restore, from another page", with(NoteRow::default(), &[|row| row.take_up(Wish::RestoreUnseen)])),
        ("to restore what is here, from another page", with(saved(), &[|row| row.take_up(Wish::RestoreUnseen)])),
        ("to restore what is wished gone here", with(saved(), &[delete, |row| row.take_up(Wish::RestoreUnseen)])),
    ]
}

type Word = (&'static str, fn(&mut NoteRow));

/// Everything the server can say of it.
fn words() -> Vec<Word> {
    vec![
        ("as it was added", |row| row.receive(note(5))),
        ("restored", |row| row.receive(note_at(5, 5, 9))),
        ("deleted", |row| row.receive_deletion(8)),
        ("an older deletion", |row| row.receive_deletion(4)),
        ("not on a page", |row| row.receive_absence(8)),
        ("answer: here it is", |row| row.settle(note_at(5, 5, 9))),
        ("answer: deleted", NoteRow::settle_delete),
        ("answer: forbidden", |row| row.refuse(FORBIDDEN)),
        ("answer: it is gone", |row| row.refuse(GONE)),
        ("no answer", |row| row.retry(Failure::Offline)),
        ("the undo window ends", NoteRow::forget_deleted),
        ("a reset", NoteRow::doubt),
    ]
}

#[test]
fn whatever_was_wished_and_whatever_the_server_says_an_agent_sees_this() {
    let mut table = String::new();
    for (wish, row) in wishes() {
        table.push_str(&format!("{wish}: {}\n", outcome(&row)));
        for (word, say) in words() {
            let mut row = row.clone();
            let before = outcome(&row);
            say(&mut row);
            let after = outcome(&row);
            if before != after {
                table.push_str(&format!("  {word}: {after}\n"));
            }
        }
    }
    assert_eq!(table, include_str!("outcomes.txt"));
}

#[test]
fn an_older_version_never_replaces_a_newer_one() {
    let mut row = saved();
    row.receive(ContactNote { body: wire::NoteBody::parse("new").unwrap(), ..note_at(5, 5, 9) });
    row.receive(note(5));
    assert_eq!(row.shown().unwrap().0.body.as_str(), "new");
}

#[test]
fn a_deleted_note_does_not_come_back_with_a_late_word_of_it() {
    let mut row = NoteRow::default();
    row.receive_deletion(8);
    for late in [note(5), note_at(5, 5, 8)] {
        row.receive(late);
        assert_eq!(outcome(&row), "hidden");
    }
    row.receive(note_at(5, 5, 9));
    assert_eq!(outcome(&row), "saved");
}

#[test]
fn a_note_that_was_gone_when_it_arrived_stays_gone_though_nobody_said_since_when() {
    let mut row = NoteRow::default();
    row.intend_add(unsaved(5), 0);
    row.refuse(GONE);
    row.receive(note(5));
    assert_eq!(outcome(&row), "hidden");
    row.receive(note_at(5, 5, 9));
    assert_eq!(outcome(&row), "saved");
}

#[test]
fn deleting_again_while_the_undo_is_on_its_way_ends_in_deleted() {
    let mut row = saved();
    row.intend_delete();
    row.settle_delete();
    row.intend_restore();
    row.intend_delete();
    row.receive_deletion(8);
    assert_eq!(outcome(&row), "hidden, asks to delete", "that was the deletion which is being undone");
    row.settle(note_at(5, 5, 9));
    assert_eq!(outcome(&row), "hidden, asks to delete");
    row.settle_delete();
    assert_eq!(outcome(&row), "hidden");
}

#[test]
fn an_undo_is_not_over_because_an_older_page_shows_the_note() {
    let mut row = saved();
    row.intend_delete();
    row.settle_delete();
    row.intend_restore();
    row.receive(note(5));
    row.receive_deletion(8);
    assert_eq!(outcome(&row), "saved, asks to restore");
}

#[test]
fn an_undo_that_was_answered_is_over_even_if_somebody_deleted_the_note_since() {
    let mut row = saved();
    row.intend_delete();
    row.settle_delete();
    row.intend_restore();
    row.receive_deletion(10);
    row.settle(note_at(5, 5, 9));
    assert_eq!(outcome(&row), "hidden");
}

#[test]
fn a_deletion_answered_after_another_window_brought_the_note_back_leaves_it_there() {
    let mut row = saved();
    row.intend_delete();
    row.receive(note_at(5, 5, 9));
    row.settle_delete();
    assert_eq!(outcome(&row), "saved");
}

#[test]
fn after_a_reset_the_servers_word_counts_however_old_it_looks() {
    let mut row = NoteRow::default();
    row.receive_deletion(80);
    row.doubt();
    row.receive(note(5));
    assert_eq!(outcome(&row), "saved");
}

#[test]
fn after_a_reset_a_page_that_lacks_a_note_does_not_say_that_it_is_nowhere() {
    let mut row = saved();
    row.doubt();
    row.receive_absence(50);
    assert_eq!(outcome(&row), "hidden");
    row.receive(note_at(5, 12, 12));
    assert_eq!(outcome(&row), "saved");
}

#[test]
fn the_kept_text_goes_when_the_undo_window_ends() {
    let mut row = saved();
    row.intend_delete();
    row.settle_delete();
    assert!(matches!(row.wish(), Some(Wish::Deleted { .. })));
    row.forget_deleted();
    assert_eq!(row.wish(), None);
    assert_eq!(row.live(), None);
    assert!(!row.intend_restore());
}

#[test]
fn a_note_that_is_not_there_can_not_be_deleted() {
    assert!(!NoteRow::default().intend_delete());
    let mut row = saved();
    row.receive_deletion(8);
    assert!(!row.intend_delete());
}

#[test]
fn an_unsaved_note_stands_above_every_saved_one() {
    let mut row = NoteRow::default();
    row.intend_add(unsaved(5), 0);
    assert!(row.place() > Some(Place::Saved(u64::MAX)));
}

#[test]
fn after_a_reset_a_note_that_this_agent_deleted_is_shown_if_the_server_has_it() {
    let mut row = saved();
    row.intend_delete();
    row.settle_delete();
    row.forget_deleted();
    row.doubt();
    row.receive(note(5));
    assert_eq!(outcome(&row), "saved", "the deletion was lost with the backup");
}

#[test]
fn after_a_reset_a_deletion_ends_an_undo_of_which_nobody_knows_what_it_undoes() {
    let mut row = saved();
    row.intend_delete();
    row.settle_delete();
    row.intend_restore();
    row.doubt();
    row.receive_deletion(3);
    assert_eq!(outcome(&row), "hidden");
}

#[test]
fn whoever_goes_back_and_forth_while_an_undo_is_on_its_way_gets_what_they_wanted_last() {
    let mut row = saved();
    row.intend_delete();
    row.settle_delete();
    row.intend_restore();
    row.intend_delete();
    assert!(row.intend_restore());
    assert_eq!(outcome(&row), "saved, asks to restore");
    row.settle(note_at(5, 5, 9));
    assert_eq!(outcome(&row), "saved");
}
