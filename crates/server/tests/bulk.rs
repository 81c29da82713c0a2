//! One change of many conversations or contacts, and one undo for all of it.

use crate::kit::{Client, World};
use serde_json::{Value, json};
use sidenote_server::{
    conversation::{self, NewConversation},
    sql::sql,
};
use wire::{
    Activity, ActivityKind, AgentId, BulkId, BulkProgress, BulkReason, Contact, ContactId, Conversation,
    ConversationId, Page, Status, paths,
};

async fn change(client: &Client, id: BulkId, of: Value, change: Value) -> BulkProgress {
    client.put(&paths::bulk(id), json!({ "of": of, "change": change })).await.expect(200).read()
}

async fn undo(client: &Client, id: BulkId) -> BulkProgress {
    client.post(&paths::bulk_undo(id), None).await.expect(200).read()
}

/// The same request until nothing is left; how many it took.
async fn to_the_end(client: &Client, path: &str, body: Option<Value>) -> (BulkProgress, usize) {
    let mut requests = 1;
    loop {
        let answer = match &body {
            Some(body) => client.put(path, body.clone()).await,
            None => client.post(path, None).await,
        };
        let progress: BulkProgress = answer.expect(200).read();
        if progress.left == 0 {
            return (progress, requests);
        }
        requests += 1;
    }
}

fn named(ids: &[ConversationId]) -> Value {
    json!({ "conversations": { "ids": ids } })
}

async fn one(client: &Client, id: ConversationId) -> Conversation {
    client.get(&paths::conversation(id)).await.expect(200).read()
}

async fn contact(client: &Client, id: ContactId) -> Contact {
    client.get(&paths::contact(id)).await.expect(200).read()
}

async fn tags(client: &Client, id: ContactId) -> Vec<String> {
    contact(client, id).await.tags.into_iter().map(|tag| tag.name).collect()
}

async fn activity(client: &Client, id: ContactId) -> Vec<Activity> {
    client.get(&paths::contact_activity(id, None)).await.expect(200).read::<Page<Activity>>().items
}

/// Starts so many more conversations with Ana, assigned to nobody.
async fn start_many(world: &World, count: usize) {
    let mut change = world.db().change(world.acme.org).await.unwrap();
    for _ in 0..count {
        let new = NewConversation {
            id: ConversationId::fresh(),
            contact: world.acme.ana,
            channel: world.acme.chat,
            thread_key: None,
            status: Status::Open,
            assignee: None,
            at: change.at(),
        };
        conversation::start(&mut change, &new, None).await.unwrap();
    }
    change.commit().await.unwrap();
}

async fn count(world: &World, condition: &'static str) -> i64 {
    let mut reading = world.db().read().await.unwrap();
    let text = match condition {
        "closed" => "SELECT COUNT(*) FROM conversation WHERE org_id = $1 AND status = 'closed'",
        _ => "SELECT COUNT(*) FROM bulk_item WHERE org_id = $1",
    };
    sql(text).bind(world.acme.org.to_string()).fetch_value(&mut reading).await.unwrap()
}

#[tokio::test]
async fn conversations_are_closed_and_one_undo_opens_those_that_were_open() {
    let world = World::new().await;
    let (sam, acme) = (world.sam().await, &world.acme);
    sam.patch(&paths::conversation(acme.ana_mail), json!({ "status": "closed" })).await.expect(200);
    sam.patch(&paths::conversation(acme.bob_chat), json!({ "status": "automated" })).await.expect(200);
    let all = [acme.ana_chat, acme.ana_mail, acme.bob_chat];
    let id = BulkId::fresh();
    for _ in 0..2 {
        let done = change(&sam, id, named(&all), json!({ "status": "closed" })).await;
        assert_eq!(done, BulkProgress { changed: 2, ..BulkProgress::default() }, "the same again changes nothing");
    }
    for id in all {
        assert_eq!(one(&sam, id).await.status, Status::Closed);
    }
    let line = activity(&sam, acme.ana).await.remove(0);
    assert_eq!((line.kind, line.conversation_id), (ActivityKind::ConversationClosed, Some(acme.ana_chat)));
    assert!(line.actor.is_some_and(|actor| actor.id == acme.sam));

    for _ in 0..2 {
        assert_eq!(undo(&sam, id).await, BulkProgress { changed: 2, ..BulkProgress::default() });
    }
    let mut statuses = Vec::new();
    for id in all {
        statuses.push(one(&sam, id).await.status);
    }
    assert_eq!(statuses, [Status::Open, Status::Closed, Status::Automated]);
    assert_eq!(activity(&sam, acme.ana).await[0].kind, ActivityKind::ConversationReopened);
    sam.put(&paths::bulk(id), json!({ "of": named(&all), "change": { "status": "closed" } })).await.expect(410);
}

#[tokio::test]
async fn all_that_fit_are_changed_in_parts_and_an_undo_can_come_in_between() {
    let world = World::new().await;
    let (sam, acme) = (world.sam().await, &world.acme);
    start_many(&world, 450).await;
    let id = BulkId::fresh();
    let of = json!({ "conversations_that_fit": { "section": "all", "status": "open", "channel": acme.chat } });
    let begun = change(&sam, id, of.clone(), json!({ "status": "closed" })).await;
    assert_eq!((begun.changed, begun.left), (200, 252));
    // What comes later is not of it.
    start_many(&world, 3).await;
    let body = json!({ "of": of, "change": { "status": "closed" } });
    let (done, requests) = to_the_end(&sam, &paths::bulk(id), Some(body.clone())).await;
    assert_eq!((done.changed, done.failures, requests), (452, 0, 2));
    assert_eq!(count(&world, "closed").await, 452);
    assert_eq!(one(&sam, acme.ana_mail).await.status, Status::Open, "another channel");
    let (undone, requests) = to_the_end(&sam, &paths::bulk_undo(id), None).await;
    assert_eq!((undone.changed, undone.failures, requests), (452, 0, 3));
    assert_eq!(count(&world, "closed").await, 0);

    let again = BulkId::fresh();
    assert_eq!(change(&sam, again, body["of"].clone(), body["change"].clone()).await.left, 255);
    let (undone, _) = to_the_end(&sam, &paths::bulk_undo(again), None).await;
    assert_eq!((undone.changed, count(&world, "closed").await), (200, 0), "what was not changed yet is left alone");
}

#[tokio::test]
async fn what_somebody_has_changed_since_stays_and_is_named() {
    let world = World::new().await;
    let (sam, kim, acme) = (world.sam().await, world.kim().await, &world.acme);
    let id = BulkId::fresh();
    let of = named(&[acme.ana_chat, acme.bob_chat]);
    assert_eq!(change(&sam, id, of, json!({ "assignee": acme.sam })).await.changed, 2);
    assert_eq!(activity(&sam, acme.bob).await[0].subject.as_deref(), Some("Sam"));
    kim.patch(&paths::conversation(acme.bob_chat), json!({ "assignee_id": acme.kim })).await.expect(200);
    let undone = undo(&sam, id).await;
    assert_eq!((undone.changed, undone.failures), (1, 1));
    let kept = &undone.failed[0];
    assert_eq!((kept.id, kept.name.as_str(), kept.reason), (acme.bob_chat.0, "Bob", BulkReason::Changed));
    assert_eq!(one(&sam, acme.ana_chat).await.assignee_id, None);
    assert_eq!(one(&sam, acme.bob_chat).await.assignee_id, Some(acme.kim));
}

#[tokio::test]
async fn tags_and_lists_are_those_of_the_contacts() {
    let world = World::new().await;
    let (sam, acme) = (world.sam().await, &world.acme);
    sam.put(&paths::contact_tag(acme.bob, "vip"), Value::Null).await.expect(204);
    let all = named(&[acme.ana_chat, acme.ana_mail, acme.bob_chat]);
    let tagged = BulkId::fresh();
    let done = change(&sam, tagged, all.clone(), json!({ "add_tag": { "name": "vip" } })).await;
    assert_eq!(done.changed, 1, "Ana once, and Bob had it");
    assert_eq!(tags(&sam, acme.ana).await, ["vip"]);
    assert_eq!(activity(&sam, acme.ana).await[0].kind, ActivityKind::TagAdded);
    undo(&sam, tagged).await;
    assert!(tags(&sam, acme.ana).await.is_empty());
    assert_eq!(tags(&sam, acme.bob).await, ["vip"]);

    let (listed, list) = (BulkId::fresh(), wire::ListId::fresh());
    let add = json!({ "add_list": { "id": list, "name": "Spring" } });
    assert_eq!(change(&sam, listed, json!({ "contacts_that_fit": {} }), add).await.changed, 2);
    assert_eq!(contact(&sam, acme.ana).await.lists[0].name, "Spring");
    let off = BulkId::fresh();
    let of = json!({ "contacts_that_fit": { "q": "ana", "list": list } });
    assert_eq!(change(&sam, off, of, json!({ "remove_list": { "id": list } })).await.changed, 1);
    assert!(contact(&sam, acme.ana).await.lists.is_empty());
    undo(&sam, off).await;
    assert_eq!(contact(&sam, acme.ana).await.lists.len(), 1);
    undo(&sam, listed).await;
    assert!(contact(&sam, acme.ana).await.lists.is_empty());

    let of = json!({ "contacts_that_fit": { "tag": "vip" } });
    let off = BulkId::fresh();
    assert_eq!(change(&sam, off, of, json!({ "remove_tag": { "name": "vip" } })).await.changed, 1);
    assert!(tags(&sam, acme.bob).await.is_empty());
    undo(&sam, off).await;
    assert_eq!(tags(&sam, acme.bob).await, ["vip"]);
}

#[tokio::test]
async fn what_can_not_be_changed_is_named_and_the_rest_is_changed() {
    let world = World::new().await;
    let (sam, maya, acme) = (world.sam().await, world.maya().await, &world.acme);
    for n in 0..100 {
        sam.put(&paths::contact_tag(acme.bob, &format!("t{n}")), Value::Null).await.expect(204);
    }
    let nobody = ConversationId::fresh();
    let of = named(&[acme.ana_chat, acme.bob_chat, nobody]);
    let done = change(&sam, BulkId::fresh(), of.clone(), json!({ "add_tag": { "name": "vip" } })).await;
    assert_eq!((done.changed, done.failures), (1, 2));
    let failed: Vec<_> = done.failed.iter().map(|one| (one.id, one.name.as_str(), one.reason)).collect();
    assert!(failed.contains(&(acme.bob.0, "Bob", BulkReason::TooMany)), "{failed:?}");
    assert!(failed.contains(&(nobody.0, "", BulkReason::NotFound)), "{failed:?}");

    maya.delete(&paths::contact(acme.bob)).await.expect(200);
    let id = BulkId::fresh();
    let done = change(&sam, id, of, json!({ "status": "closed" })).await;
    assert_eq!((done.changed, done.failures), (1, 2));
    assert!(done.failed.iter().all(|one| one.reason == BulkReason::NotFound));
    let done = change(
        &sam,
        BulkId::fresh(),
        json!({ "contacts": { "ids": [acme.bob] } }),
        json!({ "add_tag": { "name": "x" } }),
    );
    assert_eq!(done.await.failed[0].reason, BulkReason::NotFound, "erased");
}

#[tokio::test]
async fn a_bulk_change_that_makes_no_sense_is_refused_and_changes_nothing() {
    let world = World::new().await;
    let (sam, acme) = (world.sam().await, &world.acme);
    let ana = named(&[acme.ana_chat]);
    let many: Vec<_> = (0..201).map(|_| ConversationId::fresh()).collect();
    for (of, change, pointer) in [
        (json!({ "contacts": { "ids": [acme.ana] } }), json!({ "status": "closed" }), "/change"),
        (ana.clone(), json!({ "assignee": AgentId::fresh() }), "/assignee_id"),
        (ana.clone(), json!({ "add_tag": { "name": " " } }), "/tag"),
        (ana.clone(), json!({ "add_list": { "id": acme.ana, "name": "" } }), "/name"),
        (ana.clone(), json!({ "status": "lost" }), "/change"),
        (ana.clone(), json!({ "status": "closed", "assignee": null }), "/change"),
        (named(&[]), json!({ "status": "closed" }), "/of"),
        (named(&many), json!({ "status": "closed" }), "/of"),
        (json!({ "conversations_that_fit": { "stat": "open" } }), json!({ "status": "closed" }), "/of"),
        (json!({ "contacts_that_fit": { "tag": "\u{7}" } }), json!({ "remove_tag": { "name": "vip" } }), "/of"),
    ] {
        let body = json!({ "of": of, "change": change });
        let problem = sam.put(&paths::bulk(BulkId::fresh()), body.clone()).await.expect(422).refused("invalid-field");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{body}");
    }
    assert_eq!(count(&world, "items").await, 0);
}

#[tokio::test]
async fn only_who_made_it_can_undo_it_and_only_for_ten_minutes() {
    let world = World::new().await;
    let (sam, kim, acme) = (world.sam().await, world.kim().await, &world.acme);
    let id = BulkId::fresh();
    let body = json!({ "of": named(&[acme.ana_chat]), "change": { "status": "closed" } });
    sam.put(&paths::bulk(id), body.clone()).await.expect(200);
    kim.post(&paths::bulk_undo(id), None).await.expect(403);
    kim.put(&paths::bulk(id), body.clone()).await.expect(409).refused("id-reuse");
    let other = json!({ "of": named(&[acme.ana_chat]), "change": { "status": "automated" } });
    sam.put(&paths::bulk(id), other).await.expect(409).refused("id-reuse");
    world.gia().await.post(&paths::bulk_undo(id), None).await.expect(404);
    sam.post(&paths::bulk_undo(BulkId::fresh()), None).await.expect(404);

    let mut tx = world.db().change(acme.org).await.unwrap();
    sql("UPDATE bulk_change SET begun_at = begun_at - 600001").execute(tx.tx()).await.unwrap();
    tx.commit().await.unwrap();
    sam.post(&paths::bulk_undo(id), None).await.expect(410);
    assert_eq!(one(&sam, acme.ana_chat).await.status, Status::Closed);
}

#[tokio::test]
async fn each_conversation_has_its_event_with_who_did_it() {
    let world = World::new().await;
    let (sam, kim, acme) = (world.sam().await, world.kim().await, &world.acme);
    let mut stream = kim.stream(paths::EVENTS).await;
    stream.until("hello").await;
    let id = BulkId::fresh();
    change(&sam, id, json!({ "conversations_that_fit": {} }), json!({ "status": "closed" })).await;
    undo(&sam, id).await;
    let mut heard = Vec::new();
    for _ in 0..6 {
        let data = stream.until("conversation-changed").await.data;
        assert_eq!(data["actor"]["id"], json!(acme.sam));
        heard.push(data["conversation"]["id"].clone());
    }
    heard.sort_by_key(Value::to_string);
    heard.dedup();
    assert_eq!(heard.len(), 3);
}
