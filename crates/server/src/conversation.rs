//! One conversation: reading it, its status and assignee, how far an agent has read it, and starting one.

use crate::{
    agents,
    auth_agent::AuthAgent,
    change::{ActivityLine, Change, EventKind},
    contact_aliases, conversations,
    db::int,
    error::{Error, Result},
    if_match::IfMatch,
    input::{Ids, JsonBody},
    messages::Arrival,
    sql::{Connection, sql},
    state::State,
};
use axum::{extract, http::StatusCode};
use chrono::{DateTime, Utc};
use utoipa_axum::{router::OpenApiRouter, routes};
use wire::{
    ActivityKind, AgentId, ChannelId, ContactId, Conversation, ConversationId, ConversationPatch, OrgId, Problem,
    ProblemCode, ReadMark, Seq, Status,
};

pub(crate) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new().routes(routes!(show, edit)).routes(routes!(read))
}

/// One conversation.
#[utoipa::path(get, path = "/api/v1/conversations/{id}", tag = "conversations",
    params(("id" = ConversationId, Path)), responses(
    (status = 200, body = Conversation),
    (status = "default", body = Problem, content_type = "application/problem+json", description = "Refused.")))]
async fn show(
    signed: AuthAgent,
    Ids(id): Ids<ConversationId>,
    extract::State(state): extract::State<State>,
) -> Result<axum::Json<Conversation>> {
    find(&mut state.db().read().await?, &signed, id).await.map(axum::Json)
}

/// Change status or assignee. `If-Match`: the `rev` that was seen; any other answers 412 with the conversation as it
/// is.
#[utoipa::path(patch, path = "/api/v1/conversations/{id}", tag = "conversations", params(
    ("id" = ConversationId, Path), ("If-Match" = Option<wire::text_rules::EntityTags>, Header)), request_body = ConversationPatch,
    responses((status = 200, body = Conversation),
    (status = "default", body = Problem, content_type = "application/problem+json", description = "Refused.")))]
async fn edit(
    mut signed: AuthAgent,
    Ids(id): Ids<ConversationId>,
    extract::State(state): extract::State<State>,
    seen: IfMatch,
    JsonBody(patch): JsonBody<ConversationPatch>,
) -> Result<axum::Json<Conversation>> {
    let mut change = signed.change(state.db()).await?;
    let before = find(change.tx(), &signed, id).await?;
    if !seen.allows(before.rev) {
        return Err(Error::changed(&before));
    }
    let handling = Handling::of(&before);
    if let Some(status) = patch.status.filter(|status| *status != before.status) {
        set_status(&mut change, &handling, status, Some(signed.agent)).await?;
    }
    if let Some(assignee) = patch.assignee_id.filter(|assignee| *assignee != before.assignee_id) {
        let assignee = Assignee::find(change.tx(), signed.org, assignee).await?;
        set_assignee(&mut change, &handling, &assignee, signed.agent).await?;
    }
    let after = find(change.tx(), &signed, id).await?;
    change.commit().await?;
    tracing::info!(org = %signed.org, agent = %signed.agent, conversation = %id, "conversation changed");
    Ok(axum::Json(after))
}

const MOVE_READ_MARK: &str = "INSERT INTO read_mark (org_id, agent_id, conversation_id, seq) VALUES ($1, $2, $3, $4) \
    ON CONFLICT (org_id, agent_id, conversation_id) DO UPDATE SET seq = excluded.seq WHERE read_mark.seq < excluded.seq";

/// Mark the conversation as read by this agent up to here.
#[utoipa::path(put, path = "/api/v1/conversations/{id}/read", tag = "conversations",
    params(("id" = ConversationId, Path)), request_body = ReadMark, responses(
    (status = 204, description = "Noted. A mark only moves forward."),
    (status = "default", body = Problem, content_type = "application/problem+json", description = "Refused.")))]
async fn read(
    mut signed: AuthAgent,
    Ids(id): Ids<ConversationId>,
    extract::State(state): extract::State<State>,
    JsonBody(mark): JsonBody<ReadMark>,
) -> Result<StatusCode> {
    let mut change = signed.change(state.db()).await?;
    must_exist(change.tx(), signed.org, id).await?;
    // Nothing after the head can have been read yet.
    let seq = mark.seq.min(crate::db::head(change.tx(), signed.org).await?);
    sql(MOVE_READ_MARK)
        .bind(signed.org.to_string())
        .bind(signed.agent.to_string())
        .bind(id.to_string())
        .bind(int(seq))
        .execute(change.tx())
        .await?;
    change.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn find(reading: &mut Connection, signed: &AuthAgent, id: ConversationId) -> Result<Conversation> {
    conversations::one(reading, signed, id).await?.ok_or_else(|| ProblemCode::NotFound.into())
}

/// The contact of a conversation, or `not-found` if the organization doesn't have it.
pub(crate) async fn must_exist(reading: &mut Connection, org: OrgId, id: ConversationId) -> Result<ContactId> {
    contact_of(reading, org, id).await?.ok_or_else(|| ProblemCode::NotFound.into())
}

/// The contact of a conversation, if the organization has it.
pub(crate) async fn contact_of(reading: &mut Connection, org: OrgId, id: ConversationId) -> Result<Option<ContactId>> {
    let row = sql("SELECT contact_id FROM conversation WHERE org_id = $1 AND id = $2")
        .bind(org.to_string())
        .bind(id.to_string())
        .fetch_optional(reading)
        .await?;
    Ok(row.map(|row| row.id("contact_id")).transpose()?)
}

/// Who handles a conversation, and how far they are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Handling {
    id: ConversationId,
    contact_id: ContactId,
    pub(crate) status: Status,
    pub(crate) assignee_id: Option<AgentId>,
}

impl Handling {
    fn of(conversation: &Conversation) -> Self {
        let Conversation { id, contact_id, status, assignee_id, .. } = *conversation;
        Self { id, contact_id, status, assignee_id }
    }

    pub(crate) async fn find(reading: &mut Connection, org: OrgId, id: ConversationId) -> Result<Option<Self>> {
        let row = sql("SELECT contact_id, status, assignee_id FROM conversation WHERE org_id = $1 AND id = $2")
            .bind(org.to_string())
            .bind(id.to_string())
            .fetch_optional(reading)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let (contact_id, status) = (row.id("contact_id")?, conversations::status(&row)?);
        Ok(Some(Self { id, contact_id, status, assignee_id: row.id_or_none("assignee_id")? }))
    }
}

/// Whom a conversation is assigned to: an agent with their name, or nobody.
#[derive(Clone, Debug)]
pub(crate) struct Assignee(Option<(AgentId, String)>);

impl Assignee {
    /// `invalid-field` for somebody who is not an agent of the organization, or was removed.
    pub(crate) async fn find(reading: &mut Connection, org: OrgId, id: Option<AgentId>) -> Result<Self> {
        let Some(id) = id else { return Ok(Self(None)) };
        let agent = agents::one(reading, org, id).await?.filter(|agent| !agent.removed);
        let unknown = || Error::field(ProblemCode::InvalidField, "/assignee_id", "unknown-agent");
        Ok(Self(Some((id, agent.ok_or_else(unknown)?.name))))
    }

    /// As [`Self::find`], also for an agent who was removed.
    pub(crate) async fn known(reading: &mut Connection, org: OrgId, id: Option<AgentId>) -> Result<Self> {
        let Some(id) = id else { return Ok(Self(None)) };
        let agent = agents::one(reading, org, id).await?;
        Ok(Self(agent.map(|agent| (id, agent.name))))
    }

    pub(crate) fn id(&self) -> Option<AgentId> {
        self.0.as_ref().map(|(id, _)| *id)
    }
}

pub(crate) async fn set_status(
    change: &mut Change,
    before: &Handling,
    status: Status,
    actor: Option<AgentId>,
) -> Result<()> {
    let kind = match (before.status, status) {
        (_, Status::Closed) => ActivityKind::ConversationClosed,
        (_, Status::Automated) => ActivityKind::ConversationAutomated,
        (Status::Closed, Status::Open) => ActivityKind::ConversationReopened,
        (_, Status::Open) => ActivityKind::ConversationOpened,
    };
    let (seq, org) = (change.next_seq().await?, change.org().to_string());
    sql("UPDATE conversation SET status = $1, rev = $2 WHERE org_id = $3 AND id = $4")
        .bind(status.into_str())
        .bind(int(seq))
        .bind(org)
        .bind(before.id.to_string())
        .execute(change.tx())
        .await?;
    record(change, before, kind, actor, None).await
}

pub(crate) async fn set_assignee(
    change: &mut Change,
    before: &Handling,
    assignee: &Assignee,
    actor: AgentId,
) -> Result<()> {
    let (seq, org) = (change.next_seq().await?, change.org().to_string());
    sql("UPDATE conversation SET assignee_id = $1, rev = $2 WHERE org_id = $3 AND id = $4")
        .bind(assignee.id().map(|id| id.to_string()))
        .bind(int(seq))
        .bind(org)
        .bind(before.id.to_string())
        .execute(change.tx())
        .await?;
    let name = assignee.0.as_ref().map(|(_, name)| name.clone());
    let is_assigned = name.is_some();
    let kind = if is_assigned { ActivityKind::ConversationAssigned } else { ActivityKind::ConversationUnassigned };
    record(change, before, kind, Some(actor), name).await
}

async fn record(
    change: &mut Change,
    conversation: &Handling,
    kind: ActivityKind,
    actor: Option<AgentId>,
    subject: Option<String>,
) -> Result<()> {
    change.event(EventKind::ConversationChanged, conversation.id, None, actor).await?;
    let (contact, conversation) = (conversation.contact_id, Some(conversation.id));
    change.activity(ActivityLine { kind, contact, actor, conversation, subject }).await
}

/// A conversation to be started.
#[derive(Clone, Debug)]
pub struct NewConversation {
    pub id: ConversationId,
    /// The contact, or one who was merged into them: the conversation goes back with that one if the merge is undone.
    pub contact: ContactId,
    pub channel: ChannelId,
    /// The key by which an import or a channel knows the thread; one thread per channel, contact and key.
    pub thread_key: Option<String>,
    pub status: Status,
    pub assignee: Option<AgentId>,
    /// When it began: now, or in the past for an import.
    pub at: DateTime<Utc>,
}

const INSERT: &str = "INSERT INTO conversation (org_id, id, contact_id, origin_id, channel_id, thread_key, status, \
    assignee_id, last_at, created_at, seq, rev) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";

/// Starts a conversation. Its `last_at` is this time until the first message.
///
/// # Errors
/// When contact, channel or assignee are not of the organization, or the database fails.
pub async fn start(change: &mut Change, new: &NewConversation, actor: Option<AgentId>) -> Result<Seq> {
    let org = change.org();
    let contact = contact_aliases::resolve(change.tx(), org, new.contact).await?;
    let seq = change.next_seq().await?;
    sql(INSERT)
        .bind(org.to_string())
        .bind(new.id.to_string())
        .bind(contact.to_string())
        .bind((contact != new.contact).then(|| new.contact.to_string()))
        .bind(new.channel.to_string())
        .bind(&new.thread_key)
        .bind(new.status.into_str())
        .bind(new.assignee.map(|id| id.to_string()))
        .bind(new.at.timestamp_millis())
        .bind(new.at.timestamp_millis())
        .bind(int(seq))
        .bind(int(seq))
        .execute(change.tx())
        .await?;
    change.event(EventKind::ConversationChanged, new.id, None, actor).await?;
    let (kind, conversation) = (ActivityKind::ConversationOpened, Some(new.id));
    change.activity(ActivityLine { kind, contact, actor, conversation, subject: None }).await?;
    Ok(seq)
}

const SELECT_UNTOUCHED: &str = "SELECT contact_id, status, last_in_seq FROM conversation \
    WHERE org_id = $1 AND id = $2 AND last_at <= $3 AND (status = 'open' OR last_in_seq > 0)";

/// Marks a conversation as read for everybody, and closes it if it is over, unless something has happened in it since this
/// time. Returns whether that changed it.
pub(crate) async fn settle(
    change: &mut Change,
    id: ConversationId,
    arrival: Arrival,
    last_at: DateTime<Utc>,
) -> Result<bool> {
    let org = change.org().to_string();
    let row = sql(SELECT_UNTOUCHED)
        .bind(&org)
        .bind(id.to_string())
        .bind(last_at.timestamp_millis())
        .fetch_optional(change.tx())
        .await?;
    let Some(row) = row else { return Ok(false) };
    let closes = arrival == Arrival::Closed && conversations::status(&row)? == Status::Open;
    if !closes && row.seq("last_in_seq")? == 0 {
        return Ok(false);
    }
    let seq = change.next_seq().await?;
    sql("UPDATE conversation SET status = CASE WHEN $1 THEN 'closed' ELSE status END, last_in_seq = 0, rev = $2 WHERE org_id = $3 AND id = $4")
        .bind(closes)
        .bind(int(seq))
        .bind(&org)
        .bind(id.to_string())
        .execute(change.tx())
        .await?;
    change.event(EventKind::ConversationChanged, id, None, None).await?;
    if closes {
        let (kind, contact, conversation) = (ActivityKind::ConversationClosed, row.id("contact_id")?, Some(id));
        change.activity(ActivityLine { kind, contact, actor: None, conversation, subject: None }).await?;
    }
    Ok(true)
}

const SELECT_BY_THREAD: &str = "SELECT id FROM conversation \
    WHERE org_id = $1 AND channel_id = $2 AND COALESCE(origin_id, contact_id) = $3 AND thread_key = $4";

/// The conversation that an import or a channel knows by this key, begun with this contact.
///
/// # Errors
/// When the database fails.
pub async fn by_thread(
    reading: &mut Connection,
    org: OrgId,
    channel: ChannelId,
    contact: ContactId,
    thread_key: &str,
) -> Result<Option<ConversationId>> {
    let row = sql(SELECT_BY_THREAD)
        .bind(org.to_string())
        .bind(channel.to_string())
        .bind(contact.to_string())
        .bind(thread_key)
        .fetch_optional(reading)
        .await?;
    Ok(row.map(|row| row.id("id")).transpose()?)
}
