//! Tests of the lists of conversations: their members, order and loaded range.

// Clippy's exception for tests covers test functions only, not the helpers that they call.
#![allow(clippy::unwrap_used)]

use super::Loaded;
use crate::{
    conversations::Conversations,
    record::Load,
    samples::{COLLEAGUE, ME, Observer, agent_id, conversation, conversation_id},
};
use crate::{record::Failure, records::Records as _};
use reactive_graph::traits::{GetUntracked, Track};
use std::sync::Arc;
use uuid::Uuid;
use wire::{ChannelId, ChannelRef, Conversation, ConversationQuery, Section, Sort, Status};

fn conversations() -> Conversations {
    Conversations::new(agent_id(ME))
}

fn shown(conversations: &Conversations, query: ConversationQuery) -> Vec<u128> {
    conversations.list(query).order_signal().get_untracked().iter().map(|id| id.0.as_u128()).collect()
}

fn all() -> ConversationQuery {
    ConversationQuery::default()
}

fn sorted(sort: Sort) -> ConversationQuery {
    ConversationQuery { sort, ..all() }
}

fn loaded(items: &[Conversation], more: bool) -> Loaded {
    let next_cursor = more.then(|| format!("after {}", items.last().map_or(0, |last| last.id.0.as_u128())));
    Loaded { last: items.last().cloned(), next_cursor }
}

fn receive_page(conversations: &Conversations, query: ConversationQuery, items: Vec<Conversation>, more: bool) {
    let loaded = loaded(&items, more);
    conversations.receive_page(query, items, loaded);
}

/// Conversations of every kind, each with its number as its id and time.
fn mixed() -> Vec<Conversation> {
    let one = |id: u128| conversation(id, 10, i64::try_from(id).unwrap());
    let other_channel = ChannelRef { id: ChannelId(Uuid::from_u128(9)), ..one(1).channel };
    vec![
        one(1),
        Conversation { status: Status::Closed, ..one(2) },
        Conversation { status: Status::Automated, assignee_id: Some(agent_id(COLLEAGUE)), ..one(3) },
        Conversation { assignee_id: Some(agent_id(ME)), unread: true, ..one(4) },
        Conversation { channel: other_channel, unread: true, ..one(5) },
    ]
}

#[test]
fn each_list_shows_what_belongs_to_its_section_status_channel_and_assignee() {
    let conversations = conversations();
    conversations.receive_all(mixed());
    let list = |query| shown(&conversations, query);
    assert_eq!(list(all()), [5, 4, 3, 2, 1]);
    assert_eq!(list(ConversationQuery { section: Section::Mine, ..all() }), [4]);
    assert_eq!(list(ConversationQuery { section: Section::Unassigned, ..all() }), [5, 2, 1]);
    assert_eq!(list(ConversationQuery { status: Some(Status::Open), ..all() }), [5, 4, 1]);
    assert_eq!(list(ConversationQuery { status: Some(Status::Automated), ..all() }), [3]);
    assert_eq!(list(ConversationQuery { channel: Some(ChannelId(Uuid::from_u128(9))), ..all() }), [5]);
    assert_eq!(list(ConversationQuery { assignee: Some(agent_id(COLLEAGUE)), ..all() }), [3]);
}

#[test]
fn each_sort_has_its_order_and_ties_are_broken_by_id() {
    let conversations = conversations();
    conversations.receive_all(mixed());
    conversations.receive(Conversation { unread: true, ..conversation(6, 10, 1) });
    assert_eq!(shown(&conversations, sorted(Sort::Newest)), [5, 4, 3, 2, 6, 1]);
    assert_eq!(shown(&conversations, sorted(Sort::Oldest)), [1, 6, 2, 3, 4, 5]);
    assert_eq!(shown(&conversations, sorted(Sort::Unread)), [5, 4, 6, 3, 2, 1]);
}

#[test]
fn every_view_of_a_query_gets_the_same_list() {
    let conversations = conversations();
    assert!(Arc::ptr_eq(&conversations.list(all()), &conversations.list(all())));
    assert!(!Arc::ptr_eq(&conversations.list(all()), &conversations.list(sorted(Sort::Oldest))));
    assert_eq!((conversations.lists().len(), conversations.list(sorted(Sort::Oldest)).query().sort), (2, Sort::Oldest));
}

#[test]
fn a_conversation_leaves_and_enters_lists_as_it_is_changed() {
    let conversations = conversations();
    let open = ConversationQuery { status: Some(Status::Open), ..all() };
    conversations.receive_all(mixed());
    assert_eq!(shown(&conversations, open), [5, 4, 1]);
    conversations.receive(Conversation { status: Status::Closed, ..conversation(4, 20, 4) });
    conversations.receive(conversation(2, 21, 30));
    assert_eq!(shown(&conversations, open), [2, 5, 1]);
    conversations.receive(Conversation { status: Status::Closed, ..conversation(2, 20, 30) });
    assert_eq!(shown(&conversations, open), [2, 5, 1], "an older word changes nothing");
}

#[test]
fn closing_takes_a_conversation_off_the_list_at_once_and_a_refusal_puts_it_back() {
    let conversations = conversations();
    let open = ConversationQuery { status: Some(Status::Open), ..all() };
    conversations.receive_all(mixed());
    let change = crate::change::ConversationChange::Status(Status::Closed);
    assert_eq!(shown(&conversations, open), [5, 4, 1]);
    conversations.apply_change(conversation_id(4), change, 0);
    assert_eq!(shown(&conversations, open), [5, 1]);
    conversations.refuse_change(conversation_id(4), &change, Failure::Offline);
    assert_eq!(shown(&conversations, open), [5, 4, 1]);
}

#[test]
fn below_what_is_loaded_nothing_is_shown_until_it_is_loaded_too() {
    let conversations = conversations();
    let [five, four, three] = [5, 4, 3].map(|id| conversation(id, 10, i64::try_from(id).unwrap() * 10));
    receive_page(&conversations, all(), vec![five, four], true);
    conversations.receive(conversation(2, 11, 20));
    assert_eq!(shown(&conversations, all()), [5, 4]);
    assert_eq!(conversations.list(all()).next_cursor().as_deref(), Some("after 4"));
    conversations.receive(conversation(4, 12, 15));
    assert_eq!(shown(&conversations, all()), [5], "it sank below the loaded part");
    conversations.receive(conversation(2, 13, 60));
    assert_eq!(shown(&conversations, all()), [2, 5], "it rose into it");
    receive_page(&conversations, all(), vec![three, conversation(4, 12, 15)], false);
    assert_eq!(shown(&conversations, all()), [2, 5, 3, 4]);
    assert_eq!(conversations.list(all()).next_cursor(), None);
}

#[test]
fn fetching_the_first_page_again_leaves_the_later_ones_loaded() {
    let conversations = conversations();
    let pages = [6, 5, 4, 3].map(|id| conversation(id, 10, i64::try_from(id).unwrap()));
    receive_page(&conversations, all(), pages[..2].to_vec(), true);
    receive_page(&conversations, all(), pages[2..].to_vec(), true);
    receive_page(&conversations, all(), pages[..2].to_vec(), true);
    assert_eq!(shown(&conversations, all()), [6, 5, 4, 3]);
    assert_eq!(conversations.list(all()).next_cursor().as_deref(), Some("after 3"));
}

#[test]
fn after_a_reset_the_first_page_says_anew_what_belongs_to_the_list_and_how_far_down_it_is_loaded() {
    let conversations = conversations();
    let known = [6, 5, 4, 3].map(|id| conversation(id, 10, i64::try_from(id).unwrap()));
    receive_page(&conversations, all(), known.to_vec(), true);
    conversations.list(all()).set_load(Load::Ready);
    conversations.mark_stale();
    let list = conversations.list(all());
    assert_eq!(shown(&conversations, all()), [6, 5, 4, 3], "what is known stays visible");
    assert_eq!((list.load().get_untracked(), list.next_cursor()), (Load::Idle, None));
    receive_page(&conversations, all(), vec![known[0].clone(), known[2].clone()], true);
    assert_eq!(shown(&conversations, all()), [6, 4], "5 was not where it used to be");
    conversations.receive(conversation(5, 3, 7));
    assert_eq!(shown(&conversations, all()), [5, 6, 4], "a lower version counts in a new order");
}

#[test]
fn an_empty_first_page_empties_nothing_that_is_known_and_says_that_all_is_loaded() {
    let conversations = conversations();
    receive_page(&conversations, all(), vec![], false);
    assert!(conversations.list(all()).is_empty());
    conversations.receive(conversation(2, 11, 20));
    assert_eq!((shown(&conversations, all()), conversations.list(all()).len()), (vec![2], 1));
}

#[test]
fn reading_a_conversation_moves_it_below_the_unread_ones() {
    let conversations = conversations();
    conversations.receive_all(mixed());
    assert_eq!(shown(&conversations, sorted(Sort::Unread)), [5, 4, 3, 2, 1]);
    conversations.receive(Conversation { unread: true, ..conversation(1, 11, 1) });
    assert_eq!(shown(&conversations, sorted(Sort::Unread)), [5, 4, 1, 3, 2]);
    assert_eq!(conversations.read(conversation_id(5)), Some(10));
    assert_eq!(shown(&conversations, sorted(Sort::Unread)), [4, 1, 5, 3, 2]);
}

#[test]
fn a_change_that_moves_nothing_is_not_told_to_those_who_look_at_the_order() {
    let conversations = conversations();
    conversations.receive_all(mixed());
    let order = conversations.list(all()).order_signal();
    let view = Observer::at(move || order.track());
    conversations.receive(conversation(5, 20, 50));
    assert_eq!(view.told(), 0, "the first one stays first");
    conversations.receive(conversation(1, 21, 60));
    assert_eq!(view.told(), 1);
    conversations.receive_all(mixed());
    assert_eq!(view.told(), 0, "these were all known");
}

#[test]
fn whoever_looks_at_the_way_to_more_is_told_when_there_is_another() {
    let conversations = Arc::new(conversations());
    let looking = conversations.list(all());
    let button = Observer::at(move || drop(looking.next_cursor()));
    receive_page(&conversations, all(), vec![conversation(5, 10, 5)], true);
    receive_page(&conversations, all(), vec![conversation(4, 10, 4)], false);
    assert_eq!(button.told(), 2);
}
