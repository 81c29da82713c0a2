//! Messages: the thread, replies, and what an incoming message changes in its conversation.

use crate::kit::World;
use serde_json::json;
use sidenote_server::messages::{Arrival, NewRow, SourceKeys};
use wire::{Attachment, Conversation, ConversationId, Delivery, Direction, Message, MessageId, Page, Status, paths};

#[tokio::test]
async fn a_reply_reaches_the_chat_and_is_kept_where_it_can_not_leave() {
    let world = World::new().await;
    let (sam, acme) = (world.sam().await, &world.acme);
    let new = json!({ "body": "Hello Ana" });
    let id = MessageId::fresh();
    let path = paths::message(acme.ana_chat, id);
    let sent: Message = sam.put(&path, new.clone()).await.expect(201).read();
    assert_eq!((sent.delivery.clone(), sent.direction), (Delivery::Delivered, Direction::Out));
    assert_eq!(sent.author.as_ref().map(|author| author.id), Some(acme.sam));
    assert_eq!(sam.put(&path, new.clone()).await.expect(200).read::<Message>(), sent);

    let kept: Message = sam.put(&paths::message(acme.ana_mail, MessageId::fresh()), new).await.expect(201).read();
    assert_eq!(kept.delivery, Delivery::Failed { reason: "no-way-out".to_owned() });
}

#[tokio::test]
async fn an_id_that_means_another_message_is_refused() {
    let world = World::new().await;
    let (sam, kim, acme) = (world.sam().await, world.kim().await, &world.acme);
    let id = MessageId::fresh();
    let path = paths::message(acme.ana_chat, id);
    sam.put(&path, json!({ "body": "one" })).await.expect(201);
    sam.put(&path, json!({ "body": "two" })).await.expect(409).refused("id-reuse");
    kim.put(&path, json!({ "body": "one" })).await.expect(409).refused("id-reuse");
    sam.put(&paths::message(acme.ana_mail, id), json!({ "body": "one" })).await.expect(409).refused("id-reuse");
    assert_eq!(world.count("SELECT COUNT(*) FROM message").await, 1);

    sam.put(&paths::message(acme.ana_chat, MessageId::fresh()), json!({ "body": " " })).await.refused("invalid-body");
    sam.put(&paths::message(ConversationId::fresh(), MessageId::fresh()), json!({ "body": "x" })).await.expect(404);
}

#[tokio::test]
async fn a_message_from_the_contact_reopens_a_closed_conversation_and_a_reply_does_not() {
    let world = World::new().await;
    let (sam, acme) = (world.sam().await, &world.acme);
    let path = paths::conversation(acme.ana_chat);
    sam.patch(&path, json!({ "status": "closed" })).await.expect(200);
    sam.put(&paths::message(acme.ana_chat, MessageId::fresh()), json!({ "body": "bye" })).await.expect(201);
    assert_eq!(sam.get(&path).await.read::<Conversation>().status, Status::Closed);
    world.inbound(acme.org, acme.ana_chat, "wait").await;
    assert_eq!(sam.get(&path).await.read::<Conversation>().status, Status::Open);
    let activity = sam.get(&paths::contact_activity(acme.ana, None)).await.json();
    assert_eq!(activity["items"][0]["kind"], "conversation-reopened");
    assert_eq!(activity["items"][0]["actor"], json!(null));
}

#[tokio::test]
async fn the_thread_is_paged_newest_first_with_its_attachments() {
    let world = World::new().await;
    let (sam, acme) = (world.sam().await, &world.acme);
    for n in 0..3 {
        world.inbound(acme.org, acme.ana_mail, &format!("message {n}")).await;
    }
    let mut change = world.db().change(acme.org).await.unwrap();
    let file = Attachment { name: "plan.pdf".to_owned(), size: 12, media_type: "application/pdf".to_owned() };
    let at = change.at();
    let row = NewRow {
        id: MessageId::fresh(),
        conversation: acme.ana_mail,
        direction: Direction::In,
        author: None,
        body: "",
        attachments: std::slice::from_ref(&file),
        source: Some(SourceKeys { key: "<1@example>", hash: "1" }),
        arrival: Arrival::New,
        delivery: Delivery::Delivered,
        at,
    };
    sidenote_server::messages::insert(&mut change, &row).await.unwrap();
    change.commit().await.unwrap();

    let path = paths::messages(acme.ana_mail, None);
    let first: Page<Message> = sam.get(&format!("{path}?limit=3")).await.expect(200).read();
    assert_eq!(first.items[0].attachments, [file]);
    assert_eq!(first.items[1].body, "message 2");
    let cursor = first.next_cursor.unwrap();
    let second: Page<Message> = sam.get(&paths::messages(acme.ana_mail, Some(&cursor))).await.expect(200).read();
    assert_eq!(second.items.iter().map(|message| message.body.as_str()).collect::<Vec<_>>(), ["message 0"]);
    assert_eq!(second.next_cursor, None);
    sam.get(&paths::messages(acme.ana_chat, Some(&cursor))).await.expect(400).refused("bad-cursor");
    sam.get(&paths::messages(ConversationId::fresh(), None)).await.expect(404);
}
