//! The signed-in agent's own account: their password, and where they are signed in.

use crate::{
    auth_agent::{AuthAgent, Credential},
    change::Change,
    client_address::ClientAddress,
    device_cookie,
    error::{Error, Result},
    input::{JsonBody, Query},
    password,
    sign_in_limits::Attempt,
    sql::{Row, sql},
    state::State,
};
use axum::{
    extract,
    http::{HeaderMap, StatusCode},
};
use utoipa_axum::{router::OpenApiRouter, routes};
use wire::{OwnSession, Page, PasswordChange, Problem, ProblemCode, text_rules::NEW_PASSWORD};

pub(crate) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new().routes(routes!(change_password)).routes(routes!(sessions, end_sessions))
}

/// The session that asks. An account is changed in the app itself: a token of the widget lies in another site's page.
fn own_session(signed: &AuthAgent) -> Result<&str> {
    match &signed.credential {
        Credential::Session(hash) => Ok(hash),
        Credential::Token(_) => {
            Err(Error::detail(ProblemCode::Forbidden, "An account can be changed in the app itself only."))
        }
    }
}

/// Change the own password. The agent's other sessions end, and the tokens of the widget.
#[utoipa::path(put, path = "/api/v1/me/password", tag = "session", request_body = PasswordChange, responses(
    (status = 204, description = "Changed."),
    (status = "default", body = Problem, content_type = "application/problem+json", description = "Refused.")))]
async fn change_password(
    mut signed: AuthAgent,
    extract::State(state): extract::State<State>,
    address: ClientAddress,
    headers: HeaderMap,
    JsonBody(given): JsonBody<PasswordChange>,
) -> Result<StatusCode> {
    // An agent who is out by now learns nothing about the password.
    drop(signed.change(state.db()).await?);
    own_session(&signed)?;
    let invalid = |pointer, code| Error::field(ProblemCode::InvalidField, pointer, code);
    if !NEW_PASSWORD.allows(&given.new) {
        return Err(invalid("/new", "invalid"));
    }
    let (email, stored) = account(&state, &signed).await?;
    // A stolen session is no way to try passwords: the limits are those of the sign-in.
    let attempt = Attempt::new(device_cookie::known_browser(&headers, &state, &email), &email, address);
    if !attempt.verify(state.sign_ins(), given.current, Some(stored.clone())).await? {
        return Err(invalid("/current", "wrong"));
    }
    let hash = password::hash_off_thread(given.new).await?;
    let mut change = signed.change(state.db()).await?;
    // Somebody may have set another one meanwhile.
    let changed = sql("UPDATE agent SET password_hash = $1 WHERE org_id = $2 AND id = $3 AND password_hash = $4")
        .bind(hash)
        .bind(signed.org.to_string())
        .bind(signed.agent.to_string())
        .bind(stored)
        .execute(change.tx())
        .await?;
    if changed == 0 {
        return Err(invalid("/current", "wrong"));
    }
    end(&mut change, &signed, own_session(&signed)?).await?;
    change.commit().await?;
    tracing::info!(org = %signed.org, agent = %signed.agent, "password changed");
    Ok(StatusCode::NO_CONTENT)
}

async fn account(state: &State, signed: &AuthAgent) -> Result<(String, String)> {
    let row = sql("SELECT email, password_hash FROM agent WHERE org_id = $1 AND id = $2")
        .bind(signed.org.to_string())
        .bind(signed.agent.to_string())
        .fetch_one(&mut state.db().read().await?)
        .await?;
    Ok((row.text("email")?, row.text("password_hash")?))
}

/// Where the agent is signed in, the latest use first: one page.
#[utoipa::path(get, path = "/api/v1/me/sessions", tag = "session", responses((status = 200, body = Page<OwnSession>),
    (status = "default", body = Problem, content_type = "application/problem+json", description = "Refused.")))]
async fn sessions(
    signed: AuthAgent,
    query: Query,
    extract::State(state): extract::State<State>,
) -> Result<axum::Json<Page<OwnSession>>> {
    query.finish()?;
    let own = own_session(&signed)?;
    let mut reading = state.db().read().await?;
    let as_of = state.db().as_of(&mut reading, signed.org).await?;
    let select = "SELECT token_hash, created_at, last_used_at FROM session WHERE org_id = $1 AND agent_id = $2 \
        ORDER BY last_used_at DESC, created_at DESC LIMIT 100";
    let rows = sql(select).bind(signed.org.to_string()).bind(signed.agent.to_string()).fetch_all(&mut reading).await?;
    let session = |row: &Row| {
        let (started_at, last_used_at) = (row.time("created_at")?, row.time("last_used_at")?);
        Ok(OwnSession { started_at, last_used_at, current: row.text("token_hash")? == own })
    };
    let items = rows.iter().map(session).collect::<sqlx::Result<_>>()?;
    Ok(axum::Json(Page { items, next_cursor: None, as_of }))
}

/// Sign out everywhere else: the agent's other sessions end, and the tokens of the widget.
#[utoipa::path(delete, path = "/api/v1/me/sessions", tag = "session", responses(
    (status = 204, description = "The agent is signed in here alone."),
    (status = "default", body = Problem, content_type = "application/problem+json", description = "Refused.")))]
async fn end_sessions(mut signed: AuthAgent, extract::State(state): extract::State<State>) -> Result<StatusCode> {
    let mut change = signed.change(state.db()).await?;
    end(&mut change, &signed, own_session(&signed)?).await?;
    change.commit().await?;
    tracing::info!(org = %signed.org, agent = %signed.agent, "signed out everywhere else");
    Ok(StatusCode::NO_CONTENT)
}

/// Ends the agent's sessions but one, and their tokens of the widget.
async fn end(change: &mut Change, signed: &AuthAgent, own: &str) -> Result<()> {
    let (org, agent) = (signed.org.to_string(), signed.agent.to_string());
    sql("DELETE FROM session WHERE org_id = $1 AND agent_id = $2 AND token_hash <> $3")
        .bind(&org)
        .bind(&agent)
        .bind(own)
        .execute(change.tx())
        .await?;
    sql("DELETE FROM embed_token WHERE org_id = $1 AND agent_id = $2")
        .bind(org)
        .bind(agent)
        .execute(change.tx())
        .await?;
    change.access_changes().await
}
