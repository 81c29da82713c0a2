//! Blocked and unsubscribed contacts: the team does not write to them, and what a blocked one writes is not shown as new.

use crate::{
    auth_agent::AuthAgent,
    change::ActivityLine,
    contact_aliases, contacts,
    error::Result,
    input::Ids,
    sql::{Connection, sql},
    state::State,
};
use axum::extract;
use utoipa_axum::{router::OpenApiRouter, routes};
use wire::{ActivityKind, Contact, ContactFlag, ContactId, ConversationId, OrgId, Problem, ProblemCode};

pub(crate) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(block))
        .routes(routes!(unblock))
        .routes(routes!(unsubscribe))
        .routes(routes!(resubscribe))
}

/// Block a contact: no reply is taken, and what they write is not shown as new. The same again changes nothing.
#[utoipa::path(post, path = "/api/v1/contacts/{id}/block", tag = "contacts", params(("id" = ContactId, Path)), responses(
    (status = 200, body = Contact),
    (status = "default", body = Problem, content_type = "application/problem+json", description = "Refused.")))]
async fn block(
    signed: AuthAgent,
    id: Ids<ContactId>,
    extract::State(state): extract::State<State>,
) -> Result<axum::Json<Contact>> {
    set(signed, id, &state, ContactFlag::Blocked, true).await
}

/// Unblock a contact. The same again changes nothing.
#[utoipa::path(post, path = "/api/v1/contacts/{id}/unblock", tag = "contacts", params(("id" = ContactId, Path)), responses(
    (status = 200, body = Contact),
    (status = "default", body = Problem, content_type = "application/problem+json", description = "Refused.")))]
async fn unblock(
    signed: AuthAgent,
    id: Ids<ContactId>,
    extract::State(state): extract::State<State>,
) -> Result<axum::Json<Contact>> {
    set(signed, id, &state, ContactFlag::Blocked, false).await
}

/// Unsubscribe a contact: no reply is taken. The same again changes nothing.
#[utoipa::path(post, path = "/api/v1/contacts/{id}/unsubscribe", tag = "contacts", params(("id" = ContactId, Path)), responses(
    (status = 200, body = Contact),
    (status = "default", body = Problem, content_type = "application/problem+json", description = "Refused.")))]
async fn unsubscribe(
    signed: AuthAgent,
    id: Ids<ContactId>,
    extract::State(state): extract::State<State>,
) -> Result<axum::Json<Contact>> {
    set(signed, id, &state, ContactFlag::Unsubscribed, true).await
}

/// Resubscribe a contact. The same again changes nothing.
#[utoipa::path(post, path = "/api/v1/contacts/{id}/resubscribe", tag = "contacts", params(("id" = ContactId, Path)), responses(
    (status = 200, body = Contact),
    (status = "default", body = Problem, content_type = "application/problem+json", description = "Refused.")))]
async fn resubscribe(
    signed: AuthAgent,
    id: Ids<ContactId>,
    extract::State(state): extract::State<State>,
) -> Result<axum::Json<Contact>> {
    set(signed, id, &state, ContactFlag::Unsubscribed, false).await
}

async fn set(
    mut signed: AuthAgent,
    Ids(id): Ids<ContactId>,
    state: &State,
    flag: ContactFlag,
    is_set: bool,
) -> Result<axum::Json<Contact>> {
    let mut change = signed.change(state.db()).await?;
    let id = contact_aliases::resolve_for_change(change.tx(), signed.org, id).await?;
    let mut contact = contacts::find(change.tx(), signed.org, id).await?;
    if flag.of(&contact) == is_set {
        return Ok(axum::Json(contact));
    }
    flag.set(&mut contact, is_set);
    contacts::store(&mut change, &contact).await?;
    contacts::bump(&mut change, id, signed.agent).await?;
    let (kind, actor) = (activity(flag, is_set), Some(signed.agent));
    change.activity(ActivityLine { kind, contact: id, actor, conversation: None, subject: None }).await?;
    let contact = contacts::find(change.tx(), signed.org, id).await?;
    change.commit().await?;
    tracing::info!(org = %signed.org, agent = %signed.agent, contact = %id, "{}", kind.into_str());
    Ok(axum::Json(contact))
}

fn activity(flag: ContactFlag, is_set: bool) -> ActivityKind {
    match (flag, is_set) {
        (ContactFlag::Blocked, true) => ActivityKind::ContactBlocked,
        (ContactFlag::Blocked, false) => ActivityKind::ContactUnblocked,
        (ContactFlag::Unsubscribed, true) => ActivityKind::ContactUnsubscribed,
        (ContactFlag::Unsubscribed, false) => ActivityKind::ContactResubscribed,
    }
}

const SELECT_FLAGS: &str = "SELECT p.blocked, p.unsubscribed FROM conversation c \
    JOIN contact p ON p.org_id = c.org_id AND p.id = c.contact_id WHERE c.org_id = $1 AND c.id = $2";

/// Refuses a reply in a conversation with somebody who is not written to.
///
/// # Errors
/// `contact-blocked` or `contact-unsubscribed`, or when the database fails.
pub(crate) async fn must_be_written_to(reading: &mut Connection, org: OrgId, id: ConversationId) -> Result<()> {
    let row = sql(SELECT_FLAGS).bind(org.to_string()).bind(id.to_string()).fetch_one(reading).await?;
    allows(row.get("blocked")?, row.get("unsubscribed")?)
}

/// Refuses to write to this contact, if they are not written to.
///
/// # Errors
/// `contact-blocked` or `contact-unsubscribed`.
pub(crate) fn allows_writing(contact: &Contact) -> Result<()> {
    allows(contact.blocked, contact.unsubscribed)
}

fn allows(is_blocked: bool, is_unsubscribed: bool) -> Result<()> {
    match (is_blocked, is_unsubscribed) {
        (true, _) => Err(ProblemCode::ContactBlocked.into()),
        (false, true) => Err(ProblemCode::ContactUnsubscribed.into()),
        (false, false) => Ok(()),
    }
}
