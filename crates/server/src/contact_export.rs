//! The export of a contact: one JSON document with everything that the organization has of a person.
//!
//! It is written while it is sent, page by page, so that a long history takes no memory and a slow reader keeps no read
//! transaction open. What changes meanwhile may be in it or not; if the contact is erased or merged meanwhile, the document
//! breaks off.

use crate::{
    activity,
    auth_agent::AuthAgent,
    contact_aliases,
    contact_erasure::must_be_admin,
    contacts,
    db::{Db, ReadTx, int},
    error::Result,
    input::Ids,
    messages,
    note_storage::{self, Wanted},
    orgs,
    sql::{Row, sql},
    state::State,
    streamed_file::{Pieces, streamed},
};
use axum::{
    body::Body,
    extract,
    http::header,
    response::{IntoResponse as _, Response},
};
use bytes::Bytes;
use futures::Stream;
use serde::Serialize;
use utoipa_axum::{router::OpenApiRouter, routes};
use wire::{
    ContactExport, ContactId, ContactNote, ConversationId, ConversationNote, ExportedConversation, OrgId, Problem,
    ProblemCode, Seq,
};

/// Rows that are read at once.
const PAGE: u32 = 100;

pub(crate) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new().routes(routes!(export))
}

/// Everything of a contact as one document, to be saved as a file; admins may.
#[utoipa::path(get, path = "/api/v1/contacts/{id}/export", tag = "contacts", params(("id" = ContactId, Path)),
    responses((status = 200, body = ContactExport),
    (status = "default", body = Problem, content_type = "application/problem+json", description = "Refused.")))]
async fn export(
    signed: AuthAgent,
    Ids(id): Ids<ContactId>,
    extract::State(state): extract::State<State>,
) -> Result<Response> {
    must_be_admin(&signed)?;
    let id = contact_aliases::resolve_for_change(&mut state.db().read().await?, signed.org, id).await?;
    tracing::info!(org = %signed.org, agent = %signed.agent, contact = %id, "contact exported");
    let headers = [
        (header::CONTENT_TYPE, "application/json".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"contact-{id}.json\"")),
    ];
    Ok((headers, Body::from_stream(document(state.db(), signed.org, id))).into_response())
}

/// The document in pieces. After an error there are no more.
pub(crate) fn document(db: &Db, org: OrgId, contact: ContactId) -> impl Stream<Item = Result<Bytes>> + Send + 'static {
    let db = db.clone();
    streamed(move |pieces| async move { Writer { db, org, contact, pieces }.write().await })
}

/// A list within the document.
#[derive(Clone, Copy)]
enum List {
    Messages(ConversationId),
    ConversationNotes(ConversationId),
    ContactNotes,
    Activity,
}

impl List {
    fn name(self) -> &'static str {
        match self {
            Self::Messages(_) => "messages",
            Self::ConversationNotes(_) | Self::ContactNotes => "notes",
            Self::Activity => "activity",
        }
    }
}

/// Writes the document piece by piece.
struct Writer {
    db: Db,
    org: OrgId,
    contact: ContactId,
    pieces: Pieces,
}

impl Writer {
    async fn write(&self) -> Result<()> {
        let mut reading = self.read().await?;
        let (contact, now) = (contacts::find(&mut reading, self.org, self.contact).await?, reading.now());
        drop(reading);
        self.pieces
            .send(format!("{{\"exported_at\":{},\"contact\":{},\"conversations\":[", json(&now), json(&contact)))
            .await?;
        let mut before = Seq::MAX;
        while let Some((fields, id, seq)) = self.conversation(before).await? {
            self.pieces.send(if before == Seq::MAX { fields } else { format!(",{fields}") }).await?;
            before = seq;
            self.list(List::Messages(id)).await?;
            self.list(List::ConversationNotes(id)).await?;
            self.pieces.send("}".to_owned()).await?;
        }
        self.pieces.send("]".to_owned()).await?;
        self.list(List::ContactNotes).await?;
        self.list(List::Activity).await?;
        self.pieces.send("}".to_owned()).await
    }

    /// The next older conversation: an object that is still open, after its fields.
    async fn conversation(&self, before: Seq) -> Result<Option<(String, ConversationId, Seq)>> {
        let row = sql(SELECT_CONVERSATION)
            .bind(self.org.to_string())
            .bind(self.contact.to_string())
            .bind(int(before))
            .fetch_optional(&mut self.read().await?)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let conversation = conversation(&row)?;
        let object = json(&conversation);
        let fields = object.strip_suffix(EMPTY_LISTS).expect("the lists are the last fields");
        Ok(Some((fields.to_owned(), conversation.id, row.seq("seq")?)))
    }

    /// Writes a field with a list, page by page.
    async fn list(&self, list: List) -> Result<()> {
        self.pieces.send(format!(",\"{}\":[", list.name())).await?;
        let (mut next, mut is_first) = (Some(Seq::MAX), true);
        while let Some(before) = next {
            let (items, after) = self.page(list, before).await?;
            next = after;
            for item in items {
                self.pieces.send(if is_first { item } else { format!(",{item}") }).await?;
                is_first = false;
            }
        }
        self.pieces.send("]".to_owned()).await
    }

    async fn page(&self, list: List, before: Seq) -> Result<(Vec<String>, Option<Seq>)> {
        let mut reading = self.read().await?;
        Ok(match list {
            List::Messages(conversation) => {
                texts(messages::newest(&mut reading, self.org, conversation, before, PAGE).await?)
            }
            List::ConversationNotes(parent) => {
                let wanted = Wanted { parent, before, search: None, limit: PAGE };
                texts(note_storage::newest::<ConversationNote>(&mut reading, self.org, wanted).await?)
            }
            List::ContactNotes => {
                let wanted = Wanted { parent: self.contact, before, search: None, limit: PAGE };
                texts(note_storage::newest::<ContactNote>(&mut reading, self.org, wanted).await?)
            }
            List::Activity => texts(activity::newest(&mut reading, self.org, self.contact, before, PAGE).await?),
        })
    }

    /// A read transaction for one page; refused when the contact was erased or merged meanwhile.
    async fn read(&self) -> Result<ReadTx> {
        let mut reading = self.db.read().await?;
        let contact = contact_aliases::resolve_for_change(&mut reading, self.org, self.contact).await?;
        if contact == self.contact { Ok(reading) } else { Err(ProblemCode::ContactMerged.into()) }
    }
}

const SELECT_CONVERSATION: &str = "SELECT c.id, h.kind AS channel_kind, c.status, c.assignee_id, c.created_at, c.seq \
    FROM conversation c JOIN channel h ON h.org_id = c.org_id AND h.id = c.channel_id \
    WHERE c.org_id = $1 AND c.contact_id = $2 AND c.seq < $3 ORDER BY c.seq DESC LIMIT 1";

/// How a conversation's JSON ends before its lists are filled in.
const EMPTY_LISTS: &str = ",\"messages\":[],\"notes\":[]}";

fn conversation(row: &Row) -> sqlx::Result<ExportedConversation> {
    Ok(ExportedConversation {
        id: row.id("id")?,
        channel: orgs::channel_kind(row, "channel_kind")?,
        status: row.word("status")?,
        assignee_id: row.id_or_none("assignee_id")?,
        created_at: row.time("created_at")?,
        messages: Vec::new(),
        notes: Vec::new(),
    })
}

fn texts((items, next): (Vec<impl Serialize>, Option<Seq>)) -> (Vec<String>, Option<Seq>) {
    (items.iter().map(json).collect(), next)
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("the contract's types can be written as JSON")
}
