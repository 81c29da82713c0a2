//! Wakes the streams when another process changes the same database file (an import, a command).

use crate::{
    db::{Db, int},
    error::Result,
    sql::sql,
    wake_ups::Topic,
};
use std::{collections::HashMap, time::Duration};
use wire::{OrgId, Seq};

/// How often to check for changes.
const POLL_EVERY: Duration = Duration::from_millis(250);

/// Follows the changes of other processes. Returns only when the database is closed.
pub async fn follow(db: Db) {
    let Ok(sqlite) = db.sqlite() else { return };
    let Ok(mut connection) = sqlite.reader().await else { return };
    let (mut version, mut followed) = (None, Followed::default());
    loop {
        // This counts commits of other connections. Those of this process's writer count too, which costs needless
        // wake-ups.
        let now = sqlx::query_scalar::<_, i64>("PRAGMA data_version").fetch_one(&mut *connection).await;
        let read = match now {
            Ok(now) if version.replace(now) != Some(now) => followed.read(&db).await,
            Ok(_) => Ok(()),
            Err(error) => Err(error.into()),
        };
        if read.is_err() {
            if db.is_closed() {
                return;
            }
            version = None;
            tracing::warn!("other processes' changes can't be looked for");
        }
        tokio::time::sleep(POLL_EVERY).await;
    }
}

/// The position and the access number of each organization, as far as they were followed.
#[derive(Default)]
struct Followed(HashMap<OrgId, (Seq, i64)>);

const SELECT_CONVERSATIONS: &str = "SELECT DISTINCT parent_id FROM event \
    WHERE org_id = $1 AND seq > $2 AND kind = 'message-added'";

const HAS_ERASURES: &str =
    "SELECT EXISTS (SELECT 1 FROM event WHERE org_id = $1 AND seq > $2 AND kind = 'contact-erased')";

impl Followed {
    /// Wakes what has changed since the last call. The first call finds where to begin.
    async fn read(&mut self, db: &Db) -> Result<()> {
        let mut reading = db.engine().read().await?;
        let is_first = self.0.is_empty();
        for row in sql("SELECT id, seq, access_rev FROM org").fetch_all(&mut reading).await? {
            let org = row.id("id")?;
            let now = (row.seq("seq")?, row.get("access_rev")?);
            let before = self.0.get(&org).copied().unwrap_or_default();
            if before == now {
                continue;
            }
            if !is_first {
                let messages = sql(SELECT_CONVERSATIONS).bind(org.to_string()).bind(int(before.0));
                for row in messages.fetch_all(&mut reading).await? {
                    db.wake_ups().wake(&Topic::Conversation(org, row.id("parent_id")?));
                }
                let erasures = sql(HAS_ERASURES).bind(org.to_string()).bind(int(before.0));
                if erasures.fetch_value(&mut reading).await? {
                    // Which conversations the contact had is no longer known.
                    db.wake_ups().wake_conversations(org);
                }
                db.wake_ups().wake(&Topic::Organization(org));
            }
            self.0.insert(org, now);
        }
        Ok(())
    }
}
