//! What an admin changes of the team: the role of an agent, and who is in it.

use crate::{
    agents,
    auth_agent::{AuthAgent, Credential},
    error::{Error, Result},
    input::{Ids, JsonBody},
    state::State,
};
use axum::{extract, http::StatusCode};
use utoipa_axum::{router::OpenApiRouter, routes};
use wire::{Agent, AgentId, AgentPatch, Problem, ProblemCode, Role};

pub(crate) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new().routes(routes!(edit, remove))
}

/// The team is changed by admins, in the app itself: a token of the widget lies in another site's page.
pub(crate) fn must_manage(signed: &AuthAgent) -> Result<()> {
    match (signed.role, &signed.credential) {
        (Role::Admin, Credential::Session(_)) => Ok(()),
        _ => Err(Error::detail(ProblemCode::Forbidden, "Only an admin can change the team, in the app itself.")),
    }
}

/// Change an agent's role; admins may.
#[utoipa::path(patch, path = "/api/v1/agents/{id}", tag = "team", params(("id" = inline(AgentId), Path)),
    request_body = AgentPatch, responses((status = 200, body = Agent),
    (status = "default", body = Problem, content_type = "application/problem+json", description = "Refused.")))]
async fn edit(
    mut signed: AuthAgent,
    Ids(id): Ids<AgentId>,
    extract::State(state): extract::State<State>,
    JsonBody(patch): JsonBody<AgentPatch>,
) -> Result<axum::Json<Agent>> {
    let mut change = signed.change(state.db()).await?;
    must_manage(&signed)?;
    let agent = agents::one(change.tx(), signed.org, id).await?.filter(|agent| !agent.removed);
    let mut agent = agent.ok_or_else(|| Error::from(ProblemCode::NotFound))?;
    if let Some(role) = patch.role.filter(|role| *role != agent.role) {
        if agents::is_last_admin(change.tx(), signed.org, id).await? {
            return Err(ProblemCode::LastAdmin.into());
        }
        agents::set_role(&mut change, id, role, signed.agent).await?;
        agent.role = role;
        change.commit().await?;
        tracing::info!(org = %signed.org, agent = %signed.agent, of = %id, "role changed");
    }
    Ok(axum::Json(agent))
}

/// Remove an agent; admins may. Their sessions and streams end within a second; what they wrote stays.
#[utoipa::path(delete, path = "/api/v1/agents/{id}", tag = "team", params(("id" = inline(AgentId), Path)), responses(
    (status = 204, description = "The agent is not in the team."),
    (status = "default", body = Problem, content_type = "application/problem+json", description = "Refused.")))]
async fn remove(
    mut signed: AuthAgent,
    Ids(id): Ids<AgentId>,
    extract::State(state): extract::State<State>,
) -> Result<StatusCode> {
    let mut change = signed.change(state.db()).await?;
    must_manage(&signed)?;
    let agent = agents::one(change.tx(), signed.org, id).await?.ok_or_else(|| Error::from(ProblemCode::NotFound))?;
    if !agent.removed {
        if agents::is_last_admin(change.tx(), signed.org, id).await? {
            return Err(ProblemCode::LastAdmin.into());
        }
        agents::set_removed(&mut change, id, Some(signed.agent)).await?;
        change.commit().await?;
        tracing::info!(org = %signed.org, agent = %signed.agent, of = %id, "agent removed");
    }
    Ok(StatusCode::NO_CONTENT)
}
