//! Databases as earlier versions left them: their schema, with an organization in it.

use sha2::{Digest as _, Sha256};
use sidenote_server::{Config, State, StaticFiles, db::Db};
use sqlx::{
    Connection as _, SqliteConnection,
    migrate::Migrator,
    sqlite::{SqliteConnectOptions, SqliteJournalMode},
};
use std::path::Path;
use wire::{AgentId, ChannelId, ContactId, ContactNoteId, ConversationId, ConversationNoteId, OrgId};

static MIGRATIONS: Migrator = sqlx::migrate!("./migrations/sqlite");

/// The content of the database.
#[derive(Clone, Copy)]
pub(crate) struct Past {
    pub(crate) org: OrgId,
    pub(crate) sam: AgentId,
    pub(crate) ana: ContactId,
    pub(crate) chat: ConversationId,
}

/// The session of Sam's browser.
pub(crate) const SESSION: &str = "sams-session";

/// A database with the migrations up to this one, open for statements of that schema.
pub(crate) async fn database(file: &Path, schema: i64) -> (Past, SqliteConnection) {
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .foreign_keys(true)
        .pragma("secure_delete", "ON");
    let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
    let had = MIGRATIONS.iter().filter(|migration| migration.version <= schema).cloned().collect();
    Migrator::with_migrations(had).run(&mut connection).await.unwrap();
    let past =
        Past { org: OrgId::fresh(), sam: AgentId::fresh(), ana: ContactId::fresh(), chat: ConversationId::fresh() };
    past.fill(&mut connection).await;
    (past, connection)
}

/// The current app over such a file, and Sam's browser, which is still signed in.
pub(crate) async fn opened(file: &Path, config: Config) -> (Db, super::Client) {
    let db = Db::open(file).await.unwrap();
    let app = sidenote_server::app(State::new(db.clone(), config, StaticFiles::default()));
    let nobody = super::Client::new(app).with("host", "localhost");
    let sam = nobody.with("cookie", &format!("sid={SESSION}")).with("sec-fetch-site", "same-origin");
    (db, sam.with("x-sidenote", "1"))
}

impl Past {
    async fn fill(&self, connection: &mut SqliteConnection) {
        let Self { org, sam, ana, chat } = self;
        let (channel, now) = (ChannelId::fresh(), chrono::Utc::now().timestamp_millis());
        let session = Sha256::digest(SESSION).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let statements = [
            "INSERT INTO meta (key, value) VALUES ('epoch', 'k3f9'), ('cursor-key', 'cursors')".to_owned(),
            format!("INSERT INTO org (id, slug, name, seq) VALUES ('{org}', 'acme', 'Acme', 1000)"),
            format!(
                "INSERT INTO agent (org_id, id, email, name, role, password_hash, joined_seq) \
                 VALUES ('{org}', '{sam}', 'sam@acme.test', 'Sam', 'agent', 'none', 1)"
            ),
            format!(
                "INSERT INTO session (token_hash, org_id, agent_id, created_at, last_used_at) \
                 VALUES ('{session}', '{org}', '{sam}', {now}, {now})"
            ),
            format!("INSERT INTO channel (org_id, id, kind, name) VALUES ('{org}', '{channel}', 'chat', 'Web chat')"),
            format!(
                "INSERT INTO contact (org_id, id, name, created_at, seq, rev) VALUES ('{org}', '{ana}', 'Ana', 1, 2, 2)"
            ),
            format!(
                "INSERT INTO conversation (org_id, id, contact_id, channel_id, status, last_at, created_at, seq, rev) \
                 VALUES ('{org}', '{chat}', '{ana}', '{channel}', 'open', 1, 1, 3, 3)"
            ),
        ];
        for statement in statements {
            run(connection, statement).await;
        }
    }

    /// A contact note in the first two schemas. `seq`: from 10 on, each once.
    pub(crate) async fn contact_note(&self, connection: &mut SqliteConnection, seq: u32, body: &str) -> ContactNoteId {
        let Self { org, sam, ana, chat } = self;
        let id = ContactNoteId::fresh();
        let (before, body) = (padding(body), body.replace('\'', "''"));
        let note = format!(
            "INSERT INTO contact_note VALUES ('{org}', '{id}', '{ana}', '{chat}', '{sam}', {seq}, {seq}, {seq}, NULL, \
             zeroblob({before}), '{body}')"
        );
        run(connection, note).await;
        id
    }

    /// A conversation note in the first two schemas.
    pub(crate) async fn conversation_note(
        &self,
        connection: &mut SqliteConnection,
        seq: u32,
        body: &str,
    ) -> ConversationNoteId {
        let Self { org, sam, chat, .. } = self;
        let id = ConversationNoteId::fresh();
        let (before, body) = (padding(body), body.replace('\'', "''"));
        let note = format!(
            "INSERT INTO conversation_note VALUES ('{org}', '{id}', '{chat}', '{sam}', {seq}, {seq}, {seq}, NULL, \
             zeroblob({before}), '{body}')"
        );
        run(connection, note).await;
        id
    }

    /// Deletes a contact note for ever, as the versions of that schema did after the undo window.
    pub(crate) async fn delete(&self, connection: &mut SqliteConnection, note: ContactNoteId) {
        let Self { org, sam, ana, .. } = self;
        let tombstone =
            format!("INSERT INTO contact_note_tombstone VALUES ('{org}', '{note}', '{ana}', '{sam}', 1, 900)");
        for statement in [tombstone, format!("DELETE FROM contact_note WHERE id = '{note}'")] {
            run(connection, statement).await;
        }
    }
}

pub(crate) async fn run(connection: &mut SqliteConnection, statement: String) {
    sqlx::query(sqlx::AssertSqlSafe(statement)).execute(connection).await.unwrap();
}

/// The padding that the first two schemas put before a text.
fn padding(body: &str) -> usize {
    let pages = (body.len() + 519).div_ceil(4092);
    489 + pages * 4092 - 259 - 200 - body.len()
}
