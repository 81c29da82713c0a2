//! Sessions: their cookie, how they start and end, and authentication. The cookie holds a random id; the database holds
//! only its hash. The sign-in itself is in `sign_in`.

use crate::{
    auth_agent::{AuthAgent, Credential},
    change::Change,
    db::Db,
    embed::{cors, tokens},
    error::{Error, Result},
    request_parts::bearer,
    secret,
    sql::{Connection, sql},
    state::{Config, State},
};
use axum::{
    extract::{self, FromRequestParts},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header, request::Parts},
};
use chrono::TimeDelta;
use wire::{AgentId, OrgId, Problem, ProblemCode};

/// A session that was not used for this long has ended.
const IDLE: TimeDelta = TimeDelta::hours(24);
/// A session ends after this time, used or not.
const ABSOLUTE: TimeDelta = TimeDelta::days(14);
/// The time of the last use is stored at most this often.
const TOUCH: TimeDelta = TimeDelta::minutes(1);

/// The name of the session's cookie.
const COOKIE: &str = "sid";

type SetCookie = [(HeaderName, HeaderValue); 1];

/// Sign out. Answers 204 also when nobody was signed in.
#[utoipa::path(delete, path = "/api/v1/session", tag = "session", responses(
    (status = 204, description = "Signed out."),
    (status = "default", body = Problem, content_type = "application/problem+json", description = "Refused.")))]
pub(crate) async fn sign_out(
    extract::State(state): extract::State<State>,
    headers: HeaderMap,
) -> Result<(StatusCode, SetCookie)> {
    let forgotten = [(header::SET_COOKIE, set_cookie(state.config(), COOKIE, "", 0))];
    let Some(token) = cookie(&headers, state.config()) else { return Ok((StatusCode::NO_CONTENT, forgotten)) };
    let session = secret::hash(token);
    let found = in_session(&mut state.db().read().await?, &session).await?;
    if let Some(Found { signed, .. }) = found {
        let mut change = state.db().change(signed.org).await?;
        forget(&mut change, &session).await?;
        change.commit().await?;
        tracing::info!(org = %signed.org, agent = %signed.agent, "signed out");
    }
    Ok((StatusCode::NO_CONTENT, forgotten))
}

const INSERT: &str = "INSERT INTO session (token_hash, org_id, agent_id, created_at, last_used_at) \
    SELECT $1, org_id, id, $2, $3 FROM agent WHERE org_id = $4 AND id = $5 AND removed_at IS NULL AND password_hash = $6";

/// Starts a session and returns its cookie. Ends the session before it in this browser, if any.
pub(crate) async fn start(
    state: &State,
    org: OrgId,
    agent: AgentId,
    password_hash: &str,
    headers: &HeaderMap,
) -> Result<HeaderValue> {
    let token = secret::token();
    let mut change = state.db().change(org).await?;
    let at = change.at();
    if let Some(before) = cookie(headers, state.config()) {
        forget(&mut change, &secret::hash(before)).await?;
    }
    // Only this organization's: another one's rows are under another lock.
    sql("DELETE FROM session WHERE org_id = $1 AND (created_at <= $2 OR last_used_at <= $3)")
        .bind(org.to_string())
        .bind((at - ABSOLUTE).timestamp_millis())
        .bind((at - IDLE).timestamp_millis())
        .execute(change.tx())
        .await?;
    // The statement checks the agent and the password hash again: both may have changed since the password was
    // verified.
    let started = sql(INSERT)
        .bind(secret::hash(&token))
        .bind(at.timestamp_millis())
        .bind(at.timestamp_millis())
        .bind(org.to_string())
        .bind(agent.to_string())
        .bind(password_hash)
        .execute(change.tx())
        .await?;
    if started == 0 {
        return Err(ProblemCode::BadCredentials.into());
    }
    change.commit().await?;
    Ok(set_cookie(state.config(), COOKIE, &token, ABSOLUTE.num_seconds()))
}

async fn forget(change: &mut Change, session: &str) -> Result<()> {
    sql("DELETE FROM session WHERE token_hash = $1").bind(session).execute(change.tx()).await?;
    change.access_changes().await
}

impl FromRequestParts<State> for AuthAgent {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self> {
        let mut reading = state.db().read().await?;
        // With a bearer token the cookie is ignored: it may be that of somebody else.
        if let Some(token) = bearer(&parts.headers) {
            let found = tokens::find(&mut reading, &secret::hash(token)).await?;
            let (signed, origin) = found.ok_or_else(|| Error::from(ProblemCode::SignedOut))?;
            cors::comes_from(&parts.headers, &origin)?;
            return signed.if_meant(&parts.headers);
        }
        let token = cookie(&parts.headers, state.config()).ok_or_else(|| Error::from(ProblemCode::SignedOut))?;
        let found = in_session(&mut reading, &secret::hash(token)).await?;
        let found = found.ok_or_else(|| Error::from(ProblemCode::SignedOut))?;
        if found.is_due {
            // In the background: the request must succeed even if nothing can be written.
            tokio::spawn(touch(state.db().clone(), found.signed.org, secret::hash(token)));
        }
        found.signed.if_meant(&parts.headers)
    }
}

impl AuthAgent {
    /// Begins a change by this agent. The session is checked again when it is the change's turn: while the request's body
    /// came in or another change ran, the agent may have been removed or signed out.
    ///
    /// # Errors
    /// 401 when the session has ended; as [`Db::change`].
    pub(crate) async fn change(&mut self, db: &Db) -> Result<Change> {
        let mut change = db.change(self.org).await?;
        let signed = find(change.tx(), &self.credential).await?;
        *self = signed.ok_or_else(|| Error::from(ProblemCode::SignedOut))?;
        Ok(change)
    }
}

/// A valid session. `is_due`: its time of last use is to be stored.
struct Found {
    signed: AuthAgent,
    is_due: bool,
}

/// The agent of this credential, if it is still valid and the agent is still in the organization.
pub(crate) async fn find(reading: &mut Connection, credential: &Credential) -> Result<Option<AuthAgent>> {
    Ok(match credential {
        Credential::Session(hash) => in_session(reading, hash).await?.map(|found| found.signed),
        Credential::Token(hash) => tokens::find(reading, hash).await?.map(|(signed, _)| signed),
    })
}

const SELECT: &str = "SELECT s.org_id, s.agent_id, s.last_used_at, a.role, a.joined_seq FROM session s \
    JOIN agent a ON a.org_id = s.org_id AND a.id = s.agent_id \
    WHERE s.token_hash = $1 AND s.created_at > $2 AND s.last_used_at > $3 AND a.removed_at IS NULL";

async fn in_session(reading: &mut Connection, session: &str) -> Result<Option<Found>> {
    let now = reading.now();
    let row = sql(SELECT)
        .bind(session)
        .bind((now - ABSOLUTE).timestamp_millis())
        .bind((now - IDLE).timestamp_millis())
        .fetch_optional(reading)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let signed = AuthAgent::read(&row, Credential::Session(session.to_owned()))?;
    Ok(Some(Found { signed, is_due: row.time("last_used_at")? + TOUCH < now }))
}

async fn touch(db: Db, org: OrgId, session: String) -> Result<()> {
    let mut change = db.change(org).await?;
    let at = change.at().timestamp_millis();
    sql("UPDATE session SET last_used_at = $1 WHERE token_hash = $2")
        .bind(at)
        .bind(session)
        .execute(change.tx())
        .await?;
    change.commit().await
}

/// The session's id in the browser's cookie.
pub(crate) fn cookie<'a>(headers: &'a HeaderMap, config: &Config) -> Option<&'a str> {
    cookie_value(headers, config, COOKIE)
}

/// The value of one of the server's cookies.
pub(crate) fn cookie_value<'a>(headers: &'a HeaderMap, config: &Config, name: &str) -> Option<&'a str> {
    let name = cookie_name(config, name);
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(key, value)| *key == name && !value.is_empty()).map(|(_, value)| value)
}

/// The value of a `Set-Cookie`. `value`: letters and digits.
pub(crate) fn set_cookie(config: &Config, name: &str, value: &str, seconds: i64) -> HeaderValue {
    let name = cookie_name(config, name);
    let secure = if config.is_secure() { "; Secure" } else { "" };
    let text = format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}");
    HeaderValue::from_str(&text).expect("a cookie of letters and digits is a header value")
}

/// Over TLS, the prefix binds a cookie to this host.
fn cookie_name(config: &Config, name: &str) -> String {
    if config.is_secure() { format!("__Host-{name}") } else { name.to_owned() }
}
