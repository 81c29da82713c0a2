//! The canary: the text that people write is in no log line, at any level, and in no table that outlives a note.

use crate::kit::World;
use axum::http::Method;
use serde_json::json;
use sidenote_server::sql::sql;
use std::{
    io::Write,
    sync::{Mutex, Once},
};
use tracing_subscriber::fmt::MakeWriter;
use wire::{ContactNoteId, MessageId, paths};

static LOG: Mutex<Vec<u8>> = Mutex::new(Vec::new());

struct Captured;

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        LOG.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Captured {
    type Writer = Self;
    fn make_writer(&'a self) -> Self {
        Self
    }
}

/// What was logged so far.
pub(crate) fn log() -> String {
    String::from_utf8_lossy(&LOG.lock().unwrap()).into_owned()
}

/// Captures the log of every test at its most detailed level; called when a world is made.
pub(crate) fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(Captured).with_ansi(false).init();
    });
}

fn is_logged(text: &str) -> bool {
    let log = LOG.lock().unwrap();
    log.windows(text.len()).any(|window| window == text.as_bytes())
}

#[tokio::test]
async fn no_word_of_a_note_is_in_the_log_or_in_what_outlives_it() {
    let world = World::new().await;
    let (sam, kim, acme) = (world.sam().await, world.kim().await, &world.acme);
    let canary = format!("canary-{}", wire::OrgId::fresh());
    let id = sam.add_note(acme.ana, acme.ana_chat, &canary).await;
    let note = paths::contact_note(acme.ana, id);
    let new = json!({ "body": canary, "conversation_id": acme.ana_chat });
    sam.put(&note, new.clone()).await.expect(200);
    kim.put(&note, new.clone()).await.expect(409);
    let conversation_note = sam.add_conversation_note(acme.ana_chat, &canary).await;
    sam.put(&paths::message(acme.ana_chat, MessageId::fresh()), json!({ "body": canary })).await.expect(201);
    world.inbound(acme.org, acme.ana_chat, &canary).await;
    for wrong in
        [json!({ "body": format!("{canary}\u{0}"), "conversation_id": acme.ana_chat }), json!({ "text": canary })]
    {
        sam.put(&paths::contact_note(acme.ana, ContactNoteId::fresh()), wrong).await.expect(422);
    }
    let typed = sam.with("content-type", "application/json");
    typed.send(Method::PUT, &note, format!("{{\"body\":\"{canary}")).await.expect(400);
    sam.get(&format!("/api/v1/{canary}")).await.expect(404);
    sam.get(&format!("{}?q={canary}", paths::contact_notes(acme.ana, None, 5))).await.expect(400);
    sam.get(&format!("{}&q={canary}", paths::contact_notes(acme.ana, None, 5))).await.expect(200);
    let wrong = json!({ "email": format!("{canary}@acme.test"), "password": canary });
    world.nobody().post(paths::SESSION, Some(wrong)).await.expect(401);
    sam.delete(&note).await.expect(200);
    sam.put(&note, new).await.expect(410);
    sam.delete(&paths::conversation_note(acme.ana_chat, conversation_note)).await.expect(200);

    tracing::trace!("an end mark {}", id);
    assert!(is_logged(&format!("an end mark {id}")), "the log is being captured");
    assert!(!is_logged(&canary));
    for select in [
        "SELECT kind || subject_id || coalesce(parent_id, '') || coalesce(actor_id, '') AS line FROM event",
        "SELECT kind || contact_id || coalesce(subject, '') AS line FROM activity",
        "SELECT id || contact_id || deleted_by || restorable_until AS line FROM contact_note_tombstone",
        "SELECT id || conversation_id || deleted_by || restorable_until AS line FROM conversation_note_tombstone",
        "SELECT key || value AS line FROM meta",
    ] {
        let rows = sql(select).fetch_all(&mut world.db().read().await.unwrap()).await.unwrap();
        let text: String = rows.iter().map(|row| row.text("line").unwrap()).collect();
        assert!(!text.is_empty() && !text.contains(&canary), "{select}");
    }
}

#[tokio::test]
async fn no_secret_is_in_the_log() {
    let world = World::new().await;
    let hash = sidenote_server::password::hash("a-very-particular-password").unwrap();
    sidenote_server::agents::set_password(world.db(), "sam@acme.test", &hash).await.unwrap();
    let given = json!({ "email": "sam@acme.test", "password": "a-very-particular-password" });
    let answer = world.nobody().post(paths::SESSION, Some(given)).await.expect(204);
    let cookie = answer.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    world.nobody().with("cookie", &cookie).get(paths::ME).await.expect(200);
    let token = cookie.trim_start_matches("sid=");
    assert!(!is_logged("a-very-particular-password") && !is_logged(token) && !is_logged(&hash));
}
