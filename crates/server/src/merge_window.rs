//! How long a merge of contacts can be undone, and what is forgotten afterwards.

use crate::{
    error::Result,
    sql::{Connection, sql},
};
use chrono::TimeDelta;

/// For so long a merge can be undone.
pub(crate) const MERGE_WINDOW: TimeDelta = TimeDelta::minutes(10);

/// Forgets what merges changed that can't be undone any more.
pub(crate) async fn forget_old(tx: &mut Connection) -> Result<()> {
    let oldest = (tx.now() - MERGE_WINDOW).timestamp_millis();
    let forget = "UPDATE contact_merge SET undo = NULL WHERE undo IS NOT NULL AND merged_at < $1";
    sql(forget).bind(oldest).execute(tx).await?;
    Ok(())
}
