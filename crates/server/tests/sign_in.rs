//! Guesses of passwords: what is counted, for whom, and who is never refused for what others do.

use crate::kit::{Answer, Client, World};
use futures::future::join_all;
use serde_json::json;
use sidenote_server::{Config, agents, password};
use wire::paths;

/// A world behind a proxy in which Sam and Kim have passwords.
async fn world() -> World {
    let public_origin = Some("https://inbox.test".to_owned());
    let world = World::with(Config { public_origin, ..Config::default() }).await;
    for name in ["sam", "kim"] {
        let hash = password::hash("correct").unwrap();
        agents::set_password(world.db(), &format!("{name}@acme.test"), &hash).await.unwrap();
    }
    world
}

/// A browser at this address.
fn at(world: &World, address: &str) -> Client {
    world.nobody().with("x-forwarded-for", address)
}

async fn sign_in(client: &Client, email: &str, password: &str) -> Answer {
    client.post(paths::SESSION, Some(json!({ "email": email, "password": password }))).await
}

async fn guess(client: &Client, email: &str, times: usize) {
    for _ in 0..times {
        sign_in(client, email, "wrong").await.expect(401).refused("bad-credentials");
    }
}

/// The browser after a sign-in, without its session: it was signed in before.
async fn known(client: &Client, email: &str) -> Client {
    let answer = sign_in(client, email, "correct").await.expect(204);
    let mut cookies = answer.headers.get_all("set-cookie").iter().map(|cookie| cookie.to_str().unwrap());
    let device = cookies.find(|cookie| cookie.starts_with("__Host-device=")).unwrap();
    assert!(device.ends_with("; Path=/; Max-Age=31536000; HttpOnly; SameSite=Strict; Secure"), "{device}");
    client.with("cookie", device.split(';').next().unwrap())
}

#[tokio::test]
async fn the_eleventh_guess_waits_and_is_told_how_long() {
    let world = world().await;
    let stranger = at(&world, "198.51.100.1");
    guess(&stranger, "sam@acme.test", 10).await;
    for password in ["wrong", "correct"] {
        let answer = sign_in(&stranger, "Sam@ACME.test", password).await.expect(429);
        answer.refused("too-many-requests");
        assert!(answer.header("retry-after").unwrap().parse::<u64>().unwrap() <= 90);
    }
}

#[tokio::test]
async fn an_unknown_account_is_counted_like_any_other() {
    let world = world().await;
    let stranger = at(&world, "198.51.100.1");
    guess(&stranger, "nobody@acme.test", 10).await;
    sign_in(&stranger, "nobody@acme.test", "wrong").await.expect(429);
}

#[tokio::test]
async fn an_address_with_a_character_that_nobodys_has_is_refused_and_no_failure() {
    let world = world().await;
    let answer = sign_in(&at(&world, "203.0.113.9"), "sam\0@acme.test", "correct").await;
    assert!([401, 422].contains(&answer.status), "{}", answer.status);
    let sam = world.sam().await;
    for path in [paths::contact_tag(world.acme.ana, "a\0b"), "/chat/ac%00me".to_owned()] {
        for answer in [sam.get(&path).await, sam.delete(&path).await] {
            assert!(answer.status < 500, "{path}: {}", answer.status);
        }
    }
}

#[tokio::test]
async fn right_passwords_are_not_counted_however_many_come_at_once() {
    let world = world().await;
    let office = at(&world, "198.51.100.1");
    let answers = join_all((0..30).map(|_| sign_in(&office, "sam@acme.test", "correct"))).await;
    assert_eq!(answers.iter().map(|answer| answer.status).collect::<Vec<_>>(), [204; 30]);
    sign_in(&office, "sam@acme.test", "correct").await.expect(204);
}

#[tokio::test]
async fn guesses_at_once_get_no_further_than_one_after_the_other() {
    let world = world().await;
    let stranger = at(&world, "198.51.100.1");
    let answers = join_all((0..40).map(|_| sign_in(&stranger, "sam@acme.test", "wrong"))).await;
    let count = |status| answers.iter().filter(|answer| answer.status == status).count();
    assert_eq!((count(401), count(429)), (10, 30));
}

#[tokio::test]
async fn an_attempt_that_is_broken_off_is_not_counted() {
    let world = world().await;
    let stranger = at(&world, "198.51.100.1");
    for _ in 0..40 {
        let mut attempt = Box::pin(sign_in(&stranger, "sam@acme.test", "wrong"));
        for _ in 0..5 {
            let _ = futures::poll!(&mut attempt);
            tokio::task::yield_now().await;
        }
    }
    sign_in(&stranger, "sam@acme.test", "correct").await.expect(204);
}

#[tokio::test]
async fn a_stranger_cannot_lock_a_colleague_out() {
    let world = world().await;
    let (stranger, colleague) = (at(&world, "198.51.100.1"), at(&world, "203.0.113.7"));
    guess(&stranger, "sam@acme.test", 10).await;
    sign_in(&stranger, "sam@acme.test", "correct").await.expect(429);
    sign_in(&colleague, "sam@acme.test", "correct").await.expect(204);
}

#[tokio::test]
async fn somebody_who_mistypes_in_the_same_office_locks_nobody_else_out() {
    let world = world().await;
    let office = at(&world, "198.51.100.1");
    guess(&office, "sam@acme.test", 10).await;
    sign_in(&office, "kim@acme.test", "correct").await.expect(204);
}

#[tokio::test]
async fn strangers_with_many_addresses_slow_strangers_and_not_a_known_browser() {
    let world = world().await;
    let mine = known(&at(&world, "203.0.113.7"), "sam@acme.test").await;
    for n in 0..5 {
        guess(&at(&world, &format!("198.51.100.{n}")), "sam@acme.test", 10).await;
    }
    let answer = sign_in(&at(&world, "198.51.100.9"), "sam@acme.test", "correct").await.expect(429);
    assert!(answer.header("retry-after").unwrap().parse::<u64>().unwrap() <= 30);
    sign_in(&mine, "sam@acme.test", "correct").await.expect(204);
    // Also at the address that the guesses come from, which is the office's.
    let office = mine.with("x-forwarded-for", "198.51.100.1");
    sign_in(&office, "sam@acme.test", "correct").await.expect(204);
}

#[tokio::test]
async fn one_address_that_tries_many_accounts_is_slowed() {
    let world = world().await;
    let stranger = at(&world, "198.51.100.1");
    for n in 0..50 {
        guess(&stranger, &format!("{n}@acme.test"), 1).await;
    }
    let answer = sign_in(&stranger, "another@acme.test", "wrong").await.expect(429);
    assert!(answer.header("retry-after").unwrap().parse::<u64>().unwrap() <= 10);
}

#[tokio::test]
async fn a_known_browser_has_a_limit_of_its_own() {
    let world = world().await;
    let sam = known(&at(&world, "203.0.113.7"), "sam@acme.test").await;
    guess(&sam, "sam@acme.test", 10).await;
    sign_in(&sam, "sam@acme.test", "correct").await.expect(429);
    sign_in(&at(&world, "203.0.113.7"), "sam@acme.test", "correct").await.expect(204);
}

#[tokio::test]
async fn a_device_cookie_is_for_one_account_and_cannot_be_made_up() {
    let world = world().await;
    let sam = known(&at(&world, "203.0.113.7"), "sam@acme.test").await;
    for n in 0..5 {
        guess(&at(&world, &format!("198.51.100.{n}")), "kim@acme.test", 10).await;
    }
    sign_in(&sam, "kim@acme.test", "correct").await.expect(429);
    let forged = format!("__Host-device={}", "0123456789abcdef".repeat(6));
    for cookie in [forged.as_str(), "__Host-device=x", "device=0"] {
        let client = at(&world, "203.0.113.8").with("cookie", cookie);
        sign_in(&client, "kim@acme.test", "correct").await.expect(429);
    }
}

#[tokio::test]
async fn a_forged_address_does_not_get_around_the_limit() {
    let local = World::with(Config::default()).await;
    for n in 0..10 {
        guess(&at(&local, &format!("10.0.0.{n}")), "sam@acme.test", 1).await;
    }
    sign_in(&at(&local, "10.0.0.99"), "sam@acme.test", "wrong").await.expect(429);

    let world = world().await;
    for n in 0..10 {
        guess(&at(&world, &format!("10.9.9.{n}, 198.51.100.1")), "sam@acme.test", 1).await;
    }
    sign_in(&at(&world, "10.9.9.99, 198.51.100.1"), "sam@acme.test", "wrong").await.expect(429);
    sign_in(&at(&world, "198.51.100.2"), "sam@acme.test", "wrong").await.expect(401);
}

#[tokio::test]
async fn another_sites_page_takes_nothing_from_anybody() {
    let world = world().await;
    let victim = at(&world, "203.0.113.7");
    let page = victim.with("origin", "https://evil.test").with("sec-fetch-site", "cross-site");
    for _ in 0..100 {
        page.post("/embed/v1/tokens", None).await.expect(403).refused("cross-site");
        page.post("/contact/v1/acme/visits", None).await.expect(403).refused("cross-site");
        sign_in(&page, "sam@acme.test", "wrong").await.expect(403).refused("cross-site");
    }
    sign_in(&victim, "sam@acme.test", "correct").await.expect(204);
    victim.post("/contact/v1/acme/visits", None).await.expect(200);
}

#[tokio::test]
async fn wrong_keys_of_back_ends_and_wrong_passwords_are_counted_apart() {
    let world = world().await;
    let office = at(&world, "203.0.113.7");
    let wrong_key = office.with("authorization", "Bearer sidenote_wrong");
    for status in std::iter::repeat_n(401, 10).chain([429]) {
        wrong_key.post("/embed/v1/tokens", Some(json!({ "agent": "x", "origin": "y" }))).await.expect(status);
    }
    sign_in(&office, "sam@acme.test", "correct").await.expect(204);
    let right = sidenote_server::embed::keys::add(world.db(), world.acme.org, "crm").await.unwrap();
    sidenote_server::embed::origins::add(world.db(), world.acme.org, "https://crm.test").await.unwrap();
    let back_end = office.with("authorization", &format!("Bearer {right}"));
    let asked = json!({ "agent": "sam@acme.test", "origin": "https://crm.test" });
    back_end.post("/embed/v1/tokens", Some(asked)).await.expect(201);
}
