//! Restoring a backup: what was deleted since stays deleted, signed-out sessions and removed agents stay so, and every
//! client starts over.

use crate::kit::database::bytes_left;
use crate::kit::{
    Client, World,
    earlier::{Past, database, opened, run},
};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use sidenote_server::{
    Config,
    backup::{self, Ledger},
};
use sqlx::{Connection as _, SqliteConnection, sqlite::SqliteConnectOptions};
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};
use tempfile::TempDir;
use wire::{ContactNote, NotesPage, Position, paths};

/// The texts of Ana's notes, newest first.
async fn notes(world: &World, who: &Client) -> Vec<String> {
    let page: NotesPage<ContactNote> =
        who.get(&paths::contact_notes(world.acme.ana, None, 100)).await.expect(200).read();
    page.items.into_iter().map(|note| note.body.into_string()).collect()
}

fn beside(world: &World, name: &str) -> PathBuf {
    world.file.with_file_name(name)
}

#[tokio::test]
async fn what_was_deleted_since_the_backup_stays_deleted_and_what_was_brought_back_is_there() {
    let world = World::new().await;
    let (sam, acme) = (world.sam().await, &world.acme);
    let mut ids = Vec::new();
    for text in ["kept", "deleted since", "deleted before and brought back since", "deleted and brought back since"] {
        ids.push(sam.add_note(acme.ana, acme.ana_chat, text).await);
    }
    let inside = sam.add_conversation_note(acme.ana_chat, "inside, deleted since").await;
    let note = |n: usize| paths::contact_note(acme.ana, ids[n]);
    sam.delete(&note(2)).await.expect(200);
    let to = beside(&world, "backup.db");
    backup::backup(&world.file, &to).await.unwrap();
    sam.delete(&note(1)).await.expect(200);
    sam.delete(&paths::conversation_note(acme.ana_chat, inside)).await.expect(200);
    sam.post(&paths::contact_note_restore(acme.ana, ids[2]), None).await.expect(200);
    sam.delete(&note(3)).await.expect(200);
    sam.post(&paths::contact_note_restore(acme.ana, ids[3]), None).await.expect(200);
    sam.add_note(acme.ana, acme.ana_chat, "added since").await;
    // The deletion of an id whose note never arrived.
    let never = wire::ContactNoteId::fresh();
    sam.delete(&paths::contact_note(acme.ana, never)).await.expect(204);
    let before: Position = sam.get(&paths::contact_notes(acme.ana, None, 1)).await.expect(200).json()["as_of"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();

    world.db().close().await;
    let restored = backup::restore(&world.file, &to, Ledger::Replaced).await.unwrap();
    assert_eq!(restored.deleted, 2);
    assert!(restored.kept.unwrap().exists());
    let world = world.reopened().await;
    let sam = sam.at(&world);
    // The text of a note that is deleted is in no backup, so its undo is as lost as a note that was added since.
    let there = ["deleted and brought back since", "kept"];
    assert_eq!(notes(&world, &sam).await, there, "the session goes on too");
    let thread = sam.get(&paths::conversation_notes(world.acme.ana_chat, None)).await.expect(200);
    assert_eq!(thread.json()["items"], json!([]));
    // Late requests for deleted ids are refused.
    for id in [ids[1], never] {
        let new = json!({ "body": "deleted since", "conversation_id": world.acme.ana_chat });
        sam.put(&paths::contact_note(world.acme.ana, id), new).await.refused("gone");
    }
    let after = sam.get(&paths::contact_notes(world.acme.ana, None, 1)).await.expect(200).json();
    let after: Position = after["as_of"].as_str().unwrap().parse().unwrap();
    assert_ne!(after.epoch, before.epoch);
    assert!(after.seq >= before.seq, "no number is given twice");
}

#[tokio::test]
async fn no_byte_of_a_note_deleted_before_is_in_a_backup() {
    let world = World::new().await;
    let (sam, acme) = (world.sam().await, &world.acme);
    let mut texts = Vec::new();
    for n in 0..40 {
        let text = format!("Quetzalcoatl {n} {}", "feathers ".repeat(n * 25));
        let id = sam.add_note(acme.ana, acme.ana_chat, &text).await;
        let inside = sam.add_conversation_note(acme.ana_chat, &format!("inside {text}")).await;
        sam.add_note(acme.bob, acme.bob_chat, &format!("kept {n}")).await;
        texts.push((paths::contact_note(acme.ana, id), paths::conversation_note(acme.ana_chat, inside)));
    }
    for (note, inside) in &texts {
        // Inside the undo window, which is an hour here.
        sam.delete(note).await.expect(200);
        sam.delete(inside).await.expect(200);
    }
    let to = beside(&world, "backup.db");
    backup::backup(&world.file, &to).await.unwrap();
    let bytes = fs::read(&to).unwrap();
    for word in ["Quetzalcoatl", "feathers feathers"] {
        assert!(!bytes.windows(word.len()).any(|part| part == word.as_bytes()), "{word}");
    }
    assert!(bytes.windows(7).any(|part| part == b"kept 39"));
    sam.post(&format!("{}/restore", texts[0].0), None).await.expect(200);
    let left: Vec<_> = fs::read_dir(to.parent().unwrap()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().contains("making")), "{left:?}");
}

#[tokio::test]
async fn files_are_private_whatever_they_are_made_from_and_links_are_not_followed() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let world = World::new().await;
    let mode = |file: &Path| fs::metadata(file).unwrap().permissions().mode() & 0o777;
    let open_to_all = |file: &Path| fs::set_permissions(file, fs::Permissions::from_mode(0o644)).unwrap();
    let (to, link, elsewhere) = (beside(&world, "backup.db"), beside(&world, "link"), beside(&world, "elsewhere"));
    symlink(&elsewhere, &link).unwrap();
    let refused = backup::backup(&world.file, &link).await.unwrap_err();
    assert!(refused.to_string().contains("there already") && !elsewhere.exists(), "{refused}");
    backup::backup(&world.file, &to).await.unwrap();
    assert_eq!(mode(&to), 0o600);
    open_to_all(&to);
    open_to_all(&world.file);
    world.db().close().await;
    let restored = backup::restore(&world.file, &to, Ledger::Replaced).await.unwrap();
    assert_eq!((mode(&world.file), mode(&restored.kept.unwrap())), (0o600, 0o600));
    open_to_all(&world.file);
    sidenote_server::db::Db::open(&world.file).await.unwrap().close().await;
    assert_eq!(mode(&world.file), 0o600);
    symlink(&world.file, &elsewhere).unwrap();
    let refused = sidenote_server::db::Db::open(&elsewhere).await.err().unwrap();
    assert!(refused.to_string().contains("is a link"), "{refused}");
}

#[tokio::test]
async fn a_client_of_before_is_told_to_start_over() {
    let world = World::new().await;
    let sam = world.sam().await;
    let to = beside(&world, "backup.db");
    backup::backup(&world.file, &to).await.unwrap();
    let page = sam.get(&paths::contact_notes(world.acme.ana, None, 1)).await.expect(200).json();
    let key = sam.get(paths::ME).await.expect(200).json()["storage_key"].clone();
    world.db().close().await;
    backup::restore(&world.file, &to, Ledger::Replaced).await.unwrap();
    let world = world.reopened().await;
    let after = sam.at(&world).get(paths::ME).await.expect(200).json();
    assert_eq!(
        (key.is_string(), &after["storage_key"]),
        (true, &key),
        "what is stored in the browser can still be read"
    );
    let mut stream = sam.at(&world).with("last-event-id", page["as_of"].as_str().unwrap()).stream(paths::EVENTS).await;
    assert_eq!(stream.until("reset").await.data, json!({ "reason": "other-epoch" }));
}

#[tokio::test]
async fn whoever_was_put_out_since_the_backup_stays_out() {
    let world = World::new().await;
    let (sam, kim) = (world.sam().await, world.kim().await);
    let to = beside(&world, "backup.db");
    backup::backup(&world.file, &to).await.unwrap();
    sam.delete(paths::SESSION).await.expect(204);
    sidenote_server::agents::remove(world.db(), "kim@acme.test").await.unwrap();
    sidenote_server::agents::set_password(world.db(), "maya@acme.test", "another").await.unwrap();
    world.db().close().await;
    backup::restore(&world.file, &to, Ledger::Replaced).await.unwrap();
    let world = world.reopened().await;
    for one in [sam, kim] {
        one.at(&world).get(paths::ME).await.refused("signed-out");
    }
    assert_eq!(world.count("SELECT COUNT(*) FROM agent WHERE removed_at IS NOT NULL").await, 1);
    assert_eq!(world.count("SELECT COUNT(*) FROM agent WHERE password_hash = 'another'").await, 1);
}

#[tokio::test]
async fn where_the_database_is_lost_the_list_of_deletions_is_needed_and_is_enough() {
    let world = World::new().await;
    let (sam, acme) = (world.sam().await, &world.acme);
    let id = sam.add_note(acme.ana, acme.ana_chat, "deleted since").await;
    sam.add_note(acme.ana, acme.ana_chat, "kept").await;
    let to = beside(&world, "backup.db");
    backup::backup(&world.file, &to).await.unwrap();
    sam.delete(&paths::contact_note(acme.ana, id)).await.expect(200);
    let ledger = backup::deletions(world.db()).await.unwrap();
    assert!(!ledger.contains("deleted since"), "ids alone");
    world.db().close().await;
    fs::remove_file(&world.file).unwrap();
    let refused = backup::restore(&world.file, &to, Ledger::Replaced).await.unwrap_err();
    assert!(refused.to_string().contains("is not known"), "{refused}");
    assert!(!world.file.exists(), "nothing is changed");
    let broken = backup::restore(&world.file, &to, Ledger::Listed("nonsense".to_owned())).await.unwrap_err();
    assert!(broken.to_string().contains("Line 1"), "{broken}");
    assert!(!world.file.exists());
    assert_eq!(backup::restore(&world.file, &to, Ledger::Listed(ledger)).await.unwrap().deleted, 1);
    let world = world.reopened().await;
    let sam = world.sam().await;
    assert_eq!(notes(&world, &sam).await, ["kept"]);
}

#[tokio::test]
async fn nothing_is_restored_under_a_running_server_nor_from_what_is_no_backup() {
    let world = World::new().await;
    let sam = world.sam().await;
    let to = beside(&world, "backup.db");
    backup::backup(&world.file, &to).await.unwrap();
    let again = backup::backup(&world.file, &to).await.unwrap_err();
    assert!(again.to_string().contains("is there already"), "{again}");
    let running = backup::restore(&world.file, &to, Ledger::Replaced).await.unwrap_err();
    assert!(running.to_string().contains("stop it first"), "{running}");
    sam.add_note(world.acme.ana, world.acme.ana_chat, "still at work").await;
    world.db().close().await;
    let other = beside(&world, "letter.txt");
    fs::write(&other, "Dear Ana").unwrap();
    let refused = backup::restore(&world.file, &other, Ledger::Replaced).await.unwrap_err();
    assert!(refused.to_string().contains("no backup of Sidenote"), "{refused}");
    let world = world.reopened().await;
    assert_eq!(notes(&world, &sam.at(&world)).await, ["still at work"]);
}

/// The files of a directory, each with a digest of its content.
fn files(directory: &TempDir) -> BTreeMap<PathBuf, String> {
    let paths = fs::read_dir(directory.path()).unwrap().map(|entry| entry.unwrap().path());
    paths.map(|path| (path.clone(), format!("{:?}", Sha256::digest(fs::read(path).unwrap())))).collect()
}

/// A database of the first schema with two notes, and a backup from before one of them was deleted.
async fn first_schema(directory: &TempDir) -> (Past, PathBuf, PathBuf) {
    let (file, to) = (directory.path().join("sidenote.db"), directory.path().join("backup.db"));
    let (past, mut before) = database(&file, 1).await;
    past.contact_note(&mut before, 10, "kept").await;
    let deleted = past.contact_note(&mut before, 11, "deleted since").await;
    past.conversation_note(&mut before, 12, "inside").await;
    run(&mut before, format!("VACUUM INTO '{}'", to.display())).await;
    past.delete(&mut before, deleted).await;
    before.close().await.unwrap();
    (past, file, to)
}

async fn texts(sam: &Client, past: &Past) -> Vec<String> {
    let page: NotesPage<ContactNote> = sam.get(&paths::contact_notes(past.ana, None, 100)).await.expect(200).read();
    page.items.into_iter().map(|note| note.body.into_string()).collect()
}

#[tokio::test]
async fn a_backup_of_the_first_schema_is_restored_over_a_database_of_the_first_schema() {
    let directory = crate::kit::directory();
    let (past, file, to) = first_schema(&directory).await;
    let restored = backup::restore(&file, &to, Ledger::Replaced).await.unwrap();
    assert_eq!(restored.deleted, 1);
    let (db, sam) = opened(&file, Config::default()).await;
    assert_eq!(texts(&sam, &past).await, ["kept"], "and the session goes on");
    let thread = sam.get(&paths::conversation_notes(past.chat, None)).await.expect(200).json();
    assert_eq!(thread["items"][0]["body"], "inside");
    db.close().await;
    let mut left: Vec<_> = files(&directory).into_keys().collect();
    left.retain(|path| path.extension().is_none_or(|end| end != "db-wal" && end != "db-shm"));
    assert_eq!(left, [to, file.clone(), restored.kept.unwrap()], "no copy is left");
}

#[tokio::test]
async fn a_backup_of_the_first_schema_is_restored_over_one_of_today_and_the_other_way_round() {
    let directory = crate::kit::directory();
    let (past, file, to) = first_schema(&directory).await;
    let (db, sam) = opened(&file, Config::default()).await;
    let today = directory.path().join("today.db");
    backup::backup(&file, &today).await.unwrap();
    assert_eq!(texts(&sam, &past).await, ["kept"]);
    db.close().await;
    assert_eq!(backup::restore(&file, &to, Ledger::Replaced).await.unwrap().deleted, 1);
    fs::copy(&to, &file).unwrap();
    let back = backup::restore(&file, &today, Ledger::Replaced).await.unwrap();
    assert_eq!(back.deleted, 0);
    let (_db, sam) = opened(&file, Config::default()).await;
    assert_eq!(texts(&sam, &past).await, ["kept"]);
}

#[tokio::test]
async fn a_backup_or_a_database_of_a_later_version_is_refused_and_nothing_is_changed() {
    async fn make_later(file: &Path) {
        let options = SqliteConnectOptions::new().filename(file);
        let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
        run(&mut connection, "UPDATE _sqlx_migrations SET version = 9000 WHERE version = 1".to_owned()).await;
        connection.close().await.unwrap();
    }
    for (later, sentence) in [
        ("backup.db", "This backup belongs to a later version of Sidenote"),
        ("sidenote.db", "The database that is there belongs to a later version of Sidenote"),
    ] {
        let directory = crate::kit::directory();
        let (_, file, to) = first_schema(&directory).await;
        make_later(&directory.path().join(later)).await;
        let before = files(&directory);
        let refused = backup::restore(&file, &to, Ledger::Replaced).await.unwrap_err().to_string();
        assert!(refused.starts_with(sentence), "{refused}");
        assert_eq!(files(&directory), before);
    }
}

/// Ana is erased after the backup was made; by an admin, or by a command.
async fn erased_since_the_backup(world: &World) -> PathBuf {
    let (maya, sam, acme) = (world.maya().await, world.sam().await, &world.acme);
    sam.add_note(acme.ana, acme.ana_chat, "Xylophon-7351").await;
    world.inbound(acme.org, acme.ana_chat, "Xylophon-7351").await;
    world.inbound(acme.org, acme.bob_chat, "Bandoneon-9173").await;
    let to = beside(world, "backup.db");
    backup::backup(&world.file, &to).await.unwrap();
    maya.delete(&paths::contact(acme.ana)).await.expect(200);
    to
}

async fn is_still_erased(world: &World) {
    let maya = world.maya().await;
    assert_eq!(maya.get(&paths::contact(world.acme.ana)).await.expect(200).json()["name"], "Erased contact");
    maya.get(&paths::conversation(world.acme.ana_chat)).await.expect(404);
    maya.get(&paths::conversation(world.acme.bob_chat)).await.expect(200);
    let activity = maya.get(&paths::contact_activity(world.acme.ana, None)).await.expect(200).json();
    let items = activity["items"].as_array().unwrap();
    assert_eq!(
        (items.len(), &items[0]["kind"], &items[0]["actor"]["name"]),
        (1, &json!("contact-erased"), &json!("Maya"))
    );
    assert_eq!(bytes_left(&world.file, "Xylophon-7351"), 0);
    assert!(bytes_left(&world.file, "Bandoneon-9173") > 0);
}

#[tokio::test]
async fn a_contact_who_was_erased_since_the_backup_does_not_come_back() {
    let world = World::new().await;
    let to = erased_since_the_backup(&world).await;
    world.db().close().await;
    let restored = backup::restore(&world.file, &to, Ledger::Replaced).await.unwrap();
    assert_eq!(restored.erased, 1);
    assert!(restored.to_string().contains("1 of its contacts"), "{restored}");
    let world = world.reopened().await;
    is_still_erased(&world).await;
    // The restored database knows of it too.
    world.db().close().await;
    assert_eq!(backup::restore(&world.file, &to, Ledger::Replaced).await.unwrap().erased, 1);
    is_still_erased(&world.reopened().await).await;
}

#[tokio::test]
async fn the_list_of_deletions_names_erased_contacts() {
    let world = World::new().await;
    let to = erased_since_the_backup(&world).await;
    let ledger = backup::deletions(world.db()).await.unwrap();
    let line = format!("contact {} {} {}", world.acme.org, world.acme.ana, world.acme.maya);
    assert!(ledger.lines().any(|one| one == line), "{ledger}");
    world.db().close().await;
    fs::remove_file(&world.file).unwrap();
    for broken in ["contact nonsense", "contact x y -", "contact"] {
        let refused = backup::restore(&world.file, &to, Ledger::Listed(broken.to_owned())).await.unwrap_err();
        assert!(refused.to_string().contains("Line 1"), "{refused}");
    }
    assert_eq!(backup::restore(&world.file, &to, Ledger::Listed(ledger)).await.unwrap().erased, 1);
    is_still_erased(&world.reopened().await).await;
}
