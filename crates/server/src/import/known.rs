//! What earlier imports stored of the letters and threads of an archive: looked up by the ids that the archive names, and by
//! what its letters are, a few hundred in each short read transaction.

use crate::{
    db::{Columns as _, Db},
    error::Result,
};
use mail_import::{Identity, Plan, Planned};
use sqlx::{Row as _, SqliteConnection, sqlite::SqliteRow};
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

macro_rules! select {
    ($column:literal) => {
        concat!(
            "SELECT ids.key AS n, m.conversation_id, m.source_hash, c.contact_id, c.thread_key FROM json_each(?) AS ids \
            CROSS JOIN message m ON m.org_id = ? AND m.",
            $column,
            " = ids.value \
            CROSS JOIN conversation c ON c.org_id = m.org_id AND c.id = m.conversation_id WHERE c.channel_id = ?"
        )
    };
}
const SELECT_BY_ID: &str = select!("source_key");
const SELECT_BY_HASH: &str = select!("source_hash");
#[cfg(test)]
pub(super) const EXPLAIN: [&str; 2] =
    [concat!("EXPLAIN QUERY PLAN ", select!("source_key")), concat!("EXPLAIN QUERY PLAN ", select!("source_hash"))];

impl Known {
    pub(super) async fn read(db: &Db, org: OrgId, channel: ChannelId, plan: &Plan) -> Result<Self> {
        let mut known = Self::default();
        for first in (0..plan.threads.len()).step_by(CHUNK) {
            let numbers = first..plan.threads.len().min(first + CHUNK);
            let ids: Vec<String> = numbers.map(|number| plan.id(number).to_owned()).collect();
            for row in rows(&mut *db.read().await?, SELECT_BY_ID, org, channel, &ids).await? {
                let id = first + position(&row)?;
                known.add(&row, id, plan.threads[id])?;
                if row.try_get::<Option<String>, _>("source_hash")?.is_none() {
                    known.bare_ids.insert(id);
                }
            }
        }
        for letters in plan.letters.chunks(CHUNK) {
            let hashes: Vec<String> = letters.iter().map(|letter| letter.identity.to_string()).collect();
            for row in rows(&mut *db.read().await?, SELECT_BY_HASH, org, channel, &hashes).await? {
                let letter = &letters[position(&row)?];
                known.letters.insert(letter.identity);
                known.add(&row, letter.key, letter.thread)?;
            }
        }
        Ok(known)
    }

    fn add(&mut self, row: &SqliteRow, id: usize, thread: usize) -> Result<()> {
        let conversation: ConversationId = row.id("conversation_id")?;
        let of_id = self.by_id.entry(id).or_default();
        if !of_id.contains(&conversation) {
            of_id.push(conversation);
        }
        let of_contact = self.by_contact.entry((thread, row.id("contact_id")?)).or_insert(conversation);
        *of_contact = conversation.min(*of_contact);
        if let Some(key) = row.try_get::<Option<String>, _>("thread_key")? {
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

/// Which of the ids that were asked for it is.
fn position(row: &SqliteRow) -> sqlx::Result<usize> {
    let n: i64 = row.try_get("n")?;
    Ok(usize::try_from(n).expect("SQLite numbers the elements of an array from 0"))
}

async fn rows(
    reading: &mut SqliteConnection,
    select: &'static str,
    org: OrgId,
    channel: ChannelId,
    ids: &[String],
) -> Result<Vec<SqliteRow>> {
    let ids = serde_json::to_string(ids).expect("strings are JSON");
    let query = sqlx::query(select).bind(ids).bind(org.to_string()).bind(channel.to_string());
    Ok(query.fetch_all(reading).await?)
}
