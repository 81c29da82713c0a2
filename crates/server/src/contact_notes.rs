//! Contact notes: what the team knows about a person. Seen in every conversation with them, never by the contact.
//!
//! Conversation notes live in their own file, tables and types; nothing here takes both.
//!
//! Invariants: an id makes at most one note, ever; an id that was deleted (or whose deletion arrived first) makes
//! none; only who deleted a note brings it back, and only inside the undo window.

mod read;

pub(crate) use read::find;

use crate::{
    auth_agent::AuthAgent,
    change::{ActivityLine, Change, EventKind},
    contacts,
    db::{Columns as _, head, int, malformed},
    error::{Error, Result},
    input::{BODY, Field, Ids, Input, Json, Query, required},
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
use read::{count_unseen, newest, seen_up_to, with_whom};
use sqlx::{Row as _, SqliteConnection};
use utoipa_axum::{router::OpenApiRouter, routes};
use wire::{
    ActivityKind, AgentId, ContactId, ContactNote, ContactNoteId, ConversationId, Deleted, NewContactNote, NoteBody,
    NotesPage, OrgId, Problem, ProblemCode, ReadMark, Role, Seq,
};

pub(crate) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(add, delete))
        .routes(routes!(restore))
        .routes(routes!(seen))
}

impl Input for NewContactNote {
    const FIELDS: &'static [Field] = &[BODY, required::<ConversationId>("conversation_id")];
}

/// A contact's notes, newest first. `q`: only those that contain it, in any case of letters. `seen` and `unseen` are
/// about all notes of the contact.
#[utoipa::path(get, path = "/api/v1/contacts/{id}/notes", tag = "contact notes", params(
    ("id" = ContactId, Path), ("q" = Option<String>, Query), ("cursor" = Option<String>, Query),
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
    let mut reading = state.db().read().await?;
    contacts::must_exist(&mut reading, signed.org, contact).await?;
    let as_of = state.db().as_of(&mut reading, signed.org).await?;
    let list = List::new(state.db(), signed.org, &format!("contact notes {contact} {search:?}"));
    let before = cursor.map_or(Ok(Seq::MAX), |cursor| list.place(&cursor))?;
    let mut items = newest(&mut reading, signed.org, contact, before, search.as_deref(), limit as usize + 1).await?;
    let next_cursor = cut(&mut items, limit).map(|last| list.cursor(&last.seq.to_string()));
    let seen = seen_up_to(&mut reading, &signed, contact).await?;
    let unseen = count_unseen(&mut reading, &signed, contact, seen).await?;
    Ok(axum::Json(NotesPage { items, next_cursor, as_of, seen, unseen }))
}

/// Add a note. The id is the caller's and makes repeating harmless: the same again answers with the note as it is.
#[utoipa::path(put, path = "/api/v1/contacts/{id}/notes/{note_id}", tag = "contact notes", params(
    ("id" = ContactId, Path), ("note_id" = ContactNoteId, Path)), request_body = NewContactNote, responses(
    (status = 201, body = ContactNote), (status = 200, body = ContactNote, description = "The same again."),
    (status = "default", body = Problem, content_type = "application/problem+json", description = "Refused.")))]
async fn add(
    signed: AuthAgent,
    Ids((contact, id)): Ids<(ContactId, ContactNoteId)>,
    extract::State(state): extract::State<State>,
    Json(new): Json<NewContactNote>,
) -> Result<(StatusCode, axum::Json<ContactNote>)> {
    let mut change = state.db().change(signed.org).await?;
    contacts::must_exist(change.tx(), signed.org, contact).await?;
    if tombstone(change.tx(), signed.org, id).await?.is_some() {
        return Err(ProblemCode::Gone.into());
    }
    if let Some(known) = find(change.tx(), signed.org, id).await? {
        let is_same = known.contact_id == contact && known.author.id == signed.agent && known.body == new.body;
        return if is_same { Ok((StatusCode::OK, axum::Json(known))) } else { Err(ProblemCode::IdReuse.into()) };
    }
    if with_whom(change.tx(), signed.org, new.conversation_id).await? != Some(contact) {
        return Err(Error::field(ProblemCode::WrongContact, "/conversation_id", "wrong-contact"));
    }
    let (conversation, author) = (new.conversation_id, signed.agent);
    store(&mut change, &NewRow { id, contact, conversation, author, body: new.body }).await?;
    let note = find(change.tx(), signed.org, id).await?.ok_or_else(|| malformed("id"))?;
    change.commit().await?;
    tracing::info!(org = %signed.org, agent = %signed.agent, note = %id, "contact note added");
    Ok((StatusCode::CREATED, axum::Json(note)))
}

/// Delete a note for everyone; its author and admins may. An id never seen is remembered as deleted: its `PUT` may
/// still be under way.
#[utoipa::path(delete, path = "/api/v1/contacts/{id}/notes/{note_id}", tag = "contact notes", params(
    ("id" = ContactId, Path), ("note_id" = ContactNoteId, Path)), responses(
    (status = 200, body = Deleted), (status = 204, description = "There was no such note, and there won't be."),
    (status = "default", body = Problem, content_type = "application/problem+json", description = "Refused.")))]
async fn delete(
    signed: AuthAgent,
    Ids((contact, id)): Ids<(ContactId, ContactNoteId)>,
    extract::State(state): extract::State<State>,
) -> Result<Response> {
    let mut change = state.db().change(signed.org).await?;
    contacts::must_exist(change.tx(), signed.org, contact).await?;
    if let Some(tombstone) = tombstone(change.tx(), signed.org, id).await? {
        return if tombstone.contact == contact {
            Ok(answer(tombstone.until))
        } else {
            Err(ProblemCode::NotFound.into())
        };
    }
    let Some(note) = find(change.tx(), signed.org, id).await? else {
        let rev = head(change.tx(), signed.org).await?;
        insert_tombstone(&mut change, contact, id, signed.agent, None, rev).await?;
        change.commit().await?;
        return Ok(answer(None));
    };
    if note.contact_id != contact {
        return Err(ProblemCode::NotFound.into());
    }
    if note.author.id != signed.agent && signed.role != Role::Admin {
        return Err(Error::detail(ProblemCode::Forbidden, "Only its author or an admin can delete a note."));
    }
    let (until, rev) = (change.at() + state.config().undo_window, change.next_seq().await?);
    let at = Some(change.at());
    mark(&mut change, id, at, rev).await?;
    insert_tombstone(&mut change, contact, id, signed.agent, Some(until), rev).await?;
    record(&mut change, contact, id, Some(note.conversation_id), Happened::Deleted, signed.agent).await?;
    change.commit().await?;
    tracing::info!(org = %signed.org, agent = %signed.agent, note = %id, "contact note deleted");
    Ok(answer(Some(until)))
}

/// Undo a deletion, by the one who deleted, inside the undo window. The note comes back as it was.
#[utoipa::path(post, path = "/api/v1/contacts/{id}/notes/{note_id}/restore", tag = "contact notes", params(
    ("id" = ContactId, Path), ("note_id" = ContactNoteId, Path)), responses(
    (status = 200, body = ContactNote),
    (status = "default", body = Problem, content_type = "application/problem+json", description = "Refused.")))]
async fn restore(
    signed: AuthAgent,
    Ids((contact, id)): Ids<(ContactId, ContactNoteId)>,
    extract::State(state): extract::State<State>,
) -> Result<axum::Json<ContactNote>> {
    let mut change = state.db().change(signed.org).await?;
    contacts::must_exist(change.tx(), signed.org, contact).await?;
    let Some(tombstone) = tombstone(change.tx(), signed.org, id).await? else {
        // Not deleted, or restored already by a request whose answer was lost.
        let note = find(change.tx(), signed.org, id).await?.filter(|note| note.contact_id == contact);
        return note.map(axum::Json).ok_or_else(|| ProblemCode::NotFound.into());
    };
    if tombstone.contact != contact {
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
    record(&mut change, contact, id, Some(note.conversation_id), Happened::Restored, signed.agent).await?;
    change.commit().await?;
    tracing::info!(org = %signed.org, agent = %signed.agent, note = %id, "contact note restored");
    Ok(axum::Json(note))
}

/// This agent has seen the notes up to here.
#[utoipa::path(put, path = "/api/v1/contacts/{id}/notes/seen", tag = "contact notes",
    params(("id" = ContactId, Path)), request_body = ReadMark, responses(
    (status = 204, description = "Noted. A mark only moves forward."),
    (status = "default", body = Problem, content_type = "application/problem+json", description = "Refused.")))]
async fn seen(
    signed: AuthAgent,
    Ids(contact): Ids<ContactId>,
    extract::State(state): extract::State<State>,
    Json(given): Json<ReadMark>,
) -> Result<StatusCode> {
    let mut change = state.db().change(signed.org).await?;
    contacts::must_exist(change.tx(), signed.org, contact).await?;
    let seq = given.seq.min(head(change.tx(), signed.org).await?);
    sqlx::query(
        "INSERT INTO seen_mark (org_id, agent_id, contact_id, seq) VALUES (?, ?, ?, ?) \
         ON CONFLICT (org_id, agent_id, contact_id) DO UPDATE SET seq = excluded.seq WHERE seq < excluded.seq",
    )
    .bind(signed.org.to_string())
    .bind(signed.agent.to_string())
    .bind(contact.to_string())
    .bind(int(seq))
    .execute(change.tx())
    .await?;
    change.commit().await?;
    Ok(StatusCode::NO_CONTENT)
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

async fn record(
    change: &mut Change,
    contact: ContactId,
    id: ContactNoteId,
    conversation: Option<ConversationId>,
    happened: Happened,
    actor: AgentId,
) -> Result<()> {
    let (event, kind) = match happened {
        Happened::Added => (EventKind::ContactNoteAdded, ActivityKind::NoteAdded),
        Happened::Deleted => (EventKind::ContactNoteDeleted, ActivityKind::NoteDeleted),
        Happened::Restored => (EventKind::ContactNoteRestored, ActivityKind::NoteRestored),
    };
    change.event(event, id, Some(contact.to_string()), Some(actor)).await?;
    change.activity(ActivityLine { kind, contact, actor: Some(actor), conversation, subject: None }).await
}

/// What remains of a deleted note: never its text.
struct Tombstone {
    contact: ContactId,
    deleted_by: AgentId,
    /// `None`: the id had never been seen.
    until: Option<DateTime<Utc>>,
}

async fn tombstone(reading: &mut SqliteConnection, org: OrgId, id: ContactNoteId) -> Result<Option<Tombstone>> {
    let row = sqlx::query(
        "SELECT contact_id, deleted_by, restorable_until FROM contact_note_tombstone WHERE org_id = ? AND id = ?",
    )
    .bind(org.to_string())
    .bind(id.to_string())
    .fetch_optional(reading)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let until: Option<i64> = row.try_get("restorable_until")?;
    let until = until.map(|_| row.time("restorable_until")).transpose()?;
    Ok(Some(Tombstone { contact: row.id("contact_id")?, deleted_by: row.id("deleted_by")?, until }))
}

async fn insert_tombstone(
    change: &mut Change,
    contact: ContactId,
    id: ContactNoteId,
    by: AgentId,
    until: Option<DateTime<Utc>>,
    rev: Seq,
) -> Result<()> {
    let org = change.org().to_string();
    sqlx::query(
        "INSERT INTO contact_note_tombstone (org_id, id, contact_id, deleted_by, restorable_until, rev) \
         VALUES (?, ?, ?, ?, ?, ?)",
    )
    .bind(org)
    .bind(id.to_string())
    .bind(contact.to_string())
    .bind(by.to_string())
    .bind(until.map(|until| until.timestamp_millis()))
    .bind(int(rev))
    .execute(change.tx())
    .await?;
    Ok(())
}

async fn delete_tombstone(change: &mut Change, id: ContactNoteId) -> Result<()> {
    let org = change.org().to_string();
    sqlx::query("DELETE FROM contact_note_tombstone WHERE org_id = ? AND id = ?")
        .bind(org)
        .bind(id.to_string())
        .execute(change.tx())
        .await?;
    Ok(())
}

async fn mark(change: &mut Change, id: ContactNoteId, deleted_at: Option<DateTime<Utc>>, rev: Seq) -> Result<()> {
    let org = change.org().to_string();
    sqlx::query("UPDATE contact_note SET deleted_at = ?, rev = ? WHERE org_id = ? AND id = ?")
        .bind(deleted_at.map(|at| at.timestamp_millis()))
        .bind(int(rev))
        .bind(org)
        .bind(id.to_string())
        .execute(change.tx())
        .await?;
    Ok(())
}

/// A note to be stored. Its id must be new to the organization, and the conversation one with the contact.
#[derive(Clone, Debug)]
pub(crate) struct NewRow {
    pub(crate) id: ContactNoteId,
    pub(crate) contact: ContactId,
    pub(crate) conversation: ConversationId,
    pub(crate) author: AgentId,
    pub(crate) body: NoteBody,
}

/// Stores a note with its event and the contact's activity.
pub(crate) async fn store(change: &mut Change, new: &NewRow) -> Result<()> {
    let (seq, org, at) = (change.next_seq().await?, change.org().to_string(), change.at().timestamp_millis());
    sqlx::query(
        "INSERT INTO contact_note (org_id, id, contact_id, conversation_id, author_id, created_at, seq, rev) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(&org)
    .bind(new.id.to_string())
    .bind(new.contact.to_string())
    .bind(new.conversation.to_string())
    .bind(new.author.to_string())
    .bind(at)
    .bind(int(seq))
    .bind(int(seq))
    .execute(change.tx())
    .await?;
    sqlx::query("INSERT INTO contact_note_body (org_id, note_id, ballast, body) VALUES (?, ?, ?, ?)")
        .bind(org)
        .bind(new.id.to_string())
        .bind(overflow_padding::before(new.body.as_str()))
        .bind(new.body.as_str())
        .execute(change.tx())
        .await?;
    record(change, new.contact, new.id, Some(new.conversation), Happened::Added, new.author).await
}
