//! What is to be shown of Postgres itself. The other tests of the server run on it too: `cargo xtask test postgres`.

mod deploy;
mod faults;
mod moving;
mod standby;

use crate::kit::{self, Node, World, database, patient, process};
use futures::future::join_all;
use sidenote_server::{
    Config,
    db::Db,
    purge::{Purged, purge},
    sql::sql,
};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use std::{collections::BTreeSet, time::Duration};
use wire::paths;

/// sqlx' own, what is in memory on SQLite, what is a row of `meta` there, and the indexes of the search.
const NOT_COMPARED: [&str; 3] = ["_sqlx_migrations", "rate_limit", "rewrite_due"];

/// The tables with their columns, and whether a column must have a value.
async fn columns(db: &Db, select: &'static str) -> BTreeSet<(String, String, bool)> {
    let rows = sql(select).fetch_all(&mut db.read().await.unwrap()).await.unwrap();
    let column = |row: &sidenote_server::sql::Row| {
        (row.text("t").unwrap(), row.text("c").unwrap(), row.get("is_required").unwrap())
    };
    let is_compared =
        |table: &str| !NOT_COMPARED.contains(&table) && !table.contains("_search") && !table.starts_with("search_");
    rows.iter().map(column).filter(|(table, ..)| is_compared(table)).collect()
}

#[tokio::test]
async fn both_engines_have_the_same_tables_and_columns() {
    let directory = kit::directory();
    let file = Db::open(&directory.path().join("sidenote.db")).await.unwrap();
    let server = Db::connect(&database::fresh_on(&database::server()).await).await.unwrap();
    let of_file = columns(
        &file,
        "SELECT m.name AS t, c.name AS c, c.\"notnull\" AS is_required FROM sqlite_schema m, pragma_table_info(m.name) c \
         WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%'",
    )
    .await;
    let of_server = columns(
        &server,
        "SELECT table_name::text AS t, column_name::text AS c, is_nullable = 'NO' AS is_required \
         FROM information_schema.columns WHERE table_schema = current_schema()",
    )
    .await;
    assert!(of_file.len() > 100, "{of_file:?}");
    assert_eq!(of_file, of_server);
}

#[tokio::test]
async fn nodes_that_start_at_once_migrate_an_empty_database_once() {
    let address = database::fresh_on(&database::server()).await;
    let nodes = join_all((0..6).map(|_| Db::connect(&address))).await;
    let epochs: BTreeSet<_> = nodes.into_iter().map(|node| node.unwrap().epoch()).collect();
    assert_eq!(epochs.len(), 1);
}

#[tokio::test]
async fn a_node_goes_on_when_a_later_version_has_migrated_the_database() {
    let world = World::new().await;
    let (sam, acme) = (world.sam().await, &world.acme);
    let mut stream = sam.stream(paths::EVENTS).await;
    stream.until("hello").await;
    let before = sam.add_note(acme.ana, acme.ana_chat, "Before").await;
    stream.until("contact-note-added").await;
    // As the walk-through in CONTRIBUTING.md says, and as a migration that adds an index and a table.
    let mut later = world.place.connection().await;
    for statement in [
        "ALTER TABLE contact_note ADD COLUMN pinned BOOLEAN NOT NULL DEFAULT FALSE",
        "ALTER TABLE org ADD COLUMN later BIGINT",
        "ALTER TABLE conversation ADD COLUMN later BIGINT NOT NULL DEFAULT 0",
        "CREATE INDEX contact_note_pinned ON contact_note (org_id, contact_id) WHERE pinned",
        "CREATE TABLE later (org_id TEXT NOT NULL REFERENCES org (id), text TEXT NOT NULL)",
        "INSERT INTO _sqlx_migrations SELECT 9000, 'later', installed_on, TRUE, checksum, 0 FROM _sqlx_migrations WHERE version = 1",
    ] {
        sqlx::query(statement).execute(&mut later).await.unwrap();
    }
    let after = sam.add_note(acme.ana, acme.ana_chat, "After").await;
    assert_eq!(stream.until("contact-note-added").await.data["note"]["id"], after.to_string());
    sam.delete(&paths::contact_note(acme.ana, before)).await.expect(200);
    let notes: wire::NotesPage<wire::ContactNote> =
        sam.get(&paths::contact_notes(acme.ana, None, 10)).await.expect(200).read();
    assert_eq!(notes.items.iter().map(|note| note.id).collect::<Vec<_>>(), [after]);
    sam.get("/api/v1/conversations").await.expect(200);
    let Err(refused) = Db::connect(&world.place.address()).await else { panic!("an old node starts") };
    assert!(refused.to_string().contains("a later version of Sidenote"), "{refused}");
}

#[tokio::test]
async fn a_node_whose_listening_connection_is_ended_hears_on() {
    let world = World::new().await;
    let node = Node::beside(&world).await;
    let (maya, sam) = (world.maya().await, world.sam().await);
    let mut stream = maya.through(&node.app).stream(paths::EVENTS).await;
    stream.until("hello").await;
    let mut connection = world.place.connection().await;
    for body in ["First", "Second", "Third"] {
        let ended: i64 = sqlx::query_scalar(
            "SELECT COUNT(*) FILTER (WHERE pg_terminate_backend(pid)) FROM pg_stat_activity \
             WHERE query LIKE '%sidenote node%' AND pid <> pg_backend_pid() AND application_name = current_setting('application_name')",
        )
        .fetch_one(&mut connection)
        .await
        .unwrap();
        assert!(ended > 0 || body != "First", "both nodes listen");
        sam.add_note(world.acme.ana, world.acme.ana_chat, body).await;
        assert_eq!(stream.until("contact-note-added").await.data["note"]["body"], body);
    }
}

#[tokio::test]
async fn what_no_node_has_told_of_is_found_all_the_same() {
    let world = World::new().await;
    let node = Node::beside(&world).await;
    let sam = world.sam().await;
    let mut stream = sam.through(&node.app).stream(paths::EVENTS).await;
    // What is heard now was told: from here on the node listens.
    sam.add_note(world.acme.ana, world.acme.ana_chat, "x").await;
    stream.until("contact-note-added").await;
    let mut connection = world.place.connection().await;
    for statement in ["DELETE FROM session", "UPDATE org SET access_rev = access_rev + 1"] {
        sqlx::query(statement).execute(&mut connection).await.unwrap();
    }
    while stream.next().await.is_some() {}
}

#[tokio::test]
async fn many_changes_of_one_organization_keep_no_other_from_its_own() {
    let world = World::new().await;
    let (acme, globex) = (world.acme.org, world.globex.org);
    let first = world.db().change(acme).await.unwrap();
    let others = (0..60).map(|_| {
        let db = world.db().clone();
        tokio::spawn(async move { db.change(acme).await.unwrap().commit().await.unwrap() })
    });
    let others: Vec<_> = others.collect();
    // Longer than the others take to be in line: each of them is asked once.
    for _ in 0..1000 {
        tokio::task::yield_now().await;
    }
    let change = patient(world.db().change(globex)).await.unwrap();
    change.commit().await.unwrap();
    assert!(others.iter().all(|other| !other.is_finished()));
    first.commit().await.unwrap();
    for other in others {
        patient(other).await.unwrap();
    }
}

#[tokio::test]
async fn attempts_on_all_nodes_are_counted_together() {
    let world = World::new().await;
    let node = Node::beside(&world).await;
    let clients = [world.nobody(), world.nobody().through(&node.app)];
    let mut accepted = 0;
    for nth in 0..200 {
        let visit = clients[nth % 2].post("/contact/v1/acme/visits", None).await;
        accepted += usize::from(visit.status == 200);
    }
    // One comes back every half second while the test runs.
    assert!((120..160).contains(&accepted), "{accepted}");
    let kept: String = sqlx::query_scalar("SELECT string_agg(key, ' ') FROM rate_limit")
        .fetch_one(&mut world.place.connection().await)
        .await
        .unwrap();
    assert!(!kept.contains("127.0.0.1") && !kept.contains("visit"), "{kept}");
}

#[tokio::test]
async fn a_server_that_could_not_remove_deleted_text_says_what_to_change_and_does_not_start() {
    let address = database::fresh_on(&database::server()).await;
    let mut admin = PgConnection::connect(&address).await.unwrap();
    let schema: String = sqlx::query_scalar("SELECT current_schema()").fetch_one(&mut admin).await.unwrap();
    let mut run = async |statement: &str| {
        sqlx::query(AssertSqlSafe(statement.replace("@", &schema))).execute(&mut admin).await.unwrap();
    };
    run("CREATE ROLE r_@ LOGIN").await;
    run("GRANT ALL ON SCHEMA @ TO r_@").await;
    run("ALTER ROLE r_@ SET log_error_verbosity = verbose").await;
    let theirs = address.replace("sidenote@", &format!("r_{schema}@"));
    let serve = ["serve", "--addr", "127.0.0.1:0", "--db", &theirs];
    for sentence in ["GRANT pg_checkpoint", "pg_switch_wal", "pg_ls_waldir", "log_error_verbosity = terse"] {
        process::fail(&serve, sentence).await;
    }
    for statement in [
        "GRANT pg_checkpoint TO r_@",
        "GRANT EXECUTE ON FUNCTION pg_switch_wal() TO r_@",
        "GRANT EXECUTE ON FUNCTION pg_ls_waldir() TO r_@",
        "ALTER ROLE r_@ SET log_error_verbosity = terse",
    ] {
        run(statement).await;
    }
    process::succeed(&["org", "add", "--db", &theirs, "acme", "Acme"]).await;
    let (_server, listening) = process::serve(&theirs, &[]).await;
    assert!(
        process::ask(&listening, "GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
            .await
            .starts_with("HTTP/1.1 ")
    );
}

#[tokio::test]
async fn a_password_in_an_argument_and_a_server_that_is_not_there_are_said_in_words() {
    let org = |address| ["org", "add", "--db", address, "acme", "Acme"];
    process::fail(&org("postgres://sidenote:secret@127.0.0.1/sidenote"), "PGPASSWORD").await;
    process::fail(&org("postgres://127.0.0.1:1/sidenote"), "can't be reached").await;
    process::fail(&["backup", "--db", "postgres://127.0.0.1:1/sidenote", "--to", "x"], "pg_dump").await;
}

#[tokio::test]
async fn what_another_node_is_about_to_remove_is_not_gone_yet() {
    let world = World::with(Config { undo_window: Duration::ZERO, ..Config::default() }).await;
    let (sam, acme) = (world.sam().await, &world.acme);
    let note = sam.add_note(acme.ana, acme.ana_chat, "x").await;
    sam.delete(&paths::contact_note(acme.ana, note)).await.expect(200);
    let mut other = world.place.connection().await;
    let turn = "SELECT pg_advisory_lock(hashtextextended('sidenote purge ' || current_schema(), 0))";
    sqlx::query(turn).execute(&mut other).await.unwrap();
    assert_eq!(purge(world.db(), false).await.unwrap(), Purged::HeldBack);
    // It dies, and somebody else goes on.
    other.close().await.unwrap();
    world.is_purged().await;
    assert_eq!(world.count("SELECT COUNT(*) FROM rewrite_due").await, 0);
}
