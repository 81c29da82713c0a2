//! Contact notes: what the team knows about a person. They appear in every conversation with the contact, who never
//! sees them.
//!
//! Conversation notes have their own file, tables and types; nothing here handles both.

mod read;

use crate::{
    agents,
    auth_agent::AuthAgent,
    change::{ActivityLine, Change, EventKind},
    contact_aliases,
    db::{head, int},
    error::{Error, Result},
    input::{Ids, JsonBody, Query},
    note_indexes::CONTACT_NOTES,
    note_storage::{self, Happened, NoteKind, NoteSql, Wanted, note_sql},
    page::List,
    search_index::SearchIndex,
    sql::{Connection, Row, malformed, sql},
    state::State,
};
use axum::{extract, http::StatusCode, response::Response};
use read::{count_unseen, seen_up_to, with_whom};
use utoipa_axum::{router::OpenApiRouter, routes};
use wire::{
    ActivityKind, AgentId, ContactId, ContactNote, ContactNoteId, ConversationId, Deleted, NewContactNote, NoteBody,
    NotesPage, OrgId, Problem, ProblemCode, ReadMark, Seq,
};

pub(crate) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(add, delete))
        .routes(routes!(restore))
        .routes(routes!(seen))
}

/// A contact's notes, newest first. `q`: only those that contain it, in any case of letters. A search looks at a limited
/// number of notes for each page: a page can be empty and have a next one. `seen` and `unseen` count all notes of the
/// contact.
#[utoipa::path(get, path = "/api/v1/contacts/{id}/notes", tag = "contact notes", params(
    ("id" = ContactId, Path), ("q" = Option<wire::text_rules::SearchText>, Query), ("cursor" = Option<wire::text_rules::Cursor>, Query),
    ("limit" = Option<u32>, Query, minimum = 1, maximum = 100)), responses(
    (status = 200, body = NotesPage<ContactNote>),
    (status = "default", body = Problem, content_type = "application/problem+json", description = "Refused.")))]
async fn list(
    signed: AuthAgent,
    Ids(contact): Ids<ContactId>,
    mut query: Query,
    extract::State(state): extract::State<State>,
) -> Result<axum::Json<NotesPage<ContactNote>>> {
    let (search, cursor, limit) = (query.search()?, query.take_text("cursor")?, query.limit()?);
    query.finish()?;
    let mut reading = if search.is_some() { state.db().search().await? } else { state.db().read().await? };
    // A cursor stays good when the contact is merged.
    let list = List::new(state.db(), signed.org, &format!("contact notes {contact} {search:?}"));
    let contact = contact_aliases::resolve(&mut reading, signed.org, contact).await?;
    let as_of = state.db().as_of(&mut reading, signed.org).await?;
    let before = cursor.map_or(Ok(Seq::MAX), |cursor| list.place(&cursor))?;
    let wanted = Wanted { parent: contact, before, search: search.as_deref(), limit };
    let (items, next) = note_storage::newest::<ContactNote>(&mut reading, signed.org, wanted).await?;
    let next_cursor = next.map(|seq| list.cursor(&seq.to_string()));
    let seen = seen_up_to(&mut reading, &signed, contact).await?;
    let unseen = count_unseen(&mut reading, &signed, contact, seen).await?;
    Ok(axum::Json(NotesPage { items, next_cursor, as_of, seen, unseen }))
}

/// Add a note. The caller makes the id, so that a retry is harmless: the same request again answers with the note as it
/// is.
#[utoipa::path(put, path = "/api/v1/contacts/{id}/notes/{note_id}", tag = "contact notes", params(
    ("id" = ContactId, Path), ("note_id" = ContactNoteId, Path)), request_body = NewContactNote, responses(
    (status = 201, body = ContactNote), (status = 200, body = ContactNote, description = "The same again."),
    (status = "default", body = Problem, content_type = "application/problem+json", description = "Refused.")))]
async fn add(
    mut signed: AuthAgent,
    Ids((contact, id)): Ids<(ContactId, ContactNoteId)>,
    extract::State(state): extract::State<State>,
    JsonBody(new): JsonBody<NewContactNote>,
) -> Result<(StatusCode, axum::Json<ContactNote>)> {
    let mut change = signed.change(state.db()).await?;
    let contact = contact_aliases::resolve_for_change(change.tx(), signed.org, contact).await?;
    if let Some(known) = note_storage::known::<ContactNote>(&mut change, &signed, contact, id, &new.body).await? {
        return Ok((StatusCode::OK, axum::Json(known)));
    }
    if with_whom(change.tx(), signed.org, new.conversation_id).await? != Some(contact) {
        return Err(Error::field(ProblemCode::WrongContact, "/conversation_id", "wrong-contact"));
    }
    let (conversation, author) = (new.conversation_id, signed.agent);
    let note = store(&mut change, &NewRow { id, contact, conversation, author, body: new.body }).await?;
    change.commit().await?;
    tracing::info!(org = %signed.org, agent = %signed.agent, note = %id, "contact note added");
    Ok((StatusCode::CREATED, axum::Json(note)))
}

/// Delete a note for everyone; its author and admins may. An unknown id gets a tombstone: its `PUT` may still be under
/// way.
#[utoipa::path(delete, path = "/api/v1/contacts/{id}/notes/{note_id}", tag = "contact notes", params(
    ("id" = ContactId, Path), ("note_id" = ContactNoteId, Path)), responses(
    (status = 200, body = Deleted), (status = 204, description = "There was no such note, and there won't be."),
    (status = "default", body = Problem, content_type = "application/problem+json", description = "Refused.")))]
async fn delete(
    mut signed: AuthAgent,
    Ids((contact, id)): Ids<(ContactId, ContactNoteId)>,
    extract::State(state): extract::State<State>,
) -> Result<Response> {
    let change = signed.change(state.db()).await?;
    note_storage::delete::<ContactNote>(change, &signed, contact, id, state.config().undo_window).await
}

/// Undo a deletion; only the agent who deleted may, inside the undo window. The note comes back as it was.
#[utoipa::path(post, path = "/api/v1/contacts/{id}/notes/{note_id}/restore", tag = "contact notes", params(
    ("id" = ContactId, Path), ("note_id" = ContactNoteId, Path)), responses(
    (status = 200, body = ContactNote),
    (status = "default", body = Problem, content_type = "application/problem+json", description = "Refused.")))]
async fn restore(
    mut signed: AuthAgent,
    Ids((contact, id)): Ids<(ContactId, ContactNoteId)>,
    extract::State(state): extract::State<State>,
) -> Result<axum::Json<ContactNote>> {
    let change = signed.change(state.db()).await?;
    note_storage::restore(change, &signed, contact, id).await.map(axum::Json)
}

const MOVE_SEEN_MARK: &str = "INSERT INTO seen_mark (org_id, agent_id, contact_id, seq) VALUES ($1, $2, $3, $4) \
    ON CONFLICT (org_id, agent_id, contact_id) DO UPDATE SET seq = excluded.seq WHERE seen_mark.seq < excluded.seq";

/// Mark the notes up to here as seen by this agent.
#[utoipa::path(put, path = "/api/v1/contacts/{id}/notes/seen", tag = "contact notes",
    params(("id" = ContactId, Path)), request_body = ReadMark, responses(
    (status = 204, description = "Noted. A mark only moves forward."),
    (status = "default", body = Problem, content_type = "application/problem+json", description = "Refused.")))]
async fn seen(
    mut signed: AuthAgent,
    Ids(contact): Ids<ContactId>,
    extract::State(state): extract::State<State>,
    JsonBody(given): JsonBody<ReadMark>,
) -> Result<StatusCode> {
    let mut change = signed.change(state.db()).await?;
    let contact = contact_aliases::resolve_for_change(change.tx(), signed.org, contact).await?;
    let seq = given.seq.min(head(change.tx(), signed.org).await?);
    sql(MOVE_SEEN_MARK)
        .bind(signed.org.to_string())
        .bind(signed.agent.to_string())
        .bind(contact.to_string())
        .bind(int(seq))
        .execute(change.tx())
        .await?;
    change.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

impl NoteKind for ContactNote {
    type Id = ContactNoteId;
    type Parent = ContactId;
    const NAME: &'static str = "contact note";
    const SQL: NoteSql = note_sql!("contact_note", "contact_id", ", n.conversation_id");
    const INDEX: SearchIndex = CONTACT_NOTES;

    fn read(row: &Row) -> sqlx::Result<Self> {
        Ok(Self {
            id: row.id("id")?,
            contact_id: row.id("contact_id")?,
            conversation_id: row.id("conversation_id")?,
            author: agents::author(row)?.ok_or_else(|| malformed("author_id"))?,
            body: NoteBody::parse(&row.text("body")?).map_err(|_| malformed("body"))?,
            created_at: row.time("created_at")?,
            seq: row.seq("seq")?,
            rev: row.seq("rev")?,
        })
    }

    fn parent(&self) -> Self::Parent {
        self.contact_id
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

    async fn resolve_parent(reading: &mut Connection, org: OrgId, contact: Self::Parent) -> Result<Self::Parent> {
        contact_aliases::resolve_for_change(reading, org, contact).await
    }

    async fn record(change: &mut Change, id: Self::Id, note: &Self, happened: Happened, actor: AgentId) -> Result<()> {
        let (event, kind) = match happened {
            Happened::Added => (EventKind::ContactNoteAdded, ActivityKind::NoteAdded),
            Happened::Deleted => (EventKind::ContactNoteDeleted, ActivityKind::NoteDeleted),
            Happened::Restored => (EventKind::ContactNoteRestored, ActivityKind::NoteRestored),
        };
        let (contact, conversation) = (note.contact_id, Some(note.conversation_id));
        change.event(event, id, Some(contact.to_string()), Some(actor)).await?;
        change.activity(ActivityLine { kind, contact, actor: Some(actor), conversation, subject: None }).await
    }
}

/// A note to be stored. Its id must be new to the organization, and its conversation one with this contact.
#[derive(Clone, Debug)]
pub(crate) struct NewRow {
    pub(crate) id: ContactNoteId,
    pub(crate) contact: ContactId,
    pub(crate) conversation: ConversationId,
    pub(crate) author: AgentId,
    pub(crate) body: NoteBody,
}

const INSERT: &str = "INSERT INTO contact_note (org_id, id, contact_id, conversation_id, author_id, created_at, seq, \
    rev) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";

/// Stores a note with its event and its line of the contact's activity.
pub(crate) async fn store(change: &mut Change, new: &NewRow) -> Result<ContactNote> {
    let (seq, org, at) = (change.next_seq().await?, change.org().to_string(), change.at().timestamp_millis());
    sql(INSERT)
        .bind(org)
        .bind(new.id.to_string())
        .bind(new.contact.to_string())
        .bind(new.conversation.to_string())
        .bind(new.author.to_string())
        .bind(at)
        .bind(int(seq))
        .bind(int(seq))
        .execute(change.tx())
        .await?;
    note_storage::insert_body(change, new.id, &new.body, new.author).await
}
