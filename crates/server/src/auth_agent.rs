//! The authenticated agent of a request, and the credential of the request. Handlers take the agent as a parameter;
//! `session` finds it.

use crate::{
    error::{Error, Result},
    sql::{Row, malformed},
};
use axum::http::HeaderMap;
use wire::{AgentId, OrgId, ProblemCode, Role, Seq};

/// The authenticated agent. As a handler's parameter, it answers 401 without a valid session or token. Changes go through
/// [`AuthAgent::change`], which checks that again.
#[derive(Clone, Debug)]
pub(crate) struct AuthAgent {
    pub org: OrgId,
    pub agent: AgentId,
    pub role: Role,
    /// Changes up to this position don't count as unread for the agent.
    pub joined_seq: Seq,
    pub(crate) credential: Credential,
}

/// What a request authenticates with, as a hash.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Credential {
    /// The cookie of the stand-alone page.
    Session(String),
    /// The token of the widget.
    Token(String),
}

impl AuthAgent {
    /// Reads the columns `org_id`, `agent_id`, `role` and `joined_seq`.
    pub(crate) fn read(row: &Row, credential: Credential) -> sqlx::Result<Self> {
        Ok(Self {
            org: row.id("org_id")?,
            agent: row.id("agent_id")?,
            role: role(row)?,
            joined_seq: row.seq("joined_seq")?,
            credential,
        })
    }

    /// Checks `X-Sidenote-Agent`, which names the agent that the page belongs to: 401 if it is another one. Somebody
    /// else may have signed in in the same browser since, and nothing must be done in their name that they have not
    /// typed.
    pub(crate) fn if_meant(self, headers: &HeaderMap) -> Result<Self> {
        let meant = headers.get("x-sidenote-agent").map(|agent| agent.to_str().ok()?.parse::<AgentId>().ok());
        match meant {
            Some(agent) if agent != Some(self.agent) => Err(Error::from(ProblemCode::SignedOut)),
            _ => Ok(self),
        }
    }
}

/// Reads the column `role`.
pub(crate) fn role(row: &Row) -> sqlx::Result<Role> {
    match row.get("role")? {
        "agent" => Ok(Role::Agent),
        "admin" => Ok(Role::Admin),
        _ => Err(malformed("role")),
    }
}
