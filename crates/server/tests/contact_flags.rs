//! Blocked and unsubscribed contacts, and the lists of a contact.

use crate::kit::World;
use serde_json::json;
use wire::{Activity, ActivityKind, Contact, ContactFlag, ContactList, ConversationId, ListId, MessageId, Page, paths};

async fn last_activity(client: &crate::kit::Client, contact: wire::ContactId) -> Activity {
    let page: Page<Activity> = client.get(&paths::contact_activity(contact, None)).await.expect(200).read();
    page.items.into_iter().next().unwrap()
}

fn reply(conversation: ConversationId) -> String {
    paths::message(conversation, MessageId::fresh())
}

#[tokio::test]
async fn a_contact_is_blocked_and_unsubscribed_and_back_with_a_line_of_activity_each() {
    let world = World::new().await;
    let (sam, ana) = (world.sam().await, world.acme.ana);
    for (flag, is_set, kind) in [
        (ContactFlag::Blocked, true, ActivityKind::ContactBlocked),
        (ContactFlag::Unsubscribed, true, ActivityKind::ContactUnsubscribed),
        (ContactFlag::Blocked, false, ActivityKind::ContactUnblocked),
        (ContactFlag::Unsubscribed, false, ActivityKind::ContactResubscribed),
    ] {
        let path = paths::contact_flag(ana, flag, is_set);
        let before: Contact = sam.get(&paths::contact(ana)).await.expect(200).read();
        let after: Contact = sam.post(&path, None).await.expect(200).read();
        assert!(flag.of(&after) == is_set && after.rev > before.rev);
        let line = last_activity(&sam, ana).await;
        assert_eq!((line.kind, line.actor.unwrap().name.as_str()), (kind, "Sam"));
        let again: Contact = sam.post(&path, None).await.expect(200).read();
        assert_eq!(again, after, "the same again changes nothing");
        assert_eq!(last_activity(&sam, ana).await.seq, line.seq);
    }
    let foreign = paths::contact_flag(world.globex.ana, ContactFlag::Blocked, true);
    sam.post(&foreign, None).await.expect(404);
}

#[tokio::test]
async fn a_reply_to_somebody_who_is_not_written_to_is_refused_and_one_that_was_taken_is_still_confirmed() {
    let world = World::new().await;
    let (sam, acme) = (world.sam().await, &world.acme);
    let taken = reply(acme.ana_chat);
    sam.put(&taken, json!({ "body": "Hello" })).await.expect(201);
    for (flag, code) in [(ContactFlag::Blocked, "contact-blocked"), (ContactFlag::Unsubscribed, "contact-unsubscribed")]
    {
        sam.post(&paths::contact_flag(acme.ana, flag, true), None).await.expect(200);
        sam.put(&reply(acme.ana_chat), json!({ "body": "Hello" })).await.expect(409).refused(code);
        sam.put(&reply(acme.ana_mail), json!({ "body": "Hello" })).await.expect(409).refused(code);
        sam.put(&taken, json!({ "body": "Hello" })).await.expect(200);
        sam.put(&reply(acme.bob_chat), json!({ "body": "Hello" })).await.expect(201);
        // The team may write to each other.
        sam.add_conversation_note(acme.ana_chat, "Better not").await;
        sam.post(&paths::contact_flag(acme.ana, flag, false), None).await.expect(200);
        sam.put(&reply(acme.ana_chat), json!({ "body": "Hello again" })).await.expect(201);
    }
}

#[tokio::test]
async fn what_a_blocked_contact_writes_is_not_shown_as_new() {
    let world = World::new().await;
    let (sam, acme) = (world.sam().await, &world.acme);
    let path = paths::conversation(acme.ana_mail);
    sam.patch(&path, json!({ "status": "closed" })).await.expect(200);
    sam.post(&paths::contact_flag(acme.ana, ContactFlag::Blocked, true), None).await.expect(200);
    let before = sam.get(&path).await.expect(200).json();
    world.inbound(acme.org, acme.ana_mail, "Me again").await;
    let after = sam.get(&path).await.expect(200).json();
    for field in ["status", "unread", "last_at"] {
        assert_eq!(after[field], before[field], "{field}");
    }
    assert_eq!(after["preview"]["text"], "Me again", "and is in the thread");
    sam.post(&paths::contact_flag(acme.ana, ContactFlag::Blocked, false), None).await.expect(200);
    world.inbound(acme.org, acme.ana_mail, "And now").await;
    let heard = sam.get(&path).await.expect(200).json();
    assert_eq!((&heard["status"], &heard["unread"]), (&json!("open"), &json!(true)));
}

#[tokio::test]
async fn a_contact_is_put_on_lists_and_taken_off_and_a_name_makes_one_list() {
    let world = World::new().await;
    let (sam, acme) = (world.sam().await, &world.acme);
    let (id, other) = (ListId::fresh(), ListId::fresh());
    let path = |contact, list| paths::contact_list(contact, list);
    sam.put(&path(acme.ana, id), json!({})).await.expect(404);
    let made: ContactList = sam.put(&path(acme.ana, id), json!({ "name": "VIP" })).await.expect(200).read();
    assert_eq!(made, ContactList { id, name: "VIP".to_owned() });
    let line = last_activity(&sam, acme.ana).await;
    assert_eq!((line.kind, line.subject.as_deref()), (ActivityKind::ListAdded, Some("VIP")));
    // The same again, without a name too.
    sam.put(&path(acme.ana, id), json!({ "name": "VIP" })).await.expect(200);
    sam.put(&path(acme.ana, id), json!({})).await.expect(200);
    assert_eq!(last_activity(&sam, acme.ana).await.seq, line.seq);
    // Somebody else has typed the same name, with an id of their own.
    let same: ContactList = sam.put(&path(acme.bob, other), json!({ "name": "VIP" })).await.expect(200).read();
    assert_eq!(same.id, id);
    let all: Page<ContactList> = sam.get(paths::LISTS).await.expect(200).read();
    assert_eq!(all.items.len(), 1);
    let ana: Contact = sam.get(&paths::contact(acme.ana)).await.expect(200).read();
    assert_eq!(ana.lists, all.items);
    for _ in 0..2 {
        sam.delete(&path(acme.ana, id)).await.expect(204);
    }
    let line = last_activity(&sam, acme.ana).await;
    assert_eq!((line.kind, line.subject.as_deref()), (ActivityKind::ListRemoved, Some("VIP")));
    for name in ["", " ", "a\nb", &"x".repeat(81)] {
        let refused = sam.put(&path(acme.ana, ListId::fresh()), json!({ "name": name })).await.expect(422);
        refused.refused("invalid-field");
    }
    // Another organization's list is none.
    let gia = world.gia().await;
    gia.put(&path(world.globex.ana, id), json!({})).await.expect(404);
}
