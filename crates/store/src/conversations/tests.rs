//! Tests of one conversation as an agent sees it: the remote state with pending changes and the read mark over it.

// Clippy's exception for tests covers test functions only, not the helpers that they call.
#![allow(clippy::unwrap_used)]

use super::Conversations;
use crate::{
    change::ConversationChange,
    record::Load,
    records::Records,
    samples::{COLLEAGUE, ME, Observer, agent_id, conversation, conversation_id},
};
use reactive_graph::traits::{GetUntracked, Set, Track};
use wire::{Conversation, Status};

fn conversations() -> Conversations {
    let conversations = Conversations::new(agent_id(ME));
    conversations.receive(conversation(1, 10, 1));
    conversations
}

fn shown(conversations: &Conversations) -> Conversation {
    conversations.shown_untracked(conversation_id(1)).unwrap()
}

fn unread(rev: u64) -> Conversation {
    Conversation { unread: true, ..conversation(1, rev, 1) }
}

#[test]
fn the_newest_version_is_shown_whatever_order_they_came_in() {
    let conversations = conversations();
    conversations.receive(Conversation { status: Status::Closed, ..conversation(1, 12, 1) });
    conversations.receive(conversation(1, 11, 1));
    assert_eq!(shown(&conversations).status, Status::Closed);
}

#[test]
fn everybody_who_asks_for_a_conversation_gets_the_same_cell() {
    let conversations = conversations();
    let cell = conversations.cell(conversation_id(1));
    conversations.receive(conversation(1, 12, 1));
    conversations.mark_stale();
    assert!(conversations.cell(conversation_id(1)) == cell);
}

#[test]
fn changes_of_status_and_assignee_lie_over_the_servers_word_and_are_taken_back_one_by_one() {
    let conversations = conversations();
    let close = ConversationChange::Status(Status::Closed);
    let assign = ConversationChange::Assignee(Some(agent_id(COLLEAGUE)));
    conversations.apply_change(conversation_id(1), close, 0);
    conversations.apply_change(conversation_id(1), assign, 0);
    conversations.receive(Conversation { status: Status::Automated, ..conversation(1, 12, 1) });
    assert_eq!(
        (shown(&conversations).status, shown(&conversations).assignee_id),
        (Status::Closed, Some(agent_id(COLLEAGUE)))
    );
    conversations.settle_change(conversation_id(1), &close);
    assert_eq!(
        (shown(&conversations).status, shown(&conversations).assignee_id),
        (Status::Automated, Some(agent_id(COLLEAGUE)))
    );
    conversations.settle_change(conversation_id(1), &assign);
    assert_eq!(shown(&conversations).assignee_id, None);
}

#[test]
fn the_answer_to_an_older_change_does_not_take_back_a_newer_one() {
    let conversations = conversations();
    let [close, reopen] = [Status::Closed, Status::Open].map(ConversationChange::Status);
    conversations.apply_change(conversation_id(1), close, 0);
    conversations.apply_change(conversation_id(1), reopen, 0);
    conversations.receive(Conversation { status: Status::Closed, ..conversation(1, 12, 1) });
    conversations.settle_change(conversation_id(1), &close);
    assert_eq!(shown(&conversations).status, Status::Open);
}

#[test]
fn unassigning_is_a_change_too() {
    let conversations = conversations();
    conversations.receive(Conversation { assignee_id: Some(agent_id(ME)), ..conversation(1, 12, 1) });
    let nobody = ConversationChange::Assignee(None);
    conversations.apply_change(conversation_id(1), nobody, 0);
    assert_eq!(shown(&conversations).assignee_id, None);
}

#[test]
fn what_was_read_stays_read_until_the_contact_writes_again() {
    let conversations = conversations();
    conversations.receive(unread(12));
    assert!(shown(&conversations).unread);
    assert_eq!(conversations.read(conversation_id(1)), Some(12));
    assert_eq!(conversations.read(conversation_id(1)), None, "that is no news");
    conversations.receive(unread(12));
    assert!(!shown(&conversations).unread, "a page read before the mark arrived");
    conversations.receive(unread(13));
    assert!(shown(&conversations).unread);
}

#[test]
fn a_conversation_that_is_not_unread_needs_no_mark() {
    let conversations = conversations();
    assert_eq!(conversations.read(conversation_id(1)), None);
    assert_eq!(conversations.read(conversation_id(2)), None);
}

#[test]
fn after_a_reset_what_was_unread_or_read_stays_so_until_the_server_speaks() {
    let conversations = conversations();
    conversations.receive(unread(12));
    conversations.mark_stale();
    assert!(shown(&conversations).unread);
    assert_eq!(conversations.read(conversation_id(1)), None, "up to where, nobody knows");
    conversations.receive(unread(3));
    assert_eq!(conversations.read(conversation_id(1)), Some(3));
    conversations.mark_stale();
    assert!(!shown(&conversations).unread);
    conversations.receive(unread(2));
    assert!(shown(&conversations).unread, "the mark was lost with the backup");
}

#[test]
fn after_a_reset_a_conversation_is_to_be_fetched_anew() {
    let conversations = conversations();
    conversations.load(conversation_id(1)).set(Load::Ready);
    assert!(conversations.is_known(conversation_id(1)));
    conversations.mark_stale();
    assert!(!conversations.is_known(conversation_id(1)));
    assert_eq!(conversations.load(conversation_id(1)).get_untracked(), Load::Idle);
    conversations.receive(Conversation { status: Status::Closed, ..conversation(1, 4, 1) });
    assert_eq!(shown(&conversations).status, Status::Closed, "a lower version counts in a new order");
    assert!(conversations.is_known(conversation_id(1)));
}

#[test]
fn only_those_who_look_at_a_conversation_are_told_of_its_change_and_only_of_a_change() {
    let conversations = conversations();
    let [own, other] = [1, 2].map(|id| {
        let cell = conversations.cell(conversation_id(id));
        Observer::at(move || cell.track())
    });
    conversations.receive(conversation(1, 10, 1));
    assert_eq!((own.told(), other.told()), (0, 0));
    conversations.receive(unread(11));
    assert_eq!((own.told(), other.told()), (1, 0));
}
