//! What a bulk change is of, and how far it is: the rows of `bulk_item`.

use super::operation::Outcome;
use crate::{
    auth_agent::AuthAgent,
    change::Change,
    contact_pages::{self, Asked},
    conversation, conversations,
    db::Db,
    error::{Error, Result},
    sql::{Builder, sql},
};
use uuid::Uuid;
use wire::{
    BULK_AT_ONCE, Bulk, BulkFailure, BulkId, BulkOf, BulkProgress, BulkReason, ContactId, ConversationQuery, OrgId,
    ProblemCode,
};

/// So many can be changed in one bulk change.
const MOST: u32 = 100_000;

/// So many failures are named.
const MOST_FAILURES: i64 = 200;

/// The states of items in one direction: doing or undoing.
pub(super) struct Direction {
    /// To be handled yet.
    from: &'static str,
    changed: &'static str,
    failed: &'static str,
}

pub(super) const FORWARD: Direction = Direction { from: "waiting", changed: "changed", failed: "failed" };
pub(super) const BACKWARD: Direction = Direction { from: "changed", changed: "undone", failed: "kept" };

/// A conversation or contact that is to be changed or undone.
pub(super) struct Item {
    pub(super) subject: Uuid,
    pub(super) before: Option<String>,
}

/// The contacts who fit, where a bulk change that has not begun asks for those. They are searched before the change, which
/// nobody else's has to wait for then.
pub(super) async fn fitting_contacts(db: &Db, org: OrgId, id: BulkId, of: &BulkOf) -> Result<Vec<ContactId>> {
    let BulkOf::ContactsThatFit(query) = of else { return Ok(Vec::new()) };
    let asked = Asked::of(query.clone())?;
    let mut reading = db.search().await?;
    let has_begun = "SELECT EXISTS (SELECT 1 FROM bulk_change WHERE org_id = $1 AND id = $2)";
    if sql(has_begun).bind(org.to_string()).bind(id.to_string()).fetch_value(&mut reading).await? {
        return Ok(Vec::new());
    }
    let found = contact_pages::ids(&mut reading, org, &asked, MOST).await?;
    if found.len() > MOST as usize { Err(too_many()) } else { Ok(found) }
}

/// Adds what fits the query of a bulk change. `contacts`: from [`fitting_contacts`].
pub(super) async fn add_fitting(
    change: &mut Change,
    signed: &AuthAgent,
    id: BulkId,
    bulk: &Bulk,
    contacts: Vec<ContactId>,
) -> Result<()> {
    if let BulkOf::ConversationsThatFit(query) = &bulk.of {
        let added = add_conversations(change, signed, id, query, bulk.change.is_of_contacts()).await?;
        if added > u64::from(MOST) {
            return Err(too_many());
        }
    }
    for some in contacts.chunks(BULK_AT_ONCE) {
        add(change, id, some.iter().map(ToString::to_string)).await?;
    }
    Ok(())
}

async fn add_conversations(
    change: &mut Change,
    signed: &AuthAgent,
    id: BulkId,
    query: &ConversationQuery,
    of_contacts: bool,
) -> Result<u64> {
    let mut insert =
        Builder::new("INSERT INTO bulk_item (org_id, bulk_id, subject_id, state) SELECT DISTINCT c.org_id, ");
    insert.push_bind(id.to_string());
    insert.push(if of_contacts { ", c.contact_id" } else { ", c.id" });
    insert.push(", 'waiting' FROM conversation c WHERE c.org_id = ").push_bind(signed.org.to_string());
    conversations::push_query(&mut insert, signed, query);
    Ok(insert.build().execute(change.tx()).await?)
}

fn too_many() -> Error {
    Error::field(ProblemCode::InvalidField, "/of", "too-many")
}

/// Adds what a request names, unless it was named before.
pub(super) async fn add_named(change: &mut Change, id: BulkId, bulk: &Bulk) -> Result<()> {
    match &bulk.of {
        BulkOf::Contacts { ids } => add(change, id, ids.iter().map(ToString::to_string)).await,
        BulkOf::Conversations { ids } if bulk.change.is_of_contacts() => {
            let (org, mut contacts) = (change.org(), Vec::new());
            for id in ids {
                // One that isn't there stands for itself: it is not found as a contact either.
                let contact = conversation::contact_of(change.tx(), org, *id).await?;
                contacts.push(contact.map_or_else(|| id.to_string(), |contact| contact.to_string()));
            }
            add(change, id, contacts.into_iter()).await
        }
        BulkOf::Conversations { ids } => add(change, id, ids.iter().map(ToString::to_string)).await,
        BulkOf::ConversationsThatFit(_) | BulkOf::ContactsThatFit(_) => Ok(()),
    }
}

async fn add(change: &mut Change, id: BulkId, subjects: impl Iterator<Item = String>) -> Result<()> {
    let org = change.org().to_string();
    let mut insert = Builder::new("INSERT INTO bulk_item (org_id, bulk_id, subject_id, state) VALUES ");
    for (n, subject) in subjects.enumerate() {
        insert.push(if n == 0 { "(" } else { ", (" }).push_bind(org.clone()).push(", ").push_bind(id.to_string());
        insert.push(", ").push_bind(subject).push(", 'waiting')");
    }
    insert.push(" ON CONFLICT DO NOTHING");
    insert.build().execute(change.tx()).await?;
    Ok(())
}

const SELECT_NEXT: &str = "SELECT subject_id, before FROM bulk_item \
    WHERE org_id = $1 AND bulk_id = $2 AND state = $3 ORDER BY state, subject_id LIMIT $4";

/// The next that are to be handled in one request.
pub(super) async fn next(change: &mut Change, id: BulkId, direction: &Direction) -> Result<Vec<Item>> {
    let org = change.org().to_string();
    let rows = sql(SELECT_NEXT)
        .bind(org)
        .bind(id.to_string())
        .bind(direction.from)
        .bind(i64::try_from(BULK_AT_ONCE).unwrap_or(i64::MAX))
        .fetch_all(change.tx())
        .await?;
    let item = |row: &crate::sql::Row| Ok(Item { subject: row.id("subject_id")?, before: row.get("before")? });
    Ok(rows.iter().map(item).collect::<sqlx::Result<_>>()?)
}

/// Stores what came of an item.
pub(super) async fn settle(
    change: &mut Change,
    id: BulkId,
    subject: Uuid,
    direction: &Direction,
    outcome: Outcome,
) -> Result<()> {
    let org = change.org().to_string();
    let (state, before, reason) = match outcome {
        Outcome::Changed(before) => (direction.changed, before, None),
        Outcome::Unchanged => ("unchanged", None, None),
        Outcome::Failed(reason) => (direction.failed, None, Some(reason.into_str())),
    };
    sql("UPDATE bulk_item SET state = $1, before = $2, reason = $3 WHERE org_id = $4 AND bulk_id = $5 AND subject_id = $6")
        .bind(state)
        .bind(before)
        .bind(reason)
        .bind(org)
        .bind(id.to_string())
        .bind(subject.as_hyphenated().to_string())
        .execute(change.tx())
        .await?;
    Ok(())
}

/// Forgets what an undone bulk change has not changed yet.
pub(super) async fn forget_waiting(change: &mut Change, id: BulkId) -> Result<()> {
    let org = change.org().to_string();
    let forget = "DELETE FROM bulk_item WHERE org_id = $1 AND bulk_id = $2 AND state = 'waiting'";
    sql(forget).bind(org).bind(id.to_string()).execute(change.tx()).await?;
    Ok(())
}

const COUNT: &str = "SELECT COUNT(*) FROM bulk_item WHERE org_id = $1 AND bulk_id = $2 AND state = $3";

const SELECT_FAILED_CONVERSATIONS: &str = "SELECT i.subject_id, i.reason, COALESCE(p.name, '') AS name FROM bulk_item i \
    LEFT JOIN conversation c ON c.org_id = i.org_id AND c.id = i.subject_id \
    LEFT JOIN contact p ON p.org_id = c.org_id AND p.id = c.contact_id \
    WHERE i.org_id = $1 AND i.bulk_id = $2 AND i.state = $3 ORDER BY i.state, i.subject_id LIMIT $4";
const SELECT_FAILED_CONTACTS: &str = "SELECT i.subject_id, i.reason, COALESCE(p.name, '') AS name FROM bulk_item i \
    LEFT JOIN contact p ON p.org_id = i.org_id AND p.id = i.subject_id \
    WHERE i.org_id = $1 AND i.bulk_id = $2 AND i.state = $3 ORDER BY i.state, i.subject_id LIMIT $4";

/// How far a bulk change or its undo is.
pub(super) async fn progress(
    change: &mut Change,
    id: BulkId,
    direction: &Direction,
    of_contacts: bool,
) -> Result<BulkProgress> {
    let failures = count(change, id, direction.failed).await?;
    let mut failed = Vec::new();
    if failures > 0 {
        let org = change.org().to_string();
        let select = if of_contacts { SELECT_FAILED_CONTACTS } else { SELECT_FAILED_CONVERSATIONS };
        let rows = sql(select)
            .bind(org)
            .bind(id.to_string())
            .bind(direction.failed)
            .bind(MOST_FAILURES)
            .fetch_all(change.tx())
            .await?;
        for row in &rows {
            let reason: BulkReason = row.word("reason")?;
            failed.push(BulkFailure { id: row.id("subject_id")?, name: row.text("name")?, reason });
        }
    }
    let (changed, left) = (count(change, id, direction.changed).await?, count(change, id, direction.from).await?);
    Ok(BulkProgress { changed, failures, failed, left })
}

async fn count(change: &mut Change, id: BulkId, state: &'static str) -> Result<u64> {
    let org = change.org().to_string();
    let count: i64 = sql(COUNT).bind(org).bind(id.to_string()).bind(state).fetch_value(change.tx()).await?;
    Ok(u64::try_from(count).unwrap_or(0))
}
