//! A row of one of the engines, and the forms that this database stores: ids as text, times as milliseconds.

use chrono::{DateTime, Utc};
use sqlx::{ColumnIndex, Decode, Postgres, Row as _, Sqlite, Type, postgres::PgRow, sqlite::SqliteRow};
use std::str::FromStr;
use wire::Seq;

/// A type that a column of both engines can be read as.
pub trait Column<'r>: Decode<'r, Sqlite> + Type<Sqlite> + Decode<'r, Postgres> + Type<Postgres> {}
impl<'r, T: Decode<'r, Sqlite> + Type<Sqlite> + Decode<'r, Postgres> + Type<Postgres>> Column<'r> for T {}

/// A row of one of the engines. Every reader's error names the column, never its value.
#[derive(Debug)]
pub enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

impl Row {
    /// # Errors
    /// When there is no such column, or it holds another type.
    pub fn get<'r, T: Column<'r>>(&'r self, column: &str) -> sqlx::Result<T> {
        self.at(column)
    }

    /// The first column.
    ///
    /// # Errors
    /// When it holds another type.
    pub fn first<'r, T: Column<'r>>(&'r self) -> sqlx::Result<T> {
        self.at(0)
    }

    fn at<'r, T: Column<'r>>(&'r self, place: impl ColumnIndex<SqliteRow> + ColumnIndex<PgRow>) -> sqlx::Result<T> {
        match self {
            Self::Sqlite(row) => row.try_get(place),
            Self::Postgres(row) => row.try_get(place),
        }
    }

    /// # Errors
    /// When the column is absent, NULL, or not a valid id.
    pub fn id<T: FromStr>(&self, column: &str) -> sqlx::Result<T> {
        self.id_or_none(column)?.ok_or_else(|| malformed(column))
    }

    /// # Errors
    /// When the column is absent or not a valid id.
    pub fn id_or_none<T: FromStr>(&self, column: &str) -> sqlx::Result<Option<T>> {
        let text: Option<&str> = self.get(column)?;
        text.map(|text| text.parse().map_err(|_| malformed(column))).transpose()
    }

    /// A value of one of the contract's enumerations.
    ///
    /// # Errors
    /// When the column is absent, NULL, or none of its words.
    pub fn word<T: FromStr>(&self, column: &str) -> sqlx::Result<T> {
        self.id(column)
    }

    /// # Errors
    /// When the column is absent, NULL or negative.
    pub fn seq(&self, column: &str) -> sqlx::Result<Seq> {
        let number: i64 = self.get(column)?;
        u64::try_from(number).map_err(|_| malformed(column))
    }

    /// # Errors
    /// When the column is absent, NULL or no time.
    pub fn time(&self, column: &str) -> sqlx::Result<DateTime<Utc>> {
        let millis: i64 = self.get(column)?;
        DateTime::from_timestamp_millis(millis).ok_or_else(|| malformed(column))
    }

    /// # Errors
    /// When the column is absent or NULL.
    pub fn text(&self, column: &str) -> sqlx::Result<String> {
        self.get(column)
    }
}

/// An error for a stored value that doesn't fit its column. It names the column, not the value.
pub(crate) fn malformed(column: &str) -> sqlx::Error {
    sqlx::Error::ColumnDecode { index: column.to_owned(), source: "malformed".into() }
}
