//! Databases of earlier versions: the migration keeps everything in them, and deletion stays final.

use crate::{
    kit::database::bytes_left,
    kit::earlier::{database, opened, run},
};
use sidenote_server::{
    Config,
    db::Db,
    purge::{Purged, purge},
};
use sqlx::Connection as _;
use std::{collections::HashMap, time::Duration};
use wire::{ContactNote, ConversationNote, NotesPage, Page, paths};

const MARKER: &str = "Xylophon-7351";

/// Texts of many lengths, from a few bytes to several pages.
fn text(n: u32) -> String {
    let size = if n.is_multiple_of(13) { 9_000 } else { n as usize * 7919 % 600 };
    format!("{MARKER} {n} {}", MARKER.repeat(size / MARKER.len()))
}

#[tokio::test]
async fn notes_of_every_earlier_schema_are_read_as_they_were_and_leave_no_byte_when_deleted() {
    for schema in [1, 2] {
        let directory = crate::kit::directory();
        let file = directory.path().join("sidenote.db");
        let (past, mut before) = database(&file, schema).await;
        let (mut on_contact, mut inside) = (HashMap::new(), HashMap::new());
        for n in 0..60 {
            on_contact.insert(past.contact_note(&mut before, 10 + 2 * n, &text(n)).await, text(n));
            inside.insert(past.conversation_note(&mut before, 11 + 2 * n, &text(n)).await, text(n));
        }
        before.close().await.unwrap();
        assert!(bytes_left(&file, MARKER) > 1000, "the scan finds what is there");

        let config = Config { undo_window: Duration::ZERO, ..Config::default() };
        let (db, sam) = opened(&file, config).await;
        let notes: NotesPage<ContactNote> =
            sam.get(&paths::contact_notes(past.ana, None, 100)).await.expect(200).read();
        assert_eq!(notes.items.len(), on_contact.len());
        for note in &notes.items {
            assert_eq!((note.body.as_str(), note.author.name.as_str()), (on_contact[&note.id].as_str(), "Sam"));
        }
        assert!(notes.items.is_sorted_by(|newer, older| newer.seq > older.seq));
        let path = format!("{}?limit=100", paths::conversation_notes(past.chat, None));
        let thread: Page<ConversationNote> = sam.get(&path).await.expect(200).read();
        assert!(thread.items.iter().all(|note| note.body.as_str() == inside[&note.id]));
        assert_eq!(thread.items.len(), inside.len());

        let mut order: Vec<_> = on_contact.keys().copied().zip(inside.keys().copied()).collect();
        order.sort_by_key(|(note, _)| note.0.as_bytes()[15]);
        for some in order.chunks(15) {
            for (note, other) in some {
                sam.delete(&paths::contact_note(past.ana, *note)).await.expect(200);
                sam.delete(&paths::conversation_note(past.chat, *other)).await.expect(200);
            }
            assert_eq!(purge(&db, true).await.unwrap(), Purged::Clean);
        }
        assert_eq!(bytes_left(&file, MARKER), 0, "schema {schema}");
    }
}

#[tokio::test]
async fn a_database_of_a_later_version_is_not_touched_and_the_reason_is_said() {
    let directory = crate::kit::directory();
    let file = directory.path().join("sidenote.db");
    let (_, mut later) = database(&file, i64::MAX).await;
    run(&mut later, "UPDATE _sqlx_migrations SET version = 9000 WHERE version = 2".to_owned()).await;
    later.close().await.unwrap();
    let Err(refused) = Db::open(&file).await else { panic!("it is opened") };
    let said = refused.to_string();
    assert!(said.starts_with("This database belongs to a later version of Sidenote: its schema is 9000"), "{said}");
}

/// Nodes of the version before go on while they are replaced one by one. What is to go, goes in a later release. An index
/// may be replaced: no statement names it.
#[test]
fn a_migration_of_postgres_only_adds() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/postgres");
    let files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    assert!(!files.is_empty());
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap().to_ascii_uppercase().replace("DROP INDEX", "");
        for refused in ["DROP ", "RENAME ", " TYPE ", "SET NOT NULL"] {
            assert!(!text.contains(refused), "{}: {refused}", file.display());
        }
        let added = text.lines().filter(|line| line.contains("ADD COLUMN") && line.contains("NOT NULL"));
        for line in added {
            assert!(line.contains("DEFAULT"), "{}: the version before can't fill {line}", file.display());
        }
    }
}

/// The text must be the last column of its row, behind its padding, or SQLite copies a part of it: see
/// `src/overflow_padding.rs`.
#[tokio::test]
async fn the_tables_of_the_texts_keep_their_columns() {
    let directory = crate::kit::directory();
    let (_, mut now) = database(&directory.path().join("sidenote.db"), i64::MAX).await;
    for sql in [
        "SELECT group_concat(name) FROM pragma_table_info('contact_note_body')",
        "SELECT group_concat(name) FROM pragma_table_info('conversation_note_body')",
    ] {
        let columns: String = sqlx::query_scalar(sql).fetch_one(&mut now).await.unwrap();
        assert_eq!(columns, "org_id,note_id,ballast,body");
    }
    let with_text = "SELECT group_concat(m.name) FROM (SELECT * FROM sqlite_schema WHERE type = 'table' ORDER BY name) m \
        WHERE EXISTS (SELECT 1 FROM pragma_table_info(m.name) c WHERE c.name IN ('body', 'text'))";
    let tables: String = sqlx::query_scalar(with_text).fetch_one(&mut now).await.unwrap();
    assert_eq!(tables, "contact_note_body,conversation_note_body,message", "a new table of texts needs ballast too");
}
