//! Deletion is final: no byte of a deleted note's text stays in the server's files.

use crate::kit::World;
use sidenote_server::{
    Config,
    scrub::{Scrubbed, scrub},
};
use sqlx::{Connection as _, SqliteConnection, sqlite::SqliteConnectOptions};
use std::{fs, path::Path, time::Duration};
use wire::paths;

/// How often the text is in the database file and its companions.
pub(crate) fn bytes_left(file: &Path, marker: &str) -> usize {
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
    assert_eq!(bytes_left_of_deleted(&world().await, async || ()).await, 0);
}

/// Or the test above shows nothing: SQLite copies rows between pages and doesn't overwrite what it leaves behind.
#[tokio::test]
async fn without_ballast_some_bytes_would_be_left() {
    let world = world().await;
    let strip = async || {
        let statements = [
            "UPDATE contact_note_body SET ballast = zeroblob(0)",
            "UPDATE conversation_note_body SET ballast = zeroblob(0)",
            "VACUUM",
        ];
        run_beside(&world, &statements).await;
    };
    assert!(bytes_left_of_deleted(&world, strip).await > 0);
}

/// What a later migration does: the columns of a note's own table may change, whatever is in them.
#[tokio::test]
async fn a_column_added_to_the_tables_of_notes_leaves_no_byte_either() {
    let world = world().await;
    let add = async || {
        let statements = [
            "ALTER TABLE contact_note ADD COLUMN edited_at INTEGER",
            "ALTER TABLE contact_note ADD COLUMN remark TEXT NOT NULL DEFAULT 'none'",
            "ALTER TABLE conversation_note ADD COLUMN edited_at INTEGER",
            "ALTER TABLE conversation_note ADD COLUMN remark TEXT NOT NULL DEFAULT 'none'",
            "UPDATE contact_note SET edited_at = 1, remark = hex(zeroblob(1 + seq * 37 % 2300))",
            "UPDATE conversation_note SET edited_at = 1, remark = hex(zeroblob(1 + seq * 53 % 2300))",
        ];
        run_beside(&world, &statements).await;
    };
    assert_eq!(bytes_left_of_deleted(&world, add).await, 0);
}

/// Runs statements as another process would.
async fn run_beside(world: &World, statements: &[&'static str]) {
    let options = SqliteConnectOptions::new().filename(&world.file).pragma("secure_delete", "ON");
    let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
    for statement in statements {
        sqlx::query(*statement).execute(&mut connection).await.unwrap();
    }
    connection.close().await.unwrap();
}

/// Adds notes among others that stay, and deletes them. Returns how often their text is left. `before`: what is done to the
/// tables before the deletions.
async fn bytes_left_of_deleted(world: &World, before: impl AsyncFn()) -> usize {
    let (sam, acme) = (world.sam().await, &world.acme);
    let marker = "Xylophon-7351";
    // Short ones, many to a page, so that rows are moved when their neighbours go; some of several pages.
    let size = |n: usize| if n.is_multiple_of(97) { 9_000 } else { 20 + n * 7919 % 180 };
    let mut deleted = Vec::new();
    for n in 0..200 {
        let body = format!("{marker} {n} {}", marker.repeat(size(n) / marker.len()));
        let note = sam.add_note(acme.ana, acme.ana_chat, &body).await;
        deleted.push(paths::contact_note(acme.ana, note));
        let note = sam.add_conversation_note(acme.ana_chat, &body).await;
        deleted.push(paths::conversation_note(acme.ana_chat, note));
        if n % 2 == 0 {
            sam.add_note(acme.ana, acme.ana_chat, &"stays ".repeat(1 + n * 31 % 60)).await;
        }
    }
    before().await;
    assert!(bytes_left(&world.file, marker) > 1000, "the scan finds what is there");
    for some in deleted.chunks(50) {
        for note in some {
            sam.delete(note).await.expect(200);
        }
        assert_eq!(scrub(world.db(), false).await.unwrap(), Scrubbed::Clean);
    }
    assert_eq!(world.count("SELECT COUNT(*) FROM contact_note").await, 100);
    assert_eq!(world.count("SELECT COUNT(*) FROM contact_note_body").await, 100);
    assert_eq!(world.count("SELECT COUNT(*) FROM conversation_note_body").await, 0);
    assert_eq!(world.count("SELECT COUNT(*) FROM contact_note_tombstone").await, 200);
    bytes_left(&world.file, marker)
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
