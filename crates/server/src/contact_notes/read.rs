//! Contact notes as they are read: one, a page of them, and how far an agent has seen them.

use crate::{
    agents,
    auth_agent::AuthAgent,
    db::{Columns as _, int, malformed},
    error::Result,
};
use futures::TryStreamExt as _;
use sqlx::{SqliteConnection, sqlite::SqliteRow};
use wire::{ContactId, ContactNote, ContactNoteId, ConversationId, NoteBody, OrgId, Seq};

/// The live note; one in its undo window isn't live.
pub(crate) async fn find(reading: &mut SqliteConnection, org: OrgId, id: ContactNoteId) -> Result<Option<ContactNote>> {
    let row = sqlx::query(
        "SELECT n.id, n.contact_id, n.conversation_id, n.author_id, b.body, n.created_at, n.seq, n.rev, \
         a.name AS author_name, a.removed_at AS author_removed_at FROM contact_note n \
         JOIN contact_note_body b ON b.org_id = n.org_id AND b.note_id = n.id \
         JOIN agent a ON a.org_id = n.org_id AND a.id = n.author_id \
         WHERE n.org_id = ? AND n.id = ? AND n.deleted_at IS NULL",
    )
    .bind(org.to_string())
    .bind(id.to_string())
    .fetch_optional(reading)
    .await?;
    Ok(row.as_ref().map(note).transpose()?)
}

/// The newest notes before a position that contain what is searched for.
pub(super) async fn newest(
    reading: &mut SqliteConnection,
    org: OrgId,
    contact: ContactId,
    before: Seq,
    search: Option<&str>,
    limit: usize,
) -> Result<Vec<ContactNote>> {
    let mut rows = sqlx::query(
        "SELECT n.id, n.contact_id, n.conversation_id, n.author_id, b.body, n.created_at, n.seq, n.rev, \
         a.name AS author_name, a.removed_at AS author_removed_at FROM contact_note n \
         JOIN contact_note_body b ON b.org_id = n.org_id AND b.note_id = n.id \
         JOIN agent a ON a.org_id = n.org_id AND a.id = n.author_id \
         WHERE n.org_id = ? AND n.contact_id = ? AND n.seq < ? AND n.deleted_at IS NULL ORDER BY n.seq DESC",
    )
    .bind(org.to_string())
    .bind(contact.to_string())
    .bind(int(before))
    .fetch(reading);
    let search = search.map(str::to_lowercase);
    let mut notes = Vec::new();
    while notes.len() < limit
        && let Some(row) = rows.try_next().await?
    {
        let note = note(&row)?;
        // SQL's own LIKE knows the letters of English only.
        if search.as_ref().is_none_or(|search| note.body.as_str().to_lowercase().contains(search)) {
            notes.push(note);
        }
    }
    Ok(notes)
}

/// Others' notes after this position are new to the agent. What came before they joined isn't.
pub(super) async fn seen_up_to(reading: &mut SqliteConnection, signed: &AuthAgent, contact: ContactId) -> Result<Seq> {
    let row = sqlx::query("SELECT seq FROM seen_mark WHERE org_id = ? AND agent_id = ? AND contact_id = ?")
        .bind(signed.org.to_string())
        .bind(signed.agent.to_string())
        .bind(contact.to_string())
        .fetch_optional(reading)
        .await?;
    let mark = row.map(|row| row.seq("seq")).transpose()?.unwrap_or(0);
    Ok(mark.max(signed.joined_seq))
}

/// How many live notes of others are newer than the agent's seen mark.
pub(super) async fn count_unseen(
    reading: &mut SqliteConnection,
    signed: &AuthAgent,
    contact: ContactId,
    seen: Seq,
) -> Result<u64> {
    let row = sqlx::query(
        "SELECT COUNT(*) AS unseen FROM contact_note \
         WHERE org_id = ? AND contact_id = ? AND seq > ? AND author_id <> ? AND deleted_at IS NULL",
    )
    .bind(signed.org.to_string())
    .bind(contact.to_string())
    .bind(int(seen))
    .bind(signed.agent.to_string())
    .fetch_one(reading)
    .await?;
    Ok(row.seq("unseen")?)
}

/// Whom a conversation is with. Another organization's is as unknown as one that doesn't exist.
pub(super) async fn with_whom(
    reading: &mut SqliteConnection,
    org: OrgId,
    conversation: ConversationId,
) -> Result<Option<ContactId>> {
    let row = sqlx::query("SELECT contact_id FROM conversation WHERE org_id = ? AND id = ?")
        .bind(org.to_string())
        .bind(conversation.to_string())
        .fetch_optional(reading)
        .await?;
    Ok(row.map(|row| row.id("contact_id")).transpose()?)
}

fn note(row: &SqliteRow) -> sqlx::Result<ContactNote> {
    Ok(ContactNote {
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
