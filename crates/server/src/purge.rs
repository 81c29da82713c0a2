//! Purge: when a note's undo window has ended, its row is deleted and no byte of its text stays in the files.
//!
//! `secure_delete` overwrites the content of a deleted row in the database file. The write-ahead log holds it until it
//! is truncated, which works only while nobody reads; so the truncation is retried until it succeeds.
//!
//! After the erasure of a contact the file is also rewritten: see [`rewrite`].

mod rewrite;
#[cfg(test)]
mod tests;

pub(crate) use rewrite::ask_for_rewrite;

use crate::{
    db::Db,
    error::{Error, Result},
    sql::sql,
};
use rewrite::Rewrite;
use sqlx::Row as _;
use std::time::Duration;
use tokio::time::Instant;

/// How long a truncation waits for readers before it is put off; nobody can write while it waits.
const BUSY_TIMEOUT: &str = "PRAGMA busy_timeout = 50";
const USUAL_BUSY_TIMEOUT: &str = "PRAGMA busy_timeout = 5000";
/// The longest pause after failures.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// After this, an error is logged: somebody should find out why.
const ALARM: Duration = Duration::from_secs(60);
/// Events older than this are deleted from the log of changes: a client that was away for longer gets a `reset`.
const KEEP_EVENTS: chrono::TimeDelta = chrono::TimeDelta::days(30);
const FORGET_EVERY: Duration = Duration::from_secs(60 * 60);

/// Purges now and then every `every`, for as long as the server runs.
pub(crate) async fn purge_regularly(db: Db, every: Duration) {
    // The server may have stopped before the last truncation: deleted text may still be in the write-ahead log.
    let mut waiting_since = Some(Instant::now());
    let (mut forgotten, mut pause) = (None, every);
    loop {
        if forgotten.is_none_or(|at: Instant| at.elapsed() > FORGET_EVERY) && forget_old_events(&db).await.is_ok() {
            forgotten = Some(Instant::now());
        }
        let purged = purge(&db, waiting_since.is_some()).await;
        // A rewrite that fails for want of space writes much before it does.
        pause = if purged.is_err() { (pause * 2).min(LONGEST_PAUSE) } else { every };
        match purged {
            Ok(Purged::Clean) => waiting_since = None,
            Ok(Purged::HeldBack) => _ = waiting_since.get_or_insert_with(Instant::now),
            Err(Error::Database(sqlx::Error::PoolClosed)) => return,
            Err(_) => tracing::warn!("deleted text can't be removed now; trying again"),
        }
        if waiting_since.is_some_and(|since| since.elapsed() > ALARM) {
            tracing::error!("deleted text is still in the write-ahead log: a reader has been open for over a minute");
        }
        tokio::time::sleep(pause).await;
    }
}

/// The result of one purge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purged {
    /// The files hold nothing of a note past its undo window.
    Clean,
    /// A reader prevented the truncation of the write-ahead log; try again.
    HeldBack,
}

/// Deletes the notes past their undo window, and rewrites the file if a contact was erased. Then truncates the write-ahead
/// log if there was anything to do (or `is_log_due`).
///
/// # Errors
/// When the database fails.
pub async fn purge(db: &Db, is_log_due: bool) -> Result<Purged> {
    let removed = remove(db).await?;
    if db.engine().sqlite().is_none() {
        // The rows are deleted. Nothing removes their bytes from Postgres' files yet, and no server runs on it yet.
        return Ok(Purged::HeldBack);
    }
    let rewritten = rewrite::rewrite_if_due(db).await;
    // What was removed leaves the log also when the file can't be rewritten now.
    let is_log_due = is_log_due || removed > 0 || !matches!(rewritten, Ok(Rewrite::NotDue));
    let purged = if is_log_due { truncate_log(db).await? } else { Purged::Clean };
    match rewritten? {
        Rewrite::NotDue => Ok(purged),
        Rewrite::HeldBack => Ok(Purged::HeldBack),
        Rewrite::Done(request) => {
            if purged == Purged::Clean {
                rewrite::forget(db, &request).await?;
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

const IS_DUE: &str = "SELECT EXISTS (SELECT 1 FROM contact_note WHERE deleted_at IS NOT NULL) \
    OR EXISTS (SELECT 1 FROM conversation_note WHERE deleted_at IS NOT NULL)";

const DELETE_CONTACT_NOTES: &str = "DELETE FROM contact_note \
    WHERE deleted_at IS NOT NULL AND EXISTS (SELECT 1 FROM contact_note_tombstone t \
    WHERE t.org_id = contact_note.org_id AND t.id = contact_note.id AND t.restorable_until <= $1)";

const DELETE_CONVERSATION_NOTES: &str = "DELETE FROM conversation_note \
    WHERE deleted_at IS NOT NULL AND EXISTS (SELECT 1 FROM conversation_note_tombstone t \
    WHERE t.org_id = conversation_note.org_id AND t.id = conversation_note.id AND t.restorable_until <= $1)";

/// Deletes the rows whose tombstones say that they can't be restored any more. Tombstones stay for ever.
async fn remove(db: &Db) -> Result<u64> {
    let mut reading = db.read().await?;
    let now = reading.now().timestamp_millis();
    let is_due: bool = sql(IS_DUE).fetch_value(&mut reading).await?;
    drop(reading);
    if !is_due {
        return Ok(0);
    }
    let mut tx = db.engine().begin().await?;
    let contact_notes = sql(DELETE_CONTACT_NOTES).bind(now).execute(&mut tx).await?;
    let conversation_notes = sql(DELETE_CONVERSATION_NOTES).bind(now).execute(&mut tx).await?;
    tx.commit().await?;
    Ok(contact_notes + conversation_notes)
}

async fn forget_old_events(db: &Db) -> Result<()> {
    let mut tx = db.engine().begin().await?;
    let oldest = (tx.now() - KEEP_EVENTS).timestamp_millis();
    sql("DELETE FROM event WHERE at < $1").bind(oldest).execute(&mut tx).await?;
    Ok(tx.commit().await?)
}
