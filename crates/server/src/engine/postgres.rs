//! Postgres: opening and checking the database, its pools, and the lock of an organization.

mod notices;
mod pool;

pub(crate) use notices::{Notice, Notices};

use super::{BUSY_TIMEOUT, Begun};
use crate::{
    concurrency_limit::ConcurrencyLimit,
    error::{Error, Result},
    schema,
    sql::{self, Server},
};
use chrono::{DateTime, Utc};
use notices::Notifier;
use pool::{begin, pool};
use sqlx::{ConnectOptions as _, Connection as _, PgConnection, PgPool, postgres::PgConnectOptions};
use tokio::time::timeout;
use wire::OrgId;

/// The connections of a node. A pool of its own for each purpose: who waits for a lock keeps no reader waiting.
const WRITERS: u32 = 12;
const READERS: u32 = 6;
const SEARCHERS: u32 = 2;
/// One listens for the changes of other nodes, one tells them of this node's.
const NOTICES: u32 = 2;
/// For rate limits: a flood of strangers waits here, and takes no agent's connection.
const LIMITS: u32 = 2;
/// Versions before it don't know what this server uses.
const OLDEST_POSTGRES: i64 = 150_000;

/// A change waits for another one of its organization as long as on SQLite. A node that hangs inside a change, or is cut
/// off, must not stop its organization for long.
const BEGIN_CHANGE: &str = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; \
    SET LOCAL lock_timeout = '5s'; SET LOCAL idle_in_transaction_session_timeout = '10s'";
/// All that is read is of one moment, as in SQLite.
const BEGIN_READING: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; \
    SET LOCAL idle_in_transaction_session_timeout = '60s'";

/// Locks the organization, then reads the clock, which is one for all nodes.
const LOCK: &str = "WITH locked AS MATERIALIZED (SELECT id FROM org WHERE id = $1 FOR UPDATE) \
    SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT) AS at FROM locked";

/// Locks of a database's schema that end with their connection: many nodes, or one command alone.
const BE_A_NODE: &str = "SELECT pg_try_advisory_lock_shared(hashtextextended('sidenote node ' || current_schema(), 0))";
const BE_ALONE: &str = "SELECT pg_try_advisory_lock(hashtextextended('sidenote node ' || current_schema(), 0))";

/// The pools of an open database.
pub(crate) struct Postgres {
    address: String,
    writers: PgPool,
    readers: PgPool,
    searchers: PgPool,
    notices: PgPool,
    limits: PgPool,
    /// Changes of an organization wait here for each other, before a connection is taken: those of others need one too.
    turns: ConcurrencyLimit<OrgId>,
    notifier: Notifier,
    server: Server,
}

impl Postgres {
    /// Connects, checks the server, and migrates the schema.
    pub(crate) async fn open(address: &str) -> Result<Self> {
        let (options, server) = (options(address)?, Server::default());
        check(&options).await?;
        let open = |size| pool(size, options.clone(), &server);
        let writers = open(WRITERS).await?;
        schema::bring_postgres_up_to_date(&writers).await?;
        let notices = open(NOTICES).await?;
        server.compare_clocks(&writers).await?;
        Ok(Self {
            readers: open(READERS).await?,
            limits: open(LIMITS).await?,
            searchers: open(SEARCHERS).await?,
            turns: ConcurrencyLimit::new(usize::MAX, usize::MAX),
            notifier: Notifier::start(notices.clone()),
            address: address.to_owned(),
            notices,
            writers,
            server,
        })
    }

    /// Waits for the organization's turn in this node, then for its lock.
    pub(super) async fn change(&self, org: OrgId) -> Result<Begun> {
        let permit = self.turns.open(&org)?;
        let turn = timeout(BUSY_TIMEOUT, permit.turn()).await.map_err(|_| sqlx::Error::PoolTimedOut)?;
        let mut tx = self.begin().await?;
        let at = lock(&mut tx, org).await?.unwrap_or_else(Utc::now);
        Ok(Begun { tx, at, turn: Some((turn, permit)) })
    }

    /// Tells the other nodes that the organization has changed.
    pub(super) fn tell_others(&self, org: OrgId) {
        self.notifier.tell(org);
    }

    /// A connection outside of the pools, for what changes the connection itself.
    pub(crate) async fn connection_of_its_own(&self) -> Result<PgConnection> {
        Ok(connect(&options(&self.address)?).await?)
    }

    /// Makes the statistics of every table. Without them Postgres plans badly after many rows were stored, until it makes
    /// them itself, which may take minutes.
    pub(crate) async fn analyze(&self) -> Result<()> {
        let mut connection = self.connection_of_its_own().await?;
        sqlx::query("ANALYZE").execute(&mut connection).await?;
        Ok(connection.close().await?)
    }

    /// Keeps every node away for as long as the connection is held.
    ///
    /// # Errors
    /// When a node is running.
    pub(crate) async fn alone(&self) -> Result<PgConnection> {
        let mut connection = self.connection_of_its_own().await?;
        let is_alone: bool = sqlx::query_scalar(BE_ALONE).fetch_one(&mut connection).await?;
        let why = "A server is running on this database: stop it first.";
        if is_alone { Ok(connection) } else { Err(Error::Setup(why.to_owned())) }
    }

    /// Checks that a node may run.
    ///
    /// # Errors
    /// When the database is being copied or restored.
    pub(crate) async fn check_free(&self) -> Result<()> {
        let mut connection = self.connection_of_its_own().await?;
        let is_free: bool = sqlx::query_scalar(BE_A_NODE).fetch_one(&mut connection).await?;
        let why = "This database is being copied or restored: start when that is over.";
        if is_free { Ok(()) } else { Err(Error::Setup(why.to_owned())) }
    }

    /// Compares the machine's clock with the database's: either may be set or drift.
    pub(crate) async fn compare_clocks(&self) -> Result<()> {
        Ok(self.server.compare_clocks(&self.notices).await?)
    }

    /// Looks whether the address leads to another server by now, which was promoted.
    pub(crate) async fn meet_again(&self) -> Result<()> {
        let mut connection = self.connection_of_its_own().await?;
        self.server.in_time(self.server.meet(&mut connection)).await?;
        Ok(connection.close().await?)
    }

    /// What other nodes tell, from now on.
    pub(crate) async fn notices(&self) -> Result<Notices> {
        Ok(Notices::listen(&self.notices, self.notifier.node()).await?)
    }

    /// A write transaction that holds no lock yet.
    pub(super) async fn begin(&self) -> sqlx::Result<sql::Connection> {
        self.begin_in(&self.writers, BEGIN_CHANGE).await
    }

    pub(super) async fn read(&self) -> sqlx::Result<sql::Connection> {
        self.begin_in(&self.readers, BEGIN_READING).await
    }

    pub(super) async fn search(&self) -> sqlx::Result<sql::Connection> {
        self.begin_in(&self.searchers, BEGIN_READING).await
    }

    pub(super) async fn limits(&self) -> sqlx::Result<sql::Connection> {
        self.begin_in(&self.limits, BEGIN_CHANGE).await
    }

    async fn begin_in(&self, pool: &PgPool, text: &'static str) -> sqlx::Result<sql::Connection> {
        loop {
            let timeline = self.server.timeline();
            let tx = self.server.in_time(begin(pool, text)).await?;
            // It may be of the server before, or have met the new one.
            if self.server.timeline() == timeline {
                return Ok(sql::Connection::Postgres { tx, server: self.server.clone(), timeline });
            }
        }
    }

    /// The newest timeline that is known.
    pub(super) fn timeline(&self) -> u32 {
        self.server.timeline()
    }

    pub(super) fn connections(&self) -> Vec<(&'static str, usize, usize)> {
        let pools = [
            ("writers", &self.writers),
            ("readers", &self.readers),
            ("searchers", &self.searchers),
            ("notices", &self.notices),
            ("limits", &self.limits),
        ];
        pools.map(|(name, pool)| (name, pool.size() as usize, pool.num_idle())).to_vec()
    }

    pub(super) fn is_closed(&self) -> bool {
        self.readers.is_closed()
    }

    pub(super) async fn close(&self) {
        // What was told last must still be sent.
        self.notifier.finish().await;
        self.notices.close().await;
        self.limits.close().await;
        self.readers.close().await;
        self.searchers.close().await;
        self.writers.close().await;
    }
}

/// Takes the organization's lock, before anything is read: changes of one organization run one at a time, on whatever
/// node. Returns the time of the change. `None`: there is no such organization yet, and so nothing to lock.
async fn lock(change: &mut sql::Connection, org: OrgId) -> sqlx::Result<Option<DateTime<Utc>>> {
    let row = sql::sql(LOCK).bind(org.to_string()).fetch_optional(change).await?;
    row.map(|row| row.time("at")).transpose()
}

fn options(address: &str) -> Result<PgConnectOptions> {
    let options: PgConnectOptions = address.parse().map_err(|_| {
        // The address may hold a password: it is not repeated.
        Error::Setup("The address of the database can't be read (--db postgres://user@host/name).".to_owned())
    })?;
    let name = options.get_application_name().unwrap_or("sidenote").to_owned();
    Ok(options.application_name(&name).statement_cache_capacity(256).disable_statement_logging())
}

async fn connect(options: &PgConnectOptions) -> sqlx::Result<PgConnection> {
    timeout(BUSY_TIMEOUT, options.connect()).await.map_err(|_| sqlx::Error::PoolTimedOut)?
}

fn cannot_connect(error: &sqlx::Error) -> Error {
    let why = match error {
        sqlx::Error::Database(refused) => refused.message().to_owned(),
        sqlx::Error::PoolTimedOut => "no answer in time".to_owned(),
        other => other.to_string(),
    };
    Error::Setup(format!("The database can't be reached (--db): {why}."))
}

/// Connects once. What the pools would try again and again is said in words here.
async fn check(options: &PgConnectOptions) -> Result<()> {
    let connecting = async {
        let mut connection = connect(options).await?;
        sqlx::query_as("SELECT current_setting('server_version_num')::bigint, pg_is_in_recovery()")
            .fetch_one(&mut connection)
            .await
    };
    let (version, is_standby): (i64, bool) = connecting.await.map_err(|error| cannot_connect(&error))?;
    if version < OLDEST_POSTGRES {
        return Err(Error::Setup(format!("Postgres {version} is too old; {OLDEST_POSTGRES} or newer is needed.")));
    }
    let why = "This Postgres server is a standby: give the address that leads to the primary (--db).";
    if is_standby { Err(Error::Setup(why.to_owned())) } else { Ok(()) }
}
