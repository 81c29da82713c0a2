//! Lists: static groups of contacts, and who is on them.

use crate::{
    auth_agent::AuthAgent,
    change::{ActivityLine, Change},
    contact_aliases, contacts,
    error::{Error, Result},
    input::{Ids, JsonBody, Query},
    sql::{Row, sql},
    state::State,
    tags::Put,
};
use axum::{extract, http::StatusCode};
use utoipa_axum::{router::OpenApiRouter, routes};
use wire::{
    ActivityKind, AgentId, ContactId, ContactList, FieldError, ListId, ListMember, Page, Problem, ProblemCode,
    text_rules::LIST,
};

/// How many lists a contact can be on: every answer about it holds them all.
const MOST_OF_CONTACT: i64 = 100;
/// How many lists an organization can have: they are one page.
const MOST_OF_ORGANIZATION: i64 = 1000;

pub(crate) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new().routes(routes!(all)).routes(routes!(put, remove))
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

/// Put a contact on a list. With a name, a list that doesn't exist is made; if another one has this name, that one is
/// meant. The answer is the list.
#[utoipa::path(put, path = "/api/v1/contacts/{id}/lists/{list_id}", tag = "contacts",
    params(("id" = ContactId, Path), ("list_id" = ListId, Path)), request_body = ListMember, responses(
    (status = 200, body = ContactList),
    (status = "default", body = Problem, content_type = "application/problem+json", description = "Refused.")))]
async fn put(
    mut signed: AuthAgent,
    Ids((id, list_id)): Ids<(ContactId, ListId)>,
    extract::State(state): extract::State<State>,
    JsonBody(member): JsonBody<ListMember>,
) -> Result<axum::Json<ContactList>> {
    let mut change = signed.change(state.db()).await?;
    let id = contact_aliases::resolve_for_change(change.tx(), signed.org, id).await?;
    let list = find_or_make(&mut change, list_id, member.name).await?;
    match put_on(&mut change, id, &list, signed.agent).await? {
        Put::New => change.commit().await?,
        Put::Known => {}
        Put::TooMany => return Err(Error::field(ProblemCode::InvalidField, "/list_id", "too-many")),
    }
    Ok(axum::Json(list))
}

/// Take a contact off a list. The list itself stays.
#[utoipa::path(delete, path = "/api/v1/contacts/{id}/lists/{list_id}", tag = "contacts",
    params(("id" = ContactId, Path), ("list_id" = ListId, Path)), responses(
    (status = 204, description = "The contact is not on the list."),
    (status = "default", body = Problem, content_type = "application/problem+json", description = "Refused.")))]
async fn remove(
    mut signed: AuthAgent,
    Ids((id, list_id)): Ids<(ContactId, ListId)>,
    extract::State(state): extract::State<State>,
) -> Result<StatusCode> {
    let mut change = signed.change(state.db()).await?;
    let id = contact_aliases::resolve_for_change(change.tx(), signed.org, id).await?;
    let Some(list) = by_id(&mut change, list_id).await? else { return Ok(StatusCode::NO_CONTENT) };
    if take_off(&mut change, id, &list, signed.agent).await? {
        change.commit().await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Puts a contact on a list.
pub(crate) async fn put_on(change: &mut Change, contact: ContactId, list: &ContactList, actor: AgentId) -> Result<Put> {
    let org = change.org().to_string();
    let put = sql("INSERT INTO contact_list_member (org_id, contact_id, list_id) SELECT $1, $2, $3 \
            WHERE (SELECT COUNT(*) FROM contact_list_member WHERE org_id = $1 AND contact_id = $2) < $4 \
            ON CONFLICT DO NOTHING")
    .bind(&org)
    .bind(contact.to_string())
    .bind(list.id.to_string())
    .bind(MOST_OF_CONTACT)
    .execute(change.tx())
    .await?;
    if put > 0 {
        record(change, contact, ActivityKind::ListAdded, list, actor).await?;
        return Ok(Put::New);
    }
    let is_known =
        "SELECT EXISTS (SELECT 1 FROM contact_list_member WHERE org_id = $1 AND contact_id = $2 AND list_id = $3)";
    let is_known =
        sql(is_known).bind(org).bind(contact.to_string()).bind(list.id.to_string()).fetch_value(change.tx()).await?;
    Ok(if is_known { Put::Known } else { Put::TooMany })
}

/// Takes a contact off a list. False: they were not on it.
pub(crate) async fn take_off(
    change: &mut Change,
    contact: ContactId,
    list: &ContactList,
    actor: AgentId,
) -> Result<bool> {
    let org = change.org().to_string();
    let removed = sql("DELETE FROM contact_list_member WHERE org_id = $1 AND contact_id = $2 AND list_id = $3")
        .bind(org)
        .bind(contact.to_string())
        .bind(list.id.to_string())
        .execute(change.tx())
        .await?;
    if removed > 0 {
        record(change, contact, ActivityKind::ListRemoved, list, actor).await?;
    }
    Ok(removed > 0)
}

/// The list with this id, else the one with this name, else a new one.
pub(crate) async fn find_or_make(change: &mut Change, id: ListId, name: Option<String>) -> Result<ContactList> {
    if let Some(name) = &name {
        must_be_valid(name)?;
    }
    if let Some(list) = by_id(change, id).await? {
        return Ok(list);
    }
    let name = name.ok_or_else(|| Error::from(ProblemCode::NotFound))?;
    let org = change.org().to_string();
    let of_name = "SELECT id, name FROM contact_list WHERE org_id = $1 AND name = $2 ORDER BY id LIMIT 1";
    if let Some(row) = sql(of_name).bind(&org).bind(&name).fetch_optional(change.tx()).await? {
        return Ok(list(&row)?);
    }
    let known = "SELECT COUNT(*) FROM contact_list WHERE org_id = $1";
    if sql(known).bind(&org).fetch_value::<i64>(change.tx()).await? >= MOST_OF_ORGANIZATION {
        return Err(Error::field(ProblemCode::InvalidField, "/name", "too-many"));
    }
    sql("INSERT INTO contact_list (org_id, id, name) VALUES ($1, $2, $3)")
        .bind(&org)
        .bind(id.to_string())
        .bind(&name)
        .execute(change.tx())
        .await?;
    Ok(ContactList { id, name })
}

fn must_be_valid(name: &str) -> Result<()> {
    if LIST.allows(name) {
        return Ok(());
    }
    let errors = vec![FieldError { pointer: "/name".to_owned(), code: "invalid".to_owned() }];
    let control = LIST.refused_control(name).map(|control| ("/name", control));
    Err(Error::fields_with_controls(ProblemCode::InvalidField, errors, control.as_slice()))
}

/// The list with this id.
pub(crate) async fn by_id(change: &mut Change, id: ListId) -> Result<Option<ContactList>> {
    let org = change.org().to_string();
    let row = sql("SELECT id, name FROM contact_list WHERE org_id = $1 AND id = $2")
        .bind(org)
        .bind(id.to_string())
        .fetch_optional(change.tx())
        .await?;
    Ok(row.as_ref().map(list).transpose()?)
}

async fn record(
    change: &mut Change,
    contact: ContactId,
    kind: ActivityKind,
    list: &ContactList,
    actor: AgentId,
) -> Result<()> {
    contacts::bump(change, contact, actor).await?;
    let (actor, subject) = (Some(actor), Some(list.name.clone()));
    change.activity(ActivityLine { kind, contact, actor, conversation: None, subject }).await
}

pub(crate) fn list(row: &Row) -> sqlx::Result<ContactList> {
    Ok(ContactList { id: row.id("id")?, name: row.text("name")? })
}
