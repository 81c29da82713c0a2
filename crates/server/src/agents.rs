//! Agents in the database: adding and removing them, their passwords, and the name shown beside what they did.

use crate::{
    auth_agent::role,
    change::{Change, EventKind},
    db::Db,
    error::{Error, Result},
    sql::{Connection, Row, sql},
};
use wire::{Agent, AgentId, AgentRef, OrgId, Role};

/// An agent to be added.
#[derive(Clone, Debug)]
pub struct NewAgent {
    pub id: AgentId,
    pub email: String,
    pub name: String,
    pub role: Role,
    /// From [`crate::password::hash`].
    pub password_hash: String,
}

const INSERT: &str = "INSERT INTO agent (org_id, id, email, name, role, password_hash, joined_seq) \
    VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING";

/// Adds an agent to the change's organization.
///
/// # Errors
/// When the e-mail is taken (over all organizations) or the database fails.
pub async fn add(change: &mut Change, new: &NewAgent) -> Result<()> {
    let seq = change.next_seq().await?;
    let org = change.org().to_string();
    let added = sql(INSERT)
        .bind(org)
        .bind(new.id.to_string())
        .bind(new.email.to_lowercase())
        .bind(&new.name)
        .bind(role_word(new.role))
        .bind(&new.password_hash)
        .bind(crate::db::int(seq))
        .execute(change.tx())
        .await?;
    if added == 0 {
        return Err(Error::Setup("An agent with this e-mail address exists already.".to_owned()));
    }
    change.event(EventKind::AgentChanged, new.id, None, None).await
}

/// Removes an agent from their organization and ends their sessions. Their notes and messages stay.
///
/// # Errors
/// When there is no such agent or the database fails.
pub async fn remove(db: &Db, email: &str) -> Result<()> {
    let (org, id) = find(db, email).await?;
    let mut change = db.change(org).await?;
    set_removed(&mut change, id, None).await?;
    change.commit().await
}

/// Whether the organization would be without an admin if this agent were none.
pub(crate) async fn is_last_admin(reading: &mut Connection, org: OrgId, id: AgentId) -> Result<bool> {
    let others = "SELECT COUNT(*) FROM agent WHERE org_id = $1 AND id <> $2 AND role = 'admin' AND removed_at IS NULL";
    let others: i64 = sql(others).bind(org.to_string()).bind(id.to_string()).fetch_value(&mut *reading).await?;
    let agent = one(reading, org, id).await?;
    Ok(others == 0 && agent.is_some_and(|agent| agent.role == Role::Admin && !agent.removed))
}

/// Gives an agent another name, unless it is theirs.
pub(crate) async fn set_name(change: &mut Change, id: AgentId, name: &str) -> Result<()> {
    let org = change.org();
    if one(change.tx(), org, id).await?.is_some_and(|agent| agent.name == name) {
        return Ok(());
    }
    change.next_seq().await?;
    sql("UPDATE agent SET name = $1 WHERE org_id = $2 AND id = $3")
        .bind(name)
        .bind(org.to_string())
        .bind(id.to_string())
        .execute(change.tx())
        .await?;
    change.event(EventKind::AgentChanged, id, None, Some(id)).await
}

/// Gives an agent another role.
pub(crate) async fn set_role(change: &mut Change, id: AgentId, role: Role, actor: AgentId) -> Result<()> {
    let org = change.org().to_string();
    change.next_seq().await?;
    sql("UPDATE agent SET role = $1 WHERE org_id = $2 AND id = $3")
        .bind(role_word(role))
        .bind(org)
        .bind(id.to_string())
        .execute(change.tx())
        .await?;
    change.event(EventKind::AgentChanged, id, None, Some(actor)).await
}

/// Removes an agent and ends their sessions. Their notes and messages stay.
pub(crate) async fn set_removed(change: &mut Change, id: AgentId, actor: Option<AgentId>) -> Result<()> {
    let (org, at) = (change.org().to_string(), change.at().timestamp_millis());
    change.next_seq().await?;
    sql("UPDATE agent SET removed_at = $1 WHERE org_id = $2 AND id = $3 AND removed_at IS NULL")
        .bind(at)
        .bind(org)
        .bind(id.to_string())
        .execute(change.tx())
        .await?;
    end_sessions(change, id).await?;
    change.event(EventKind::AgentChanged, id, None, actor).await
}

/// Takes an agent who was removed back into the organization, with another name, role and password. `None`: nobody with this
/// e-mail address was removed from it.
pub(crate) async fn take_back(change: &mut Change, new: &NewAgent) -> Result<Option<AgentId>> {
    let org = change.org().to_string();
    let row = sql("SELECT id FROM agent WHERE org_id = $1 AND email = $2 AND removed_at IS NOT NULL")
        .bind(&org)
        .bind(new.email.to_lowercase())
        .fetch_optional(change.tx())
        .await?;
    let Some(id) = row.map(|row| row.id::<AgentId>("id")).transpose()? else { return Ok(None) };
    let seq = change.next_seq().await?;
    sql("UPDATE agent SET removed_at = NULL, name = $1, role = $2, password_hash = $3, joined_seq = $4 \
         WHERE org_id = $5 AND id = $6")
    .bind(&new.name)
    .bind(role_word(new.role))
    .bind(&new.password_hash)
    .bind(crate::db::int(seq))
    .bind(org)
    .bind(id.to_string())
    .execute(change.tx())
    .await?;
    change.event(EventKind::AgentChanged, id, None, Some(id)).await?;
    Ok(Some(id))
}

/// Changes an agent's password and ends their sessions.
///
/// # Errors
/// When there is no such agent or the database fails.
pub async fn set_password(db: &Db, email: &str, password_hash: &str) -> Result<()> {
    let (org, id) = find(db, email).await?;
    let mut change = db.change(org).await?;
    sql("UPDATE agent SET password_hash = $1 WHERE org_id = $2 AND id = $3")
        .bind(password_hash)
        .bind(org.to_string())
        .bind(id.to_string())
        .execute(change.tx())
        .await?;
    end_sessions(&mut change, id).await?;
    change.commit().await
}

/// The agent with this e-mail address, or an error for the person who typed it.
pub(crate) async fn find(db: &Db, email: &str) -> Result<(OrgId, AgentId)> {
    let mut reading = db.read().await?;
    let row = sql("SELECT org_id, id FROM agent WHERE email = $1 AND removed_at IS NULL")
        .bind(email.to_lowercase())
        .fetch_optional(&mut reading)
        .await?;
    let row = row.ok_or_else(|| Error::Setup("There is no agent with this e-mail address.".to_owned()))?;
    Ok((row.id("org_id")?, row.id("id")?))
}

/// The agent of an organization with this e-mail address.
pub(crate) async fn by_email(reading: &mut Connection, org: OrgId, email: &str) -> Result<Option<AgentId>> {
    let row = sql("SELECT id FROM agent WHERE org_id = $1 AND email = $2 AND removed_at IS NULL")
        .bind(org.to_string())
        .bind(email.to_lowercase())
        .fetch_optional(reading)
        .await?;
    Ok(row.map(|row| row.id("id")).transpose()?)
}

async fn end_sessions(change: &mut Change, agent: AgentId) -> Result<()> {
    let org = change.org().to_string();
    for statement in [
        "DELETE FROM session WHERE org_id = $1 AND agent_id = $2",
        "DELETE FROM embed_token WHERE org_id = $1 AND agent_id = $2",
    ] {
        sql(statement).bind(&org).bind(agent.to_string()).execute(change.tx()).await?;
    }
    change.access_changes().await
}

/// A statement for agents of an organization, with the columns that [`agent`] reads.
macro_rules! select {
    ($rest:literal) => {
        concat!("SELECT id, name, email, role, removed_at FROM agent WHERE org_id = $1 ", $rest)
    };
}
const SELECT_ALL: &str = select!("ORDER BY name, id");
const SELECT_ONE: &str = select!("AND id = $2");

/// Every agent of the organization, removed ones too, by name.
pub(crate) async fn all(reading: &mut Connection, org: OrgId) -> Result<Vec<Agent>> {
    let rows = sql(SELECT_ALL).bind(org.to_string()).fetch_all(reading).await?;
    Ok(rows.iter().map(agent).collect::<sqlx::Result<_>>()?)
}

pub(crate) async fn one(reading: &mut Connection, org: OrgId, id: AgentId) -> Result<Option<Agent>> {
    let row = sql(SELECT_ONE).bind(org.to_string()).bind(id.to_string()).fetch_optional(reading).await?;
    Ok(row.as_ref().map(agent).transpose()?)
}

/// An agent as shown beside what they wrote or did.
pub(crate) async fn named(reading: &mut Connection, org: OrgId, id: AgentId) -> Result<Option<AgentRef>> {
    Ok(one(reading, org, id).await?.map(|agent| AgentRef { id, name: agent.name, removed: agent.removed }))
}

fn agent(row: &Row) -> sqlx::Result<Agent> {
    Ok(Agent {
        id: row.id("id")?,
        name: row.text("name")?,
        email: row.text("email")?,
        role: role(row)?,
        removed: row.get::<Option<i64>>("removed_at")?.is_some(),
    })
}

/// The columns that [`author`] reads beside `author_id`, of the agent joined as `a`.
macro_rules! author_columns {
    () => {
        "a.name AS author_name, a.removed_at AS author_removed_at"
    };
}
pub(crate) use author_columns;

/// Reads the column `author_id` and those of [`author_columns`]. `None`: there is no author.
pub(crate) fn author(row: &Row) -> sqlx::Result<Option<AgentRef>> {
    let Some(id) = row.id_or_none("author_id")? else { return Ok(None) };
    let removed = row.get::<Option<i64>>("author_removed_at")?.is_some();
    Ok(Some(AgentRef { id, name: row.text("author_name")?, removed }))
}

pub(crate) fn role_word(role: Role) -> &'static str {
    match role {
        Role::Agent => "agent",
        Role::Admin => "admin",
    }
}
