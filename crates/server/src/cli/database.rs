//! `--db`, the same for every command.

use crate::database_address::DatabaseAddress;
use clap::{
    Args,
    builder::{OsStringValueParser, TypedValueParser},
};
use std::ops::Deref;

/// What to do instead of `backup` on Postgres.
pub(super) const BACKUP_OF_POSTGRES: &str = "A backup of Postgres is made with its own tools (pg_dump, pg_basebackup); \
    keep what `deletions` prints with it.";

/// Reads an address of a database.
pub(super) fn parser() -> impl TypedValueParser<Value = DatabaseAddress> {
    OsStringValueParser::new().try_map(DatabaseAddress::read)
}

#[derive(Debug, Args)]
pub(super) struct Database {
    /// The database: a file, or postgres://user@host/name (the password is read from $PGPASSWORD or ~/.pgpass).
    #[arg(long, value_name = "FILE|ADDRESS", value_parser = parser())]
    db: DatabaseAddress,
}

impl Deref for Database {
    type Target = DatabaseAddress;

    fn deref(&self) -> &DatabaseAddress {
        &self.db
    }
}
