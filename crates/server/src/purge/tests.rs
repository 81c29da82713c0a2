//! No byte of a deleted text is left, however SQLite moves rows: the same steps over several tables.

use super::*;
use crate::{
    agents::{self, NewAgent},
    change::Change,
    contact_notes, contacts,
    conversation::{self, NewConversation},
    conversation_notes, orgs,
};
use sqlx::{Connection as _, SqliteConnection, sqlite::SqliteConnectOptions};
use std::{fs, path::PathBuf};
use tempfile::TempDir;
use wire::{
    AgentId, ContactId, ContactNoteId, ContactPatch, ConversationId, ConversationNoteId, NoteBody, OrgId, Role, Status,
};

const MARKER: &str = "Xylophon-7351";
const NOTES: usize = 300;

struct Scene {
    db: Db,
    org: OrgId,
    author: AgentId,
    contact: ContactId,
    conversation: ConversationId,
    file: PathBuf,
    _directory: TempDir,
}

impl Scene {
    async fn new() -> Self {
        let directory = TempDir::new().unwrap();
        let file = directory.path().join("sidenote.db");
        let db = Db::open(&file).await.unwrap();
        let org = orgs::add(&db, "acme", "Acme").await.unwrap();
        let channel = orgs::channels(&mut db.read().await.unwrap(), org).await.unwrap()[0].id;
        let (author, contact, conversation) = (AgentId::fresh(), ContactId::fresh(), ConversationId::fresh());
        let mut change = db.change(org).await.unwrap();
        let sam = NewAgent {
            id: author,
            email: "sam@acme.test".to_owned(),
            name: "Sam".to_owned(),
            role: Role::Agent,
            password_hash: "none".to_owned(),
        };
        agents::add(&mut change, &sam).await.unwrap();
        let ana = ContactPatch { name: Some("Ana".to_owned()), ..ContactPatch::default() };
        contacts::add(&mut change, contact, ana, &[]).await.unwrap();
        let new = NewConversation {
            id: conversation,
            contact,
            channel,
            thread_key: None,
            status: Status::Open,
            assignee: None,
            at: change.at(),
        };
        conversation::start(&mut change, &new, None).await.unwrap();
        change.commit().await.unwrap();
        Self { db, org, author, contact, conversation, file, _directory: directory }
    }

    async fn add(&self, change: &mut Change, text: &str) {
        let (conversation, author, body) = (self.conversation, self.author, NoteBody::parse(text).unwrap());
        let id = ConversationNoteId::fresh();
        let row = conversation_notes::NewRow { id, conversation, author, body: body.clone() };
        conversation_notes::store(change, &row).await.unwrap();
        let row =
            contact_notes::NewRow { id: ContactNoteId::fresh(), contact: self.contact, conversation, author, body };
        contact_notes::store(change, &row).await.unwrap();
    }

    /// Adds notes, some of which stay: short ones, many to a page, so that rows are moved when their neighbours are
    /// deleted, and some of several pages.
    async fn fill(&self) {
        let size = |n: usize| if n.is_multiple_of(97) { 9_000 } else { 20 + n * 7919 % 180 };
        let mut change = self.db.change(self.org).await.unwrap();
        for n in 0..NOTES {
            self.add(&mut change, &format!("{MARKER} {n} {}", MARKER.repeat(size(n) / MARKER.len()))).await;
            if n % 2 == 0 {
                self.add(&mut change, &"stays ".repeat(1 + n * 31 % 60)).await;
            }
        }
        change.commit().await.unwrap();
    }

    /// Deletes the notes that don't stay, oldest first and in batches, and purges them.
    async fn delete(&self) {
        for _ in 0..6 {
            let mut change = self.db.change(self.org).await.unwrap();
            for statement in [
                "INSERT INTO contact_note_tombstone (org_id, id, contact_id, deleted_by, restorable_until, rev) \
                 SELECT n.org_id, n.id, n.contact_id, n.author_id, 0, n.rev FROM contact_note n \
                 JOIN contact_note_body b ON b.org_id = n.org_id AND b.note_id = n.id \
                 WHERE b.body LIKE 'Xylophon%' ORDER BY n.seq LIMIT 50",
                "UPDATE contact_note SET deleted_at = 0 WHERE id IN (SELECT id FROM contact_note_tombstone)",
                "INSERT INTO conversation_note_tombstone (org_id, id, conversation_id, deleted_by, restorable_until, rev) \
                 SELECT n.org_id, n.id, n.conversation_id, n.author_id, 0, n.rev FROM conversation_note n \
                 JOIN conversation_note_body b ON b.org_id = n.org_id AND b.note_id = n.id \
                 WHERE b.body LIKE 'Xylophon%' ORDER BY n.seq LIMIT 50",
                "UPDATE conversation_note SET deleted_at = 0 WHERE id IN (SELECT id FROM conversation_note_tombstone)",
            ] {
                sql(statement).execute(change.tx()).await.unwrap();
            }
            change.commit().await.unwrap();
            assert_eq!(purge(&self.db, false).await.unwrap(), Purged::Clean);
        }
        for table in ["SELECT COUNT(*) FROM contact_note_body", "SELECT COUNT(*) FROM conversation_note_body"] {
            let left: i64 = sqlx::query_scalar(table).fetch_one(self.db.sqlite().unwrap().writer()).await.unwrap();
            assert_eq!(usize::try_from(left), Ok(NOTES / 2), "those that stay");
        }
    }

    /// Runs statements in another connection, as another process would.
    async fn run(&self, statements: &[&'static str]) {
        let options = SqliteConnectOptions::new().filename(&self.file).pragma("secure_delete", "ON");
        let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
        for statement in statements {
            sqlx::query(*statement).execute(&mut connection).await.unwrap();
        }
        connection.close().await.unwrap();
    }

    /// How often the text is in the database file and its side files.
    fn left(&self) -> usize {
        let files =
            ["", "-wal", "-shm"].map(|end| fs::read(format!("{}{end}", self.file.display())).unwrap_or_default());
        let count = |bytes: &Vec<u8>| bytes.windows(MARKER.len()).filter(|at| *at == MARKER.as_bytes()).count();
        files.iter().map(count).sum()
    }
}

#[tokio::test]
async fn no_byte_of_a_deleted_note_is_left() {
    let scene = Scene::new().await;
    scene.fill().await;
    assert!(scene.left() > 1000, "the scan finds what is there");
    scene.delete().await;
    assert_eq!(scene.left(), 0);
}

/// The control of the test above: SQLite copies rows between pages and doesn't overwrite the old copy.
#[tokio::test]
async fn without_padding_some_bytes_would_be_left() {
    let scene = Scene::new().await;
    scene.fill().await;
    let strip = [
        "UPDATE contact_note_body SET ballast = zeroblob(0)",
        "UPDATE conversation_note_body SET ballast = zeroblob(0)",
        "VACUUM",
    ];
    scene.run(&strip).await;
    scene.delete().await;
    assert!(scene.left() > 0);
}

/// A later migration may change the columns of a note's own table, whatever is in them.
#[tokio::test]
async fn a_column_added_to_the_tables_of_notes_leaves_no_byte_either() {
    let scene = Scene::new().await;
    scene.fill().await;
    let alter = [
        "ALTER TABLE contact_note ADD COLUMN edited_at INTEGER",
        "ALTER TABLE contact_note ADD COLUMN remark TEXT NOT NULL DEFAULT 'none'",
        "ALTER TABLE conversation_note ADD COLUMN edited_at INTEGER",
        "ALTER TABLE conversation_note ADD COLUMN remark TEXT NOT NULL DEFAULT 'none'",
        "UPDATE contact_note SET edited_at = 1, remark = hex(zeroblob(1 + seq * 37 % 2300))",
        "UPDATE conversation_note SET edited_at = 1, remark = hex(zeroblob(1 + seq * 53 % 2300))",
    ];
    scene.run(&alter).await;
    scene.delete().await;
    assert_eq!(scene.left(), 0);
}
