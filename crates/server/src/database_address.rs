//! Where the database is: the value of `--db`.

use crate::{
    db::Db,
    error::{Error, Result},
    search_build,
};
use std::{ffi::OsString, path::PathBuf};
use url::Url;

/// A database file, or a database of a Postgres server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum DatabaseAddress {
    File(PathBuf),
    /// `postgres://user@host/name`, without a password.
    Postgres(String),
}

impl DatabaseAddress {
    /// # Errors
    /// When it looks like an address of Postgres and can't be read as one, or holds a password: everybody on the machine
    /// can see arguments.
    pub(crate) fn read(text: OsString) -> Result<Self, &'static str> {
        let address = match text.into_string() {
            Ok(text) if text.starts_with("postgres:") || text.starts_with("postgresql:") => text,
            Ok(text) => return Ok(Self::File(text.into())),
            Err(path) => return Ok(Self::File(path.into())),
        };
        let url = Url::parse(&address).map_err(|_| "a database of Postgres is like postgres://user@host/name")?;
        if url.password().is_some() || url.query_pairs().any(|(name, _)| name == "password") {
            return Err("everybody on this machine can see arguments: give the password in $PGPASSWORD or ~/.pgpass");
        }
        Ok(Self::Postgres(address))
    }

    /// Opens the database. A file is created if it doesn't exist.
    ///
    /// # Errors
    /// As [`Db::open`] and [`Db::connect`].
    pub(crate) async fn open(&self) -> Result<Db> {
        match self {
            Self::File(file) => with_index(Db::open(file).await?).await,
            Self::Postgres(address) => Db::connect(address).await,
        }
    }

    /// Opens a database that must exist.
    ///
    /// # Errors
    /// As [`Db::open_existing`] and [`Db::connect`].
    pub(crate) async fn open_existing(&self) -> Result<Db> {
        match self {
            Self::File(file) => with_index(Db::open_existing(file).await?).await,
            Self::Postgres(address) => Db::connect(address).await,
        }
    }

    /// The file.
    ///
    /// # Errors
    /// When it is a database of Postgres. `instead`: the sentence that says what to do.
    pub(crate) fn file(&self, instead: &str) -> Result<&PathBuf> {
        match self {
            Self::File(file) => Ok(file),
            Self::Postgres(_) => Err(Error::Setup(instead.to_owned())),
        }
    }
}

/// A file of a version before the search has no index.
async fn with_index(db: Db) -> Result<Db> {
    search_build::build_file(&db).await?;
    Ok(db)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<DatabaseAddress, &'static str> {
        DatabaseAddress::read(text.into())
    }

    #[test]
    fn an_address_of_postgres_is_known_by_its_beginning_and_all_else_is_a_file() {
        for address in ["postgres://sidenote@db.example/sidenote", "postgresql:///sidenote?sslmode=verify-full"] {
            assert_eq!(read(address), Ok(DatabaseAddress::Postgres(address.to_owned())));
        }
        for file in ["sidenote.db", "/var/lib/postgres.db", "postgres", ""] {
            assert_eq!(read(file), Ok(DatabaseAddress::File(file.into())));
        }
    }

    #[test]
    fn a_password_in_an_argument_is_refused() {
        for address in ["postgres://sidenote:secret@db.example/sidenote", "postgres://db/sidenote?password=secret"] {
            let refused = read(address).unwrap_err();
            assert!(refused.contains("PGPASSWORD") && !refused.contains("secret"), "{refused}");
        }
    }
}
