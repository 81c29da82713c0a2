//! Statements for both engines: one text, with `$1` … for its values, that SQLite and Postgres both take.
//!
//! ```text
//! let row = sql("SELECT name FROM org WHERE id = $1").bind(id.to_string()).fetch_one(reading).await?;
//! let name = row.text("name")?;
//! ```
//!
//! No text has a second form. What the engines do in different ways (opening, wake-ups, removal, backup) is in the
//! modules of one engine, which use its driver.

mod row;
mod server;
mod value;

pub(crate) use row::malformed;
pub use row::{Column, Row};
pub use server::Server;
pub use value::Value;
pub(crate) use value::int;

use chrono::{DateTime, Utc};
use futures::{StreamExt as _, TryFutureExt as _, TryStreamExt as _, stream::BoxStream};
use sqlx::{AssertSqlSafe, Postgres, SqlSafeStr, SqlStr, Sqlite, Transaction};

/// A transaction of one of the engines: what a statement runs on.
#[derive(Debug)]
pub enum Connection {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres { tx: Transaction<'static, Postgres>, server: Server, timeline: u32 },
}

impl Connection {
    /// The time, by the database's clock.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        match self {
            Self::Sqlite(_) => Utc::now(),
            Self::Postgres { server, .. } => server.now(),
        }
    }

    /// Postgres' timeline, of which the positions are that are read here.
    pub(crate) fn timeline(&self) -> Option<u32> {
        match self {
            Self::Sqlite(_) => None,
            Self::Postgres { timeline, .. } => Some(*timeline),
        }
    }

    /// # Errors
    /// When the database fails; then nothing was changed.
    pub async fn commit(self) -> sqlx::Result<()> {
        match self {
            Self::Sqlite(tx) => tx.commit().await,
            Self::Postgres { tx, server, .. } => server.in_time(tx.commit()).await,
        }
    }
}

/// A statement and its values.
#[derive(Debug)]
#[must_use]
pub struct Sql<'q> {
    text: SqlStr,
    values: Vec<Value<'q>>,
}

/// A statement that takes values as `$1` …, in the order in which they are bound.
pub fn sql<'q>(text: impl SqlSafeStr) -> Sql<'q> {
    Sql { text: text.into_sql_str(), values: Vec::new() }
}

/// Gives the engine's driver the statement with its values, and the engine's own connection; waits for the answer.
macro_rules! on_engine {
    ($sql:expr, $connection:expr, |$query:ident, $tx:ident, $row:ident| $answer:expr) => {{
        let Sql { text, values } = $sql;
        match $connection {
            Connection::Sqlite($tx) => {
                let ($query, $tx, $row) = (bound!(sqlx::query::<Sqlite>(text), values), &mut **$tx, Row::Sqlite);
                $answer.await
            }
            Connection::Postgres { tx: $tx, server, .. } => {
                let ($query, $tx, $row) = (bound!(sqlx::query::<Postgres>(text), values), &mut **$tx, Row::Postgres);
                server.in_time($answer).await
            }
        }
    }};
}

macro_rules! bound {
    ($query:expr, $values:expr) => {
        $values.iter().fold($query, |query, value| match value {
            Value::Int(number) => query.bind(*number),
            Value::Bool(flag) => query.bind(*flag),
            Value::Text(text) => query.bind(text.as_deref()),
            Value::Bytes(bytes) => query.bind(&**bytes),
        })
    };
}

impl<'q> Sql<'q> {
    /// Adds the next value.
    pub fn bind(mut self, value: impl Into<Value<'q>>) -> Self {
        self.values.push(value.into());
        self
    }

    /// Runs the statement; returns how many rows it has changed.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn execute(self, connection: &mut Connection) -> sqlx::Result<u64> {
        on_engine!(self, connection, |query, tx, _row| query.execute(tx).map_ok(|done| done.rows_affected()))
    }

    /// # Errors
    /// When there is no row, or the database fails.
    pub async fn fetch_one(self, connection: &mut Connection) -> sqlx::Result<Row> {
        on_engine!(self, connection, |query, tx, row| query.fetch_one(tx).map_ok(row))
    }

    /// # Errors
    /// When the database fails.
    pub async fn fetch_optional(self, connection: &mut Connection) -> sqlx::Result<Option<Row>> {
        on_engine!(self, connection, |query, tx, row| query.fetch_optional(tx).map_ok(|found| found.map(row)))
    }

    /// # Errors
    /// When the database fails.
    pub async fn fetch_all(self, connection: &mut Connection) -> sqlx::Result<Vec<Row>> {
        on_engine!(self, connection, |query, tx, row| query
            .fetch_all(tx)
            .map_ok(|rows| rows.into_iter().map(row).collect()))
    }

    /// The only column of the only row.
    ///
    /// # Errors
    /// When there is no row, it holds another type, or the database fails.
    pub async fn fetch_value<T: for<'r> Column<'r>>(self, connection: &mut Connection) -> sqlx::Result<T> {
        self.fetch_one(connection).await?.first()
    }

    /// The rows one after the other.
    pub fn fetch<'c>(self, connection: &'c mut Connection) -> BoxStream<'c, sqlx::Result<Row>>
    where
        'q: 'c,
    {
        let Sql { text, values } = self;
        match connection {
            Connection::Sqlite(tx) => {
                let query = bound!(sqlx::query::<Sqlite>(text), values);
                query.fetch(&mut **tx).map_ok(Row::Sqlite).boxed()
            }
            Connection::Postgres { tx, server, .. } => {
                let query = bound!(sqlx::query::<Postgres>(text), values);
                server.each_in_time(query.fetch(&mut **tx).map_ok(Row::Postgres)).boxed()
            }
        }
    }
}

/// A statement that is put together from parts. The parts are texts of this program; values are always bound.
#[derive(Debug)]
pub(crate) struct Builder<'q> {
    text: String,
    values: Vec<Value<'q>>,
}

impl<'q> Builder<'q> {
    pub(crate) fn new(text: &'static str) -> Self {
        Self { text: text.to_owned(), values: Vec::new() }
    }

    pub(crate) fn push(&mut self, text: &'static str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    pub(crate) fn push_bind(&mut self, value: impl Into<Value<'q>>) -> &mut Self {
        self.values.push(value.into());
        self.text.push_str(&format!("${}", self.values.len()));
        self
    }

    pub(crate) fn build(self) -> Sql<'q> {
        Sql { values: self.values, ..sql(AssertSqlSafe(self.text)) }
    }
}
