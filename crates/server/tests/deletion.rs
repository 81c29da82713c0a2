//! Deletion is final: no byte of a deleted note's text stays in the server's files.

use crate::kit::{World, marker};
use sidenote_server::{
    Config,
    purge::{Purged, purge},
    sql::sql,
};
use std::time::Duration;
use wire::paths;

async fn world() -> World {
    World::with(Config { undo_window: Duration::ZERO, ..Config::default() }).await
}

#[tokio::test]
async fn after_the_window_no_byte_of_a_note_is_left_in_the_files() {
    let world = world().await;
    let (sam, acme) = (world.sam().await, &world.acme);
    let marker = marker("Xylo");
    let mut deleted = Vec::new();
    // From a few bytes to several pages.
    for n in [0, 1, 10, 40, 100, 250, 300, 310, 320, 600, 700] {
        let body = format!("{marker} {}", marker.repeat(n));
        let note = sam.add_note(acme.ana, acme.ana_chat, &body).await;
        deleted.push(paths::contact_note(acme.ana, note));
        let note = sam.add_conversation_note(acme.ana_chat, &body).await;
        deleted.push(paths::conversation_note(acme.ana_chat, note));
        sam.add_note(acme.ana, acme.ana_chat, "stays").await;
    }
    assert!(world.place.bytes_left(marker).await > 1000, "the scan finds what is there");
    for note in &deleted {
        sam.delete(note).await.expect(200);
    }
    world.is_purged().await;
    assert_eq!(world.place.bytes_left(marker).await, 0);
    let counts = [
        "SELECT COUNT(*) FROM contact_note",
        "SELECT COUNT(*) FROM contact_note_body",
        "SELECT COUNT(*) FROM contact_note_tombstone",
        "SELECT COUNT(*) FROM conversation_note",
        "SELECT COUNT(*) FROM conversation_note_body",
        "SELECT COUNT(*) FROM conversation_note_tombstone",
    ];
    for (count, expected) in counts.into_iter().zip([11, 11, 11, 0, 0, 11]) {
        assert_eq!(world.count(count).await, expected, "{count}");
    }
}

#[tokio::test]
async fn a_note_in_its_undo_window_is_not_removed() {
    let world = World::new().await;
    let (sam, acme) = (world.sam().await, &world.acme);
    let id = sam.add_note(acme.ana, acme.ana_chat, "not yet").await;
    sam.delete(&paths::contact_note(acme.ana, id)).await.expect(200);
    assert_eq!(purge(world.db(), true).await.unwrap(), Purged::Clean);
    sam.post(&paths::contact_note_restore(acme.ana, id), None).await.expect(200);
    purge(world.db(), true).await.unwrap();
    assert_eq!(world.count("SELECT COUNT(*) FROM contact_note").await, 1);
}

#[tokio::test]
async fn an_open_reader_puts_the_removal_off_and_nothing_else() {
    let world = world().await;
    let (sam, acme) = (world.sam().await, &world.acme);
    let marker = marker("Band");
    let id = sam.add_note(acme.ana, acme.ana_chat, marker).await;
    let mut reading = world.db().read().await.unwrap();
    let _: i64 = sql("SELECT COUNT(*) FROM contact_note").fetch_value(&mut reading).await.unwrap();
    sam.delete(&paths::contact_note(acme.ana, id)).await.expect(200);

    assert_eq!(purge(world.db(), false).await.unwrap(), Purged::HeldBack);
    assert!(world.place.bytes_left(marker).await > 0);
    sam.add_note(acme.ana, acme.ana_chat, "meanwhile").await;
    assert_eq!(purge(world.db(), true).await.unwrap(), Purged::HeldBack);
    drop(reading);
    world.is_purged().await;
    assert_eq!(world.place.bytes_left(marker).await, 0);
}
