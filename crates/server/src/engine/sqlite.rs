//! SQLite: opening and checking the file, one writer, and a pool of readers.

use super::BUSY_TIMEOUT;
use crate::{
    error::{Error, Result},
    overflow_padding, schema, sql,
};
use sqlx::{
    ConnectOptions as _, Connection as _, SqliteConnection, SqlitePool,
    pool::PoolConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use std::path::Path;

const READERS: u32 = 4;
/// Readers of their own for requests that read much.
const SEARCHERS: u32 = 2;
/// Versions before it can lose a commit: <https://sqlite.org/wal.html#walresetbug>.
const OLDEST_SQLITE: (u32, u32, u32) = (3, 51, 3);

/// The pools of an open file.
pub(crate) struct Sqlite {
    writer: SqlitePool,
    readers: SqlitePool,
    searchers: SqlitePool,
}

impl Sqlite {
    /// Opens or creates the file, migrates its schema and reads back every setting.
    pub(crate) async fn open(file: &Path) -> Result<Self> {
        make_private(file)?;
        let writer = pool(1, options(file)).await?;
        check_version(&writer).await?;
        schema::bring_up_to_date(&writer).await?;
        let readers = pool(READERS, options(file).pragma("query_only", "ON")).await?;
        let searchers = pool(SEARCHERS, options(file).pragma("query_only", "ON")).await?;
        Ok(Self { writer, readers, searchers })
    }

    /// The one write transaction, after those before it.
    pub(super) async fn begin(&self) -> sqlx::Result<sql::Connection> {
        Ok(sql::Connection::Sqlite(self.writer.begin_with("BEGIN IMMEDIATE").await?))
    }

    pub(super) async fn read(&self) -> sqlx::Result<sql::Connection> {
        Ok(sql::Connection::Sqlite(self.readers.begin().await?))
    }

    pub(super) async fn search(&self) -> sqlx::Result<sql::Connection> {
        Ok(sql::Connection::Sqlite(self.searchers.begin().await?))
    }

    /// The writer itself, for statements that can't run inside a transaction (the checkpoint).
    pub(crate) fn writer(&self) -> &SqlitePool {
        &self.writer
    }

    /// A connection of its own for [`crate::other_processes`].
    pub(crate) async fn reader(&self) -> Result<PoolConnection<sqlx::Sqlite>> {
        Ok(self.readers.acquire().await?)
    }

    pub(super) fn connections(&self) -> Vec<(&'static str, usize, usize)> {
        let pools = [("writers", &self.writer), ("readers", &self.readers), ("searchers", &self.searchers)];
        pools.map(|(name, pool)| (name, pool.size() as usize, pool.num_idle())).to_vec()
    }

    pub(super) fn is_closed(&self) -> bool {
        self.readers.is_closed()
    }

    pub(super) async fn close(&self) {
        self.readers.close().await;
        self.searchers.close().await;
        self.writer.close().await;
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn nobody_waits_longer_than_is_promised_for_a_turn_or_for_a_reader() {
        let folder = tempfile::tempdir().unwrap();
        let engine = Sqlite::open(&folder.path().join("sidenote.db")).await.unwrap();
        for pool in [&engine.writer, &engine.readers] {
            assert_eq!(pool.options().get_acquire_timeout(), BUSY_TIMEOUT);
            let busy: i64 = sqlx::query_scalar("PRAGMA busy_timeout").fetch_one(pool).await.unwrap();
            assert_eq!(u128::try_from(busy).unwrap(), BUSY_TIMEOUT.as_millis());
        }
    }
}
