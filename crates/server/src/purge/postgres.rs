//! Removes deleted text from the tables and the write-ahead log of Postgres.
//!
//! A `VACUUM` forgets a deleted row, once no open snapshot can see it, and leaves its bytes. When it has forgotten all of
//! them, every page is visible to all, which is checked. Then `VACUUM FULL` writes the table again from the rows that are
//! there. The log before that goes with a checkpoint, where its files are not kept for reuse (`wal_recycle`), and no standby
//! or archive needs them any more, which is checked too.
//!
//! Which tables are due is a row each, written with the deletion. One node at a time does the work; when it dies, another
//! one goes on.

use super::{Purged, remove};
use crate::{
    db::Db,
    engine::postgres::Postgres,
    error::{Error, Result},
    secret,
    sql::{Connection, sql},
};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, Row as _};
use std::time::Duration;
use tokio::time::timeout;

/// The work is done in every so many rounds of SQLite's.
pub(super) const ROUNDS: u32 = 15;

/// The tables with the texts of notes, and with their words.
pub(super) const OF_NOTES: [&str; 4] =
    ["contact_note_body", "contact_note_search", "conversation_note_body", "conversation_note_search"];
/// The tables with what there is of a contact.
pub(super) const OF_CONTACTS: [&str; 15] = [
    "contact_note_body",
    "contact_note_search",
    "conversation_note_body",
    "conversation_note_search",
    "contact_search",
    "message_search",
    "message",
    "attachment",
    "conversation",
    "contact",
    "contact_address",
    "contact_tag",
    "tag",
    "activity",
    "visitor",
];

/// Who reads the table in the way waits no longer than that, and others behind them.
const LOCK_TIMEOUT: &str = "SET lock_timeout = '1200ms'";
/// One node at a time, for each database's schema. The lock ends with the connection.
const TAKE_TURN: &str = "SELECT pg_try_advisory_lock(hashtextextended('sidenote purge ' || current_schema(), 0))";
/// Rewriting takes as long as the tables are large. A server that has vanished would be waited for without end.
const LONGEST_ROUND: Duration = Duration::from_secs(60 * 60);
/// A `VACUUM` that comes after another looks at the few pages that were written since: many tries cost little.
const TRIES: usize = 20;
/// Whether no row of a table, or of its long values, is kept for an open snapshot.
const IS_CLEAN: &str = "SELECT bool_and(relallvisible = relpages) FROM pg_class \
    WHERE oid = $1::regclass OR oid = (SELECT reltoastrelid FROM pg_class WHERE oid = $1::regclass)";

/// Due when the tables are rewritten: the write-ahead log before that.
const LOG: &str = "the write-ahead log";
const CURRENT_FILE: &str = "SELECT pg_walfile_name(pg_current_wal_insert_lsn() + 1)";
const ASK_FOR_LOG: &str = "INSERT INTO rewrite_due (relation, request) VALUES ($1, $2) \
    ON CONFLICT (relation) DO UPDATE SET request = excluded.request";
/// Names begin with the timeline; sixteen digits then count the files. A promotion leaves a partial one.
const IS_LOG_GONE: &str = "SELECT NOT EXISTS (SELECT 1 FROM pg_ls_waldir() \
    WHERE name ~ '^[0-9A-F]{24}([.]partial)?$' AND substr(name, 9, 16) < right($1, 16))";

/// Asks for tables to be rewritten once this transaction is committed.
pub(super) async fn ask_for_rewrite(connection: &mut Connection, tables: &[&str]) -> Result<()> {
    let request = secret::random_token(8);
    for table in tables {
        sql("INSERT INTO rewrite_due (relation, request) VALUES ($1, $2) \
            ON CONFLICT (relation) DO UPDATE SET request = excluded.request")
        .bind(*table)
        .bind(&request)
        .execute(connection)
        .await?;
    }
    Ok(())
}

/// A table to be rewritten, and the request that asks for it. Or [`LOG`], and the first file of it that may stay.
struct Due {
    relation: String,
    request: String,
}

/// Deletes the notes past their undo window, then rewrites the tables that are due and lets the log go.
pub(super) async fn purge(db: &Db, engine: &Postgres) -> Result<Purged> {
    remove(db).await?;
    if due(db).await?.is_empty() {
        return Ok(Purged::Clean);
    }
    let mut connection = engine.connection_of_its_own().await?;
    let purged = timeout(LONGEST_ROUND, rewrite(db, &mut connection)).await.map_err(|_| sqlx::Error::PoolTimedOut)?;
    connection.close().await?;
    purged
}

async fn due(db: &Db) -> Result<Vec<Due>> {
    let mut reading = db.read().await?;
    let rows = sql("SELECT relation, request FROM rewrite_due ORDER BY relation").fetch_all(&mut reading).await?;
    rows.iter().map(|row| Ok(Due { relation: row.text("relation")?, request: row.text("request")? })).collect()
}

async fn rewrite(db: &Db, connection: &mut PgConnection) -> Result<Purged> {
    sqlx::query(LOCK_TIMEOUT).execute(&mut *connection).await?;
    if !sqlx::query_scalar(TAKE_TURN).fetch_one(&mut *connection).await? {
        // Another node is at it, and has not said that it is done.
        return Ok(Purged::HeldBack);
    }
    let due = due(db).await?;
    let (tables, log): (Vec<Due>, Vec<Due>) = due.into_iter().partition(|due| due.relation != LOG);
    for Due { relation, .. } in &tables {
        if rewrite_table(connection, relation).await? == Purged::HeldBack {
            return Ok(Purged::HeldBack);
        }
    }
    let mut first_file = log.into_iter().next().map(|log| log.request);
    if !tables.is_empty() {
        sqlx::query("SELECT pg_switch_wal()").execute(&mut *connection).await?;
        let current: String = sqlx::query_scalar(CURRENT_FILE).fetch_one(&mut *connection).await?;
        sqlx::query(ASK_FOR_LOG).bind(LOG).bind(&current).execute(&mut *connection).await?;
        for table in &tables {
            done(connection, table).await?;
        }
        first_file = Some(current);
    }
    let Some(first_file) = first_file else { return Ok(Purged::Clean) };
    sqlx::query("CHECKPOINT").execute(&mut *connection).await?;
    if !sqlx::query_scalar(IS_LOG_GONE).bind(&first_file).fetch_one(&mut *connection).await? {
        // A standby or an archive still needs it. Another checkpoint will let it go.
        return Ok(Purged::HeldBack);
    }
    done(connection, &Due { relation: LOG.to_owned(), request: first_file }).await?;
    Ok(Purged::Clean)
}

/// What was asked for meanwhile stays.
async fn done(connection: &mut PgConnection, Due { relation, request }: &Due) -> Result<()> {
    let delete = "DELETE FROM rewrite_due WHERE relation = $1 AND request = $2";
    sqlx::query(delete).bind(relation).bind(request).execute(connection).await?;
    Ok(())
}

/// Only a table without a row for an open snapshot is rewritten: such a row would be copied, and a later `VACUUM` would
/// leave its bytes.
async fn rewrite_table(connection: &mut PgConnection, table: &str) -> Result<Purged> {
    let mut is_clean = false;
    for _ in 0..TRIES {
        // Few dead rows would be left to a later one, with their entries in the indexes.
        if !run(connection, format!("VACUUM (INDEX_CLEANUP ON) {table}")).await? {
            return Ok(Purged::HeldBack);
        }
        is_clean = sqlx::query_scalar(IS_CLEAN).bind(table).fetch_one(&mut *connection).await?;
        if is_clean {
            break;
        }
    }
    let is_rewritten = is_clean && run(connection, format!("VACUUM FULL {table}")).await?;
    Ok(if is_rewritten { Purged::Clean } else { Purged::HeldBack })
}

/// Runs a statement of this program's; false when somebody else holds the table.
async fn run(connection: &mut PgConnection, statement: String) -> Result<bool> {
    match sqlx::query(AssertSqlSafe(statement)).execute(connection).await {
        Ok(_) => Ok(true),
        // lock_not_available, deadlock_detected
        Err(sqlx::Error::Database(error)) if error.code().is_some_and(|code| code == "55P03" || code == "40P01") => {
            Ok(false)
        }
        Err(error) => Err(error.into()),
    }
}

/// A question to the server, and what to do when the answer is no.
const CHECKS: [(&str, &str); 7] = [
    (
        "SELECT current_setting('wal_recycle') = 'off'",
        "old files of its write-ahead log are kept for reuse: ALTER SYSTEM SET wal_recycle = off",
    ),
    (
        "SELECT current_setting('wal_keep_size') = '0'",
        "old files of its write-ahead log are kept for standbys: ALTER SYSTEM SET wal_keep_size = 0, with a replication \
         slot for each standby",
    ),
    (
        "SELECT rolsuper OR pg_has_role('pg_checkpoint', 'usage') FROM pg_roles WHERE rolname = current_user",
        "the server's role may not make a checkpoint: GRANT pg_checkpoint TO the role",
    ),
    (
        "SELECT has_function_privilege('pg_switch_wal()', 'execute')",
        "the server's role may not begin a new file of the log: GRANT EXECUTE ON FUNCTION pg_switch_wal() TO the role",
    ),
    (
        "SELECT has_function_privilege('pg_ls_waldir()', 'execute')",
        "the server's role may not see which files of the log are left: GRANT EXECUTE ON FUNCTION pg_ls_waldir() TO the \
         role",
    ),
    (
        "SELECT current_setting('log_error_verbosity') = 'terse'",
        "the log of errors repeats rows: ALTER ROLE … SET log_error_verbosity = terse",
    ),
    (
        "SELECT current_setting('log_parameter_max_length') = '0' \
         AND current_setting('log_parameter_max_length_on_error') = '0'",
        "the log of statements repeats values: ALTER ROLE … SET log_parameter_max_length = 0, and the same for \
         log_parameter_max_length_on_error",
    ),
];

/// Checks that the server lets deleted text be removed from its files, and writes none into its log.
pub(super) async fn check_settings(engine: &Postgres) -> Result<()> {
    let mut connection = engine.connection_of_its_own().await?;
    let mut missing = Vec::new();
    for (question, remedy) in CHECKS {
        if !sqlx::query(question).fetch_one(&mut connection).await?.try_get::<bool, _>(0)? {
            missing.push(format!("\n- {remedy}"));
        }
    }
    connection.close().await?;
    if missing.is_empty() {
        return Ok(());
    }
    let why = "Postgres would keep deleted text. An administrator of it has to change this (docs/operations.md):";
    Err(Error::Setup(format!("{why}{}", missing.concat())))
}
