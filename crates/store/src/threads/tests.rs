//! Tests of threads: messages and conversation notes in one order of time.

// Clippy's exception for tests covers test functions only, not the helpers that they call.
#![allow(clippy::unwrap_used)]

use super::{Thread, ThreadItem, Threads, arrived};
use crate::records::Records as _;
use crate::{
    record::{Failure, Load},
    samples::{Observer, conversation_id, conversation_note, message, position},
};
use std::sync::Arc;
use uuid::Uuid;
use wire::{ConversationNote, ConversationNoteId, Message, MessageId, Page, Seq};

fn messages(places: &[Seq], more: bool) -> Page<Message> {
    let items = places.iter().map(|seq| message((*seq).into(), *seq)).collect();
    Page { items, next_cursor: more.then(|| "more".to_owned()), as_of: position(100) }
}

fn notes(places: &[Seq], more: bool) -> Page<ConversationNote> {
    let items = places.iter().map(|seq| conversation_note((*seq).into(), *seq)).collect();
    Page { items, next_cursor: more.then(|| "more".to_owned()), as_of: position(100) }
}

/// Messages as their ids, notes as their negated ids.
fn shown(thread: &Thread) -> Vec<i128> {
    let number = |id: Uuid| i128::try_from(id.as_u128()).unwrap();
    let items = thread.items().into_iter().map(|item| match item {
        ThreadItem::Message(MessageId(id)) => number(id),
        ThreadItem::Note(ConversationNoteId(id)) => -number(id),
    });
    items.collect()
}

#[test]
fn every_view_of_a_conversation_gets_the_same_thread() {
    let threads = Threads::default();
    let thread = threads.of(conversation_id(1));
    assert!(Arc::ptr_eq(&thread, &threads.of(conversation_id(1))));
    assert!(!Arc::ptr_eq(&thread, &threads.of(conversation_id(2))));
    assert_eq!(threads.all().len(), 2);
}

#[test]
fn messages_and_notes_stand_in_one_order_oldest_first() {
    let thread = Thread::default();
    [8, 2, 5].into_iter().for_each(|seq| thread.messages.receive(message(seq.into(), seq)));
    [6, 3].into_iter().for_each(|seq| thread.notes.receive(conversation_note(seq.into(), seq)));
    assert_eq!(shown(&thread), [2, -3, 5, -6, 8]);
}

#[test]
fn what_is_not_saved_yet_stands_last_in_the_order_it_was_written() {
    let thread = Thread::default();
    thread.messages.receive(message(8, 8));
    thread.notes.apply_add(conversation_note(91, 0));
    thread.notes.apply_add(conversation_note(92, 0));
    thread.messages.apply_add(message(93, 0));
    thread.notes.apply_add(conversation_note(94, 0));
    assert_eq!(shown(&thread), [8, -91, -92, 93, -94]);
}

#[test]
fn a_thread_is_shown_as_far_down_as_both_kinds_are_loaded() {
    let thread = Thread::default();
    thread.messages.receive_page(arrived(None, messages(&[90, 80, 70], true)));
    thread.notes.receive_page(arrived(None, notes(&[85, 75, 65, 60], true)));
    assert_eq!(shown(&thread), [70, -75, 80, -85, 90]);
    thread.messages.receive_page(arrived(Some(70), messages(&[62, 10], false)));
    assert_eq!(shown(&thread), [-60, 62, -65, 70, -75, 80, -85, 90]);
}

#[test]
fn messages_that_waited_for_older_notes_appear_when_it_turns_out_that_there_are_none() {
    let thread = Arc::new(Thread::default());
    thread.messages.receive_page(arrived(None, messages(&[90, 50], false)));
    thread.notes.receive_page(arrived(None, notes(&[85], true)));
    let looking = Arc::clone(&thread);
    let view = Observer::at(move || drop(looking.items()));
    assert_eq!(shown(&thread), [-85, 90]);
    thread.notes.receive_page(arrived(Some(85), notes(&[], false)));
    assert_eq!(shown(&thread), [50, -85, 90]);
    assert!(view.told() > 0, "whoever looks at the thread is told");
}

#[test]
fn a_thread_is_ready_when_both_kinds_are_and_fails_when_either_does() {
    let thread = Thread::default();
    assert_eq!(thread.load(), Load::Idle);
    thread.messages.set_load(Load::Ready);
    assert_eq!(thread.load(), Load::Loading);
    thread.notes.set_load(Load::Failed(Failure::Offline));
    assert_eq!(thread.load(), Load::Failed(Failure::Offline));
    thread.notes.set_load(Load::Ready);
    assert_eq!(thread.load(), Load::Ready);
}

#[test]
fn a_thread_has_older_items_until_both_kinds_are_loaded_whole() {
    let thread = Thread::default();
    thread.messages.receive_page(arrived(None, messages(&[9, 8], true)));
    thread.notes.receive_page(arrived(None, notes(&[7], false)));
    assert!(thread.has_older(), "messages are left");
    thread.messages.receive_page(arrived(Some(8), messages(&[2], false)));
    assert!(!thread.has_older());
}
