//! Backups: a copy of the database taken beside a running server, and the way back to one.
//!
//! A backup is from before some deletions, and deletion is final: whoever goes back to it brings the ledger of deletions
//! along. The ledger is the tombstones, which never held a text: those of the database that is replaced, or a list of them
//! that was kept elsewhere. Who was signed out, taken out or given another password since stays so too, as far as the
//! database that is replaced can still say it. And the order of changes begins anew (a new epoch), so that every client
//! forgets what it knew.

use crate::{
    db::{Columns as _, Db, make_private},
    error::{Error, Result},
    secret,
};
use chrono::Utc;
use sqlx::{Connection as _, SqliteConnection, sqlite::SqliteConnectOptions};
use std::{
    fmt,
    path::{Path, PathBuf},
};

/// The statements for one kind of note. The kinds have tables of the same form.
struct Kind {
    /// Its word in the ledger.
    word: &'static str,
    ledger: &'static str,
    delete: &'static str,
    bring_back: &'static str,
    forget_brought_back: &'static str,
    replay: &'static str,
    replay_line: &'static str,
}

macro_rules! kind {
    ($word:literal, $table:literal, $parent:literal) => {
        Kind {
            word: $word,
            ledger: concat!(
                "SELECT org_id, id, ",
                $parent,
                " AS parent, deleted_by FROM ",
                $table,
                "_tombstone ORDER BY org_id, id"
            ),
            delete: concat!(
                "DELETE FROM ",
                $table,
                " WHERE EXISTS (SELECT 1 FROM ",
                $table,
                "_tombstone t ",
                "WHERE t.org_id = ",
                $table,
                ".org_id AND t.id = ",
                $table,
                ".id)"
            ),
            bring_back: concat!(
                "UPDATE ",
                $table,
                " SET deleted_at = NULL WHERE deleted_at IS NOT NULL AND EXISTS ",
                "(SELECT 1 FROM old.",
                $table,
                " o WHERE o.org_id = ",
                $table,
                ".org_id AND o.id = ",
                $table,
                ".id ",
                "AND o.deleted_at IS NULL)"
            ),
            forget_brought_back: concat!(
                "DELETE FROM ",
                $table,
                "_tombstone WHERE EXISTS (SELECT 1 FROM ",
                $table,
                " n ",
                "WHERE n.org_id = ",
                $table,
                "_tombstone.org_id AND n.id = ",
                $table,
                "_tombstone.id ",
                "AND n.deleted_at IS NULL)"
            ),
            replay: concat!(
                "INSERT INTO ",
                $table,
                "_tombstone SELECT t.* FROM old.",
                $table,
                "_tombstone t ",
                "WHERE EXISTS (SELECT 1 FROM org WHERE org.id = t.org_id) ON CONFLICT DO NOTHING"
            ),
            replay_line: concat!(
                "INSERT INTO ",
                $table,
                "_tombstone (org_id, id, ",
                $parent,
                ", deleted_by, restorable_until, rev) ",
                "SELECT id, ?, ?, ?, ?, seq FROM org WHERE id = ? ON CONFLICT DO NOTHING"
            ),
        }
    };
}

const KINDS: [Kind; 2] = [
    kind!("contact-note", "contact_note", "contact_id"),
    kind!("conversation-note", "conversation_note", "conversation_id"),
];

/// Writes a copy of the database as of now into a new file, readable by its owner alone.
///
/// # Errors
/// When there is a file already, no such database, or no space.
pub async fn backup(file: &Path, to: &Path) -> Result<()> {
    if to.exists() {
        return Err(Error::Setup(format!("{} is there already; a backup is a new file.", to.display())));
    }
    let db = Db::open_existing(file).await?;
    make_private(to)?;
    let copied = sqlx::query("VACUUM INTO ?").bind(path(to)?).execute(db.writer()).await;
    db.close().await;
    copied?;
    Ok(())
}

/// The ledger of deletions: a line for each note that was deleted, of ids alone. To be kept apart from the database.
///
/// # Errors
/// When there is no such database.
pub async fn deletions(file: &Path) -> Result<String> {
    let db = Db::open_existing(file).await?;
    let mut ledger = String::new();
    for kind in KINDS {
        for row in sqlx::query(kind.ledger).fetch_all(&mut *db.read().await?).await? {
            let word = |column| row.text(column);
            ledger += &format!(
                "{} {} {} {} {}\n",
                kind.word,
                word("org_id")?,
                word("id")?,
                word("parent")?,
                word("deleted_by")?
            );
        }
    }
    db.close().await;
    Ok(ledger)
}

/// Where the deletions since the backup are known from, beside the database that is replaced.
pub enum Ledger {
    /// From that database alone.
    Replaced,
    /// From a list that [`deletions`] made.
    Listed(String),
    /// From nowhere: what was deleted since the backup comes back.
    Unknown,
}

/// What going back to a backup came to.
#[derive(Debug)]
pub struct Restored {
    /// Notes of the backup that had been deleted since.
    pub deleted: u64,
    /// Where the database that was there lies now.
    pub kept: Option<PathBuf>,
}

impl fmt::Display for Restored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "The backup is restored; {} of its notes had been deleted since and are gone.", self.deleted)?;
        if let Some(kept) = &self.kept {
            writeln!(f, "The database that was there is {}: remove it when it is no longer needed.", kept.display())?;
        }
        Ok(())
    }
}

/// Puts a backup in the place of the database. No server may be running on it.
///
/// # Errors
/// When a server is running, the backup isn't one, or nobody knows what was deleted since; then nothing is changed.
pub async fn restore(file: &Path, from: &Path, ledger: Ledger) -> Result<Restored> {
    check_backup(from).await?;
    let old = if file.exists() { retire(file).await? } else { None };
    if old.is_none() && matches!(ledger, Ledger::Replaced) {
        let why = "What was deleted since the backup is not known: there is no database to say it. Give the list \
            that `sidenote-server deletions` made (--deletions FILE), or let it come back (--without-deletions).";
        return Err(Error::Setup(why.to_owned()));
    }
    let new = beside(file, "restoring");
    make_private(&new)?;
    std::fs::copy(from, &new)?;
    let deleted = begin_anew(&new, old.as_deref(), ledger).await;
    let deleted = match deleted {
        Ok(deleted) => deleted,
        Err(error) => {
            let _gone = std::fs::remove_file(&new);
            return Err(error);
        }
    };
    let kept = if file.exists() { Some(beside(file, "replaced")) } else { None };
    if let Some(kept) = &kept {
        std::fs::rename(file, kept)?;
    }
    for side in ["-wal", "-shm"] {
        // Of a database that could not be opened any more.
        let _gone = std::fs::remove_file(beside_exactly(file, side));
    }
    std::fs::rename(&new, file)?;
    Ok(Restored { deleted, kept })
}

async fn check_backup(from: &Path) -> Result<()> {
    let not_one = || Error::Setup(format!("{} is no backup of Sidenote.", from.display()));
    let options = SqliteConnectOptions::new().filename(from).read_only(true);
    let mut backup = SqliteConnection::connect_with(&options).await.map_err(|_| not_one())?;
    let epoch: Option<String> = sqlx::query_scalar("SELECT value FROM meta WHERE key = 'epoch'")
        .fetch_optional(&mut backup)
        .await
        .map_err(|_| not_one())?;
    epoch.map(|_| ()).ok_or_else(not_one)
}

/// Makes sure that nobody has the database open, and that all of it is in its one file. `None`: it can't be read.
async fn retire(file: &Path) -> Result<Option<PathBuf>> {
    let Ok(mut old) = SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(file)).await else {
        return Ok(None);
    };
    // Only who is alone with it may change this.
    match sqlx::query_scalar::<_, String>("PRAGMA journal_mode = DELETE").fetch_one(&mut old).await {
        Ok(mode) if mode == "delete" => {}
        Ok(_) => return Err(in_use()),
        Err(sqlx::Error::Database(error)) if matches!(error.code().as_deref(), Some("5" | "261" | "517")) => {
            return Err(in_use());
        }
        Err(_) => return Ok(None),
    }
    old.close().await?;
    Ok(Some(file.to_owned()))
}

fn in_use() -> Error {
    Error::Setup("A server is running on this database: stop it first.".to_owned())
}

/// Replays what must not come back, and begins a new order of changes. Returns how many notes went.
async fn begin_anew(new: &Path, old: Option<&Path>, ledger: Ledger) -> Result<u64> {
    let db = Db::open(new).await?;
    let mut connection = db.writer().acquire().await?;
    if let Some(old) = old {
        sqlx::query("ATTACH DATABASE ? AS old").bind(path(old)?).execute(&mut *connection).await?;
    }
    let mut tx = connection.begin().await?;
    if old.is_some() {
        replay_people(&mut tx).await?;
        replay_notes(&mut tx).await?;
    } else {
        sqlx::query("DELETE FROM session").execute(&mut *tx).await?;
    }
    if let Ledger::Listed(lines) = &ledger {
        replay_lines(&mut tx, lines).await?;
    }
    let mut deleted = 0;
    for kind in KINDS {
        deleted += sqlx::query(kind.delete).execute(&mut *tx).await?.rows_affected();
    }
    for statement in ["DELETE FROM event", "DELETE FROM embed_token"] {
        sqlx::query(statement).execute(&mut *tx).await?;
    }
    for (key, value) in [("epoch", secret::word(8)), ("cursor-key", secret::token())] {
        sqlx::query("UPDATE meta SET value = ? WHERE key = ?").bind(value).bind(key).execute(&mut *tx).await?;
    }
    tx.commit().await?;
    if old.is_some() {
        sqlx::query("DETACH DATABASE old").execute(&mut *connection).await?;
    }
    // All of it into the one file, which is about to be renamed.
    sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&mut *connection).await?;
    drop(connection);
    db.close().await;
    Ok(deleted)
}

/// Whoever was taken out, signed out or given another password since stays so; so do keys and origins that are gone.
async fn replay_people(tx: &mut SqliteConnection) -> Result<()> {
    for statement in [
        // Numbers of the order are never given twice.
        "UPDATE org SET seq = MAX(seq, COALESCE((SELECT o.seq FROM old.org o WHERE o.id = org.id), 0))",
        "UPDATE agent SET (password_hash, removed_at) = (SELECT o.password_hash, o.removed_at FROM old.agent o \
         WHERE o.org_id = agent.org_id AND o.id = agent.id) WHERE EXISTS (SELECT 1 FROM old.agent o \
         WHERE o.org_id = agent.org_id AND o.id = agent.id)",
        "DELETE FROM session",
        "INSERT INTO session SELECT s.* FROM old.session s WHERE EXISTS (SELECT 1 FROM agent a \
         WHERE a.org_id = s.org_id AND a.id = s.agent_id)",
        "DELETE FROM embed_token",
        "DELETE FROM embed_key WHERE NOT EXISTS (SELECT 1 FROM old.embed_key o WHERE o.key_hash = embed_key.key_hash)",
        "DELETE FROM embed_origin WHERE NOT EXISTS (SELECT 1 FROM old.embed_origin o \
         WHERE o.org_id = embed_origin.org_id AND o.origin = embed_origin.origin)",
    ] {
        sqlx::query(statement).execute(&mut *tx).await?;
    }
    Ok(())
}

/// Deletions since the backup, and what was brought back since.
async fn replay_notes(tx: &mut SqliteConnection) -> Result<()> {
    for kind in KINDS {
        for statement in [kind.bring_back, kind.forget_brought_back, kind.replay] {
            sqlx::query(statement).execute(&mut *tx).await?;
        }
    }
    Ok(())
}

async fn replay_lines(tx: &mut SqliteConnection, lines: &str) -> Result<()> {
    for (number, line) in lines.lines().enumerate() {
        let words: Vec<&str> = line.split(' ').collect();
        let kind = KINDS.iter().find(|kind| words.first() == Some(&kind.word));
        let (Some(kind), [_, org, id, belongs_to, by]) = (kind, &words[..]) else {
            return Err(Error::Setup(format!("Line {} of the list of deletions can't be read.", number + 1)));
        };
        sqlx::query(kind.replay_line)
            .bind(id)
            .bind(belongs_to)
            .bind(by)
            .bind(Utc::now().timestamp_millis())
            .bind(org)
            .execute(&mut *tx)
            .await?;
    }
    Ok(())
}

/// A file of another purpose beside this one, whose name nobody has: `FILE.PURPOSE`, `FILE.PURPOSE-2`, …
fn beside(file: &Path, purpose: &str) -> PathBuf {
    let nth = |n: usize| if n == 1 { format!(".{purpose}") } else { format!(".{purpose}-{n}") };
    let mut candidates = (1..).map(|n| beside_exactly(file, &nth(n)));
    candidates.find(|candidate| !candidate.exists()).expect("there is always another number")
}

fn beside_exactly(file: &Path, end: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(end);
    name.into()
}

fn path(file: &Path) -> Result<String> {
    file.to_str().map(str::to_owned).ok_or_else(|| Error::Setup("A file's name must be text.".to_owned()))
}
