//! Deletion is final: no byte of a deleted note's text stays in the server's files.

use crate::kit::World;
use sidenote_server::{
    Config,
    scrub::{Scrubbed, scrub},
};
use std::{fs, path::Path, time::Duration};
use wire::paths;

/// How often the text is in the database file and its companions.
fn bytes_left(file: &Path, marker: &str) -> usize {
    ["", "-wal", "-shm"]
        .iter()
        .filter_map(|end| fs::read(format!("{}{end}", file.display())).ok())
        .map(|bytes| bytes.windows(marker.len()).filter(|window| *window == marker.as_bytes()).count())
        .sum()
}

async fn world() -> World {
    World::with(Config { undo_window: Duration::ZERO, ..Config::default() }).await
}

#[tokio::test]
async fn after_the_window_no_byte_of_a_note_is_left_in_the_files() {
    let world = world().await;
    let (sam, acme) = (world.sam().await, &world.acme);
    let marker = "Xylophon-7351";
    // From a few bytes to ten overflow pages, between notes that stay, so that rows are moved between pages.
    let size = |n: usize| if n.is_multiple_of(29) { 9_000 } else { n * 7919 % 600 };
    let mut deleted = Vec::new();
    for n in 0..250 {
        let body = format!("{marker} {n} {}", marker.repeat(size(n) / marker.len()));
        let note = sam.add_note(acme.ana, acme.ana_chat, &body).await;
        deleted.push(paths::contact_note(acme.ana, note));
        let note = sam.add_conversation_note(acme.ana_chat, &body).await;
        deleted.push(paths::conversation_note(acme.ana_chat, note));
        sam.add_note(acme.ana, acme.ana_chat, &"stays ".repeat(1 + size(n + 1) / 12)).await;
    }
    assert!(bytes_left(&world.file, marker) > 1000, "the scan finds what is there");
    let mut order: Vec<_> = (0..deleted.len()).collect();
    order.sort_by_key(|n| n * 7919 % 1009);
    for some in order.chunks(50) {
        for n in some {
            sam.delete(&deleted[*n]).await.expect(200);
        }
        sam.add_note(acme.ana, acme.ana_chat, "stays").await;
        assert_eq!(scrub(world.db(), false).await.unwrap(), Scrubbed::Clean);
    }
    assert_eq!(bytes_left(&world.file, marker), 0);
    assert_eq!(world.count("SELECT COUNT(*) FROM contact_note").await, 260);
    assert_eq!(world.count("SELECT COUNT(*) FROM contact_note_tombstone").await, 250);
}

#[tokio::test]
async fn a_note_in_its_undo_window_is_not_removed() {
    let world = World::new().await;
    let (sam, acme) = (world.sam().await, &world.acme);
    let id = sam.add_note(acme.ana, acme.ana_chat, "not yet").await;
    sam.delete(&paths::contact_note(acme.ana, id)).await.expect(200);
    assert_eq!(scrub(world.db(), true).await.unwrap(), Scrubbed::Clean);
    sam.post(&paths::contact_note_restore(acme.ana, id), None).await.expect(200);
    scrub(world.db(), true).await.unwrap();
    assert_eq!(world.count("SELECT COUNT(*) FROM contact_note").await, 1);
}

#[tokio::test]
async fn an_open_reader_puts_the_removal_off_and_nothing_else() {
    let world = world().await;
    let (sam, acme) = (world.sam().await, &world.acme);
    let marker = "Bandoneon-9173";
    let id = sam.add_note(acme.ana, acme.ana_chat, marker).await;
    let mut reading = world.db().read().await.unwrap();
    let _: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM contact_note").fetch_one(&mut *reading).await.unwrap();
    sam.delete(&paths::contact_note(acme.ana, id)).await.expect(200);

    assert_eq!(scrub(world.db(), false).await.unwrap(), Scrubbed::HeldBack);
    assert!(bytes_left(&world.file, marker) > 0);
    sam.add_note(acme.ana, acme.ana_chat, "meanwhile").await;
    assert_eq!(scrub(world.db(), true).await.unwrap(), Scrubbed::HeldBack);
    drop(reading);
    crate::kit::eventually(async || scrub(world.db(), true).await.unwrap() == Scrubbed::Clean).await;
    assert_eq!(bytes_left(&world.file, marker), 0);
}
