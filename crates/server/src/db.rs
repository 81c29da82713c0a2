//! The database: opening and checking the file, one writer, and a pool of readers.
//!
//! Nothing is changed here: every change goes through [`crate::change::Change`]. The SQL of the resources is in their
//! own files.

use crate::{
    change::Change,
    error::{Error, Result},
    overflow_padding, schema, secret,
    wake_ups::WakeUps,
};
use chrono::{DateTime, Utc};
use sqlx::{
    ConnectOptions as _, Connection as _, Row as _, Sqlite, SqliteConnection, SqlitePool, Transaction,
    pool::PoolConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteRow, SqliteSynchronous},
};
use std::{
    path::Path,
    str::FromStr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use wire::{OrgId, Position, Seq};

/// A read transaction: a snapshot of the database, until it is dropped. Keep it short: an open one delays the removal
/// of deleted text from the write-ahead log.
pub type ReadTx = Transaction<'static, Sqlite>;

/// How long to wait for a busy writer before the answer is 503.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
const READERS: u32 = 4;
/// Readers of their own for requests that read much.
const SEARCHERS: u32 = 2;
/// Versions before it can lose a commit: <https://sqlite.org/wal.html#walresetbug>.
const OLDEST_SQLITE: (u32, u32, u32) = (3, 51, 3);

/// The open database. Cheap to clone.
#[derive(Clone)]
pub struct Db {
    inner: Arc<Inner>,
}

struct Inner {
    writer: SqlitePool,
    readers: SqlitePool,
    searchers: SqlitePool,
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
        make_private(file)?;
        let writer = pool(1, options(file)).await?;
        check_version(&writer).await?;
        schema::bring_up_to_date(&writer).await?;
        let epoch = made_once(&writer, "epoch", secret::random_token(8)).await?;
        let keys = Keys {
            cursor: made_once(&writer, "cursor-key", secret::token()).await?,
            device: made_once(&writer, "device-key", secret::token()).await?,
            visitor: made_once(&writer, "visitor-key", secret::token()).await?,
            storage: made_once(&writer, "storage-key", secret::token()).await?,
        };
        let readers = pool(READERS, options(file).pragma("query_only", "ON")).await?;
        let searchers = pool(SEARCHERS, options(file).pragma("query_only", "ON")).await?;
        let wake_ups = WakeUps::default();
        Ok(Self {
            inner: Arc::new(Inner { writer, readers, searchers, epoch, keys, wake_ups, reads: AtomicU64::new(0) }),
        })
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
        let tx = self.inner.writer.begin_with("BEGIN IMMEDIATE").await?;
        Ok(Change::new(self.clone(), tx, org))
    }

    /// Begins a read transaction: all that is read through it is of one moment.
    ///
    /// # Errors
    /// When no reader is free or the database fails.
    pub async fn read(&self) -> Result<ReadTx> {
        self.inner.reads.fetch_add(1, Ordering::Relaxed);
        Ok(self.inner.readers.begin().await?)
    }

    /// The writer itself, for statements that can't run inside a transaction (the checkpoint).
    pub(crate) fn writer(&self) -> &SqlitePool {
        &self.inner.writer
    }

    /// The epoch: a random name for this database's order of changes. A restored backup gets a new one.
    #[must_use]
    pub fn epoch(&self) -> &str {
        &self.inner.epoch
    }

    pub(crate) fn keys(&self) -> &Keys {
        &self.inner.keys
    }

    /// The organization's position as of this read transaction.
    ///
    /// # Errors
    /// When the database fails or the organization doesn't exist.
    pub async fn as_of(&self, reading: &mut SqliteConnection, org: OrgId) -> Result<Position> {
        Ok(Position { epoch: self.epoch().to_owned(), seq: head(reading, org).await? })
    }

    pub(crate) fn wake_ups(&self) -> &WakeUps {
        &self.inner.wake_ups
    }

    /// As [`Db::read`], for a search: many at once wait for each other, and nobody else waits for them.
    ///
    /// # Errors
    /// As [`Db::read`].
    pub(crate) async fn search(&self) -> Result<ReadTx> {
        Ok(self.inner.searchers.begin().await?)
    }

    /// How many read transactions have begun since the database was opened.
    #[must_use]
    pub fn reads(&self) -> u64 {
        self.inner.reads.load(Ordering::Relaxed)
    }

    /// A connection of its own for [`crate::other_processes`].
    pub(crate) async fn reader(&self) -> Result<PoolConnection<Sqlite>> {
        Ok(self.inner.readers.acquire().await?)
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.inner.readers.is_closed()
    }

    /// Closes the file. Transactions that are not committed are rolled back.
    pub async fn close(&self) {
        self.inner.readers.close().await;
        self.inner.searchers.close().await;
        self.inner.writer.close().await;
    }
}

/// The organization's position: the `seq` of its last change.
///
/// # Errors
/// When the database fails or the organization doesn't exist.
pub async fn head(reading: &mut SqliteConnection, org: OrgId) -> Result<Seq> {
    let row = sqlx::query("SELECT seq FROM org WHERE id = ?").bind(org.to_string()).fetch_one(reading).await?;
    Ok(row.seq("seq")?)
}

/// Makes the file readable by its owner only, if it is there or not: it holds what people wrote. SQLite gives its side
/// files the same mode. A link is refused: who can replace it could choose the file.
pub(crate) fn make_private(file: &Path) -> Result<()> {
    match create_private(file) {
        Ok(_) => return Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(Error::Setup(format!("The database file can't be made: {error}."))),
    }
    let metadata = std::fs::symlink_metadata(file)?;
    if metadata.is_symlink() {
        return Err(Error::Setup(format!("{} is a link: name the file that it leads to.", file.display())));
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        if metadata.permissions().mode() & 0o077 != 0 {
            let private = std::fs::Permissions::from_mode(0o600);
            std::fs::set_permissions(file, private).map_err(|error| {
                Error::Setup(format!("{} can be read by others, and that can't be changed: {error}.", file.display()))
            })?;
        }
    }
    Ok(())
}

/// Creates a file that only its owner can read. Where anything is already, a link too, it fails.
pub(crate) fn create_private(file: &Path) -> std::io::Result<std::fs::File> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file)
}

fn options(file: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(file)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT)
        .pragma("secure_delete", "ON")
        .pragma("trusted_schema", "OFF")
        // Sorting must not write texts into temporary files.
        .pragma("temp_store", "MEMORY")
        // A row can be long: few are read ahead of the one that is used.
        .row_buffer_size(8)
        .disable_statement_logging()
}

async fn pool(size: u32, options: SqliteConnectOptions) -> Result<SqlitePool> {
    let pool = SqlitePoolOptions::new()
        .max_connections(size)
        .acquire_timeout(BUSY_TIMEOUT)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        // When a write fails for want of space, SQLite ends the transaction, but the driver takes it for open and can
        // never begin another. Such a connection is replaced.
        .before_acquire(|connection, _| Box::pin(async move { Ok(!connection.is_in_transaction()) }))
        .after_connect(|connection, _| Box::pin(async move { read_back(connection).await }))
        .connect_with(options)
        .await?;
    Ok(pool)
}

/// Reads back every setting on each connection: SQLite silently ignores a pragma that it doesn't know.
async fn read_back(connection: &mut SqliteConnection) -> sqlx::Result<()> {
    let journal: String = sqlx::query_scalar("PRAGMA journal_mode").fetch_one(&mut *connection).await?;
    let synchronous: i64 = sqlx::query_scalar("PRAGMA synchronous").fetch_one(&mut *connection).await?;
    let secure_delete: i64 = sqlx::query_scalar("PRAGMA secure_delete").fetch_one(&mut *connection).await?;
    let foreign_keys: i64 = sqlx::query_scalar("PRAGMA foreign_keys").fetch_one(&mut *connection).await?;
    let trusted_schema: i64 = sqlx::query_scalar("PRAGMA trusted_schema").fetch_one(&mut *connection).await?;
    let page_size: i64 = sqlx::query_scalar("PRAGMA page_size").fetch_one(&mut *connection).await?;
    let temp_store: i64 = sqlx::query_scalar("PRAGMA temp_store").fetch_one(&mut *connection).await?;
    let holds = journal == "wal"
        && (synchronous, secure_delete, foreign_keys, trusted_schema, temp_store) == (2, 1, 1, 0, 2)
        && usize::try_from(page_size) == Ok(overflow_padding::PAGE_SIZE);
    if holds { Ok(()) } else { Err(sqlx::Error::Configuration("a setting of the database does not hold".into())) }
}

async fn check_version(pool: &SqlitePool) -> Result<()> {
    let version: String = sqlx::query_scalar("SELECT sqlite_version()").fetch_one(pool).await?;
    let mut parts = version.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    let mut next = || parts.next().unwrap_or(0);
    if (next(), next(), next()) >= OLDEST_SQLITE {
        return Ok(());
    }
    let (major, minor, patch) = OLDEST_SQLITE;
    Err(Error::Setup(format!("SQLite {version} can lose data; {major}.{minor}.{patch} or newer is needed.")))
}

/// Reads a value that is created with the database and never changes.
async fn made_once(writer: &SqlitePool, key: &str, fresh: String) -> Result<String> {
    sqlx::query("INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO NOTHING")
        .bind(key)
        .bind(fresh)
        .execute(writer)
        .await?;
    Ok(sqlx::query_scalar("SELECT value FROM meta WHERE key = ?").bind(key).fetch_one(writer).await?)
}

/// Reads the forms that this database stores (ids as text, times as milliseconds) from a row.
pub(crate) trait Columns {
    fn id<T: FromStr>(&self, column: &str) -> sqlx::Result<T>;
    fn id_or_none<T: FromStr>(&self, column: &str) -> sqlx::Result<Option<T>>;
    /// A value of one of the contract's enumerations.
    fn word<T: FromStr>(&self, column: &str) -> sqlx::Result<T> {
        self.id(column)
    }
    fn seq(&self, column: &str) -> sqlx::Result<Seq>;
    fn time(&self, column: &str) -> sqlx::Result<DateTime<Utc>>;
    fn text(&self, column: &str) -> sqlx::Result<String>;
}

impl Columns for SqliteRow {
    fn id<T: FromStr>(&self, column: &str) -> sqlx::Result<T> {
        self.id_or_none(column)?.ok_or_else(|| malformed(column))
    }

    fn id_or_none<T: FromStr>(&self, column: &str) -> sqlx::Result<Option<T>> {
        let text: Option<&str> = self.try_get(column)?;
        text.map(|text| text.parse().map_err(|_| malformed(column))).transpose()
    }

    fn seq(&self, column: &str) -> sqlx::Result<Seq> {
        let number: i64 = self.try_get(column)?;
        u64::try_from(number).map_err(|_| malformed(column))
    }

    fn time(&self, column: &str) -> sqlx::Result<DateTime<Utc>> {
        let millis: i64 = self.try_get(column)?;
        DateTime::from_timestamp_millis(millis).ok_or_else(|| malformed(column))
    }

    fn text(&self, column: &str) -> sqlx::Result<String> {
        self.try_get(column)
    }
}

/// An error for a stored value that doesn't fit its column. It names the column, not the value.
pub(crate) fn malformed(column: &str) -> sqlx::Error {
    sqlx::Error::ColumnDecode { index: column.to_owned(), source: "malformed".into() }
}

/// A position as SQLite's integer. A position too large to be stored becomes the largest integer, which is past every
/// stored one.
pub(crate) fn int(seq: Seq) -> i64 {
    i64::try_from(seq).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn nobody_waits_longer_than_is_promised_for_a_turn_or_for_a_reader() {
        let folder = tempfile::tempdir().unwrap();
        let db = Db::open(&folder.path().join("sidenote.db")).await.unwrap();
        for pool in [&db.inner.writer, &db.inner.readers] {
            assert_eq!(pool.options().get_acquire_timeout(), BUSY_TIMEOUT);
            let busy: i64 = sqlx::query_scalar("PRAGMA busy_timeout").fetch_one(pool).await.unwrap();
            assert_eq!(u128::try_from(busy).unwrap(), BUSY_TIMEOUT.as_millis());
        }
    }
}
