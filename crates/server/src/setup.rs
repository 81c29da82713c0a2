//! The first hour: on an empty database, the person who has the address that `serve` prints makes the first organization and its
//! admin.
//!
//! The secret of the address is derived from a key of the database: it is the same on every node and after a restart, and
//! counts as long as there is no organization.

use crate::{
    agents::{self, NewAgent},
    db::Db,
    error::{Error, Result},
    input::JsonBody,
    orgs, password, secret, session,
    sql::{Connection, sql},
    state::State,
};
use axum::{
    extract,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
};
use utoipa_axum::{router::OpenApiRouter, routes};
use wire::{
    AgentId, AppPage, FieldError, JoinToken, OrgId, Problem, ProblemCode, Role, Setup,
    text_rules::{AGENT_NAME, EMAIL, NEW_PASSWORD, SLUG},
};

/// In `meta`, once the first organization was made at the address.
const DONE: &str = "set-up";

pub(crate) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new().routes(routes!(look)).routes(routes!(set_up))
}

type SetCookie = [(HeaderName, HeaderValue); 1];

/// Whether the address that `serve` printed is valid. 410 when it isn't, or there is an organization.
#[utoipa::path(post, path = "/api/v1/setup/address", tag = "team", request_body = JoinToken, responses(
    (status = 204, description = "The first organization can be made."),
    (status = "default", body = Problem, content_type = "application/problem+json", description = "Refused.")))]
async fn look(
    extract::State(state): extract::State<State>,
    JsonBody(given): JsonBody<JoinToken>,
) -> Result<StatusCode> {
    check(state.db(), &mut state.db().read().await?, &given.token).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Make the first organization and its admin, who is signed in.
#[utoipa::path(post, path = "/api/v1/setup", tag = "team", request_body = Setup, responses(
    (status = 204, description = "Made and signed in; `Set-Cookie` holds the session."),
    (status = "default", body = Problem, content_type = "application/problem+json", description = "Refused.")))]
async fn set_up(
    extract::State(state): extract::State<State>,
    headers: HeaderMap,
    JsonBody(given): JsonBody<Setup>,
) -> Result<(StatusCode, SetCookie)> {
    let db = state.db();
    check_fields(&given)?;
    check(db, &mut db.read().await?, &given.token).await?;
    let Setup { token, organization, slug, name, email, password: typed } = given;
    let hash = password::hash_off_thread(typed).await?;
    let (org, agent) = (OrgId::fresh(), AgentId::fresh());
    let mut change = db.change(org).await?;
    check(db, change.tx(), &token).await?;
    // Two who have the address at once: the second waits here, and is refused.
    let done = "INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING";
    if sql(done).bind(DONE).bind(org.to_string()).execute(change.tx()).await? == 0 {
        return Err(ProblemCode::Gone.into());
    }
    orgs::make(&mut change, &slug, &organization).await?;
    let admin = NewAgent { id: agent, email, name, role: Role::Admin, password_hash: hash.clone() };
    agents::add(&mut change, &admin).await?;
    change.commit().await?;
    let cookie = session::start(&state, org, agent, &hash, &headers).await?;
    tracing::info!(%org, %agent, "the first organization was made");
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]))
}

/// Refuses a secret that is not the address's, and every one once there is an organization.
async fn check(db: &Db, reading: &mut Connection, token: &str) -> Result<()> {
    let is_right = secret::constant_time_eq(token, &secret_of(db));
    if is_right && orgs::are_none(reading).await? { Ok(()) } else { Err(ProblemCode::Gone.into()) }
}

fn check_fields(given: &Setup) -> Result<()> {
    let rules = [
        ("/organization", AGENT_NAME.allows(&given.organization)),
        ("/slug", SLUG.allows(&given.slug)),
        ("/name", AGENT_NAME.allows(&given.name)),
        ("/email", EMAIL.allows(&given.email)),
        ("/password", NEW_PASSWORD.allows(&given.password)),
    ];
    let invalid = rules.into_iter().filter(|(_, is_valid)| !is_valid);
    let field = |pointer: &str| FieldError { pointer: pointer.to_owned(), code: "invalid".to_owned() };
    let errors: Vec<_> = invalid.map(|(pointer, _)| field(pointer)).collect();
    if errors.is_empty() { Ok(()) } else { Err(Error::fields(ProblemCode::InvalidField, errors)) }
}

fn secret_of(db: &Db) -> String {
    secret::signature(&db.keys().storage, "set-up", "")
}

/// Where the first organization is made, below the server's own origin. `None`: there is one.
///
/// # Errors
/// When the database fails.
pub async fn path(db: &Db) -> Result<Option<String>> {
    let is_open = orgs::are_none(&mut db.read().await?).await?;
    Ok(is_open.then(|| format!("{}#{}", AppPage::Setup.path(), secret_of(db))))
}
