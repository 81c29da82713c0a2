//! Starts a conversation: an agent writes first.

use crate::{
    auth_agent::AuthAgent,
    contact_aliases, contact_flags, contacts,
    conversation::{self, NewConversation},
    conversations,
    error::{Error, Result},
    input::{Ids, JsonBody},
    orgs,
    state::State,
};
use axum::{extract, http::StatusCode};
use utoipa_axum::{router::OpenApiRouter, routes};
use wire::{Conversation, ConversationId, Problem, ProblemCode, Status};

pub(crate) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new().routes(routes!(start))
}

/// Start a conversation with a contact on a channel. It is assigned to who starts it. The caller makes the id, so that a
/// retry is harmless.
#[utoipa::path(put, path = "/api/v1/conversations/{id}", tag = "conversations",
    params(("id" = ConversationId, Path)), request_body = wire::NewConversation, responses(
    (status = 201, body = Conversation), (status = 200, body = Conversation, description = "The same again."),
    (status = "default", body = Problem, content_type = "application/problem+json", description = "Refused.")))]
async fn start(
    mut signed: AuthAgent,
    Ids(id): Ids<ConversationId>,
    extract::State(state): extract::State<State>,
    JsonBody(new): JsonBody<wire::NewConversation>,
) -> Result<(StatusCode, axum::Json<Conversation>)> {
    let mut change = signed.change(state.db()).await?;
    if let Some(known) = conversations::one(change.tx(), &signed, id).await? {
        let contact = contact_aliases::find(change.tx(), signed.org, new.contact_id).await?;
        let is_same = Some(known.contact_id) == contact && known.channel.id == new.channel_id;
        return if is_same { Ok((StatusCode::OK, axum::Json(known))) } else { Err(ProblemCode::IdReuse.into()) };
    }
    let contact = contact_aliases::resolve_for_change(change.tx(), signed.org, new.contact_id).await?;
    let contact = contacts::find(change.tx(), signed.org, contact).await?;
    contact_flags::allows_writing(&contact)?;
    let channels = orgs::channels(change.tx(), signed.org).await?;
    if !channels.iter().any(|channel| channel.id == new.channel_id) {
        return Err(Error::field(ProblemCode::InvalidField, "/channel_id", "unknown-channel"));
    }
    let row = NewConversation {
        id,
        contact: new.contact_id,
        channel: new.channel_id,
        thread_key: None,
        status: Status::Open,
        assignee: Some(signed.agent),
        at: change.at(),
    };
    conversation::start(&mut change, &row, Some(signed.agent)).await?;
    let started = conversations::one(change.tx(), &signed, id).await?;
    let started = started.ok_or_else(|| Error::from(ProblemCode::NotFound))?;
    change.commit().await?;
    tracing::info!(org = %signed.org, agent = %signed.agent, conversation = %id, "conversation started");
    Ok((StatusCode::CREATED, axum::Json(started)))
}
