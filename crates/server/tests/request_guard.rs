//! The layers that every request passes: pages of other sites are refused, and every answer has its headers.

use crate::{
    kit::{Client, World},
    operations::{Cast, all},
};
use axum::http::Method;
use serde_json::json;
use sidenote_server::Config;
use wire::{ContactNoteId, paths};

const CSP: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; \
    font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

#[tokio::test]
async fn every_answer_carries_the_security_headers() {
    let world = World::new().await;
    let sam = world.sam().await;
    let cast = Cast::of(&sam, &world.acme).await;
    let mut answers = Vec::new();
    for operation in all(&world).await.iter().filter(|operation| operation.template != paths::SESSION) {
        answers.push((operation.template.clone(), operation.ask(&sam, &cast, cast.conversation).await));
        answers.push((operation.template.clone(), operation.ask(&world.nobody(), &cast, cast.conversation).await));
    }
    for path in ["/", "/chat/acme", "/problems/gone", "/problems/x", "/api", "/api/v1/none", "/inbound/v1/x", "/a.js"] {
        answers.push((path.to_owned(), sam.get(path).await));
        answers.push((path.to_owned(), sam.send(Method::TRACE, path, "").await));
    }
    for (path, answer) in &answers {
        assert_eq!(answer.header("content-security-policy"), Some(CSP), "{path}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(answer.header("referrer-policy"), Some("no-referrer"));
        assert_eq!(answer.header("cross-origin-opener-policy"), Some("same-origin"));
        assert_eq!(answer.header("cross-origin-resource-policy"), Some("same-origin"));
        let permissions = answer.header("permissions-policy").unwrap();
        for feature in ["camera", "microphone", "geolocation", "payment", "usb"] {
            assert!(permissions.contains(&format!("{feature}=()")), "{permissions}");
        }
        assert_eq!(answer.header("access-control-allow-origin"), None, "{path}");
        assert_eq!(answer.header("strict-transport-security"), None);
        let is_api = ["/api", "/contact", "/embed"].iter().any(|root| path.starts_with(root));
        assert_eq!(answer.header("cache-control") == Some("no-store"), is_api, "{path}");
    }
}

async fn add(client: &Client, world: &World) -> u16 {
    let path = paths::contact_note(world.acme.ana, ContactNoteId::fresh());
    client.put(&path, json!({ "body": "x", "conversation_id": world.acme.ana_chat })).await.status
}

#[tokio::test]
async fn a_change_asked_for_by_another_sites_page_is_refused() {
    let world = World::new().await;
    let sam = world.sam().await;
    assert_eq!(add(&sam, &world).await, 201);
    for site in ["cross-site", "same-site", "none", ""] {
        assert_eq!(add(&sam.with("sec-fetch-site", site), &world).await, 403, "{site}");
    }
    let bare = sam.without("sec-fetch-site");
    assert_eq!(add(&bare, &world).await, 403, "nothing says where it comes from");
    assert_eq!(add(&sam.without("x-sidenote"), &world).await, 403);
    assert_eq!(add(&sam.with("x-sidenote", "0"), &world).await, 403);
    sam.without("x-sidenote").delete(paths::SESSION).await.expect(403).refused("cross-site");
    sam.get(paths::ME).await.expect(200);
    sam.with("sec-fetch-site", "cross-site").get(paths::ME).await.expect(200);
}

#[tokio::test]
async fn without_fetch_metadata_the_exact_origin_counts() {
    let world = World::new().await;
    let sam = world.sam().await.without("sec-fetch-site").with("host", "127.0.0.1:8080");
    assert_eq!(add(&sam.with("origin", "http://127.0.0.1:8080"), &world).await, 201);
    for origin in
        ["http://127.0.0.1", "https://127.0.0.1:8080", "http://localhost:8080", "null", "http://127.0.0.1:8080.evil"]
    {
        assert_eq!(add(&sam.with("origin", origin), &world).await, 403, "{origin}");
    }
    let rebound = sam.with("host", "evil.example:8080").with("origin", "http://evil.example:8080");
    assert_eq!(add(&rebound, &world).await, 403);

    let public =
        World::with(Config { public_origin: Some("https://inbox.test".to_owned()), ..Config::default() }).await;
    let cookie = |client: Client| client.without("sec-fetch-site");
    let sam = cookie(public.sam().await);
    // The kit signs in with the plain cookie, which has another name behind TLS.
    let sam = sam.secure();
    assert_eq!(add(&sam.with("origin", "https://inbox.test"), &public).await, 201);
    for origin in ["http://inbox.test", "https://inbox.test:444", "https://evil-inbox.test", "https://inbox.test.evil"]
    {
        assert_eq!(add(&sam.with("origin", origin), &public).await, 403, "{origin}");
    }
}

#[tokio::test]
async fn nobody_is_signed_in_from_another_sites_page() {
    let world = World::new().await;
    let given = json!({ "email": "sam@acme.test", "password": "x" });
    let evil = world.nobody().with("sec-fetch-site", "cross-site");
    evil.post(paths::SESSION, Some(given.clone())).await.expect(403).refused("cross-site");
    let evil = world.nobody().with("origin", "https://evil.example");
    evil.post(paths::SESSION, Some(given.clone())).await.expect(403).refused("cross-site");
    world.nobody().post(paths::SESSION, Some(given)).await.expect(401);
}

#[tokio::test]
async fn forms_and_plain_text_are_not_taken_for_json() {
    let world = World::new().await;
    let sam = world.sam().await;
    for kind in
        ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/jsonp", "text/json"]
    {
        assert_eq!(add(&sam.with("content-type", kind), &world).await, 415, "{kind}");
    }
    assert_eq!(add(&sam.with("content-type", "Application/JSON; charset=utf-8"), &world).await, 201);
}

#[tokio::test]
async fn a_browser_that_asks_for_leave_from_elsewhere_gets_none() {
    let world = World::new().await;
    let asking = world.nobody().with("origin", "https://evil.example").with("access-control-request-method", "PUT");
    let answer = asking.send(Method::OPTIONS, paths::ME, "").await.expect(405);
    assert!(answer.headers.keys().all(|name| !name.as_str().starts_with("access-control-")));
}
