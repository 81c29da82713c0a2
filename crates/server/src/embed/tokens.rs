//! Tokens of the widget: for one agent and one origin, valid for ten minutes.

use crate::{
    auth_agent::{AuthAgent, Credential},
    change::Change,
    db::Db,
    error::{Error, Result},
    secret,
    sql::{Connection, sql},
};
use chrono::TimeDelta;
use wire::{AgentId, EmbedToken, OrgId, ProblemCode};

const LIFE: TimeDelta = TimeDelta::minutes(10);

const INSERT: &str = "INSERT INTO embed_token (token_hash, org_id, agent_id, key_id, origin, expires_at) \
    SELECT $1, a.org_id, a.id, k.id, o.origin, $2 FROM agent a \
    JOIN embed_key k ON k.org_id = a.org_id AND k.id = $3 \
    JOIN embed_origin o ON o.org_id = a.org_id AND o.origin = $4 \
    WHERE a.org_id = $5 AND a.id = $6 AND a.removed_at IS NULL";

/// Makes a token, if agent, key and origin still exist. Deletes expired tokens.
pub(super) async fn make(db: &Db, org: OrgId, agent: AgentId, key: &str, origin: &str) -> Result<EmbedToken> {
    let token = secret::token();
    let mut change = db.change(org).await?;
    let (at, expires_at) = (change.at(), change.at() + LIFE);
    // Only this organization's: another one's rows are under another lock.
    sql("DELETE FROM embed_token WHERE org_id = $1 AND expires_at <= $2")
        .bind(org.to_string())
        .bind(at.timestamp_millis())
        .execute(change.tx())
        .await?;
    // The statement checks agent, key and origin again: any of them may have been removed since it was looked up.
    let made = sql(INSERT)
        .bind(secret::hash(&token))
        .bind(expires_at.timestamp_millis())
        .bind(key)
        .bind(origin)
        .bind(org.to_string())
        .bind(agent.to_string())
        .execute(change.tx())
        .await?;
    if made == 0 {
        return Err(Error::from(ProblemCode::BadKey));
    }
    change.commit().await?;
    let expires_in = u32::try_from(LIFE.num_seconds()).expect("minutes are few seconds");
    Ok(EmbedToken { token, expires_at, expires_in })
}

/// Revokes every token of an agent. The commit wakes the open streams, which then end.
pub(crate) async fn revoke_all(change: &mut Change, agent: AgentId) -> Result<()> {
    let org = change.org().to_string();
    sql("DELETE FROM embed_token WHERE org_id = $1 AND agent_id = $2")
        .bind(org)
        .bind(agent.to_string())
        .execute(change.tx())
        .await?;
    change.access_changes().await
}

const SELECT: &str = "SELECT t.org_id, t.agent_id, t.origin, a.role, a.joined_seq FROM embed_token t \
    JOIN agent a ON a.org_id = t.org_id AND a.id = t.agent_id \
    WHERE t.token_hash = $1 AND t.expires_at > $2 AND a.removed_at IS NULL";

/// The agent and the origin of the token with this hash, unless it has expired or the agent was removed.
pub(crate) async fn find(reading: &mut Connection, hash: &str) -> Result<Option<(AuthAgent, String)>> {
    let now = reading.now().timestamp_millis();
    let row = sql(SELECT).bind(hash).bind(now).fetch_optional(reading).await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some((AuthAgent::read(&row, Credential::Token(hash.to_owned()))?, row.text("origin")?)))
}
