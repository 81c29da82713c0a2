//! How far an agent has seen a contact's notes, and the contact of a conversation.

use crate::{
    auth_agent::AuthAgent,
    db::int,
    error::Result,
    sql::{Connection, sql},
};
use wire::{ContactId, ConversationId, OrgId, Seq};

/// Notes of others after this position are unseen by the agent. It is at least the position at which the agent joined.
pub(super) async fn seen_up_to(reading: &mut Connection, signed: &AuthAgent, contact: ContactId) -> Result<Seq> {
    let row = sql("SELECT seq FROM seen_mark WHERE org_id = $1 AND agent_id = $2 AND contact_id = $3")
        .bind(signed.org.to_string())
        .bind(signed.agent.to_string())
        .bind(contact.to_string())
        .fetch_optional(reading)
        .await?;
    let mark = row.map(|row| row.seq("seq")).transpose()?.unwrap_or(0);
    Ok(mark.max(signed.joined_seq))
}

const COUNT_UNSEEN: &str = "SELECT COUNT(*) AS unseen FROM contact_note \
    WHERE org_id = $1 AND contact_id = $2 AND seq > $3 AND author_id <> $4 AND deleted_at IS NULL";

/// How many live notes of others are newer than the agent's seen mark.
pub(super) async fn count_unseen(
    reading: &mut Connection,
    signed: &AuthAgent,
    contact: ContactId,
    seen: Seq,
) -> Result<u64> {
    let row = sql(COUNT_UNSEEN)
        .bind(signed.org.to_string())
        .bind(contact.to_string())
        .bind(int(seen))
        .bind(signed.agent.to_string())
        .fetch_one(reading)
        .await?;
    Ok(row.seq("unseen")?)
}

/// The contact of a conversation. A conversation of another organization is as unknown as one that doesn't exist.
pub(super) async fn with_whom(
    reading: &mut Connection,
    org: OrgId,
    conversation: ConversationId,
) -> Result<Option<ContactId>> {
    let row = sql("SELECT contact_id FROM conversation WHERE org_id = $1 AND id = $2")
        .bind(org.to_string())
        .bind(conversation.to_string())
        .fetch_optional(reading)
        .await?;
    Ok(row.map(|row| row.id("contact_id")).transpose()?)
}
