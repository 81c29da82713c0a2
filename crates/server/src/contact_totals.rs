//! How much there is of a contact: what moves when they are merged.

use crate::{auth_agent::AuthAgent, contact_aliases, error::Result, input::Ids, sql::sql, state::State};
use axum::extract;
use utoipa_axum::{router::OpenApiRouter, routes};
use wire::{ContactId, Problem, Totals};

pub(crate) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new().routes(routes!(totals))
}

const COUNT: &str = "SELECT \
    (SELECT COUNT(*) FROM conversation WHERE org_id = $1 AND contact_id = $2) AS conversations, \
    (SELECT COUNT(*) FROM contact_note WHERE org_id = $1 AND contact_id = $2 AND deleted_at IS NULL) AS notes";

/// How many conversations and contact notes there are of a contact.
#[utoipa::path(get, path = "/api/v1/contacts/{id}/totals", tag = "contacts", params(("id" = ContactId, Path)), responses(
    (status = 200, body = Totals),
    (status = "default", body = Problem, content_type = "application/problem+json", description = "Refused.")))]
async fn totals(
    signed: AuthAgent,
    Ids(id): Ids<ContactId>,
    extract::State(state): extract::State<State>,
) -> Result<axum::Json<Totals>> {
    let mut reading = state.db().read().await?;
    let contact = contact_aliases::resolve(&mut reading, signed.org, id).await?;
    let row = sql(COUNT).bind(signed.org.to_string()).bind(contact.to_string()).fetch_one(&mut reading).await?;
    Ok(axum::Json(Totals { conversations: row.seq("conversations")?, notes: row.seq("notes")? }))
}
