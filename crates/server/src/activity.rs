//! A contact's activity: who did what, and when. [`crate::change::Change::activity`] writes the lines; this file reads
//! them.

use crate::{
    agents::{self, author_columns},
    auth_agent::AuthAgent,
    contact_aliases,
    db::int,
    error::Result,
    expiry::UNDO_WINDOW,
    input::{Ids, Query},
    page::{List, cut},
    sql::{Builder, Connection, Row},
    state::State,
};
use axum::extract;
use utoipa_axum::{router::OpenApiRouter, routes};
use wire::{Activity, ContactId, MergeUndo, OrgId, Page, Problem, Seq};

pub(crate) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new().routes(routes!(list))
}

const SELECT: &str = concat!(
    "SELECT t.seq, t.kind, t.actor_id AS author_id, ",
    author_columns!(),
    ", t.conversation_id, t.subject, t.at, x.contact_id AS merged_id, x.merged_at \
     FROM activity t LEFT JOIN agent a ON a.org_id = t.org_id AND a.id = t.actor_id \
     LEFT JOIN contact_merge x ON x.org_id = t.org_id AND x.seq = t.seq AND x.undo IS NOT NULL WHERE t.org_id = "
);

/// A contact's activity, newest first. It never holds a note's text.
#[utoipa::path(get, path = "/api/v1/contacts/{id}/activity", tag = "contacts", params(
    ("id" = ContactId, Path), ("cursor" = Option<wire::text_rules::Cursor>, Query),
    ("limit" = Option<u32>, Query, minimum = 1, maximum = 100)), responses(
    (status = 200, body = Page<Activity>),
    (status = "default", body = Problem, content_type = "application/problem+json", description = "Refused.")))]
async fn list(
    signed: AuthAgent,
    Ids(contact): Ids<ContactId>,
    mut query: Query,
    extract::State(state): extract::State<State>,
) -> Result<axum::Json<Page<Activity>>> {
    let (cursor, limit) = (query.take_text("cursor")?, query.limit()?);
    query.finish()?;
    let mut reading = state.db().read().await?;
    // A cursor stays good when the contact is merged.
    let list = List::new(state.db(), signed.org, &format!("activity {contact}"));
    let contact = contact_aliases::resolve(&mut reading, signed.org, contact).await?;
    let as_of = state.db().as_of(&mut reading, signed.org).await?;
    let before = cursor.map_or(Ok(Seq::MAX), |cursor| list.place(&cursor))?;
    let (items, next) = newest(&mut reading, signed.org, contact, before, limit).await?;
    let next_cursor = next.map(|seq| list.cursor(&seq.to_string()));
    Ok(axum::Json(Page { items, next_cursor, as_of }))
}

/// The newest lines before a position, and the position before which the next page begins.
pub(crate) async fn newest(
    reading: &mut Connection,
    org: OrgId,
    contact: ContactId,
    before: Seq,
    limit: u32,
) -> Result<(Vec<Activity>, Option<Seq>)> {
    let merged = contact_aliases::merged_into(&mut *reading, org, contact).await?;
    let mut select = Builder::new(SELECT);
    select.push_bind(org.to_string()).push(" AND t.contact_id IN (").push_bind(contact.to_string());
    for contact in merged {
        select.push(", ").push_bind(contact.to_string());
    }
    select.push(") AND t.seq < ").push_bind(int(before));
    select.push(" ORDER BY t.seq DESC LIMIT ").push_bind(i64::from(limit) + 1);
    let rows = select.build().fetch_all(reading).await?;
    let mut items: Vec<_> = rows.iter().map(activity).collect::<sqlx::Result<_>>()?;
    let next = cut(&mut items, limit).map(|last| last.seq);
    Ok((items, next))
}

fn activity(row: &Row) -> sqlx::Result<Activity> {
    Ok(Activity {
        seq: row.seq("seq")?,
        kind: row.word("kind")?,
        actor: agents::author(row)?,
        conversation_id: row.id_or_none("conversation_id")?,
        subject: row.get("subject")?,
        at: row.time("at")?,
        undo: merge_undo(row)?,
    })
}

/// Until when the merge of this line can be undone. A client compares the time with its own clock.
fn merge_undo(row: &Row) -> sqlx::Result<Option<MergeUndo>> {
    let Some(contact_id) = row.id_or_none("merged_id")? else { return Ok(None) };
    Ok(Some(MergeUndo { contact_id, until: row.time("merged_at")? + UNDO_WINDOW }))
}
