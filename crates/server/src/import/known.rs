//! What earlier imports stored of the threads of an archive: looked up by the ids that the archive names, a few hundred
//! in each short read transaction.

use crate::{
    db::{Columns as _, Db},
    error::Result,
};
use mail_import::Plan;
use sqlx::{Row as _, SqliteConnection, sqlite::SqliteRow};
use std::collections::HashMap;
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
}

macro_rules! select {
    () => {
        "SELECT ids.key AS n, m.conversation_id, c.contact_id, c.thread_key FROM json_each(?) AS ids \
        CROSS JOIN message m ON m.org_id = ? AND m.source_key = ids.value \
        CROSS JOIN conversation c ON c.org_id = m.org_id AND c.id = m.conversation_id WHERE c.channel_id = ?"
    };
}
const SELECT: &str = select!();
#[cfg(test)]
pub(super) const EXPLAIN: &str = concat!("EXPLAIN QUERY PLAN ", select!());

impl Known {
    pub(super) async fn read(db: &Db, org: OrgId, channel: ChannelId, plan: &Plan) -> Result<Self> {
        let mut known = Self::default();
        for first in (0..plan.threads.len()).step_by(CHUNK) {
            let numbers = first..plan.threads.len().min(first + CHUNK);
            let ids: Vec<&str> = numbers.map(|number| plan.id(number)).collect();
            for row in rows(&mut *db.read().await?, org, channel, &ids).await? {
                known.add(&row, first, plan)?;
            }
        }
        Ok(known)
    }

    fn add(&mut self, row: &SqliteRow, first: usize, plan: &Plan) -> Result<()> {
        let n: i64 = row.try_get("n")?;
        let id = first + usize::try_from(n).expect("SQLite numbers the elements of an array from 0");
        let (thread, conversation): (usize, ConversationId) = (plan.threads[id], row.id("conversation_id")?);
        self.by_id.entry(id).or_default().push(conversation);
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

    /// Whether a message with this id is stored.
    pub(super) fn has(&self, id: usize) -> bool {
        self.by_id.contains_key(&id)
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

async fn rows(reading: &mut SqliteConnection, org: OrgId, channel: ChannelId, ids: &[&str]) -> Result<Vec<SqliteRow>> {
    let ids = serde_json::to_string(ids).expect("strings are JSON");
    let query = sqlx::query(SELECT).bind(ids).bind(org.to_string()).bind(channel.to_string());
    Ok(query.fetch_all(reading).await?)
}
