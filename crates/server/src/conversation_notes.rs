//! Conversation notes: what the team says among itself inside one conversation, never to the contact.
//!
//! Contact notes live in their own file, tables and types; nothing here takes both.
//!
//! Invariants: an id makes at most one note, ever; an id that was deleted (or whose deletion arrived first) makes
//! none; only who deleted a note brings it back, and only inside the undo window.

mod read;

pub(crate) use read::find;

use crate::{
    auth_agent::AuthAgent,
    change::{Change, EventKind},
    conversation,
    db::{Columns as _, head, int, malformed},
    error::{Error, Result},
    input::{BODY, Field, Ids, Input, Json, Query},
    overflow_padding,
    page::{List, cut},
    state::State,
};
use axum::{
    extract,
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use chrono::{DateTime, Utc};
use read::newest;
use sqlx::{Row as _, SqliteConnection};
use utoipa_axum::{router::OpenApiRouter, routes};
use wire::{
    AgentId, ConversationId, ConversationNote, ConversationNoteId, Deleted, NewConversationNote, NoteBody, OrgId, Page,
    Problem, ProblemCode, Role, Seq,
};

pub(crate) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(add, delete)).routes(routes!(restore))
}

impl Input for NewConversationNote {
    const FIELDS: &'static [Field] = &[BODY];
}

/// The notes of a conversation, newest first.
#[utoipa::path(get, path = "/api/v1/conversations/{id}/notes", tag = "conversation notes", params(
    ("id" = ConversationId, Path), ("cursor" = Option<String>, Query),
    ("limit" = Option<u32>, Query, minimum = 1, maximum = 100)), responses(
    (status = 200, body = Page<ConversationNote>),
    (status = "default", body = Problem, content_type = "application/problem+json", description = "Refused.")))]
async fn list(
    signed: AuthAgent,
    Ids(id): Ids<ConversationId>,
    mut query: Query,
    extract::State(state): extract::State<State>,
) -> Result<axum::Json<Page<ConversationNote>>> {
    let (cursor, limit) = (query.take_text("cursor")?, query.limit()?);
    query.finish()?;
    let mut reading = state.db().read().await?;
    conversation::must_exist(&mut reading, signed.org, id).await?;
    let as_of = state.db().as_of(&mut reading, signed.org).await?;
    let list = List::new(state.db(), signed.org, &format!("conversation notes {id}"));
    let before = cursor.map_or(Ok(Seq::MAX), |cursor| list.place(&cursor))?;
    let mut items = newest(&mut reading, signed.org, id, before, i64::from(limit) + 1).await?;
    let next_cursor = cut(&mut items, limit).map(|last| list.cursor(&last.seq.to_string()));
    Ok(axum::Json(Page { items, next_cursor, as_of }))
}

/// Add a note. The id is the caller's and makes repeating harmless: the same again answers with the note as it is.
#[utoipa::path(put, path = "/api/v1/conversations/{id}/notes/{note_id}", tag = "conversation notes", params(
    ("id" = ConversationId, Path), ("note_id" = ConversationNoteId, Path)), request_body = NewConversationNote, responses(
    (status = 201, body = ConversationNote), (status = 200, body = ConversationNote, description = "The same again."),
    (status = "default", body = Problem, content_type = "application/problem+json", description = "Refused.")))]
async fn add(
    signed: AuthAgent,
    Ids((conversation, id)): Ids<(ConversationId, ConversationNoteId)>,
    extract::State(state): extract::State<State>,
    Json(new): Json<NewConversationNote>,
) -> Result<(StatusCode, axum::Json<ConversationNote>)> {
    let mut change = state.db().change(signed.org).await?;
    conversation::must_exist(change.tx(), signed.org, conversation).await?;
    if tombstone(change.tx(), signed.org, id).await?.is_some() {
        return Err(ProblemCode::Gone.into());
    }
    if let Some(known) = find(change.tx(), signed.org, id).await? {
        let is_same =
            known.conversation_id == conversation && known.author.id == signed.agent && known.body == new.body;
        return if is_same { Ok((StatusCode::OK, axum::Json(known))) } else { Err(ProblemCode::IdReuse.into()) };
    }
    let row = NewRow { id, conversation, author: signed.agent, body: new.body };
    store(&mut change, &row).await?;
    let note = find(change.tx(), signed.org, id).await?.ok_or_else(|| malformed("id"))?;
    change.commit().await?;
    tracing::info!(org = %signed.org, agent = %signed.agent, note = %id, "conversation note added");
    Ok((StatusCode::CREATED, axum::Json(note)))
}

/// Delete a note for everyone; its author and admins may. An id never seen is remembered as deleted: its `PUT` may
/// still be under way.
#[utoipa::path(delete, path = "/api/v1/conversations/{id}/notes/{note_id}", tag = "conversation notes", params(
    ("id" = ConversationId, Path), ("note_id" = ConversationNoteId, Path)), responses(
    (status = 200, body = Deleted), (status = 204, description = "There was no such note, and there won't be."),
    (status = "default", body = Problem, content_type = "application/problem+json", description = "Refused.")))]
async fn delete(
    signed: AuthAgent,
    Ids((conversation, id)): Ids<(ConversationId, ConversationNoteId)>,
    extract::State(state): extract::State<State>,
) -> Result<Response> {
    let mut change = state.db().change(signed.org).await?;
    conversation::must_exist(change.tx(), signed.org, conversation).await?;
    if let Some(tombstone) = tombstone(change.tx(), signed.org, id).await? {
        return if tombstone.conversation == conversation {
            Ok(answer(tombstone.until))
        } else {
            Err(ProblemCode::NotFound.into())
        };
    }
    let Some(note) = find(change.tx(), signed.org, id).await? else {
        let rev = head(change.tx(), signed.org).await?;
        insert_tombstone(&mut change, conversation, id, signed.agent, None, rev).await?;
        change.commit().await?;
        return Ok(answer(None));
    };
    if note.conversation_id != conversation {
        return Err(ProblemCode::NotFound.into());
    }
    if note.author.id != signed.agent && signed.role != Role::Admin {
        return Err(Error::detail(ProblemCode::Forbidden, "Only its author or an admin can delete a note."));
    }
    let (until, rev) = (change.at() + state.config().undo_window, change.next_seq().await?);
    let at = Some(change.at());
    mark(&mut change, id, at, rev).await?;
    insert_tombstone(&mut change, conversation, id, signed.agent, Some(until), rev).await?;
    record(&mut change, conversation, id, Happened::Deleted, signed.agent).await?;
    change.commit().await?;
    tracing::info!(org = %signed.org, agent = %signed.agent, note = %id, "conversation note deleted");
    Ok(answer(Some(until)))
}

/// Undo a deletion, by the one who deleted, inside the undo window. The note comes back as it was.
#[utoipa::path(post, path = "/api/v1/conversations/{id}/notes/{note_id}/restore", tag = "conversation notes", params(
    ("id" = ConversationId, Path), ("note_id" = ConversationNoteId, Path)), responses(
    (status = 200, body = ConversationNote),
    (status = "default", body = Problem, content_type = "application/problem+json", description = "Refused.")))]
async fn restore(
    signed: AuthAgent,
    Ids((conversation, id)): Ids<(ConversationId, ConversationNoteId)>,
    extract::State(state): extract::State<State>,
) -> Result<axum::Json<ConversationNote>> {
    let mut change = state.db().change(signed.org).await?;
    conversation::must_exist(change.tx(), signed.org, conversation).await?;
    let Some(tombstone) = tombstone(change.tx(), signed.org, id).await? else {
        // Not deleted, or restored already by a request whose answer was lost.
        let note = find(change.tx(), signed.org, id).await?.filter(|note| note.conversation_id == conversation);
        return note.map(axum::Json).ok_or_else(|| ProblemCode::NotFound.into());
    };
    if tombstone.conversation != conversation {
        return Err(ProblemCode::NotFound.into());
    }
    if tombstone.until.is_none_or(|until| until <= change.at()) {
        return Err(ProblemCode::Gone.into());
    }
    if tombstone.deleted_by != signed.agent {
        return Err(Error::detail(ProblemCode::Forbidden, "Only who deleted a note can restore it."));
    }
    let rev = change.next_seq().await?;
    mark(&mut change, id, None, rev).await?;
    delete_tombstone(&mut change, id).await?;
    let note = find(change.tx(), signed.org, id).await?.ok_or_else(|| Error::from(ProblemCode::Gone))?;
    record(&mut change, conversation, id, Happened::Restored, signed.agent).await?;
    change.commit().await?;
    tracing::info!(org = %signed.org, agent = %signed.agent, note = %id, "conversation note restored");
    Ok(axum::Json(note))
}

fn answer(until: Option<DateTime<Utc>>) -> Response {
    match until {
        Some(restorable_until) => axum::Json(Deleted { restorable_until }).into_response(),
        None => StatusCode::NO_CONTENT.into_response(),
    }
}

enum Happened {
    Added,
    Deleted,
    Restored,
}

/// The conversation moves with its notes: its preview, and with a new one its time. Contacts are told nothing of it.
async fn record(
    change: &mut Change,
    conversation: ConversationId,
    id: ConversationNoteId,
    happened: Happened,
    actor: AgentId,
) -> Result<()> {
    let event = match happened {
        Happened::Added => EventKind::ConversationNoteAdded,
        Happened::Deleted => EventKind::ConversationNoteDeleted,
        Happened::Restored => EventKind::ConversationNoteRestored,
    };
    change.event(event, id, Some(conversation.to_string()), Some(actor)).await?;
    let (org, rev, at) = (change.org().to_string(), change.next_seq().await?, change.at().timestamp_millis());
    let last_at = if matches!(happened, Happened::Added) { at } else { 0 };
    sqlx::query(
        "UPDATE conversation SET last_at = CASE WHEN last_at < ?1 THEN ?1 ELSE last_at END, rev = ?2 \
         WHERE org_id = ?3 AND id = ?4",
    )
    .bind(last_at)
    .bind(int(rev))
    .bind(org)
    .bind(conversation.to_string())
    .execute(change.tx())
    .await?;
    change.event(EventKind::ConversationChanged, conversation, None, Some(actor)).await
}

/// What remains of a deleted note: never its text.
struct Tombstone {
    conversation: ConversationId,
    deleted_by: AgentId,
    /// `None`: the id had never been seen.
    until: Option<DateTime<Utc>>,
}

async fn tombstone(reading: &mut SqliteConnection, org: OrgId, id: ConversationNoteId) -> Result<Option<Tombstone>> {
    let row = sqlx::query(
        "SELECT conversation_id, deleted_by, restorable_until FROM conversation_note_tombstone WHERE org_id = ? AND id = ?",
    )
    .bind(org.to_string())
    .bind(id.to_string())
    .fetch_optional(reading)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let until: Option<i64> = row.try_get("restorable_until")?;
    let until = until.map(|_| row.time("restorable_until")).transpose()?;
    Ok(Some(Tombstone { conversation: row.id("conversation_id")?, deleted_by: row.id("deleted_by")?, until }))
}

async fn insert_tombstone(
    change: &mut Change,
    conversation: ConversationId,
    id: ConversationNoteId,
    by: AgentId,
    until: Option<DateTime<Utc>>,
    rev: Seq,
) -> Result<()> {
    let org = change.org().to_string();
    sqlx::query(
        "INSERT INTO conversation_note_tombstone (org_id, id, conversation_id, deleted_by, restorable_until, rev) \
         VALUES (?, ?, ?, ?, ?, ?)",
    )
    .bind(org)
    .bind(id.to_string())
    .bind(conversation.to_string())
    .bind(by.to_string())
    .bind(until.map(|until| until.timestamp_millis()))
    .bind(int(rev))
    .execute(change.tx())
    .await?;
    Ok(())
}

async fn delete_tombstone(change: &mut Change, id: ConversationNoteId) -> Result<()> {
    let org = change.org().to_string();
    sqlx::query("DELETE FROM conversation_note_tombstone WHERE org_id = ? AND id = ?")
        .bind(org)
        .bind(id.to_string())
        .execute(change.tx())
        .await?;
    Ok(())
}

async fn mark(change: &mut Change, id: ConversationNoteId, deleted_at: Option<DateTime<Utc>>, rev: Seq) -> Result<()> {
    let org = change.org().to_string();
    sqlx::query("UPDATE conversation_note SET deleted_at = ?, rev = ? WHERE org_id = ? AND id = ?")
        .bind(deleted_at.map(|at| at.timestamp_millis()))
        .bind(int(rev))
        .bind(org)
        .bind(id.to_string())
        .execute(change.tx())
        .await?;
    Ok(())
}

/// A note to be stored. Its id must be new to the organization.
#[derive(Clone, Debug)]
pub(crate) struct NewRow {
    pub(crate) id: ConversationNoteId,
    pub(crate) conversation: ConversationId,
    pub(crate) author: AgentId,
    pub(crate) body: NoteBody,
}

/// Stores a note with its event and the conversation's.
pub(crate) async fn store(change: &mut Change, new: &NewRow) -> Result<()> {
    let (seq, org, at) = (change.next_seq().await?, change.org().to_string(), change.at().timestamp_millis());
    sqlx::query(
        "INSERT INTO conversation_note (org_id, id, conversation_id, author_id, created_at, seq, rev) \
         VALUES (?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(&org)
    .bind(new.id.to_string())
    .bind(new.conversation.to_string())
    .bind(new.author.to_string())
    .bind(at)
    .bind(int(seq))
    .bind(int(seq))
    .execute(change.tx())
    .await?;
    sqlx::query("INSERT INTO conversation_note_body (org_id, note_id, ballast, body) VALUES (?, ?, ?, ?)")
        .bind(org)
        .bind(new.id.to_string())
        .bind(overflow_padding::before(new.body.as_str()))
        .bind(new.body.as_str())
        .execute(change.tx())
        .await?;
    record(change, new.conversation, new.id, Happened::Added, new.author).await
}
