//! The demo: its content, and that it never changes a database that has organizations.

use crate::kit::World;
use sidenote_server::{Config, State, StaticFiles, db::Db, demo, sql::sql};
use std::collections::{BTreeMap, BTreeSet};
use tempfile::TempDir;

async fn made() -> (TempDir, Db) {
    let directory = crate::kit::directory();
    let db = crate::kit::database::Place::fresh(&directory.path().join("demo.db")).await.open().await;
    assert_eq!(demo::make(&db).await.unwrap(), demo::Outcome::Made);
    (directory, db)
}

async fn count(db: &Db, select: &'static str) -> i64 {
    sql(select).fetch_value(&mut db.read().await.unwrap()).await.unwrap()
}

async fn rows(db: &Db, select: &'static str) -> Vec<(String, String)> {
    let rows = sql(select).fetch_all(&mut db.read().await.unwrap()).await.unwrap();
    rows.iter().map(|row| (row.text("a").unwrap(), row.text("b").unwrap())).collect()
}

#[tokio::test]
async fn both_organizations_are_there_with_their_people() {
    let (_directory, db) = made().await;
    let agents = rows(&db, "SELECT email AS a, role AS b FROM agent WHERE removed_at IS NULL").await;
    for (email, role) in [("maya@acme.test", "admin"), ("sam@acme.test", "agent"), ("gia@globex.test", "admin")] {
        assert!(agents.contains(&(email.to_owned(), role.to_owned())), "{email}");
    }
    assert_eq!(count(&db, "SELECT COUNT(*) FROM agent WHERE removed_at IS NOT NULL").await, 1);
    let of = |org: &str, table: &str| {
        let select = format!("SELECT COUNT(*) FROM {table} t JOIN org o ON o.id = t.org_id WHERE o.slug = '{org}'");
        let db = db.clone();
        async move {
            let mut reading = db.read().await.unwrap();
            sql(sqlx::AssertSqlSafe(select)).fetch_value::<i64>(&mut reading).await.unwrap()
        }
    };
    assert_eq!((of("acme", "contact").await, of("acme", "conversation").await), (40, 120));
    assert!(of("globex", "contact").await >= 3 && of("globex", "conversation").await >= 5);
}

#[tokio::test]
async fn there_is_work_on_every_channel_in_many_languages() {
    let (_directory, db) = made().await;
    let kinds = rows(
        &db,
        "SELECT DISTINCT h.kind AS a, o.slug AS b FROM conversation c JOIN channel h ON h.id = c.channel_id \
         JOIN org o ON o.id = c.org_id WHERE o.slug = 'acme'",
    )
    .await;
    assert_eq!(kinds.len(), <wire::ChannelKind as wire::VariantArray>::VARIANTS.len());
    let languages = rows(&db, "SELECT DISTINCT language AS a, '' AS b FROM contact").await;
    for language in ["pt-BR", "de-DE", "ja-JP", "ar", "uk-UA", "hi-IN", "en-US", "he-IL"] {
        assert!(languages.iter().any(|(known, _)| known == language), "{language}");
    }
    let statuses = rows(&db, "SELECT DISTINCT status AS a, '' AS b FROM conversation").await;
    assert_eq!(statuses.len(), 3);

    let mut channels: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (contact, channel) in rows(&db, "SELECT contact_id AS a, channel_id AS b FROM conversation").await {
        channels.entry(contact).or_default().insert(channel);
    }
    assert!(channels.values().filter(|channels| channels.len() >= 3).count() >= 8);
}

#[tokio::test]
async fn no_two_threads_begin_alike() {
    let (_directory, db) = made().await;
    let first = rows(&db, "SELECT body AS a, id AS b FROM message WHERE position = 1").await;
    let distinct: BTreeSet<&String> = first.iter().map(|(body, _)| body).collect();
    assert_eq!(distinct.len(), first.len());
}

#[tokio::test]
async fn every_text_is_one_that_could_have_been_typed() {
    let (_directory, db) = made().await;
    let all = "SELECT body AS a, id AS b FROM message UNION ALL SELECT body, note_id FROM contact_note_body \
        UNION ALL SELECT body, note_id FROM conversation_note_body";
    for (body, _) in rows(&db, all).await {
        assert!(wire::NoteBody::parse(&body).is_ok_and(|parsed| parsed.as_str() == body), "{body:?}");
    }
}

#[tokio::test]
async fn positions_and_times_run_the_same_way() {
    let (_directory, db) = made().await;
    let backwards = "SELECT COUNT(*) FROM message a JOIN message b ON b.org_id = a.org_id \
        AND b.conversation_id = a.conversation_id AND b.position = a.position + 1 \
        WHERE b.created_at < a.created_at OR b.seq < a.seq";
    assert_eq!(count(&db, backwards).await, 0);
    let mute = "SELECT COUNT(*) FROM org o WHERE o.seq <> (SELECT COUNT(*) FROM event e WHERE e.org_id = o.id)";
    assert_eq!(count(&db, mute).await, 0, "every position has its event");
    let late = "SELECT COUNT(*) FROM conversation c WHERE c.last_at < (SELECT MAX(m.created_at) FROM message m \
        WHERE m.conversation_id = c.id)";
    assert_eq!(count(&db, late).await, 0);
}

#[tokio::test]
async fn a_database_with_people_in_it_is_left_alone() {
    let world = World::new().await;
    let before = (world.count("SELECT COUNT(*) FROM org").await, world.count("SELECT SUM(seq) FROM org").await);
    assert_eq!(demo::make(world.db()).await.unwrap(), demo::Outcome::NotEmpty);
    let after = (world.count("SELECT COUNT(*) FROM org").await, world.count("SELECT SUM(seq) FROM org").await);
    assert_eq!(before, after);
}

#[tokio::test]
async fn the_password_demo_signs_in() {
    let (_directory, db) = made().await;
    let app = sidenote_server::app(State::new(db, Config::default(), StaticFiles::default()));
    let request = axum::http::Request::post(wire::paths::SESSION)
        .header("host", "localhost")
        .header("content-type", "application/json")
        .header("sec-fetch-site", "same-origin")
        .header("x-sidenote", "1")
        .body(axum::body::Body::from(r#"{"email":"maya@acme.test","password":"demo"}"#))
        .unwrap();
    let answer = tower::ServiceExt::oneshot(app, request).await.unwrap();
    assert_eq!(answer.status(), 204);
}
