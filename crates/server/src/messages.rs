//! Messages: the thread of a conversation, an agent's reply, and the one function that stores messages.

use crate::{
    agents::{self, author_columns},
    auth_agent::AuthAgent,
    change::{ActivityLine, Change, EventKind},
    contact_flags, conversation, conversations,
    db::int,
    error::{Error, Result},
    input::{Ids, JsonBody, Query},
    orgs,
    page::{self, List},
    search_index::MESSAGES,
    search_text,
    sql::{Connection, Row, malformed, sql},
    state::State,
};
use axum::{extract, http::StatusCode};
use chrono::{DateTime, Utc};
use futures::TryStreamExt as _;
use std::future::ready;
use utoipa_axum::{router::OpenApiRouter, routes};
use wire::{
    ActivityKind, AgentId, Attachment, ChannelKind, ConversationId, Delivery, Direction, Message, MessageId,
    NewMessage, OrgId, Page, Problem, ProblemCode, Seq, Status,
};

pub(crate) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new().routes(routes!(thread)).routes(routes!(reply))
}

/// The messages of a conversation, newest first.
#[utoipa::path(get, path = "/api/v1/conversations/{id}/messages", tag = "messages", params(
    ("id" = ConversationId, Path), ("cursor" = Option<wire::text_rules::Cursor>, Query),
    ("limit" = Option<u32>, Query, minimum = 1, maximum = 100)), responses(
    (status = 200, body = Page<Message>),
    (status = "default", body = Problem, content_type = "application/problem+json", description = "Refused.")))]
async fn thread(
    signed: AuthAgent,
    Ids(id): Ids<ConversationId>,
    mut query: Query,
    extract::State(state): extract::State<State>,
) -> Result<axum::Json<Page<Message>>> {
    let (cursor, limit) = (query.take_text("cursor")?, query.limit()?);
    query.finish()?;
    let mut reading = state.db().read().await?;
    conversation::must_exist(&mut reading, signed.org, id).await?;
    let as_of = state.db().as_of(&mut reading, signed.org).await?;
    let list = List::new(state.db(), signed.org, &format!("messages {id}"));
    let before = cursor.map_or(Ok(Seq::MAX), |cursor| list.place(&cursor))?;
    let (items, next) = newest(&mut reading, signed.org, id, before, limit).await?;
    let next_cursor = next.map(|seq| list.cursor(&seq.to_string()));
    Ok(axum::Json(Page { items, next_cursor, as_of }))
}

/// Reply to the contact. The answer says whether it was delivered: a reply on a channel that can't send is stored and
/// marked as failed.
#[utoipa::path(put, path = "/api/v1/conversations/{id}/messages/{message_id}", tag = "messages", params(
    ("id" = ConversationId, Path), ("message_id" = MessageId, Path)), request_body = NewMessage, responses(
    (status = 201, body = Message), (status = 200, body = Message, description = "The same again."),
    (status = "default", body = Problem, content_type = "application/problem+json", description = "Refused.")))]
async fn reply(
    mut signed: AuthAgent,
    Ids((id, message_id)): Ids<(ConversationId, MessageId)>,
    extract::State(state): extract::State<State>,
    JsonBody(new): JsonBody<NewMessage>,
) -> Result<(StatusCode, axum::Json<Message>)> {
    let mut change = signed.change(state.db()).await?;
    conversation::must_exist(change.tx(), signed.org, id).await?;
    if let Some(known) = one(change.tx(), signed.org, message_id).await? {
        let is_same = known.conversation_id == id
            && known.direction == Direction::Out
            && known.author.as_ref().is_some_and(|author| author.id == signed.agent)
            && known.body == new.body.as_str();
        return if is_same { Ok((StatusCode::OK, axum::Json(known))) } else { Err(ProblemCode::IdReuse.into()) };
    }
    contact_flags::must_be_written_to(change.tx(), signed.org, id).await?;
    let delivery = way_out(change.tx(), signed.org, id).await?;
    let at = change.at();
    let row = NewRow {
        id: message_id,
        conversation: id,
        direction: Direction::Out,
        author: Some(signed.agent),
        body: new.body.as_str(),
        attachments: &[],
        source: None,
        arrival: Arrival::New,
        delivery,
        at,
    };
    insert(&mut change, &row).await?;
    let message = one(change.tx(), signed.org, message_id).await?.ok_or_else(|| malformed("id"))?;
    change.commit().await?;
    tracing::info!(org = %signed.org, agent = %signed.agent, message = %message_id, "replied");
    Ok((StatusCode::CREATED, axum::Json(message)))
}

const SELECT_CHANNEL_KIND: &str = "SELECT h.kind FROM conversation c \
    JOIN channel h ON h.org_id = c.org_id AND h.id = c.channel_id WHERE c.org_id = $1 AND c.id = $2";

/// Only web chat can deliver by itself: the contact's page reads the stored message.
async fn way_out(reading: &mut Connection, org: OrgId, id: ConversationId) -> Result<Delivery> {
    let row = sql(SELECT_CHANNEL_KIND).bind(org.to_string()).bind(id.to_string()).fetch_one(reading).await?;
    Ok(match orgs::channel_kind(&row, "kind")? {
        ChannelKind::Chat => Delivery::Delivered,
        _ => Delivery::Failed { reason: "no-way-out".to_owned() },
    })
}

/// A message to be stored. Its id must be new to the organization.
#[derive(Clone, Debug)]
pub struct NewRow<'a> {
    pub id: MessageId,
    pub conversation: ConversationId,
    pub direction: Direction,
    /// The agent who wrote it; `None` for the contact's own messages and for imported mail.
    pub author: Option<AgentId>,
    pub body: &'a str,
    pub attachments: &'a [Attachment],
    /// By what an import knows the message.
    pub source: Option<SourceKeys<'a>>,
    pub arrival: Arrival,
    pub delivery: Delivery,
    /// When it was written: now, or in the past for an import.
    pub at: DateTime<Utc>,
}

/// By what an import knows a message: its Message-ID, and what it is, which is unique in the conversation.
#[derive(Clone, Copy, Debug)]
pub struct SourceKeys<'a> {
    pub key: &'a str,
    pub hash: &'a str,
}

/// What a message from the contact does to its conversation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Arrival {
    /// It makes it unread, and reopens it.
    #[default]
    New,
    /// It reopens it.
    Read,
    /// Nothing: it is of a conversation that is over.
    Closed,
}

const INSERT: &str = "INSERT INTO message (org_id, id, conversation_id, position, direction, author_id, body, \
    source_key, source_hash, delivery, created_at, seq) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";

/// Stores a message at the end of its conversation, with its event and that of the conversation. A message from the
/// contact reopens a closed conversation. Returns the message's `seq`.
///
/// # Errors
/// When the organization doesn't have the conversation, the id or source key is taken, or the database fails.
pub async fn insert(change: &mut Change, new: &NewRow<'_>) -> Result<Seq> {
    let seq = change.next_seq().await?;
    let position = next_position(change, new.conversation).await?;
    let (new_org, id, is_in) = (change.org(), new.id.to_string(), new.direction == Direction::In);
    let org = new_org.to_string();
    sql(INSERT)
        .bind(&org)
        .bind(&id)
        .bind(new.conversation.to_string())
        .bind(position)
        .bind(if is_in { "in" } else { "out" })
        .bind(new.author.map(|author| author.to_string()))
        .bind(new.body)
        .bind(new.source.map(|source| source.key))
        .bind(new.source.map(|source| source.hash))
        .bind(delivery_word(&new.delivery))
        .bind(new.at.timestamp_millis())
        .bind(int(seq))
        .execute(change.tx())
        .await?;
    for (n, attachment) in (0_i64..).zip(new.attachments) {
        sql("INSERT INTO attachment (org_id, message_id, n, name, size, media_type) VALUES ($1, $2, $3, $4, $5, $6)")
            .bind(&org)
            .bind(&id)
            .bind(n)
            .bind(&attachment.name)
            .bind(int(attachment.size))
            .bind(&attachment.media_type)
            .execute(change.tx())
            .await?;
    }
    MESSAGES.add(change.tx(), new_org, seq, &search_text::of_text(new.body)).await?;
    change.event(EventKind::MessageAdded, new.id, Some(new.conversation.to_string()), new.author).await?;
    move_conversation(change, new, seq).await?;
    Ok(seq)
}

const NEXT_POSITION: &str = "UPDATE conversation SET last_position = last_position + 1 \
    WHERE org_id = $1 AND id = $2 RETURNING last_position";

async fn next_position(change: &mut Change, conversation: ConversationId) -> Result<i64> {
    let org = change.org().to_string();
    let row = sql(NEXT_POSITION).bind(org).bind(conversation.to_string()).fetch_optional(change.tx()).await?;
    Ok(row.ok_or_else(|| Error::from(ProblemCode::NotFound))?.get("last_position")?)
}

const SELECT_PLACE: &str = "SELECT c.contact_id, c.status, p.blocked FROM conversation c \
    JOIN contact p ON p.org_id = c.org_id AND p.id = c.contact_id WHERE c.org_id = $1 AND c.id = $2";

const MOVE_CONVERSATION: &str = "UPDATE conversation SET last_at = CASE WHEN last_at < $1 THEN $1 ELSE last_at END, \
    last_in_seq = CASE WHEN $2 THEN $3 ELSE last_in_seq END, status = CASE WHEN $4 THEN 'open' ELSE status END, \
    rev = $5 WHERE org_id = $6 AND id = $7";

/// Updates the conversation: its time, its unread mark, and its status, which a message from the contact sets back to
/// open.
async fn move_conversation(change: &mut Change, new: &NewRow<'_>, seq: Seq) -> Result<()> {
    let (org, id) = (change.org(), new.conversation.to_string());
    let row = sql(SELECT_PLACE).bind(org.to_string()).bind(&id).fetch_one(change.tx()).await?;
    let is_in = new.direction == Direction::In;
    // What a blocked contact writes is stored, and nothing else.
    let is_heard = is_in && !row.get::<bool>("blocked")?;
    let reopens = is_heard && new.arrival != Arrival::Closed && conversations::status(&row)? == Status::Closed;
    let at = if is_in && !is_heard { 0 } else { new.at.timestamp_millis() };
    let rev = change.next_seq().await?;
    sql(MOVE_CONVERSATION)
        .bind(at)
        .bind(is_heard && new.arrival == Arrival::New)
        .bind(int(seq))
        .bind(reopens)
        .bind(int(rev))
        .bind(org.to_string())
        .bind(&id)
        .execute(change.tx())
        .await?;
    change.event(EventKind::ConversationChanged, &id, None, new.author).await?;
    if reopens {
        let (kind, conversation) = (ActivityKind::ConversationReopened, Some(new.conversation));
        let contact = row.id("contact_id")?;
        change.activity(ActivityLine { kind, contact, actor: None, conversation, subject: None }).await?;
    }
    Ok(())
}

/// A statement for messages of an organization, with the columns that [`message`] reads and further ones.
macro_rules! select {
    ($columns:literal, $rest:literal) => {
        concat!(
            "SELECT m.*, ",
            $columns,
            author_columns!(),
            " FROM message m LEFT JOIN agent a ON a.org_id = m.org_id AND a.id = m.author_id WHERE m.org_id = $1 AND ",
            $rest
        )
    };
}
const SELECT_ONE: &str = select!("", "m.id = $2");
const SELECT_NEWEST: &str = select!(
    "(SELECT COALESCE(SUM(length(t.name) + length(t.media_type) + 50), 0) FROM attachment t \
     WHERE t.org_id = m.org_id AND t.message_id = m.id) AS attachment_bytes, ",
    "m.conversation_id = $2 AND m.seq < $3 ORDER BY m.seq DESC LIMIT $4"
);

/// A message as agents see it.
pub(crate) async fn one(reading: &mut Connection, org: OrgId, id: MessageId) -> Result<Option<Message>> {
    let row = sql(SELECT_ONE).bind(org.to_string()).bind(id.to_string()).fetch_optional(&mut *reading).await?;
    let Some(row) = row else { return Ok(None) };
    let mut found = [message(&row)?];
    attach(reading, org, found[0].conversation_id, &mut found).await?;
    Ok(found.into_iter().next())
}

/// The newest messages before a position, and the position before which the next page begins.
pub(crate) async fn newest(
    reading: &mut Connection,
    org: OrgId,
    conversation: ConversationId,
    before: Seq,
    limit: u32,
) -> Result<(Vec<Message>, Option<Seq>)> {
    let rows = sql(SELECT_NEWEST)
        .bind(org.to_string())
        .bind(conversation.to_string())
        .bind(int(before))
        .bind(i64::from(limit) + 1)
        .fetch(&mut *reading);
    let with_attachments = rows.and_then(|row| ready(attachment_bytes(&row).map(|bytes| (row, bytes))));
    let (mut items, has_more) = page::collect_with(with_attachments, limit, message).await?;
    attach(reading, org, conversation, &mut items).await?;
    let next = items.last().filter(|_| has_more).map(|last| last.seq);
    Ok((items, next))
}

/// About how many bytes a message's attachments take, which are read after the page is made.
fn attachment_bytes(row: &Row) -> sqlx::Result<usize> {
    Ok(usize::try_from(row.get::<i64>("attachment_bytes")?).unwrap_or(usize::MAX))
}

const SELECT_ATTACHMENTS: &str = "SELECT t.message_id, t.name, t.size, t.media_type FROM message m \
    JOIN attachment t ON t.org_id = m.org_id AND t.message_id = m.id \
    WHERE m.org_id = $1 AND m.conversation_id = $2 AND m.seq BETWEEN $3 AND $4 ORDER BY t.message_id, t.n";

/// Adds their attachments to messages of one conversation, newest first.
async fn attach(
    reading: &mut Connection,
    org: OrgId,
    conversation: ConversationId,
    messages: &mut [Message],
) -> Result<()> {
    let (Some(newest), Some(oldest)) = (messages.first(), messages.last()) else { return Ok(()) };
    let rows = sql(SELECT_ATTACHMENTS)
        .bind(org.to_string())
        .bind(conversation.to_string())
        .bind(int(oldest.seq))
        .bind(int(newest.seq))
        .fetch_all(reading)
        .await?;
    for row in &rows {
        let id: MessageId = row.id("message_id")?;
        let attachment =
            Attachment { name: row.text("name")?, size: row.seq("size")?, media_type: row.text("media_type")? };
        messages.iter_mut().filter(|message| message.id == id).for_each(|m| m.attachments.push(attachment.clone()));
    }
    Ok(())
}

fn message(row: &Row) -> sqlx::Result<Message> {
    Ok(Message {
        id: row.id("id")?,
        conversation_id: row.id("conversation_id")?,
        direction: if row.get::<&str>("direction")? == "in" { Direction::In } else { Direction::Out },
        author: agents::author(row)?,
        body: row.text("body")?,
        attachments: Vec::new(),
        created_at: row.time("created_at")?,
        seq: row.seq("seq")?,
        delivery: delivery(row)?,
    })
}

fn delivery_word(delivery: &Delivery) -> String {
    match delivery {
        Delivery::Delivered => "delivered".to_owned(),
        Delivery::Failed { reason } => format!("failed:{reason}"),
    }
}

fn delivery(row: &Row) -> sqlx::Result<Delivery> {
    let word: &str = row.get("delivery")?;
    match word.split_once(':') {
        None if word == "delivered" => Ok(Delivery::Delivered),
        Some(("failed", reason)) => Ok(Delivery::Failed { reason: reason.to_owned() }),
        _ => Err(malformed("delivery")),
    }
}
