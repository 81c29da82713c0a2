//! The tables that are copied, with their columns as Postgres describes them.

use crate::{
    error::Result,
    sql::{Connection, Row, Value, malformed, sql},
};

/// Each after those that it refers to. `meta` is copied apart; what is of Postgres alone is not copied.
pub(super) const TABLES: [&str; 32] = [
    "org",
    "agent",
    "session",
    "channel",
    "contact",
    "contact_address",
    "contact_merge",
    "tag",
    "contact_tag",
    "contact_list",
    "contact_list_member",
    "conversation",
    "message",
    "attachment",
    "contact_note",
    "contact_note_body",
    "contact_note_tombstone",
    "conversation_note",
    "conversation_note_body",
    "conversation_note_tombstone",
    "contact_tombstone",
    "read_mark",
    "seen_mark",
    "event",
    "activity",
    "visitor",
    "embed_key",
    "embed_origin",
    "embed_token",
    "invitation",
    "bulk_change",
    "bulk_item",
];

/// The type of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Int,
    Bool,
    Text,
    Bytes,
}

impl Kind {
    /// The column's value.
    pub(super) fn read(self, row: &Row, column: &str) -> sqlx::Result<Value<'static>> {
        Ok(match self {
            Self::Int => Value::from(row.get::<Option<i64>>(column)?),
            Self::Bool => Value::from(row.get::<bool>(column)?),
            Self::Text => Value::from(row.get::<Option<String>>(column)?),
            Self::Bytes => Value::from(row.get::<Vec<u8>>(column)?),
        })
    }
}

/// A table: its columns in order, and those of its primary key.
pub(super) struct Table {
    pub(super) name: &'static str,
    pub(super) columns: Vec<(String, Kind)>,
    key: Vec<String>,
}

const COLUMNS: &str = "SELECT column_name::text AS name, data_type::text AS kind FROM information_schema.columns \
    WHERE table_schema = current_schema() AND table_name = $1 ORDER BY ordinal_position";

const KEY: &str = "SELECT a.attname::text AS name FROM pg_index i \
    JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey) \
    WHERE i.indrelid = to_regclass($1) AND i.indisprimary ORDER BY array_position(i.indkey::int2[], a.attnum)";

impl Table {
    /// `postgres`: the database that describes the table; both have the same columns.
    pub(super) async fn read(name: &'static str, postgres: &mut Connection) -> Result<Self> {
        let kind = |row: &Row| match row.text("kind")?.as_str() {
            "bigint" => Ok((row.text("name")?, Kind::Int)),
            "boolean" => Ok((row.text("name")?, Kind::Bool)),
            "text" => Ok((row.text("name")?, Kind::Text)),
            "bytea" => Ok((row.text("name")?, Kind::Bytes)),
            _ => Err(malformed("kind")),
        };
        let columns = sql(COLUMNS).bind(name).fetch_all(postgres).await?;
        let key = sql(KEY).bind(name).fetch_all(postgres).await?;
        Ok(Self {
            name,
            columns: columns.iter().map(kind).collect::<sqlx::Result<_>>()?,
            key: key.iter().map(|row| row.text("name")).collect::<sqlx::Result<_>>()?,
        })
    }

    fn names(&self) -> String {
        self.columns.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ")
    }

    pub(super) fn count(&self) -> String {
        format!("SELECT COUNT(*) FROM {}", self.name)
    }

    /// Every row, in the order of the key.
    pub(super) fn select(&self) -> String {
        format!("SELECT {} FROM {} ORDER BY {}", self.names(), self.name, self.key.join(", "))
    }

    /// Inserts so many rows.
    pub(super) fn insert(&self, rows: usize) -> String {
        let width = self.columns.len();
        let row = |nth: usize| {
            let values: Vec<String> = (1..=width).map(|column| format!("${}", nth * width + column)).collect();
            format!("({})", values.join(", "))
        };
        let rows: Vec<String> = (0..rows).map(row).collect();
        format!("INSERT INTO {} ({}) VALUES {}", self.name, self.names(), rows.join(", "))
    }

    /// The values that must be the same: all but the padding, which each engine has in its own way.
    pub(super) fn compared(&self, row: &Row) -> Result<Vec<Value<'static>>> {
        let columns = self.columns.iter().filter(|(_, kind)| *kind != Kind::Bytes);
        Ok(columns.map(|(column, kind)| kind.read(row, column)).collect::<sqlx::Result<_>>()?)
    }
}
