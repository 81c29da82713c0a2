//! Bulk changes: many conversations or contacts are changed in the same way, and one undo takes all of it back.
//!
//! The first request stores what is to be changed; each one then changes a limited number, so that other changes have
//! their turn in between. How each was before is kept for as long as the undo is possible.

mod items;
mod operation;

use self::operation::Operation;
use crate::{
    auth_agent::AuthAgent,
    change::Change,
    error::{Error, Result},
    expiry::UNDO_WINDOW,
    input::{Ids, JsonBody},
    sql::{malformed, sql},
    state::State,
};
use axum::extract;
use chrono::{DateTime, Utc};
use utoipa_axum::{router::OpenApiRouter, routes};
use wire::{AgentId, BULK_AT_ONCE, Bulk, BulkId, BulkOf, BulkProgress, Problem, ProblemCode};

pub(crate) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new().routes(routes!(put)).routes(routes!(undo))
}

/// Change many conversations or contacts. With ids, those are changed; with a query, those that fit at the time of the first
/// request. Each request changes 200 at most: the same again goes on, until nothing is `left`.
#[utoipa::path(put, path = "/api/v1/bulk/{id}", tag = "bulk", params(("id" = inline(BulkId), Path)), request_body = Bulk,
    responses((status = 200, body = BulkProgress),
    (status = "default", body = Problem, content_type = "application/problem+json", description = "Refused.")))]
async fn put(
    mut signed: AuthAgent,
    Ids(id): Ids<BulkId>,
    extract::State(state): extract::State<State>,
    JsonBody(bulk): JsonBody<Bulk>,
) -> Result<axum::Json<BulkProgress>> {
    check(&bulk)?;
    let fitting = items::fitting_contacts(state.db(), signed.org, id, &bulk.of).await?;
    let mut change = signed.change(state.db()).await?;
    let operation = Operation::prepare(&mut change, bulk.change.clone()).await?;
    let request = request_text(&bulk);
    match Begun::find(&mut change, id).await? {
        None => {
            begin(&mut change, id, &signed, &request).await?;
            items::add_fitting(&mut change, &signed, id, &bulk, fitting).await?;
        }
        Some(begun) if begun.by != signed.agent || begun.request != request => return Err(ProblemCode::IdReuse.into()),
        Some(begun) if begun.undone => return Err(ProblemCode::Gone.into()),
        Some(_) => {}
    }
    items::add_named(&mut change, id, &bulk).await?;
    for item in items::next(&mut change, id, &items::FORWARD).await? {
        let outcome = operation.carry_out(&mut change, item.subject, signed.agent).await?;
        items::settle(&mut change, id, item.subject, &items::FORWARD, outcome).await?;
    }
    let progress = items::progress(&mut change, id, &items::FORWARD, bulk.change.is_of_contacts()).await?;
    change.commit().await?;
    tracing::info!(org = %signed.org, agent = %signed.agent, bulk = %id, changed = progress.changed, left = progress.left, "changed in bulk");
    Ok(axum::Json(progress))
}

/// Undo a bulk change within ten minutes; only the agent who made it may. What somebody has changed since stays as it is.
/// Each request undoes 200 at most: the same again goes on, until nothing is `left`.
#[utoipa::path(post, path = "/api/v1/bulk/{id}/undo", tag = "bulk", params(("id" = inline(BulkId), Path)),
    responses((status = 200, body = BulkProgress),
    (status = "default", body = Problem, content_type = "application/problem+json", description = "Refused.")))]
async fn undo(
    mut signed: AuthAgent,
    Ids(id): Ids<BulkId>,
    extract::State(state): extract::State<State>,
) -> Result<axum::Json<BulkProgress>> {
    let mut change = signed.change(state.db()).await?;
    let begun = Begun::find(&mut change, id).await?.ok_or_else(|| Error::from(ProblemCode::NotFound))?;
    if begun.by != signed.agent {
        return Err(Error::detail(ProblemCode::Forbidden, "Only who made a bulk change can undo it."));
    }
    if begun.at + UNDO_WINDOW <= change.at() {
        return Err(ProblemCode::Gone.into());
    }
    let bulk: Bulk = serde_json::from_str(&begun.request).map_err(|_| malformed("request"))?;
    let operation = Operation::for_undo(&mut change, bulk.change.clone()).await?;
    if !begun.undone {
        let statement = "UPDATE bulk_change SET undone = TRUE WHERE org_id = $1 AND id = $2";
        sql(statement).bind(signed.org.to_string()).bind(id.to_string()).execute(change.tx()).await?;
        items::forget_waiting(&mut change, id).await?;
    }
    for item in items::next(&mut change, id, &items::BACKWARD).await? {
        let outcome = operation.take_back(&mut change, &item, signed.agent).await?;
        items::settle(&mut change, id, item.subject, &items::BACKWARD, outcome).await?;
    }
    let progress = items::progress(&mut change, id, &items::BACKWARD, bulk.change.is_of_contacts()).await?;
    change.commit().await?;
    tracing::info!(org = %signed.org, agent = %signed.agent, bulk = %id, undone = progress.changed, left = progress.left, "bulk change undone");
    Ok(axum::Json(progress))
}

fn check(bulk: &Bulk) -> Result<()> {
    let (count, of_contacts) = match &bulk.of {
        BulkOf::Conversations { ids } => (Some(ids.len()), false),
        BulkOf::Contacts { ids } => (Some(ids.len()), true),
        BulkOf::ConversationsThatFit(_) => (None, false),
        BulkOf::ContactsThatFit(_) => (None, true),
    };
    if count.is_some_and(|count| !(1..=BULK_AT_ONCE).contains(&count)) {
        return Err(Error::field(ProblemCode::InvalidField, "/of", "out-of-range"));
    }
    if of_contacts && !bulk.change.is_of_contacts() {
        return Err(Error::field(ProblemCode::InvalidField, "/change", "not-of-contacts"));
    }
    Ok(())
}

/// What a bulk change is known by: its later requests may name other ids.
fn request_text(bulk: &Bulk) -> String {
    let mut request = bulk.clone();
    match &mut request.of {
        BulkOf::Conversations { ids } => ids.clear(),
        BulkOf::Contacts { ids } => ids.clear(),
        BulkOf::ConversationsThatFit(_) | BulkOf::ContactsThatFit(_) => {}
    }
    serde_json::to_string(&request).expect("strings and ids can be written as JSON")
}

struct Begun {
    by: AgentId,
    request: String,
    at: DateTime<Utc>,
    undone: bool,
}

impl Begun {
    async fn find(change: &mut Change, id: BulkId) -> Result<Option<Self>> {
        let org = change.org().to_string();
        let row = sql("SELECT agent_id, request, begun_at, undone FROM bulk_change WHERE org_id = $1 AND id = $2")
            .bind(org)
            .bind(id.to_string())
            .fetch_optional(change.tx())
            .await?;
        let Some(row) = row else { return Ok(None) };
        let (by, request, at) = (row.id("agent_id")?, row.text("request")?, row.time("begun_at")?);
        Ok(Some(Self { by, request, at, undone: row.get("undone")? }))
    }
}

async fn begin(change: &mut Change, id: BulkId, signed: &AuthAgent, request: &str) -> Result<()> {
    let at = change.at().timestamp_millis();
    sql("INSERT INTO bulk_change (org_id, id, agent_id, request, begun_at) VALUES ($1, $2, $3, $4, $5)")
        .bind(signed.org.to_string())
        .bind(id.to_string())
        .bind(signed.agent.to_string())
        .bind(request)
        .bind(at)
        .execute(change.tx())
        .await?;
    Ok(())
}
