//! Lists: static groups of contacts.

use crate::{
    auth_agent::AuthAgent,
    error::Result,
    input::Query,
    sql::{Row, sql},
    state::State,
};
use axum::extract;
use utoipa_axum::{router::OpenApiRouter, routes};
use wire::{ContactList, Page, Problem};

pub(crate) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new().routes(routes!(all))
}

/// Every list of the organization, by name: one page.
#[utoipa::path(get, path = "/api/v1/lists", tag = "contacts", responses(
    (status = 200, body = Page<ContactList>),
    (status = "default", body = Problem, content_type = "application/problem+json", description = "Refused.")))]
async fn all(
    signed: AuthAgent,
    query: Query,
    extract::State(state): extract::State<State>,
) -> Result<axum::Json<Page<ContactList>>> {
    query.finish()?;
    let mut reading = state.db().read().await?;
    let as_of = state.db().as_of(&mut reading, signed.org).await?;
    let rows = sql("SELECT id, name FROM contact_list WHERE org_id = $1 ORDER BY name, id")
        .bind(signed.org.to_string())
        .fetch_all(&mut reading)
        .await?;
    let items = rows.iter().map(list).collect::<sqlx::Result<_>>()?;
    Ok(axum::Json(Page { items, next_cursor: None, as_of }))
}

pub(crate) fn list(row: &Row) -> sqlx::Result<ContactList> {
    Ok(ContactList { id: row.id("id")?, name: row.text("name")? })
}
