//! Wakes the streams when another process changes the same database: a command, an import, or another node.
//!
//! On SQLite, a file says how often it was changed. On Postgres, other nodes tell of their changes; what gets lost on the
//! way is found within a second.

use crate::{
    db::{Db, int},
    engine::{
        Engine,
        postgres::{Notice, Postgres},
        sqlite::Sqlite,
    },
    error::Result,
    metrics,
    sql::{Builder, Connection, Row, Sql, sql},
    wake_ups::Topic,
};
use std::{
    collections::{HashMap, HashSet},
    convert::Infallible,
    time::Duration,
};
use tokio::time::{Instant, sleep, sleep_until};
use wire::{OrgId, Seq};

/// How often to check a file for changes.
const POLL_EVERY: Duration = Duration::from_millis(250);
/// How often to look for changes that no other node has told of.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How often to look whether the address leads to another server.
const MEET_EVERY: Duration = Duration::from_secs(5);
/// At most as many organizations in one statement.
const MOST_AT_ONCE: usize = 500;

/// Follows the changes of other processes. Returns only when the database is closed.
pub async fn follow(db: Db) {
    tokio::join!(follow_changes(&db), follow_server(&db));
}

async fn follow_changes(db: &Db) {
    let mut followed = Followed::default();
    loop {
        let Err(_failed) = match db.engine() {
            Engine::Sqlite(sqlite) => follow_file(db, sqlite, &mut followed).await,
            Engine::Postgres(postgres) => follow_nodes(db, postgres, &mut followed).await,
        };
        if db.is_closed() {
            return;
        }
        tracing::warn!("other processes' changes can't be looked for");
        sleep(LOOK_EVERY).await;
    }
}

/// Looks where a new connection leads. The open ones may lead to a server that was replaced and lives on.
async fn follow_server(db: &Db) {
    while let Engine::Postgres(postgres) = db.engine()
        && !db.is_closed()
    {
        if postgres.meet_again().await.is_err() {
            tracing::debug!("the database takes no new connection now");
        }
        sleep(MEET_EVERY).await;
    }
}

async fn follow_file(db: &Db, sqlite: &Sqlite, followed: &mut Followed) -> Result<Infallible> {
    let mut connection = sqlite.reader().await?;
    let mut version = None;
    loop {
        // This counts commits of other connections. Those of this process's writer count too, which costs needless
        // wake-ups.
        let now: i64 = sqlx::query_scalar("PRAGMA data_version").fetch_one(&mut *connection).await?;
        if version.replace(now) != Some(now) {
            followed.look_at_all(db).await?;
        }
        sleep(POLL_EVERY).await;
    }
}

async fn follow_nodes(db: &Db, postgres: &Postgres, followed: &mut Followed) -> Result<Infallible> {
    let mut notices = postgres.notices().await?;
    followed.look_at_all(db).await?;
    let mut look_at = Instant::now() + LOOK_EVERY;
    loop {
        let notice = tokio::select! {
            notice = notices.next() => Some(notice?),
            () = sleep_until(look_at) => None,
        };
        if let Some(Notice::Changed(organizations)) = notice {
            let waited_for = organizations.into_iter().filter(|org| db.wake_ups().are_waited_for(*org)).collect();
            if followed.look(db, waited_for).await? {
                metrics::woken("told");
            }
        } else {
            if followed.look_at_all(db).await? {
                metrics::woken("found");
            }
            postgres.compare_clocks().await?;
            look_at = Instant::now() + LOOK_EVERY;
        }
    }
}

/// The position and the access number of an organization.
type Version = (Seq, i64);

/// The organizations that somebody waits for, as they were when they were last looked at.
#[derive(Default)]
struct Followed {
    epoch: String,
    versions: HashMap<OrgId, Version>,
}

const SELECT_CONVERSATIONS: &str = "SELECT DISTINCT parent_id FROM event \
    WHERE org_id = $1 AND seq > $2 AND kind = 'message-added'";

const HAS_FIRST_MESSAGES: &str = "SELECT EXISTS (SELECT 1 FROM event e \
    JOIN message m ON m.org_id = e.org_id AND m.id = e.subject_id \
    WHERE e.org_id = $1 AND e.seq > $2 AND e.kind = 'message-added' AND m.position = 1)";

const HAS_ERASURES: &str =
    "SELECT EXISTS (SELECT 1 FROM event WHERE org_id = $1 AND seq > $2 AND kind = 'contact-erased')";

impl Followed {
    /// Wakes what has changed in any organization since it was last looked at. Returns whether anything was woken.
    async fn look_at_all(&mut self, db: &Db) -> Result<bool> {
        let organizations = db.wake_ups().organizations();
        let waited_for: HashSet<OrgId> = organizations.iter().copied().collect();
        self.versions.retain(|org, _| waited_for.contains(org));
        self.look(db, organizations).await
    }

    async fn look(&mut self, db: &Db, organizations: Vec<OrgId>) -> Result<bool> {
        let mut has_woken = false;
        for some in organizations.chunks(MOST_AT_ONCE) {
            let mut reading = db.engine().read().await?;
            let epoch = db.epoch_of(&reading);
            if self.epoch != epoch {
                // Numbers of another order of changes say nothing: everybody is woken.
                *self = Self { epoch, versions: HashMap::new() };
            }
            for row in versions(some).fetch_all(&mut reading).await? {
                has_woken |= self.look_at(db, &mut reading, &row).await?;
            }
        }
        Ok(has_woken)
    }

    async fn look_at(&mut self, db: &Db, reading: &mut Connection, row: &Row) -> Result<bool> {
        let org = row.id("id")?;
        let now = (row.seq("seq")?, row.get("access_rev")?);
        match self.versions.insert(org, now) {
            Some(before) if before == now => return Ok(false),
            Some((seq, _)) => wake(db, reading, org, seq).await?,
            // Somebody has begun to wait, and may have read before this.
            None => db.wake_ups().wake_those(org, |_| true),
        }
        Ok(true)
    }
}

/// The position and the access number of each of these organizations.
fn versions(organizations: &[OrgId]) -> Sql<'static> {
    let mut statement = Builder::new("SELECT id, seq, access_rev FROM org WHERE id IN (");
    for (nth, org) in organizations.iter().enumerate() {
        statement.push(if nth == 0 { "" } else { ", " }).push_bind(org.to_string());
    }
    statement.push(")");
    statement.build()
}

/// Wakes who waits for what has changed after this position.
async fn wake(db: &Db, reading: &mut Connection, org: OrgId, after: Seq) -> Result<()> {
    // Mostly only agents wait: every node with a stream of theirs comes here for every change.
    if db.wake_ups().has_narrow_topics(org) {
        wake_visitors(db, reading, org, after).await?;
    }
    db.wake_ups().wake(&Topic::Organization(org));
    Ok(())
}

async fn wake_visitors(db: &Db, reading: &mut Connection, org: OrgId, after: Seq) -> Result<()> {
    let since = |text: &'static str| sql(text).bind(org.to_string()).bind(int(after));
    for row in since(SELECT_CONVERSATIONS).fetch_all(reading).await? {
        db.wake_ups().wake(&Topic::Conversation(org, row.id("parent_id")?));
    }
    if since(HAS_FIRST_MESSAGES).fetch_value(reading).await? {
        // Which visitor has begun a conversation stands in no event.
        db.wake_ups().wake_those(org, |topic| matches!(topic, Topic::Visitor(..)));
    }
    if since(HAS_ERASURES).fetch_value(reading).await? {
        // Which conversations the contact had is no longer known.
        db.wake_ups().wake_those(org, |topic| matches!(topic, Topic::Conversation(..)));
    }
    Ok(())
}
