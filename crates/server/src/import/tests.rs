//! The work that an import gives to the database, counted in SQLite's own steps.

use super::{known::LookedUp, *};
use std::{
    fmt::Write as _,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};
use tempfile::TempDir;
use wire::{ChannelId, OrgId};

async fn database() -> (Db, TempDir) {
    let directory = TempDir::new().unwrap();
    let db = Db::open(&directory.path().join("sidenote.db")).await.unwrap();
    orgs::add(&db, "acme", "Acme").await.unwrap();
    (db, directory)
}

/// One thread, in which everybody writes, and each letter refers to the 20 before it.
fn thread(count: usize) -> String {
    let mut archive = String::new();
    for n in 0..count {
        let references: String = (n.saturating_sub(20)..n).map(|id| format!(" <{id}@x.example>\n")).collect();
        write!(
            archive,
            "From - \nFrom: s{n}@x.example\nMessage-ID: <{n}@x.example>\nReferences:{references}\n\nhi\n\n"
        )
        .unwrap();
    }
    archive
}

/// Steps of the writer, in hundreds.
async fn steps(archive: String) -> usize {
    let (db, _directory) = database().await;
    let steps = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&steps);
    let mut writer = db.sqlite().unwrap().writer().acquire().await.unwrap();
    writer.lock_handle().await.unwrap().set_progress_handler(100, move || {
        counter.fetch_add(1, Ordering::Relaxed);
        true
    });
    drop(writer);
    super::archive(&db, "acme", &archive.as_bytes(), &Options::default()).await.unwrap();
    steps.load(Ordering::Relaxed)
}

#[tokio::test]
async fn twice_the_letters_take_the_database_twice_the_steps() {
    let (once, twice) = (steps(thread(150)).await, steps(thread(300)).await);
    assert!(once > 100 && 10 * twice <= 22 * once, "{once} {twice}");
}

#[tokio::test]
async fn messages_of_earlier_imports_are_found_by_an_index() {
    let (db, _directory) = database().await;
    let (org, channel, values) = (OrgId::fresh(), ChannelId::fresh(), ["a", "b"].map(str::to_owned));
    for (column, index) in [
        (LookedUp::Id, "SEARCH m USING COVERING INDEX message_by_source_key (org_id=? AND source_key=?)"),
        (LookedUp::Hash, "SEARCH m USING COVERING INDEX message_by_source (org_id=? AND source_hash=?)"),
    ] {
        let select = known::select("EXPLAIN QUERY PLAN ", column, org, channel, &values).build();
        let plan = select.fetch_all(&mut db.read().await.unwrap()).await.unwrap();
        let lines: Vec<String> = plan.iter().map(|line| line.text("detail").unwrap()).collect();
        let first = lines.iter().position(|line| line == "SCAN wanted").expect("the values come first");
        let lines = &lines[first..];
        assert!(lines[1].starts_with(&index.replace(" COVERING", "")) || lines[1].starts_with(index), "{lines:?}");
        assert!(lines[2..].iter().all(|line| line.starts_with("SEARCH")), "{lines:?}");
    }
}
