//! Makes the indexes of the search from the texts that are there: those of an earlier version, of a restored backup, of a
//! copied database.
//!
//! On SQLite they are made when the file is opened. On Postgres each node makes them while it serves, a part at a time; it also
//! lists what nodes of the version before have stored, which list nothing.

use crate::{
    contacts,
    db::{Db, head, int},
    engine::Engine,
    error::Result,
    note_indexes::{CONTACT_NOTES, CONVERSATION_NOTES},
    purge,
    search_index::{self, CONTACTS, MESSAGES, SearchIndex},
    search_text::of_text,
    sql::{Connection, sql},
};
use std::time::Duration;
use wire::{OrgId, Seq};

/// So many places of an organization's order at a time: its changes wait meanwhile.
const WINDOW: Seq = 500;
/// How often to look for what a node of the version before has stored.
const LOOK_EVERY: Duration = Duration::from_secs(10 * 60);

const INDEXES: [SearchIndex; 4] = [CONTACTS, MESSAGES, CONTACT_NOTES, CONVERSATION_NOTES];

/// The texts of a kind after one place, up to another.
const TEXTS: [(SearchIndex, &str); 3] = [
    (MESSAGES, "SELECT seq, body FROM message WHERE org_id = $1 AND seq > $2 AND seq <= $3"),
    (
        CONTACT_NOTES,
        "SELECT n.seq, b.body FROM contact_note n JOIN contact_note_body b ON b.org_id = n.org_id AND b.note_id = n.id \
         WHERE n.org_id = $1 AND n.seq > $2 AND n.seq <= $3 AND n.deleted_at IS NULL",
    ),
    (
        CONVERSATION_NOTES,
        "SELECT n.seq, b.body FROM conversation_note n \
         JOIN conversation_note_body b ON b.org_id = n.org_id AND b.note_id = n.id \
         WHERE n.org_id = $1 AND n.seq > $2 AND n.seq <= $3 AND n.deleted_at IS NULL",
    ),
];

/// Those who came or were changed: a node of the version before may have changed somebody who is listed.
const CHANGED_CONTACTS: &str = "SELECT id FROM contact WHERE org_id = $1 AND seq > $2 AND seq <= $3 \
    UNION SELECT subject_id FROM event WHERE org_id = $1 AND seq > $2 AND seq <= $3 AND kind = 'contact-changed'";

/// Makes the indexes of a file, unless they are of this version.
///
/// # Errors
/// When the database fails; then nothing is changed.
pub(crate) async fn build_file(db: &Db) -> Result<()> {
    if search_index::is_current(&mut db.read().await?).await? { Ok(()) } else { again(db).await }
}

/// Makes the indexes again: at once in a file; on Postgres, nodes make them.
///
/// # Errors
/// When the database fails; then nothing is changed.
pub(crate) async fn again(db: &Db) -> Result<()> {
    let mut tx = db.engine().begin().await?;
    let was_listed = was_built(&mut tx).await?;
    for index in INDEXES {
        index.clear(&mut tx).await?;
    }
    match db.engine() {
        Engine::Sqlite(_) => list_all(&mut tx).await?,
        Engine::Postgres(_) => {
            sql("DELETE FROM search_progress").execute(&mut tx).await?;
            if was_listed {
                purge::ask_for_rewrite(&mut tx).await?;
            }
        }
    }
    search_index::set_current(&mut tx).await?;
    tx.commit().await?;
    Ok(())
}

/// Whether nodes have made indexes on Postgres, whose files hold what is taken out now. Without them there is little: what
/// was listed since the database was made.
async fn was_built(tx: &mut Connection) -> Result<bool> {
    let any = "SELECT EXISTS (SELECT 1 FROM search_progress)";
    match tx {
        Connection::Sqlite(_) => Ok(false),
        Connection::Postgres { .. } => Ok(sql(any).fetch_value(tx).await?),
    }
}

async fn list_all(tx: &mut Connection) -> Result<()> {
    for row in sql("SELECT id, seq FROM org ORDER BY id").fetch_all(tx).await? {
        let (org, head) = (row.id("id")?, row.seq("seq")?);
        let mut done = 0;
        while done < head {
            let until = head.min(done + WINDOW);
            list(tx, org, (done, until)).await?;
            done = until;
        }
    }
    Ok(())
}

/// Lists what is not listed, for as long as the server runs. On SQLite everything is listed.
pub(crate) async fn build_regularly(db: Db) {
    while let Engine::Postgres(_) = db.engine()
        && !db.is_closed()
    {
        if build(&db).await.is_err() && !db.is_closed() {
            tracing::warn!("the search can't be brought up to date now; trying again");
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Lists what is not listed.
///
/// # Errors
/// When the database fails; what is listed stays.
pub async fn build(db: &Db) -> Result<()> {
    if let Engine::Sqlite(_) = db.engine() {
        return build_file(db).await;
    }
    let mut reading = db.read().await?;
    let is_current = search_index::is_current(&mut reading).await?;
    let organizations = sql("SELECT id FROM org ORDER BY id").fetch_all(&mut reading).await?;
    drop(reading);
    if !is_current {
        again(db).await?;
    }
    let mut parts = 0_u32;
    for row in organizations {
        let org = row.id("id")?;
        while build_part(db, org).await? {
            parts += 1;
            // Searches go on meanwhile, and without statistics each sorts a whole table.
            if parts.is_power_of_two() {
                db.engine().postgres()?.analyze().await?;
            }
        }
    }
    if parts > 0 { db.engine().postgres()?.analyze().await } else { Ok(()) }
}

const SET_PROGRESS: &str = "INSERT INTO search_progress (org_id, seq) VALUES ($1, $2) \
    ON CONFLICT (org_id) DO UPDATE SET seq = excluded.seq";

/// Lists the next part of an organization's texts. `false`: that was all. With the organization's lock, so that no text
/// goes meanwhile.
async fn build_part(db: &Db, org: OrgId) -> Result<bool> {
    let mut change = db.change(org).await?;
    let tx = change.tx();
    let head = head(&mut *tx, org).await?;
    let row =
        sql("SELECT seq FROM search_progress WHERE org_id = $1").bind(org.to_string()).fetch_optional(&mut *tx).await?;
    let done = row.map(|row| row.seq("seq")).transpose()?.unwrap_or(0);
    if done >= head {
        return Ok(false);
    }
    let until = head.min(done + WINDOW);
    list(tx, org, (done, until)).await?;
    sql(SET_PROGRESS).bind(org.to_string()).bind(int(until)).execute(change.tx()).await?;
    change.commit().await?;
    Ok(until < head)
}

/// Lists the texts of one organization after one place, up to another.
async fn list(tx: &mut Connection, org: OrgId, (after, until): (Seq, Seq)) -> Result<()> {
    for (index, select) in TEXTS {
        let listed = index.listed(tx, org, (after, until)).await?;
        let texts = sql(select).bind(org.to_string()).bind(int(after)).bind(int(until)).fetch_all(tx).await?;
        for text in texts {
            let seq = text.seq("seq")?;
            if !listed.contains(&seq) {
                index.add(tx, org, seq, &of_text(text.get("body")?)).await?;
            }
        }
    }
    let changed = sql(CHANGED_CONTACTS).bind(org.to_string()).bind(int(after)).bind(int(until)).fetch_all(tx).await?;
    for row in changed {
        contacts::list_for_search(tx, org, row.id("id")?).await?;
    }
    Ok(())
}
