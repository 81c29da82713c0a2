//! Tags: coloured labels of an organization, and which contacts carry them.

use crate::{
    auth_agent::AuthAgent,
    change::{ActivityLine, Change},
    contact_aliases, contacts,
    error::{Error, Result},
    input::{Ids, Query},
    sql::{Row, malformed, sql},
    state::State,
};
use axum::{extract, http::StatusCode};
use utoipa_axum::{router::OpenApiRouter, routes};
use wire::{
    ActivityKind, AgentId, ContactId, FieldError, Page, Problem, ProblemCode, Tag,
    text_rules::{TAG, TagName},
};

/// How many tags a contact can carry: every answer about it holds them all.
const MOST_OF_CONTACT: i64 = 100;
/// How many tags an organization can have: they are one page.
const MOST_OF_ORGANIZATION: i64 = 1000;

pub(crate) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new().routes(routes!(all)).routes(routes!(put, remove))
}

/// Every tag of the organization, by name: one page.
#[utoipa::path(get, path = "/api/v1/tags", tag = "contacts", responses(
    (status = 200, body = Page<Tag>),
    (status = "default", body = Problem, content_type = "application/problem+json", description = "Refused.")))]
async fn all(
    signed: AuthAgent,
    query: Query,
    extract::State(state): extract::State<State>,
) -> Result<axum::Json<Page<Tag>>> {
    query.finish()?;
    let mut reading = state.db().read().await?;
    let as_of = state.db().as_of(&mut reading, signed.org).await?;
    let rows = sql("SELECT name, color FROM tag WHERE org_id = $1 ORDER BY name")
        .bind(signed.org.to_string())
        .fetch_all(&mut reading)
        .await?;
    let items = rows.iter().map(tag).collect::<sqlx::Result<_>>()?;
    Ok(axum::Json(Page { items, next_cursor: None, as_of }))
}

/// Put a tag on a contact. A tag that doesn't exist is created, in the colour of its name.
#[utoipa::path(put, path = "/api/v1/contacts/{id}/tags/{tag}", tag = "contacts",
    params(("id" = ContactId, Path), ("tag" = inline(TagName), Path)), responses(
    (status = 204, description = "The contact carries the tag."),
    (status = "default", body = Problem, content_type = "application/problem+json", description = "Refused.")))]
async fn put(
    mut signed: AuthAgent,
    Ids((id, name)): Ids<(ContactId, String)>,
    extract::State(state): extract::State<State>,
) -> Result<StatusCode> {
    let mut change = signed.change(state.db()).await?;
    must_be_valid(&name)?;
    let id = contact_aliases::resolve_for_change(change.tx(), signed.org, id).await?;
    make(&mut change, &name).await?;
    match put_on(&mut change, id, &name, signed.agent).await? {
        Put::New => change.commit().await?,
        Put::Known => {}
        Put::TooMany => return Err(Error::field(ProblemCode::InvalidField, "/tag", "too-many")),
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Take a tag off a contact. The tag itself stays.
#[utoipa::path(delete, path = "/api/v1/contacts/{id}/tags/{tag}", tag = "contacts",
    params(("id" = ContactId, Path), ("tag" = inline(TagName), Path)), responses(
    (status = 204, description = "The contact doesn't carry the tag."),
    (status = "default", body = Problem, content_type = "application/problem+json", description = "Refused.")))]
async fn remove(
    mut signed: AuthAgent,
    Ids((id, name)): Ids<(ContactId, String)>,
    extract::State(state): extract::State<State>,
) -> Result<StatusCode> {
    let mut change = signed.change(state.db()).await?;
    must_be_valid(&name)?;
    let id = contact_aliases::resolve_for_change(change.tx(), signed.org, id).await?;
    if take_off(&mut change, id, &name, signed.agent).await? {
        change.commit().await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// What came of putting a tag on a contact, or a contact on a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Put {
    New,
    /// It was there.
    Known,
    TooMany,
}

/// Puts a tag that exists on a contact.
pub(crate) async fn put_on(change: &mut Change, contact: ContactId, name: &str, actor: AgentId) -> Result<Put> {
    let org = change.org().to_string();
    let put = sql("INSERT INTO contact_tag (org_id, contact_id, tag) SELECT $1, $2, $3 \
            WHERE (SELECT COUNT(*) FROM contact_tag WHERE org_id = $1 AND contact_id = $2) < $4 ON CONFLICT DO NOTHING")
    .bind(&org)
    .bind(contact.to_string())
    .bind(name)
    .bind(MOST_OF_CONTACT)
    .execute(change.tx())
    .await?;
    if put > 0 {
        record(change, contact, ActivityKind::TagAdded, name, actor).await?;
        return Ok(Put::New);
    }
    let is_known = "SELECT EXISTS (SELECT 1 FROM contact_tag WHERE org_id = $1 AND contact_id = $2 AND tag = $3)";
    let is_known = sql(is_known).bind(org).bind(contact.to_string()).bind(name).fetch_value(change.tx()).await?;
    Ok(if is_known { Put::Known } else { Put::TooMany })
}

/// Takes a tag off a contact. False: they didn't carry it.
pub(crate) async fn take_off(change: &mut Change, contact: ContactId, name: &str, actor: AgentId) -> Result<bool> {
    let org = change.org().to_string();
    let removed = sql("DELETE FROM contact_tag WHERE org_id = $1 AND contact_id = $2 AND tag = $3")
        .bind(org)
        .bind(contact.to_string())
        .bind(name)
        .execute(change.tx())
        .await?;
    if removed > 0 {
        record(change, contact, ActivityKind::TagRemoved, name, actor).await?;
    }
    Ok(removed > 0)
}

/// Refuses a name that no tag can have.
pub(crate) fn must_be_valid(name: &str) -> Result<()> {
    if TAG.allows(name) {
        return Ok(());
    }
    let errors = vec![FieldError { pointer: "/tag".to_owned(), code: "invalid".to_owned() }];
    let control = TAG.refused_control(name).map(|control| ("/tag", control));
    Err(Error::fields_with_controls(ProblemCode::InvalidField, errors, control.as_slice()))
}

async fn record(change: &mut Change, contact: ContactId, kind: ActivityKind, tag: &str, actor: AgentId) -> Result<()> {
    contacts::bump(change, contact, actor).await?;
    let (actor, subject) = (Some(actor), Some(tag.to_owned()));
    change.activity(ActivityLine { kind, contact, actor, conversation: None, subject }).await
}

/// Creates this tag unless the organization has it, without an event of its own.
///
/// # Errors
/// When there are too many, or the database fails.
pub async fn make(change: &mut Change, name: &str) -> Result<()> {
    let org = change.org().to_string();
    let made = sql("INSERT INTO tag (org_id, name, color) SELECT $1, $2, $3 \
            WHERE (SELECT COUNT(*) FROM tag WHERE org_id = $1) < $4 ON CONFLICT DO NOTHING")
    .bind(&org)
    .bind(name)
    .bind(i64::from(Tag::color_of(name)))
    .bind(MOST_OF_ORGANIZATION)
    .execute(change.tx())
    .await?;
    let is_known = "SELECT EXISTS (SELECT 1 FROM tag WHERE org_id = $1 AND name = $2)";
    if made == 0 && !sql(is_known).bind(&org).bind(name).fetch_value::<bool>(change.tx()).await? {
        return Err(Error::field(ProblemCode::InvalidField, "/tag", "too-many"));
    }
    Ok(())
}

pub(crate) fn tag(row: &Row) -> sqlx::Result<Tag> {
    let color: i64 = row.get("color")?;
    Ok(Tag { name: row.text("name")?, color: u8::try_from(color).map_err(|_| malformed("color"))? })
}
