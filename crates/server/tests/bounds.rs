//! How much one request can ask for: pages, batches of events and searches are bounded in bytes and lose nothing; a client
//! that doesn't read is cut off.

use crate::{
    kit::{Client, World, patient},
    visitor::{MESSAGES, message, visitor},
};
use serde_json::{Value, json};
use sidenote_server::{Config, messages, serve};
use std::time::Duration;
use tokio::{
    io::AsyncWriteExt as _,
    net::{TcpListener, TcpStream},
};
use uuid::Uuid;
use wire::{Attachment, ContactNoteId, ConversationNoteId, Delivery, Direction, MessageId, paths};

/// The longest text there is: 10,000 characters, 40 kB.
fn long(n: usize) -> String {
    format!("{n:04}{}", "\u{1f600}".repeat(9_996))
}

/// More than a page and one item.
const TOO_MANY_BYTES: usize = 256 * 1024 + 50_000;

/// The texts of every page, which are in the order of the pages. `body`: where an item has its text.
async fn read_all(client: &Client, path: &str, body: &str, most_bytes: usize) -> (Vec<String>, usize) {
    let (mut texts, mut pages, mut cursor) = (Vec::new(), 0, String::new());
    loop {
        let answer = client.get(&format!("{path}?limit=100{cursor}")).await.expect(200);
        assert!(answer.body.len() < most_bytes, "{path}: {} bytes", answer.body.len());
        let page = answer.json();
        pages += 1;
        let items = page["items"].as_array().unwrap();
        texts.extend(items.iter().map(|item| item.pointer(body).unwrap().as_str().unwrap()[..4].to_owned()));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return (texts, pages),
        }
    }
}

fn newest_first(count: usize) -> Vec<String> {
    (0..count).rev().map(|n| format!("{n:04}")).collect()
}

#[tokio::test]
async fn long_texts_make_short_pages_and_nothing_is_left_out() {
    let world = World::new().await;
    let (sam, acme) = (world.sam().await, &world.acme);
    let start = sam.stream(paths::EVENTS).await.next().await.unwrap().data["head"].as_u64().unwrap();
    for n in 0..20 {
        let text = json!({ "body": long(n) });
        sam.put(&paths::message(acme.ana_chat, MessageId::fresh()), text.clone()).await.expect(201);
        sam.put(&paths::conversation_note(acme.ana_chat, ConversationNoteId::fresh()), text).await.expect(201);
        sam.add_note(acme.ana, acme.ana_chat, &long(n)).await;
    }
    for path in [
        paths::messages(acme.ana_chat, None),
        paths::conversation_notes(acme.ana_chat, None),
        format!("/api/v1/contacts/{}/notes", acme.ana),
    ] {
        let path = path.split('?').next().unwrap();
        let (texts, pages) = read_all(&sam, path, "/body", TOO_MANY_BYTES).await;
        assert_eq!(texts, newest_first(20), "{path}");
        assert!(pages >= 3, "{path}: {pages}");
    }
    let mut after = format!("{}.{start}", world.db().epoch());
    let (mut seqs, mut batches) = (Vec::new(), 0);
    loop {
        let answer = sam.get(&format!("{}?after={after}&limit=100", paths::CHANGES)).await.expect(200);
        assert!(answer.body.len() < TOO_MANY_BYTES + 50_000, "{} bytes", answer.body.len());
        let changes = answer.json();
        let ids = changes["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned());
        seqs.extend(ids);
        batches += 1;
        after = changes["next"].as_str().unwrap().to_owned();
        if changes["more"] == false {
            break;
        }
    }
    assert_eq!(seqs.len(), 20 * 5);
    assert!(batches >= 9, "{batches}");
    let mut stream = sam.with("last-event-id", &seqs[0]).stream(paths::EVENTS).await;
    stream.next().await.unwrap();
    for id in &seqs[1..] {
        assert_eq!(stream.next().await.unwrap().id.as_ref(), Some(id));
    }
}

#[tokio::test]
async fn many_attachments_make_short_pages_too() {
    let world = World::new().await;
    let (sam, acme) = (world.sam().await, &world.acme);
    let name = "n".repeat(200);
    let attachments: Vec<_> =
        (0..500).map(|_| Attachment { name: name.clone(), size: 1, media_type: "image/png".to_owned() }).collect();
    let mut change = world.db().change(acme.org).await.unwrap();
    for n in 0..8 {
        let row = messages::NewRow {
            id: MessageId::fresh(),
            conversation: acme.ana_chat,
            direction: Direction::In,
            author: None,
            body: &format!("{n:04}"),
            attachments: &attachments,
            source: None,
            arrival: messages::Arrival::New,
            delivery: Delivery::Delivered,
            at: change.at(),
        };
        messages::insert(&mut change, &row).await.unwrap();
    }
    change.commit().await.unwrap();
    let path = paths::messages(acme.ana_chat, None);
    let (texts, pages) = read_all(&sam, path.split('?').next().unwrap(), "/body", 256 * 1024 + 150_000).await;
    assert_eq!(texts, newest_first(8));
    assert!(pages >= 3, "{pages}");
}

#[tokio::test]
async fn a_visitor_with_long_messages_gets_short_pages_too() {
    let world = World::new().await;
    let visitor = visitor(&world).await;
    // Two at once is what one visitor may send.
    for n in 0..2 {
        visitor.put(&message(Uuid::now_v7()), json!({ "body": long(n) })).await.expect(201);
    }
    visitor.put(&message(Uuid::now_v7()), json!({ "body": long(2) })).await.expect(429).refused("too-many-requests");
    let sam = world.sam().await;
    let conversation = crate::visitor::conversation(&sam).await.id;
    for n in 2..20 {
        sam.put(&paths::message(conversation, MessageId::fresh()), json!({ "body": long(n) })).await.expect(201);
    }
    let (texts, pages) = read_all(&visitor, MESSAGES, "/body", TOO_MANY_BYTES).await;
    assert_eq!(texts, newest_first(20));
    assert!(pages >= 3, "{pages}");
    let mut stream = visitor.with("last-event-id", "0").stream(crate::visitor::EVENTS).await;
    stream.next().await.unwrap();
    for n in 0..20 {
        let heard = stream.next().await.unwrap();
        assert_eq!(&heard.data["message"]["body"].as_str().unwrap()[..4], format!("{n:04}"));
    }
}

#[tokio::test]
async fn a_search_looks_at_a_bounded_number_of_notes_for_each_page_and_finds_the_oldest() {
    let world = World::new().await;
    let (sam, acme) = (world.sam().await, &world.acme);
    let oldest = sam.add_note(acme.ana, acme.ana_chat, "the needle").await;
    for n in 0..60 {
        sam.add_note(acme.ana, acme.ana_chat, &long(n)).await;
    }
    let (mut found, mut pages, mut cursor) = (Vec::new(), 0, String::new());
    loop {
        let path = format!("/api/v1/contacts/{}/notes?q=NEEDLE{cursor}", acme.ana);
        let page = sam.get(&path).await.expect(200).json();
        pages += 1;
        found.extend(page["items"].as_array().unwrap().iter().map(|note| note["id"].clone()));
        let Value::String(next) = &page["next_cursor"] else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(found, [json!(oldest)]);
    assert!(pages >= 2, "{pages}");
}

#[tokio::test]
async fn a_contact_carries_at_most_a_hundred_tags() {
    let world = World::new().await;
    let (sam, acme) = (world.sam().await, &world.acme);
    for n in 0..100 {
        sam.put(&paths::contact_tag(acme.ana, &format!("tag {n}")), Value::Null).await.expect(204);
    }
    let refused = sam.put(&paths::contact_tag(acme.ana, "one more"), Value::Null).await.expect(422);
    assert_eq!(refused.refused("invalid-field")["errors"][0], json!({ "pointer": "/tag", "code": "too-many" }));
    sam.put(&paths::contact_tag(acme.ana, "tag 7"), Value::Null).await.expect(204);
    sam.put(&paths::contact_tag(acme.bob, "one more"), Value::Null).await.expect(204);
    assert_eq!(world.count("SELECT COUNT(*) FROM tag").await, 101);
}

#[tokio::test]
async fn a_client_that_does_not_read_its_answers_is_cut_off() {
    let world = World::with(Config { write_time: Duration::from_millis(50), ..Config::default() }).await;
    let sam = world.sam().await;
    for n in 0..8 {
        let id = ContactNoteId::fresh();
        let new = json!({ "body": long(n), "conversation_id": world.acme.ana_chat });
        sam.put(&paths::contact_note(world.acme.ana, id), new).await.expect(201);
    }
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let serving = tokio::spawn(serve::serve(listener, world.app.clone(), world.state.clone()));
    let mut connection = TcpStream::connect(address).await.unwrap();
    let cookie = sam.header("cookie");
    let path = paths::contact_notes(world.acme.ana, None, 100);
    let request = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\ncookie: {cookie}\r\n\r\n");
    // The server stops to read requests while an answer can't be written, and at last closes the connection.
    let cut_off = async { while connection.write_all(request.as_bytes()).await.is_ok() {} };
    patient(cut_off).await;
    serving.abort();
}
