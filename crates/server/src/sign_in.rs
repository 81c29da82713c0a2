//! The sign-in. `sign_in_limits` says how often a password may be tried.

use crate::{
    client_address::ClientAddress, db::Db, device_cookie, error::Result, input::JsonBody, session,
    sign_in_limits::Attempt, sql::sql, state::State,
};
use axum::{
    extract,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::AppendHeaders,
};
use utoipa_axum::{router::OpenApiRouter, routes};
use wire::{AgentId, OrgId, Problem, ProblemCode, SignIn};

pub(crate) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new().routes(routes!(sign_in, session::sign_out))
}

type SetCookies = AppendHeaders<[(HeaderName, HeaderValue); 2]>;

/// Sign in. E-mail addresses are unique over all organizations.
#[utoipa::path(post, path = "/api/v1/session", tag = "session", request_body = SignIn, responses(
    (status = 204, description = "Signed in; `Set-Cookie` holds the session."),
    (status = "default", body = Problem, content_type = "application/problem+json", description = "Refused.")))]
async fn sign_in(
    extract::State(state): extract::State<State>,
    address: ClientAddress,
    headers: HeaderMap,
    JsonBody(given): JsonBody<SignIn>,
) -> Result<(StatusCode, SetCookies)> {
    let email = given.email.to_lowercase();
    let attempt = Attempt::new(device_cookie::known_browser(&headers, &state, &email), &email, address);
    let account = account(state.db(), &email).await?;
    let stored = account.as_ref().map(|(.., hash)| hash.clone());
    let matches = attempt.verify(state.sign_ins(), given.password, stored).await?;
    let Some((org, agent, hash)) = account.filter(|_| matches) else {
        tracing::info!("a sign-in failed");
        return Err(ProblemCode::BadCredentials.into());
    };
    let session = session::start(&state, org, agent, &hash, &headers).await?;
    tracing::info!(%org, %agent, "signed in");
    let cookies = [session, device_cookie::make(&state, &email)].map(|cookie| (header::SET_COOKIE, cookie));
    Ok((StatusCode::NO_CONTENT, AppendHeaders(cookies)))
}

async fn account(db: &Db, email: &str) -> Result<Option<(OrgId, AgentId, String)>> {
    let row = sql("SELECT org_id, id, password_hash FROM agent WHERE email = $1 AND removed_at IS NULL")
        .bind(email)
        .fetch_optional(&mut db.read().await?)
        .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some((row.id("org_id")?, row.id("id")?, row.text("password_hash")?)))
}
