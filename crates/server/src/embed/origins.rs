//! The origins whose pages may show an organization's widget.

use crate::{
    db::{Columns as _, Db},
    error::{Error, Result},
    origin,
};
use sqlx::SqliteConnection;
use wire::OrgId;

/// Adds an origin to the organization's list.
///
/// # Errors
/// When the text is no origin, or the database fails.
pub async fn add(db: &Db, org: OrgId, origin: &str) -> Result<()> {
    let origin = origin::normal(origin).ok_or_else(not_an_origin)?;
    let mut change = db.change(org).await?;
    sqlx::query("INSERT INTO embed_origin (org_id, origin) VALUES (?, ?) ON CONFLICT DO NOTHING")
        .bind(org.to_string())
        .bind(origin)
        .execute(change.tx())
        .await?;
    change.commit().await
}

/// Removes an origin from the list and revokes the tokens of its pages.
///
/// # Errors
/// When the origin isn't on the list, or the database fails.
pub async fn remove(db: &Db, org: OrgId, origin: &str) -> Result<()> {
    let origin = origin::normal(origin).ok_or_else(not_an_origin)?;
    let mut change = db.change(org).await?;
    sqlx::query("DELETE FROM embed_token WHERE org_id = ? AND origin = ?")
        .bind(org.to_string())
        .bind(&origin)
        .execute(change.tx())
        .await?;
    let removed = sqlx::query("DELETE FROM embed_origin WHERE org_id = ? AND origin = ?")
        .bind(org.to_string())
        .bind(&origin)
        .execute(change.tx())
        .await?;
    if removed.rows_affected() == 0 {
        return Err(Error::Setup("This origin is not on the list.".to_owned()));
    }
    change.access_changes().await?;
    change.commit().await
}

/// The organization's list of origins.
///
/// # Errors
/// When the database fails.
pub async fn all(reading: &mut SqliteConnection, org: OrgId) -> Result<Vec<String>> {
    let rows = sqlx::query("SELECT origin FROM embed_origin WHERE org_id = ? ORDER BY origin")
        .bind(org.to_string())
        .fetch_all(reading)
        .await?;
    Ok(rows.iter().map(|row| row.text("origin")).collect::<sqlx::Result<_>>()?)
}

/// Whether an origin is on the organization's list.
pub(super) async fn is_of(reading: &mut SqliteConnection, org: OrgId, origin: &str) -> Result<bool> {
    let found = sqlx::query("SELECT 1 FROM embed_origin WHERE org_id = ? AND origin = ?")
        .bind(org.to_string())
        .bind(origin)
        .fetch_optional(reading)
        .await?;
    Ok(found.is_some())
}

/// Whether an origin is on any organization's list.
pub(super) async fn is_known(reading: &mut SqliteConnection, origin: &str) -> Result<bool> {
    let found = sqlx::query("SELECT 1 FROM embed_origin WHERE origin = ?").bind(origin).fetch_optional(reading).await?;
    Ok(found.is_some())
}

fn not_an_origin() -> Error {
    Error::Setup("An origin is like https://crm.example or http://localhost:3000, without a path.".to_owned())
}
