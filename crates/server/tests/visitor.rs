//! The web chat from the contact's side: what a visitor can do, and what is refused.

use crate::kit::{Client, Heard, World};
use axum::http::Method;
use serde_json::json;
use sidenote_server::{Config, sql::sql};
use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};
use uuid::Uuid;
use wire::{
    Conversation, ConversationId, Page, Status, paths,
    visitor::{From, Visit, VisitorMessage, VisitorPage},
};

pub(crate) const MESSAGES: &str = "/contact/v1/messages";
pub(crate) const EVENTS: &str = "/contact/v1/events";

pub(crate) async fn visitor(world: &World) -> Client {
    let visit: Visit = world.nobody().post("/contact/v1/acme/visits", None).await.expect(200).read();
    world.nobody().with("authorization", &format!("Bearer {}", visit.token))
}

pub(crate) fn message(id: Uuid) -> String {
    format!("{MESSAGES}/{id}")
}

pub(crate) async fn write(visitor: &Client, body: &str) -> VisitorMessage {
    visitor.put(&message(Uuid::now_v7()), json!({ "body": body })).await.expect(201).read()
}

pub(crate) async fn read(visitor: &Client) -> Vec<VisitorMessage> {
    visitor.get(MESSAGES).await.expect(200).read::<VisitorPage>().items
}

/// The visitor's conversation as agents see it.
pub(crate) async fn conversation(agent: &Client) -> Conversation {
    let page: Page<Conversation> = agent.get("/api/v1/conversations?limit=100").await.expect(200).read();
    page.items.into_iter().find(|conversation| conversation.contact.name.starts_with("Visitor ")).unwrap()
}

pub(crate) async fn reply(agent: &Client, conversation: ConversationId, body: &str) {
    let path = paths::message(conversation, wire::MessageId::fresh());
    agent.put(&path, json!({ "body": body })).await.expect(201);
}

#[tokio::test]
async fn nothing_is_made_before_the_first_message() {
    let world = World::new().await;
    let rows = async || {
        world
            .count(
                "SELECT (SELECT COUNT(*) FROM visitor) + (SELECT COUNT(*) FROM contact) + (SELECT SUM(seq) FROM org)",
            )
            .await
    };
    let before = rows().await;
    let visitor = visitor(&world).await;
    assert_eq!(visitor.get(MESSAGES).await.expect(200).json(), json!({ "items": [], "next_cursor": null }));
    visitor.put(&message(Uuid::now_v7()), json!({ "body": "  " })).await.expect(422).refused("invalid-body");
    assert_eq!(rows().await, before);
}

#[tokio::test]
async fn the_first_message_brings_a_contact_and_an_open_conversation_to_the_inbox() {
    let world = World::new().await;
    let (visitor, sam) = (visitor(&world).await, world.sam().await);
    let written = write(&visitor, "Is anybody there?").await;
    assert_eq!((written.from, written.name, written.position), (From::Me, None, 1));

    let conversation = conversation(&sam).await;
    assert_eq!((conversation.status, conversation.unread), (Status::Open, true));
    assert_eq!(conversation.preview.unwrap().text, "Is anybody there?");
    assert_eq!(conversation.contact.name.len(), "Visitor XXXX".len());
}

#[tokio::test]
async fn both_sides_read_each_other_and_the_agent_goes_by_the_first_name() {
    let world = World::new().await;
    let (visitor, sam) = (visitor(&world).await, world.sam().await);
    write(&visitor, "Hello").await;
    reply(&sam, conversation(&sam).await.id, "Hi, how can I help?").await;

    let items = read(&visitor).await;
    let seen: Vec<_> = items.iter().map(|it| (it.from, it.name.as_deref(), it.body.as_str(), it.position)).collect();
    assert_eq!(seen, [(From::Team, Some("Sam"), "Hi, how can I help?", 2), (From::Me, None, "Hello", 1)]);
}

#[tokio::test]
async fn the_same_message_again_is_one_message() {
    let world = World::new().await;
    let visitor = visitor(&world).await;
    let id = Uuid::now_v7();
    let first = visitor.put(&message(id), json!({ "body": "Once" })).await.expect(201);
    let again = visitor.put(&message(id), json!({ "body": "Once" })).await.expect(200);
    assert_eq!(first.body, again.body);
    visitor.put(&message(id), json!({ "body": "Twice" })).await.expect(409).refused("id-reuse");
    assert_eq!(read(&visitor).await.len(), 1);
}

#[tokio::test]
async fn two_requests_at_once_make_one_message_and_one_conversation() {
    let world = World::new().await;
    let visitor = visitor(&world).await;
    let (path, body) = (message(Uuid::now_v7()), json!({ "body": "Once" }));
    let (a, b) = tokio::join!(visitor.put(&path, body.clone()), visitor.put(&path, body.clone()));
    assert_eq!(BTreeSet::from([a.status, b.status]), BTreeSet::from([200, 201]));
    assert_eq!(world.count("SELECT COUNT(*) FROM visitor").await, 1);
}

#[tokio::test]
async fn a_closed_conversation_opens_again() {
    let world = World::new().await;
    let (visitor, sam) = (visitor(&world).await, world.sam().await);
    write(&visitor, "Thanks, solved").await;
    let before = conversation(&sam).await;
    sam.patch(&paths::conversation(before.id), json!({ "status": "closed" })).await.expect(200);
    write(&visitor, "It is broken again").await;
    let after = conversation(&sam).await;
    assert_eq!((after.id, after.status), (before.id, Status::Open));
    assert!(after.rev > before.rev);
}

#[tokio::test]
async fn a_blocked_contact_writes_no_more_but_a_repeated_message_is_still_confirmed() {
    let world = World::new().await;
    let visitor = visitor(&world).await;
    let (id, body) = (Uuid::now_v7(), json!({ "body": "Buy my things" }));
    visitor.put(&message(id), body.clone()).await.expect(201);
    let mut change = world.db().change(world.acme.org).await.unwrap();
    sql("UPDATE contact SET blocked = TRUE").execute(change.tx()).await.unwrap();
    change.commit().await.unwrap();
    visitor.put(&message(Uuid::now_v7()), json!({ "body": "More" })).await.expect(403).refused("forbidden");
    visitor.put(&message(id), body).await.expect(200);
}

#[tokio::test]
async fn pages_end_where_the_conversation_began_and_a_cursor_belongs_to_its_visitor() {
    let world = World::new().await;
    let (visitor, stranger) = (visitor(&world).await, visitor(&world).await);
    for n in 1..=7 {
        write(&visitor, &format!("message {n}")).await;
    }
    let mut positions = Vec::new();
    let mut cursor: Option<String> = None;
    loop {
        let part = cursor.as_deref().map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
        let page: VisitorPage = visitor.get(&format!("{MESSAGES}?limit=3{part}")).await.expect(200).read();
        positions.extend(page.items.iter().map(|message| message.position));
        let Some(next) = page.next_cursor else { break };
        stranger.get(&format!("{MESSAGES}?cursor={next}")).await.expect(400).refused("bad-cursor");
        cursor = Some(next);
    }
    assert_eq!(positions, [7, 6, 5, 4, 3, 2, 1]);
    visitor.get(&format!("{MESSAGES}?cursor=2.00")).await.expect(400).refused("bad-cursor");
    visitor.get(&format!("{MESSAGES}?page=2")).await.expect(400).refused("bad-query");
}

#[tokio::test]
async fn the_stream_tells_what_is_new_and_resumes_after_a_position() {
    let world = World::new().await;
    let (visitor, sam) = (visitor(&world).await, world.sam().await);
    let mut early = visitor.stream(EVENTS).await;
    assert_eq!(early.next().await.unwrap(), told("hello", 0));
    write(&visitor, "one").await;
    let heard = early.next().await.unwrap();
    assert_eq!((heard.event.as_str(), heard.id.as_deref()), ("message-added", Some("1")));
    assert_eq!(heard.data["message"]["body"], "one");

    reply(&sam, conversation(&sam).await.id, "two").await;
    write(&visitor, "three").await;
    let mut late = visitor.with("last-event-id", "1").stream(EVENTS).await;
    assert_eq!(late.next().await.unwrap(), told("hello", 3));
    for expected in ["two", "three"] {
        assert_eq!(late.next().await.unwrap().data["message"]["body"], expected);
        assert_eq!(early.next().await.unwrap().data["message"]["body"], expected);
    }
}

#[tokio::test]
async fn a_position_the_conversation_never_had_is_reset() {
    let world = World::new().await;
    let visitor = visitor(&world).await;
    write(&visitor, "one").await;
    for unknown in ["2", "k3f9.1", "x"] {
        let mut stream = visitor.with("last-event-id", unknown).stream(EVENTS).await;
        assert_eq!(stream.next().await.unwrap(), told("hello", 1));
        assert_eq!(stream.next().await.unwrap(), told("reset", 1));
    }
}

#[tokio::test]
async fn streams_end_when_the_server_stops() {
    let world = World::new().await;
    let visitor = visitor(&world).await;
    let mut stream = visitor.stream(EVENTS).await;
    stream.next().await.unwrap();
    world.state.close_streams();
    assert!(stream.next().await.is_none());
}

fn told(event: &str, position: u64) -> Heard {
    Heard { id: None, event: event.to_owned(), data: json!({ "position": position }) }
}

#[tokio::test]
async fn an_unknown_organization_has_no_chat() {
    let world = World::new().await;
    for org in ["nobody", "ACME", "%F0%9F%A6%86"] {
        world.nobody().post(&format!("/contact/v1/{org}/visits"), None).await.expect(404).refused("not-found");
    }
}

#[tokio::test]
async fn only_a_token_of_ours_opens_a_conversation() {
    let world = World::new().await;
    let (visitor, other) = (visitor(&world).await, visitor(&world).await);
    write(&visitor, "mine").await;
    assert!(read(&other).await.is_empty(), "a visitor sees only their own conversation");
    let nobody = world.nobody();
    let forged = nobody.with("authorization", &format!("Bearer {}", "0".repeat(128)));
    for client in
        [&nobody, &forged, &nobody.with("authorization", "Bearer "), &nobody.with("authorization", "Basic eDp5")]
    {
        client.get(MESSAGES).await.expect(401).refused("signed-out");
        client.get(EVENTS).await.expect(401).refused("signed-out");
        client.put(&message(Uuid::now_v7()), json!({ "body": "x" })).await.expect(401).refused("signed-out");
    }
}

#[tokio::test]
async fn a_visitors_token_is_nothing_to_the_agents_api_and_a_session_nothing_to_the_chat() {
    let world = World::new().await;
    let (visitor, sam) = (visitor(&world).await, world.sam().await);
    write(&visitor, "hello").await;
    let theirs = conversation(&sam).await;
    for path in [
        paths::ME.to_owned(),
        paths::CONVERSATIONS.to_owned(),
        paths::EVENTS.to_owned(),
        paths::messages(theirs.id, None),
        paths::conversation_notes(theirs.id, None),
        paths::contact_notes(theirs.contact_id, None, 50),
        paths::contact(theirs.contact_id),
    ] {
        visitor.get(&path).await.expect(401).refused("signed-out");
    }
    sam.get(MESSAGES).await.expect(401).refused("signed-out");
    sam.put(&message(Uuid::now_v7()), json!({ "body": "x" })).await.expect(401).refused("signed-out");
}

#[tokio::test]
async fn refusals_are_problem_documents_and_nothing_is_shared_with_other_sites() {
    let world = World::new().await;
    let visitor = visitor(&world).await;
    let path = message(Uuid::now_v7());
    let too_long = json!({ "body": "x".repeat(wire::MAX_BODY_CHARS + 1) });
    visitor.put(&path, too_long).await.expect(422).refused("invalid-body");
    visitor.put(&path, json!({ "body": "x", "from": "team" })).await.expect(422).refused("unknown-field");
    visitor.put(&path, json!({})).await.expect(422).refused("missing-field");
    visitor.put(&format!("{MESSAGES}/1"), json!({ "body": "x" })).await.expect(404).refused("not-found");
    visitor.with("content-type", "text/plain").put(&path, json!({})).await.expect(415).refused("wrong-content-type");
    visitor.send(Method::PUT, &path, "{").await.expect(415);
    visitor.delete(&path).await.expect(405).refused("method-not-allowed");

    let answer = visitor.with("origin", "https://elsewhere.example").get(MESSAGES).await.expect(200);
    assert_eq!(answer.header("access-control-allow-origin"), None);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert!(answer.header("content-security-policy").is_some());
}

#[tokio::test]
async fn a_quiet_stream_says_that_it_is_alive() {
    let world = World::with(Config { heartbeat: Duration::ZERO, ..Config::default() }).await;
    let visitor = visitor(&world).await;
    let mut stream = visitor.stream(EVENTS).await;
    assert_eq!(stream.until("heartbeat").await.data, json!({ "position": 0 }));
    visitor.put(&message(Uuid::now_v7()), json!({ "body": "x" })).await.expect(201);
    stream.until("message-added").await;
    assert_eq!(stream.until("heartbeat").await.data, json!({ "position": 1 }));
}

/// A visitor at this address, behind the proxy.
async fn visitor_at(world: &World, address: &str) -> Client {
    let nobody = world.nobody().with("x-forwarded-for", address);
    let visit: Visit = nobody.post("/contact/v1/acme/visits", None).await.expect(200).read();
    nobody.with("authorization", &format!("Bearer {}", visit.token))
}

async fn behind_a_proxy() -> World {
    World::with(Config { public_origin: Some("https://inbox.test".to_owned()), ..Config::default() }).await
}

async fn says(visitor: &Client) -> u16 {
    visitor.put(&message(Uuid::now_v7()), json!({ "body": "hello" })).await.status
}

#[tokio::test]
async fn one_address_is_slowed_however_many_visitors_it_makes() {
    let world = behind_a_proxy().await;
    let (mut accepted, mut refused, begun) = (0, 0, Instant::now());
    while refused == 0 {
        let visitor = visitor_at(&world, "198.51.100.1").await;
        for _ in 0..25 {
            match says(&visitor).await {
                201 => accepted += 1,
                429 => refused += 1,
                other => panic!("{other}"),
            }
        }
    }
    // Four more for each second that this machine has taken.
    let most = 241 + begun.elapsed().as_millis() / 250;
    assert!((240..=most).contains(&accepted), "{accepted} accepted, {refused} refused");
    assert_eq!(says(&visitor_at(&world, "198.51.100.2").await).await, 201);
}

#[tokio::test]
async fn a_flood_of_new_visitors_is_slowed_and_those_who_are_there_already_are_not() {
    let world = behind_a_proxy().await;
    let known = visitor_at(&world, "203.0.113.7").await;
    assert_eq!(says(&known).await, 201);
    let mut accepted = 0;
    for n in 0..200 {
        let stranger = visitor_at(&world, &format!("198.51.100.{n}")).await;
        accepted += usize::from(says(&stranger).await == 201);
    }
    assert!((119..150).contains(&accepted), "{accepted}");
    assert_eq!(says(&known).await, 201);
}

#[tokio::test]
async fn an_address_has_a_limit_of_open_streams_and_others_have_theirs() {
    let world = behind_a_proxy().await;
    let mut open = Vec::new();
    for _ in 0..10 {
        let visitor = visitor_at(&world, "198.51.100.1").await;
        for _ in 0..10 {
            open.push(visitor.stream(EVENTS).await);
        }
    }
    let more = visitor_at(&world, "198.51.100.1").await;
    more.get(EVENTS).await.expect(429).refused("too-many-requests");
    visitor_at(&world, "198.51.100.2").await.stream(EVENTS).await;
    world.sam().await.secure().stream(paths::EVENTS).await;
}
