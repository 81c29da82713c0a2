//! The test kit: a small world of two organizations on a temporary database, and clients that call the app in process.
//! It asserts nothing about the product; it keeps the tests short.

pub(crate) mod database;
pub(crate) mod earlier;
mod node;
pub(crate) mod process;
mod stream;

pub(crate) use node::Node;
pub(crate) use stream::{Heard, Stream};

use axum::{
    Router,
    body::{Body, BodyDataStream},
    http::{HeaderMap, HeaderName, HeaderValue, Method, Request},
};
use database::Place;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
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
use tower::ServiceExt as _;
use uuid::Uuid;
use wire::{
    AgentId, ChannelAddress, ChannelId, ChannelKind, ContactId, ContactNoteId, ContactPatch, ConversationId,
    ConversationNoteId, Delivery, Direction, MessageId, OrgId, Role, Seq, Status,
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
        Client { app: self.app.clone(), headers: HeaderMap::new() }.with("host", "localhost")
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

/// Calls the app with the headers of one browser.
#[derive(Clone)]
pub(crate) struct Client {
    app: Router,
    headers: HeaderMap,
}

impl Client {
    /// The same client with another header, or another value of it.
    pub(crate) fn with(&self, name: &str, value: &str) -> Self {
        let mut headers = self.headers.clone();
        headers.insert(name.parse::<HeaderName>().unwrap(), HeaderValue::from_str(value).unwrap());
        Self { app: self.app.clone(), headers }
    }

    /// The same browser, for this world's app.
    pub(crate) fn at(&self, world: &World) -> Self {
        Self { app: world.app.clone(), headers: self.headers.clone() }
    }

    /// The same client, asking another app.
    pub(crate) fn through(&self, app: &Router) -> Self {
        Self { app: app.clone(), headers: self.headers.clone() }
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }

    pub(crate) fn without(&self, name: &str) -> Self {
        let mut headers = self.headers.clone();
        headers.remove(name);
        Self { app: self.app.clone(), headers }
    }

    /// The same session as a browser sends it over TLS.
    pub(crate) fn secure(&self) -> Self {
        let cookie = format!("__Host-{}", self.headers["cookie"].to_str().unwrap());
        self.with("cookie", &cookie)
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.ask(Method::GET, path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: Option<Value>) -> Answer {
        self.ask(Method::POST, path, body).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Answer {
        self.ask(Method::PUT, path, Some(body)).await
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> Answer {
        self.ask(Method::PATCH, path, Some(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.ask(Method::DELETE, path, None).await
    }

    pub(crate) async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let has_type = self.headers.contains_key("content-type");
        match body {
            Some(body) if has_type => self.send(method, path, body.to_string()).await,
            Some(body) => self.with("content-type", "application/json").send(method, path, body.to_string()).await,
            None => self.send(method, path, Body::empty()).await,
        }
    }

    /// Sends exactly these bytes.
    pub(crate) async fn send(&self, method: Method, path: &str, body: impl Into<Body>) -> Answer {
        let response = self.begin(method, path, body.into()).await;
        let (parts, body) = response.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.unwrap().to_vec();
        Answer { status: parts.status.as_u16(), headers: parts.headers, body }
    }

    async fn begin(&self, method: Method, path: &str, body: Body) -> axum::response::Response {
        let mut request = Request::builder().method(method).uri(path).body(body).unwrap();
        *request.headers_mut() = self.headers.clone();
        self.app.clone().oneshot(request).await.unwrap()
    }

    /// The start of an answer; the rest is not read.
    pub(crate) async fn begins(&self, path: &str) -> Answer {
        let response = self.begin(Method::GET, path, Body::empty()).await;
        Answer { status: response.status().as_u16(), headers: response.headers().clone(), body: Vec::new() }
    }

    /// The pieces of an answer, as they are read.
    pub(crate) async fn pieces(&self, path: &str) -> BodyDataStream {
        self.begin(Method::GET, path, Body::empty()).await.into_body().into_data_stream()
    }

    /// Opens a stream of events.
    pub(crate) async fn stream(&self, path: &str) -> Stream {
        let response = self.begin(Method::GET, path, Body::empty()).await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        assert_eq!(response.headers()["x-accel-buffering"], "no");
        Stream::new(response.into_body().into_data_stream())
    }

    /// Adds a contact note in a conversation and returns its id.
    pub(crate) async fn add_note(&self, contact: ContactId, conversation: ConversationId, body: &str) -> ContactNoteId {
        let id = ContactNoteId::fresh();
        let new = json!({ "body": body, "conversation_id": conversation });
        self.put(&wire::paths::contact_note(contact, id), new).await.expect(201);
        id
    }

    /// Adds a conversation note and returns its id.
    pub(crate) async fn add_conversation_note(&self, conversation: ConversationId, body: &str) -> ConversationNoteId {
        let id = ConversationNoteId::fresh();
        self.put(&wire::paths::conversation_note(conversation, id), json!({ "body": body })).await.expect(201);
        id
    }
}

/// The answer to a request.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", String::from_utf8_lossy(&self.body));
        self
    }

    #[track_caller]
    pub(crate) fn read<T: DeserializeOwned>(&self) -> T {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        self.read()
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// Checks that this is a problem document with this code, and returns it.
    #[track_caller]
    pub(crate) fn refused(&self, code: &str) -> Value {
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{} {}", self.status, self.text());
        let problem = self.json();
        assert_eq!(problem["type"], format!("/problems/{code}"), "{problem}");
        assert_eq!(problem["status"], self.status);
        problem
    }
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
