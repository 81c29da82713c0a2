//! Buckets in the database, for all nodes. The keys are hashed: they hold addresses of people.

use super::{Bucket, Table, Time};
use crate::{
    db::Db,
    error::Result,
    secret,
    sql::{Connection, sql},
};
use std::collections::BTreeMap;

/// A row for each key, so that it can be locked. One statement: between two, [`FORGET`] could delete the row.
const LOCK: &str = "INSERT INTO rate_limit (key, full_at) VALUES ($1, 0) \
    ON CONFLICT (key) DO UPDATE SET full_at = rate_limit.full_at \
    RETURNING full_at, CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT) AS now";
const UPDATE: &str = "UPDATE rate_limit SET full_at = $1 WHERE key = $2";

/// Rows that somebody has locked are left: they are in use.
const FORGET: &str = "DELETE FROM rate_limit WHERE key IN \
    (SELECT key FROM rate_limit WHERE full_at < $1 FOR UPDATE SKIP LOCKED)";

/// Deletes the buckets that are full.
pub(crate) async fn forget_full(tx: &mut Connection) -> Result<()> {
    let now = tx.now().timestamp_millis();
    sql(FORGET).bind(now).execute(tx).await?;
    Ok(())
}

/// Locks these buckets, lets the work change them, and stores them.
pub(super) async fn with<T>(db: &Db, buckets: &[Bucket], work: impl FnOnce(&mut Table, Time) -> T) -> Result<T> {
    // In the order of the rows' keys: two nodes that lock the same buckets wait for each other, and not for ever.
    let keys: BTreeMap<String, &String> = buckets.iter().map(|(_, key)| (secret::hash(key), key)).collect();
    let mut tx = db.engine().limits().await?;
    let (mut table, mut now) = (Table::default(), Time::ZERO);
    for (hash, key) in &keys {
        let full_at;
        (full_at, now) = lock(&mut tx, hash).await?;
        table.full_at.insert((*key).clone(), full_at);
    }
    let before = table.full_at.clone();
    let done = work(&mut table, now);
    for (hash, key) in keys {
        let full_at = table.full_at.get(key).copied();
        if let Some(full_at) = full_at.filter(|_| full_at != before.get(key).copied()) {
            let milliseconds = i64::try_from(full_at.as_millis()).unwrap_or(i64::MAX);
            sql(UPDATE).bind(milliseconds).bind(hash).execute(&mut tx).await?;
        }
    }
    tx.commit().await?;
    Ok(done)
}

/// When the bucket is full again, and the time.
async fn lock(tx: &mut Connection, hash: &str) -> Result<(Time, Time)> {
    let row = sql(LOCK).bind(hash).fetch_one(tx).await?;
    let time = |milliseconds: i64| Time::from_millis(u64::try_from(milliseconds).unwrap_or(0));
    Ok((time(row.get("full_at")?), time(row.get("now")?)))
}
