//! Organizations and their channels.

use crate::{
    change::Change,
    db::Db,
    error::{Error, Result},
    sql::{Connection, Row, sql},
};
use wire::{Channel, ChannelId, ChannelKind, OrgId, Organization, Seq, text_rules::SLUG};

/// Adds an organization with its built-in channels: one web chat, one e-mail.
///
/// # Errors
/// When the slug is malformed or taken, or the database fails.
pub async fn add(db: &Db, slug: &str, name: &str) -> Result<OrgId> {
    if !SLUG.allows(slug) {
        return Err(Error::Setup("An organization's short name is 1–40 of a–z, 0–9 and -.".to_owned()));
    }
    if name.contains('\0') {
        return Err(Error::Setup("A name can't contain the character NUL.".to_owned()));
    }
    let org = OrgId::fresh();
    let mut change = db.change(org).await?;
    make(&mut change, slug, name).await?;
    change.commit().await?;
    Ok(org)
}

/// Makes the change's organization, as [`add`].
pub(crate) async fn make(change: &mut Change, slug: &str, name: &str) -> Result<()> {
    let org = change.org();
    let added = sql("INSERT INTO org (id, slug, name) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING")
        .bind(org.to_string())
        .bind(slug)
        .bind(name)
        .execute(change.tx())
        .await?;
    if added == 0 {
        return Err(Error::Setup("An organization with this short name exists already.".to_owned()));
    }
    add_channel(change, ChannelKind::Chat, "Web chat").await?;
    add_channel(change, ChannelKind::Email, "E-mail").await?;
    Ok(())
}

/// Whether there is no organization.
pub(crate) async fn are_none(reading: &mut Connection) -> Result<bool> {
    Ok(!sql("SELECT EXISTS (SELECT 1 FROM org)").fetch_value::<bool>(reading).await?)
}

/// Adds a channel to the change's organization.
///
/// # Errors
/// When the database fails.
pub async fn add_channel(change: &mut Change, kind: ChannelKind, name: &str) -> Result<ChannelId> {
    let (org, id) = (change.org().to_string(), ChannelId::fresh());
    sql("INSERT INTO channel (org_id, id, kind, name) VALUES ($1, $2, $3, $4)")
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
pub async fn name_by_slug(reading: &mut Connection, slug: &str) -> Result<Option<String>> {
    let row = sql("SELECT name FROM org WHERE slug = $1").bind(slug).fetch_optional(reading).await?;
    Ok(row.map(|row| row.text("name")).transpose()?)
}

/// The organization with this slug.
///
/// # Errors
/// When the database fails.
pub async fn by_slug(reading: &mut Connection, slug: &str) -> Result<Option<OrgId>> {
    let row = sql("SELECT id FROM org WHERE slug = $1").bind(slug).fetch_optional(reading).await?;
    Ok(row.map(|row| row.id("id")).transpose()?)
}

/// The organization with this slug, or an error for the person who typed it.
pub(crate) async fn named(db: &Db, slug: &str) -> Result<OrgId> {
    let org = by_slug(&mut db.read().await?, slug).await?;
    org.ok_or_else(|| Error::Setup("There is no organization with this short name.".to_owned()))
}

pub(crate) async fn one(reading: &mut Connection, id: OrgId) -> Result<Organization> {
    let row = sql("SELECT slug, name FROM org WHERE id = $1").bind(id.to_string()).fetch_one(reading).await?;
    Ok(Organization { id, slug: row.text("slug")?, name: row.text("name")? })
}

/// The organization's position, and a number that differs whenever somebody may have lost access.
pub(crate) async fn head_and_access(reading: &mut Connection, id: OrgId) -> Result<(Seq, i64)> {
    let row = sql("SELECT seq, access_rev FROM org WHERE id = $1").bind(id.to_string()).fetch_one(reading).await?;
    Ok((row.seq("seq")?, row.get("access_rev")?))
}

/// The organization's channels, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn channels(reading: &mut Connection, org: OrgId) -> Result<Vec<Channel>> {
    let rows = sql("SELECT id, kind, name FROM channel WHERE org_id = $1 ORDER BY id")
        .bind(org.to_string())
        .fetch_all(reading)
        .await?;
    let channel =
        |row: &Row| Ok(Channel { id: row.id("id")?, kind: channel_kind(row, "kind")?, name: row.text("name")? });
    Ok(rows.iter().map(channel).collect::<sqlx::Result<_>>()?)
}

pub(crate) fn channel_kind(row: &Row, column: &str) -> sqlx::Result<ChannelKind> {
    row.word(column)
}
