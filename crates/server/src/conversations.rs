//! Lists of conversations: the inbox and a contact's own. [`crate::conversation`] handles a single conversation.
//!
//! Preview and unread are computed for each request, for the agent who asks; no text is stored twice.

use crate::{
    auth_agent::AuthAgent,
    contact_aliases,
    db::{Db, int},
    error::Result,
    input::{Ids, Query},
    orgs,
    page::{List, cut},
    sql::{Builder, Connection, Row, sql},
    state::State,
};
use axum::extract;
use std::{collections::HashMap, str::FromStr};
use utoipa_axum::{router::OpenApiRouter, routes};
use wire::{
    AgentId, ChannelRef, ContactId, ContactRef, Conversation, ConversationId, ConversationQuery, OrgId, Page, Preview,
    PreviewKind, Problem, Section, Seq, Sort, Status,
};

pub(crate) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new().routes(routes!(inbox)).routes(routes!(of_contact))
}

/// The inbox: every conversation that matches the parameters.
#[utoipa::path(get, path = "/api/v1/conversations", tag = "conversations", params(
    ("section" = Option<Section>, Query), ("status" = Option<Status>, Query),
    ("channel" = Option<wire::ChannelId>, Query), ("assignee" = Option<wire::AgentId>, Query),
    ("sort" = Option<Sort>, Query), ("cursor" = Option<wire::text_rules::Cursor>, Query),
    ("limit" = Option<u32>, Query, minimum = 1, maximum = 100)), responses(
    (status = 200, body = Page<Conversation>),
    (status = "default", body = Problem, content_type = "application/problem+json", description = "Refused.")))]
async fn inbox(
    signed: AuthAgent,
    mut query: Query,
    extract::State(state): extract::State<State>,
) -> Result<axum::Json<Page<Conversation>>> {
    let wanted = ConversationQuery {
        section: query.take("section")?.unwrap_or_default(),
        status: query.take("status")?,
        channel: query.take("channel")?,
        assignee: query.take("assignee")?,
        sort: query.take("sort")?.unwrap_or_default(),
    };
    let (cursor, limit) = (query.take_text("cursor")?, query.limit()?);
    query.finish()?;
    let mut reading = state.db().read().await?;
    page(state.db(), &mut reading, &signed, Filter { wanted, contact: None }, cursor, limit).await.map(axum::Json)
}

/// A contact's conversations, newest first.
#[utoipa::path(get, path = "/api/v1/contacts/{id}/conversations", tag = "contacts", params(
    ("id" = ContactId, Path), ("cursor" = Option<wire::text_rules::Cursor>, Query),
    ("limit" = Option<u32>, Query, minimum = 1, maximum = 100)), responses(
    (status = 200, body = Page<Conversation>),
    (status = "default", body = Problem, content_type = "application/problem+json", description = "Refused.")))]
async fn of_contact(
    signed: AuthAgent,
    Ids(id): Ids<ContactId>,
    mut query: Query,
    extract::State(state): extract::State<State>,
) -> Result<axum::Json<Page<Conversation>>> {
    let (cursor, limit) = (query.take_text("cursor")?, query.limit()?);
    query.finish()?;
    let mut reading = state.db().read().await?;
    let id = contact_aliases::resolve(&mut reading, signed.org, id).await?;
    let filter = Filter { wanted: ConversationQuery::default(), contact: Some(id) };
    page(state.db(), &mut reading, &signed, filter, cursor, limit).await.map(axum::Json)
}

#[derive(Clone, Copy, Debug)]
struct Filter {
    wanted: ConversationQuery,
    contact: Option<ContactId>,
}

/// The sort key of the conversation after which a page begins. `unread`: in the order by unread, which half of the list
/// it is in.
#[derive(Clone, Copy)]
struct SortKey {
    unread: bool,
    last_at: i64,
    id: ConversationId,
}

impl SortKey {
    fn of(conversation: &Conversation) -> Self {
        let Conversation { unread, last_at, id, .. } = *conversation;
        Self { unread, last_at: last_at.timestamp_millis(), id }
    }

    fn write(self) -> String {
        format!("{}.{}.{}", u8::from(self.unread), self.last_at, self.id)
    }
}

impl FromStr for SortKey {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        let mut parts = text.splitn(3, '.');
        let mut next = || parts.next().ok_or(());
        let (unread, last_at, id) = (next()? == "1", next()?, next()?);
        Ok(Self { unread, last_at: last_at.parse().map_err(|_| ())?, id: id.parse().map_err(|_| ())? })
    }
}

async fn page(
    db: &Db,
    reading: &mut Connection,
    signed: &AuthAgent,
    filter: Filter,
    cursor: Option<String>,
    limit: u32,
) -> Result<Page<Conversation>> {
    let as_of = db.as_of(reading, signed.org).await?;
    let list = List::new(db, signed.org, &format!("conversations {} {filter:?}", signed.agent));
    let after: Option<SortKey> = cursor.map(|cursor| list.place(&cursor)).transpose()?;
    let mut items = Vec::new();
    // One more than the limit shows whether there is another page.
    let wanted = i64::from(limit) + 1;
    if filter.wanted.sort == Sort::Unread {
        if after.is_none_or(|place| place.unread) {
            items = rows(reading, signed, filter, Some(true), after, wanted).await?;
        }
        let missing = wanted - i64::try_from(items.len()).unwrap_or(wanted);
        if missing > 0 {
            let after = after.filter(|place| !place.unread);
            items.extend(rows(reading, signed, filter, Some(false), after, missing).await?);
        }
    } else {
        items = rows(reading, signed, filter, None, after, wanted).await?;
    }
    let next_cursor = cut(&mut items, limit).map(|last| list.cursor(&SortKey::of(last).write()));
    Ok(Page { items, next_cursor, as_of })
}

async fn rows(
    reading: &mut Connection,
    signed: &AuthAgent,
    filter: Filter,
    half: Option<bool>,
    after: Option<SortKey>,
    limit: i64,
) -> Result<Vec<Conversation>> {
    let mut select = select(signed);
    let wanted = filter.wanted;
    if let Some(contact) = filter.contact {
        select.push(" AND c.contact_id = ").push_bind(contact.to_string());
    }
    push_query(&mut select, signed, &wanted);
    if let Some(unread) = half {
        select.push(" AND ");
        push_unread(&mut select, signed);
        select.push(" = ").push_bind(unread);
    }
    let is_oldest = wanted.sort == Sort::Oldest;
    if let Some(place) = after {
        select.push(" AND (c.last_at, c.id) ").push(if is_oldest { "> (" } else { "< (" });
        select.push_bind(place.last_at).push(", ").push_bind(place.id.to_string()).push(")");
    }
    let order = if is_oldest { " ORDER BY c.last_at, c.id" } else { " ORDER BY c.last_at DESC, c.id DESC" };
    select.push(order).push(" LIMIT ").push_bind(limit).push(JOINS).push(order);
    let rows = select.build().fetch_all(reading).await?;
    Ok(rows.iter().map(conversation).collect::<sqlx::Result<_>>()?)
}

/// Appends which conversations `c` fit a query.
pub(crate) fn push_query(select: &mut Builder<'_>, signed: &AuthAgent, wanted: &ConversationQuery) {
    if let Some(status) = wanted.status {
        select.push(" AND c.status = ").push_bind(status.into_str());
    }
    if let Some(channel) = wanted.channel {
        select.push(" AND c.channel_id = ").push_bind(channel.to_string());
    }
    if let Some(assignee) = wanted.assignee {
        select.push(" AND c.assignee_id = ").push_bind(assignee.to_string());
    }
    match wanted.section {
        Section::All => {}
        Section::Mine => {
            select.push(" AND c.assignee_id = ").push_bind(signed.agent.to_string());
        }
        Section::Unassigned => {
            select.push(" AND c.assignee_id IS NULL");
        }
    }
}

/// One conversation as the agent sees it.
pub(crate) async fn one(
    reading: &mut Connection,
    signed: &AuthAgent,
    id: ConversationId,
) -> Result<Option<Conversation>> {
    let mut select = select(signed);
    select.push(" AND c.id = ").push_bind(id.to_string()).push(JOINS);
    let row = select.build().fetch_optional(reading).await?;
    Ok(row.as_ref().map(conversation).transpose()?)
}

/// For whom a conversation is unread.
#[derive(Debug)]
pub(crate) struct Unread {
    last_in_seq: Seq,
    /// How far each agent has read it.
    marks: HashMap<AgentId, Seq>,
}

impl Unread {
    pub(crate) fn by(&self, agent: &AuthAgent) -> bool {
        let mark = self.marks.get(&agent.agent).copied().unwrap_or(0);
        self.last_in_seq > mark.max(agent.joined_seq)
    }
}

const SELECT_MARKS: &str = "SELECT r.agent_id, r.seq FROM agent a JOIN read_mark r \
    ON r.org_id = a.org_id AND r.agent_id = a.id AND r.conversation_id = $1 WHERE a.org_id = $2 AND a.removed_at IS NULL";

/// One conversation for all agents at once: with `unread` false, and for whom it is true.
pub(crate) async fn with_unread(
    reading: &mut Connection,
    org: OrgId,
    id: ConversationId,
) -> Result<Option<(Conversation, Unread)>> {
    let mut select = Builder::new(SELECT);
    select.push("FALSE AS unread FROM conversation c WHERE c.org_id = ").push_bind(org.to_string());
    select.push(" AND c.id = ").push_bind(id.to_string()).push(JOINS);
    let Some(row) = select.build().fetch_optional(&mut *reading).await? else { return Ok(None) };
    let marks = sql(SELECT_MARKS).bind(id.to_string()).bind(org.to_string()).fetch_all(reading).await?;
    let mark = |row: &Row| Ok((row.id("agent_id")?, row.seq("seq")?));
    let marks = marks.iter().map(mark).collect::<sqlx::Result<_>>()?;
    Ok(Some((conversation(&row)?, Unread { last_in_seq: row.seq("last_in_seq")?, marks })))
}

/// The columns that [`conversation`] reads. The selection of the rows stands between this and [`JOINS`].
const SELECT: &str = "SELECT c.*, p.name AS contact_name, h.kind AS channel_kind, m.direction, m.seq AS message_seq, \
    substr(m.body, 1, 1000) AS message_text, t.name AS attachment_name, n.seq AS note_seq, substr(b.body, 1, 1000) AS note_text \
    FROM (SELECT c.*, ";

/// Selects the rows first, in the order of an index, and joins the other tables to that selection only.
fn select(signed: &AuthAgent) -> Builder<'static> {
    let mut select = Builder::new(SELECT);
    push_unread(&mut select, signed);
    select.push(" AS unread FROM conversation c LEFT JOIN read_mark r ON r.org_id = c.org_id AND r.agent_id = ");
    select.push_bind(signed.agent.to_string());
    select.push(" AND r.conversation_id = c.id WHERE c.org_id = ").push_bind(signed.org.to_string());
    select
}

fn push_unread(select: &mut Builder<'_>, signed: &AuthAgent) {
    select.push("(c.last_in_seq > COALESCE(r.seq, 0) AND c.last_in_seq > ").push_bind(int(signed.joined_seq)).push(")");
}

const JOINS: &str = ") c \
    JOIN contact p ON p.org_id = c.org_id AND p.id = c.contact_id \
    JOIN channel h ON h.org_id = c.org_id AND h.id = c.channel_id \
    LEFT JOIN message m ON m.org_id = c.org_id AND m.id = (SELECT x.id FROM message x \
        WHERE x.org_id = c.org_id AND x.conversation_id = c.id ORDER BY x.seq DESC LIMIT 1) \
    LEFT JOIN attachment t ON t.org_id = m.org_id AND t.message_id = m.id AND t.n = 0 \
    LEFT JOIN conversation_note n ON n.org_id = c.org_id AND n.id = (SELECT x.id FROM conversation_note x \
        WHERE x.org_id = c.org_id AND x.conversation_id = c.id AND x.deleted_at IS NULL ORDER BY x.seq DESC LIMIT 1) \
    LEFT JOIN conversation_note_body b ON b.org_id = n.org_id AND b.note_id = n.id";

fn conversation(row: &Row) -> sqlx::Result<Conversation> {
    let contact_id = row.id("contact_id")?;
    let channel = ChannelRef { id: row.id("channel_id")?, kind: orgs::channel_kind(row, "channel_kind")? };
    Ok(Conversation {
        id: row.id("id")?,
        contact_id,
        contact: ContactRef { id: contact_id, name: row.text("contact_name")? },
        channel,
        status: status(row)?,
        assignee_id: row.id_or_none("assignee_id")?,
        unread: row.get("unread")?,
        preview: preview(row)?,
        last_at: row.time("last_at")?,
        seq: row.seq("seq")?,
        rev: row.seq("rev")?,
    })
}

pub(crate) fn status(row: &Row) -> sqlx::Result<Status> {
    row.word("status")
}

fn preview(row: &Row) -> sqlx::Result<Option<Preview>> {
    let message: Option<i64> = row.get("message_seq")?;
    let note: Option<i64> = row.get("note_seq")?;
    let (kind, text) = match (message, note) {
        (None, None) => return Ok(None),
        (message, note) if note > message => (PreviewKind::Note, row.text("note_text")?),
        _ if row.get::<&str>("direction")? == "in" => (PreviewKind::In, row.text("message_text")?),
        _ => (PreviewKind::Out, row.text("message_text")?),
    };
    let attachment = if kind == PreviewKind::Note { None } else { row.get("attachment_name")? };
    Ok(Some(Preview { kind, text: first_line(&text), attachment }))
}

fn first_line(text: &str) -> String {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty());
    line.unwrap_or_default().chars().take(140).collect()
}
