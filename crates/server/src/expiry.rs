//! What ends by itself: how long a merge of contacts and a bulk change can be undone, and an invitation accepted; and what is
//! forgotten afterwards.

use crate::{
    error::Result,
    sql::{Connection, sql},
};
use chrono::TimeDelta;

/// For so long a merge and a bulk change can be undone.
pub(crate) const UNDO_WINDOW: TimeDelta = TimeDelta::minutes(10);

/// For so long an invitation can be accepted.
pub(crate) const INVITATION_VALID_FOR: TimeDelta = TimeDelta::days(7);

const FORGET: [&str; 3] = [
    "UPDATE contact_merge SET undo = NULL WHERE undo IS NOT NULL AND merged_at < $1",
    "DELETE FROM bulk_item WHERE (org_id, bulk_id) IN (SELECT org_id, id FROM bulk_change WHERE begun_at < $1)",
    "DELETE FROM bulk_change WHERE begun_at < $1",
];

/// Forgets how things were before changes that can't be undone any more, and invitations that can't be accepted.
pub(crate) async fn forget_old(tx: &mut Connection) -> Result<()> {
    let oldest = (tx.now() - UNDO_WINDOW).timestamp_millis();
    for statement in FORGET {
        sql(statement).bind(oldest).execute(tx).await?;
    }
    let oldest = (tx.now() - INVITATION_VALID_FOR).timestamp_millis();
    sql("DELETE FROM invitation WHERE made_at < $1").bind(oldest).execute(tx).await?;
    Ok(())
}
