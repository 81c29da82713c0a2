//! The two engines behind one small interface. What only one of them does asks for that one: [`Engine::sqlite`].

pub(crate) mod postgres;
pub(crate) mod sqlite;

use crate::{
    concurrency_limit::Permit,
    error::{Error, Result},
    sql::Connection,
};
use chrono::{DateTime, Utc};
use postgres::Postgres;
use sqlite::Sqlite;
use std::time::Duration;
use tokio::sync::OwnedMutexGuard;
use wire::OrgId;

/// How long to wait for a busy writer before the answer is 503.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// A write transaction that holds its organization's lock.
pub(crate) struct Begun {
    pub(crate) tx: Connection,
    /// The time of the change.
    pub(crate) at: DateTime<Utc>,
    /// Held until the transaction has ended.
    pub(crate) turn: Option<Turn>,
}

/// An organization's turn to change something.
pub(crate) type Turn = (OwnedMutexGuard<()>, Permit<OrgId>);

/// An open database of one of the engines.
pub(crate) enum Engine {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

impl Engine {
    /// A write transaction. On SQLite it is the only one; on Postgres it holds no lock yet.
    pub(crate) async fn begin(&self) -> sqlx::Result<Connection> {
        match self {
            Self::Sqlite(sqlite) => sqlite.begin().await,
            Self::Postgres(postgres) => postgres.begin().await,
        }
    }

    /// A write transaction that holds the organization's lock.
    pub(crate) async fn change(&self, org: OrgId) -> Result<Begun> {
        match self {
            // The one write transaction is the lock.
            Self::Sqlite(sqlite) => Ok(Begun { tx: sqlite.begin().await?, at: Utc::now(), turn: None }),
            Self::Postgres(postgres) => postgres.change(org).await,
        }
    }

    /// A change of this organization is committed, and this process knows of it.
    pub(crate) fn committed(&self, org: OrgId) {
        match self {
            // Other processes of the file look for changes themselves.
            Self::Sqlite(_) => {}
            Self::Postgres(postgres) => postgres.tell_others(org),
        }
    }

    /// A read transaction: a snapshot.
    pub(crate) async fn read(&self) -> sqlx::Result<Connection> {
        match self {
            Self::Sqlite(sqlite) => sqlite.read().await,
            Self::Postgres(postgres) => postgres.read().await,
        }
    }

    /// A transaction on the buckets of rate limits. Only nodes that share a database have them there.
    pub(crate) async fn limits(&self) -> Result<Connection> {
        Ok(self.postgres()?.limits().await?)
    }

    /// A read transaction for a request that reads much.
    pub(crate) async fn search(&self) -> sqlx::Result<Connection> {
        match self {
            Self::Sqlite(sqlite) => sqlite.search().await,
            Self::Postgres(postgres) => postgres.search().await,
        }
    }

    /// Postgres' own.
    ///
    /// # Errors
    /// When it is SQLite.
    pub(crate) fn postgres(&self) -> Result<&Postgres> {
        match self {
            Self::Postgres(postgres) => Ok(postgres),
            Self::Sqlite(_) => Err(Error::Setup("This works on Postgres (--db postgres://…) only.".to_owned())),
        }
    }

    /// SQLite's own, if it is SQLite.
    pub(crate) fn sqlite(&self) -> Option<&Sqlite> {
        match self {
            Self::Sqlite(sqlite) => Some(sqlite),
            Self::Postgres(_) => None,
        }
    }

    /// The newest timeline of Postgres that is known.
    pub(crate) fn timeline(&self) -> Option<u32> {
        match self {
            Self::Sqlite(_) => None,
            Self::Postgres(postgres) => Some(postgres.timeline()),
        }
    }

    /// The connections of each pool: how many are open, and how many of them are idle.
    pub(crate) fn connections(&self) -> Vec<(&'static str, usize, usize)> {
        match self {
            Self::Sqlite(sqlite) => sqlite.connections(),
            Self::Postgres(postgres) => postgres.connections(),
        }
    }

    pub(crate) fn is_closed(&self) -> bool {
        match self {
            Self::Sqlite(sqlite) => sqlite.is_closed(),
            Self::Postgres(postgres) => postgres.is_closed(),
        }
    }

    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite(sqlite) => sqlite.close().await,
            Self::Postgres(postgres) => postgres.close().await,
        }
    }
}
