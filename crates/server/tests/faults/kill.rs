//! A server that ends while it writes, killed or by a signal to stop: everything acknowledged is stored, everything
//! else is stored completely or not at all, and a retry with the same id makes one note. Deleted text leaves the files
//! even so.

use super::{
    Dice,
    ledger::{Writer, wrongs},
    runs,
};
use crate::kit::{
    eventually, patient,
    process::{acme, ask, serve, sign_in, stop},
};
use std::{
    fs,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};
use tempfile::TempDir;
use tokio::task::JoinSet;
use wire::{ContactId, ContactNoteId, ConversationId};

const WRITERS: usize = 3;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_killed_server_acknowledged_is_in_the_file_and_a_retry_heals_the_rest() {
    let runs = runs(8);
    let directory = crate::kit::directory();
    let (template, contact, conversation) = template(&directory).await;
    let (mut acknowledged, mut unheard, mut deleted) = (0, 0, 0);
    for run in 0..runs {
        let mut dice = Dice(run as u64);
        let db = directory.path().join(format!("{run}.db")).display().to_string();
        fs::copy(&template, &db).unwrap();
        let (mut child, address) = serve(&db, &[]).await;
        let cookie = sign_in(&address).await;
        let mut writing = JoinSet::new();
        let written = Arc::new(AtomicU64::new(0));
        for nth in 0..WRITERS {
            let writer = Writer::new(&address, &cookie, contact, conversation);
            let dice = Dice(run as u64 * 10 + nth as u64 + 1);
            writing.spawn(write_until_gone(writer, dice, Arc::clone(&written)));
        }
        let enough = 1 + dice.below(90);
        eventually(async || written.load(Ordering::Relaxed) >= enough).await;
        if run % 4 == 3 {
            stop(&mut child).await;
        } else {
            child.kill().await.unwrap();
        }
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
        "figure: server ended while it wrote (three of four times by kill -9): 0 lost, 0 partial, 0 doubled, 0 resurrected in {runs} runs; {acknowledged} notes acknowledged, {deleted} \
         deletions; {unheard} were stored and not heard of, and healed by the retry"
    );
}

/// A database with a contact to write about; each run starts with a copy of it.
pub(crate) async fn template(directory: &TempDir) -> (String, ContactId, ConversationId) {
    let db = acme(directory).await;
    let (contact, conversation) = begin(&db).await;
    (db, contact, conversation)
}

/// Begins a conversation.
pub(crate) async fn begin(db: &str) -> (ContactId, ConversationId) {
    let (mut child, address) = serve(db, &[]).await;
    let cookie = sign_in(&address).await;
    say_hello(&address).await;
    let reader = Writer::new(&address, &cookie, ContactId::fresh(), ConversationId::fresh());
    let (_, page) = reader.request("GET", "/api/v1/conversations", None).await.unwrap();
    let id = |name: &str| page["items"][0][name].as_str().unwrap().to_owned();
    let found = (id("contact_id").parse().unwrap(), id("id").parse().unwrap());
    // After that the one file holds everything.
    stop(&mut child).await;
    found
}

/// Whether the text is in the database's files.
fn is_in_files(db: &str, text: &str) -> bool {
    ["", "-wal", "-shm"]
        .iter()
        .filter_map(|end| fs::read(format!("{db}{end}")).ok())
        .any(|bytes| bytes.windows(text.len()).any(|window| window == text.as_bytes()))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_deleted_leaves_the_files_though_the_server_is_killed_before_it_gets_to_it() {
    let deletions = runs(50);
    let directory = crate::kit::directory();
    let (db, contact, conversation) = template(&directory).await;
    let marker = "Xylophon-7351";
    // The purge never runs: it runs every ten minutes.
    let (mut child, address) = serve(&db, &["--undo-window-ms", "1", "--purge-ms", "600000"]).await;
    let cookie = sign_in(&address).await;
    let mut writer = Writer::new(&address, &cookie, contact, conversation);
    for nth in 0..deletions {
        let id = ContactNoteId::fresh();
        assert!(writer.put(id, &format!("{marker} {nth} {}", marker.repeat(nth % 40))).await);
        assert!(writer.delete(id).await);
    }
    child.kill().await.unwrap();
    assert!(is_in_files(&db, marker), "the scan finds what is there");
    let (_child, address) = serve(&db, &["--purge-ms", "10"]).await;
    writer.address.clone_from(&address);
    eventually(async || !is_in_files(&db, marker)).await;
    assert_eq!(wrongs(&[writer], true).await, [""; 0]);
    println!("figure: text of {deletions} deleted notes in the files, the server killed before their removal: 0 bytes");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_who_write_at_once_are_each_answered_and_none_is_lost() {
    let directory = crate::kit::directory();
    let (db, contact, conversation) = template(&directory).await;
    let (_child, address) = serve(&db, &[]).await;
    let cookie = sign_in(&address).await;
    let mut writing = JoinSet::new();
    for nth in 0..50 {
        let mut writer = Writer::new(&address, &cookie, contact, conversation);
        writing.spawn(async move {
            for note in 0..4 {
                assert!(writer.put(ContactNoteId::fresh(), &format!("{nth} {note}")).await, "it is taken");
            }
            writer
        });
    }
    let writers = patient(writing.join_all()).await;
    assert_eq!(wrongs(&writers, true).await, [""; 0]);
    println!("figure: 50 writers at once: 0 refused, 0 lost of 200 notes");
}

#[tokio::test]
async fn the_oracle_notices_what_it_is_there_for() {
    let directory = crate::kit::directory();
    let (db, contact, conversation) = template(&directory).await;
    let (_child, address) = serve(&db, &[]).await;
    let cookie = sign_in(&address).await;
    let new = || Writer::new(&address, &cookie, contact, conversation);
    let mut writer = new();
    let [kept, lost] = [ContactNoteId::fresh(), ContactNoteId::fresh()];
    assert!(writer.put(kept, "kept").await);
    assert_eq!(wrongs(&[new()], true).await, [format!("{kept} is there, and nobody sent it")]);
    writer.acknowledged.insert(lost);
    assert_eq!(wrongs(std::slice::from_ref(&writer), true).await, [format!("{lost} was acknowledged, and is lost")]);
    writer.acknowledged.remove(&lost);
    writer.sent.insert(kept, "other".to_owned());
    assert_eq!(wrongs(std::slice::from_ref(&writer), true).await, [format!("{kept} has another text")]);
    writer.sent.insert(kept, "kept".to_owned());
    writer.deleted.insert(kept);
    assert_eq!(wrongs(&[writer], true).await, [format!("{kept} is there, and was deleted")]);
}

/// A visitor of the web chat writes, which makes a contact and a conversation. Returns the visitor's token.
pub(crate) async fn say_hello(address: &str) -> String {
    let visit = ask(address, &post("/contact/v1/acme/visits", "", "{}")).await;
    let token = visit.split("\"token\":\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let path = format!("/contact/v1/messages/{}", wire::MessageId::fresh());
    let said = ask(address, &post(&path, &token, r#"{"body":"Hello"}"#).replacen("POST", "PUT", 1)).await;
    assert!(said.starts_with("HTTP/1.1 201"), "{said}");
    token
}

fn post(path: &str, token: &str, body: &str) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer {token}\r\ncontent-type: \
         application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// Writes and deletes as fast as the server answers, until it is gone.
async fn write_until_gone(mut writer: Writer, mut dice: Dice, written: Arc<AtomicU64>) -> Writer {
    for nth in 0_u32.. {
        let id = ContactNoteId::fresh();
        let text = format!("note {nth} {}", "x".repeat(usize::try_from(dice.below(3000)).unwrap_or(0)));
        if !writer.put(id, &text).await {
            break;
        }
        written.fetch_add(1, Ordering::Relaxed);
        if dice.below(4) == 0 && !writer.delete(id).await {
            break;
        }
    }
    writer
}
