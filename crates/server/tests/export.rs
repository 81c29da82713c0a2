//! The export of a contact: everything of the person in one document, and nothing of anybody else.

use crate::{
    erasure::Person,
    kit::{Client, World},
};
use futures::StreamExt as _;
use serde_json::json;
use wire::{ContactExport, paths};

const MARKER: &str = "Xylophon-7351";
const OTHERS: &str = "Bandoneon-9173";

async fn exported(who: &Client, person: &Person) -> (ContactExport, String) {
    let answer = who.get(&paths::contact_export(person.id)).await.expect(200);
    let name = format!("attachment; filename=\"contact-{}.json\"", person.id);
    assert_eq!(answer.header("content-disposition"), Some(&*name));
    assert_eq!(answer.header("content-type"), Some("application/json"));
    (answer.read(), answer.text())
}

#[tokio::test]
async fn an_export_has_everything_of_the_contact_and_nothing_of_another() {
    let world = World::new().await;
    let (maya, sam) = (world.maya().await, world.sam().await);
    let person = Person::new(&world, MARKER).await;
    let other = Person::new(&world, OTHERS).await;
    // More than a page of each.
    person.write(&world, MARKER, 0, 310).await;
    person.work_on(&sam, MARKER, 110).await;
    other.write(&world, OTHERS, 0, 10).await;
    other.work_on(&sam, OTHERS, 3).await;
    let (document, text) = exported(&maya, &person).await;
    assert_eq!(document.contact, maya.get(&paths::contact(person.id)).await.expect(200).read());
    assert!(!text.contains(OTHERS));
    assert_eq!(document.conversations.len(), 2);
    for conversation in &document.conversations {
        assert_eq!((conversation.messages.len(), conversation.notes.len()), (155, 55));
        assert!(conversation.messages.is_sorted_by(|newer, older| newer.seq > older.seq));
        assert!(conversation.messages.iter().any(|message| message.attachments.len() == 1));
    }
    assert_eq!(document.notes.len(), 110);
    assert_eq!(document.notes[0].author.name, "Sam");
    let activity =
        world.count("SELECT COUNT(*) FROM activity WHERE subject LIKE 'Xylophon%' OR kind = 'note-added'").await;
    assert!(document.activity.len() > 100 && activity > 100);
}

#[tokio::test]
async fn a_contact_without_anything_is_exported_too_and_only_by_an_admin() {
    let world = World::new().await;
    let (maya, sam) = (world.maya().await, world.sam().await);
    let ana = paths::contact_export(world.acme.bob);
    sam.get(&ana).await.expect(403).refused("forbidden");
    let document: ContactExport = maya.get(&ana).await.expect(200).read();
    assert!(document.notes.is_empty() && document.conversations[0].messages.is_empty());
    let agents = maya.get(&ana).await.text();
    assert!(!agents.contains("token") && !agents.contains("hash"));
}

#[tokio::test]
async fn an_export_that_nobody_reads_on_keeps_no_reader_and_breaks_off_when_the_contact_is_erased() {
    let world = World::new().await;
    let maya = world.maya().await;
    let person = Person::new(&world, MARKER).await;
    person.write(&world, MARKER, 0, 310).await;
    let mut pieces = maya.pieces(&paths::contact_export(person.id)).await;
    assert!(pieces.next().await.unwrap().is_ok());
    // Readers are limited to four; none of these waits for one.
    let mut others = Vec::new();
    for _ in 0..8 {
        let mut other = maya.pieces(&paths::contact_export(person.id)).await;
        assert!(other.next().await.unwrap().is_ok());
        others.push(other);
    }
    maya.delete(&paths::contact(person.id)).await.expect(200);
    maya.patch(&paths::conversation(world.acme.ana_chat), json!({ "status": "closed" })).await.expect(200);
    let mut is_whole = true;
    while let Some(piece) = pieces.next().await {
        is_whole &= piece.is_ok();
    }
    assert!(!is_whole, "it is not taken for a whole document");
}
