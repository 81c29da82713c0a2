//! Joining an organization by an invitation's link: nobody is signed in yet, and the link's secret is what counts.

use crate::{
    agents::{self, NewAgent},
    error::{Error, Result},
    input::JsonBody,
    invitations, orgs, password, session,
    state::State,
};
use axum::{
    extract,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
};
use utoipa_axum::{router::OpenApiRouter, routes};
use wire::{
    AgentId, Join, JoinOffer, JoinToken, Problem, ProblemCode,
    text_rules::{AGENT_NAME, NEW_PASSWORD},
};

pub(crate) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new().routes(routes!(look)).routes(routes!(join))
}

type SetCookie = [(HeaderName, HeaderValue); 1];

/// What a link invites to. 410 when it is not valid any more.
#[utoipa::path(post, path = "/api/v1/join/invitation", tag = "team", request_body = JoinToken, responses(
    (status = 200, body = JoinOffer),
    (status = "default", body = Problem, content_type = "application/problem+json", description = "Refused.")))]
async fn look(
    extract::State(state): extract::State<State>,
    JsonBody(given): JsonBody<JoinToken>,
) -> Result<axum::Json<JoinOffer>> {
    let mut reading = state.db().read().await?;
    let (org, invitation) = invitations::of_token(&mut reading, &given.token).await?;
    let organization = orgs::one(&mut reading, org).await?.name;
    let (email, invited_by) = (invitation.email, invitation.invited_by);
    Ok(axum::Json(JoinOffer { organization, email, invited_by }))
}

/// Accept an invitation: the agent is in the organization from now on, and signed in. The link is not valid any more.
#[utoipa::path(post, path = "/api/v1/join", tag = "team", request_body = Join, responses(
    (status = 204, description = "Joined and signed in; `Set-Cookie` holds the session."),
    (status = "default", body = Problem, content_type = "application/problem+json", description = "Refused.")))]
async fn join(
    extract::State(state): extract::State<State>,
    headers: HeaderMap,
    JsonBody(given): JsonBody<Join>,
) -> Result<(StatusCode, SetCookie)> {
    for (pointer, is_valid) in
        [("/name", AGENT_NAME.allows(&given.name)), ("/password", NEW_PASSWORD.allows(&given.password))]
    {
        if !is_valid {
            return Err(Error::field(ProblemCode::InvalidField, pointer, "invalid"));
        }
    }
    // A password is hashed for those who were invited only: it takes long.
    let (org, _) = invitations::of_token(&mut state.db().read().await?, &given.token).await?;
    let hash = password::hash_off_thread(given.password).await?;
    let mut change = state.db().change(org).await?;
    // Again: it may have been accepted or withdrawn since.
    let (_, invitation) = invitations::of_token(change.tx(), &given.token).await?;
    let id = AgentId::fresh();
    let (email, role) = (invitation.email, invitation.role);
    let new = NewAgent { id, email, name: given.name, role, password_hash: hash.clone() };
    let agent = match agents::take_back(&mut change, &new).await? {
        Some(id) => id,
        None => {
            let added = agents::add(&mut change, &new).await;
            added.map_err(|error| match error {
                Error::Setup(_) => Error::field(ProblemCode::InvalidField, "/email", "taken"),
                error => error,
            })?;
            id
        }
    };
    invitations::end(&mut change, invitation.id).await?;
    change.commit().await?;
    let cookie = session::start(&state, org, agent, &hash, &headers).await?;
    tracing::info!(%org, %agent, "joined");
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]))
}
