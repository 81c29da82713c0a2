//! What earlier imports stored of the letters and threads of an archive: looked up by the ids that the archive names, and by
//! what its letters are, a few hundred in each short read transaction.

use crate::{
    db::Db,
    error::Result,
    sql::{Builder, Connection, Row},
};
use mail_import::{Identity, Plan, Planned};
use std::collections::{HashMap, HashSet};
use wire::{ChannelId, ContactId, ConversationId, OrgId};

/// Ids per look-up.
const CHUNK: usize = 500;

/// Ids and threads are those of the plan, by their numbers.
#[derive(Default)]
pub(super) struct Known {
    by_id: HashMap<usize, Vec<ConversationId>>,
    /// The contact's first conversation in the thread.
    by_contact: HashMap<(usize, ContactId), ConversationId>,
    /// The thread's first conversation that has a key, and that key.
    by_thread: HashMap<usize, (ConversationId, String)>,
    /// Letters that are stored.
    letters: HashSet<Identity>,
    /// Ids of letters that were stored before imports knew more than the id.
    bare_ids: HashSet<usize>,
}

/// The column of the messages in which values are looked up.
#[derive(Clone, Copy, Debug)]
pub(super) enum LookedUp {
    Id,
    Hash,
}

impl Known {
    pub(super) async fn read(db: &Db, org: OrgId, channel: ChannelId, plan: &Plan) -> Result<Self> {
        let mut known = Self::default();
        for first in (0..plan.threads.len()).step_by(CHUNK) {
            let numbers = first..plan.threads.len().min(first + CHUNK);
            let ids: Vec<String> = numbers.map(|number| plan.id(number).to_owned()).collect();
            for row in rows(&mut db.read().await?, LookedUp::Id, org, channel, &ids).await? {
                let id = first + position(&row)?;
                known.add(&row, id, plan.threads[id])?;
                if row.get::<Option<String>>("source_hash")?.is_none() {
                    known.bare_ids.insert(id);
                }
            }
        }
        for letters in plan.letters.chunks(CHUNK) {
            let hashes: Vec<String> = letters.iter().map(|letter| letter.identity.to_string()).collect();
            for row in rows(&mut db.read().await?, LookedUp::Hash, org, channel, &hashes).await? {
                let letter = &letters[position(&row)?];
                known.letters.insert(letter.identity);
                known.add(&row, letter.key, letter.thread)?;
            }
        }
        Ok(known)
    }

    fn add(&mut self, row: &Row, id: usize, thread: usize) -> Result<()> {
        let conversation: ConversationId = row.id("conversation_id")?;
        let of_id = self.by_id.entry(id).or_default();
        if !of_id.contains(&conversation) {
            of_id.push(conversation);
        }
        let of_contact = self.by_contact.entry((thread, row.id("contact_id")?)).or_insert(conversation);
        *of_contact = conversation.min(*of_contact);
        if let Some(key) = row.get::<Option<String>>("thread_key")? {
            let of_thread = self.by_thread.entry(thread).or_insert_with(|| (conversation, key.clone()));
            if conversation < of_thread.0 {
                *of_thread = (conversation, key);
            }
        }
        Ok(())
    }

    /// Whether the letter is stored, in whatever conversation.
    pub(super) fn has(&self, letter: &Planned) -> bool {
        self.letters.contains(&letter.identity) || self.bare_ids.contains(&letter.key)
    }

    /// The conversations that have a message with this id.
    pub(super) fn conversations(&self, id: usize) -> &[ConversationId] {
        self.by_id.get(&id).map_or(&[], Vec::as_slice)
    }

    pub(super) fn conversation(&self, thread: usize, contact: ContactId) -> Option<ConversationId> {
        self.by_contact.get(&(thread, contact)).copied()
    }

    pub(super) fn thread_key(&self, thread: usize) -> Option<&str> {
        self.by_thread.get(&thread).map(|(_, key)| key.as_str())
    }
}

/// Which of the values that were looked up it is.
fn position(row: &Row) -> sqlx::Result<usize> {
    Ok(usize::try_from(row.get::<i64>("n")?).expect("the values are numbered from 0"))
}

async fn rows(
    reading: &mut Connection,
    column: LookedUp,
    org: OrgId,
    channel: ChannelId,
    values: &[String],
) -> Result<Vec<Row>> {
    // Without values there would be no list of them.
    if values.is_empty() {
        return Ok(Vec::new());
    }
    Ok(select("", column, org, channel, values).build().fetch_all(reading).await?)
}

/// `explain`: what stands before the statement.
pub(super) fn select<'q>(
    explain: &'static str,
    column: LookedUp,
    org: OrgId,
    channel: ChannelId,
    values: &'q [String],
) -> Builder<'q> {
    let mut select = Builder::new(explain);
    for (n, value) in (0_i64..).zip(values) {
        select.push(if n == 0 { "WITH wanted (n, value) AS (VALUES (" } else { "), (" });
        select.push_bind(n).push(", ").push_bind(value);
    }
    select.push(
        // CROSS JOIN tells SQLite in which order to look: the values first, then an index for each.
        ")) SELECT wanted.n, m.conversation_id, m.source_hash, COALESCE(c.origin_id, c.contact_id) AS contact_id, c.thread_key \
         FROM wanted CROSS JOIN message m CROSS JOIN conversation c WHERE m.org_id = ",
    );
    select.push_bind(org.to_string()).push(match column {
        LookedUp::Id => " AND m.source_key = wanted.value",
        LookedUp::Hash => " AND m.source_hash = wanted.value",
    });
    select.push(" AND c.org_id = m.org_id AND c.id = m.conversation_id AND c.channel_id = ");
    select.push_bind(channel.to_string());
    select
}
