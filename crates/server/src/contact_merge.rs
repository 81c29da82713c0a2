//! Merges a contact into another one, and undoes that.
//!
//! Conversations and contact notes move to the contact who stays: a note is always with the contact of its conversation.
//! Each conversation remembers the contact with whom it was begun, so that an undone merge gives back exactly what came
//! with the contact, and what was written in those conversations since. The merged contact's row, addresses, tags and
//! activity stay where they are and are read together with those of the contact who stays.

mod undo;

use crate::{
    auth_agent::AuthAgent,
    change::{ActivityLine, Change, EventKind},
    contact_aliases, contact_fields, contacts,
    db::int,
    error::{Error, Result},
    expiry::UNDO_WINDOW,
    input::{Ids, JsonBody},
    search_index,
    sql::{Row, sql},
    state::State,
};
use axum::extract;
use chrono::{DateTime, Utc};
use undo::Undo;
use utoipa_axum::{router::OpenApiRouter, routes};
use wire::{ActivityKind, AgentId, Contact, ContactId, ContactPatch, ConversationId, Merge, Problem, ProblemCode, Seq};

pub(crate) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new().routes(routes!(merge)).routes(routes!(take_back))
}

/// Merge a contact into another one: their conversations, notes, addresses, tags and lists are the other one's from now on,
/// and their id stands for the other one. The same again changes nothing. Answers with the contact who stays.
#[utoipa::path(post, path = "/api/v1/contacts/{id}/merge", tag = "contacts", params(("id" = ContactId, Path)),
    request_body = Merge, responses((status = 200, body = Contact),
    (status = "default", body = Problem, content_type = "application/problem+json", description = "Refused.")))]
async fn merge(
    mut signed: AuthAgent,
    Ids(id): Ids<ContactId>,
    extract::State(state): extract::State<State>,
    JsonBody(asked): JsonBody<Merge>,
) -> Result<axum::Json<Contact>> {
    let mut change = signed.change(state.db()).await?;
    let from = contact_aliases::resolve_for_change(change.tx(), signed.org, id).await?;
    let into = contact_aliases::resolve_for_change(change.tx(), signed.org, asked.into_id).await?;
    if id == asked.into_id {
        return Err(Error::field(ProblemCode::InvalidField, "/into", "same-contact"));
    }
    if from == into {
        return Ok(axum::Json(contacts::find(change.tx(), signed.org, into).await?));
    }
    if from != id {
        // The agent saw another contact than the one who would be merged now.
        return Err(ProblemCode::ContactMerged.into());
    }
    carry_out(&mut change, &signed, (from, into), asked.details).await?;
    let contact = contacts::find(change.tx(), signed.org, into).await?;
    change.commit().await?;
    tracing::info!(org = %signed.org, agent = %signed.agent, contact = %from, into = %into, "contact merged");
    Ok(axum::Json(contact))
}

/// Undo a merge within ten minutes; only the agent who merged may. The contact is there again, with their conversations and
/// all notes written in them. The same again changes nothing. Answers with the contact who is there again.
#[utoipa::path(post, path = "/api/v1/contacts/{id}/merge/undo", tag = "contacts", params(("id" = ContactId, Path)),
    responses((status = 200, body = Contact),
    (status = "default", body = Problem, content_type = "application/problem+json", description = "Refused.")))]
async fn take_back(
    mut signed: AuthAgent,
    Ids(id): Ids<ContactId>,
    extract::State(state): extract::State<State>,
) -> Result<axum::Json<Contact>> {
    let mut change = signed.change(state.db()).await?;
    contact_aliases::resolve_for_change(change.tx(), signed.org, id).await?;
    if let Some(merge) = InForce::find(&mut change, id).await? {
        if merge.by != signed.agent {
            return Err(Error::detail(ProblemCode::Forbidden, "Only who merged a contact can undo it."));
        }
        let is_late = merge.at + UNDO_WINDOW <= change.at();
        let Some(undo) = merge.undo.as_ref().filter(|_| !is_late) else { return Err(Error::gone(merge.seq)) };
        if merge.root != merge.into {
            return Err(ProblemCode::ContactMerged.into());
        }
        separate(&mut change, &signed, id, &merge, undo).await?;
    }
    let contact = contacts::find(change.tx(), signed.org, id).await?;
    change.commit().await?;
    tracing::info!(org = %signed.org, agent = %signed.agent, contact = %id, "merge undone");
    Ok(axum::Json(contact))
}

/// A merge that was not undone.
struct InForce {
    into: ContactId,
    /// Another one than `into` if that one was merged too.
    root: ContactId,
    by: AgentId,
    at: DateTime<Utc>,
    seq: Seq,
    undo: Option<Undo>,
}

impl InForce {
    async fn find(change: &mut Change, contact: ContactId) -> Result<Option<Self>> {
        let org = change.org().to_string();
        let row = sql(SELECT_IN_FORCE).bind(org).bind(contact.to_string()).fetch_optional(change.tx()).await?;
        Ok(row.as_ref().map(Self::read).transpose()?)
    }

    fn read(row: &Row) -> sqlx::Result<Self> {
        Ok(Self {
            into: row.id("into_id")?,
            root: row.id("root_id")?,
            by: row.id("merged_by")?,
            at: row.time("merged_at")?,
            seq: row.seq("seq")?,
            undo: row.get::<Option<&str>>("undo")?.map(Undo::read).transpose()?,
        })
    }
}

const SELECT_IN_FORCE: &str = "SELECT into_id, root_id, merged_by, merged_at, seq, undo FROM contact_merge \
    WHERE org_id = $1 AND contact_id = $2";

const INSERT: &str = "INSERT INTO contact_merge (org_id, contact_id, into_id, root_id, merged_by, merged_at, seq, undo) \
    VALUES ($1, $2, $3, $3, $4, $5, $6, $7)";

/// What moves with a contact `$2` to the contact `$3`.
const MOVE: [&str; 3] = [
    "UPDATE contact_note_tombstone SET contact_id = $3 WHERE org_id = $1 AND contact_id = $2",
    "INSERT INTO seen_mark (org_id, agent_id, contact_id, seq) \
     SELECT org_id, agent_id, $3, seq FROM seen_mark WHERE org_id = $1 AND contact_id = $2 \
     ON CONFLICT (org_id, agent_id, contact_id) DO UPDATE SET seq = excluded.seq WHERE seen_mark.seq < excluded.seq",
    "UPDATE contact_merge SET root_id = $3 WHERE org_id = $1 AND root_id = $2",
];
const MOVE_NOTES: &str = "UPDATE contact_note SET contact_id = $3, rev = $4 WHERE org_id = $1 AND contact_id = $2";
const MOVE_CONVERSATION: &str = "UPDATE conversation SET contact_id = $4, origin_id = COALESCE(origin_id, $3), rev = $5 \
    WHERE org_id = $1 AND id = $2";

const SELECT_ALL: &str = "SELECT id FROM conversation WHERE org_id = $1 AND contact_id IN ($2, $3) ORDER BY seq";
const SELECT_OF_ORIGIN: &str =
    "SELECT id FROM conversation WHERE org_id = $1 AND contact_id = $2 AND origin_id = $3 ORDER BY seq";

/// The conversations of the contact `$3`.
macro_rules! theirs {
    () => {
        "(SELECT id FROM conversation WHERE org_id = $1 AND contact_id = $3)"
    };
}

/// What goes back from the contact `$2` to the contact `$3`.
const GIVE_BACK_CONVERSATION: &str = "UPDATE conversation SET contact_id = $4, \
    origin_id = CASE WHEN origin_id = $4 THEN NULL ELSE origin_id END, rev = $5 \
    WHERE org_id = $1 AND id = $2 AND contact_id = $3";
const GIVE_BACK_TOMBSTONES: &str = concat!(
    "UPDATE contact_note_tombstone SET contact_id = $3 WHERE org_id = $1 AND contact_id = $2 AND id IN \
     (SELECT id FROM contact_note WHERE org_id = $1 AND contact_id = $2 AND conversation_id IN ",
    theirs!(),
    ")"
);
const GIVE_BACK_ACTIVITY: &str = concat!(
    "UPDATE activity SET contact_id = $3 WHERE org_id = $1 AND contact_id = $2 AND seq > $4 AND conversation_id IN ",
    theirs!()
);
const GIVE_BACK_NOTES: &str = concat!(
    "UPDATE contact_note SET contact_id = $3, rev = $4 WHERE org_id = $1 AND contact_id = $2 AND conversation_id IN ",
    theirs!()
);

async fn carry_out(
    change: &mut Change,
    signed: &AuthAgent,
    (from, into): (ContactId, ContactId),
    details: ContactPatch,
) -> Result<()> {
    let gone = contacts::find(change.tx(), signed.org, from).await?;
    let before = contacts::find(change.tx(), signed.org, into).await?;
    let mut after = before.clone();
    ContactPatch::filling(&before, &gone).apply(&mut after);
    contact_fields::apply(&mut after, details)?;
    (after.blocked, after.unsubscribed) = (before.blocked || gone.blocked, before.unsubscribed || gone.unsubscribed);

    let (org, at, seq) = (signed.org.to_string(), change.at().timestamp_millis(), change.next_seq().await?);
    search_index::unlist_contact(change.tx(), signed.org, gone.seq).await?;
    let undo = Undo::of(&before, &after).adding_labels(change, from, into).await?;
    for statement in MOVE {
        sql(statement).bind(&org).bind(from.to_string()).bind(into.to_string()).execute(change.tx()).await?;
    }
    sql(INSERT)
        .bind(&org)
        .bind(from.to_string())
        .bind(into.to_string())
        .bind(signed.agent.to_string())
        .bind(at)
        .bind(int(seq))
        .bind(undo.write())
        .execute(change.tx())
        .await?;
    sql(MOVE_NOTES)
        .bind(&org)
        .bind(from.to_string())
        .bind(into.to_string())
        .bind(int(seq))
        .execute(change.tx())
        .await?;
    change.event(EventKind::ContactMerged, from, Some(into.to_string()), Some(signed.agent)).await?;
    record(change, signed, into, ActivityKind::ContactMerged, gone.name).await?;
    for conversation in conversations(change, SELECT_ALL, from, from).await? {
        move_conversation(change, conversation, (from, into), Some(signed.agent), MOVE_CONVERSATION).await?;
    }
    contacts::store(change, &after).await?;
    contacts::bump(change, into, signed.agent).await?;
    contacts::list_for_search(change.tx(), signed.org, into).await
}

async fn separate(
    change: &mut Change,
    signed: &AuthAgent,
    from: ContactId,
    merge: &InForce,
    undo: &Undo,
) -> Result<()> {
    let (into, actor) = (merge.into, Some(signed.agent));
    give_back_conversations(change, from, into, actor).await?;
    let gone = contacts::find(change.tx(), signed.org, from).await?;
    let before = contacts::find(change.tx(), signed.org, into).await?;
    let after = undo.carry_out(change, &before).await?;
    contacts::store(change, &after).await?;
    contacts::bump(change, into, signed.agent).await?;
    record(change, signed, into, ActivityKind::ContactMergeUndone, gone.name).await?;
    contacts::bump(change, from, signed.agent).await?;
    record(change, signed, from, ActivityKind::ContactMergeUndone, after.name).await?;
    for contact in [into, from] {
        contacts::list_for_search(change.tx(), signed.org, contact).await?;
    }
    // Last: by now the conversations have said with whom they are.
    give_back_notes(change, (from, into), merge.seq, actor).await
}

/// Undoes a merge without the details of the contact who stays: everything of the other one is to be erased.
pub(crate) async fn separate_for_erasure(change: &mut Change, from: ContactId) -> Result<()> {
    let Some(merge) = InForce::find(change, from).await? else { return Ok(()) };
    give_back_conversations(change, from, merge.root, None).await?;
    give_back_notes(change, (from, merge.root), merge.seq, None).await
}

async fn give_back_conversations(
    change: &mut Change,
    from: ContactId,
    root: ContactId,
    actor: Option<AgentId>,
) -> Result<()> {
    let org = change.org().to_string();
    let back = with_them(change, from).await?;
    sql("DELETE FROM contact_merge WHERE org_id = $1 AND contact_id = $2")
        .bind(&org)
        .bind(from.to_string())
        .execute(change.tx())
        .await?;
    for contact in back {
        sql("UPDATE contact_merge SET root_id = $1 WHERE org_id = $2 AND contact_id = $3")
            .bind(from.to_string())
            .bind(&org)
            .bind(contact.to_string())
            .execute(change.tx())
            .await?;
        for conversation in conversations(change, SELECT_OF_ORIGIN, root, contact).await? {
            move_conversation(change, conversation, (root, from), actor, GIVE_BACK_CONVERSATION).await?;
        }
    }
    Ok(())
}

/// `seq`: the position of the merge.
async fn give_back_notes(
    change: &mut Change,
    (from, root): (ContactId, ContactId),
    seq: Seq,
    actor: Option<AgentId>,
) -> Result<()> {
    let (org, rev) = (change.org().to_string(), change.next_seq().await?);
    let statement = |text| sql(text).bind(&org).bind(root.to_string()).bind(from.to_string());
    statement(GIVE_BACK_TOMBSTONES).execute(change.tx()).await?;
    statement(GIVE_BACK_ACTIVITY).bind(int(seq)).execute(change.tx()).await?;
    statement(GIVE_BACK_NOTES).bind(int(rev)).execute(change.tx()).await?;
    change.event(EventKind::ContactMergeUndone, from, Some(root.to_string()), actor).await
}

/// The contact who was merged last, and those who were merged into them before.
async fn with_them(change: &mut Change, from: ContactId) -> Result<Vec<ContactId>> {
    let org = change.org().to_string();
    let mut all = vec![from];
    let mut nth = 0;
    while nth < all.len() {
        let rows = sql("SELECT contact_id FROM contact_merge WHERE org_id = $1 AND into_id = $2")
            .bind(&org)
            .bind(all[nth].to_string())
            .fetch_all(change.tx())
            .await?;
        for row in &rows {
            all.push(row.id("contact_id")?);
        }
        nth += 1;
    }
    Ok(all)
}

/// `select`: the conversations of a contact, of those that were begun with another one.
async fn conversations(
    change: &mut Change,
    select: &'static str,
    contact: ContactId,
    origin: ContactId,
) -> Result<Vec<ConversationId>> {
    let org = change.org().to_string();
    let rows = sql(select).bind(org).bind(contact.to_string()).bind(origin.to_string()).fetch_all(change.tx()).await?;
    Ok(rows.iter().map(|row| row.id("id")).collect::<sqlx::Result<_>>()?)
}

async fn move_conversation(
    change: &mut Change,
    id: ConversationId,
    (from, to): (ContactId, ContactId),
    actor: Option<AgentId>,
    update: &'static str,
) -> Result<()> {
    let (org, seq) = (change.org().to_string(), change.next_seq().await?);
    sql(update)
        .bind(org)
        .bind(id.to_string())
        .bind(from.to_string())
        .bind(to.to_string())
        .bind(int(seq))
        .execute(change.tx())
        .await?;
    change.event(EventKind::ConversationChanged, id, None, actor).await
}

async fn record(
    change: &mut Change,
    signed: &AuthAgent,
    contact: ContactId,
    kind: ActivityKind,
    other: String,
) -> Result<()> {
    let line = ActivityLine { kind, contact, actor: Some(signed.agent), conversation: None, subject: Some(other) };
    change.activity(line).await
}
