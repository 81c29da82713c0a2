//! Rewrites the database file after the erasure of a contact.
//!
//! `secure_delete` overwrites a deleted row, but not the copies that SQLite leaves in a page's free space when it moves rows
//! between pages. The texts of notes are padded for that reason; messages, names and addresses are not. `VACUUM` writes
//! every page again from the rows that are there.
//!
//! The request is a row of `meta`, written with the erasure. It goes when the file is rewritten and the write-ahead log is
//! truncated: a server that was killed in between goes on where it was.

use super::is_busy;
use crate::{
    db::Db,
    error::Result,
    secret,
    sql::{Connection, sql},
};

const KEY: &str = "rewrite-due";
/// What a request's value begins with when the file was rewritten and its log is still to be truncated.
const WRITTEN: &str = "written ";

/// Asks for the file to be rewritten once this transaction is committed.
pub(crate) async fn ask_for_rewrite(connection: &mut Connection) -> Result<()> {
    sql("INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value")
        .bind(KEY)
        .bind(secret::random_token(8))
        .execute(connection)
        .await?;
    Ok(())
}

/// What became of a request.
pub(super) enum Rewrite {
    NotDue,
    /// Another process is writing; try again.
    HeldBack,
    /// The file is rewritten. The request stays until [`forget`].
    Done(String),
}

/// Rewrites the file if that was asked for and is not done.
pub(super) async fn rewrite_if_due(db: &Db) -> Result<Rewrite> {
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
pub(super) async fn forget(db: &Db, request: &str) -> Result<()> {
    sqlx::query("DELETE FROM meta WHERE key = ? AND value = ?")
        .bind(KEY)
        .bind(request)
        .execute(db.sqlite()?.writer())
        .await?;
    Ok(())
}
