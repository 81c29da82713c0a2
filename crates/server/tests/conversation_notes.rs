//! Conversation notes: like contact notes, but inside one conversation and nowhere else.

use crate::kit::World;
use serde_json::json;
use std::time::Duration;
use wire::{Conversation, ConversationId, ConversationNote, ConversationNoteId, Page, paths};

#[tokio::test]
async fn a_conversation_note_is_in_its_conversation_and_nowhere_else() {
    let world = World::new().await;
    let (sam, kim, acme) = (world.sam().await, world.kim().await, &world.acme);
    let id = ConversationNoteId::fresh();
    let path = paths::conversation_note(acme.ana_chat, id);
    let added: ConversationNote = sam.put(&path, json!({ "body": "call back" })).await.expect(201).read();
    assert_eq!(sam.put(&path, json!({ "body": "call back" })).await.expect(200).read::<ConversationNote>(), added);

    let notes = async |conversation| {
        kim.get(&paths::conversation_notes(conversation, None)).await.expect(200).read::<Page<ConversationNote>>()
    };
    assert_eq!(notes(acme.ana_chat).await.items, [added]);
    assert!(notes(acme.ana_mail).await.items.is_empty());
    assert_eq!(kim.get(&paths::contact_notes(acme.ana, None, 50)).await.json()["items"], json!([]));
}

#[tokio::test]
async fn a_new_note_moves_its_conversation_up() {
    let world = World::new().await;
    let (sam, acme) = (world.sam().await, &world.acme);
    let before: Conversation = sam.get(&paths::conversation(acme.ana_chat)).await.read();
    sam.add_conversation_note(acme.ana_chat, "look").await;
    let after: Conversation = sam.get(&paths::conversation(acme.ana_chat)).await.read();
    assert!(after.rev > before.rev && after.last_at >= before.last_at);
    assert!(!after.unread, "a colleague's note is not the contact's message");
}

#[tokio::test]
async fn ids_that_mean_something_else_and_bodies_that_are_none_are_refused() {
    let world = World::new().await;
    let (sam, kim, acme) = (world.sam().await, world.kim().await, &world.acme);
    let id = sam.add_conversation_note(acme.ana_chat, "one").await;
    let path = paths::conversation_note(acme.ana_chat, id);
    sam.put(&path, json!({ "body": "two" })).await.expect(409).refused("id-reuse");
    kim.put(&path, json!({ "body": "one" })).await.expect(409).refused("id-reuse");
    sam.put(&paths::conversation_note(acme.ana_mail, id), json!({ "body": "one" })).await.expect(409);
    let fresh = paths::conversation_note(acme.ana_chat, ConversationNoteId::fresh());
    sam.put(&fresh, json!({ "body": "\t" })).await.expect(422).refused("invalid-body");
    sam.put(&fresh, json!({ "body": "x", "conversation_id": acme.ana_chat })).await.refused("unknown-field");
    sam.put(&fresh, json!({})).await.refused("missing-field");
    let nowhere = paths::conversation_note(ConversationId::fresh(), ConversationNoteId::fresh());
    sam.put(&nowhere, json!({ "body": "x" })).await.expect(404);
    sam.get(&format!("{}?q=x", paths::conversation_notes(acme.ana_chat, None))).await.refused("bad-query");
}

#[tokio::test]
async fn who_may_delete_and_who_may_undo() {
    let world = World::new().await;
    let acme = &world.acme;
    let (maya, sam, kim) = (world.maya().await, world.sam().await, world.kim().await);
    let id = sam.add_conversation_note(acme.ana_chat, "mine").await;
    let (path, restore) =
        (paths::conversation_note(acme.ana_chat, id), paths::conversation_note_restore(acme.ana_chat, id));
    kim.delete(&path).await.expect(403).refused("forbidden");
    maya.delete(&paths::conversation_note(acme.ana_mail, id)).await.expect(404);
    let deleted = maya.delete(&path).await.expect(200);
    assert_eq!(sam.delete(&path).await.expect(200).body, deleted.body);
    sam.post(&restore, None).await.expect(403).refused("forbidden");
    sam.post(&paths::conversation_note_restore(acme.ana_mail, id), None).await.expect(404);
    let back: ConversationNote = maya.post(&restore, None).await.expect(200).read();
    assert_eq!((back.author.id, back.body.as_str()), (acme.sam, "mine"));
    assert_eq!(maya.post(&restore, None).await.expect(200).read::<ConversationNote>(), back);
}

#[tokio::test]
async fn a_deletion_is_final_after_its_window_and_when_it_came_first() {
    let config = sidenote_server::Config { undo_window: Duration::ZERO, ..Default::default() };
    let world = World::with(config).await;
    let (sam, acme) = (world.sam().await, &world.acme);
    let id = sam.add_conversation_note(acme.ana_chat, "gone").await;
    let path = paths::conversation_note(acme.ana_chat, id);
    sam.delete(&path).await.expect(200);
    sidenote_server::purge::purge(world.db(), true).await.unwrap();
    sam.post(&paths::conversation_note_restore(acme.ana_chat, id), None).await.expect(410).refused("gone");
    sam.put(&path, json!({ "body": "gone" })).await.expect(410).refused("gone");
    sam.delete(&path).await.expect(200);

    let late = paths::conversation_note(acme.ana_chat, ConversationNoteId::fresh());
    sam.delete(&late).await.expect(204);
    sam.put(&late, json!({ "body": "late" })).await.expect(410);
    sam.delete(&late).await.expect(204);
    assert_eq!(world.count("SELECT COUNT(*) FROM conversation_note").await, 0);
}

#[tokio::test]
async fn notes_are_paged_newest_first() {
    let world = World::new().await;
    let (sam, acme) = (world.sam().await, &world.acme);
    for n in 0..3 {
        sam.add_conversation_note(acme.ana_chat, &n.to_string()).await;
    }
    let path = paths::conversation_notes(acme.ana_chat, None);
    let first: Page<ConversationNote> = sam.get(&format!("{path}?limit=2")).await.expect(200).read();
    let cursor = first.next_cursor.unwrap();
    let path = paths::conversation_notes(acme.ana_chat, Some(&cursor));
    let second: Page<ConversationNote> = sam.get(&path).await.expect(200).read();
    let bodies: Vec<_> = first.items.iter().chain(&second.items).map(|note| note.body.as_str()).collect();
    assert_eq!(bodies, ["2", "1", "0"]);
    assert_eq!(second.next_cursor, None);
}
