//! The published document and the routes agree.

use crate::{
    kit::World,
    operations::{Cast, all},
};
use std::collections::BTreeSet;
use uuid::Uuid;
use wire::{
    ContactId, ContactNoteId, ConversationId, ConversationNoteId, ConversationQuery, MessageId, Position, paths,
};

#[tokio::test]
async fn every_operation_of_the_document_answers() {
    let world = World::new().await;
    let (maya, acme) = (world.maya().await, &world.acme);
    let operations = all(&world).await;
    assert!(operations.len() >= 30, "{} operations", operations.len());
    for operation in &operations {
        // New resources each time: an operation may delete them.
        let cast = Cast::of(&maya, acme).await;
        // Maya's sign-out would end the session that the rest of this test uses.
        let client = if operation.template == paths::SESSION { world.sam().await } else { maya.clone() };
        let answer = operation.ask(&client, &cast, acme.ana_chat.0).await;
        assert!(![404, 405, 500].contains(&answer.status), "{operation:?}: {} {}", answer.status, answer.text());
    }
}

#[tokio::test]
async fn every_path_of_the_contract_is_in_the_document() {
    let world = World::new().await;
    let templates: BTreeSet<_> = all(&world).await.into_iter().map(|operation| operation.template).collect();
    let [id, note] = [Uuid::now_v7(), Uuid::now_v7()];
    let (contact, conversation) = (ContactId(id), ConversationId(id));
    let contact_note = ContactNoteId(note);
    let conversation_note = ConversationNoteId(note);
    let built = [
        paths::SESSION.to_owned(),
        paths::ME.to_owned(),
        paths::TAGS.to_owned(),
        paths::LISTS.to_owned(),
        paths::EVENTS.to_owned(),
        paths::conversations(&ConversationQuery::default(), None, 1),
        paths::conversation(conversation),
        paths::conversation_read(conversation),
        paths::messages(conversation, None),
        paths::message(conversation, MessageId(note)).replace(&note.to_string(), "{message_id}"),
        paths::conversation_notes(conversation, None),
        paths::conversation_note(conversation, conversation_note),
        paths::conversation_note_restore(conversation, conversation_note),
        paths::contact(contact),
        paths::contact_tag(contact, "vip"),
        paths::contact_conversations(contact, None),
        paths::contact_activity(contact, None),
        paths::contact_notes(contact, None, 1),
        paths::contact_note(contact, contact_note),
        paths::contact_note_restore(contact, contact_note),
        paths::contact_notes_seen(contact),
        paths::changes(&Position { epoch: "e".to_owned(), seq: 1 }, 1),
    ];
    let template = |path: &String| {
        let path = path.split('?').next().unwrap();
        let path = path.replace(&id.to_string(), "{id}").replace(&note.to_string(), "{note_id}");
        path.replace("/tags/vip", "/tags/{tag}")
    };
    let built: BTreeSet<_> = built.iter().map(template).collect();
    let agents: BTreeSet<_> = templates.iter().filter(|path| path.starts_with("/api/")).cloned().collect();
    assert_eq!(agents, built, "what the app asks for and what the server documents");
}

#[tokio::test]
async fn the_document_is_openapi_3_1_and_resolves_its_references() {
    let world = World::new().await;
    let document = world.nobody().get(paths::OPENAPI).await.expect(200).json();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    let text = document.to_string();
    for reference in text.split("\"$ref\":\"#").skip(1) {
        let pointer = reference.split('"').next().unwrap();
        assert!(document.pointer(pointer).is_some(), "{pointer}");
    }
}
