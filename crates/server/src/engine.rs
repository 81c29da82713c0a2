//! The two engines behind one small interface. What only one of them does asks for that one: [`Engine::sqlite`].

pub(crate) mod postgres;
pub(crate) mod sqlite;

use crate::sql::Connection;
use chrono::{DateTime, Utc};
use postgres::Postgres;
use sqlite::Sqlite;
use std::time::Duration;
use wire::OrgId;

/// How long to wait for a busy writer before the answer is 503.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

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

    /// A write transaction that holds the organization's lock, and the time of its change.
    pub(crate) async fn change(&self, org: OrgId) -> sqlx::Result<(Connection, DateTime<Utc>)> {
        let mut tx = self.begin().await?;
        let at = match self {
            // The one write transaction is the lock.
            Self::Sqlite(_) => None,
            Self::Postgres(_) => postgres::lock(&mut tx, org).await?,
        };
        Ok((tx, at.unwrap_or_else(Utc::now)))
    }

    /// A read transaction: a snapshot.
    pub(crate) async fn read(&self) -> sqlx::Result<Connection> {
        match self {
            Self::Sqlite(sqlite) => sqlite.read().await,
            Self::Postgres(postgres) => postgres.read().await,
        }
    }

    /// A read transaction for a request that reads much.
    pub(crate) async fn search(&self) -> sqlx::Result<Connection> {
        match self {
            Self::Sqlite(sqlite) => sqlite.search().await,
            Self::Postgres(postgres) => postgres.search().await,
        }
    }

    /// SQLite's own, if it is SQLite.
    pub(crate) fn sqlite(&self) -> Option<&Sqlite> {
        match self {
            Self::Sqlite(sqlite) => Some(sqlite),
            Self::Postgres(_) => None,
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
