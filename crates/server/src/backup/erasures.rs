//! Erased contacts in a restore: who was erased since the backup is erased in it too.

use crate::{
    contact_erasure, contact_merge, contacts,
    db::Db,
    error::{Error, Result},
    purge::purge,
    sql::{Connection, Row, sql},
};
use chrono::{DateTime, SubsecRound as _, Utc};
use wire::{AgentId, ContactId, OrgId};

/// The word for an erased contact in the list of deletions. Its line has the organization, the contact, and who erased
/// them, or `-`.
pub(super) const WORD: &str = "contact";

/// An erasure to be replayed.
pub(super) struct Erasure {
    org: OrgId,
    contact: ContactId,
    by: Option<AgentId>,
    at: DateTime<Utc>,
}

/// The lines of the list of deletions.
pub(super) async fn lines(reading: &mut Connection) -> Result<String> {
    let select = "SELECT org_id, id, erased_by FROM contact_tombstone ORDER BY org_id, id";
    let mut lines = String::new();
    for row in sql(select).fetch_all(reading).await? {
        let by: Option<String> = row.get("erased_by")?;
        lines += &format!("{WORD} {} {} {}\n", row.text("org_id")?, row.text("id")?, by.as_deref().unwrap_or("-"));
    }
    Ok(lines)
}

/// The erasures of the database that is replaced.
pub(super) async fn of_replaced(connection: &mut Connection) -> Result<Vec<Erasure>> {
    let select = "SELECT org_id, id, erased_by, erased_at FROM old.contact_tombstone ORDER BY erased_at, id";
    let rows = sql(select).fetch_all(connection).await?;
    let erasure = |row: &Row| {
        let (org, contact, by) = (row.id("org_id")?, row.id("id")?, row.id_or_none("erased_by")?);
        Ok(Erasure { org, contact, by, at: row.time("erased_at")? })
    };
    Ok(rows.iter().map(erasure).collect::<sqlx::Result<_>>()?)
}

/// A line with its number.
pub(super) type Line<'a> = (usize, &'a str);

/// Takes the erasures out of a list of deletions. Returns the other lines as they are, with their numbers.
pub(super) fn of_list(list: &str) -> Result<(Vec<Erasure>, Vec<Line<'_>>)> {
    let at = Utc::now().trunc_subsecs(3);
    let (mut erasures, mut others) = (Vec::new(), Vec::new());
    for (number, line) in list.lines().enumerate() {
        let words: Vec<&str> = line.split(' ').collect();
        if words.first() != Some(&WORD) {
            others.push((number + 1, line));
            continue;
        }
        let unread = || Error::Setup(format!("Line {} of the list of deletions can't be read.", number + 1));
        let [_, org, contact, by] = words[..] else { return Err(unread()) };
        let (Ok(org), Ok(contact)) = (org.parse(), contact.parse()) else { return Err(unread()) };
        erasures.push(Erasure { org, contact, by: by.parse().ok(), at });
    }
    Ok((erasures, others))
}

/// Carries out the erasures in the restored database. Returns how many of the contacts were in it.
pub(super) async fn replay(db: &Db, erasures: &[Erasure]) -> Result<u64> {
    let mut erased = 0;
    for Erasure { org, contact, by, at } in erasures {
        let mut change = db.change(*org).await?;
        change.continue_as(*org, *at);
        if contact_erasure::rev(change.tx(), *org, *contact).await?.is_some() {
            continue;
        }
        // The backup may be from before this merge was undone.
        contact_merge::separate_for_erasure(&mut change, *contact).await?;
        if contacts::one(change.tx(), *org, *contact).await?.is_some() {
            contact_erasure::write(&mut change, *contact, *by).await?;
            erased += 1;
        } else {
            contact_erasure::remember(&mut change, *contact, *by).await?;
        }
        change.commit().await?;
    }
    if erased > 0 {
        purge(db, true).await?;
    }
    Ok(erased)
}
