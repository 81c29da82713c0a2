//! The database: opening it, changes one at a time, and reading.
//!
//! Nothing is changed here: every change goes through [`crate::change::Change`]. The SQL of the resources is in their
//! own files, in texts that both engines take ([`crate::sql`]). What the engines do in different ways is in a module of
//! each.

pub(crate) use crate::sql::int;
use crate::{
    change::Change,
    engine::{Engine, postgres::Postgres, sqlite::Sqlite},
    error::{Error, Result},
    secret,
    sql::{Connection, sql},
    wake_ups::WakeUps,
};
use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};
use wire::{OrgId, Position, Seq};

/// A read transaction: a snapshot of the database, until it is dropped. Keep it short: an open one delays the removal
/// of deleted text.
pub type ReadTx = Connection;

/// The open database. Cheap to clone.
#[derive(Clone)]
pub struct Db {
    inner: Arc<Inner>,
}

struct Inner {
    engine: Engine,
    /// What of the epoch is the database's own.
    epoch: String,
    keys: Keys,
    wake_ups: WakeUps,
    reads: AtomicU64,
}

/// The database's keys: each signs for one purpose, so that only what this database has signed is accepted.
pub(crate) struct Keys {
    pub(crate) cursor: String,
    /// For device cookies.
    pub(crate) device: String,
    /// For the tokens of the web chat's visitors.
    pub(crate) visitor: String,
    /// Each agent's storage key is derived from it. A restored backup keeps it: what an agent has typed and not sent can
    /// still be read.
    pub(crate) storage: String,
}

impl Db {
    /// Opens or creates the file, migrates its schema and reads back every setting.
    ///
    /// # Errors
    /// When the file can't be opened, a later version has used it, the SQLite is too old, or a setting doesn't read
    /// back as set.
    pub async fn open(file: &Path) -> Result<Self> {
        Self::over(Engine::Sqlite(Sqlite::open(file).await?)).await
    }

    /// Opens a database of a Postgres server, `postgres://user@host/name`, and migrates its schema.
    ///
    /// # Errors
    /// When the server can't be reached, is too old, or a later version of Sidenote has used the database.
    pub async fn connect(address: &str) -> Result<Self> {
        Self::over(Engine::Postgres(Postgres::open(address).await?)).await
    }

    async fn over(engine: Engine) -> Result<Self> {
        let mut change = engine.begin().await?;
        let epoch = made_once(&mut change, "epoch", secret::random_token(8)).await?;
        let keys = Keys {
            cursor: made_once(&mut change, "cursor-key", secret::token()).await?,
            device: made_once(&mut change, "device-key", secret::token()).await?,
            visitor: made_once(&mut change, "visitor-key", secret::token()).await?,
            storage: made_once(&mut change, "storage-key", secret::token()).await?,
        };
        change.commit().await?;
        let wake_ups = WakeUps::default();
        Ok(Self { inner: Arc::new(Inner { engine, epoch, keys, wake_ups, reads: AtomicU64::new(0) }) })
    }

    /// As [`Db::open`], but the database must exist.
    ///
    /// # Errors
    /// When it doesn't exist, or as [`Db::open`].
    pub async fn open_existing(file: &Path) -> Result<Self> {
        if !file.exists() {
            return Err(Error::Setup("There is no such database (--db).".to_owned()));
        }
        Self::open(file).await
    }

    /// Begins a change of an organization's data, after the changes before it: they run one at a time.
    ///
    /// # Errors
    /// `busy` when another change holds the writer for five seconds.
    pub async fn change(&self, org: OrgId) -> Result<Change> {
        let begun = self.inner.engine.change(org).await?;
        Ok(Change::new(self.clone(), begun, org))
    }

    /// Begins a read transaction: all that is read through it is of one moment.
    ///
    /// # Errors
    /// When no reader is free or the database fails.
    pub async fn read(&self) -> Result<ReadTx> {
        self.inner.reads.fetch_add(1, Ordering::Relaxed);
        Ok(self.inner.engine.read().await?)
    }

    /// SQLite's own, for what only it does.
    pub(crate) fn sqlite(&self) -> Result<&Sqlite> {
        let refused = || Error::Setup("This works on a database file (--db FILE) only.".to_owned());
        self.inner.engine.sqlite().ok_or_else(refused)
    }

    /// Checks that no command has the database for itself.
    ///
    /// # Errors
    /// When one has: the database is being copied or restored.
    pub(crate) async fn check_free(&self) -> Result<()> {
        match &self.inner.engine {
            // A command works on a copy of the file, or as its one writer.
            Engine::Sqlite(_) => Ok(()),
            Engine::Postgres(postgres) => postgres.check_free().await,
        }
    }

    /// The engine itself.
    pub(crate) fn engine(&self) -> &Engine {
        &self.inner.engine
    }

    /// The epoch: a name for this order of changes. A restored backup gets a new one. On Postgres the timeline is a part
    /// of it: when another server is promoted, commits may be lost, and their positions given to other changes.
    #[must_use]
    pub fn epoch(&self) -> String {
        self.epoch_of_timeline(self.inner.engine.timeline())
    }

    /// The epoch of the positions that are read here.
    pub(crate) fn epoch_of(&self, reading: &Connection) -> String {
        self.epoch_of_timeline(reading.timeline())
    }

    fn epoch_of_timeline(&self, timeline: Option<u32>) -> String {
        let ours = &self.inner.epoch;
        timeline.map_or_else(|| ours.clone(), |timeline| format!("{ours}t{timeline}"))
    }

    pub(crate) fn keys(&self) -> &Keys {
        &self.inner.keys
    }

    /// The organization's position as of this read transaction.
    ///
    /// # Errors
    /// When the database fails or the organization doesn't exist.
    pub async fn as_of(&self, reading: &mut Connection, org: OrgId) -> Result<Position> {
        Ok(Position { epoch: self.epoch_of(reading), seq: head(reading, org).await? })
    }

    pub(crate) fn wake_ups(&self) -> &WakeUps {
        &self.inner.wake_ups
    }

    /// As [`Db::read`], for a search: many at once wait for each other, and nobody else waits for them.
    ///
    /// # Errors
    /// As [`Db::read`].
    pub(crate) async fn search(&self) -> Result<ReadTx> {
        Ok(self.inner.engine.search().await?)
    }

    /// How many read transactions have begun since the database was opened.
    #[must_use]
    pub fn reads(&self) -> u64 {
        self.inner.reads.load(Ordering::Relaxed)
    }

    /// Asks the database something.
    ///
    /// # Errors
    /// When it can't answer.
    pub(crate) async fn answers(&self) -> Result<()> {
        sql("SELECT key FROM meta WHERE key = 'epoch'").fetch_one(&mut self.inner.engine.read().await?).await?;
        Ok(())
    }

    /// The connections of each pool: how many are open, and how many of them are idle.
    pub(crate) fn connections(&self) -> Vec<(&'static str, usize, usize)> {
        self.inner.engine.connections()
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.inner.engine.is_closed()
    }

    /// Closes the database. Transactions that are not committed are rolled back.
    pub async fn close(&self) {
        self.inner.engine.close().await;
    }
}

/// The organization's position: the `seq` of its last change.
///
/// # Errors
/// When the database fails or the organization doesn't exist.
pub async fn head(reading: &mut Connection, org: OrgId) -> Result<Seq> {
    let row = sql("SELECT seq FROM org WHERE id = $1").bind(org.to_string()).fetch_one(reading).await?;
    Ok(row.seq("seq")?)
}

/// Reads a value that is created with the database and never changes.
async fn made_once(change: &mut Connection, key: &str, fresh: String) -> Result<String> {
    sql("INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING")
        .bind(key)
        .bind(fresh)
        .execute(&mut *change)
        .await?;
    Ok(sql("SELECT value FROM meta WHERE key = $1").bind(key).fetch_value(change).await?)
}
