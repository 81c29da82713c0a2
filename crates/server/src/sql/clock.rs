//! The clock of the database: one for all nodes, whose own may differ by minutes.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgPool;
use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

const NOW: &str = "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)";

/// Knows how far the machine's clock is from the database's. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    /// Milliseconds by which the database's is ahead.
    ahead: Arc<AtomicI64>,
}

impl Clock {
    /// The time by the database's clock, as far as that was compared last.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        Utc::now() + TimeDelta::milliseconds(self.ahead.load(Ordering::Relaxed))
    }

    /// Compares the two. As exact as half of the time that the answer takes.
    pub(crate) async fn compare(&self, pool: &PgPool) -> sqlx::Result<()> {
        let asked = Utc::now();
        let there: i64 = sqlx::query_scalar(NOW).fetch_one(pool).await?;
        let here = asked + (Utc::now() - asked) / 2;
        self.ahead.store(there - here.timestamp_millis(), Ordering::Relaxed);
        Ok(())
    }
}
