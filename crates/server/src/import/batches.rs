//! Small changes with pauses between them, so that agents' changes and the purge of a running server get their turn.
//!
//! SQLite has no queue of writers: one that waits looks again after at most a tenth of a second. So a pause is longer
//! than that, and at least as long as the change before it: half of the time is other writers'. A waiting agent sees a
//! change of an import as one slow change of somebody else's.

use crate::{
    change::Change,
    db::Db,
    error::{Error, Result},
};
use std::time::Duration;
use tokio::time::{Instant, sleep};
use wire::OrgId;

/// Rows of messages and attachments in a change.
pub(super) const MAX_ROWS: usize = 200;
/// Bytes of text in a change; a longer text is a change of its own.
pub(super) const MAX_BYTES: usize = 1024 * 1024;
const MAX_TIME: Duration = Duration::from_millis(200);
/// Longer than SQLite's wait between two looks for the writer.
const LEAST_PAUSE: Duration = Duration::from_millis(120);
/// How often to wait for the writer, five seconds each, beside agents who write all the time.
const TRIES: usize = 24;

/// The changes of an import, one after the other.
pub(super) struct Batches<'a> {
    db: &'a Db,
    org: OrgId,
    open: Option<Change>,
    began: Instant,
    rows: usize,
    bytes: usize,
    /// Before the next change.
    pause: Duration,
}

impl<'a> Batches<'a> {
    pub(super) fn new(db: &'a Db, org: OrgId) -> Self {
        Self { db, org, open: None, began: Instant::now(), rows: 0, bytes: 0, pause: Duration::ZERO }
    }

    /// The change that is open, else a new one after a pause.
    ///
    /// # Errors
    /// When other changes hold the writer for two minutes, or the database fails.
    pub(super) async fn change(&mut self) -> Result<&mut Change> {
        let change = match self.open.take() {
            Some(change) => change,
            None => self.begin().await?,
        };
        Ok(self.open.insert(change))
    }

    /// Notes what was written, and commits when it is enough for one change.
    pub(super) async fn wrote(&mut self, rows: usize, bytes: usize) -> Result<()> {
        self.rows += rows;
        self.bytes += bytes;
        if self.rows >= MAX_ROWS || self.bytes >= MAX_BYTES || self.began.elapsed() >= MAX_TIME {
            self.commit().await?;
        }
        Ok(())
    }

    /// Commits the open change, if there is one.
    pub(super) async fn commit(&mut self) -> Result<()> {
        if let Some(change) = self.open.take() {
            change.commit().await?;
            self.pause = self.began.elapsed().max(LEAST_PAUSE);
            (self.rows, self.bytes) = (0, 0);
        }
        Ok(())
    }

    async fn begin(&mut self) -> Result<Change> {
        sleep(self.pause).await;
        for _ in 1..TRIES {
            match self.db.change(self.org).await {
                Err(error) if is_busy(&error) => {}
                begun => {
                    self.began = Instant::now();
                    return begun;
                }
            }
        }
        self.began = Instant::now();
        self.db.change(self.org).await
    }
}

fn is_busy(error: &Error) -> bool {
    match error {
        Error::Database(sqlx::Error::PoolTimedOut) => true,
        Error::Database(sqlx::Error::Database(error)) => {
            // SQLITE_BUSY and its extended codes.
            error.code().and_then(|code| code.parse::<u32>().ok()).is_some_and(|code| code & 0xff == 5)
        }
        _ => false,
    }
}
