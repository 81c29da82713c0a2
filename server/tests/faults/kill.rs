//! `kill -9` in the middle of writing: what was acknowledged is there, what wasn't is there whole or not at all, and a
//! retry with the same id makes one note of it.

use super::{
    Dice,
    ledger::{Writer, wrongs},
    runs,
};
use crate::kit::{
    patient,
    process::{acme, ask, serve, sign_in},
};
use std::{fs, time::Duration};
use tempfile::TempDir;
use tokio::task::JoinSet;
use wire::{ContactId, ContactNoteId, ConversationId};

const WRITERS: usize = 3;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_killed_server_acknowledged_is_there_and_a_retry_heals_what_it_did_not() {
    let runs = runs(8);
    let directory = TempDir::new().unwrap();
    let (template, contact, conversation) = template(&directory).await;
    let (mut acknowledged, mut unheard, mut deleted) = (0, 0, 0);
    for run in 0..runs {
        let mut dice = Dice(run as u64);
        let db = directory.path().join(format!("{run}.db")).display().to_string();
        fs::copy(&template, &db).unwrap();
        let (mut child, address) = serve(&db, &[]).await;
        let cookie = sign_in(&address).await;
        let mut writing = JoinSet::new();
        for nth in 0..WRITERS {
            let writer = Writer::new(&address, &cookie, contact, conversation);
            writing.spawn(write_until_gone(writer, Dice(run as u64 * 10 + nth as u64 + 1)));
        }
        tokio::time::sleep(Duration::from_millis(20 + dice.below(180))).await;
        child.kill().await.unwrap();
        let mut writers = patient(writing.join_all()).await;

        let (_child, address) = serve(&db, &[]).await;
        for writer in &mut writers {
            writer.address.clone_from(&address);
        }
        let before = wrongs(&writers, false).await;
        assert_eq!(before, [""; 0], "run {run}, before the retry");
        for writer in &mut writers {
            unheard += writer.retry().await;
        }
        assert_eq!(wrongs(&writers, true).await, [""; 0], "run {run}, after the retry");
        acknowledged += writers.iter().map(|writer| writer.acknowledged.len()).sum::<usize>();
        deleted += writers.iter().map(|writer| writer.deleted.len()).sum::<usize>();
        for end in ["", "-wal", "-shm"] {
            let _gone = fs::remove_file(format!("{db}{end}"));
        }
    }
    println!(
        "kill -9: 0 lost, 0 partial, 0 doubled, 0 resurrected in {runs} runs; {acknowledged} notes acknowledged, {deleted} \
         deletions; {unheard} were stored and not heard of, and healed by the retry"
    );
}

/// A database with a contact to write about; runs begin with a copy of it.
async fn template(directory: &TempDir) -> (String, ContactId, ConversationId) {
    let db = acme(directory).await;
    let (mut child, address) = serve(&db, &[]).await;
    let cookie = sign_in(&address).await;
    say_hello(&address).await;
    let reader = Writer::new(&address, &cookie, ContactId::fresh(), ConversationId::fresh());
    let (_, page) = reader.request("GET", "/api/v1/conversations", None).await.unwrap();
    let id = |name: &str| page["items"][0][name].as_str().unwrap().to_owned();
    let found = (id("contact_id").parse().unwrap(), id("id").parse().unwrap());
    // Ended in order, so that all of it is in the one file.
    let pid = child.id().unwrap().to_string();
    tokio::process::Command::new("kill").args(["-TERM", &pid]).status().await.unwrap();
    patient(child.wait()).await.unwrap();
    (db, found.0, found.1)
}

/// A visitor of the web chat says something: a contact and a conversation are there.
pub(super) async fn say_hello(address: &str) {
    let visit = ask(address, &post("/contact/v1/acme/visits", "", "{}")).await;
    let token = visit.split("\"token\":\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let path = format!("/contact/v1/messages/{}", wire::MessageId::fresh());
    let said = ask(address, &post(&path, &token, r#"{"body":"Hello"}"#).replacen("POST", "PUT", 1)).await;
    assert!(said.starts_with("HTTP/1.1 201"), "{said}");
}

fn post(path: &str, token: &str, body: &str) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer {token}\r\ncontent-type: \
         application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// Writes and deletes as fast as the server answers, until it doesn't.
async fn write_until_gone(mut writer: Writer, mut dice: Dice) -> Writer {
    for nth in 0_u32.. {
        let id = ContactNoteId::fresh();
        let text = format!("note {nth} {}", "x".repeat(usize::try_from(dice.below(3000)).unwrap_or(0)));
        if !writer.put(id, &text).await {
            break;
        }
        if dice.below(4) == 0 && !writer.delete(id).await {
            break;
        }
    }
    writer
}
