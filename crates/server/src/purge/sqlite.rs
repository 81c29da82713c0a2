//! Removes deleted text from a database file and its write-ahead log.
//!
//! `secure_delete` overwrites the content of a deleted row in the database file. The write-ahead log holds it until it
//! is truncated, which works only while nobody reads; so the truncation is retried until it succeeds.
//!
//! After the erasure of a contact the file is also rewritten.
//! `secure_delete` overwrites a deleted row, but not the copies that SQLite leaves in a page's free space when it moves rows
//! between pages. The texts of notes are padded for that reason; messages, names and addresses are not. `VACUUM` writes
//! every page again from the rows that are there.
//!
//! The request is a row of `meta`, written with the erasure. It goes when the file is rewritten and the write-ahead log is
//! truncated: a server that was killed in between goes on where it was.

use super::{Purged, remove};
use crate::{
    db::Db,
    error::Result,
    secret,
    sql::{Connection, sql},
};
use sqlx::Row as _;

/// How long a truncation waits for readers before it is put off; nobody can write while it waits.
const BUSY_TIMEOUT: &str = "PRAGMA busy_timeout = 50";
const USUAL_BUSY_TIMEOUT: &str = "PRAGMA busy_timeout = 5000";

const KEY: &str = "rewrite-due";
/// What a request's value begins with when the file was rewritten and its log is still to be truncated.
const WRITTEN: &str = "written ";

/// Deletes the notes past their undo window, and rewrites the file if a contact was erased. Then truncates the write-ahead
/// log if there was anything to do (or `is_log_due`).
pub(super) async fn purge(db: &Db, is_log_due: bool) -> Result<Purged> {
    let removed = remove(db).await?;
    let rewritten = rewrite_if_due(db).await;
    // What was removed leaves the log also when the file can't be rewritten now.
    let is_log_due = is_log_due || removed > 0 || !matches!(rewritten, Ok(Rewrite::NotDue));
    let purged = if is_log_due { truncate_log(db).await? } else { Purged::Clean };
    match rewritten? {
        Rewrite::NotDue => Ok(purged),
        Rewrite::HeldBack => Ok(Purged::HeldBack),
        Rewrite::Done(request) => {
            if purged == Purged::Clean {
                forget(db, &request).await?;
            }
            Ok(purged)
        }
    }
}

/// Moves the write-ahead log into the database file and empties it.
async fn truncate_log(db: &Db) -> Result<Purged> {
    let mut connection = db.sqlite()?.writer().acquire().await?;
    sqlx::query(BUSY_TIMEOUT).execute(&mut *connection).await?;
    let row = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(&mut *connection).await;
    sqlx::query(USUAL_BUSY_TIMEOUT).execute(&mut *connection).await?;
    let is_held_back = match row {
        Ok(row) => row.try_get::<i64, _>(0)? != 0,
        Err(error) if is_busy(&error) => true,
        Err(error) => return Err(error.into()),
    };
    Ok(if is_held_back { Purged::HeldBack } else { Purged::Clean })
}

/// Whether another connection is in the way.
fn is_busy(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code());
    code.and_then(|code| code.parse::<u32>().ok()).is_some_and(|code| matches!(code & 0xff, 5 | 6))
}

/// Asks for the file to be rewritten once this transaction is committed.
pub(super) async fn ask_for_rewrite(connection: &mut Connection) -> Result<()> {
    sql("INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value")
        .bind(KEY)
        .bind(secret::random_token(8))
        .execute(connection)
        .await?;
    Ok(())
}

/// What became of a request.
enum Rewrite {
    NotDue,
    /// Another process is writing; try again.
    HeldBack,
    /// The file is rewritten. The request stays until [`forget`].
    Done(String),
}

/// Rewrites the file if that was asked for and is not done.
async fn rewrite_if_due(db: &Db) -> Result<Rewrite> {
    let select = sql("SELECT value FROM meta WHERE key = $1").bind(KEY);
    let Some(row) = select.fetch_optional(&mut db.read().await?).await? else { return Ok(Rewrite::NotDue) };
    let request = row.text("value")?;
    if request.starts_with(WRITTEN) {
        return Ok(Rewrite::Done(request));
    }
    let mut connection = db.sqlite()?.writer().acquire().await?;
    // In memory, the copy would be as large as the database.
    sqlx::query("PRAGMA temp_store = FILE").execute(&mut *connection).await?;
    let vacuumed = sqlx::query("VACUUM").execute(&mut *connection).await;
    sqlx::query("PRAGMA temp_store = MEMORY").execute(&mut *connection).await?;
    match vacuumed {
        Ok(_) => {}
        Err(error) if is_busy(&error) => return Ok(Rewrite::HeldBack),
        Err(error) => return Err(error.into()),
    }
    // Another erasure may have asked again meanwhile: that request stays.
    let written = format!("{WRITTEN}{request}");
    sqlx::query("UPDATE meta SET value = ? WHERE key = ? AND value = ?")
        .bind(&written)
        .bind(KEY)
        .bind(request)
        .execute(&mut *connection)
        .await?;
    Ok(Rewrite::Done(written))
}

/// Removes a request that was carried out.
async fn forget(db: &Db, request: &str) -> Result<()> {
    sqlx::query("DELETE FROM meta WHERE key = ? AND value = ?")
        .bind(KEY)
        .bind(request)
        .execute(db.sqlite()?.writer())
        .await?;
    Ok(())
}
