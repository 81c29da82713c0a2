//! Bringing a mail archive into an organization: one contact per sender, one conversation per thread and outside
//! sender, the team's own mail as what was answered.
//!
//! Invariant: an archive brought in twice changes nothing the second time. A letter is known by its Message-ID (or
//! hash) and its sender; a thread by the ids its letters name.
//!
//! - The crate `mail_import` reads the archive and decides, without the database, which letter goes into whose conversation.
//! - `store` writes that plan, a few letters per change, so that a running server keeps answering meanwhile.

mod store;

use crate::{db::Db, error::Result, orgs};
use chrono::Utc;
use mail_import::{Place, Plan, Unreadable};
use std::{collections::BTreeSet, fmt, io::BufRead};

/// What became of an archive.
#[derive(Debug, Default)]
pub struct Report {
    /// Letters in the archive, readable or not.
    pub letters: usize,
    /// Messages added. One of the team's letters can answer several people and is then a message to each.
    pub messages: usize,
    pub contacts: usize,
    pub conversations: usize,
    /// Letters that were there already.
    pub known: usize,
    pub unreadable: Vec<(Place, Unreadable)>,
    /// The team's mail that answers nobody in the archive or in the inbox.
    pub unanswering: Vec<Place>,
    /// Letters with the Message-ID of another one of the same sender, but another text.
    pub contradicting: Vec<Place>,
}

/// Brings an archive in. `own`: the team's addresses.
///
/// # Errors
/// When there is no such organization, the reader or the database fails. What was stored until then stays, and is
/// not stored again the next time.
pub async fn mbox(db: &Db, slug: &str, own: &[String], reader: impl BufRead) -> Result<Report> {
    let org = orgs::named(db, slug).await?;
    let archive = mail_import::read(reader)?;
    let own: BTreeSet<String> = own.iter().map(|address| address.trim().to_lowercase()).collect();
    let mut report = Report {
        letters: archive.letters.len() + archive.unreadable.len(),
        unreadable: archive.unreadable,
        ..Report::default()
    };
    let plan = Plan::new(archive.letters, &own, Utc::now());
    report.contradicting = plan.contradicting.clone();
    report.known += plan.repeated;
    store::store(db, org, &plan, &mut report).await?;
    Ok(report)
}

impl Report {
    /// Whether there was anything to read, and nothing of it could be.
    #[must_use]
    pub fn read_nothing(&self) -> bool {
        self.unreadable.len() == self.letters
    }
}

/// The summary, in words, one line per thing that was left out.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} in, {}, {}, {} skipped (already there), {} unreadable.",
            counted(self.messages, "message"),
            counted(self.contacts, "new contact"),
            counted(self.conversations, "new conversation"),
            self.known,
            self.unreadable.len(),
        )?;
        for (place, reason) in &self.unreadable {
            writeln!(f, "unreadable: {place}: {reason}")?;
        }
        for place in &self.unanswering {
            writeln!(f, "left out: {place}: the team's own mail, and it answers nobody")?;
        }
        for place in &self.contradicting {
            writeln!(
                f,
                "left out: {place}: an earlier message of this sender has the same Message-ID and another text"
            )?;
        }
        Ok(())
    }
}

fn counted(n: usize, thing: &str) -> String {
    format!("{n} {thing}{}", if n == 1 { "" } else { "s" })
}
