//! The test kit: a small world of two organizations on a temporary database, and clients that call the app in process.
//! It asserts nothing about the product; it keeps the tests short.

mod client;
pub(crate) mod database;
pub(crate) mod earlier;
mod node;
pub(crate) mod own_postgres;
pub(crate) mod process;
mod stream;

pub(crate) use client::{Answer, Client};
pub(crate) use node::Node;
pub(crate) use stream::{Heard, Stream};

use axum::Router;
use database::Place;
use sidenote_server::{
    Config, State, StaticFiles,
    agents::{self, NewAgent},
    contacts,
    conversation::{self, NewConversation},
    db::Db,
    messages, orgs,
    purge::{Purged, purge},
    secret,
    sql::sql,
};
use std::{
    path::{Path, PathBuf},
    time::Duration,
};
use tempfile::TempDir;
use uuid::Uuid;
use wire::{
    AgentId, ChannelAddress, ChannelId, ChannelKind, ContactId, ContactPatch, ConversationId, Delivery, Direction,
    MessageId, OrgId, Role, Seq, Status,
};

/// An organization of the world: an admin, two agents, two contacts and three conversations.
#[derive(Clone)]
pub(crate) struct Team {
    pub(crate) org: OrgId,
    pub(crate) maya: AgentId,
    pub(crate) sam: AgentId,
    pub(crate) kim: AgentId,
    pub(crate) chat: ChannelId,
    pub(crate) email: ChannelId,
    pub(crate) ana: ContactId,
    pub(crate) bob: ContactId,
    /// Ana's web chat.
    pub(crate) ana_chat: ConversationId,
    /// Ana's e-mail thread.
    pub(crate) ana_mail: ConversationId,
    pub(crate) bob_chat: ConversationId,
}

pub(crate) struct World {
    pub(crate) state: State,
    pub(crate) app: Router,
    pub(crate) file: PathBuf,
    pub(crate) place: Place,
    pub(crate) acme: Team,
    pub(crate) globex: Team,
    _directory: TempDir,
}

impl World {
    pub(crate) async fn new() -> Self {
        // The undo window does not end while a slow machine runs a test.
        Self::with(Config { undo_window: Duration::from_secs(3600), ..Config::default() }).await
    }

    pub(crate) async fn with(config: Config) -> Self {
        Self::with_site(config, StaticFiles::default()).await
    }

    pub(crate) async fn with_site(config: Config, static_files: StaticFiles) -> Self {
        crate::canary::listen();
        let directory = directory();
        let file = directory.path().join("sidenote.db");
        let place = Place::fresh(&file).await;
        let db = place.open().await;
        let acme = team(&db, "acme").await;
        let globex = team(&db, "globex").await;
        let state = State::new(db, config, static_files);
        let app = sidenote_server::app(state.clone());
        Self { state, app, file, place, acme, globex, _directory: directory }
    }

    pub(crate) fn db(&self) -> &Db {
        self.state.db()
    }

    /// An admin of acme.
    pub(crate) async fn maya(&self) -> Client {
        self.client(self.acme.org, self.acme.maya).await
    }

    /// An agent of acme.
    pub(crate) async fn sam(&self) -> Client {
        self.client(self.acme.org, self.acme.sam).await
    }

    /// Another agent of acme.
    pub(crate) async fn kim(&self) -> Client {
        self.client(self.acme.org, self.acme.kim).await
    }

    /// An admin of globex.
    pub(crate) async fn gia(&self) -> Client {
        self.client(self.globex.org, self.globex.maya).await
    }

    /// A client without a session.
    pub(crate) fn nobody(&self) -> Client {
        Client::new(self.app.clone()).with("host", "localhost")
    }

    /// A client with a session of its own, with the headers of the app's page.
    pub(crate) async fn client(&self, org: OrgId, agent: AgentId) -> Client {
        let token = secret::token();
        let mut change = self.db().change(org).await.unwrap();
        let at = change.at().timestamp_millis();
        sql("INSERT INTO session (token_hash, org_id, agent_id, created_at, last_used_at) VALUES ($1, $2, $3, $4, $5)")
            .bind(secret::hash(&token))
            .bind(org.to_string())
            .bind(agent.to_string())
            .bind(at)
            .bind(at)
            .execute(change.tx())
            .await
            .unwrap();
        change.commit().await.unwrap();
        self.nobody()
            .with("cookie", &format!("sid={token}"))
            .with("sec-fetch-site", "same-origin")
            .with("x-sidenote", "1")
    }

    /// A message from the contact, now.
    pub(crate) async fn inbound(&self, org: OrgId, conversation: ConversationId, body: &str) -> Seq {
        let mut change = self.db().change(org).await.unwrap();
        let at = change.at();
        let id = MessageId::fresh();
        let row = messages::NewRow {
            id,
            conversation,
            direction: Direction::In,
            author: None,
            body,
            attachments: &[],
            source: None,
            arrival: messages::Arrival::New,
            delivery: Delivery::Delivered,
            at,
        };
        let seq = messages::insert(&mut change, &row).await.unwrap();
        change.commit().await.unwrap();
        seq
    }

    /// The same world over the current file. Its database must be closed.
    pub(crate) async fn reopened(self) -> Self {
        let state = State::new(self.place.open().await, Config::default(), StaticFiles::default());
        let app = sidenote_server::app(state.clone());
        Self { state, app, ..self }
    }

    /// Nothing of what was deleted is in the files any more. A reader may be in the way for a while, on Postgres one of
    /// another test.
    pub(crate) async fn is_purged(&self) {
        eventually(async || purge(self.db(), true).await.unwrap() == Purged::Clean).await;
    }

    /// A number from the database.
    pub(crate) async fn count(&self, select: &'static str) -> i64 {
        // A sum is a NUMERIC on Postgres, and a 1 is 32 bits wide.
        let number = sqlx::AssertSqlSafe(format!("SELECT CAST(({select}) AS BIGINT)"));
        sql(number).fetch_value(&mut self.db().read().await.unwrap()).await.unwrap()
    }
}

/// Adds an organization with this short name.
pub(crate) async fn team(db: &Db, slug: &str) -> Team {
    let org = orgs::add(db, slug, &slug.to_uppercase()).await.unwrap();
    let channels = orgs::channels(&mut db.read().await.unwrap(), org).await.unwrap();
    let channel = |kind| channels.iter().find(|channel| channel.kind == kind).unwrap().id;
    let (chat, email) = (channel(ChannelKind::Chat), channel(ChannelKind::Email));
    let mut change = db.change(org).await.unwrap();
    let [maya, sam, kim] = [("Maya", Role::Admin), ("Sam", Role::Agent), ("Kim", Role::Agent)].map(|(name, role)| {
        let email = format!("{}@{slug}.test", name.to_lowercase());
        NewAgent { id: AgentId::fresh(), email, name: name.to_owned(), role, password_hash: "none".to_owned() }
    });
    for agent in [&maya, &sam, &kim] {
        agents::add(&mut change, agent).await.unwrap();
    }
    let [ana, bob] = [ContactId::fresh(), ContactId::fresh()];
    for (id, name) in [(ana, "Ana"), (bob, "Bob")] {
        let address = format!("{}@{slug}.example", name.to_lowercase());
        let details =
            ContactPatch { name: Some(name.to_owned()), email: Some(Some(address.clone())), ..ContactPatch::default() };
        let addresses = [ChannelAddress { kind: ChannelKind::Email, address }];
        contacts::add(&mut change, id, details, &addresses).await.unwrap();
    }
    let [ana_chat, ana_mail, bob_chat] = std::array::from_fn(|_| ConversationId::fresh());
    for (id, contact, channel) in [(ana_chat, ana, chat), (ana_mail, ana, email), (bob_chat, bob, chat)] {
        let at = change.at();
        let new = NewConversation { id, contact, channel, thread_key: None, status: Status::Open, assignee: None, at };
        conversation::start(&mut change, &new, None).await.unwrap();
    }
    change.commit().await.unwrap();
    Team { org, maya: maya.id, sam: sam.id, kim: kim.id, chat, email, ana, bob, ana_chat, ana_mail, bob_chat }
}

/// A directory for a database: in memory if there is room, so that no test waits for a disk.
pub(crate) fn directory() -> TempDir {
    let memory = Path::new("/dev/shm");
    let has_room =
        rustix::fs::statvfs(memory).is_ok_and(|file_system| file_system.f_bavail * file_system.f_frsize > ROOM);
    if has_room { TempDir::new_in(memory).unwrap() } else { TempDir::new().unwrap() }
}

/// A word that no other test writes: on Postgres they share the files of one server.
pub(crate) fn marker(word: &str) -> &'static str {
    format!("{word}-{}", &Uuid::now_v7().simple().to_string()[24..]).leak()
}

/// More than all tests that run at the same time need; a container may have as little as 64 MiB.
const ROOM: u64 = 1 << 30;

/// Waits with a time limit: a test that would wait for ever fails instead.
pub(crate) async fn patient<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(30), what).await.expect("it comes within 30 s")
}

/// Repeats the check until it holds.
pub(crate) async fn eventually(mut is_so: impl AsyncFnMut() -> bool) {
    let mut pace = tokio::time::interval(Duration::from_millis(5));
    patient(async {
        while !is_so().await {
            pace.tick().await;
        }
    })
    .await;
}
