//! The ids of contacts. A merged contact's id is an alias: it stands for the one they were merged into.

use crate::{
    contact_erasure,
    error::{Error, Result},
    sql::{Connection, sql},
};
use wire::{ContactId, OrgId, ProblemCode};

/// Whether `$column` is one of the ids that stand for the contact `$2` of the organization `$1`: their own one, and those of
/// the contacts who were merged into them.
macro_rules! is_theirs {
    ($column:literal) => {
        // As one list: SQLite would read every contact for a list and an id beside it.
        concat!(
            $column,
            " IN (SELECT x.contact_id FROM contact_merge x WHERE x.org_id = $1 AND x.root_id = $2 UNION ALL SELECT $2)"
        )
    };
}
pub(crate) use is_theirs;

/// Whether the contact `c` was merged into another one.
macro_rules! is_merged {
    () => {
        "EXISTS (SELECT 1 FROM contact_merge x WHERE x.org_id = c.org_id AND x.contact_id = c.id)"
    };
}
pub(crate) use is_merged;

const SELECT_ROOT: &str = "SELECT COALESCE(x.root_id, c.id) AS id FROM contact c \
    LEFT JOIN contact_merge x ON x.org_id = c.org_id AND x.contact_id = c.id WHERE c.org_id = $1 AND c.id = $2";

/// The contact for whom an id stands. `None` if it stands for nobody of the organization.
pub(crate) async fn find(reading: &mut Connection, org: OrgId, id: ContactId) -> Result<Option<ContactId>> {
    let row = sql(SELECT_ROOT).bind(org.to_string()).bind(id.to_string()).fetch_optional(reading).await?;
    Ok(row.map(|row| row.id("id")).transpose()?)
}

/// As [`find`]. `not-found` if it stands for nobody.
pub(crate) async fn resolve(reading: &mut Connection, org: OrgId, id: ContactId) -> Result<ContactId> {
    find(reading, org, id).await?.ok_or_else(|| Error::from(ProblemCode::NotFound))
}

/// As [`resolve`], for a change: `gone` if the contact was erased. What is left of them can't be changed.
pub(crate) async fn resolve_for_change(reading: &mut Connection, org: OrgId, id: ContactId) -> Result<ContactId> {
    let contact = resolve(&mut *reading, org, id).await?;
    match contact_erasure::rev(reading, org, contact).await? {
        Some(rev) => Err(Error::gone(rev)),
        None => Ok(contact),
    }
}

/// The contacts who were merged into this one, also by way of others.
pub(crate) async fn merged_into(reading: &mut Connection, org: OrgId, root: ContactId) -> Result<Vec<ContactId>> {
    let rows = sql("SELECT contact_id FROM contact_merge WHERE org_id = $1 AND root_id = $2 ORDER BY seq")
        .bind(org.to_string())
        .bind(root.to_string())
        .fetch_all(reading)
        .await?;
    Ok(rows.iter().map(|row| row.id("contact_id")).collect::<sqlx::Result<_>>()?)
}
