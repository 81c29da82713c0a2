//! Contacts: reading, adding and changing a profile. Tags and activity have their own files.

use crate::{
    auth_agent::AuthAgent,
    change::{ActivityLine, Change, EventKind},
    contact_aliases::{self, is_merged, is_theirs},
    contact_erasure, contact_fields,
    db::int,
    error::{Error, Result},
    if_match::IfMatch,
    input::{Ids, JsonBody},
    orgs, phone_number, search_index, search_text,
    sql::{Connection, Row, malformed, sql},
    state::State,
};
use axum::extract;
use utoipa_axum::{router::OpenApiRouter, routes};
use wire::{
    ActivityKind, AgentId, ChannelAddress, ChannelKind, Contact, ContactId, ContactList, ContactPatch, OrgId, Problem,
    ProblemCode, Seq, Tag,
};

pub(crate) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new().routes(routes!(show, edit, contact_erasure::erase))
}

/// A contact's profile.
#[utoipa::path(get, path = "/api/v1/contacts/{id}", tag = "contacts", params(("id" = ContactId, Path)), responses(
    (status = 200, body = Contact),
    (status = "default", body = Problem, content_type = "application/problem+json", description = "Refused.")))]
async fn show(
    signed: AuthAgent,
    Ids(id): Ids<ContactId>,
    extract::State(state): extract::State<State>,
) -> Result<axum::Json<Contact>> {
    let mut reading = state.db().read().await?;
    let contact = contact_aliases::resolve(&mut reading, signed.org, id).await?;
    find(&mut reading, signed.org, contact).await.map(axum::Json)
}

/// Change a contact's details. `If-Match`: the `rev` that was seen; any other answers 412 with the contact as it is.
#[utoipa::path(patch, path = "/api/v1/contacts/{id}", tag = "contacts", params(("id" = ContactId, Path),
    ("If-Match" = Option<wire::text_rules::EntityTags>, Header)), request_body = ContactPatch, responses(
    (status = 200, body = Contact),
    (status = "default", body = Problem, content_type = "application/problem+json", description = "Refused.")))]
async fn edit(
    mut signed: AuthAgent,
    Ids(id): Ids<ContactId>,
    extract::State(state): extract::State<State>,
    seen: IfMatch,
    JsonBody(patch): JsonBody<ContactPatch>,
) -> Result<axum::Json<Contact>> {
    let mut change = signed.change(state.db()).await?;
    let id = contact_aliases::resolve_for_change(change.tx(), signed.org, id).await?;
    let mut contact = find(change.tx(), signed.org, id).await?;
    if !seen.allows(contact.rev) {
        return Err(Error::changed(&contact));
    }
    let changed = contact_fields::apply(&mut contact, patch)?;
    if changed.is_empty() {
        return Ok(axum::Json(contact));
    }
    store_changed(&mut change, &mut contact, &changed, signed.agent).await?;
    change.commit().await?;
    tracing::info!(org = %signed.org, agent = %signed.agent, contact = %id, "contact changed");
    Ok(axum::Json(contact))
}

/// Stores a contact whose details were changed, with the event and the line of activity. `changed`: the fields, by their wire
/// names.
pub(crate) async fn store_changed(
    change: &mut Change,
    contact: &mut Contact,
    changed: &[&'static str],
    actor: AgentId,
) -> Result<()> {
    let (id, org, actor) = (contact.id, change.org(), Some(actor));
    contact.rev = change.next_seq().await?;
    store(change, contact).await?;
    list_for_search(change.tx(), org, id).await?;
    change.event(EventKind::ContactChanged, id, None, actor).await?;
    let (kind, subject) = (ActivityKind::DetailsChanged, Some(changed.join(",")));
    change.activity(ActivityLine { kind, contact: id, actor, conversation: None, subject }).await
}

/// Adds a contact with these details (at least a name) and addresses. An address that belongs to another contact stays
/// theirs. Returns the contact's `seq`.
///
/// # Errors
/// `invalid-field` when a detail isn't valid, or when the database fails.
pub async fn add(
    change: &mut Change,
    id: ContactId,
    details: ContactPatch,
    addresses: &[ChannelAddress],
) -> Result<Seq> {
    let seq = change.next_seq().await?;
    let mut contact = blank(id, seq);
    contact_fields::apply(&mut contact, details)?;
    if contact.name.is_empty() {
        return Err(Error::field(ProblemCode::MissingField, "/name", "missing"));
    }
    let (org_id, at) = (change.org(), change.at().timestamp_millis());
    let org = org_id.to_string();
    sql("INSERT INTO contact (org_id, id, name, created_at, seq, rev) VALUES ($1, $2, '', $3, $4, $5)")
        .bind(&org)
        .bind(id.to_string())
        .bind(at)
        .bind(int(seq))
        .bind(int(seq))
        .execute(change.tx())
        .await?;
    store(change, &contact).await?;
    for address in addresses {
        add_address(change, id, address).await?;
    }
    list_for_search(change.tx(), org_id, id).await?;
    change.event(EventKind::ContactChanged, id, None, None).await?;
    Ok(seq)
}

const INSERT_ADDRESS: &str = "INSERT INTO contact_address (org_id, kind, address, contact_id) VALUES ($1, $2, $3, $4) \
    ON CONFLICT DO NOTHING";

/// Adds an address to a contact, without an event of its own. An address that belongs to another contact stays theirs.
///
/// # Errors
/// When the database fails.
pub async fn add_address(change: &mut Change, id: ContactId, address: &ChannelAddress) -> Result<()> {
    let org = change.org().to_string();
    sql(INSERT_ADDRESS)
        .bind(org)
        .bind(address.kind.into_str())
        .bind(&address.address)
        .bind(id.to_string())
        .execute(change.tx())
        .await?;
    Ok(())
}

/// Their own details come first, then those of the contacts who were merged into them.
const SELECT_SEARCHED: &str = concat!(
    "SELECT c.id, c.seq, c.name, c.email, c.phone, c.external_id, c.address, a.address AS channel_address \
     FROM contact c LEFT JOIN contact_address a ON a.org_id = c.org_id AND a.contact_id = c.id \
     WHERE c.org_id = $1 AND ",
    is_theirs!("c.id"),
    " ORDER BY CASE WHEN c.id = $2 THEN 0 ELSE c.seq END, a.kind, a.address"
);

/// What of a contact is searched, each once, and the contact's `seq`: the name, every address, the id in other systems, the
/// first name first. `None` also for one who was merged into another one.
pub(crate) async fn searched(
    reading: &mut Connection,
    org: OrgId,
    id: ContactId,
) -> Result<Option<(Seq, Vec<String>)>> {
    if !is_there(&mut *reading, org, id).await? {
        return Ok(None);
    }
    let rows = sql(SELECT_SEARCHED).bind(org.to_string()).bind(id.to_string()).fetch_all(reading).await?;
    let Some(contact) = rows.first() else { return Ok(None) };
    let mut details = vec![contact.text("name")?];
    let mut add = |detail: Option<String>| details.extend(detail.filter(|detail| !details.contains(detail)));
    for row in &rows {
        for column in ["name", "email", "phone", "external_id", "address"] {
            add(row.get(column)?);
        }
        add(row.get("channel_address")?);
    }
    Ok(Some((contact.seq("seq")?, details)))
}

/// Lists a contact in the index of the search as they are now.
///
/// # Errors
/// When the database fails.
pub async fn list_for_search(connection: &mut Connection, org: OrgId, id: ContactId) -> Result<()> {
    match searched(&mut *connection, org, id).await? {
        Some((seq, details)) => {
            search_index::list_contact(connection, org, seq, &search_text::of_contact(&details)).await
        }
        None => Ok(()),
    }
}

/// The contact who has this address (exact characters), also one who was merged into another one.
///
/// # Errors
/// When the database fails.
pub async fn by_address(
    reading: &mut Connection,
    org: OrgId,
    kind: ChannelKind,
    address: &str,
) -> Result<Option<ContactId>> {
    let row = sql("SELECT contact_id FROM contact_address WHERE org_id = $1 AND kind = $2 AND address = $3")
        .bind(org.to_string())
        .bind(kind.into_str())
        .bind(address)
        .fetch_optional(reading)
        .await?;
    Ok(row.map(|row| row.id("contact_id")).transpose()?)
}

const SELECT_BY_EMAIL: &str = "SELECT id FROM contact WHERE org_id = $1 AND lower(email) = lower($2) \
    UNION SELECT contact_id FROM contact_address \
    WHERE org_id = $1 AND kind = 'email' AND lower(address) = lower($2) ORDER BY 1";

/// The contacts with this e-mail address, in their details or among their addresses, in any case of letters.
pub(crate) async fn with_email(reading: &mut Connection, org: OrgId, email: &str) -> Result<Vec<ContactId>> {
    let rows = sql(SELECT_BY_EMAIL).bind(org.to_string()).bind(email).fetch_all(&mut *reading).await?;
    let mut found = Vec::new();
    for row in &rows {
        let contact = contact_aliases::resolve(&mut *reading, org, row.id("id")?).await?;
        if !found.contains(&contact) {
            found.push(contact);
        }
    }
    Ok(found)
}

/// Gives a contact a new `rev`, with its event, after a change to something that belongs to it (a tag).
pub(crate) async fn bump(change: &mut Change, id: ContactId, actor: wire::AgentId) -> Result<Seq> {
    let (seq, org) = (change.next_seq().await?, change.org().to_string());
    sql("UPDATE contact SET rev = $1 WHERE org_id = $2 AND id = $3")
        .bind(int(seq))
        .bind(org)
        .bind(id.to_string())
        .execute(change.tx())
        .await?;
    change.event(EventKind::ContactChanged, id, None, Some(actor)).await?;
    Ok(seq)
}

const IS_THERE: &str =
    concat!("SELECT EXISTS (SELECT 1 FROM contact c WHERE c.org_id = $1 AND c.id = $2 AND NOT ", is_merged!(), ")");

async fn is_there(reading: &mut Connection, org: OrgId, id: ContactId) -> Result<bool> {
    Ok(sql(IS_THERE).bind(org.to_string()).bind(id.to_string()).fetch_value(reading).await?)
}

const SELECT: &str = concat!(
    "SELECT c.*, EXISTS (SELECT 1 FROM contact_tombstone t WHERE t.org_id = c.org_id AND t.id = c.id) AS erased \
     FROM contact c WHERE c.org_id = $1 AND c.id = $2 AND NOT ",
    is_merged!()
);

pub(crate) async fn find(reading: &mut Connection, org: OrgId, id: ContactId) -> Result<Contact> {
    one(reading, org, id).await?.ok_or_else(|| ProblemCode::NotFound.into())
}

/// The contact with this id. `None` also for one who was merged into another one.
pub(crate) async fn one(reading: &mut Connection, org: OrgId, id: ContactId) -> Result<Option<Contact>> {
    let row = sql(SELECT).bind(org.to_string()).bind(id.to_string()).fetch_optional(&mut *reading).await?;
    let Some(row) = row else { return Ok(None) };
    let mut contact = profile(&row)?;
    contact.channels = addresses(&mut *reading, org, id).await?;
    contact.tags = tags(&mut *reading, org, id).await?;
    contact.lists = lists(reading, org, id).await?;
    Ok(Some(contact))
}

fn profile(row: &Row) -> sqlx::Result<Contact> {
    let (phone, language): (Option<String>, Option<String>) = (row.get("phone")?, row.get("language")?);
    let birthday: Option<&str> = row.get("birthday")?;
    let channel: Option<&str> = row.get("default_channel")?;
    Ok(Contact {
        id: row.id("id")?,
        name: row.text("name")?,
        email: row.get("email")?,
        phone_uri: phone_number::of_contact(phone.as_deref(), language.as_deref()),
        phone,
        external_id: row.get("external_id")?,
        address: row.get("address")?,
        birthday: birthday.map(|day| day.parse().map_err(|_| malformed("birthday"))).transpose()?,
        language,
        default_channel: channel.map(|_| orgs::channel_kind(row, "default_channel")).transpose()?,
        time_zone: row.get("time_zone")?,
        channels: Vec::new(),
        tags: Vec::new(),
        lists: Vec::new(),
        blocked: row.get("blocked")?,
        unsubscribed: row.get("unsubscribed")?,
        erased: row.get("erased")?,
        seq: row.seq("seq")?,
        rev: row.seq("rev")?,
    })
}

/// A detail of the merged contacts that the contact doesn't have.
macro_rules! merged_detail {
    ($kind:literal, $column:literal) => {
        concat!(
            " UNION SELECT '",
            $kind,
            "' AS kind, m.",
            $column,
            " AS address FROM contact_merge x \
             JOIN contact m ON m.org_id = x.org_id AND m.id = x.contact_id \
             JOIN contact c ON c.org_id = x.org_id AND c.id = x.root_id \
             WHERE x.org_id = $1 AND x.root_id = $2 AND m.",
            $column,
            " IS NOT NULL \
             AND (c.",
            $column,
            " IS NULL OR m.",
            $column,
            " <> c.",
            $column,
            ")"
        )
    };
}

/// The addresses of a contact, and of those who were merged into them: also what is in the details of these alone.
const SELECT_ADDRESSES: &str = concat!(
    "SELECT kind, address FROM contact_address a WHERE a.org_id = $1 AND ",
    is_theirs!("a.contact_id"),
    merged_detail!("email", "email"),
    merged_detail!("voice", "phone"),
    " ORDER BY 1, 2"
);

async fn addresses(reading: &mut Connection, org: OrgId, id: ContactId) -> Result<Vec<ChannelAddress>> {
    let rows = sql(SELECT_ADDRESSES).bind(org.to_string()).bind(id.to_string()).fetch_all(reading).await?;
    let address =
        |row: &Row| Ok(ChannelAddress { kind: orgs::channel_kind(row, "kind")?, address: row.text("address")? });
    Ok(rows.iter().map(address).collect::<sqlx::Result<_>>()?)
}

const SELECT_TAGS: &str = "SELECT t.name, t.color FROM contact_tag c \
    JOIN tag t ON t.org_id = c.org_id AND t.name = c.tag WHERE c.org_id = $1 AND c.contact_id = $2 ORDER BY t.name";

async fn tags(reading: &mut Connection, org: OrgId, id: ContactId) -> Result<Vec<Tag>> {
    let rows = sql(SELECT_TAGS).bind(org.to_string()).bind(id.to_string()).fetch_all(reading).await?;
    Ok(rows.iter().map(crate::tags::tag).collect::<sqlx::Result<_>>()?)
}

const SELECT_LISTS: &str = "SELECT l.id, l.name FROM contact_list_member m \
    JOIN contact_list l ON l.org_id = m.org_id AND l.id = m.list_id \
    WHERE m.org_id = $1 AND m.contact_id = $2 ORDER BY l.name, l.id";

async fn lists(reading: &mut Connection, org: OrgId, id: ContactId) -> Result<Vec<ContactList>> {
    let rows = sql(SELECT_LISTS).bind(org.to_string()).bind(id.to_string()).fetch_all(reading).await?;
    Ok(rows.iter().map(crate::lists::list).collect::<sqlx::Result<_>>()?)
}

const UPDATE: &str = "UPDATE contact SET name = $1, email = $2, phone = $3, external_id = $4, address = $5, birthday = $6, \
    language = $7, default_channel = $8, time_zone = $9, blocked = $10, unsubscribed = $11, rev = $12 \
    WHERE org_id = $13 AND id = $14";

/// Stores the details and flags of a contact.
pub(crate) async fn store(change: &mut Change, contact: &Contact) -> Result<()> {
    let org = change.org().to_string();
    sql(UPDATE)
        .bind(&contact.name)
        .bind(&contact.email)
        .bind(&contact.phone)
        .bind(&contact.external_id)
        .bind(&contact.address)
        .bind(contact.birthday.map(|day| day.to_string()))
        .bind(&contact.language)
        .bind(contact.default_channel.map(|kind| kind.into_str()))
        .bind(&contact.time_zone)
        .bind(contact.blocked)
        .bind(contact.unsubscribed)
        .bind(int(contact.rev))
        .bind(org)
        .bind(contact.id.to_string())
        .execute(change.tx())
        .await?;
    Ok(())
}

/// A contact without details.
pub(crate) fn blank(id: ContactId, seq: Seq) -> Contact {
    Contact {
        id,
        name: String::new(),
        email: None,
        phone: None,
        phone_uri: None,
        external_id: None,
        address: None,
        birthday: None,
        language: None,
        default_channel: None,
        time_zone: None,
        channels: Vec::new(),
        tags: Vec::new(),
        lists: Vec::new(),
        blocked: false,
        unsubscribed: false,
        erased: false,
        seq,
        rev: seq,
    }
}
