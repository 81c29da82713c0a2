//! Organizations and their channels.

use crate::{
    change::Change,
    db::{Columns as _, Db},
    error::{Error, Result},
};
use sqlx::{Row as _, SqliteConnection, sqlite::SqliteRow};
use wire::{Channel, ChannelId, ChannelKind, OrgId, Organization, Seq, text_rules::SLUG};

/// Adds an organization with its built-in channels: one web chat, one e-mail.
///
/// # Errors
/// When the slug is malformed or taken, or the database fails.
pub async fn add(db: &Db, slug: &str, name: &str) -> Result<OrgId> {
    if !SLUG.allows(slug) {
        return Err(Error::Setup("An organization's short name is 1–40 of a–z, 0–9 and -.".to_owned()));
    }
    let org = OrgId::fresh();
    let mut change = db.change(org).await?;
    let added = sqlx::query("INSERT INTO org (id, slug, name) VALUES (?, ?, ?) ON CONFLICT DO NOTHING")
        .bind(org.to_string())
        .bind(slug)
        .bind(name)
        .execute(change.tx())
        .await?;
    if added.rows_affected() == 0 {
        return Err(Error::Setup("An organization with this short name exists already.".to_owned()));
    }
    add_channel(&mut change, ChannelKind::Chat, "Web chat").await?;
    add_channel(&mut change, ChannelKind::Email, "E-mail").await?;
    change.commit().await?;
    Ok(org)
}

/// Adds a channel to the change's organization.
///
/// # Errors
/// When the database fails.
pub async fn add_channel(change: &mut Change, kind: ChannelKind, name: &str) -> Result<ChannelId> {
    let (org, id) = (change.org().to_string(), ChannelId::fresh());
    sqlx::query("INSERT INTO channel (org_id, id, kind, name) VALUES (?, ?, ?, ?)")
        .bind(org)
        .bind(id.to_string())
        .bind(kind.into_str())
        .bind(name)
        .execute(change.tx())
        .await?;
    Ok(id)
}

/// The name of the organization with this slug.
///
/// # Errors
/// When the database fails.
pub async fn name_by_slug(reading: &mut SqliteConnection, slug: &str) -> Result<Option<String>> {
    Ok(sqlx::query_scalar("SELECT name FROM org WHERE slug = ?").bind(slug).fetch_optional(reading).await?)
}

/// The organization with this slug.
///
/// # Errors
/// When the database fails.
pub async fn by_slug(reading: &mut SqliteConnection, slug: &str) -> Result<Option<OrgId>> {
    let row = sqlx::query("SELECT id FROM org WHERE slug = ?").bind(slug).fetch_optional(reading).await?;
    Ok(row.map(|row| row.id("id")).transpose()?)
}

/// The organization with this slug, or an error for the person who typed it.
pub(crate) async fn named(db: &Db, slug: &str) -> Result<OrgId> {
    let org = by_slug(&mut *db.read().await?, slug).await?;
    org.ok_or_else(|| Error::Setup("There is no organization with this short name.".to_owned()))
}

pub(crate) async fn one(reading: &mut SqliteConnection, id: OrgId) -> Result<Organization> {
    let row = sqlx::query("SELECT slug, name FROM org WHERE id = ?").bind(id.to_string()).fetch_one(reading).await?;
    Ok(Organization { id, slug: row.text("slug")?, name: row.text("name")? })
}

/// The organization's position, and a number that differs whenever somebody may have lost access.
pub(crate) async fn head_and_access(reading: &mut SqliteConnection, id: OrgId) -> Result<(Seq, i64)> {
    let row =
        sqlx::query("SELECT seq, access_rev FROM org WHERE id = ?").bind(id.to_string()).fetch_one(reading).await?;
    Ok((row.seq("seq")?, row.try_get("access_rev")?))
}

/// The organization's channels, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn channels(reading: &mut SqliteConnection, org: OrgId) -> Result<Vec<Channel>> {
    let rows = sqlx::query("SELECT id, kind, name FROM channel WHERE org_id = ? ORDER BY id")
        .bind(org.to_string())
        .fetch_all(reading)
        .await?;
    let channel =
        |row: &SqliteRow| Ok(Channel { id: row.id("id")?, kind: channel_kind(row, "kind")?, name: row.text("name")? });
    Ok(rows.iter().map(channel).collect::<sqlx::Result<_>>()?)
}

pub(crate) fn channel_kind(row: &SqliteRow, column: &str) -> sqlx::Result<ChannelKind> {
    row.word(column)
}
