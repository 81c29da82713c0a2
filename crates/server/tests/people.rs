//! The contacts in pages, a contact by another system's key, and conversations that an agent starts.

use crate::kit::{Client, World};
use serde_json::json;
use wire::{
    ActivityKind, Contact, ContactFlag, ContactId, ContactKey, Conversation, ConversationId, ListId, MessageId, Page,
    Status, paths,
};

async fn by(client: &Client, key: ContactKey, value: &str, status: u16) -> Contact {
    client.put(&paths::contact_by(key, value), json!({})).await.expect(status).read()
}

async fn names(client: &Client, query: &str) -> Vec<String> {
    let page: Page<Contact> = client.get(&format!("{}{query}", paths::CONTACTS)).await.expect(200).read();
    page.items.into_iter().map(|contact| contact.name).collect()
}

#[tokio::test]
async fn a_contact_is_found_or_made_by_what_another_system_knows_them_by() {
    let world = World::new().await;
    let (sam, acme) = (world.sam().await, &world.acme);
    let details = json!({ "external_id": "crm/4711 ü", "phone": "+351 912 345 678" });
    sam.patch(&paths::contact(acme.ana), details).await.expect(200);
    for (key, value) in [
        (ContactKey::ExternalId, "crm/4711 ü"),
        (ContactKey::Email, "ANA@acme.example"),
        (ContactKey::Phone, "+351912345678"),
        (ContactKey::Phone, "tel:+351-912-345-678"),
    ] {
        assert_eq!(by(&sam, key, value, 200).await.id, acme.ana, "{value}");
        let found: Contact = sam.get(&paths::contact_by(key, value)).await.expect(200).read();
        assert_eq!(found.id, acme.ana, "{value}");
        world.gia().await.get(&paths::contact_by(key, value)).await.expect(404);
    }
    for (key, value) in [
        (ContactKey::ExternalId, "crm/4711"),
        (ContactKey::Email, "new@acme.example"),
        (ContactKey::Phone, "+351 912 345 679"),
    ] {
        let made = by(&sam, key, value, 201).await;
        assert_eq!((made.name.as_str(), made.channels.len()), (value, usize::from(key == ContactKey::Email)));
        assert_eq!(by(&sam, key, value, 200).await, made, "the same again");
    }
    let named = sam.put(&paths::contact_by(ContactKey::ExternalId, "9"), json!({ "name": "Zoë" })).await.expect(201);
    assert_eq!(named.read::<Contact>().name, "Zoë");
    assert_eq!(by(&sam, ContactKey::ExternalId, "9", 200).await.name, "Zoë");
    // Another organization has contacts of its own.
    assert_ne!(by(&world.gia().await, ContactKey::ExternalId, "9", 201).await.id, acme.ana);

    for (key, value) in
        [(ContactKey::Email, "no address"), (ContactKey::Phone, "call me"), (ContactKey::ExternalId, " ")]
    {
        sam.put(&paths::contact_by(key, value), json!({})).await.expect(422).refused("invalid-field");
    }
    sam.put("/api/v1/contacts/by/shoe-size/44", json!({})).await.expect(404);
    sam.put(&paths::contact_by(ContactKey::Email, "x@y.example"), json!({ "name": " " })).await.expect(422);
}

#[tokio::test]
async fn many_requests_at_once_make_one_contact() {
    let world = World::new().await;
    let sam = world.sam().await;
    let asked = (0..20).map(|_| sam.put("/api/v1/contacts/by/external-id/1", json!({})));
    let made: Vec<Contact> = futures::future::join_all(asked).await.iter().map(|answer| answer.read()).collect();
    assert!(made.iter().all(|contact| contact.id == made[0].id));
    assert_eq!(names(&sam, "?q=1").await.len(), 1);
}

#[tokio::test]
async fn contacts_come_in_pages_by_words_tag_and_list() {
    let world = World::new().await;
    let (maya, acme) = (world.maya().await, &world.acme);
    for n in 0..12 {
        by(&maya, ContactKey::ExternalId, &format!("crm-{n}"), 201).await;
    }
    assert_eq!(names(&maya, "?limit=3").await, ["crm-11", "crm-10", "crm-9"]);
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let path = format!("{}?limit=5&q=crm{cursor}", paths::CONTACTS);
        let page: Page<Contact> = maya.get(&path).await.expect(200).read();
        seen.extend(page.items);
        let Some(next) = page.next_cursor else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(seen.len(), 12);
    assert!(seen.is_sorted_by(|newer, older| newer.seq > older.seq));

    maya.put(&paths::contact_tag(acme.ana, "vip"), json!({})).await;
    maya.put(&paths::contact_tag(acme.bob, "vip"), json!({})).await;
    let list = ListId::fresh();
    maya.put(&paths::contact_list(acme.bob, list), json!({ "name": "Beta" })).await.expect(200);
    assert_eq!(names(&maya, "?tag=vip").await, ["Bob", "Ana"]);
    assert_eq!(names(&maya, &format!("?tag=vip&list={list}")).await, ["Bob"]);
    assert_eq!(names(&maya, "?tag=vip&q=an").await, ["Ana"]);
    assert!(names(&maya, "?tag=nobody").await.is_empty());
    assert!(names(&maya, "?q=%E2%80%A6").await.is_empty());
    maya.delete(&paths::contact(acme.ana)).await.expect(200);
    assert_eq!(names(&maya, "").await.len(), 13, "nothing is left of the one who was erased");
    for (query, code) in [("?list=7", "bad-query"), ("?cursor=00", "bad-cursor"), ("?sort=name", "bad-query")] {
        maya.get(&format!("{}{query}", paths::CONTACTS)).await.expect(400).refused(code);
    }
}

#[tokio::test]
async fn an_agent_starts_a_conversation_which_is_theirs() {
    let world = World::new().await;
    let (sam, acme) = (world.sam().await, &world.acme);
    let id = ConversationId::fresh();
    let new = json!({ "contact_id": acme.bob, "channel_id": acme.email });
    let started: Conversation = sam.put(&paths::conversation(id), new.clone()).await.expect(201).read();
    assert_eq!((started.status, started.assignee_id, started.unread), (Status::Open, Some(acme.sam), false));
    assert_eq!((started.contact_id, started.channel.id, started.preview.clone()), (acme.bob, acme.email, None));
    let again: Conversation = sam.put(&paths::conversation(id), new.clone()).await.expect(200).read();
    assert_eq!(again, started);
    let other = json!({ "contact_id": acme.ana, "channel_id": acme.email });
    sam.put(&paths::conversation(id), other).await.expect(409).refused("id-reuse");
    sam.put(&paths::message(id, MessageId::fresh()), json!({ "body": "Hello Bob" })).await.expect(201);
    let activity = sam.get(&paths::contact_activity(acme.bob, None)).await.expect(200).json();
    assert_eq!(activity["items"][0]["kind"], ActivityKind::ConversationOpened.into_str());
    assert_eq!(activity["items"][0]["actor"]["name"], "Sam");

    let fresh = || paths::conversation(ConversationId::fresh());
    let nobody = json!({ "contact_id": ContactId::fresh(), "channel_id": acme.email });
    sam.put(&fresh(), nobody).await.expect(404);
    let foreign = json!({ "contact_id": acme.bob, "channel_id": world.globex.email });
    sam.put(&fresh(), foreign).await.expect(422).refused("invalid-field");
    sam.put(&fresh(), json!({ "contact_id": acme.bob })).await.expect(422).refused("missing-field");
    sam.post(&paths::contact_flag(acme.bob, ContactFlag::Unsubscribed, true), None).await.expect(200);
    sam.put(&fresh(), new.clone()).await.expect(409).refused("contact-unsubscribed");
    sam.put(&paths::conversation(id), new).await.expect(200);
}

#[tokio::test]
async fn an_admin_saves_the_contacts_as_csv_which_a_spreadsheet_reads_and_does_not_calculate() {
    let world = World::new().await;
    let (maya, sam, acme) = (world.maya().await, world.sam().await, &world.acme);
    let details = json!({ "name": "=SUM(1), \"Ana\"", "phone": "+351 912 345 678", "address": "Rua 1\nLisboa", "birthday": "1990-04-01" });
    maya.patch(&paths::contact(acme.ana), details).await.expect(200);
    for tag in ["a, b", "vip"] {
        maya.put(&paths::contact_tag(acme.ana, tag), json!({})).await.expect(204);
    }
    maya.put(&paths::contact_tag(acme.bob, "vip"), json!({})).await.expect(204);
    for n in 0..150 {
        by(&maya, ContactKey::ExternalId, &format!("crm-{n}"), 201).await;
    }
    let all = maya.get("/api/v1/contacts.csv").await.expect(200);
    assert_eq!(all.header("content-type"), Some("text/csv; charset=utf-8"));
    let text = all.text();
    let lines: Vec<&str> = text.trim_start_matches('\u{feff}').split("\r\n").collect();
    assert_eq!(lines[0], "name,email,phone,external_id,address,birthday,language,default_channel,time_zone,tags,lists");
    assert_eq!(lines.len(), 1 + 152 + 1, "each contact once, over the pages");
    assert!(lines[1].starts_with("crm-149,,,crm-149,"));
    let ana = lines.iter().find(|line| line.contains("SUM")).unwrap();
    assert!(ana.starts_with("\"'=SUM(1), \"\"Ana\"\"\","), "{ana}");
    assert!(ana.contains(",+351 912 345 678,") && ana.contains("\"\"\"a, b\"\",vip\""), "{ana}");
    let some = maya.get("/api/v1/contacts.csv?tag=vip&q=bob").await.expect(200).text();
    assert_eq!((some.lines().count(), some.contains("Bob")), (2, true));
    sam.get("/api/v1/contacts.csv").await.expect(403).refused("forbidden");
    maya.get("/api/v1/contacts.csv?sort=name").await.expect(400).refused("bad-query");
}
