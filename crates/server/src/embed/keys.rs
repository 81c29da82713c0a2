//! The keys of the hosts' back ends. A key is shown once and stored as a hash.

use crate::{
    db::Db,
    error::{Error, Result},
    secret,
    sql::{Connection, sql},
};
use uuid::Uuid;
use wire::OrgId;

const INSERT: &str = "INSERT INTO embed_key (org_id, id, name, key_hash, created_at) VALUES ($1, $2, $3, $4, $5) \
    ON CONFLICT DO NOTHING";

/// Adds a key and returns it. It can't be shown again.
///
/// # Errors
/// When the name is empty, too long or taken, or the database fails.
pub async fn add(db: &Db, org: OrgId, name: &str) -> Result<String> {
    if name.trim().is_empty() || name.chars().count() > 80 || name.chars().any(char::is_control) {
        return Err(Error::Setup("A key's name is 1–80 characters that can be seen.".to_owned()));
    }
    let key = format!("sidenote_{}", secret::token());
    let mut change = db.change(org).await?;
    let at = change.at().timestamp_millis();
    let added = sql(INSERT)
        .bind(org.to_string())
        .bind(Uuid::now_v7().to_string())
        .bind(name)
        .bind(secret::hash(&key))
        .bind(at)
        .execute(change.tx())
        .await?;
    if added == 0 {
        return Err(Error::Setup("There is a key with this name already.".to_owned()));
    }
    change.commit().await?;
    Ok(key)
}

const DELETE_TOKENS: &str = "DELETE FROM embed_token \
    WHERE org_id = $1 AND key_id IN (SELECT id FROM embed_key WHERE org_id = $2 AND name = $3)";

/// Removes a key and revokes every token that was made with it.
///
/// # Errors
/// When there is no such key, or the database fails.
pub async fn remove(db: &Db, org: OrgId, name: &str) -> Result<()> {
    let mut change = db.change(org).await?;
    sql(DELETE_TOKENS).bind(org.to_string()).bind(org.to_string()).bind(name).execute(change.tx()).await?;
    let removed = sql("DELETE FROM embed_key WHERE org_id = $1 AND name = $2")
        .bind(org.to_string())
        .bind(name)
        .execute(change.tx())
        .await?;
    if removed == 0 {
        return Err(Error::Setup("There is no key with this name.".to_owned()));
    }
    change.access_changes().await?;
    change.commit().await
}

/// The names of the organization's keys, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn names(reading: &mut Connection, org: OrgId) -> Result<Vec<String>> {
    let rows = sql("SELECT name FROM embed_key WHERE org_id = $1 ORDER BY created_at, id")
        .bind(org.to_string())
        .fetch_all(reading)
        .await?;
    Ok(rows.iter().map(|row| row.text("name")).collect::<sqlx::Result<_>>()?)
}

/// The organization and the id of a key, by its hash.
pub(super) async fn find(reading: &mut Connection, hash: &str) -> Result<Option<(OrgId, String)>> {
    let row = sql("SELECT org_id, id FROM embed_key WHERE key_hash = $1").bind(hash).fetch_optional(reading).await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some((row.id("org_id")?, row.get("id")?)))
}

/// Whether the organization still has a key.
pub(super) async fn exists(reading: &mut Connection, org: OrgId, id: &str) -> Result<bool> {
    let found = sql("SELECT 1 FROM embed_key WHERE org_id = $1 AND id = $2")
        .bind(org.to_string())
        .bind(id)
        .fetch_optional(reading)
        .await?;
    Ok(found.is_some())
}
