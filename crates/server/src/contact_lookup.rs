//! Finds a contact by what another system knows them by, or makes one.

use crate::{
    auth_agent::AuthAgent,
    change::Change,
    contact_aliases, contacts,
    error::{Error, Result},
    input::{Ids, JsonBody},
    phone_number,
    search_text::digits,
    sql::{Connection, sql},
    state::State,
};
use axum::{extract, http::StatusCode};
use futures::TryStreamExt as _;
use utoipa_axum::{router::OpenApiRouter, routes};
use wire::{
    ChannelAddress, ChannelKind, Contact, ContactId, ContactKey, ContactPatch, NewContact, OrgId, Problem, ProblemCode,
};

pub(crate) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new().routes(routes!(show, find_or_make))
}

/// The contact with this external id, e-mail address or phone number. Of several, the oldest is found.
#[utoipa::path(get, path = "/api/v1/contacts/by/{key}/{value}", tag = "contacts",
    params(("key" = ContactKey, Path), ("value" = String, Path)), responses((status = 200, body = Contact),
    (status = "default", body = Problem, content_type = "application/problem+json", description = "Refused.")))]
async fn show(
    signed: AuthAgent,
    Ids((key, value)): Ids<(String, String)>,
    extract::State(state): extract::State<State>,
) -> Result<axum::Json<Contact>> {
    let key: ContactKey = key.parse().map_err(|_| Error::from(ProblemCode::NotFound))?;
    let mut reading = state.db().read().await?;
    match find(&mut reading, signed.org, key, &value).await? {
        Some(id) => contacts::find(&mut reading, signed.org, id).await.map(axum::Json),
        None => Err(ProblemCode::NotFound.into()),
    }
}

/// Find the contact with this external id, e-mail address or phone number, or make one. Of several, the oldest is found. A
/// name is for a new one; without it, the value is the name.
#[utoipa::path(put, path = "/api/v1/contacts/by/{key}/{value}", tag = "contacts",
    params(("key" = ContactKey, Path), ("value" = String, Path)), request_body = NewContact, responses(
    (status = 201, body = Contact, description = "Made."), (status = 200, body = Contact, description = "Found."),
    (status = "default", body = Problem, content_type = "application/problem+json", description = "Refused.")))]
async fn find_or_make(
    mut signed: AuthAgent,
    Ids((key, value)): Ids<(String, String)>,
    extract::State(state): extract::State<State>,
    JsonBody(new): JsonBody<NewContact>,
) -> Result<(StatusCode, axum::Json<Contact>)> {
    let key: ContactKey = key.parse().map_err(|_| Error::from(ProblemCode::NotFound))?;
    let mut change = signed.change(state.db()).await?;
    if let Some(id) = find(change.tx(), signed.org, key, &value).await? {
        return Ok((StatusCode::OK, axum::Json(contacts::find(change.tx(), signed.org, id).await?)));
    }
    let id = make(&mut change, key, value, new).await?;
    let contact = contacts::find(change.tx(), signed.org, id).await?;
    change.commit().await?;
    tracing::info!(org = %signed.org, agent = %signed.agent, contact = %id, "contact made");
    Ok((StatusCode::CREATED, axum::Json(contact)))
}

async fn find(reading: &mut Connection, org: OrgId, key: ContactKey, value: &str) -> Result<Option<ContactId>> {
    let found = match key {
        ContactKey::ExternalId => by_external_id(&mut *reading, org, value).await?,
        ContactKey::Email => contacts::with_email(&mut *reading, org, value).await?.into_iter().next(),
        ContactKey::Phone => by_phone(&mut *reading, org, value).await?,
    };
    match found {
        Some(contact) => contact_aliases::resolve(reading, org, contact).await.map(Some),
        None => Ok(None),
    }
}

const SELECT_BY_EXTERNAL_ID: &str =
    "SELECT id FROM contact WHERE org_id = $1 AND external_id = $2 ORDER BY seq LIMIT 1";

async fn by_external_id(reading: &mut Connection, org: OrgId, value: &str) -> Result<Option<ContactId>> {
    let row = sql(SELECT_BY_EXTERNAL_ID).bind(org.to_string()).bind(value).fetch_optional(reading).await?;
    Ok(row.map(|row| row.id("id")).transpose()?)
}

const SELECT_PHONES: &str = "SELECT c.id, c.seq, c.language, c.phone AS number FROM contact c \
    WHERE c.org_id = $1 AND c.phone IS NOT NULL \
    UNION ALL SELECT c.id, c.seq, c.language, a.address AS number FROM contact_address a \
    JOIN contact c ON c.org_id = a.org_id AND c.id = a.contact_id \
    WHERE a.org_id = $1 AND a.kind IN ('sms', 'whatsapp', 'voice') ORDER BY 2";

/// A number is the same however it is written: compared are the numbers as `tel:` URIs, or the digits where one is in no
/// number plan.
async fn by_phone(reading: &mut Connection, org: OrgId, value: &str) -> Result<Option<ContactId>> {
    let wanted = digits(value);
    let end = wanted.len().saturating_sub(4);
    let mut rows = sql(SELECT_PHONES).bind(org.to_string()).fetch(reading);
    while let Some(row) = rows.try_next().await? {
        let number: &str = row.get("number")?;
        let own = digits(number);
        // Reading a number takes long, and nearly all of them end otherwise.
        if wanted.is_empty() || !own.ends_with(&wanted[end..]) {
            continue;
        }
        let language: Option<&str> = row.get("language")?;
        let uri = |text: &str| phone_number::of_contact(Some(text), language);
        let is_same = own == wanted || uri(number).is_some_and(|known| uri(value).as_ref() == Some(&known));
        if is_same {
            return Ok(Some(row.id("id")?));
        }
    }
    Ok(None)
}

async fn make(change: &mut Change, key: ContactKey, value: String, new: NewContact) -> Result<ContactId> {
    let id = ContactId::fresh();
    let mut details = ContactPatch { name: Some(new.name.unwrap_or_else(|| value.clone())), ..ContactPatch::default() };
    let mut addresses = Vec::new();
    match key {
        ContactKey::ExternalId => details.external_id = Some(Some(value)),
        ContactKey::Phone => details.phone = Some(Some(value)),
        ContactKey::Email => {
            details.email = Some(Some(value.clone()));
            addresses.push(ChannelAddress { kind: ChannelKind::Email, address: value });
        }
    }
    contacts::add(change, id, details, &addresses).await?;
    Ok(id)
}
