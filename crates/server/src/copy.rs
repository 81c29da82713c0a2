//! Moves everything from a database file to Postgres, or back: copied, compared row by row, and committed as a whole.
//!
//! The new database is a new order of changes: it gets an epoch of its own, so that every open page starts over.

mod tables;

use crate::{
    backup,
    database_address::DatabaseAddress,
    db::Db,
    engine::Engine,
    error::{Error, Result},
    overflow_padding, search_build,
    sql::{Connection, Row, Value, sql},
};
use futures::TryStreamExt as _;
use sqlx::AssertSqlSafe;
use std::fmt;
use tables::{Kind, TABLES, Table};

/// Rows that are inserted together. No table has so many columns that their values were too many for a statement.
const ROWS_AT_ONCE: usize = 200;
/// Keys of `meta` that say something of one database only.
const OF_ONE_DATABASE: [&str; 3] = ["epoch", "rewrite-due", "search-index"];

/// What was copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Copied {
    pub(crate) tables: usize,
    pub(crate) rows: u64,
}

impl fmt::Display for Copied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} rows of {} tables are copied, and each was compared.", self.rows, self.tables)
    }
}

/// Copies a database to another place, which must be empty. No server may be running on either. `progress` is told a
/// table's name, how many rows are copied and how many there are.
///
/// # Errors
/// When a server is running, the other place is not empty, both are files, or a row is not the same afterwards; then
/// nothing is written.
pub(crate) async fn copy(
    from: &DatabaseAddress,
    to: &DatabaseAddress,
    progress: impl FnMut(&str, u64, u64),
) -> Result<Copied> {
    if let (DatabaseAddress::File(_), DatabaseAddress::File(_)) = (from, to) {
        return Err(Error::Setup("A file is copied to another one by `backup`.".to_owned()));
    }
    if let DatabaseAddress::File(file) = to
        && file.exists()
    {
        return Err(Error::Setup(format!("{} is there already; a copy is a new file.", file.display())));
    }
    if let DatabaseAddress::File(file) = from {
        backup::check_unused(file).await?;
    }
    let source = from.open_existing().await?;
    let alone = alone(&source).await?;
    let target = to.open().await?;
    let copied = into_empty(&source, &target, progress).await;
    target.close().await;
    source.close().await;
    drop(alone);
    if let (Err(_), DatabaseAddress::File(file)) = (&copied, to) {
        backup::remove(file);
    }
    copied
}

/// Keeps nodes from starting on a database of Postgres, while it is held.
pub(crate) async fn alone(db: &Db) -> Result<Option<sqlx::PgConnection>> {
    match db.engine() {
        Engine::Sqlite(_) => Ok(None),
        Engine::Postgres(postgres) => Ok(Some(postgres.alone().await?)),
    }
}

async fn into_empty(source: &Db, target: &Db, mut progress: impl FnMut(&str, u64, u64)) -> Result<Copied> {
    let _alone = alone(target).await?;
    // The one writer, or with the tables of organizations locked: nobody changes anything meanwhile.
    let (mut from, mut to) = (locked(source).await?, locked(target).await?);
    if sql("SELECT EXISTS (SELECT 1 FROM org)").fetch_value(&mut to).await? {
        return Err(Error::Setup("The other database (--to) is not empty.".to_owned()));
    }
    let mut rows = copy_meta(&mut from, &mut to).await?;
    for name in TABLES {
        let table = Table::read(name, if let Connection::Postgres { .. } = from { &mut from } else { &mut to }).await?;
        rows += copy_table(&table, &mut from, &mut to, &mut progress).await?;
        compare(&table, &mut from, &mut to).await?;
    }
    to.commit().await?;
    search_build::again(target).await?;
    if let Engine::Postgres(postgres) = target.engine() {
        postgres.analyze().await?;
    }
    Ok(Copied { tables: TABLES.len() + 1, rows })
}

async fn locked(db: &Db) -> Result<Connection> {
    let mut tx = db.engine().begin().await?;
    if let Connection::Postgres { .. } = tx {
        sql("LOCK TABLE org IN EXCLUSIVE MODE").execute(&mut tx).await?;
    }
    Ok(tx)
}

/// The keys: what was signed stays valid.
async fn copy_meta(from: &mut Connection, to: &mut Connection) -> Result<u64> {
    let mut rows = 0;
    for row in sql("SELECT key, value FROM meta").fetch_all(from).await? {
        let (key, value) = (row.text("key")?, row.text("value")?);
        if OF_ONE_DATABASE.contains(&key.as_str()) {
            continue;
        }
        sql("INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value")
            .bind(key)
            .bind(value)
            .execute(to)
            .await?;
        rows += 1;
    }
    Ok(rows)
}

async fn copy_table(
    table: &Table,
    from: &mut Connection,
    to: &mut Connection,
    progress: &mut impl FnMut(&str, u64, u64),
) -> Result<u64> {
    let all = i64::cast_unsigned(sql(AssertSqlSafe(table.count())).fetch_value(from).await?);
    let mut copied = 0;
    let mut rows = sql(AssertSqlSafe(table.select())).fetch(from).try_chunks(ROWS_AT_ONCE);
    while let Some(some) = rows.try_next().await.map_err(|error| error.1)? {
        let mut insert = sql(AssertSqlSafe(table.insert(some.len())));
        for row in &some {
            for value in values(table, row, to)? {
                insert = insert.bind(value);
            }
        }
        insert.execute(to).await.map_err(|error| cannot_copy(table, &error))?;
        copied += some.len() as u64;
        progress(table.name, copied, all);
    }
    Ok(copied)
}

/// The values of a row, as the other engine stores them.
fn values(table: &Table, row: &Row, to: &Connection) -> Result<Vec<Value<'static>>> {
    let value = |(column, kind): &(String, Kind)| match kind {
        // The padding of SQLite's rows.
        Kind::Bytes => Ok(Value::Bytes(overflow_padding::before(to, &row.text("body")?))),
        _ => kind.read(row, column),
    };
    Ok(table.columns.iter().map(value).collect::<sqlx::Result<_>>()?)
}

/// Reads both tables in the order of their keys.
async fn compare(table: &Table, from: &mut Connection, to: &mut Connection) -> Result<()> {
    let mut here = sql(AssertSqlSafe(table.select())).fetch(from);
    let mut there = sql(AssertSqlSafe(table.select())).fetch(to);
    loop {
        let (one, other) = (here.try_next().await?, there.try_next().await?);
        let is_same = match (&one, &other) {
            (None, None) => return Ok(()),
            (Some(one), Some(other)) => table.compared(one)? == table.compared(other)?,
            _ => false,
        };
        if !is_same {
            let name = table.name;
            return Err(Error::Setup(format!("A row of {name} is not the same in the copy. Nothing was written.")));
        }
    }
}

fn cannot_copy(table: &Table, error: &sqlx::Error) -> Error {
    // Not the database's own words, which may repeat values.
    let code = error.as_database_error().and_then(|error| error.code()).unwrap_or_default();
    Error::Setup(format!("Rows of {} can't be written ({code}). Nothing was written.", table.name))
}
