//! Reads the visitor's conversation: messages by position, and nothing else.

use super::{Visitor, token};
use crate::{
    db::int,
    error::Result,
    page, secret,
    sql::{Connection, Row, malformed, sql},
};
use uuid::Uuid;
use wire::{
    ConversationId, ProblemCode,
    visitor::{From, VisitorMessage, VisitorPage},
};

/// A statement for messages of an organization, with the columns that [`message`] reads and `conversation_id`.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT m.id, m.position, m.direction, m.body, m.created_at, m.conversation_id, a.name AS agent \
             FROM message m LEFT JOIN agent a ON a.org_id = m.org_id AND a.id = m.author_id WHERE m.org_id = $1 AND ",
            $rest
        )
    };
}
const SELECT_PAGE: &str = select!("m.conversation_id = $2 AND m.position < $3 ORDER BY m.position DESC LIMIT $4");
const SELECT_AFTER: &str = select!("m.conversation_id = $2 AND m.position > $3 ORDER BY m.position LIMIT 100");
const SELECT_ONE: &str = select!("m.id = $2");
/// How many messages are read at once for a stream.
const MOST: u32 = 100;

/// The conversation, if there is one yet.
pub(super) async fn conversation(reading: &mut Connection, visitor: &Visitor) -> Result<Option<ConversationId>> {
    let row = sql("SELECT conversation_id FROM visitor WHERE token_hash = $1 AND org_id = $2")
        .bind(&visitor.hash)
        .bind(visitor.org.to_string())
        .fetch_optional(reading)
        .await?;
    Ok(row.map(|row| row.id_or_none("conversation_id")).transpose()?.flatten())
}

/// A page of messages, newest first.
pub(super) async fn page(
    reading: &mut Connection,
    key: &str,
    visitor: &Visitor,
    cursor: Option<&str>,
    limit: u32,
) -> Result<VisitorPage> {
    let before = cursor.map(|cursor| read_cursor(key, visitor, cursor)).transpose()?;
    let Some(conversation) = conversation(&mut *reading, visitor).await? else {
        return Ok(VisitorPage { items: Vec::new(), next_cursor: None });
    };
    #[cfg(feature = "leaks")]
    let mut limit = limit;
    leak!(PageIsShorter => {
        let fewer = crate::leak::count(reading, visitor.org, Some(conversation)).await?;
        limit = limit.saturating_sub(fewer).max(1);
    });
    let rows = sql(SELECT_PAGE)
        .bind(visitor.org.to_string())
        .bind(conversation.to_string())
        .bind(before.unwrap_or(i64::MAX))
        .bind(i64::from(limit) + 1)
        .fetch(&mut *reading);
    #[cfg_attr(not(feature = "leaks"), expect(unused_mut, reason = "a seeded leak adds to them"))]
    let (mut items, has_more) = page::collect(rows, limit, message).await?;
    leak!(PageShowsTexts => items.extend(crate::leak::texts(reading, visitor.org, conversation).await?));
    let last = items.last().filter(|_| has_more);
    let next_cursor = last.map(|last| write_cursor(key, visitor, int(last.position)));
    Ok(VisitorPage { items, next_cursor })
}

/// The messages after a position, oldest first: at most a hundred, and fewer where they are long.
pub(super) async fn after(
    reading: &mut Connection,
    visitor: &Visitor,
    conversation: ConversationId,
    position: u64,
) -> Result<Vec<VisitorMessage>> {
    let rows = sql(SELECT_AFTER)
        .bind(visitor.org.to_string())
        .bind(conversation.to_string())
        .bind(int(position))
        .fetch(reading);
    Ok(page::collect(rows, MOST, message).await?.0)
}

/// The conversation's last position; 0 before the first message.
pub(super) async fn last_position(
    reading: &mut Connection,
    visitor: &Visitor,
    conversation: ConversationId,
) -> Result<u64> {
    let row = sql("SELECT last_position FROM conversation WHERE org_id = $1 AND id = $2")
        .bind(visitor.org.to_string())
        .bind(conversation.to_string())
        .fetch_one(reading)
        .await?;
    Ok(row.seq("last_position")?)
}

/// The visitor's message with this id and text, if it is stored already.
///
/// # Errors
/// `id-reuse` when the id is used for anything else.
pub(super) async fn written(
    reading: &mut Connection,
    visitor: &Visitor,
    id: Uuid,
    body: &str,
) -> Result<Option<VisitorMessage>> {
    let row = sql(SELECT_ONE)
        .bind(visitor.org.to_string())
        .bind(id.as_hyphenated().to_string())
        .fetch_optional(&mut *reading)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let message = message(&row)?;
    let here = conversation(reading, visitor).await? == row.id_or_none("conversation_id")?;
    let same = here && message.from == From::Me && message.body == body;
    if same { Ok(Some(message)) } else { Err(ProblemCode::IdReuse.into()) }
}

fn message(row: &Row) -> sqlx::Result<VisitorMessage> {
    let from = match row.get("direction")? {
        "in" => From::Me,
        "out" => From::Team,
        _ => return Err(malformed("direction")),
    };
    let agent: Option<&str> = row.get("agent")?;
    let first_name = agent.and_then(|name| name.split_whitespace().next()).map(str::to_owned);
    Ok(VisitorMessage {
        id: row.id("id")?,
        from,
        name: first_name.filter(|_| from == From::Team),
        body: row.text("body")?,
        created_at: row.time("created_at")?,
        position: row.seq("position")?,
    })
}

/// A cursor: a position, signed for its visitor.
fn write_cursor(key: &str, visitor: &Visitor, position: i64) -> String {
    format!("{position:x}.{}", cursor_signature(key, visitor, position))
}

fn read_cursor(key: &str, visitor: &Visitor, cursor: &str) -> Result<i64> {
    let position = cursor.split_once('.').and_then(|(position, given)| {
        let position = i64::from_str_radix(position, 16).ok()?;
        secret::constant_time_eq(given, &cursor_signature(key, visitor, position)).then_some(position)
    });
    position.ok_or_else(|| ProblemCode::BadCursor.into())
}

fn cursor_signature(key: &str, visitor: &Visitor, position: i64) -> String {
    let mut signature = token::signature(key, "cursor", &format!("{} {position}", visitor.hash));
    signature.truncate(32);
    signature
}
