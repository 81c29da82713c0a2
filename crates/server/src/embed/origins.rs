//! The origins whose pages may show an organization's widget.

use crate::{
    db::Db,
    error::{Error, Result},
    origin,
    sql::{Connection, sql},
};
use wire::OrgId;

/// Adds an origin to the organization's list.
///
/// # Errors
/// When the text is no origin, or the database fails.
pub async fn add(db: &Db, org: OrgId, origin: &str) -> Result<()> {
    let origin = origin::normal(origin).ok_or_else(not_an_origin)?;
    let mut change = db.change(org).await?;
    sql("INSERT INTO embed_origin (org_id, origin) VALUES ($1, $2) ON CONFLICT DO NOTHING")
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
    sql("DELETE FROM embed_token WHERE org_id = $1 AND origin = $2")
        .bind(org.to_string())
        .bind(&origin)
        .execute(change.tx())
        .await?;
    let removed = sql("DELETE FROM embed_origin WHERE org_id = $1 AND origin = $2")
        .bind(org.to_string())
        .bind(&origin)
        .execute(change.tx())
        .await?;
    if removed == 0 {
        return Err(Error::Setup("This origin is not on the list.".to_owned()));
    }
    change.access_changes().await?;
    change.commit().await
}

/// The organization's list of origins.
///
/// # Errors
/// When the database fails.
pub async fn all(reading: &mut Connection, org: OrgId) -> Result<Vec<String>> {
    let rows = sql("SELECT origin FROM embed_origin WHERE org_id = $1 ORDER BY origin")
        .bind(org.to_string())
        .fetch_all(reading)
        .await?;
    Ok(rows.iter().map(|row| row.text("origin")).collect::<sqlx::Result<_>>()?)
}

/// Whether an origin is on the organization's list.
pub(super) async fn is_of(reading: &mut Connection, org: OrgId, origin: &str) -> Result<bool> {
    let found = sql("SELECT 1 FROM embed_origin WHERE org_id = $1 AND origin = $2")
        .bind(org.to_string())
        .bind(origin)
        .fetch_optional(reading)
        .await?;
    Ok(found.is_some())
}

/// Whether an origin is on any organization's list.
pub(super) async fn is_known(reading: &mut Connection, origin: &str) -> Result<bool> {
    let found = sql("SELECT 1 FROM embed_origin WHERE origin = $1").bind(origin).fetch_optional(reading).await?;
    Ok(found.is_some())
}

fn not_an_origin() -> Error {
    Error::Setup("An origin is like https://crm.example or http://localhost:3000, without a path.".to_owned())
}
