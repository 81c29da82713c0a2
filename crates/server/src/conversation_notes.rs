//! Conversation notes: what the team writes to each other inside one conversation. The contact never sees them.
//!
//! Contact notes have their own file, tables and types; nothing here handles both.

use crate::{
    agents,
    auth_agent::AuthAgent,
    change::{Change, EventKind},
    conversation,
    db::int,
    error::Result,
    input::{Ids, JsonBody, Query},
    note_indexes::CONVERSATION_NOTES,
    note_storage::{self, Happened, NoteKind, NoteSql, Wanted, note_sql},
    page::List,
    search_index::SearchIndex,
    sql::{Connection, Row, malformed, sql},
    state::State,
};
use axum::{extract, http::StatusCode, response::Response};
use utoipa_axum::{router::OpenApiRouter, routes};
use wire::{
    AgentId, ConversationId, ConversationNote, ConversationNoteId, Deleted, NewConversationNote, NoteBody, OrgId, Page,
    Problem, Seq,
};

pub(crate) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(add, delete)).routes(routes!(restore))
}

/// The notes of a conversation, newest first.
#[utoipa::path(get, path = "/api/v1/conversations/{id}/notes", tag = "conversation notes", params(
    ("id" = ConversationId, Path), ("cursor" = Option<wire::text_rules::Cursor>, Query),
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
    let wanted = Wanted { parent: id, before, search: None, limit };
    let (items, next) = note_storage::newest::<ConversationNote>(&mut reading, signed.org, wanted).await?;
    let next_cursor = next.map(|seq| list.cursor(&seq.to_string()));
    Ok(axum::Json(Page { items, next_cursor, as_of }))
}

/// Add a note. The caller makes the id, so that a retry is harmless: the same request again answers with the note as it
/// is.
#[utoipa::path(put, path = "/api/v1/conversations/{id}/notes/{note_id}", tag = "conversation notes", params(
    ("id" = ConversationId, Path), ("note_id" = ConversationNoteId, Path)), request_body = NewConversationNote, responses(
    (status = 201, body = ConversationNote), (status = 200, body = ConversationNote, description = "The same again."),
    (status = "default", body = Problem, content_type = "application/problem+json", description = "Refused.")))]
async fn add(
    mut signed: AuthAgent,
    Ids((conversation, id)): Ids<(ConversationId, ConversationNoteId)>,
    extract::State(state): extract::State<State>,
    JsonBody(new): JsonBody<NewConversationNote>,
) -> Result<(StatusCode, axum::Json<ConversationNote>)> {
    let mut change = signed.change(state.db()).await?;
    conversation::must_exist(change.tx(), signed.org, conversation).await?;
    let known = note_storage::known::<ConversationNote>(&mut change, &signed, conversation, id, &new.body).await?;
    if let Some(known) = known {
        return Ok((StatusCode::OK, axum::Json(known)));
    }
    let note = store(&mut change, &NewRow { id, conversation, author: signed.agent, body: new.body }).await?;
    change.commit().await?;
    tracing::info!(org = %signed.org, agent = %signed.agent, note = %id, "conversation note added");
    Ok((StatusCode::CREATED, axum::Json(note)))
}

/// Delete a note for everyone; its author and admins may. An unknown id gets a tombstone: its `PUT` may still be under
/// way.
#[utoipa::path(delete, path = "/api/v1/conversations/{id}/notes/{note_id}", tag = "conversation notes", params(
    ("id" = ConversationId, Path), ("note_id" = ConversationNoteId, Path)), responses(
    (status = 200, body = Deleted), (status = 204, description = "There was no such note, and there won't be."),
    (status = "default", body = Problem, content_type = "application/problem+json", description = "Refused.")))]
async fn delete(
    mut signed: AuthAgent,
    Ids((conversation, id)): Ids<(ConversationId, ConversationNoteId)>,
    extract::State(state): extract::State<State>,
) -> Result<Response> {
    let change = signed.change(state.db()).await?;
    note_storage::delete::<ConversationNote>(change, &signed, conversation, id, state.config().undo_window).await
}

/// Undo a deletion; only the agent who deleted may, inside the undo window. The note comes back as it was.
#[utoipa::path(post, path = "/api/v1/conversations/{id}/notes/{note_id}/restore", tag = "conversation notes", params(
    ("id" = ConversationId, Path), ("note_id" = ConversationNoteId, Path)), responses(
    (status = 200, body = ConversationNote),
    (status = "default", body = Problem, content_type = "application/problem+json", description = "Refused.")))]
async fn restore(
    mut signed: AuthAgent,
    Ids((conversation, id)): Ids<(ConversationId, ConversationNoteId)>,
    extract::State(state): extract::State<State>,
) -> Result<axum::Json<ConversationNote>> {
    let change = signed.change(state.db()).await?;
    note_storage::restore(change, &signed, conversation, id).await.map(axum::Json)
}

impl NoteKind for ConversationNote {
    type Id = ConversationNoteId;
    type Parent = ConversationId;
    const NAME: &'static str = "conversation note";
    const SQL: NoteSql = note_sql!("conversation_note", "conversation_id", "");
    const INDEX: SearchIndex = CONVERSATION_NOTES;

    fn read(row: &Row) -> sqlx::Result<Self> {
        Ok(Self {
            id: row.id("id")?,
            conversation_id: row.id("conversation_id")?,
            author: agents::author(row)?.ok_or_else(|| malformed("author_id"))?,
            body: NoteBody::parse(&row.text("body")?).map_err(|_| malformed("body"))?,
            created_at: row.time("created_at")?,
            seq: row.seq("seq")?,
            rev: row.seq("rev")?,
        })
    }

    fn parent(&self) -> Self::Parent {
        self.conversation_id
    }

    fn author(&self) -> AgentId {
        self.author.id
    }

    fn body(&self) -> &NoteBody {
        &self.body
    }

    fn seq(&self) -> Seq {
        self.seq
    }

    async fn resolve_parent(reading: &mut Connection, org: OrgId, conversation: Self::Parent) -> Result<Self::Parent> {
        conversation::must_exist(reading, org, conversation).await.map(|_| conversation)
    }

    /// Updates the conversation too: its preview, and for a new note its time. The contact receives no event.
    async fn record(change: &mut Change, id: Self::Id, note: &Self, happened: Happened, actor: AgentId) -> Result<()> {
        let event = match happened {
            Happened::Added => EventKind::ConversationNoteAdded,
            Happened::Deleted => EventKind::ConversationNoteDeleted,
            Happened::Restored => EventKind::ConversationNoteRestored,
        };
        let conversation = note.conversation_id;
        change.event(event, id, Some(conversation.to_string()), Some(actor)).await?;
        leak!(PositionsSkip => crate::leak::skip_position(change, conversation).await?);
        leak!(StreamBeats => change.wake(crate::wake_ups::Topic::Conversation(change.org(), conversation)));
        let (org, rev, at) = (change.org().to_string(), change.next_seq().await?, change.at().timestamp_millis());
        let last_at = if matches!(happened, Happened::Added) { at } else { 0 };
        sql(MOVE_CONVERSATION)
            .bind(last_at)
            .bind(int(rev))
            .bind(org)
            .bind(conversation.to_string())
            .execute(change.tx())
            .await?;
        change.event(EventKind::ConversationChanged, conversation, None, Some(actor)).await
    }
}

const MOVE_CONVERSATION: &str = "UPDATE conversation SET last_at = CASE WHEN last_at < $1 THEN $1 ELSE last_at END, \
     rev = $2 WHERE org_id = $3 AND id = $4";

/// A note to be stored. Its id must be new to the organization.
#[derive(Clone, Debug)]
pub(crate) struct NewRow {
    pub(crate) id: ConversationNoteId,
    pub(crate) conversation: ConversationId,
    pub(crate) author: AgentId,
    pub(crate) body: NoteBody,
}

const INSERT: &str = "INSERT INTO conversation_note (org_id, id, conversation_id, author_id, created_at, seq, rev) \
    VALUES ($1, $2, $3, $4, $5, $6, $7)";

/// Stores a note with its event and that of the conversation.
pub(crate) async fn store(change: &mut Change, new: &NewRow) -> Result<ConversationNote> {
    let (seq, org, at) = (change.next_seq().await?, change.org().to_string(), change.at().timestamp_millis());
    sql(INSERT)
        .bind(org)
        .bind(new.id.to_string())
        .bind(new.conversation.to_string())
        .bind(new.author.to_string())
        .bind(at)
        .bind(int(seq))
        .bind(int(seq))
        .execute(change.tx())
        .await?;
    note_storage::insert_body(change, new.id, &new.body, new.author).await
}
