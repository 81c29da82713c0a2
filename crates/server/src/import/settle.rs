//! Conversations of the past: which of them an import closes and marks as read.
//!
//! What begins with this import begins so; what an earlier import left open is closed, if nothing has happened in it since.

use super::{Arrival, store::Store};
use crate::{conversation, error::Result};

impl Store<'_> {
    /// Closes, or marks as read, the conversations that were there before.
    pub(super) async fn settle(&mut self) -> Result<()> {
        for (id, thread) in std::mem::take(&mut self.touched) {
            let (arrival, last_at) = self.arrivals[thread];
            if arrival == Arrival::New {
                continue;
            }
            let settled = conversation::settle(self.batches.change().await?, id, arrival, last_at).await?;
            self.report.settled += usize::from(settled);
            self.batches.wrote(usize::from(settled), 0).await?;
        }
        self.batches.commit().await
    }
}
