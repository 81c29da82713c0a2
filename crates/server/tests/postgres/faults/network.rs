//! A node is cut off from Postgres: nothing comes through any more, and no connection is closed.

use super::{
    Scene,
    server::{heard_until, open},
};
use crate::{
    faults::{
        kill::begin,
        ledger::{Writer, wrongs},
        proxy::Proxy,
    },
    kit::{
        eventually,
        own_postgres::OwnPostgres,
        patient,
        process::{add_acme, ask, serve},
    },
};
use wire::{ContactNoteId, paths};

async fn is_ready(address: &str) -> bool {
    let request = "GET /readyz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    ask(address, request).await.starts_with("HTTP/1.1 200")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_is_cut_off_says_so_holds_nobody_up_and_goes_on_afterwards() {
    let postgres = OwnPostgres::start(&[], &[]).await;
    let address = postgres.address();
    add_acme(&address).await;
    let (contact, conversation) = begin(&address).await;
    let mut scene = Scene::start(address, contact, conversation).await;
    // A fourth node, whose network breaks.
    let proxy = Proxy::before(&postgres.at()).await;
    let (_node, cut_off) = serve(&format!("postgres://sidenote@{}/postgres", proxy.address), &[]).await;
    let cookie = scene.writers[0].cookie.clone();
    let mut stream = open(&cut_off, paths::EVENTS, &format!("cookie: {cookie}\r\n")).await;
    heard_until(&mut stream, &["event: hello"]).await;

    let mut theirs = Writer::new(&cut_off, &cookie, contact, conversation);
    assert_eq!(theirs.request("GET", paths::ME, None).await.unwrap().0, 200);
    proxy.be_silent(true);
    let (id, text) = (ContactNoteId::fresh(), "while it is cut off");
    let body = serde_json::json!({ "body": text, "conversation_id": conversation });
    let answer = patient(theirs.request("PUT", &paths::contact_note(contact, id), Some(&body))).await;
    assert_eq!(answer.expect("it is answered").0, 503);
    assert!(!is_ready(&cut_off).await);
    // The others go on.
    scene.write_during(async |_, writing| writing.goes_on_for(60).await).await;

    proxy.be_silent(false);
    eventually(async || is_ready(&cut_off).await).await;
    eventually(async || theirs.put(id, text).await).await;
    assert!(scene.writers[0].put(ContactNoteId::fresh(), "heard afterwards").await);
    heard_until(&mut stream, &["heard afterwards"]).await;
    scene.writers.push(theirs);
    assert_eq!(wrongs(&scene.writers, true).await, [""; 0]);
    println!("figure: a node cut off from Postgres until its requests were answered 503: {}", scene.figure());
}
