//! Sign-in and sign-out, and how sessions end.

use crate::kit::{Answer, Client, World};
use serde_json::json;
use sidenote_server::{Config, agents, password, sql::sql};
use wire::{Me, paths};

/// A world in which Sam has a password.
async fn world() -> World {
    with(Config::default()).await
}

async fn with(config: Config) -> World {
    let world = World::with(config).await;
    agents::set_password(world.db(), "sam@acme.test", &password::hash("correct").unwrap()).await.unwrap();
    world
}

async fn sign_in(client: &Client, email: &str, password: &str) -> Answer {
    client.post(paths::SESSION, Some(json!({ "email": email, "password": password }))).await
}

/// The cookie's value.
fn cookie(answer: &Answer) -> String {
    answer.header("set-cookie").unwrap().split(';').next().unwrap().to_owned()
}

#[tokio::test]
async fn who_signs_in_is_known_until_they_sign_out() {
    let world = world().await;
    let answer = sign_in(&world.nobody(), "Sam@ACME.test", "correct").await.expect(204);
    let set = answer.header("set-cookie").unwrap();
    assert!(set.starts_with("sid=") && set.ends_with("; Path=/; Max-Age=1209600; HttpOnly; SameSite=Strict"), "{set}");
    let sam =
        world.nobody().with("cookie", &cookie(&answer)).with("sec-fetch-site", "same-origin").with("x-sidenote", "1");
    assert_eq!(sam.get(paths::ME).await.expect(200).read::<Me>().agent.id, world.acme.sam);

    let out = sam.delete(paths::SESSION).await.expect(204);
    assert!(out.header("set-cookie").unwrap().starts_with("sid=; Path=/; Max-Age=0"));
    sam.get(paths::ME).await.expect(401).refused("signed-out");
    sam.delete(paths::SESSION).await.expect(204);
    world.nobody().delete(paths::SESSION).await.expect(204);
}

#[tokio::test]
async fn the_session_id_is_new_with_every_sign_in_and_stored_only_as_a_hash() {
    let world = world().await;
    let first = cookie(&sign_in(&world.nobody(), "sam@acme.test", "correct").await.expect(204));
    let page = world.nobody().with("cookie", &first).with("sec-fetch-site", "same-origin").with("x-sidenote", "1");
    let second = cookie(&sign_in(&page, "sam@acme.test", "correct").await.expect(204));
    assert_ne!(first, second);
    page.get(paths::ME).await.expect(401);
    page.with("cookie", &second).get(paths::ME).await.expect(200);
    let planted = page.with("cookie", "sid=planted");
    let third = cookie(&sign_in(&planted, "sam@acme.test", "correct").await.expect(204));
    assert_ne!(third, "sid=planted");
    planted.get(paths::ME).await.expect(401);

    let stored = sql("SELECT token_hash FROM session").fetch_all(&mut world.db().read().await.unwrap()).await.unwrap();
    assert!(stored.iter().all(|row| !third.contains(&row.text("token_hash").unwrap())));
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_account_are_told_the_same() {
    let world = world().await;
    agents::remove(world.db(), "kim@acme.test").await.unwrap();
    let wrong = sign_in(&world.nobody(), "sam@acme.test", "wrong").await.expect(401);
    wrong.refused("bad-credentials");
    for (email, password) in [("nobody@acme.test", "wrong"), ("kim@acme.test", "none"), ("", ""), ("sam@acme.test", "")]
    {
        assert_eq!(sign_in(&world.nobody(), email, password).await, wrong, "{email}");
    }
}

#[tokio::test]
async fn sessions_end_when_unused_too_old_or_their_agent_is_gone() {
    let world = world().await;
    let hour = 60 * 60 * 1000_i64;
    for (column, age, status) in [
        ("UPDATE session SET last_used_at = last_used_at - $1", 23 * hour, 200),
        ("UPDATE session SET last_used_at = last_used_at - $1", 25 * hour, 401),
        ("UPDATE session SET created_at = created_at - $1", 13 * 24 * hour, 200),
        ("UPDATE session SET created_at = created_at - $1", 15 * 24 * hour, 401),
    ] {
        let sam = world.sam().await;
        let mut change = world.db().change(world.acme.org).await.unwrap();
        sql(column).bind(age).execute(change.tx()).await.unwrap();
        change.commit().await.unwrap();
        sam.get(paths::ME).await.expect(status);
        sam.get(paths::ME).await.expect(status);
    }
    let (sam, kim) = (world.sam().await, world.kim().await);
    agents::set_password(world.db(), "sam@acme.test", "none").await.unwrap();
    sam.get(paths::ME).await.expect(401);
    agents::remove(world.db(), "kim@acme.test").await.unwrap();
    kim.get(paths::ME).await.expect(401);
    let me: Me = world.maya().await.get(paths::ME).await.expect(200).read();
    assert!(me.agents.iter().any(|agent| agent.name == "Kim" && agent.removed), "their name stays");
}

#[tokio::test]
async fn over_tls_the_cookie_is_bound_to_the_host_and_browsers_are_told_to_stay() {
    let world = with(Config { public_origin: Some("https://inbox.test".to_owned()), ..Config::default() }).await;
    let answer = sign_in(&world.nobody(), "sam@acme.test", "correct").await.expect(204);
    let set = answer.header("set-cookie").unwrap();
    assert!(set.starts_with("__Host-sid=") && set.contains("; Path=/;") && set.ends_with("; Secure"), "{set}");
    assert!(answer.header("strict-transport-security").unwrap().starts_with("max-age=31536000"));
    let token = cookie(&answer).trim_start_matches("__Host-sid=").to_owned();
    world.nobody().with("cookie", &format!("__Host-sid={token}")).get(paths::ME).await.expect(200);
    world.nobody().with("cookie", &format!("sid={token}")).get(paths::ME).await.expect(401);
}

#[tokio::test]
async fn a_sign_in_that_is_not_one_is_refused() {
    let world = world().await;
    let nobody = world.nobody();
    nobody.post(paths::SESSION, Some(json!({ "email": "a" }))).await.expect(422).refused("missing-field");
    nobody.post(paths::SESSION, Some(json!({ "email": 1, "password": "" }))).await.expect(422).refused("invalid-field");
    let extra = json!({ "email": "a", "password": "b", "org": "acme" });
    nobody.post(paths::SESSION, Some(extra)).await.expect(422).refused("unknown-field");
    nobody.post(paths::SESSION, None).await.expect(415).refused("wrong-content-type");
}

#[tokio::test]
async fn a_page_that_says_whom_it_speaks_for_does_nothing_in_anothers_name() {
    let world = World::new().await;
    let (sam, acme) = (world.sam().await, &world.acme);
    let note = wire::ContactNoteId::fresh();
    let path = wire::paths::contact_note(acme.ana, note);
    let new = json!({ "body": "typed by Maya", "conversation_id": acme.ana_chat });
    let as_maya = sam.with("x-sidenote-agent", &acme.maya.to_string());
    as_maya.put(&path, new.clone()).await.refused("signed-out");
    as_maya.get(wire::paths::ME).await.refused("signed-out");
    sam.with("x-sidenote-agent", "nobody").get(wire::paths::ME).await.refused("signed-out");
    assert_eq!(world.count("SELECT COUNT(*) FROM contact_note").await, 0);
    sam.with("x-sidenote-agent", &acme.sam.to_string()).put(&path, new).await.expect(201);
}
