//! The erasure of a contact: everything of the person is deleted. Their row stays as an empty shell, and its activity says
//! that it was erased, when and by whom.
//!
//! The purge then rewrites the database file, since SQLite may keep copies of deleted rows between others.

use crate::{
    auth_agent::AuthAgent,
    change::{ActivityLine, Change, EventKind},
    contact_aliases, contacts,
    db::int,
    error::{Error, Result},
    input::Ids,
    note_indexes::{CONTACT_NOTES, CONVERSATION_NOTES},
    purge,
    search_index::{self, MESSAGES, SearchIndex},
    search_text,
    sql::{Connection, sql},
    state::State,
    wake_ups::Topic,
};
use axum::extract;
use std::{fmt, ops::AddAssign};
use wire::{ActivityKind, AgentId, Contact, ContactId, OrgId, Problem, ProblemCode, Role, Seq};

/// Erase everything of a contact: details, addresses, tags, conversations, messages, notes and activity; admins may. What
/// is left is an empty contact. The same again gets the same answer.
#[utoipa::path(delete, path = "/api/v1/contacts/{id}", tag = "contacts", params(("id" = ContactId, Path)), responses(
    (status = 200, body = Contact, description = "What is left: an id."),
    (status = "default", body = Problem, content_type = "application/problem+json", description = "Refused.")))]
pub(crate) async fn erase(
    mut signed: AuthAgent,
    Ids(id): Ids<ContactId>,
    extract::State(state): extract::State<State>,
) -> Result<axum::Json<Contact>> {
    let mut change = signed.change(state.db()).await?;
    must_be_admin(&signed)?;
    let id = contact_aliases::resolve(change.tx(), signed.org, id).await?;
    if rev(change.tx(), signed.org, id).await?.is_none() {
        write(&mut change, id, Some(signed.agent)).await?;
    }
    let contact = contacts::find(change.tx(), signed.org, id).await?;
    change.commit().await?;
    tracing::info!(org = %signed.org, agent = %signed.agent, contact = %id, "contact erased");
    Ok(axum::Json(contact))
}

/// Returns `forbidden` unless the agent is an admin.
pub(crate) fn must_be_admin(signed: &AuthAgent) -> Result<()> {
    match signed.role {
        Role::Admin => Ok(()),
        Role::Agent => Err(Error::detail(ProblemCode::Forbidden, "Only an admin can export or erase a contact.")),
    }
}

/// The version of the erasure, if the contact was erased.
pub(crate) async fn rev(reading: &mut Connection, org: OrgId, id: ContactId) -> Result<Option<Seq>> {
    let row = sql("SELECT rev FROM contact_tombstone WHERE org_id = $1 AND id = $2")
        .bind(org.to_string())
        .bind(id.to_string())
        .fetch_optional(reading)
        .await?;
    Ok(row.map(|row| row.seq("rev")).transpose()?)
}

/// Erases a contact who is there and was not erased before, and those who were merged into them. `actor`: `None` for a command of the server.
pub(crate) async fn write(change: &mut Change, id: ContactId, actor: Option<AgentId>) -> Result<Erased> {
    let (org, at) = (change.org(), change.at());
    wake_visitors(change, id).await?;
    let seq = change.next_seq().await?;
    let mut erased = delete(change.tx(), org, id).await?;
    for merged in contact_aliases::merged_into(change.tx(), org, id).await? {
        erased += delete(change.tx(), org, merged).await?;
        remember(change, merged, actor).await?;
    }
    sql("UPDATE contact SET created_at = $1, rev = $2 WHERE org_id = $3 AND id = $4")
        .bind(at.timestamp_millis())
        .bind(int(seq))
        .bind(org.to_string())
        .bind(id.to_string())
        .execute(change.tx())
        .await?;
    remember(change, id, actor).await?;
    change.event(EventKind::ContactErased, id, None, actor).await?;
    let kind = ActivityKind::ContactErased;
    change.activity(ActivityLine { kind, contact: id, actor, conversation: None, subject: None }).await?;
    purge::ask_for_rewrite(change.tx()).await?;
    Ok(erased)
}

const INSERT_TOMBSTONE: &str = "INSERT INTO contact_tombstone (org_id, id, erased_by, erased_at, rev) \
    SELECT id, $1, $2, $3, seq FROM org WHERE id = $4 ON CONFLICT DO NOTHING";

/// Notes for ever that the contact was erased, also where they are not in the database.
pub(crate) async fn remember(change: &mut Change, id: ContactId, actor: Option<AgentId>) -> Result<()> {
    let (org, at) = (change.org().to_string(), change.at().timestamp_millis());
    sql(INSERT_TOMBSTONE)
        .bind(id.to_string())
        .bind(actor.map(|actor| actor.to_string()))
        .bind(at)
        .bind(org)
        .execute(change.tx())
        .await?;
    Ok(())
}

/// The web chat's open streams of the contact end.
async fn wake_visitors(change: &mut Change, id: ContactId) -> Result<()> {
    let org = change.org();
    let rows = sql("SELECT id FROM conversation WHERE org_id = $1 AND contact_id = $2")
        .bind(org.to_string())
        .bind(id.to_string())
        .fetch_all(change.tx())
        .await?;
    for row in rows {
        change.wake(Topic::Conversation(org, row.id("id")?));
    }
    Ok(())
}

/// How much was erased.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Erased {
    pub(crate) conversations: u64,
    pub(crate) messages: u64,
    pub(crate) notes: u64,
}

impl AddAssign for Erased {
    fn add_assign(&mut self, more: Self) {
        self.conversations += more.conversations;
        self.messages += more.messages;
        self.notes += more.notes;
    }
}

impl fmt::Display for Erased {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { conversations, messages, notes } = self;
        write!(f, "{conversations} conversations, {messages} messages and {notes} notes")
    }
}

/// The conversations of the contact `$2` in the organization `$1`.
macro_rules! theirs {
    () => {
        "(SELECT id FROM conversation WHERE org_id = $1 AND contact_id = $2)"
    };
}

const DELETE_MESSAGES: &str = concat!("DELETE FROM message WHERE org_id = $1 AND conversation_id IN ", theirs!());
/// The texts of notes go with their rows.
const DELETE_CONTACT_NOTES: &str = "DELETE FROM contact_note WHERE org_id = $1 AND contact_id = $2";
const DELETE_CONVERSATION_NOTES: &str =
    concat!("DELETE FROM conversation_note WHERE org_id = $1 AND conversation_id IN ", theirs!());
const DELETE_CONVERSATIONS: &str = "DELETE FROM conversation WHERE org_id = $1 AND contact_id = $2";

const FORGET_WHAT_HANGS_ON_CONVERSATIONS: [&str; 4] = [
    // Others may have conversations in a thread that a letter of this person began: they keep a key, which says nothing.
    concat!(
        "UPDATE conversation SET thread_key = 'erased-' || id \
         WHERE org_id = $1 AND contact_id <> $2 AND thread_key IN \
         (SELECT source_key FROM message WHERE org_id = $1 AND conversation_id IN ",
        theirs!(),
        ")"
    ),
    concat!(
        "DELETE FROM attachment WHERE org_id = $1 AND message_id IN \
         (SELECT id FROM message WHERE org_id = $1 AND conversation_id IN ",
        theirs!(),
        ")"
    ),
    concat!("DELETE FROM read_mark WHERE org_id = $1 AND conversation_id IN ", theirs!()),
    concat!("DELETE FROM visitor WHERE org_id = $1 AND conversation_id IN ", theirs!()),
];

const EMPTY_THE_CONTACT: [&str; 7] = [
    "UPDATE contact_merge SET undo = NULL WHERE org_id = $1 AND root_id = $2",
    "DELETE FROM contact_tag WHERE org_id = $1 AND contact_id = $2",
    "DELETE FROM contact_list_member WHERE org_id = $1 AND contact_id = $2",
    "DELETE FROM contact_address WHERE org_id = $1 AND contact_id = $2",
    "DELETE FROM seen_mark WHERE org_id = $1 AND contact_id = $2",
    "DELETE FROM activity WHERE org_id = $1 AND contact_id = $2",
    "UPDATE contact SET name = 'Erased contact', email = NULL, phone = NULL, external_id = NULL, address = NULL, \
     birthday = NULL, language = NULL, default_channel = NULL, time_zone = NULL, blocked = FALSE, unsubscribed = FALSE \
     WHERE org_id = $1 AND id = $2",
];

const SELECT_TAGS: &str = "SELECT tag FROM contact_tag WHERE org_id = $1 AND contact_id = $2 \
    UNION SELECT subject FROM activity WHERE org_id = $1 AND contact_id = $2 AND kind IN ('tag-added', 'tag-removed') \
    AND subject IS NOT NULL";

const DELETE_UNUSED_TAG: &str = "DELETE FROM tag WHERE org_id = $1 AND name = $2 \
    AND NOT EXISTS (SELECT 1 FROM contact_tag WHERE org_id = $1 AND tag = $2)";

/// The texts that are listed in an index of the search.
const LISTED: [(SearchIndex, &str); 3] = [
    (MESSAGES, concat!("SELECT seq, body FROM message WHERE org_id = $1 AND conversation_id IN ", theirs!())),
    (
        CONTACT_NOTES,
        "SELECT n.seq, b.body FROM contact_note n JOIN contact_note_body b ON b.org_id = n.org_id AND b.note_id = n.id \
         WHERE n.org_id = $1 AND n.contact_id = $2 AND n.deleted_at IS NULL",
    ),
    (
        CONVERSATION_NOTES,
        concat!(
            "SELECT n.seq, b.body FROM conversation_note n \
             JOIN conversation_note_body b ON b.org_id = n.org_id AND b.note_id = n.id \
             WHERE n.org_id = $1 AND n.deleted_at IS NULL AND n.conversation_id IN ",
            theirs!()
        ),
    ),
];

/// Takes everything of a contact off the lists of the search.
async fn unlist(connection: &mut Connection, org: OrgId, id: ContactId) -> Result<()> {
    for (index, select) in LISTED {
        for row in sql(select).bind(org.to_string()).bind(id.to_string()).fetch_all(connection).await? {
            index.remove(connection, org, row.seq("seq")?, &search_text::of_text(row.get("body")?)).await?;
        }
    }
    match contacts::searched(connection, org, id).await? {
        Some((seq, _)) => search_index::unlist_contact(connection, org, seq).await,
        None => Ok(()),
    }
}

/// Deletes everything of a contact, and empties their row. Tombstones of notes stay: they are ids.
pub(crate) async fn delete(connection: &mut Connection, org: OrgId, id: ContactId) -> Result<Erased> {
    unlist(connection, org, id).await?;
    let (org, id) = (org.to_string(), id.to_string());
    for statement in FORGET_WHAT_HANGS_ON_CONVERSATIONS {
        run(connection, statement, &org, &id).await?;
    }
    let messages = run(connection, DELETE_MESSAGES, &org, &id).await?;
    let contact_notes = run(connection, DELETE_CONTACT_NOTES, &org, &id).await?;
    let conversation_notes = run(connection, DELETE_CONVERSATION_NOTES, &org, &id).await?;
    let conversations = run(connection, DELETE_CONVERSATIONS, &org, &id).await?;
    let tags = sql(SELECT_TAGS).bind(&org).bind(&id).fetch_all(&mut *connection).await?;
    for statement in EMPTY_THE_CONTACT {
        run(connection, statement, &org, &id).await?;
    }
    // A tag that nobody else carries may say something of this person.
    for tag in tags {
        sql(DELETE_UNUSED_TAG).bind(&org).bind(tag.first::<String>()?).execute(&mut *connection).await?;
    }
    Ok(Erased { conversations, messages, notes: contact_notes + conversation_notes })
}

async fn run(connection: &mut Connection, statement: &'static str, org: &str, id: &str) -> Result<u64> {
    Ok(sql(statement).bind(org).bind(id).execute(connection).await?)
}
