//! Purge: when a note's undo window has ended, its row is deleted and no byte of its text stays in the files. How the
//! files are cleaned is each engine's own: [`sqlite`], [`postgres`].

mod postgres;
mod sqlite;
#[cfg(test)]
mod tests;

use crate::{
    db::Db,
    engine::Engine,
    error::{Error, Result},
    expiry, metrics, note_indexes, rate_limit,
    sql::{Connection, sql},
};
use std::time::Duration;
use tokio::time::Instant;

/// The longest pause after failures.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// After this, an error is logged: somebody should find out why.
const ALARM: Duration = Duration::from_secs(60);
/// Events older than this are deleted from the log of changes: a client that was away for longer gets a `reset`.
const KEEP_EVENTS: chrono::TimeDelta = chrono::TimeDelta::days(30);
const FORGET_EVERY: Duration = Duration::from_secs(60 * 60);

/// Purges now and then every `every`, for as long as the server runs.
pub(crate) async fn purge_regularly(db: Db, every: Duration) {
    let every = match db.engine() {
        Engine::Sqlite(_) => every,
        // Its tables are locked while they are rewritten, for many deletions at once.
        Engine::Postgres(_) => every * postgres::ROUNDS,
    };
    // The server may have stopped before the last truncation: deleted text may still be in the write-ahead log.
    let mut waiting_since = Some(Instant::now());
    let (mut forgotten, mut pause) = (None, every);
    loop {
        if forgotten.is_none_or(|at: Instant| at.elapsed() > FORGET_EVERY) && forget_old(&db).await.is_ok() {
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
        metrics::purge_lag(waiting_since.map_or(Duration::ZERO, |since| since.elapsed()));
        if waiting_since.is_some_and(|since| since.elapsed() > ALARM) {
            tracing::error!(
                "deleted text is in the files for over a minute: a transaction is open, a standby or an archive is behind, or another node is not done"
            );
        }
        tokio::time::sleep(pause).await;
    }
}

/// The result of one purge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purged {
    /// The files hold nothing of a note past its undo window.
    Clean,
    /// A reader stands in the way; try again.
    HeldBack,
}

/// Deletes the notes past their undo window, and removes from the files what was deleted. `is_log_due`: the write-ahead log
/// may hold something of it already, from before.
///
/// # Errors
/// When the database fails.
pub async fn purge(db: &Db, is_log_due: bool) -> Result<Purged> {
    match db.engine() {
        Engine::Sqlite(_) => sqlite::purge(db, is_log_due).await,
        Engine::Postgres(engine) => postgres::purge(db, engine).await,
    }
}

/// Checks that the database lets deleted text be removed from its files.
///
/// # Errors
/// A sentence for each setting or right that is missing.
pub(crate) async fn check_settings(db: &Db) -> Result<()> {
    match db.engine() {
        // Read back from each connection already.
        Engine::Sqlite(_) => Ok(()),
        Engine::Postgres(engine) => postgres::check_settings(engine).await,
    }
}

/// Asks for the files to be rewritten once this transaction is committed: everything of a contact was deleted.
pub(crate) async fn ask_for_rewrite(connection: &mut Connection) -> Result<()> {
    match connection {
        Connection::Sqlite(_) => sqlite::ask_for_rewrite(connection).await,
        Connection::Postgres { .. } => postgres::ask_for_rewrite(connection, &postgres::OF_CONTACTS).await,
    }
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
    let removed = contact_notes + conversation_notes;
    if removed > 0 {
        match tx {
            Connection::Sqlite(_) => note_indexes::rewrite(&mut tx).await?,
            Connection::Postgres { .. } => postgres::ask_for_rewrite(&mut tx, &postgres::OF_NOTES).await?,
        }
    }
    tx.commit().await?;
    Ok(removed)
}

/// Forgets old events, and what merges changed that can't be undone any more.
async fn forget_old(db: &Db) -> Result<()> {
    let mut tx = db.engine().begin().await?;
    let oldest = (tx.now() - KEEP_EVENTS).timestamp_millis();
    sql("DELETE FROM event WHERE at < $1").bind(oldest).execute(&mut tx).await?;
    expiry::forget_old(&mut tx).await?;
    if let Connection::Postgres { .. } = tx {
        rate_limit::shared::forget_full(&mut tx).await?;
    }
    Ok(tx.commit().await?)
}
