//! Tests of one note's record: every pending change against every message of the server.

// Clippy's exception for tests covers test functions only, not the helpers that they call.
#![allow(clippy::unwrap_used)]

mod changes;

use super::{Failure, Pending, PendingRequest, Record, SendState, State, TimelineKey};
use crate::samples::{note, note_at, unsaved};
use wire::{ContactNote, ProblemCode};

type NoteRecord = Record<ContactNote>;

const FORBIDDEN: Failure = Failure::Refused(ProblemCode::Forbidden);

/// A note that a colleague saved at 5.
fn saved() -> NoteRecord {
    let mut record = NoteRecord::default();
    record.receive(note(5));
    record
}

/// Every deletion in these tests takes place at 8.
fn delete_confirmed(record: &mut NoteRecord) {
    record.settle_delete(Some(8));
}

/// The shown state and the request.
fn outcome(record: &NoteRecord) -> String {
    let shown = match record.shown() {
        None => "hidden",
        Some((_, State::Saved)) => "saved",
        Some((_, State::Unsaved(SendState::Waiting))) => "saving",
        Some((_, State::Unsaved(SendState::Retrying(_)))) => "retrying",
        Some((_, State::Unsaved(SendState::Refused(_)))) => "refused",
    };
    let asked = match record.request() {
        None => "",
        Some(PendingRequest::Add(_)) => ", asks to add",
        Some(PendingRequest::Delete) => ", asks to delete",
        Some(PendingRequest::Restore) => ", asks to restore",
    };
    format!("{shown}{asked}")
}

/// A record for every pending change, made by the operations that lead to it.
fn pending() -> Vec<(&'static str, NoteRecord)> {
    let adding = || {
        let mut record = NoteRecord::default();
        record.apply_add(unsaved(5), 0);
        record
    };
    let with = |mut record: NoteRecord, changes: &[fn(&mut NoteRecord)]| {
        changes.iter().for_each(|change| change(&mut record));
        record
    };
    let delete: fn(&mut NoteRecord) = |record| assert!(record.apply_delete());
    let undo: fn(&mut NoteRecord) = |record| assert!(record.apply_restore());
    vec![
        ("nothing", saved()),
        ("to add", adding()),
        ("to add, never sent, and abandoned", with(adding(), &[delete])),
        ("to add, abandoned", with(adding(), &[NoteRecord::mark_sent, delete])),
        ("to add, refused", with(adding(), &[|record| record.refuse(FORBIDDEN)])),
        ("to delete", with(saved(), &[delete])),
        ("to delete, undone", with(saved(), &[delete, undo])),
        ("deleted", with(saved(), &[delete, delete_confirmed])),
        ("to restore", with(saved(), &[delete, delete_confirmed, undo])),
        ("to delete what is being restored", with(saved(), &[delete, delete_confirmed, undo, delete])),
        (
            "to delete, from another page",
            with(NoteRecord::default(), &[|record| record.restore_pending(Pending::Delete { undone: false })]),
        ),
        (
            "to delete, from another page, and then seen",
            with(
                NoteRecord::default(),
                &[|record| record.restore_pending(Pending::Delete { undone: false }), |record| record.receive(note(5))],
            ),
        ),
        (
            "to delete what is here, from another page",
            with(saved(), &[|record| record.restore_pending(Pending::Delete { undone: false })]),
        ),
        (
            "to delete what is being added here, from another page",
            with(adding(), &[|record| record.restore_pending(Pending::Delete { undone: false })]),
        ),
        (
            "to restore, from another page",
            with(NoteRecord::default(), &[|record| record.restore_pending(Pending::Restore)]),
        ),
        (
            "to restore what is here, from another page",
            with(saved(), &[|record| record.restore_pending(Pending::Restore)]),
        ),
        (
            "to restore what is to be gone here",
            with(saved(), &[delete, |record| record.restore_pending(Pending::Restore)]),
        ),
    ]
}

type Word = (&'static str, fn(&mut NoteRecord));

/// Every message of the server about the note.
fn words() -> Vec<Word> {
    vec![
        ("as it was added", |record| record.receive(note(5))),
        ("restored", |record| record.receive(note_at(5, 5, 9))),
        ("deleted", |record| record.receive_deletion(8)),
        ("an older deletion", |record| record.receive_deletion(4)),
        ("not on a page", |record| record.receive_absence(8)),
        ("answer: here it is", |record| record.settle(note_at(5, 5, 9))),
        ("answer: deleted", delete_confirmed),
        ("answer: it has never been there", |record| record.settle_delete(None)),
        ("answer: forbidden", |record| record.refuse(FORBIDDEN)),
        ("answer: it is gone", |record| record.refuse_gone(Some(8))),
        ("no answer", |record| record.retry(Failure::Offline)),
        ("the undo window ends", NoteRecord::forget_deleted),
        ("a reset", NoteRecord::mark_stale),
    ]
}

#[test]
fn whatever_is_pending_and_whatever_the_server_says_an_agent_sees_this() {
    let mut table = String::new();
    for (pending, record) in pending() {
        table.push_str(&format!("{pending}: {}\n", outcome(&record)));
        for (word, say) in words() {
            let mut record = record.clone();
            let before = outcome(&record);
            say(&mut record);
            let after = outcome(&record);
            if before != after {
                table.push_str(&format!("  {word}: {after}\n"));
            }
        }
    }
    assert_eq!(table, include_str!("outcomes.txt"));
}

#[test]
fn an_older_version_never_replaces_a_newer_one() {
    let mut record = saved();
    record.receive(ContactNote { body: wire::NoteBody::parse("new").unwrap(), ..note_at(5, 5, 9) });
    record.receive(note(5));
    assert_eq!(record.shown().unwrap().0.body.as_str(), "new");
}

#[test]
fn a_deleted_note_does_not_come_back_with_a_late_word_of_it() {
    let mut record = NoteRecord::default();
    record.receive_deletion(8);
    for late in [note(5), note_at(5, 5, 8)] {
        record.receive(late);
        assert_eq!(outcome(&record), "hidden");
    }
    record.receive(note_at(5, 5, 9));
    assert_eq!(outcome(&record), "saved");
}

#[test]
fn a_note_that_was_gone_when_it_arrived_stays_gone() {
    let mut record = NoteRecord::default();
    record.apply_add(unsaved(5), 0);
    record.refuse_gone(Some(8));
    record.receive(note(5));
    assert_eq!(outcome(&record), "hidden");
    record.receive(note_at(5, 5, 9));
    assert_eq!(outcome(&record), "saved");
}

#[test]
fn deleting_again_while_the_undo_is_on_its_way_ends_in_deleted() {
    let mut record = saved();
    record.apply_delete();
    record.settle_delete(Some(8));
    record.apply_restore();
    record.apply_delete();
    record.receive_deletion(8);
    assert_eq!(outcome(&record), "hidden, asks to delete", "that was the deletion which is being undone");
    record.settle(note_at(5, 5, 9));
    assert_eq!(outcome(&record), "hidden, asks to delete");
    record.settle_delete(Some(10));
    assert_eq!(outcome(&record), "hidden");
}

#[test]
fn an_undo_is_not_over_because_an_older_page_shows_the_note() {
    let mut record = saved();
    record.apply_delete();
    record.settle_delete(Some(8));
    record.apply_restore();
    record.receive(note(5));
    record.receive_deletion(8);
    assert_eq!(outcome(&record), "saved, asks to restore");
}

#[test]
fn an_undo_is_not_over_because_the_version_that_was_deleted_is_heard_of_late() {
    let mut record = saved();
    record.apply_delete();
    record.apply_restore();
    record.settle_delete(Some(8));
    record.receive(note_at(5, 5, 7));
    assert_eq!(outcome(&record), "saved, asks to restore");
}

#[test]
fn an_undo_that_was_answered_is_over_even_if_somebody_deleted_the_note_since() {
    let mut record = saved();
    record.apply_delete();
    record.settle_delete(Some(8));
    record.apply_restore();
    record.receive_deletion(10);
    record.settle(note_at(5, 5, 9));
    assert_eq!(outcome(&record), "hidden");
}

#[test]
fn a_deletion_answered_after_another_window_brought_the_note_back_leaves_it_there() {
    let mut record = saved();
    record.apply_delete();
    record.receive(note_at(5, 5, 9));
    record.settle_delete(Some(8));
    assert_eq!(outcome(&record), "saved");
}

#[test]
fn after_a_reset_the_servers_word_counts_however_old_it_looks() {
    let mut record = NoteRecord::default();
    record.receive_deletion(80);
    record.mark_stale();
    record.receive(note(5));
    assert_eq!(outcome(&record), "saved");
}

#[test]
fn after_a_reset_a_page_that_lacks_a_note_does_not_say_that_it_is_nowhere() {
    let mut record = saved();
    record.mark_stale();
    record.receive_absence(50);
    assert_eq!(outcome(&record), "hidden");
    record.receive(note_at(5, 12, 12));
    assert_eq!(outcome(&record), "saved");
}

#[test]
fn the_kept_text_goes_when_the_undo_window_ends() {
    let mut record = saved();
    record.apply_delete();
    record.settle_delete(Some(8));
    assert!(record.deleted.is_some());
    record.forget_deleted();
    assert_eq!((record.pending(), record.live(), &record.deleted), (None, None, &None));
    assert!(!record.apply_restore());
}

#[test]
fn a_note_that_is_not_there_can_not_be_deleted() {
    assert!(!NoteRecord::default().apply_delete());
    let mut record = saved();
    record.receive_deletion(8);
    assert!(!record.apply_delete());
}

#[test]
fn an_unsaved_note_stands_above_every_saved_one() {
    let mut record = NoteRecord::default();
    record.apply_add(unsaved(5), 0);
    assert!(record.key() > Some(TimelineKey::Saved(u64::MAX)));
}

#[test]
fn after_a_reset_a_note_that_this_agent_deleted_is_shown_if_the_server_has_it() {
    let mut record = saved();
    record.apply_delete();
    record.settle_delete(Some(8));
    record.forget_deleted();
    record.mark_stale();
    record.receive(note(5));
    assert_eq!(outcome(&record), "saved", "the deletion was lost with the backup");
}

#[test]
fn after_a_reset_a_deletion_ends_an_undo_of_which_nobody_knows_what_it_undoes() {
    let mut record = saved();
    record.apply_delete();
    record.settle_delete(Some(8));
    record.apply_restore();
    record.mark_stale();
    record.receive_deletion(3);
    assert_eq!(outcome(&record), "hidden");
}

#[test]
fn whoever_goes_back_and_forth_while_an_undo_is_on_its_way_gets_what_they_wanted_last() {
    let mut record = saved();
    record.apply_delete();
    record.settle_delete(Some(8));
    record.apply_restore();
    record.apply_delete();
    assert!(record.apply_restore());
    assert_eq!(outcome(&record), "saved, asks to restore");
    record.settle(note_at(5, 5, 9));
    assert_eq!(outcome(&record), "saved");
}
