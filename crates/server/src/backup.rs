//! Backups: a copy of the database taken beside a running server, and how it is restored.
//!
//! A backup is older than some deletions, and deletion is final. So a restore replays the deletions since the backup.
//! It reads them from the tombstones of the database that is replaced, or from a list of them that was kept elsewhere;
//! neither ever holds a text. Sign-outs, removed agents and changed passwords are replayed too, as far as the database
//! that is replaced can be read. The restored database gets a new epoch, so that every client drops what it has loaded.

mod erasures;
mod restore;

pub use restore::{Ledger, Restored, replay, restore};
pub(crate) use restore::{check_unused, remove};

use crate::{
    db::Db,
    engine::sqlite::create_private,
    error::{Error, Result},
    sql::sql,
};
use restore::{Copy, beside};
use sqlx::{
    Connection as _, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode},
};
use std::{io::ErrorKind, path::Path};

/// The statements for one kind of note. The kinds have tables of the same form.
struct Kind {
    /// The kind's word in the list of deletions.
    word: &'static str,
    ledger: &'static str,
    delete: &'static str,
    /// Deletes the notes that are only kept for an undo.
    forget: &'static str,
    bring_back: &'static str,
    delete_restored_tombstones: &'static str,
    replay: &'static str,
    replay_line: &'static str,
}

macro_rules! kind {
    ($word:literal, $table:literal, $parent:literal) => {
        Kind {
            word: $word,
            ledger: concat!(
                "SELECT org_id, id, ",
                $parent,
                " AS parent, deleted_by FROM ",
                $table,
                "_tombstone ORDER BY org_id, id"
            ),
            delete: concat!(
                "DELETE FROM ",
                $table,
                " WHERE EXISTS (SELECT 1 FROM ",
                $table,
                "_tombstone t ",
                "WHERE t.org_id = ",
                $table,
                ".org_id AND t.id = ",
                $table,
                ".id)"
            ),
            forget: concat!("DELETE FROM ", $table, " WHERE deleted_at IS NOT NULL"),
            bring_back: concat!(
                "UPDATE ",
                $table,
                " SET deleted_at = NULL WHERE deleted_at IS NOT NULL AND EXISTS ",
                "(SELECT 1 FROM old.",
                $table,
                " o WHERE o.org_id = ",
                $table,
                ".org_id AND o.id = ",
                $table,
                ".id ",
                "AND o.deleted_at IS NULL)"
            ),
            delete_restored_tombstones: concat!(
                "DELETE FROM ",
                $table,
                "_tombstone WHERE EXISTS (SELECT 1 FROM ",
                $table,
                " n ",
                "WHERE n.org_id = ",
                $table,
                "_tombstone.org_id AND n.id = ",
                $table,
                "_tombstone.id ",
                "AND n.deleted_at IS NULL)"
            ),
            replay: concat!(
                "INSERT INTO ",
                $table,
                "_tombstone (org_id, id, ",
                $parent,
                ", deleted_by, restorable_until, rev) SELECT t.org_id, t.id, t.",
                $parent,
                ", t.deleted_by, t.restorable_until, t.rev FROM old.",
                $table,
                "_tombstone t WHERE EXISTS (SELECT 1 FROM org WHERE org.id = t.org_id) ON CONFLICT DO NOTHING"
            ),
            replay_line: concat!(
                "INSERT INTO ",
                $table,
                "_tombstone (org_id, id, ",
                $parent,
                ", deleted_by, restorable_until, rev) ",
                "SELECT id, $1, $2, $3, $4, seq FROM org WHERE id = $5 ON CONFLICT DO NOTHING"
            ),
        }
    };
}

const KINDS: [Kind; 2] = [
    kind!("contact-note", "contact_note", "contact_id"),
    kind!("conversation-note", "conversation_note", "conversation_id"),
];

/// Writes a copy of the database, as it is now, into a new file that only its owner can read. It holds no text of a note
/// that is deleted, so a deletion that is undone after the backup is final in it.
///
/// # Errors
/// When there is anything at this path already, there is no such database, or there is no space.
pub async fn backup(file: &Path, to: &Path) -> Result<()> {
    let db = Db::open_existing(file).await?;
    if create_private(to).is_err_and(|error| error.kind() == ErrorKind::AlreadyExists) {
        return Err(Error::Setup(format!("{} is there already; a backup is a new file.", to.display())));
    }
    let made = copy_into(&db, to).await;
    db.close().await;
    if made.is_err() {
        let _gone = std::fs::remove_file(to);
    }
    made
}

/// Replaces the empty file by the copy once it is complete.
async fn copy_into(db: &Db, to: &Path) -> Result<()> {
    let copy = Copy(beside(to, "making"));
    create_private(&copy.0)?;
    sqlx::query("VACUUM INTO ?").bind(path(&copy.0)?).execute(db.sqlite()?.writer()).await?;
    forget_deleted_texts(&copy.0).await?;
    Ok(std::fs::rename(&copy.0, to)?)
}

/// Removes the notes of a copy that are deleted, also those inside their undo window, and every byte of their texts.
async fn forget_deleted_texts(copy: &Path) -> Result<()> {
    let options = SqliteConnectOptions::new().filename(copy).foreign_keys(true).journal_mode(SqliteJournalMode::Memory);
    let mut connection =
        SqliteConnection::connect_with(&options.pragma("secure_delete", "ON").pragma("temp_store", "MEMORY")).await?;
    for statement in KINDS.map(|kind| kind.forget).into_iter().chain(["VACUUM"]) {
        sqlx::query(statement).execute(&mut connection).await?;
    }
    Ok(connection.close().await?)
}

/// The list of deletions: a line of ids for each note that was deleted, and for each contact who was erased. Keep it apart from the database.
///
/// # Errors
/// When the database fails.
pub async fn deletions(db: &Db) -> Result<String> {
    let mut ledger = String::new();
    for kind in KINDS {
        for row in sql(kind.ledger).fetch_all(&mut db.read().await?).await? {
            let word = |column| row.text(column);
            ledger += &format!(
                "{} {} {} {} {}\n",
                kind.word,
                word("org_id")?,
                word("id")?,
                word("parent")?,
                word("deleted_by")?
            );
        }
    }
    ledger += &erasures::lines(&mut db.read().await?).await?;
    Ok(ledger)
}

fn path(file: &Path) -> Result<String> {
    file.to_str().map(str::to_owned).ok_or_else(|| Error::Setup("A file's name must be text.".to_owned()))
}
