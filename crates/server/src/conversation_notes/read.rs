//! Conversation notes as they are read: one, and a page of them.

use crate::{
    agents,
    db::{Columns as _, int, malformed},
    error::Result,
};
use sqlx::{SqliteConnection, sqlite::SqliteRow};
use wire::{ConversationId, ConversationNote, ConversationNoteId, NoteBody, OrgId, Seq};

/// The live note; one in its undo window isn't live.
pub(crate) async fn find(
    reading: &mut SqliteConnection,
    org: OrgId,
    id: ConversationNoteId,
) -> Result<Option<ConversationNote>> {
    let row = sqlx::query(
        "SELECT n.id, n.conversation_id, n.author_id, b.body, n.created_at, n.seq, n.rev, \
         a.name AS author_name, a.removed_at AS author_removed_at FROM conversation_note n \
         JOIN conversation_note_body b ON b.org_id = n.org_id AND b.note_id = n.id \
         JOIN agent a ON a.org_id = n.org_id AND a.id = n.author_id \
         WHERE n.org_id = ? AND n.id = ? AND n.deleted_at IS NULL",
    )
    .bind(org.to_string())
    .bind(id.to_string())
    .fetch_optional(reading)
    .await?;
    Ok(row.as_ref().map(note).transpose()?)
}

/// The newest notes before a position.
pub(super) async fn newest(
    reading: &mut SqliteConnection,
    org: OrgId,
    conversation: ConversationId,
    before: Seq,
    limit: i64,
) -> Result<Vec<ConversationNote>> {
    let rows = sqlx::query(
        "SELECT n.id, n.conversation_id, n.author_id, b.body, n.created_at, n.seq, n.rev, \
         a.name AS author_name, a.removed_at AS author_removed_at FROM conversation_note n \
         JOIN conversation_note_body b ON b.org_id = n.org_id AND b.note_id = n.id \
         JOIN agent a ON a.org_id = n.org_id AND a.id = n.author_id \
         WHERE n.org_id = ? AND n.conversation_id = ? AND n.seq < ? AND n.deleted_at IS NULL \
         ORDER BY n.seq DESC LIMIT ?",
    )
    .bind(org.to_string())
    .bind(conversation.to_string())
    .bind(int(before))
    .bind(limit)
    .fetch_all(reading)
    .await?;
    Ok(rows.iter().map(note).collect::<sqlx::Result<_>>()?)
}

fn note(row: &SqliteRow) -> sqlx::Result<ConversationNote> {
    Ok(ConversationNote {
        id: row.id("id")?,
        conversation_id: row.id("conversation_id")?,
        author: agents::author(row)?.ok_or_else(|| malformed("author_id"))?,
        body: NoteBody::parse(&row.text("body")?).map_err(|_| malformed("body"))?,
        created_at: row.time("created_at")?,
        seq: row.seq("seq")?,
        rev: row.seq("rev")?,
    })
}
