//! Requests that are under way when their agent is removed, signs out, or has their token revoked: they change nothing.

use crate::{
    kit::{Answer, Client, World, eventually, patient},
    operations::{Cast, Operation, all},
};
use axum::{body::Body, http::Method};
use bytes::Bytes;
use futures::{StreamExt as _, future::join_all, stream};
use serde_json::json;
use sidenote_server::{agents, embed, sql::sql};
use std::convert::Infallible;
use tokio::sync::oneshot;
use wire::{EmbedToken, paths};

/// A request whose last byte is held back.
struct Held {
    answer: tokio::task::JoinHandle<Answer>,
    last_byte: oneshot::Sender<()>,
}

impl Held {
    /// Sends everything but the last byte, and waits until the server asks for it.
    async fn send(client: &Client, operation: &Operation, path: String, body: String) -> Self {
        let (last_byte, released) = oneshot::channel();
        let (waits, waiting) = oneshot::channel();
        let (first, last) = body.split_at(body.len() - 1);
        let (first, last) = (Bytes::from(first.to_owned()), Bytes::from(last.to_owned()));
        let rest = stream::once(async move {
            let _ = waits.send(());
            let _ = released.await;
            last
        });
        let body = Body::from_stream(stream::iter([first]).chain(rest).map(Ok::<_, Infallible>));
        let (client, method) = (client.with("content-type", "application/json"), operation.method.clone());
        let answer = tokio::spawn(async move { client.send(method, &path, body).await });
        patient(waiting).await.unwrap();
        Self { answer, last_byte }
    }

    async fn finish(self) -> Answer {
        self.last_byte.send(()).unwrap();
        patient(self.answer).await.unwrap()
    }
}

/// The ways in which an agent loses access.
#[derive(Clone, Copy, Debug)]
enum End {
    Removed,
    SignedOut,
    PasswordChanged,
    TokenRevoked,
    KeyRemoved,
    OriginRemoved,
}

const ENDS: [End; 6] =
    [End::Removed, End::SignedOut, End::PasswordChanged, End::TokenRevoked, End::KeyRemoved, End::OriginRemoved];

const ORIGIN: &str = "https://crm.test";

/// Sam's client: with a session, or in the widget where the end is that of a token.
async fn sams(world: &World, end: End) -> Client {
    match end {
        End::Removed | End::SignedOut | End::PasswordChanged => world.sam().await,
        End::TokenRevoked | End::KeyRemoved | End::OriginRemoved => {
            let key = embed::keys::add(world.db(), world.acme.org, "crm").await.unwrap();
            embed::origins::add(world.db(), world.acme.org, ORIGIN).await.unwrap();
            let back_end = world.nobody().with("authorization", &format!("Bearer {key}"));
            let asked = json!({ "agent": "sam@acme.test", "origin": ORIGIN });
            let made: EmbedToken = back_end.post(paths::EMBED_TOKENS, Some(asked)).await.expect(201).read();
            world.nobody().with("authorization", &format!("Bearer {}", made.token)).with("origin", ORIGIN)
        }
    }
}

async fn bring_about(world: &World, client: &Client, end: End) {
    let (db, org) = (world.db(), world.acme.org);
    match end {
        End::Removed => agents::remove(db, "sam@acme.test").await.unwrap(),
        End::SignedOut => drop(client.delete(paths::SESSION).await.expect(204)),
        End::PasswordChanged => agents::set_password(db, "sam@acme.test", "none").await.unwrap(),
        End::KeyRemoved => embed::keys::remove(db, org, "crm").await.unwrap(),
        End::OriginRemoved => embed::origins::remove(db, org, ORIGIN).await.unwrap(),
        End::TokenRevoked => {
            let key = embed::keys::add(db, org, "another").await.unwrap();
            let back_end = world.nobody().with("authorization", &format!("Bearer {key}"));
            back_end.post("/embed/v1/revocations", Some(json!({ "agent": "sam@acme.test" }))).await.expect(204);
        }
    }
}

/// How much there is of what an agent can write.
async fn written(world: &World) -> i64 {
    let [messages, notes, others] = [
        "SELECT COUNT(*) FROM message",
        "SELECT (SELECT COUNT(*) FROM contact_note_body) + (SELECT COUNT(*) FROM conversation_note_body)",
        "SELECT (SELECT COUNT(*) FROM activity) + (SELECT COUNT(*) FROM read_mark) + (SELECT COUNT(*) FROM seen_mark)",
    ];
    world.count(messages).await + world.count(notes).await + world.count(others).await
}

#[tokio::test]
async fn a_request_that_is_finished_after_its_agent_lost_access_changes_nothing() {
    let mut asked = 0;
    for end in ENDS {
        let world = World::new().await;
        let cast = Cast::of(&world.maya().await, &world.acme).await;
        let sam = sams(&world, end).await;
        let new = Cast { contact: cast.contact, conversation: cast.conversation, ..Cast::random() };
        let mut held = Vec::new();
        for operation in all(&world).await {
            let body = operation.body(cast.conversation).filter(|_| !operation.is_for_anybody());
            let Some(body) = body.filter(|_| operation.template.starts_with("/api/")) else { continue };
            held.push(Held::send(&sam, &operation, operation.path(&new), body.to_string()).await);
        }
        bring_about(&world, &sam, end).await;
        let before = written(&world).await;
        asked += held.len();
        for request in held {
            request.finish().await.expect(401).refused("signed-out");
        }
        assert_eq!(written(&world).await, before, "{end:?}");
    }
    assert!(asked >= 8 * ENDS.len(), "{asked} requests");
    println!("figure: requests finished after their agent lost access, in six ways: 0 of {asked} taken");
}

#[tokio::test]
async fn a_request_that_waits_for_its_turn_when_its_agent_loses_access_changes_nothing() {
    let world = World::new().await;
    let cast = Cast::of(&world.maya().await, &world.acme).await;
    let sam = world.sam().await;
    // The change holds the one writer.
    let mut removal = world.db().change(world.acme.org).await.unwrap();
    let changes = all(&world).await.into_iter().filter(|operation| {
        operation.method != Method::GET && operation.template.starts_with("/api/") && !operation.is_for_anybody()
    });
    let reads = world.db().reads();
    let ask = |operation: Operation| {
        let (sam, cast) = (sam.clone(), cast.clone());
        tokio::spawn(async move { (operation.ask(&sam, &cast, cast.conversation).await.status, operation) })
    };
    let waiting: Vec<_> = changes.map(ask).collect();
    // Until each has read its session: then nobody else has a reader.
    eventually(async || world.db().reads() >= reads + waiting.len() as u64).await;
    let readers = join_all((0..4).map(|_| world.db().read())).await;
    assert!(readers.iter().all(Result::is_ok));
    drop(readers);
    sql("DELETE FROM session WHERE agent_id = $1")
        .bind(world.acme.sam.to_string())
        .execute(removal.tx())
        .await
        .unwrap();
    let before = written(&world).await;
    removal.commit().await.unwrap();
    assert!(waiting.len() >= 14, "{} requests", waiting.len());
    for request in waiting {
        let (status, operation) = patient(request).await.unwrap();
        assert_eq!(status, 401, "{operation:?}");
    }
    assert_eq!(written(&world).await, before);
}
