//! The origins whose pages may hold an organization's widget.

use crate::{
    db::{Columns as _, Db},
    error::{Error, Result},
};
use sqlx::SqliteConnection;
use wire::OrgId;

/// An origin as browsers write it: `http` or `https`, a host in lower case, a port unless it is the scheme's own.
/// `None` for anything else, an address with a path among it.
#[must_use]
pub fn normal(text: &str) -> Option<String> {
    let text = text.trim().to_ascii_lowercase();
    let (scheme, rest) = text.split_once("://")?;
    let own_port = match scheme {
        "http" => ":80",
        "https" => ":443",
        _ => return None,
    };
    let host = rest.strip_suffix('/').unwrap_or(rest);
    let host = host.strip_suffix(own_port).unwrap_or(host);
    let (name, port) = host.rsplit_once(':').filter(|_| !host.ends_with(']')).unwrap_or((host, "1"));
    let is_name = !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'[' | b']' | b':'));
    let is_port = port.parse::<u16>().is_ok_and(|port| port > 0) && !port.starts_with(['0', '+']);
    (is_name && is_port).then(|| format!("{scheme}://{host}"))
}

/// Adds an origin to the organization's list.
///
/// # Errors
/// When it isn't one, or the database fails.
pub async fn add(db: &Db, org: OrgId, origin: &str) -> Result<()> {
    let origin = normal(origin).ok_or_else(not_an_origin)?;
    let mut change = db.change(org).await?;
    sqlx::query("INSERT INTO embed_origin (org_id, origin) VALUES (?, ?) ON CONFLICT DO NOTHING")
        .bind(org.to_string())
        .bind(origin)
        .execute(change.tx())
        .await?;
    change.commit().await
}

/// Takes an origin off the list; the tokens of its pages end at once.
///
/// # Errors
/// When it isn't on the list, or the database fails.
pub async fn remove(db: &Db, org: OrgId, origin: &str) -> Result<()> {
    let origin = normal(origin).ok_or_else(not_an_origin)?;
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
    change.commit().await
}

/// The organization's list.
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

/// Whether an origin is on anybody's list.
pub(super) async fn is_known(reading: &mut SqliteConnection, origin: &str) -> Result<bool> {
    let found = sqlx::query("SELECT 1 FROM embed_origin WHERE origin = ?").bind(origin).fetch_optional(reading).await?;
    Ok(found.is_some())
}

fn not_an_origin() -> Error {
    Error::Setup("An origin is like https://crm.example or http://localhost:3000, without a path.".to_owned())
}

#[cfg(test)]
mod tests {
    use super::normal;

    #[test]
    fn origins_are_written_as_browsers_write_them() {
        for (given, origin) in [
            ("https://CRM.example", "https://crm.example"),
            ("https://crm.example/", "https://crm.example"),
            ("https://crm.example:443", "https://crm.example"),
            ("http://crm.example:80", "http://crm.example"),
            ("http://localhost:3000", "http://localhost:3000"),
            (" http://[::1]:3000 ", "http://[::1]:3000"),
            ("http://[::1]", "http://[::1]"),
        ] {
            assert_eq!(normal(given).as_deref(), Some(origin), "{given}");
        }
    }

    #[test]
    fn what_is_no_origin_is_refused() {
        for given in [
            "",
            "null",
            "*",
            "crm.example",
            "https://",
            "https://:80",
            "ftp://crm.example",
            "https://crm.example/path",
            "https://user@crm.example",
            "https://crm.example:0",
            "https://crm.example:70000",
            "https://crm.example:",
            "https://crm.example?x",
            "https://*.example",
            "https://crm example",
            "javascript://crm.example%0a",
        ] {
            assert_eq!(normal(given), None, "{given}");
        }
    }
}
