//! Tests of contacts, their activity, and agents, as an agent sees them.

// Clippy's exception for tests covers test functions only, not the helpers that they call.
#![allow(clippy::unwrap_used)]

use super::{ActivityOfContact, Agents, Contacts};
use crate::{
    change::{ContactChange, DetailChange},
    record::{Failure, Load, Record},
    records::Records,
    samples::{Observer, agent, agent_id, contact, contact_id, position},
};
use reactive_graph::traits::{GetUntracked, Set, Track, WithUntracked};
use wire::{Activity, ActivityKind, Contact, ContactPatch, Page, ProblemCode, Seq, Tag};

fn tagged(rev: Seq, tags: &[&str]) -> Contact {
    let tags = tags.iter().map(|name| Tag { name: (*name).to_owned(), color: 3 }).collect();
    Contact { tags, ..contact(1, rev, "Ana") }
}

fn tags(contacts: &Contacts) -> Vec<String> {
    shown(contacts).tags.into_iter().map(|tag| tag.name).collect()
}

fn shown(contacts: &Contacts) -> Contact {
    contacts.with(contact_id(1), |record| record.shown().unwrap().0.into_owned())
}

fn name(contacts: &Contacts) -> String {
    shown(contacts).name
}

fn rename(seen: &str, to: &str) -> DetailChange {
    let name = |name: &str| ContactPatch { name: Some(name.to_owned()), ..Default::default() };
    DetailChange { to: name(to), seen: name(seen) }
}

#[test]
fn a_changed_detail_is_shown_at_once_and_conflicts_with_a_colleagues_change_of_the_same_one_alone() {
    let contacts = Contacts::default();
    contacts.receive(contact(1, 10, "Ana"));
    let change = rename("Ana", "Anna");
    contacts.apply_change(contact_id(1), ContactChange::Detail(Box::new(change.clone())), 0);
    assert_eq!(name(&contacts), "Anna");
    assert!(!change.conflicts_with(&Contact { phone: Some("1".to_owned()), ..contact(1, 11, "Ana") }));
    assert!(change.conflicts_with(&contact(1, 11, "Ana Maria")));
    contacts.receive(contact(1, 11, "Ana Maria"));
    let conflict = Failure::Refused(ProblemCode::Changed);
    contacts.refuse_change(contact_id(1), &ContactChange::Detail(Box::new(change)), conflict);
    assert_eq!(name(&contacts), "Ana Maria", "nothing is overwritten unseen");
}

#[test]
fn the_newest_version_of_a_contact_is_shown_whatever_order_they_came_in() {
    let contacts = Contacts::default();
    contacts.receive(contact(1, 12, "Ana Maria"));
    contacts.receive(contact(1, 11, "Ana"));
    assert_eq!(name(&contacts), "Ana Maria");
    assert_eq!(contacts.with(contact_id(1), Record::rev), 12);
    contacts.mark_stale();
    assert_eq!(name(&contacts), "Ana Maria", "what is known stays visible");
    contacts.receive(contact(1, 2, "Anna"));
    assert_eq!(name(&contacts), "Anna", "a lower version counts in a new order");
}

#[test]
fn everybody_who_asks_for_a_contact_gets_the_same_cell() {
    let contacts = Contacts::default();
    let cell = contacts.cell(contact_id(1));
    contacts.receive(contact(1, 12, "Ana"));
    contacts.mark_stale();
    assert!(contacts.cell(contact_id(1)) == cell);
    assert!(contacts.cell(contact_id(2)) != cell);
}

#[test]
fn a_tag_is_shown_at_once_and_once_and_stays_when_the_server_has_it() {
    let contacts = Contacts::default();
    let add = ContactChange::AddTag("vip".to_owned());
    contacts.receive(tagged(10, &["new"]));
    contacts.apply_change(contact_id(1), add.clone(), 0);
    assert_eq!(tags(&contacts), ["new", "vip"]);
    contacts.receive(tagged(11, &["new", "vip"]));
    assert_eq!(tags(&contacts), ["new", "vip"]);
    contacts.settle_change(contact_id(1), &add);
    assert_eq!(tags(&contacts), ["new", "vip"]);
}

#[test]
fn a_refused_change_of_tags_is_taken_back() {
    let contacts = Contacts::default();
    let (add, remove) = (ContactChange::AddTag("vip".to_owned()), ContactChange::RemoveTag("new".to_owned()));
    contacts.receive(tagged(10, &["new"]));
    contacts.apply_change(contact_id(1), add.clone(), 0);
    contacts.apply_change(contact_id(1), remove.clone(), 0);
    assert_eq!(tags(&contacts), ["vip"]);
    let forbidden = Failure::Refused(ProblemCode::Forbidden);
    contacts.refuse_change(contact_id(1), &remove, forbidden);
    assert_eq!(tags(&contacts), ["new", "vip"]);
    contacts.refuse_change(contact_id(1), &add, forbidden);
    assert_eq!(tags(&contacts), ["new"]);
    assert_eq!(contacts.with(contact_id(1), |record| record.changes().len()), 2, "with the reason");
}

#[test]
fn of_two_changes_of_the_same_tag_the_later_one_is_shown() {
    let contacts = Contacts::default();
    contacts.receive(tagged(10, &[]));
    contacts.apply_change(contact_id(1), ContactChange::AddTag("vip".to_owned()), 0);
    contacts.apply_change(contact_id(1), ContactChange::RemoveTag("vip".to_owned()), 0);
    assert_eq!(tags(&contacts), [""; 0]);
}

#[test]
fn a_word_that_changes_nothing_is_told_to_nobody() {
    let contacts = Contacts::default();
    contacts.receive(contact(1, 10, "Ana"));
    let cell = contacts.cell(contact_id(1));
    let view = Observer::at(move || cell.track());
    contacts.receive(contact(1, 10, "Ana"));
    contacts.receive(contact(1, 9, "An"));
    contacts.settle_change(contact_id(1), &ContactChange::AddTag("vip".to_owned()));
    assert_eq!(view.told(), 0);
    contacts.receive(contact(1, 11, "Ana Maria"));
    assert_eq!(view.told(), 1);
}

#[test]
fn after_a_reset_a_contact_and_its_activity_are_to_be_fetched_anew() {
    let contacts = Contacts::default();
    contacts.load(contact_id(1)).set(Load::Ready);
    contacts.activity(contact_id(1)).receive_page(true, page(&[9], true));
    contacts.mark_stale();
    let activity = contacts.activity(contact_id(1));
    assert_eq!(contacts.load(contact_id(1)).get_untracked(), Load::Idle);
    assert_eq!((activity.load.get_untracked(), activity.next_cursor.get_untracked()), (Load::Idle, None));
    assert_eq!(contacts.all_activities().len(), 1);
}

fn page(places: &[Seq], more: bool) -> Page<Activity> {
    let item = |seq: &Seq| Activity {
        seq: *seq,
        kind: ActivityKind::NoteAdded,
        actor: None,
        conversation_id: None,
        subject: None,
        at: chrono::DateTime::UNIX_EPOCH,
        undo: None,
    };
    let next_cursor = more.then(|| format!("below {}", places.last().copied().unwrap_or(0)));
    Page { items: places.iter().map(item).collect(), next_cursor, as_of: position(100) }
}

/// The shown places, and the next cursor.
fn known(activity: &ActivityOfContact) -> (Vec<Seq>, Option<String>) {
    let places = activity.items.with_untracked(|items| items.iter().map(|item| item.seq).collect());
    (places, activity.next_cursor.get_untracked())
}

fn after(pages: &[(bool, &[Seq], bool)]) -> (Vec<Seq>, Option<String>) {
    let activity = ActivityOfContact::default();
    pages.iter().for_each(|(newest, places, more)| activity.receive_page(*newest, page(places, *more)));
    assert_eq!(activity.load.get_untracked(), Load::Ready);
    known(&activity)
}

#[test]
fn older_activity_follows_below_and_nothing_is_there_twice() {
    let pages: [(bool, &[Seq], bool); 3] = [(true, &[9, 8], true), (false, &[6, 4], true), (false, &[6, 4], true)];
    assert_eq!(after(&pages), (vec![9, 8, 6, 4], Some("below 4".to_owned())));
}

#[test]
fn newer_activity_is_put_on_top_of_what_it_joins() {
    let pages: [(bool, &[Seq], bool); 3] = [(true, &[9, 8], true), (false, &[6], true), (true, &[12, 9], true)];
    assert_eq!(after(&pages), (vec![12, 9, 8, 6], Some("below 6".to_owned())));
}

#[test]
fn activity_that_does_not_join_what_is_known_replaces_it_rather_than_leave_a_gap() {
    let pages: [(bool, &[Seq], bool); 2] = [(true, &[9, 8], true), (true, &[30, 20], true)];
    assert_eq!(after(&pages), (vec![30, 20], Some("below 20".to_owned())));
}

#[test]
fn a_first_page_that_is_all_there_is_replaces_everything() {
    let pages: [(bool, &[Seq], bool); 2] = [(true, &[9, 8, 3], true), (true, &[9, 8], false)];
    assert_eq!(after(&pages), (vec![9, 8], None));
    let empty: [(bool, &[Seq], bool); 2] = [(true, &[9, 8], true), (true, &[], false)];
    assert_eq!(after(&empty), (vec![], None));
}

#[test]
fn after_a_reset_the_newest_activity_replaces_all_that_was_known() {
    let activity = ActivityOfContact::default();
    activity.receive_page(true, page(&[90, 80, 70], true));
    activity.mark_stale();
    activity.receive_page(false, page(&[60], true));
    assert_eq!(known(&activity).0, [90, 80, 70], "older activity waits for the newest");
    activity.receive_page(true, page(&[85, 82], true));
    assert_eq!(known(&activity), (vec![85, 82], Some("below 82".to_owned())));
}

#[test]
fn a_colleague_is_shown_as_last_changed() {
    let agents = Agents::default();
    agents.receive_all(vec![agent(1, "Maya"), agent(2, "Sam")]);
    agents.receive_change(agent(2, "Samuel"), 9);
    agents.receive_change(agent(2, "Sammy"), 8);
    agents.receive_change(agent(3, "Gia"), 3);
    let names = |agents: &Agents| agents.all().into_iter().map(|agent| agent.name).collect::<Vec<_>>();
    assert_eq!(names(&agents), ["Maya", "Samuel", "Gia"]);
    agents.mark_stale();
    agents.receive_change(agent(2, "Sam"), 4);
    assert_eq!(agents.get(agent_id(2)).map(|agent| agent.name).as_deref(), Some("Sam"));
    assert_eq!(agents.get(agent_id(9)), None);
}
