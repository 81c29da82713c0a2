//! The signed-in agent: their profile, organization and own settings.

use crate::{
    agents,
    auth_agent::AuthAgent,
    error::{Error, Result},
    input::JsonBody,
    orgs, secret,
    sql::{Connection, malformed, sql},
    state::State,
};
use axum::extract;
use utoipa_axum::{router::OpenApiRouter, routes};
use wire::{Me, Problem, ProblemCode, Settings, SettingsPatch, StorageKey, text_rules::AGENT_NAME};

pub(crate) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new().routes(routes!(show, edit))
}

/// The signed-in agent, and what every screen needs.
#[utoipa::path(get, path = "/api/v1/me", tag = "session", responses((status = 200, body = Me),
    (status = "default", body = Problem, content_type = "application/problem+json", description = "Refused.")))]
async fn show(signed: AuthAgent, extract::State(state): extract::State<State>) -> Result<axum::Json<Me>> {
    let me = read(&mut state.db().read().await?, &signed).await?;
    Ok(axum::Json(with_storage_key(me, &state)))
}

/// Change own settings and the own name. What is left out stays.
#[utoipa::path(patch, path = "/api/v1/me", tag = "session", request_body = SettingsPatch, responses(
    (status = 200, body = Me),
    (status = "default", body = Problem, content_type = "application/problem+json", description = "Refused.")))]
async fn edit(
    mut signed: AuthAgent,
    extract::State(state): extract::State<State>,
    JsonBody(patch): JsonBody<SettingsPatch>,
) -> Result<axum::Json<Me>> {
    let mut change = signed.change(state.db()).await?;
    if let Some(name) = patch.name {
        if !AGENT_NAME.allows(&name) {
            return Err(Error::field(ProblemCode::InvalidField, "/name", "invalid"));
        }
        agents::set_name(&mut change, signed.agent, &name).await?;
    }
    let mut settings = settings(change.tx(), &signed).await?;
    settings.enter_sends = patch.enter_sends.unwrap_or(settings.enter_sends);
    let json = serde_json::to_string(&settings).expect("settings are plain values");
    sql("UPDATE agent SET settings = $1 WHERE org_id = $2 AND id = $3")
        .bind(json)
        .bind(signed.org.to_string())
        .bind(signed.agent.to_string())
        .execute(change.tx())
        .await?;
    let me = read(change.tx(), &signed).await?;
    change.commit().await?;
    Ok(axum::Json(with_storage_key(me, &state)))
}

/// The key is derived: it needs no row, and is the same in every session of the agent.
fn with_storage_key(me: Me, state: &State) -> Me {
    let whose = format!("{}\0{}", me.organization.id, me.agent.id);
    let digits = secret::signature(&state.db().keys().storage, "agent", &whose);
    Me { storage_key: Some(StorageKey::from_hex(digits)), ..me }
}

async fn read(reading: &mut Connection, signed: &AuthAgent) -> Result<Me> {
    let agents = agents::all(&mut *reading, signed.org).await?;
    let agent = agents.iter().find(|agent| agent.id == signed.agent).cloned().ok_or_else(|| malformed("id"))?;
    let organization = orgs::one(&mut *reading, signed.org).await?;
    let channels = orgs::channels(&mut *reading, signed.org).await?;
    let settings = settings(reading, signed).await?;
    Ok(Me { agent, organization, agents, channels, settings, storage_key: None })
}

async fn settings(reading: &mut Connection, signed: &AuthAgent) -> Result<Settings> {
    let row = sql("SELECT settings FROM agent WHERE org_id = $1 AND id = $2")
        .bind(signed.org.to_string())
        .bind(signed.agent.to_string())
        .fetch_one(reading)
        .await?;
    Ok(serde_json::from_str(&row.text("settings")?).map_err(|_| malformed("settings"))?)
}
