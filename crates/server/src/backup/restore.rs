//! Restores a backup: replays the deletions since, starts a new epoch, and replaces the database file.

use super::{KINDS, erasures, path};
use crate::{
    copy,
    db::Db,
    engine::sqlite::{create_private, make_private},
    error::{Error, Result},
    purge::{ask_for_rewrite, purge},
    schema, search_build, secret,
    sql::{Connection, sql},
};
use chrono::Utc;
use sqlx::{Connection as _, SqliteConnection, sqlite::SqliteConnectOptions};
use std::{
    fmt,
    path::{Path, PathBuf},
};

/// The source of the deletions since the backup, in addition to the database that is replaced.
pub enum Ledger {
    /// That database alone.
    Replaced,
    /// A list that [`deletions`] made.
    Listed(String),
    /// None: notes that were deleted since the backup come back.
    Unknown,
}

/// The result of a restore.
#[derive(Debug)]
pub struct Restored {
    /// How many notes of the backup had been deleted since.
    pub deleted: u64,
    /// How many contacts of the backup had been erased since.
    pub erased: u64,
    /// The new path of the database that was replaced.
    pub kept: Option<PathBuf>,
}

impl fmt::Display for Restored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "The backup is restored; {} of its notes had been deleted since and are gone.", self.deleted)?;
        if self.erased > 0 {
            writeln!(f, "{} of its contacts had been erased since and are erased in it.", self.erased)?;
        }
        if let Some(kept) = &self.kept {
            writeln!(f, "The database that was there is {}: remove it when it is no longer needed.", kept.display())?;
        }
        Ok(())
    }
}

/// Replaces the database by a backup. No server may be running on it.
///
/// Both files may have an earlier schema: the work is done on a copy of each, which is migrated first.
///
/// # Errors
/// When a server is running, the file is no backup, either file belongs to a later version, or the deletions since the
/// backup are unknown; then nothing is changed.
pub async fn restore(file: &Path, from: &Path, ledger: Ledger) -> Result<Restored> {
    check_backup(from).await?;
    if file.exists() {
        make_private(file)?;
    }
    let is_readable = file.exists() && retire(file).await?;
    if !is_readable && matches!(ledger, Ledger::Replaced) {
        return Err(unknown_deletions());
    }
    let old = if is_readable { Some(Copy::of(file, beside(file, "replaying")).await?) } else { None };
    let new = Copy::of(from, beside(file, "restoring")).await?;
    let (deleted, erased) = start_new_epoch(&new.0, old.as_ref().map(|old| old.0.as_path()), ledger).await?;
    let kept = if file.exists() { Some(beside(file, "replaced")) } else { None };
    if let Some(kept) = &kept {
        std::fs::rename(file, kept)?;
    }
    // They belong to a database that could not be opened any more.
    remove_side_files(file);
    std::fs::rename(&new.0, file)?;
    Ok(Restored { deleted, erased, kept })
}

fn unknown_deletions() -> Error {
    let why = "What was deleted since the backup is not known: there is no database to say it. Give the list \
        that `sidenote-server deletions` made (--deletions FILE), or let it come back (--without-deletions).";
    Error::Setup(why.to_owned())
}

/// A migrated copy of a database that only its owner can read. Removed on drop, unless it was renamed.
pub(super) struct Copy(pub(super) PathBuf);

impl Copy {
    async fn of(file: &Path, to: PathBuf) -> Result<Self> {
        // Not `fs::copy`, which copies the mode too.
        let mut content = create_private(&to)?;
        let copy = Self(to);
        std::io::copy(&mut std::fs::File::open(file)?, &mut content)?;
        drop(content);
        Db::open(&copy.0).await?.close().await;
        Ok(copy)
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        remove(&self.0);
    }
}

/// Removes a database file.
pub(crate) fn remove(file: &Path) {
    let _gone = std::fs::remove_file(file);
    remove_side_files(file);
}

fn remove_side_files(file: &Path) {
    for side in ["-wal", "-shm"] {
        let _gone = std::fs::remove_file(beside_exactly(file, side));
    }
}

async fn check_backup(from: &Path) -> Result<()> {
    let not_one = || Error::Setup(format!("{} is no backup of Sidenote.", from.display()));
    let options = SqliteConnectOptions::new().filename(from).read_only(true);
    let mut backup = SqliteConnection::connect_with(&options).await.map_err(|_| not_one())?;
    let epoch: Option<String> = sqlx::query_scalar("SELECT value FROM meta WHERE key = 'epoch'")
        .fetch_optional(&mut backup)
        .await
        .map_err(|_| not_one())?;
    epoch.ok_or_else(not_one)?;
    let checked = schema::check(&mut backup, "This backup").await;
    backup.close().await?;
    checked
}

/// Makes sure that nobody has the database open, and that its one file holds all of it. `false`: it can't be read.
async fn retire(file: &Path) -> Result<bool> {
    let Ok(mut old) = SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(file)).await else {
        return Ok(false);
    };
    match schema::check(&mut old, "The database that is there").await {
        Err(later @ Error::Setup(_)) => {
            old.close().await?;
            return Err(later);
        }
        Err(_) => return Ok(false),
        Ok(()) => {}
    }
    // SQLite allows this only while no other connection is open.
    match sqlx::query_scalar::<_, String>("PRAGMA journal_mode = DELETE").fetch_one(&mut old).await {
        Ok(mode) if mode == "delete" => {}
        Ok(_) => return Err(in_use()),
        Err(sqlx::Error::Database(error)) if matches!(error.code().as_deref(), Some("5" | "261" | "517")) => {
            return Err(in_use());
        }
        Err(_) => return Ok(false),
    }
    old.close().await?;
    Ok(true)
}

/// Checks that nobody has the database file open.
pub(crate) async fn check_unused(file: &Path) -> Result<()> {
    if file.exists() {
        retire(file).await?;
    }
    Ok(())
}

fn in_use() -> Error {
    Error::Setup("A server is running on this database: stop it first.".to_owned())
}

/// Replays deletions and sign-outs, and starts a new epoch. Returns how many notes were deleted and contacts erased.
async fn start_new_epoch(new: &Path, old: Option<&Path>, ledger: Ledger) -> Result<(u64, u64)> {
    let db = Db::open(new).await?;
    search_build::build_file(&db).await?;
    if let Some(old) = old {
        // There is one writer: the change below has the other file too.
        sqlx::query("ATTACH DATABASE ? AS old").bind(path(old)?).execute(db.sqlite()?.writer()).await?;
    }
    let (deleted, erased) = replay_changes(&db, old.is_some(), &ledger).await?;
    if old.is_some() {
        sqlx::query("DETACH DATABASE old").execute(db.sqlite()?.writer()).await?;
    }
    let erased = erasures::replay(&db, &erased).await?;
    search_build::again(&db).await?;
    // Moves everything into the one file, which is about to be renamed.
    sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(db.sqlite()?.writer()).await?;
    db.close().await;
    Ok((deleted, erased))
}

/// Replays deletions into a database of Postgres that its own tools have restored, and starts a new epoch. No node may
/// be running on it.
///
/// # Errors
/// When a node is running, or the deletions since the backup are unknown; then nothing is changed.
pub async fn replay(db: Db, ledger: Ledger) -> Result<Restored> {
    if matches!(ledger, Ledger::Replaced) {
        return Err(unknown_deletions());
    }
    let _alone = copy::alone(&db).await?;
    let (deleted, erased) = replay_changes(&db, false, &ledger).await?;
    let erased = erasures::replay(&db, &erased).await?;
    search_build::again(&db).await?;
    // What is held back, a server removes when it runs.
    purge(&db, true).await?;
    db.close().await;
    Ok(Restored { deleted, erased, kept: None })
}

/// Replays deletions and sign-outs, and starts a new epoch, in one change. Returns how many notes were deleted, and the
/// contacts who are to be erased. `has_old`: the database that is replaced is there as `old`.
async fn replay_changes(db: &Db, has_old: bool, ledger: &Ledger) -> Result<(u64, Vec<erasures::Erasure>)> {
    let mut tx = db.engine().begin().await?;
    let mut erased = Vec::new();
    if has_old {
        replay_people(&mut tx).await?;
        replay_notes(&mut tx).await?;
        erased = erasures::of_replaced(&mut tx).await?;
    } else {
        sql("DELETE FROM session").execute(&mut tx).await?;
    }
    if let Ledger::Listed(lines) = ledger {
        let (listed, lines) = erasures::of_list(lines)?;
        erased.extend(listed);
        replay_lines(&mut tx, &lines).await?;
    }
    let mut deleted = 0;
    for kind in KINDS {
        deleted += sql(kind.delete).execute(&mut tx).await?;
    }
    for statement in ["DELETE FROM event", "DELETE FROM embed_token"] {
        sql(statement).execute(&mut tx).await?;
    }
    for (key, value) in [("epoch", secret::random_token(8)), ("cursor-key", secret::token())] {
        sql("UPDATE meta SET value = $1 WHERE key = $2").bind(value).bind(key).execute(&mut tx).await?;
    }
    if let Connection::Postgres { .. } = tx {
        ask_for_rewrite(&mut tx).await?;
    }
    tx.commit().await?;
    Ok((deleted, erased))
}

const REPLAY_PEOPLE: [&str; 7] = [
    // A `seq` is never given twice.
    "UPDATE org SET seq = MAX(seq, COALESCE((SELECT o.seq FROM old.org o WHERE o.id = org.id), 0))",
    "UPDATE agent SET (password_hash, removed_at) = (SELECT o.password_hash, o.removed_at FROM old.agent o \
     WHERE o.org_id = agent.org_id AND o.id = agent.id) WHERE EXISTS (SELECT 1 FROM old.agent o \
     WHERE o.org_id = agent.org_id AND o.id = agent.id)",
    "DELETE FROM session",
    "INSERT INTO session (token_hash, org_id, agent_id, created_at, last_used_at) \
     SELECT s.token_hash, s.org_id, s.agent_id, s.created_at, s.last_used_at FROM old.session s \
     WHERE EXISTS (SELECT 1 FROM agent a WHERE a.org_id = s.org_id AND a.id = s.agent_id)",
    "DELETE FROM embed_token",
    "DELETE FROM embed_key WHERE NOT EXISTS (SELECT 1 FROM old.embed_key o WHERE o.key_hash = embed_key.key_hash)",
    "DELETE FROM embed_origin WHERE NOT EXISTS (SELECT 1 FROM old.embed_origin o \
     WHERE o.org_id = embed_origin.org_id AND o.origin = embed_origin.origin)",
];

/// Replays removed agents, sign-outs and changed passwords, and removes the keys and origins that are gone.
async fn replay_people(tx: &mut Connection) -> Result<()> {
    for statement in REPLAY_PEOPLE {
        sql(statement).execute(&mut *tx).await?;
    }
    Ok(())
}

/// Replays the deletions since the backup, and the restorations of notes.
async fn replay_notes(tx: &mut Connection) -> Result<()> {
    for kind in KINDS {
        for statement in [kind.bring_back, kind.delete_restored_tombstones, kind.replay] {
            sql(statement).execute(&mut *tx).await?;
        }
    }
    Ok(())
}

async fn replay_lines(tx: &mut Connection, lines: &[erasures::Line<'_>]) -> Result<()> {
    for (number, line) in lines {
        let words: Vec<&str> = line.split(' ').collect();
        let kind = KINDS.iter().find(|kind| words.first() == Some(&kind.word));
        let (Some(kind), [_, org, id, belongs_to, by]) = (kind, &words[..]) else {
            return Err(Error::Setup(format!("Line {} of the list of deletions can't be read.", number)));
        };
        sql(kind.replay_line)
            .bind(*id)
            .bind(*belongs_to)
            .bind(*by)
            .bind(Utc::now().timestamp_millis())
            .bind(*org)
            .execute(&mut *tx)
            .await?;
    }
    Ok(())
}

/// A path beside this file that doesn't exist yet: `FILE.PURPOSE`, `FILE.PURPOSE-2`, …
pub(super) fn beside(file: &Path, purpose: &str) -> PathBuf {
    let nth = |n: usize| if n == 1 { format!(".{purpose}") } else { format!(".{purpose}-{n}") };
    let mut candidates = (1..).map(|n| beside_exactly(file, &nth(n)));
    candidates.find(|candidate| candidate.symlink_metadata().is_err()).expect("there is always another number")
}

fn beside_exactly(file: &Path, end: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(end);
    name.into()
}
