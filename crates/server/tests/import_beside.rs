//! An import beside a running server: agents write and deleted text goes from the files while it runs.

use crate::{
    kit::database::bytes_left,
    kit::{World, directory, process::succeed},
};
use futures::future::{Either, join_all, select};
use sidenote_server::{
    Config,
    purge::{Purged, purge},
};
use std::{cell::Cell, fmt::Write as _, pin::pin, time::Duration};
use wire::paths;

/// Letters of a few senders, each with references of its own.
fn letters(count: usize, references: usize, text: usize) -> String {
    let mut archive = String::new();
    for n in 0..count {
        let ids: String = (0..references).map(|id| format!(" <{n}.{id}@list.x.example>\n")).collect();
        let (sender, text) = (n % 7, "x".repeat(text));
        let head =
            format!("From - \nFrom: s{sender}@x.example\nMessage-ID: <{n}@x.example>\nReferences: <0@x.example>\n");
        write!(archive, "{head}{ids}\n{text}\n\n").unwrap();
    }
    archive
}

/// Imports in a process of its own.
async fn bring_in(world: &World, archive: String) {
    let directory = directory();
    let file = directory.path().join("archive.mbox");
    std::fs::write(&file, archive).unwrap();
    succeed(&["import", "--org", "acme", "--db", &world.place.address(), &file.display().to_string()]).await;
}

#[tokio::test]
async fn a_change_of_an_import_is_small_and_a_pause_comes_after_it() {
    let world = World::new().await;
    bring_in(&world, letters(450, 0, 10) + &letters(30, 1, 200_000).replace("@x", "@y")).await;
    // What was written in one change has one time.
    let changes = "FROM (SELECT COUNT(*) AS letters, SUM(LENGTH(m.body)) AS bytes, MAX(LENGTH(m.body)) AS longest, \
        e.at - LAG(e.at) OVER (ORDER BY e.at) AS since FROM event e JOIN message m ON m.id = e.subject_id \
        WHERE e.kind = 'message-added' AND m.source_key IS NOT NULL GROUP BY e.at) AS written";
    // 200 and 200 letters, 50 with six long ones, and four times six long ones; more on a slow machine.
    assert!(world.count(format!("SELECT COUNT(*) {changes}").leak()).await >= 7);
    assert!(world.count(format!("SELECT MAX(letters) {changes}").leak()).await <= 200);
    assert!(world.count(format!("SELECT MAX(bytes - longest) {changes}").leak()).await <= 1024 * 1024);
    // A writer of another process looks for its turn every 100 ms: a shorter pause can be missed.
    assert!(world.count(format!("SELECT MIN(since) {changes}").leak()).await > 100);
}

#[tokio::test]
async fn no_agents_note_is_refused_while_an_import_runs() {
    let world = World::new().await;
    let (sam, acme) = (world.sam().await, &world.acme);
    let is_over = Cell::new(false);
    let import = async {
        bring_in(&world, letters(400, 400, 100)).await;
        is_over.set(true);
    };
    let agent = async |_: usize| {
        let mut written = 0;
        while !is_over.get() {
            sam.add_note(acme.ana, acme.ana_chat, "meanwhile").await;
            sam.get(&paths::contact_notes(acme.ana, None, 20)).await.expect(200);
            written += 1;
        }
        written
    };
    let (written, ()) = futures::join!(join_all((0..3).map(agent)), import);
    assert!(written.iter().all(|written: &usize| *written > 0), "{written:?}");
    assert_eq!(world.count("SELECT COUNT(*) FROM message WHERE source_key IS NOT NULL").await, 400);
}

#[tokio::test]
async fn deleted_text_goes_from_the_files_while_an_import_runs() {
    let world = World::with(Config { undo_window: Duration::ZERO, ..Config::default() }).await;
    let (sam, acme) = (world.sam().await, &world.acme);
    let marker = "Xylophon-7351";
    let purged = async {
        while world.count("SELECT COUNT(*) FROM message WHERE source_key IS NOT NULL").await == 0 {
            tokio::task::yield_now().await;
        }
        let note = sam.add_note(acme.ana, acme.ana_chat, marker).await;
        sam.delete(&paths::contact_note(acme.ana, note)).await.expect(200);
        while purge(world.db(), true).await.unwrap() == Purged::HeldBack {}
        assert_eq!(bytes_left(&world.file, marker), 0);
    };
    let (purged, import) = (pin!(purged), pin!(bring_in(&world, letters(2500, 20, 10))));
    let first = select(purged, import).await;
    assert!(matches!(first, Either::Left(_)), "the import was over before the text was gone");
}
