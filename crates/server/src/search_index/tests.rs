//! What SQLite leaves of deleted terms in a file, and that writing an index again removes it.

use super::{SearchIndex, rewrite};
use crate::{change::Change, db::Db, orgs, search_text::of_text};
use std::path::Path;
use tempfile::TempDir;
use wire::{OrgId, Seq};

const INDEX: SearchIndex = SearchIndex::of("shown_search");
/// Behind what is each word's own: a term lacks what the one before it begins with too.
const END: &str = "xylophon";

/// Numbers that are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }

    /// Words of their own, and some of those that many texts have.
    fn text(&mut self, common: &[String]) -> String {
        let count = 1 + self.below(30);
        let mut words: Vec<String> = (0..count).map(|_| self.word() + END).collect();
        words.extend((0..10).map(|_| common[usize::try_from(self.below(common.len() as u64)).unwrap()].clone()));
        words.join(" ")
    }

    fn word(&mut self) -> String {
        (0..8).map(|_| char::from(b'a' + u8::try_from(self.below(26)).unwrap())).collect()
    }
}

struct Listed {
    db: Db,
    org: OrgId,
    directory: TempDir,
}

impl Listed {
    async fn new() -> Self {
        let memory = Path::new("/dev/shm");
        let directory = if memory.exists() { TempDir::new_in(memory) } else { TempDir::new() }.unwrap();
        let db = Db::open(&directory.path().join("sidenote.db")).await.unwrap();
        let org = orgs::add(&db, "acme", "Acme").await.unwrap();
        Self { db, org, directory }
    }

    async fn change(&self) -> Change {
        self.db.change(self.org).await.unwrap()
    }

    async fn take_off(&self, (seq, text): (Seq, String)) {
        let mut change = self.change().await;
        INDEX.remove(change.tx(), self.org, seq, &of_text(&text)).await.unwrap();
        change.commit().await.unwrap();
    }

    /// How often an end is in the file, and in no log beside it.
    async fn left(&self) -> usize {
        sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(self.db.sqlite().unwrap().writer()).await.unwrap();
        let file = std::fs::read(self.directory.path().join("sidenote.db")).unwrap();
        file.windows(END.len()).filter(|window| *window == END.as_bytes()).count()
    }
}

/// An index with the options of ours, except for the lists of beginnings: with them, copies are left so rarely that a test
/// finds none.
const MAKE: [&str; 2] = [
    "CREATE VIRTUAL TABLE shown_search USING fts5 (terms, content = '', detail = none, columnsize = 0, tokenize = 'ascii')",
    "INSERT INTO shown_search (shown_search, rank) VALUES ('secure-delete', 1)",
];

/// Lists texts and takes some off in between, and in the end all of them.
async fn listed_and_taken_off(seed: u64) -> Listed {
    let (listed, mut dice) = (Listed::new().await, Dice(seed));
    for statement in MAKE {
        sqlx::query(statement).execute(listed.db.sqlite().unwrap().writer()).await.unwrap();
    }
    let common: Vec<String> = (0..2000).map(|_| dice.word()).collect();
    let mut there: Vec<(Seq, String)> = Vec::new();
    for seq in 1..=900 {
        if dice.below(10) < 7 || there.is_empty() {
            let text = dice.text(&common);
            let mut change = listed.change().await;
            INDEX.add(change.tx(), listed.org, seq, &of_text(&text)).await.unwrap();
            change.commit().await.unwrap();
            there.push((seq, text));
        } else {
            let nth = usize::try_from(dice.below(there.len() as u64)).unwrap();
            listed.take_off(there.swap_remove(nth)).await;
        }
    }
    for gone in there {
        listed.take_off(gone).await;
    }
    listed
}

#[tokio::test]
async fn writing_an_index_again_removes_the_copies_of_deleted_terms() {
    // One of the seeds with which this version of SQLite leaves copies.
    let listed = listed_and_taken_off(2).await;
    assert!(listed.left().await > 0, "if SQLite leaves none any more, the index need not be written again");
    let mut change = listed.change().await;
    rewrite(change.tx(), INDEX).await.unwrap();
    change.commit().await.unwrap();
    assert_eq!(listed.left().await, 0);
    let check = "INSERT INTO shown_search (shown_search) VALUES ('integrity-check')";
    sqlx::query(check).execute(listed.db.sqlite().unwrap().writer()).await.unwrap();
}
