//! What a node knows of the Postgres server behind its connections: its clock, its timeline, and which connections are
//! still to be used.

use chrono::{DateTime, TimeDelta, Utc};
use futures::{Stream, TryStreamExt as _, stream};
use sqlx::{PgConnection, PgPool};
use std::{
    io,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};
use tokio::time::{Instant, timeout};

/// No statement waits longer for its answer. A server that has vanished, or is cut off, doesn't say so.
const ANSWERS_WITHIN: Duration = Duration::from_secs(10);

const NOW: &str = "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)";

/// The first eight digits of a segment's name are the timeline's number, in hexadecimal. A standby has no such name: it
/// answers with an error.
const TIMELINE: &str = "SELECT left(pg_walfile_name(pg_current_wal_lsn()), 8)";

/// Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Server {
    known: Arc<Known>,
}

#[derive(Debug, Default)]
struct Known {
    /// Milliseconds by which its clock is ahead of the machine's.
    ahead: AtomicI64,
    connections: Mutex<Connections>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Connections {
    /// The newest timeline that any connection has met. It counts how often a standby was promoted, or the database was
    /// recovered to an earlier moment.
    timeline: u32,
    /// Those that were opened before are not used any more.
    used_from: Option<Instant>,
}

impl Server {
    /// The time by the server's clock, as far as that was compared last: one for all nodes, whose own may differ by
    /// minutes.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        Utc::now() + TimeDelta::milliseconds(self.known.ahead.load(Ordering::Relaxed))
    }

    /// Compares the clocks. As exact as half of the time that the answer takes.
    pub(crate) async fn compare_clocks(&self, pool: &PgPool) -> sqlx::Result<()> {
        let asked = Utc::now();
        let there: i64 = self.in_time(sqlx::query_scalar(NOW).fetch_one(pool)).await?;
        let here = asked + (Utc::now() - asked) / 2;
        self.known.ahead.store(there - here.timestamp_millis(), Ordering::Relaxed);
        Ok(())
    }

    /// The newest timeline.
    pub(crate) fn timeline(&self) -> u32 {
        self.connections().timeline
    }

    /// Reads the timeline of a new connection.
    ///
    /// # Errors
    /// When it is older than one that was met before (a server that was replaced), or the server is a standby.
    pub(crate) async fn meet(&self, connection: &mut PgConnection) -> sqlx::Result<()> {
        let digits: String = sqlx::query_scalar(TIMELINE).fetch_one(connection).await?;
        let met = u32::from_str_radix(&digits, 16).map_err(|error| sqlx::Error::Decode(error.into()))?;
        let mut connections = self.connections();
        if met < connections.timeline {
            return Err(sqlx::Error::Io(io::Error::other("this Postgres server was replaced by another one")));
        }
        if connections.timeline != 0 && met > connections.timeline {
            tracing::warn!(timeline = met, "another Postgres server was promoted: every open page starts over");
            connections.used_from = Some(Instant::now());
        }
        connections.timeline = met;
        Ok(())
    }

    /// Whether to use a connection of this age. An older one may lead to a server that was replaced, or nowhere.
    pub(crate) fn may_use(&self, age: Duration) -> bool {
        self.connections().used_from.is_none_or(|from| age < from.elapsed())
    }

    /// Waits for a statement's answer, but not for ever.
    ///
    /// # Errors
    /// `PoolTimedOut`, which is answered as busy. All connections that are open now are not used any more.
    pub(crate) async fn in_time<T>(&self, answer: impl Future<Output = sqlx::Result<T>>) -> sqlx::Result<T> {
        if let Ok(answer) = timeout(ANSWERS_WITHIN, answer).await {
            return answer;
        }
        tracing::error!("the database has not answered within {} s", ANSWERS_WITHIN.as_secs());
        self.connections().used_from = Some(Instant::now());
        Err(sqlx::Error::PoolTimedOut)
    }

    /// As [`Self::in_time`], for each row.
    pub(crate) fn each_in_time<'s, T: 's>(
        &'s self,
        rows: impl Stream<Item = sqlx::Result<T>> + Send + 's,
    ) -> impl Stream<Item = sqlx::Result<T>> + Send + 's {
        stream::try_unfold(Box::pin(rows), async move |mut rows| {
            let row = self.in_time(rows.try_next()).await?;
            Ok(row.map(|row| (row, rows)))
        })
    }

    fn connections(&self) -> MutexGuard<'_, Connections> {
        self.known.connections.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::pending;

    #[tokio::test(start_paused = true)]
    async fn after_an_answer_that_does_not_come_only_new_connections_are_used() {
        let server = Server::default();
        let before = Instant::now();
        server.in_time(async { Ok(()) }).await.unwrap();
        assert!(server.may_use(before.elapsed()));
        let answer = server.in_time(pending::<sqlx::Result<()>>()).await;
        assert!(matches!(answer, Err(sqlx::Error::PoolTimedOut)));
        assert_eq!(before.elapsed().as_secs(), ANSWERS_WITHIN.as_secs());
        assert!(!server.may_use(before.elapsed()));
        let opened = Instant::now();
        tokio::time::advance(Duration::from_secs(1)).await;
        assert!(server.may_use(opened.elapsed() - Duration::from_millis(1)));
    }
}
