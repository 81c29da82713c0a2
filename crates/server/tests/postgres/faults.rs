//! What goes wrong with several nodes, checked by the writers' ledgers: a node is killed while it writes, and Postgres ends
//! connections at any statement. In the modules: what happens to the server itself, to the network and to clocks.

mod clocks;
mod network;
pub(super) mod server;

use crate::{
    faults::{
        Dice,
        kill::template,
        ledger::{Writer, wrongs},
        runs,
    },
    kit::{
        self,
        database::Place,
        eventually, patient,
        process::{PROGRAM, sign_in, start, stop},
    },
};
use sqlx::PgConnection;
use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, AtomicU64, Ordering},
};
use tokio::{
    process::{Child, Command},
    task::JoinSet,
};
use wire::{ContactId, ContactNoteId, ConversationId, paths};

const NODES: usize = 3;
const WRITERS: usize = 6;

/// Servers over one database, and where they listen now.
pub(super) struct Cluster {
    db: String,
    options: Vec<String>,
    nodes: Vec<Child>,
    addresses: Arc<Mutex<Vec<String>>>,
}

impl Cluster {
    async fn start(db: String) -> Self {
        Self::start_with(db, Vec::new()).await
    }

    /// With these options.
    pub(super) async fn start_with(db: String, options: Vec<String>) -> Self {
        let mut cluster = Self { db, options, nodes: Vec::new(), addresses: Arc::default() };
        for _ in 0..NODES {
            let (node, address) = cluster.node("127.0.0.1:0").await;
            cluster.nodes.push(node);
            cluster.addresses.lock().unwrap().push(address);
        }
        cluster
    }

    async fn node(&self, address: &str) -> (Child, String) {
        let mut command = Command::new(PROGRAM);
        command.args(["serve", "--db", &self.db, "--addr", address]).args(&self.options);
        start(command).await
    }

    fn address(&self, nth: usize) -> String {
        self.addresses.lock().unwrap()[nth].clone()
    }

    pub(super) fn all_addresses(&self) -> [String; NODES] {
        self.addresses.lock().unwrap().clone().try_into().unwrap()
    }

    /// Kills a node. Another one takes its place.
    async fn kill(&mut self, nth: usize) {
        self.nodes[nth].kill().await.unwrap();
        let (node, address) = self.node("127.0.0.1:0").await;
        self.nodes[nth] = node;
        self.addresses.lock().unwrap()[nth] = address;
    }

    /// Tells a node to stop, and starts it at the same address.
    pub(super) async fn restart(&mut self, nth: usize) {
        stop(&mut self.nodes[nth]).await;
        let address = self.address(nth);
        self.nodes[nth] = self.node(&address).await.0;
    }
}

/// Ends some of the nodes' connections, whatever they do. Returns how many.
async fn end_connections(admin: &mut PgConnection, dice: &mut Dice) -> u64 {
    let end = "SELECT COUNT(*) FILTER (WHERE pg_terminate_backend(pid)) FROM pg_stat_activity \
        WHERE application_name = current_setting('application_name') AND pid <> pg_backend_pid() AND pid % 3 = $1";
    let third = i32::try_from(dice.below(3)).unwrap();
    let ended: i64 = sqlx::query_scalar(end).bind(third).fetch_one(admin).await.unwrap();
    u64::try_from(ended).unwrap()
}

/// What the writers of a run share.
#[derive(Clone)]
pub(super) struct Run {
    addresses: Arc<Mutex<Vec<String>>>,
    written: Arc<AtomicU64>,
    is_over: Arc<AtomicBool>,
}

/// Writes and deletes until the run is over. What is not acknowledged is sent again, to another node, as a browser
/// behind a load balancer does.
async fn write(mut writer: Writer, nth: usize, mut dice: Dice, run: Run) -> (Writer, u64) {
    let (mut node, mut retries) = (nth, 0);
    let mut elsewhere = |writer: &mut Writer| {
        node += 1;
        retries += 1;
        let addresses = run.addresses.lock().unwrap();
        writer.address.clone_from(&addresses[node % addresses.len()]);
    };
    while !run.is_over.load(Ordering::Relaxed) {
        let id = ContactNoteId::fresh();
        let text = format!("note of {nth} {}", "x".repeat(usize::try_from(dice.below(3000)).unwrap()));
        while !writer.put(id, &text).await {
            elsewhere(&mut writer);
        }
        run.written.fetch_add(1, Ordering::Relaxed);
        if dice.below(4) == 0 {
            while !writer.delete(id).await {
                elsewhere(&mut writer);
            }
        }
    }
    (writer, retries)
}

/// Writers of one contact's notes at the nodes of a cluster.
pub(super) struct Scene {
    cluster: Cluster,
    pub(super) writers: Vec<Writer>,
    /// Where requests go: to the nodes, or to a proxy before them.
    doors: Arc<Mutex<Vec<String>>>,
    /// How often something was sent again.
    retries: u64,
    runs: u64,
}

impl Scene {
    async fn start(db: String, contact: ContactId, conversation: ConversationId) -> Self {
        let cluster = Cluster::start(db).await;
        let cookie = sign_in(&cluster.address(0)).await;
        let writer = |nth| Writer::new(&cluster.address(nth % NODES), &cookie, contact, conversation);
        let doors = Arc::clone(&cluster.addresses);
        Self { writers: (0..WRITERS).map(writer).collect(), cluster, doors, retries: 0, runs: 0 }
    }

    /// All of them write through a proxy.
    pub(super) fn through(
        proxy: &str,
        cookie: &str,
        cluster: Cluster,
        contact: ContactId,
        conversation: ConversationId,
    ) -> Self {
        let writers = (0..WRITERS).map(|_| Writer::new(proxy, cookie, contact, conversation)).collect();
        Self { writers, cluster, doors: Arc::new(Mutex::new(vec![proxy.to_owned()])), retries: 0, runs: 0 }
    }

    /// The position of what is answered now.
    pub(super) async fn position(&self) -> String {
        let path = paths::contact_notes(self.writers[0].contact, None, 1);
        let (status, page) = self.writers[0].request("GET", &path, None).await.unwrap();
        assert_eq!(status, 200, "{page}");
        page["as_of"].as_str().unwrap().to_owned()
    }

    /// Everybody writes, until this has happened. Then everything that they sent is acknowledged, and nothing is wrong.
    pub(super) async fn write_during(&mut self, happens: impl AsyncFnOnce(&mut Cluster, &Run)) {
        self.runs += 1;
        let run = Run { addresses: Arc::clone(&self.doors), written: Arc::default(), is_over: Arc::default() };
        let mut writing = JoinSet::new();
        for (nth, writer) in self.writers.drain(..).enumerate() {
            writing.spawn(write(writer, nth, Dice(self.runs * 100 + nth as u64), run.clone()));
        }
        happens(&mut self.cluster, &run).await;
        run.is_over.store(true, Ordering::Relaxed);
        for (mut writer, retries) in patient(writing.join_all()).await {
            self.retries += retries;
            writer.address = self.doors.lock().unwrap()[0].clone();
            self.writers.push(writer);
        }
        // A connection that was ended may be noticed by the first request only.
        eventually(async || {
            self.writers[0].request("GET", "/api/v1/me", None).await.is_some_and(|(status, _)| status == 200)
        })
        .await;
        assert_eq!(wrongs(&self.writers, true).await, [""; 0], "run {}", self.runs);
    }

    /// What the writers found: `0 lost, … of … notes`.
    pub(super) fn figure(&self) -> String {
        let acknowledged: usize = self.writers.iter().map(|writer| writer.acknowledged.len()).sum();
        let deleted: usize = self.writers.iter().map(|writer| writer.deleted.len()).sum();
        format!(
            "0 lost, 0 doubled, 0 resurrected of {acknowledged} notes and {deleted} deletions; {} were sent again",
            self.retries
        )
    }
}

impl Run {
    /// Waits until so many notes more are acknowledged.
    pub(super) async fn goes_on_for(&self, notes: u64) {
        let enough = self.written.load(Ordering::Relaxed) + notes;
        eventually(async || self.written.load(Ordering::Relaxed) >= enough).await;
    }
}

/// Every position has its event, and there is no other.
async fn log_is_whole(admin: &mut PgConnection) -> bool {
    let select = "SELECT bool_and(o.seq = (SELECT COUNT(*) FROM event e WHERE e.org_id = o.id) \
        AND o.seq = (SELECT MAX(seq) FROM event e WHERE e.org_id = o.id)) FROM org o";
    sqlx::query_scalar(select).fetch_one(admin).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_node_is_killed_and_whatever_connection_ends_nothing_is_lost_or_doubled() {
    let directory = kit::directory();
    let (db, contact, conversation) = template(&directory).await;
    let mut admin = Place::of(&db).connection().await;
    let mut scene = Scene::start(db, contact, conversation).await;
    let mut dice = Dice(5);
    let (mut killed, mut ended) = (0, 0);
    for _ in 0..runs(6) {
        scene
            .write_during(async |cluster, run| {
                for _ in 0..3 {
                    run.goes_on_for(1 + dice.below(30)).await;
                    if dice.below(2) == 0 {
                        cluster.kill(usize::try_from(dice.below(NODES as u64)).unwrap()).await;
                        killed += 1;
                    } else {
                        ended += end_connections(&mut admin, &mut dice).await;
                    }
                }
            })
            .await;
        assert!(log_is_whole(&mut admin).await, "a position without an event");
    }
    println!(
        "figure: three nodes on Postgres, {killed} nodes killed and {ended} connections ended while six wrote: {}",
        scene.figure()
    );
}
