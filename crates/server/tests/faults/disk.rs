//! A disk that fails: it can't sync, or it is full. `disk.c` simulates it, between the server and the C library.

use super::{
    kill::template,
    ledger::{Writer, wrongs},
    runs,
};
use crate::kit::{
    eventually, patient,
    process::{PROGRAM, serve, serve_by, sign_in},
};
use std::{fs, os::unix::process::ExitStatusExt as _, path::PathBuf};
use tempfile::TempDir;
use tokio::process::{Child, Command};
use wire::{ContactNoteId, paths};

const SIGABRT: i32 = 6;

pub(crate) struct Disk {
    pub(crate) library: PathBuf,
    /// Holds the number of the sync that fails.
    sync: PathBuf,
    pub(crate) full: PathBuf,
}

/// Compiles a library that is loaded before the C library.
pub(crate) async fn compile(directory: &TempDir, source: &str) -> PathBuf {
    let library = directory.path().join("before.so");
    let mut compiler = Command::new("cc");
    compiler.args(["-shared", "-fPIC", "-O1", "-o"]).arg(&library).arg(source).arg("-ldl");
    let said = compiler.output().await.expect("a C compiler (cc) is here");
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    library
}

impl Disk {
    pub(crate) async fn new(directory: &TempDir) -> Self {
        let library = compile(directory, concat!(env!("CARGO_MANIFEST_DIR"), "/tests/faults/disk.c")).await;
        Self { library, sync: directory.path().join("sync"), full: directory.path().join("full") }
    }

    pub(crate) fn fill(&self) {
        fs::write(&self.full, "").unwrap();
    }

    pub(crate) fn empty(&self) {
        fs::remove_file(&self.full).unwrap();
    }

    /// A server whose files are on this disk.
    async fn serve(&self, db: &str) -> (Child, String) {
        let mut command = Command::new(PROGRAM);
        command.env("LD_PRELOAD", &self.library).env("DISK_SYNC", &self.sync).env("DISK_FULL", &self.full);
        serve_by(command, db, &["--purge-ms", "20"]).await
    }
}

#[tokio::test]
async fn when_a_write_through_fails_the_server_stops_and_nothing_acknowledged_is_lost() {
    // This is enough: the first checkpoints are among the first two hundred syncs.
    let runs = runs(10).min(200);
    let directory = crate::kit::directory();
    let disk = Disk::new(&directory).await;
    let (template, contact, conversation) = template(&directory).await;
    let (mut stopped, mut acknowledged, mut unheard) = (0, 0, 0);
    for nth in 1..=runs {
        let db = directory.path().join(format!("{nth}.db")).display().to_string();
        fs::copy(&template, &db).unwrap();
        let (mut child, address) = disk.serve(&db).await;
        let mut writer = Writer::new(&address, &sign_in(&address).await, contact, conversation);
        fs::write(&disk.sync, nth.to_string()).unwrap();
        let mut is_there = true;
        for note in 0.. {
            if !disk.sync.exists() {
                break;
            }
            is_there = writer.put(ContactNoteId::fresh(), &format!("note {note}")).await;
            if note % 3 == 2 && is_there {
                let id = *writer.acknowledged.iter().next_back().unwrap();
                is_there = writer.delete(id).await;
            }
        }
        if is_there {
            // No commit waited for this sync: the log holds what it was to write into the file.
            child.kill().await.unwrap();
        } else {
            assert_eq!(patient(child.wait()).await.unwrap().signal(), Some(SIGABRT), "write through {nth}");
            stopped += 1;
        }
        let (_child, address) = serve(&db, &[]).await;
        writer.address = address;
        acknowledged += writer.acknowledged.len();
        assert_eq!(wrongs(std::slice::from_ref(&writer), false).await, [""; 0], "write through {nth}");
        unheard += writer.retry().await;
        assert_eq!(wrongs(&[writer], true).await, [""; 0], "write through {nth}, after the retry");
        for end in ["", "-wal", "-shm"] {
            let _gone = fs::remove_file(format!("{db}{end}"));
        }
    }
    assert!(stopped > 0, "there are writes through that a commit waits for");
    println!(
        "figure: the disk can't write through, the 1st to the {runs}th time: 0 lost, 0 doubled of {acknowledged} notes \
         acknowledged; the server stopped itself in {stopped} runs, in the others it was no commit's; {unheard} notes were \
         stored and not heard of, and healed by the retry"
    );
}

#[tokio::test]
async fn a_disk_without_room_refuses_what_is_new_loses_nothing_and_takes_it_when_there_is_room_again() {
    let rounds = runs(10);
    let directory = crate::kit::directory();
    let disk = Disk::new(&directory).await;
    let (db, contact, conversation) = template(&directory).await;
    let (_child, address) = disk.serve(&db).await;
    let mut writer = Writer::new(&address, &sign_in(&address).await, contact, conversation);
    let mut refused = 0;
    for round in 0..rounds {
        assert!(writer.put(ContactNoteId::fresh(), &format!("with room {round}")).await);
        disk.fill();
        let (id, text) = (ContactNoteId::fresh(), format!("without room {round}"));
        let body = serde_json::json!({ "body": text, "conversation_id": conversation });
        let (status, problem) =
            writer.request("PUT", &paths::contact_note(contact, id), Some(&body)).await.expect("it answers");
        assert_eq!((status, problem["type"].as_str()), (503, Some("/problems/storage-full")), "round {round}");
        assert!(!writer.put(id, &text).await);
        refused += 2;
        let (status, _) = writer.request("GET", &paths::contact_notes(contact, None, 1), None).await.unwrap();
        assert_eq!(status, 200, "what is there can be read");
        disk.empty();
        assert!(writer.put(id, &text).await, "there is room again");
    }
    assert_eq!(wrongs(&[writer], true).await, [""; 0]);
    println!(
        "figure: no room on the disk, {rounds} times: 0 lost, 0 doubled, {refused} of {refused} answered 503; taken at once when there is room again"
    );
}

#[tokio::test]
async fn the_disk_that_fails_does_fail() {
    let directory = crate::kit::directory();
    let disk = Disk::new(&directory).await;
    let (db, _, _) = template(&directory).await;
    let (mut child, _) = disk.serve(&db).await;
    assert!(child.try_wait().unwrap().is_none());
    let maps = format!("/proc/{}/maps", child.id().unwrap());
    eventually(async || fs::read_to_string(&maps).unwrap().contains("before.so")).await;
}
