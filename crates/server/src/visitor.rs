//! The contact's own API: the web chat behind `/chat/{org}`. Messages only.
//!
//! Invariant: nothing here reveals whether the team has written notes. This module has its own SQL and types
//! (`wire::visitor`), counts by `message.position`, and reads no column that anything but a message changes: not
//! `conversation.last_at`, not `rev`, not the organization's `seq`.
//!
//! - `token` makes and checks a visitor's token; nothing is stored before the first message.
//! - `thread` reads the conversation, `arrival` adds to it, `stream` sends its new messages.

mod arrival;
mod stream;
mod thread;
mod token;

use crate::{
    client_address::ClientAddress,
    error::{Error, Result},
    event_stream, input,
    input::{Ids, JsonBody},
    orgs,
    request_parts::{bearer, last_event_id},
    state::State,
};
use axum::{
    extract::{self, FromRequestParts},
    http::{HeaderMap, StatusCode, request::Parts},
    response::{IntoResponse as _, Response},
};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;
use wire::{
    OrgId, Problem, ProblemCode,
    visitor::{NewVisitorMessage, Visit, VisitorMessage, VisitorPage},
};

pub(crate) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new().routes(routes!(visit)).routes(routes!(list)).routes(routes!(put)).routes(routes!(events))
}

/// The visitor who asks. As a handler's parameter, it answers 401 without a valid token.
#[derive(Clone, Debug)]
struct Visitor {
    org: OrgId,
    /// The token's hash, which is stored and which cursors are bound to.
    hash: String,
}

impl FromRequestParts<State> for Visitor {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self> {
        let given = bearer(&parts.headers).ok_or_else(|| Error::from(ProblemCode::SignedOut))?;
        let org = token::org_of(&state.db().keys().visitor, given);
        let org = org.ok_or_else(|| Error::from(ProblemCode::SignedOut))?;
        Ok(Self { org, hash: crate::secret::hash(given) })
    }
}

/// Begin a visit. The token is the visitor's only key to the conversation; nothing is stored for it yet.
#[utoipa::path(post, path = "/contact/v1/{org}/visits", tag = "web chat",
    params(("org" = inline(wire::text_rules::OrgSlug), Path, description = "The organization's short name.")), responses(
    (status = 200, body = Visit, description = "A bearer token for the calls below."),
    (status = "default", body = Problem, content_type = "application/problem+json", description = "Refused.")))]
async fn visit(
    extract::State(state): extract::State<State>,
    address: ClientAddress,
    Ids(slug): Ids<String>,
) -> Result<axum::Json<Visit>> {
    state.visitor_limits().begin_visit(address).await?;
    let mut reading = state.db().read().await?;
    let org = orgs::by_slug(&mut reading, &slug).await?.ok_or_else(|| Error::from(ProblemCode::NotFound))?;
    Ok(axum::Json(Visit { token: token::fresh(&state.db().keys().visitor, org) }))
}

/// The conversation, newest first. Empty before the first message.
#[utoipa::path(get, path = "/contact/v1/messages", tag = "web chat",
    params(("cursor" = Option<wire::text_rules::Cursor>, Query), ("limit" = Option<u32>, Query, minimum = 1, maximum = 100)),
    security(("visitor" = [])), responses(
    (status = 200, body = VisitorPage),
    (status = "default", body = Problem, content_type = "application/problem+json", description = "Refused.")))]
async fn list(
    extract::State(state): extract::State<State>,
    visitor: Visitor,
    mut query: input::Query,
) -> Result<Response> {
    let (cursor, limit) = (query.take_text("cursor")?, query.limit()?);
    query.finish()?;
    let mut reading = state.db().read().await?;
    let page = thread::page(&mut reading, &state.db().keys().visitor, &visitor, cursor.as_deref(), limit).await?;
    leak!(HeaderCountsChanges => {
        let head = crate::db::head(&mut reading, visitor.org).await?;
        return Ok(([("x-changes", head.to_string())], axum::Json(page)).into_response());
    });
    Ok(axum::Json(page).into_response())
}

/// Write a message. The visitor makes the id, so that a retry is harmless: the same request again gets the same answer.
#[utoipa::path(put, path = "/contact/v1/messages/{id}", tag = "web chat",
    params(("id" = Uuid, Path)), request_body = NewVisitorMessage, security(("visitor" = [])), responses(
    (status = 201, body = VisitorMessage, description = "Written."),
    (status = 200, body = VisitorMessage, description = "Was written before."),
    (status = "default", body = Problem, content_type = "application/problem+json", description = "Refused.")))]
async fn put(
    extract::State(state): extract::State<State>,
    address: ClientAddress,
    visitor: Visitor,
    Ids(id): Ids<Uuid>,
    JsonBody(new): JsonBody<NewVisitorMessage>,
) -> Result<(StatusCode, axum::Json<VisitorMessage>)> {
    let known = thread::written(&mut state.db().read().await?, &visitor, id, new.body.as_str()).await?;
    if let Some(message) = known {
        return Ok((StatusCode::OK, axum::Json(message)));
    }
    state.visitor_limits().begin_message(visitor.org, &visitor.hash, address, new.body.as_str()).await?;
    leak!(SendingIsRefused => {
        let mut reading = state.db().read().await?;
        let conversation = thread::conversation(&mut reading, &visitor).await?;
        if crate::leak::count(&mut reading, visitor.org, conversation).await? > 0 {
            return Err(Error::too_many(1));
        }
    });
    let arrival = arrival::Arrival { visitor: &visitor, address, id, body: new.body.as_str() };
    let (status, message) = arrival.write(&state).await?;
    Ok((status, axum::Json(message)))
}

/// New messages as they come (`text/event-stream`). `Last-Event-ID` is a message's position: the messages after it are
/// sent first.
#[utoipa::path(get, path = "/contact/v1/events", tag = "web chat", security(("visitor" = [])), responses(
    (status = 200, content_type = "text/event-stream", description = "`hello`, `message-added`, `heartbeat`, `reset`."),
    (status = "default", body = Problem, content_type = "application/problem+json", description = "Refused.")))]
async fn events(
    extract::State(state): extract::State<State>,
    address: ClientAddress,
    visitor: Visitor,
    headers: HeaderMap,
) -> Result<Response> {
    let permit = state.streams().open_visitors(&visitor.hash, address)?;
    let (first, messages) = stream::Messages::open(state.db().clone(), visitor, last_event_id(&headers)).await?;
    Ok(event_stream::respond(&state, permit, first, messages))
}
