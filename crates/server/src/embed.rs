//! The widget in other products' pages. A host's back end authenticates with a key and requests a token for one of its
//! people. The page, on one of the organization's origins, uses the token in place of a cookie, for ten minutes.
//!
//! - `keys` are the back ends' keys, `origins` the pages' origins: both are set on the command line.
//! - `tokens` makes, checks and revokes tokens.
//! - `cors` lets the listed origins, and no others, read the agents' API.

pub(crate) mod cors;
pub mod keys;
pub mod origins;
pub(crate) mod tokens;

use crate::{
    agents,
    client_address::ClientAddress,
    error::{Error, Result},
    input::JsonBody,
    origin,
    rate_limit::Rate,
    request_parts::bearer,
    secret,
    state::State,
};
use axum::{
    extract::{self, FromRequestParts},
    http::{StatusCode, request::Parts},
};
use std::time::Duration;
use utoipa_axum::{router::OpenApiRouter, routes};
use wire::{AgentId, EmbedToken, NewEmbedToken, OrgId, Problem, ProblemCode, Revocation};

/// Wrong keys from one address.
const WRONG_KEYS: Rate = Rate::new(10, Duration::from_secs(90));

pub(crate) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new().routes(routes!(token)).routes(routes!(revoke))
}

/// The back end that authenticates. As a handler's parameter, it answers 401 without a known key.
#[derive(Clone, Debug)]
struct Host {
    org: OrgId,
    key: String,
}

impl FromRequestParts<State> for Host {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self> {
        let given = bearer(&parts.headers).ok_or_else(|| Error::from(ProblemCode::BadKey))?;
        if let Some((org, key)) = keys::find(&mut state.db().read().await?, &secret::hash(given)).await? {
            return Ok(Self { org, key });
        }
        // After the look-up: whatever else comes from its address, a right key is never refused.
        let Ok(address) = ClientAddress::from_request_parts(parts, state).await;
        state.wrong_keys().begin(&[(WRONG_KEYS, format!("wrong-key {}", address.key()))], 1).await?;
        Err(ProblemCode::BadKey.into())
    }
}

/// A token for an agent, for the widget on a page of one of the organization's origins. For back ends: the key must
/// never reach a browser.
#[utoipa::path(post, path = "/embed/v1/tokens", tag = "embed", request_body = NewEmbedToken, security(("key" = [])),
    responses((status = 201, body = EmbedToken),
    (status = "default", body = Problem, content_type = "application/problem+json", description = "Refused.")))]
async fn token(
    host: Host,
    extract::State(state): extract::State<State>,
    JsonBody(asked): JsonBody<NewEmbedToken>,
) -> Result<(StatusCode, axum::Json<EmbedToken>)> {
    let agent = agent(&state, &host, &asked.agent).await?;
    let mut reading = state.db().read().await?;
    let origin = origin::normal(&asked.origin).ok_or_else(|| refused("/origin", "not-an-origin"))?;
    if !origins::is_of(&mut reading, host.org, &origin).await? {
        return Err(refused("/origin", "not-listed"));
    }
    drop(reading);
    let made = tokens::make(state.db(), host.org, agent, &host.key, &origin).await?;
    tracing::info!(org = %host.org, %agent, "made a token for the widget");
    Ok((StatusCode::CREATED, axum::Json(made)))
}

/// Revoke every token of an agent. Their streams end within a second.
#[utoipa::path(post, path = "/embed/v1/revocations", tag = "embed", request_body = Revocation, security(("key" = [])),
    responses((status = 204, description = "None is left."),
    (status = "default", body = Problem, content_type = "application/problem+json", description = "Refused.")))]
async fn revoke(
    host: Host,
    extract::State(state): extract::State<State>,
    JsonBody(asked): JsonBody<Revocation>,
) -> Result<StatusCode> {
    let agent = agent(&state, &host, &asked.agent).await?;
    let mut change = state.db().change(host.org).await?;
    // The key may have been removed since it was looked up.
    if !keys::exists(change.tx(), host.org, &host.key).await? {
        return Err(ProblemCode::BadKey.into());
    }
    tokens::revoke_all(&mut change, agent).await?;
    change.commit().await?;
    tracing::info!(org = %host.org, %agent, "ended the widget's tokens");
    Ok(StatusCode::NO_CONTENT)
}

async fn agent(state: &State, host: &Host, email: &str) -> Result<AgentId> {
    let found = agents::by_email(&mut state.db().read().await?, host.org, email).await?;
    found.ok_or_else(|| refused("/agent", "unknown"))
}

fn refused(pointer: &str, word: &str) -> Error {
    Error::field(ProblemCode::InvalidField, pointer, word)
}
