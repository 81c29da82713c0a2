//! The storage that both kinds of note share: find, insert, mark as deleted, keep tombstones.
//!
//! The kinds stay two types with their own tables, routes and handlers. A kind names its tables with [`note_sql!`].
//!
//! Invariants: an id makes at most one note, ever. An id that was deleted (or whose deletion arrived first) makes none.
//! Only the agent who deleted a note can restore it, and only inside the undo window.

use crate::{
    auth_agent::AuthAgent,
    change::Change,
    db::{head, int},
    error::{Error, Result},
    overflow_padding,
    page::Collected,
    search_index::SearchIndex,
    search_text,
    sql::{Connection, Row, malformed, sql},
};
use axum::{
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use chrono::{DateTime, Utc};
use futures::TryStreamExt as _;
use serde::Serialize;
use std::{fmt::Display, str::FromStr, time::Duration};
use wire::{AgentId, Deleted, NoteBody, OrgId, ProblemCode, Role, Seq};

/// The statements of one kind of note.
pub(crate) struct NoteSql {
    pub(crate) find: &'static str,
    pub(crate) newest: &'static str,
    pub(crate) insert_body: &'static str,
    pub(crate) mark: &'static str,
    pub(crate) tombstone: &'static str,
    pub(crate) insert_tombstone: &'static str,
    pub(crate) delete_tombstone: &'static str,
}

/// The statements for a table and the column of its notes' parent. `$columns`: further columns of a note.
macro_rules! note_sql {
    ($table:literal, $parent:literal, $columns:literal) => {
        $crate::note_storage::NoteSql {
            find: concat!(note_sql!(@select $table, $parent, $columns), "n.id = $2 AND n.deleted_at IS NULL"),
            newest: concat!(
                note_sql!(@select $table, $parent, $columns),
                "n.", $parent, " = $2 AND n.seq < $3 AND n.deleted_at IS NULL ORDER BY n.seq DESC"
            ),
            insert_body: concat!("INSERT INTO ", $table, "_body (org_id, note_id, ballast, body) VALUES ($1, $2, $3, $4)"),
            mark: concat!("UPDATE ", $table, " SET deleted_at = $1, rev = $2 WHERE org_id = $3 AND id = $4"),
            tombstone: concat!(
                "SELECT ", $parent, " AS parent, deleted_by, restorable_until, rev FROM ", $table,
                "_tombstone WHERE org_id = $1 AND id = $2"
            ),
            insert_tombstone: concat!(
                "INSERT INTO ", $table, "_tombstone (org_id, id, ", $parent,
                ", deleted_by, restorable_until, rev) VALUES ($1, $2, $3, $4, $5, $6)"
            ),
            delete_tombstone: concat!("DELETE FROM ", $table, "_tombstone WHERE org_id = $1 AND id = $2"),
        }
    };
    (@select $table:literal, $parent:literal, $columns:literal) => {
        concat!(
            "SELECT n.id, n.", $parent, $columns, ", n.author_id, b.body, n.created_at, n.seq, n.rev, ",
            $crate::agents::author_columns!(), " FROM ", $table, " n ",
            "JOIN ", $table, "_body b ON b.org_id = n.org_id AND b.note_id = n.id ",
            "JOIN agent a ON a.org_id = n.org_id AND a.id = n.author_id WHERE n.org_id = $1 AND "
        )
    };
}
pub(crate) use note_sql;

/// What happened to a note.
#[derive(Clone, Copy)]
pub(crate) enum Happened {
    Added,
    Deleted,
    Restored,
}

/// One kind of note.
pub(crate) trait NoteKind: Sized + Serialize {
    type Id: Copy + Display + Send;
    /// The type of id of a note's parent.
    type Parent: Copy + Display + PartialEq + FromStr + Send;
    /// The name in the log.
    const NAME: &'static str;
    const SQL: NoteSql;
    /// Which words are in which note.
    const INDEX: SearchIndex;

    fn read(row: &Row) -> sqlx::Result<Self>;
    fn parent(&self) -> Self::Parent;
    fn author(&self) -> AgentId;
    fn body(&self) -> &NoteBody;
    fn seq(&self) -> Seq;

    /// The parent for whom an id stands. Refuses an unknown one.
    async fn resolve_parent(reading: &mut Connection, org: OrgId, parent: Self::Parent) -> Result<Self::Parent>;

    /// Writes what follows from a change to a note: its event, and updates of what depends on it.
    async fn record(change: &mut Change, id: Self::Id, note: &Self, happened: Happened, actor: AgentId) -> Result<()>;
}

/// The live note. A deleted note inside its undo window isn't live.
pub(crate) async fn find<N: NoteKind>(reading: &mut Connection, org: OrgId, id: N::Id) -> Result<Option<N>> {
    let row = sql(N::SQL.find).bind(org.to_string()).bind(id.to_string()).fetch_optional(reading).await?;
    Ok(row.as_ref().map(N::read).transpose()?)
}

/// The notes that a page is to have.
pub(crate) struct Wanted<'a, Parent> {
    pub(crate) parent: Parent,
    /// Only notes before this position.
    pub(crate) before: Seq,
    /// Only notes that contain this text.
    pub(crate) search: Option<&'a str>,
    pub(crate) limit: u32,
}

/// How much text a search looks at for one page.
const SEARCHED_BYTES: usize = 1024 * 1024;

/// The newest notes of a page, and the position before which the next one begins. A search that has looked at much ends
/// its page there, also without a result: no request takes a reader from others for long.
pub(crate) async fn newest<N: NoteKind>(
    reading: &mut Connection,
    org: OrgId,
    wanted: Wanted<'_, N::Parent>,
) -> Result<(Vec<N>, Option<Seq>)> {
    let query = sql(N::SQL.newest).bind(org.to_string()).bind(wanted.parent.to_string());
    let mut rows = query.bind(int(wanted.before)).fetch(reading);
    let search = wanted.search.map(wire::fold);
    let (mut page, mut searched, mut last) = (Collected::new(wanted.limit), 0, None);
    while let Some(row) = rows.try_next().await? {
        if page.is_full() || searched >= SEARCHED_BYTES {
            return Ok((page.items, last));
        }
        let note = N::read(&row)?;
        last = Some(row.seq("seq")?);
        let Some(search) = &search else {
            page.push(note);
            continue;
        };
        searched += note.body().as_str().len();
        // SQL's LIKE ignores case for English letters only.
        if wire::fold(note.body().as_str()).contains(search) {
            page.push(note);
        }
    }
    Ok((page.items, None))
}

/// Called before a note is added: returns the note as it is, if the same request was carried out before.
pub(crate) async fn known<N: NoteKind>(
    change: &mut Change,
    signed: &AuthAgent,
    parent: N::Parent,
    id: N::Id,
    body: &NoteBody,
) -> Result<Option<N>> {
    if let Some(tombstone) = tombstone::<N>(change.tx(), signed.org, id).await? {
        return Err(Error::gone(tombstone.rev));
    }
    match find::<N>(change.tx(), signed.org, id).await? {
        Some(note) if note.parent() == parent && note.author() == signed.agent && note.body() == body => Ok(Some(note)),
        Some(_) => Err(ProblemCode::IdReuse.into()),
        None => Ok(None),
    }
}

/// Called after a note's row was inserted: stores its text, records the event, and returns the note.
pub(crate) async fn insert_body<N: NoteKind>(
    change: &mut Change,
    id: N::Id,
    body: &NoteBody,
    author: AgentId,
) -> Result<N> {
    let org = change.org();
    let padding = overflow_padding::before(change.tx(), body.as_str());
    sql(N::SQL.insert_body)
        .bind(org.to_string())
        .bind(id.to_string())
        .bind(padding)
        .bind(body.as_str())
        .execute(change.tx())
        .await?;
    let note = find::<N>(change.tx(), org, id).await?.ok_or_else(|| malformed("id"))?;
    list_for_search(change.tx(), org, &note).await?;
    N::record(change, id, &note, Happened::Added, author).await?;
    Ok(note)
}

async fn list_for_search<N: NoteKind>(connection: &mut Connection, org: OrgId, note: &N) -> Result<()> {
    N::INDEX.add(connection, org, note.seq(), &search_text::of_text(note.body().as_str())).await
}

/// Deletes a note for everyone; its author and admins may. An unknown id gets a tombstone: its `PUT` may still be under
/// way.
pub(crate) async fn delete<N: NoteKind>(
    mut change: Change,
    signed: &AuthAgent,
    parent: N::Parent,
    id: N::Id,
    undo_window: Duration,
) -> Result<Response> {
    let parent = N::resolve_parent(change.tx(), signed.org, parent).await?;
    if let Some(known) = tombstone::<N>(change.tx(), signed.org, id).await? {
        return if known.parent == parent { Ok(answer(&known)) } else { Err(ProblemCode::NotFound.into()) };
    }
    let mut tombstone = Tombstone { parent, deleted_by: signed.agent, until: None, rev: 0 };
    let Some(note) = find::<N>(change.tx(), signed.org, id).await? else {
        tombstone.rev = head(change.tx(), signed.org).await?;
        insert_tombstone::<N>(&mut change, id, &tombstone).await?;
        change.commit().await?;
        return Ok(answer(&tombstone));
    };
    if note.parent() != parent {
        return Err(ProblemCode::NotFound.into());
    }
    if note.author() != signed.agent && signed.role != Role::Admin {
        return Err(Error::detail(ProblemCode::Forbidden, "Only its author or an admin can delete a note."));
    }
    (tombstone.until, tombstone.rev) = (Some(change.at() + undo_window), change.next_seq().await?);
    let at = Some(change.at());
    mark::<N>(&mut change, id, at, tombstone.rev).await?;
    insert_tombstone::<N>(&mut change, id, &tombstone).await?;
    N::INDEX.remove(change.tx(), signed.org, note.seq(), &search_text::of_text(note.body().as_str())).await?;
    N::record(&mut change, id, &note, Happened::Deleted, signed.agent).await?;
    change.commit().await?;
    tracing::info!(org = %signed.org, agent = %signed.agent, note = %id, "{} deleted", N::NAME);
    Ok(answer(&tombstone))
}

/// Undoes a deletion; only the agent who deleted may, inside the undo window. The note comes back as it was.
pub(crate) async fn restore<N: NoteKind>(
    mut change: Change,
    signed: &AuthAgent,
    parent: N::Parent,
    id: N::Id,
) -> Result<N> {
    let parent = N::resolve_parent(change.tx(), signed.org, parent).await?;
    let Some(tombstone) = tombstone::<N>(change.tx(), signed.org, id).await? else {
        // The note was not deleted, or a request whose answer was lost has restored it.
        let note = find::<N>(change.tx(), signed.org, id).await?.filter(|note| note.parent() == parent);
        return note.ok_or_else(|| ProblemCode::NotFound.into());
    };
    if tombstone.parent != parent {
        return Err(ProblemCode::NotFound.into());
    }
    if tombstone.until.is_none_or(|until| until <= change.at()) {
        return Err(Error::gone(tombstone.rev));
    }
    if tombstone.deleted_by != signed.agent {
        return Err(Error::detail(ProblemCode::Forbidden, "Only who deleted a note can restore it."));
    }
    let rev = change.next_seq().await?;
    mark::<N>(&mut change, id, None, rev).await?;
    delete_tombstone::<N>(&mut change, id).await?;
    let note = find::<N>(change.tx(), signed.org, id).await?.ok_or_else(|| Error::gone(tombstone.rev))?;
    list_for_search(change.tx(), signed.org, &note).await?;
    N::record(&mut change, id, &note, Happened::Restored, signed.agent).await?;
    change.commit().await?;
    tracing::info!(org = %signed.org, agent = %signed.agent, note = %id, "{} restored", N::NAME);
    Ok(note)
}

/// The tombstone of a deleted note. It never holds the text.
struct Tombstone<Parent> {
    parent: Parent,
    deleted_by: AgentId,
    /// `None`: the id was unknown when it was deleted.
    until: Option<DateTime<Utc>>,
    /// The version of the deletion.
    rev: Seq,
}

fn answer<P>(tombstone: &Tombstone<P>) -> Response {
    match tombstone.until {
        Some(restorable_until) => axum::Json(Deleted { restorable_until, rev: tombstone.rev }).into_response(),
        None => StatusCode::NO_CONTENT.into_response(),
    }
}

async fn tombstone<N: NoteKind>(
    reading: &mut Connection,
    org: OrgId,
    id: N::Id,
) -> Result<Option<Tombstone<N::Parent>>> {
    let row = sql(N::SQL.tombstone).bind(org.to_string()).bind(id.to_string()).fetch_optional(reading).await?;
    let Some(row) = row else { return Ok(None) };
    let until: Option<i64> = row.get("restorable_until")?;
    let until = until.map(|_| row.time("restorable_until")).transpose()?;
    let (parent, deleted_by, rev) = (row.id("parent")?, row.id("deleted_by")?, row.seq("rev")?);
    Ok(Some(Tombstone { parent, deleted_by, until, rev }))
}

async fn insert_tombstone<N: NoteKind>(change: &mut Change, id: N::Id, tombstone: &Tombstone<N::Parent>) -> Result<()> {
    let org = change.org().to_string();
    sql(N::SQL.insert_tombstone)
        .bind(org)
        .bind(id.to_string())
        .bind(tombstone.parent.to_string())
        .bind(tombstone.deleted_by.to_string())
        .bind(tombstone.until.map(|until| until.timestamp_millis()))
        .bind(int(tombstone.rev))
        .execute(change.tx())
        .await?;
    Ok(())
}

async fn delete_tombstone<N: NoteKind>(change: &mut Change, id: N::Id) -> Result<()> {
    let org = change.org().to_string();
    sql(N::SQL.delete_tombstone).bind(org).bind(id.to_string()).execute(change.tx()).await?;
    Ok(())
}

async fn mark<N: NoteKind>(change: &mut Change, id: N::Id, deleted_at: Option<DateTime<Utc>>, rev: Seq) -> Result<()> {
    let org = change.org().to_string();
    sql(N::SQL.mark)
        .bind(deleted_at.map(|at| at.timestamp_millis()))
        .bind(int(rev))
        .bind(org)
        .bind(id.to_string())
        .execute(change.tx())
        .await?;
    Ok(())
}
