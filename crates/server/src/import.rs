//! Imports a mail archive into an organization: one contact per sender, one conversation per thread and outside sender,
//! and the team's own mail as replies.
//!
//! Invariant: a second import of an archive changes nothing. A letter is known by its Message-ID (or hash) and its
//! sender; a thread by the ids that its letters name.
//!
//! - The crate `mail_import` reads the archive and decides, without the database, which letter goes into whose
//!   conversation.
//! - `known` looks up what earlier imports stored, `store` writes the plan, and `batches` leaves others their turn.

mod batches;
mod known;
mod store;
#[cfg(test)]
mod tests;

use crate::{db::Db, error::Result, orgs};
use chrono::Utc;
use mail_import::{Cut, Index, Place, Plan, Unreadable};
use std::{
    collections::BTreeSet,
    fmt,
    io::{BufRead, Seek},
};

/// The result of an import.
#[derive(Debug, Default)]
pub struct Report {
    /// Letters in the archive, readable or not.
    pub letters: usize,
    /// Messages added. A letter of the team's can answer several people; it becomes a message to each.
    pub messages: usize,
    pub contacts: usize,
    pub conversations: usize,
    /// Letters that an earlier import stored.
    pub known: usize,
    pub unreadable: Vec<(Place, Unreadable)>,
    /// Letters that are beyond a limit, and are there in part.
    pub cut: BTreeSet<(Place, Cut)>,
    /// Mail of the team's that answers nobody in the archive or in the inbox.
    pub unanswering: Vec<Place>,
    /// Letters with the Message-ID of another letter of the same sender, but a different text.
    pub contradicting: Vec<Place>,
}

/// Imports an archive, which is read twice. `own`: the team's addresses.
///
/// # Errors
/// When there is no such organization, or the reader or the database fails. What was stored before stays, and the next
/// import doesn't store it again.
pub async fn mbox(db: &Db, slug: &str, own: &[String], mut archive: impl BufRead + Seek) -> Result<Report> {
    let org = orgs::named(db, slug).await?;
    let own: BTreeSet<String> = own.iter().map(|address| address.trim().to_lowercase()).collect();
    let mut index = Index::read(&mut archive, &own)?;
    let mut report = Report {
        letters: index.count,
        known: index.repeated,
        unreadable: std::mem::take(&mut index.unreadable),
        contradicting: std::mem::take(&mut index.contradicting),
        cut: std::mem::take(&mut index.cut).into_iter().collect(),
        ..Report::default()
    };
    let mut plan = Plan::new(index, &own, Utc::now());
    report.cut.extend(std::mem::take(&mut plan.cut));
    store::store(db, org, &plan, archive, &mut report).await?;
    Ok(report)
}

impl Report {
    /// Whether the archive has letters, but none of them could be read.
    #[must_use]
    pub fn read_nothing(&self) -> bool {
        self.unreadable.len() == self.letters
    }
}

/// The summary: sentences, and one line per letter that was left out.
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
        for (place, cut) in &self.cut {
            writeln!(f, "cut: {place}: {cut}")?;
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
