//! From a file to Postgres and back, and what was deleted since a backup.

use crate::kit::{
    self, Node, World,
    database::{self, Place},
    marker, process,
};
use sidenote_server::{backup, db::Db, demo, search_build, sql::sql};
use sqlx::{Connection as _, SqliteConnection};
use std::path::Path;
use tempfile::TempDir;
use wire::{SearchResults, paths};

/// A file with the demo's data, and something of everything else.
async fn filled(directory: &TempDir) -> String {
    let file = directory.path().join("from.db");
    let db = Db::open(&file).await.unwrap();
    demo::make(&db).await.unwrap();
    let mut change = db.change(wire::OrgId::fresh()).await.unwrap();
    for statement in [
        "INSERT INTO session (token_hash, org_id, agent_id, created_at, last_used_at) \
         SELECT 'hash ' || id, org_id, id, 1, 2 FROM agent",
        "INSERT INTO visitor (token_hash, org_id, conversation_id, created_at) SELECT 'v' || id, id, NULL, 3 FROM org",
        "INSERT INTO embed_key (org_id, id, name, key_hash, created_at) SELECT id, 'k', 'crm', 'h' || id, 4 FROM org",
        "INSERT INTO embed_origin (org_id, origin) SELECT id, 'https://crm.example' FROM org",
        "INSERT INTO embed_token (token_hash, org_id, agent_id, key_id, origin, expires_at) \
         SELECT 't' || id, org_id, id, 'k', 'https://crm.example', 5 FROM agent",
        "INSERT INTO contact_tombstone (org_id, id, erased_by, erased_at, rev) SELECT id, 'gone', NULL, 6, 7 FROM org",
    ] {
        sql(statement).execute(change.tx()).await.unwrap();
    }
    change.commit().await.unwrap();
    db.close().await;
    file.display().to_string()
}

/// The tables of which a row of one file is not in the other.
async fn differences(one: &str, other: &str) -> Vec<String> {
    let mut connection = SqliteConnection::connect(one).await.unwrap();
    sqlx::query("ATTACH DATABASE ? AS other").bind(other).execute(&mut connection).await.unwrap();
    let select = "SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name NOT LIKE '%sqlite%' AND name <> '_sqlx_migrations' \
        AND name NOT LIKE '%search%'";
    let tables: Vec<String> = sqlx::query_scalar(select).fetch_all(&mut connection).await.unwrap();
    assert!(tables.len() > 25, "{tables:?}");
    let mut different = Vec::new();
    for table in tables {
        for (from, than) in [("main", "other"), ("other", "main")] {
            let rows =
                format!("SELECT COUNT(*) FROM (SELECT * FROM {from}.{table} EXCEPT SELECT * FROM {than}.{table})");
            let count: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(rows)).fetch_one(&mut connection).await.unwrap();
            if count > 0 {
                different.push(format!("{from}.{table}: {count}"));
            }
        }
    }
    different
}

async fn epoch(address: &str) -> String {
    let db = Place::of(address).open().await;
    let epoch = db.epoch().to_owned();
    db.close().await;
    epoch
}

#[tokio::test]
async fn everything_moves_to_postgres_and_back_and_every_page_starts_over() {
    let directory = kit::directory();
    let from = filled(&directory).await;
    let there = database::fresh_on(&database::server()).await;
    let back = directory.path().join("back.db").display().to_string();
    process::succeed(&["copy", "--from", &from, "--to", &there]).await;
    process::succeed(&["copy", "--from", &there, "--to", &back]).await;
    assert_eq!(differences(&from, &back).await, ["main.meta: 1", "other.meta: 1"]);
    let mut moved = SqliteConnection::connect(&back).await.unwrap();
    let are_listed = "SELECT (SELECT COUNT(*) FROM contact_search) = (SELECT COUNT(*) FROM contact)";
    assert!(sqlx::query_scalar::<_, bool>(are_listed).fetch_one(&mut moved).await.unwrap(), "the search finds them");
    let epochs = [epoch(&from).await, epoch(&there).await, epoch(&back).await];
    assert!(epochs[0] != epochs[1] && epochs[1] != epochs[2], "{epochs:?}");
    process::fail(&["copy", "--from", &from, "--to", &there], "is not empty").await;
    process::fail(&["copy", "--from", &there, "--to", &back], "is there already").await;
    process::fail(&["copy", "--from", &from, "--to", "elsewhere.db"], "by `backup`").await;
}

#[tokio::test]
async fn nothing_is_copied_while_a_server_runs_and_no_server_starts_on_half_a_copy() {
    let directory = kit::directory();
    let from = filled(&directory).await;
    let (there, to) = (database::fresh_on(&database::server()).await, directory.path().join("to.db"));
    let to = to.display().to_string();
    let (mut server, _) = process::serve(&from, &[]).await;
    process::fail(&["copy", "--from", &from, "--to", &there], "A server is running").await;
    server.kill().await.unwrap();
    let (mut server, address) = process::serve(&there, &["--demo"]).await;
    // The node listens, and so it is seen.
    kit::eventually(async || {
        let output = process::run(&["copy", "--from", &there, "--to", &to]).await;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        !Path::new(&to).exists() && said.contains("A server is running") && !address.is_empty()
    })
    .await;
    server.kill().await.unwrap();
    let admin = &mut Place::of(&there).connection().await;
    let alone = "SELECT pg_advisory_lock(hashtextextended('sidenote node ' || current_schema(), 0))";
    sqlx::query(alone).execute(admin).await.unwrap();
    process::fail(&["serve", "--addr", "127.0.0.1:0", "--db", &there], "being copied or restored").await;
}

#[tokio::test]
async fn what_was_deleted_since_the_backup_is_deleted_in_what_was_restored() {
    let world = World::new().await;
    let (sam, acme) = (world.sam().await, world.acme.clone());
    let text = marker("Xylo");
    let note = sam.add_note(acme.ana, acme.ana_chat, text).await;
    sam.add_note(acme.ana, acme.ana_chat, "stays").await;
    let address = world.place.address();
    let list = kit::directory();
    let list = list.path().join("deletions.txt");
    std::fs::write(&list, format!("contact-note {} {note} {} {}\n", acme.org, acme.ana, acme.sam)).unwrap();
    let list = list.display().to_string();
    let before = backup::deletions(world.db()).await.unwrap();
    let node = Node::beside(&world).await;
    let restore = ["restore", "--db", &address];
    let listed = [&restore[..], &["--deletions", &list]].concat();
    sam.through(&node.app).get(&paths::contact_notes(acme.ana, None, 10)).await.expect(200);
    kit::eventually(async || {
        let output = process::run(&listed).await;
        String::from_utf8_lossy(&output.stderr).contains("A server is running")
    })
    .await;
    node.stop().await;
    process::fail(&restore, "--deletions FILE").await;
    assert_eq!(backup::deletions(world.db()).await.unwrap(), before, "nothing was changed");
    let epoch = world.db().epoch().to_owned();
    world.db().close().await;
    process::succeed(&listed).await;
    let world = world.reopened().await;
    assert_ne!(world.db().epoch(), epoch);
    search_build::build(world.db()).await.unwrap();
    let sam = world.sam().await;
    for (asked, found) in [("stays", 1), (text, 0)] {
        let results: SearchResults = sam.get(&paths::search(asked, None, 10)).await.expect(200).read();
        assert_eq!(results.contact_notes.items.len(), found, "{asked}");
    }
    world.is_purged().await;
    assert_eq!(world.place.bytes_left(text).await, 0);
    assert_eq!(world.count("SELECT COUNT(*) FROM contact_note").await, 1);
}
