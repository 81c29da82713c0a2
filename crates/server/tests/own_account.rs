//! An agent's own account: name, password, and where they are signed in.

use crate::kit::{Client, World, patient};
use serde_json::{Value, json};
use sidenote_server::{agents, password};
use wire::{Agent, Me, OwnSession, Page, paths};

const OLD: &str = "an old password";
const NEW: &str = "a new password";

/// A world in which Sam has a password.
async fn world() -> World {
    let world = World::new().await;
    agents::set_password(world.db(), "sam@acme.test", &password::hash(OLD).unwrap()).await.unwrap();
    world
}

async fn sessions(client: &Client) -> Vec<OwnSession> {
    client.get(paths::ME_SESSIONS).await.expect(200).read::<Page<OwnSession>>().items
}

fn change(current: &str, new: &str) -> Value {
    json!({ "current": current, "new": new })
}

async fn sign_in(world: &World, password: &str) -> u16 {
    world.nobody().post(paths::SESSION, Some(json!({ "email": "sam@acme.test", "password": password }))).await.status
}

#[tokio::test]
async fn a_new_password_counts_at_once_and_ends_the_other_sessions() {
    let world = world().await;
    let (here, there) = (world.sam().await, world.sam().await);
    let mut stream = there.stream(paths::EVENTS).await;
    stream.until("hello").await;
    for (asked, pointer) in [(change("guessed", NEW), "/current"), (change(OLD, "short"), "/new")] {
        let problem = here.put(paths::ME_PASSWORD, asked).await.expect(422).refused("invalid-field");
        assert_eq!(problem["errors"][0]["pointer"], pointer);
    }
    here.put(paths::ME_PASSWORD, change(OLD, NEW)).await.expect(204);
    here.get(paths::ME).await.expect(200);
    there.get(paths::ME).await.expect(401);
    patient(async { while stream.next().await.is_some() {} }).await;
    assert_eq!((sign_in(&world, OLD).await, sign_in(&world, NEW).await), (401, 204));
}

#[tokio::test]
async fn guesses_of_the_own_password_are_limited_as_those_at_the_sign_in() {
    let world = world().await;
    let here = world.sam().await;
    for _ in 0..10 {
        here.put(paths::ME_PASSWORD, change("guessed", NEW)).await.expect(422);
    }
    here.put(paths::ME_PASSWORD, change(OLD, NEW)).await.expect(429).refused("too-many-requests");
}

#[tokio::test]
async fn an_agent_sees_where_they_are_signed_in_and_ends_that_elsewhere() {
    let world = world().await;
    let (here, there, kim) = (world.sam().await, world.sam().await, world.kim().await);
    let all = sessions(&here).await;
    assert_eq!((all.len(), all.iter().filter(|session| session.current).count()), (2, 1));
    here.delete(paths::ME_SESSIONS).await.expect(204);
    there.get(paths::ME).await.expect(401);
    assert_eq!(sessions(&here).await.len(), 1);
    kim.get(paths::ME).await.expect(200);
}

#[tokio::test]
async fn a_name_is_changed_for_everybody() {
    let world = world().await;
    let (sam, kim) = (world.sam().await, world.kim().await);
    let mut heard = kim.stream(paths::EVENTS).await;
    heard.until("hello").await;
    let me: Me = sam.patch(paths::ME, json!({ "name": "Samuel" })).await.expect(200).read();
    assert_eq!(me.agent.name, "Samuel");
    let agent: Agent = serde_json::from_value(heard.until("agent-changed").await.data["agent"].clone()).unwrap();
    assert_eq!((agent.id, agent.name.as_str()), (world.acme.sam, "Samuel"));
    sam.patch(paths::ME, json!({ "name": " " })).await.expect(422).refused("invalid-field");
    sam.patch(paths::ME, json!({ "name": "Samuel" })).await.expect(200);
}
