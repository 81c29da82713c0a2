//! Finds messages and notes: asks an index for those that have all words, reads their live rows, and compares the texts.

use super::{Found, Wanted};
use crate::{
    agents::{self, author_columns},
    db::int,
    error::Result,
    note_indexes::{CONTACT_NOTES, CONVERSATION_NOTES},
    orgs,
    search_index::{self, MESSAGES, SearchIndex},
    search_text::snippet,
    sql::{Builder, Connection, Row, malformed},
};
use std::collections::HashMap;
use wire::{
    AgentRef, ChannelRef, ContactNoteHit, ContactRef, ConversationNoteHit, Direction, MessageHit, Seq, Snippet,
};

/// So many texts are read for a page at most: an index doesn't know whether words follow each other.
const MOST_READ: usize = 400;
/// So many are read at a time at least.
const FEWEST_AT_ONCE: usize = 20;

/// The columns of the conversation that a text is in, of its contact, channel and author.
macro_rules! select {
    ($columns:literal, $from:literal) => {
        concat!(
            "SELECT t.id, t.seq, t.created_at, t.conversation_id, t.author_id, c.contact_id, p.name AS contact_name, \
             c.channel_id, h.kind AS channel_kind, ",
            $columns,
            author_columns!(),
            " FROM ",
            $from,
            " JOIN conversation c ON c.org_id = t.org_id AND c.id = t.conversation_id \
             JOIN contact p ON p.org_id = t.org_id AND p.id = c.contact_id \
             JOIN channel h ON h.org_id = t.org_id AND h.id = c.channel_id \
             LEFT JOIN agent a ON a.org_id = t.org_id AND a.id = t.author_id WHERE t.org_id = "
        )
    };
}

/// A kind of text that is searched.
pub(super) trait Texts: Sized {
    const INDEX: SearchIndex;
    /// The live rows `t` of an organization, with the text as `body`.
    const SELECT: &'static str;

    fn hit(row: &Row, snippet: Snippet) -> sqlx::Result<Self>;

    async fn find(reading: &mut Connection, wanted: &Wanted<'_>) -> Result<Found<Self>> {
        let terms = wanted.query.terms();
        let at_once = (wanted.limit + 1).max(FEWEST_AT_ONCE);
        let (mut hits, mut before, mut read) = (Vec::new(), wanted.before, 0);
        loop {
            let limit = u32::try_from(at_once).unwrap_or(u32::MAX);
            let listed = search_index::Wanted { org: wanted.org, terms: &terms, before, limit };
            let seqs = Self::INDEX.find(reading, &listed).await?;
            let rows = Self::rows(reading, wanted, &seqs).await?;
            for seq in &seqs {
                // A note that was deleted since is in no row.
                let Some(row) = rows.get(seq) else { continue };
                let text: &str = row.get("body")?;
                let Some(places) = wanted.query.hits(text) else { continue };
                if hits.len() == wanted.limit {
                    return Ok((hits, Some(before)));
                }
                hits.push(Self::hit(row, snippet(text, &places))?);
                before = *seq;
            }
            read += seqs.len();
            match seqs.last() {
                Some(last) if seqs.len() == at_once => before = *last,
                _ => return Ok((hits, None)),
            }
            if read >= MOST_READ {
                return Ok((hits, Some(before)));
            }
        }
    }

    async fn rows(reading: &mut Connection, wanted: &Wanted<'_>, seqs: &[Seq]) -> Result<HashMap<Seq, Row>> {
        if seqs.is_empty() {
            return Ok(HashMap::new());
        }
        let mut select = Builder::new(Self::SELECT);
        select.push_bind(wanted.org.to_string()).push(" AND t.seq IN (");
        for (nth, seq) in seqs.iter().enumerate() {
            select.push(if nth == 0 { "" } else { ", " }).push_bind(int(*seq));
        }
        select.push(")");
        let rows = select.build().fetch_all(reading).await?;
        Ok(rows.into_iter().map(|row| Ok((row.seq("seq")?, row))).collect::<sqlx::Result<_>>()?)
    }
}

impl Texts for MessageHit {
    const INDEX: SearchIndex = MESSAGES;
    const SELECT: &'static str = select!("t.body, t.direction, ", "message t");

    fn hit(row: &Row, snippet: Snippet) -> sqlx::Result<Self> {
        Ok(Self {
            id: row.id("id")?,
            conversation_id: row.id("conversation_id")?,
            contact: contact(row)?,
            channel: channel(row)?,
            direction: if row.get::<&str>("direction")? == "in" { Direction::In } else { Direction::Out },
            author: agents::author(row)?,
            created_at: row.time("created_at")?,
            snippet,
            seq: row.seq("seq")?,
        })
    }
}

impl Texts for ContactNoteHit {
    const INDEX: SearchIndex = CONTACT_NOTES;
    const SELECT: &'static str = select!(
        "b.body, t.contact_id AS about_id, q.name AS about_name, ",
        "contact_note t JOIN contact_note_body b ON b.org_id = t.org_id AND b.note_id = t.id AND t.deleted_at IS NULL \
         JOIN contact q ON q.org_id = t.org_id AND q.id = t.contact_id"
    );

    fn hit(row: &Row, snippet: Snippet) -> sqlx::Result<Self> {
        Ok(Self {
            id: row.id("id")?,
            contact: ContactRef { id: row.id("about_id")?, name: row.text("about_name")? },
            conversation_id: row.id("conversation_id")?,
            author: author(row)?,
            created_at: row.time("created_at")?,
            snippet,
            seq: row.seq("seq")?,
        })
    }
}

impl Texts for ConversationNoteHit {
    const INDEX: SearchIndex = CONVERSATION_NOTES;
    const SELECT: &'static str = select!(
        "b.body, ",
        "conversation_note t JOIN conversation_note_body b \
         ON b.org_id = t.org_id AND b.note_id = t.id AND t.deleted_at IS NULL"
    );

    fn hit(row: &Row, snippet: Snippet) -> sqlx::Result<Self> {
        Ok(Self {
            id: row.id("id")?,
            conversation_id: row.id("conversation_id")?,
            contact: contact(row)?,
            channel: channel(row)?,
            author: author(row)?,
            created_at: row.time("created_at")?,
            snippet,
            seq: row.seq("seq")?,
        })
    }
}

fn contact(row: &Row) -> sqlx::Result<ContactRef> {
    Ok(ContactRef { id: row.id("contact_id")?, name: row.text("contact_name")? })
}

fn channel(row: &Row) -> sqlx::Result<ChannelRef> {
    Ok(ChannelRef { id: row.id("channel_id")?, kind: orgs::channel_kind(row, "channel_kind")? })
}

fn author(row: &Row) -> sqlx::Result<AgentRef> {
    agents::author(row)?.ok_or_else(|| malformed("author_id"))
}
