//! The inbox: which conversations it lists, in which order, what is unread, and the preview.

use crate::kit::{Client, World};
use serde_json::json;
use sidenote_server::sql::sql;
use wire::{Conversation, ConversationId, Page, PreviewKind, paths};

async fn list(client: &Client, query: &str) -> Vec<ConversationId> {
    let path = format!("{}?{query}", paths::CONVERSATIONS);
    let page: Page<Conversation> = client.get(&path).await.expect(200).read();
    page.items.iter().map(|conversation| conversation.id).collect()
}

async fn one(client: &Client, id: ConversationId) -> Conversation {
    client.get(&paths::conversation(id)).await.expect(200).read()
}

/// Ana's chat is the oldest, Bob's the newest, with a clear time between them.
async fn spread(world: &World) {
    let acme = &world.acme;
    for (n, id) in [acme.ana_chat, acme.ana_mail, acme.bob_chat].into_iter().enumerate() {
        let mut change = world.db().change(acme.org).await.unwrap();
        sql("UPDATE conversation SET last_at = $1 WHERE org_id = $2 AND id = $3")
            .bind(1_000 * i64::try_from(n).unwrap())
            .bind(acme.org.to_string())
            .bind(id.to_string())
            .execute(change.tx())
            .await
            .unwrap();
        change.commit().await.unwrap();
    }
}

#[tokio::test]
async fn conversations_are_listed_by_section_status_channel_and_agent() {
    let world = World::new().await;
    let (sam, acme) = (world.sam().await, &world.acme);
    spread(&world).await;
    sam.patch(&paths::conversation(acme.ana_chat), json!({ "assignee_id": acme.sam })).await.expect(200);
    sam.patch(&paths::conversation(acme.bob_chat), json!({ "assignee_id": acme.kim, "status": "closed" }))
        .await
        .expect(200);

    let (all, mail) = ([acme.bob_chat, acme.ana_mail, acme.ana_chat], acme.ana_mail);
    assert_eq!(list(&sam, "").await, all);
    assert_eq!(list(&sam, "sort=oldest").await, [all[2], all[1], all[0]]);
    assert_eq!(list(&sam, "section=mine").await, [acme.ana_chat]);
    assert_eq!(list(&sam, "section=unassigned").await, [mail]);
    assert_eq!(list(&sam, "status=closed").await, [acme.bob_chat]);
    assert_eq!(list(&sam, "status=open&sort=newest").await, [mail, acme.ana_chat]);
    assert_eq!(list(&sam, &format!("channel={}", acme.chat)).await, [acme.bob_chat, acme.ana_chat]);
    assert_eq!(list(&sam, &format!("channel={}", acme.email)).await, [mail]);
    assert_eq!(list(&sam, &format!("assignee={}", acme.kim)).await, [acme.bob_chat]);
    assert_eq!(list(&sam, &format!("section=mine&assignee={}", acme.kim)).await, []);
}

#[tokio::test]
async fn a_query_that_is_not_understood_is_refused() {
    let world = World::new().await;
    let sam = world.sam().await;
    for query in [
        "section=yours",
        "status=broken",
        "channel=chat",
        "assignee=me",
        "sort=random",
        "limit=0",
        "limit=101",
        "limit=x",
        "unknown=1",
        "status=open&status=closed",
        "q=x",
    ] {
        let path = format!("{}?{query}", paths::CONVERSATIONS);
        sam.get(&path).await.expect(400).refused("bad-query");
    }
}

#[tokio::test]
async fn pages_follow_each_other_in_every_order() {
    let world = World::new().await;
    let (sam, acme) = (world.sam().await, &world.acme);
    spread(&world).await;
    world.inbound(acme.org, acme.ana_mail, "unread").await;
    for sort in ["newest", "oldest", "unread"] {
        let whole = list(&sam, &format!("sort={sort}")).await;
        let mut paged = Vec::new();
        let mut cursor = String::new();
        loop {
            let path = format!("{}?sort={sort}&limit=1{cursor}", paths::CONVERSATIONS);
            let page: Page<Conversation> = sam.get(&path).await.expect(200).read();
            paged.extend(page.items.iter().map(|conversation| conversation.id));
            let Some(next) = page.next_cursor else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(paged, whole, "{sort}");
        assert_eq!(paged.len(), 3);
    }
    assert_eq!(list(&sam, "sort=unread").await[0], acme.ana_mail);
}

#[tokio::test]
async fn a_cursor_is_taken_back_for_its_own_list_only() {
    let world = World::new().await;
    let (maya, sam, gia) = (world.maya().await, world.sam().await, world.gia().await);
    let page: Page<Conversation> = sam.get("/api/v1/conversations?limit=1").await.expect(200).read();
    let cursor = page.next_cursor.unwrap();
    sam.get(&format!("/api/v1/conversations?cursor={cursor}")).await.expect(200);
    let mut forged = cursor.clone().into_bytes();
    forged[0] ^= 1;
    let forged = String::from_utf8(forged).unwrap();
    let contact = paths::contact_conversations(world.acme.ana, Some(&cursor));
    for (client, path) in [
        (&gia, format!("/api/v1/conversations?cursor={cursor}")),
        (&maya, format!("/api/v1/conversations?cursor={cursor}")),
        (&sam, format!("/api/v1/conversations?sort=oldest&cursor={cursor}")),
        (&sam, format!("/api/v1/conversations?status=open&cursor={cursor}")),
        (&sam, contact),
        (&sam, format!("/api/v1/conversations?cursor={forged}")),
        (&sam, "/api/v1/conversations?cursor=x".to_owned()),
        (&sam, "/api/v1/conversations?cursor=".to_owned()),
        (&sam, format!("/api/v1/conversations?cursor={}", "%F0%9F%98%80".repeat(20))),
    ] {
        client.get(&path).await.expect(400).refused("bad-cursor");
    }
}

#[tokio::test]
async fn unread_is_each_agents_own() {
    let world = World::new().await;
    let (sam, kim, acme) = (world.sam().await, world.kim().await, &world.acme);
    assert!(!one(&sam, acme.ana_chat).await.unread);
    let seq = world.inbound(acme.org, acme.ana_chat, "hello?").await;
    assert!(one(&sam, acme.ana_chat).await.unread && one(&kim, acme.ana_chat).await.unread);

    sam.put(&paths::conversation_read(acme.ana_chat), json!({ "seq": seq })).await.expect(204);
    assert!(!one(&sam, acme.ana_chat).await.unread && one(&kim, acme.ana_chat).await.unread);
    sam.put(&paths::conversation_read(acme.ana_chat), json!({ "seq": 1 })).await.expect(204);
    assert!(!one(&sam, acme.ana_chat).await.unread, "a mark doesn't move back");

    sam.put(&paths::conversation_read(acme.ana_chat), json!({ "seq": u64::MAX })).await.expect(204);
    world.inbound(acme.org, acme.ana_chat, "still there?").await;
    assert!(one(&sam, acme.ana_chat).await.unread, "nobody can have read what wasn't written");
    sam.put(&paths::conversation_read(acme.ana_chat), json!({ "seq": "1" })).await.expect(422).refused("invalid-field");
    sam.put(&paths::conversation_read(ConversationId::fresh()), json!({ "seq": 1 })).await.expect(404);
}

#[tokio::test]
async fn what_came_before_an_agent_joined_is_not_unread_to_them() {
    let world = World::new().await;
    let acme = &world.acme;
    world.inbound(acme.org, acme.ana_chat, "long ago").await;
    let mut change = world.db().change(acme.org).await.unwrap();
    let new = sidenote_server::agents::NewAgent {
        id: wire::AgentId::fresh(),
        email: "lee@acme.test".to_owned(),
        name: "Lee".to_owned(),
        role: wire::Role::Agent,
        password_hash: "none".to_owned(),
    };
    sidenote_server::agents::add(&mut change, &new).await.unwrap();
    change.commit().await.unwrap();
    let lee = world.client(acme.org, new.id).await;
    assert!(!one(&lee, acme.ana_chat).await.unread);
    world.inbound(acme.org, acme.ana_chat, "now").await;
    assert!(one(&lee, acme.ana_chat).await.unread);
}

#[tokio::test]
async fn the_preview_is_the_first_line_of_the_last_thing_in_the_thread() {
    let world = World::new().await;
    let (sam, acme) = (world.sam().await, &world.acme);
    let preview = async || one(&sam, acme.ana_chat).await.preview.map(|preview| (preview.kind, preview.text));
    assert_eq!(preview().await, None);
    world.inbound(acme.org, acme.ana_chat, "\n  Hi there \nsecond line").await;
    assert_eq!(preview().await, Some((PreviewKind::In, "Hi there".to_owned())));
    let note = sam.add_conversation_note(acme.ana_chat, &"é".repeat(200)).await;
    assert_eq!(preview().await, Some((PreviewKind::Note, "é".repeat(140))));
    sam.delete(&paths::conversation_note(acme.ana_chat, note)).await.expect(200);
    assert_eq!(preview().await.unwrap().0, PreviewKind::In, "a deleted note is gone from here at once");
    sam.post(&paths::conversation_note_restore(acme.ana_chat, note), None).await.expect(200);
    assert_eq!(preview().await.unwrap().0, PreviewKind::Note);
    let reply = paths::message(acme.ana_chat, wire::MessageId::fresh());
    sam.put(&reply, json!({ "body": "Hello Ana" })).await.expect(201);
    assert_eq!(preview().await, Some((PreviewKind::Out, "Hello Ana".to_owned())));
}

#[tokio::test]
async fn a_contact_note_leaves_every_conversation_as_it_was() {
    let world = World::new().await;
    let (sam, acme) = (world.sam().await, &world.acme);
    let before = sam.get(paths::CONVERSATIONS).await.json()["items"].clone();
    let id = sam.add_note(acme.ana, acme.ana_chat, "unseen there").await;
    sam.delete(&paths::contact_note(acme.ana, id)).await.expect(200);
    sam.post(&paths::contact_note_restore(acme.ana, id), None).await.expect(200);
    assert_eq!(sam.get(paths::CONVERSATIONS).await.json()["items"], before);
}

#[tokio::test]
async fn a_contacts_conversations_are_theirs_alone() {
    let world = World::new().await;
    let (sam, acme) = (world.sam().await, &world.acme);
    spread(&world).await;
    let path = paths::contact_conversations(acme.ana, None);
    let page: Page<Conversation> = sam.get(&path).await.expect(200).read();
    let ids: Vec<_> = page.items.iter().map(|conversation| conversation.id).collect();
    assert_eq!(ids, [acme.ana_mail, acme.ana_chat]);
    sam.get(&format!("{path}?sort=newest")).await.expect(400).refused("bad-query");
    sam.get(&paths::contact_conversations(wire::ContactId::fresh(), None)).await.expect(404);
}
