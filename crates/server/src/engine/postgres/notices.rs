//! Notices between nodes: which organizations have changed. They carry no data and may be lost: a node also looks for
//! changes by itself ([`crate::other_processes`]).
//!
//! A notice is sent after the commit, by one task for all: `NOTIFY` inside the transaction would let the whole cluster
//! commit one at a time.

use super::BUSY_TIMEOUT;
use crate::secret;
use sqlx::{PgPool, postgres::PgListener};
use std::{
    collections::BTreeSet,
    sync::{Mutex, PoisonError},
    time::Duration,
};
use tokio::{sync::mpsc, task::JoinHandle, time::timeout};
use wire::OrgId;

const CHANNEL: &str = "sidenote";
/// At most as many organizations in one statement.
const MOST_AT_ONCE: usize = 1000;
/// How often a listener makes sure that its connection is alive. One that was cut off, and not closed, stays silent.
const PROVE_EVERY: Duration = Duration::from_secs(15);

const NOTIFY: &str = "SELECT pg_notify($1, $2 || ' ' || id) FROM unnest($3::text[]) AS id";

/// Tells other nodes of this node's changes.
pub(super) struct Notifier {
    /// A random name of this node, so that it doesn't hear itself.
    node: String,
    changed: Mutex<Option<mpsc::UnboundedSender<OrgId>>>,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl Notifier {
    pub(super) fn start(pool: PgPool) -> Self {
        let node = secret::random_token(8);
        let (sender, receiver) = mpsc::unbounded_channel();
        let task = tokio::spawn(send(pool, node.clone(), receiver));
        Self { node, changed: Mutex::new(Some(sender)), task: Mutex::new(Some(task)) }
    }

    pub(super) fn node(&self) -> &str {
        &self.node
    }

    pub(super) fn tell(&self, org: OrgId) {
        if let Some(changed) = &*self.changed.lock().unwrap_or_else(PoisonError::into_inner) {
            // Fails when the task is gone: the other nodes look by themselves.
            let _ = changed.send(org);
        }
    }

    /// Sends what is still to be sent, and nothing afterwards.
    pub(super) async fn finish(&self) {
        self.changed.lock().unwrap_or_else(PoisonError::into_inner).take();
        let task = self.task.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(task) = task {
            let _ = timeout(BUSY_TIMEOUT, task).await;
        }
    }
}

/// Sends together what has changed while the notice before was under way.
async fn send(pool: PgPool, node: String, mut changed: mpsc::UnboundedReceiver<OrgId>) {
    let mut some = Vec::new();
    while changed.recv_many(&mut some, MOST_AT_ONCE).await > 0 {
        let ids: BTreeSet<String> = some.drain(..).map(|org| org.to_string()).collect();
        let ids: Vec<String> = ids.into_iter().collect();
        let telling = sqlx::query(NOTIFY).bind(CHANNEL).bind(&node).bind(ids).execute(&pool);
        if !matches!(timeout(BUSY_TIMEOUT, telling).await, Ok(Ok(_))) {
            tracing::warn!("other nodes can't be told of changes now: they find them within a second");
        }
    }
}

/// What a node hears.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Notice {
    /// These organizations were changed by other nodes.
    Changed(BTreeSet<OrgId>),
    /// The connection was lost and is there again: anything may have changed.
    Lost,
}

/// The one connection on which a node listens.
pub(crate) struct Notices {
    listener: PgListener,
    node: String,
}

impl Notices {
    pub(super) async fn listen(pool: &PgPool, node: &str) -> sqlx::Result<Self> {
        let mut listener = PgListener::connect_with(pool).await?;
        listener.listen(CHANNEL).await?;
        let mut notices = Self { listener, node: node.to_owned() };
        notices.be_a_node().await?;
        Ok(notices)
    }

    /// As long as the connection lives, no command takes the database for unused.
    async fn be_a_node(&mut self) -> sqlx::Result<()> {
        // Where a command is at work already, nothing may be written: it holds what a change would lock.
        let answer = sqlx::query(super::BE_A_NODE).execute(&mut self.listener);
        timeout(BUSY_TIMEOUT, answer).await.map_err(|_| sqlx::Error::PoolTimedOut)??;
        Ok(())
    }

    /// The next notice of another node. May be dropped while it waits.
    ///
    /// # Errors
    /// When the connection is lost and can't be opened again.
    pub(crate) async fn next(&mut self) -> sqlx::Result<Notice> {
        let mut changed = BTreeSet::new();
        while changed.is_empty() {
            let Ok(heard) = timeout(PROVE_EVERY, self.listener.try_recv()).await else {
                self.prove_alive().await?;
                continue;
            };
            let Some(first) = heard? else {
                self.be_a_node().await?;
                return Ok(Notice::Lost);
            };
            changed.extend(self.organization(first.payload()));
            while let Some(next) = self.listener.next_buffered() {
                changed.extend(self.organization(next.payload()));
            }
        }
        Ok(Notice::Changed(changed))
    }

    async fn prove_alive(&mut self) -> sqlx::Result<()> {
        let answer = sqlx::query("SELECT 1").execute(&mut self.listener);
        timeout(BUSY_TIMEOUT, answer).await.map_err(|_| sqlx::Error::PoolTimedOut)??;
        Ok(())
    }

    /// The organization of a notice, unless this node has sent it.
    fn organization(&self, payload: &str) -> Option<OrgId> {
        let (node, org) = payload.split_once(' ')?;
        if node == self.node { None } else { org.parse().ok() }
    }
}
