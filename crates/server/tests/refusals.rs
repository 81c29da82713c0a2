//! Refusals: each is a problem document, including the framework's own failures, and repeats nothing that was sent.

use crate::kit::World;
use axum::{
    body::{Body, Bytes},
    http::Method,
};
use serde_json::json;
use std::convert::Infallible;
use wire::{ContactNoteId, Problem, ProblemCode, VariantArray as _, paths};

fn note(world: &World) -> String {
    paths::contact_note(world.acme.ana, ContactNoteId::fresh())
}

#[tokio::test]
async fn unknown_addresses_and_methods_are_refused_as_problems() {
    let world = World::new().await;
    let sam = world.sam().await;
    for path in
        ["/api", "/api/v1", "/api/v1/nothing", "/api/v2/me", "/contact/v1/nothing", "/inbound/v1/x", "/problems/x"]
    {
        sam.get(path).await.expect(404).refused("not-found");
    }
    for (method, path) in [
        (Method::POST, paths::ME),
        (Method::PUT, paths::CONVERSATIONS),
        (Method::TRACE, paths::ME),
        (Method::DELETE, paths::EVENTS),
        (Method::POST, paths::OPENAPI),
        (Method::POST, "/inbox"),
        (Method::DELETE, "/chat/acme"),
        (Method::PUT, "/problems/gone"),
    ] {
        let answer = sam.send(method.clone(), path, "").await.expect(405);
        answer.refused("method-not-allowed");
    }
    let allowed = sam.send(Method::POST, paths::ME, "").await;
    assert_eq!(allowed.header("allow"), Some("GET,HEAD,PATCH"));
}

#[tokio::test]
async fn bodies_that_are_not_json_are_refused() {
    let world = World::new().await;
    let sam = world.sam().await.with("content-type", "application/json");
    let deep = format!("{}{}", "[".repeat(100_000 / 2), "]".repeat(100_000 / 2));
    let bodies: [&[u8]; 10] = [
        b"",
        b"{",
        b"{\"body\":}",
        b"nonsense",
        b"{\"body\":\"\\ud800\"}",
        b"{\"body\":\"\xff\"}",
        b"\xef\xbb\xbf{}",
        b"{} {}",
        b"{\"body\":1e999}",
        deep.as_bytes(),
    ];
    for body in bodies {
        let answer = sam.send(Method::PUT, &note(&world), body.to_vec()).await.expect(400);
        answer.refused("bad-json");
    }
}

#[tokio::test]
async fn a_body_too_large_is_refused_and_a_large_one_is_read() {
    let world = World::new().await;
    let sam = world.sam().await.with("content-type", "application/json");
    let text = |spaces: usize| {
        format!("{}{}", json!({ "body": "x", "conversation_id": world.acme.ana_chat }), " ".repeat(spaces))
    };
    let full = 128 * 1024 - text(0).len();
    sam.send(Method::PUT, &note(&world), text(full)).await.expect(201);
    sam.send(Method::PUT, &note(&world), text(full + 1)).await.expect(413).refused("too-large");
    sam.send(Method::PUT, &note(&world), text(900_000)).await.expect(413);
}

#[tokio::test]
async fn a_body_without_end_is_not_read_beyond_what_is_taken() {
    let world = World::new().await;
    let sam = world.sam().await.with("content-type", "application/json");
    let read = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let counted = read.clone();
    let endless = futures::stream::repeat_with(move || {
        counted.fetch_add(4096, std::sync::atomic::Ordering::Relaxed);
        Ok::<_, Infallible>(Bytes::from_static(&[b' '; 4096]))
    });
    sam.send(Method::PUT, &note(&world), Body::from_stream(endless)).await.expect(413).refused("too-large");
    assert!(read.load(std::sync::atomic::Ordering::Relaxed) <= 128 * 1024 + 2 * 4096);
}

#[tokio::test]
async fn what_was_sent_is_not_repeated() {
    let world = World::new().await;
    let sam = world.sam().await;
    let path = note(&world);
    let secret = "Quetzalcoatl";
    let long = format!("{secret}{}", "x".repeat(100));
    let answers = [
        sam.put(&path, json!({ "body": format!("{secret}\u{0}"), "conversation_id": world.acme.ana_chat })).await,
        sam.put(&path, json!({ "body": secret, "conversation_id": secret })).await,
        sam.put(&path, json!({ "body": secret, "conversation_id": world.acme.ana_chat, long: 1 })).await,
        sam.put(&path, json!(secret)).await,
        sam.get(&format!("/api/v1/conversations?status={secret}")).await,
        sam.get(&format!("/api/v1/conversations?{secret}=1")).await,
        sam.get(&format!("/api/v1/contacts/{secret}")).await,
        sam.get(&format!("/api/{secret}")).await,
        sam.get(&format!("/problems/{secret}")).await,
    ];
    for answer in answers {
        assert!(answer.status >= 400);
        assert!(!answer.text().contains(secret), "{}", answer.text());
        let problem: Problem = answer.read();
        assert_eq!(Some(problem.status), problem.code().map(ProblemCode::status));
    }
}

#[tokio::test]
async fn too_many_and_strange_fields_are_refused_at_once() {
    let world = World::new().await;
    let sam = world.sam().await;
    let many: serde_json::Map<_, _> = (0..8_000).map(|n| (format!("k{n}"), json!(n))).collect();
    let problem = sam.put(&note(&world), json!(many)).await.expect(422).refused("unknown-field");
    assert_eq!(problem["errors"].as_array().unwrap().len(), 20);
    for twice in [
        format!(r#"{{"body":"a","body":"b","conversation_id":"{}"}}"#, world.acme.ana_chat),
        format!(r#"{{"body":"a","conversation_id":"{}","x":[{{"y":1,"y":1}}]}}"#, world.acme.ana_chat),
    ] {
        let answer = sam.with("content-type", "application/json").send(Method::PUT, &note(&world), twice).await;
        assert!(answer.expect(400).refused("bad-json")["detail"].as_str().unwrap().contains("twice"));
    }
    sam.put(&note(&world), json!({ "body": "x", "conversation_id": 1e300 })).await.expect(422);
}

#[tokio::test]
async fn a_refused_control_character_is_named_with_its_place() {
    let world = World::new().await;
    let (sam, ana) = (world.sam().await, world.acme.ana);
    let bell = json!({ "body": "Hello there\u{7}", "conversation_id": world.acme.ana_chat });
    let tab = json!({ "body": "a\r\n\u{b}", "conversation_id": world.acme.ana_chat });
    for (answer, detail) in [
        (sam.put(&note(&world), bell).await, "In /body, character 12 is U+0007 (BELL): it can't be saved."),
        (sam.put(&note(&world), tab).await, "In /body, character 4 is U+000B (VERTICAL TAB): it can't be saved."),
        (
            sam.patch(&paths::contact(ana), json!({ "name": "Ana\nB", "address": "a\u{0}", "phone": "call me" })).await,
            "In /name, character 4 is U+000A (LINE FEED): it can't be saved. \
             In /address, character 2 is U+0000 (NULL): it can't be saved.",
        ),
        (
            sam.put(&paths::contact_tag(ana, "VI\u{c}P"), json!(null)).await,
            "In /tag, character 3 is U+000C (FORM FEED): it can't be saved.",
        ),
    ] {
        let problem: Problem = answer.expect(422).read();
        assert_eq!(problem.detail.as_deref(), Some(detail));
    }
    let blank: Problem =
        sam.put(&note(&world), json!({ "body": " ", "conversation_id": world.acme.ana_chat })).await.read();
    assert_eq!((blank.code(), blank.detail), (Some(ProblemCode::InvalidBody), None));
}

#[tokio::test]
async fn while_something_is_changed_reading_goes_on_and_the_next_change_waits_for_its_turn() {
    let world = World::new().await;
    let sam = world.sam().await;
    let held = world.db().change(world.acme.org).await.unwrap();
    let path = note(&world);
    let added = sam.put(&path, json!({ "body": "x", "conversation_id": world.acme.ana_chat }));
    let read = async {
        sam.get(paths::ME).await.expect(200);
        drop(held);
    };
    let (added, ()) = tokio::join!(biased; added, read);
    added.expect(201);
}

#[tokio::test]
async fn every_code_is_explained_in_words() {
    let world = World::new().await;
    for code in ProblemCode::VARIANTS {
        let answer = world.nobody().get(&format!("/problems/{}", code.into_str())).await.expect(200);
        assert!(answer.text().contains(code.title()));
        assert_eq!(answer.header("content-type"), Some("text/plain; charset=utf-8"));
    }
}
