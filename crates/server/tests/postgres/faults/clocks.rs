//! The clocks of nodes are ten minutes apart.

use crate::{
    faults::{
        disk::compile,
        kill::template,
        ledger::{Writer, wrongs},
        runs,
    },
    kit::{
        self,
        process::{PROGRAM, serve_by, sign_in},
    },
};
use chrono::{DateTime, TimeDelta, Utc};
use tokio::process::Command;
use wire::{ContactNoteId, paths};

#[tokio::test]
async fn nodes_whose_clocks_are_ten_minutes_apart_agree_on_every_time() {
    let rounds = runs(10);
    let directory = kit::directory();
    let library = compile(&directory, concat!(env!("CARGO_MANIFEST_DIR"), "/tests/postgres/faults/clock.c")).await;
    let (db, contact, conversation) = template(&directory).await;
    let mut nodes = Vec::new();
    for ahead in ["-600", "0", "600"] {
        let mut command = Command::new(PROGRAM);
        command.env("LD_PRELOAD", &library).env("CLOCK_AHEAD", ahead);
        nodes.push(serve_by(command, &db, &["--undo-window-ms", "60000"]).await);
    }
    // A session that begins at one node is as old at the others.
    let cookie = sign_in(&nodes[2].1).await;
    let mut writers: Vec<_> =
        nodes.iter().map(|(_, address)| Writer::new(address, &cookie, contact, conversation)).collect();
    let mut before = Utc::now() - TimeDelta::milliseconds(100);
    for round in 0..rounds {
        let (at, elsewhere) = (round % 3, (round + 1) % 3);
        let id = ContactNoteId::fresh();
        assert!(writers[at].put(id, &format!("note {round}")).await);
        let newest = paths::contact_notes(contact, None, 1);
        let (_, page) = writers[elsewhere].request("GET", &newest, None).await.unwrap();
        let note = &page["items"][0];
        assert_eq!(note["id"], id.to_string());
        let created: DateTime<Utc> = note["created_at"].as_str().unwrap().parse().unwrap();
        assert!(created >= before && created <= Utc::now() + TimeDelta::seconds(1), "{note}");
        before = created;
        // What is deleted at one node can be restored at another, for as long as anywhere.
        assert!(writers[at].delete(id).await);
        let restored =
            writers[elsewhere].request("POST", &paths::contact_note_restore(contact, id), None).await.unwrap();
        assert_eq!(restored.0, 200, "{}", restored.1);
        writers[at].deleted.remove(&id);
    }
    assert_eq!(wrongs(&writers, true).await, [""; 0]);
    println!(
        "figure: three nodes, their clocks ten minutes apart: {rounds} of {rounds} times in order, all restored in time"
    );
}
