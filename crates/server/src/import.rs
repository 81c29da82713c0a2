//! Imports a mail archive into an organization: one contact per sender, one conversation per thread and outside sender,
//! and the team's own mail as replies.
//!
//! Invariant: a second import of an archive changes nothing. A letter is known by its sender, date, subject and text; a
//! thread by the ids that its letters name.
//!
//! - The crate `mail_import` reads the archive and decides, without the database, which letter goes into whose
//!   conversation; `files` finds the archive's files.
//! - `known` looks up what earlier imports stored, `store` writes the plan, `settle` closes what is past, and `batches`
//!   leaves others their turn. `report` says what was done.

mod batches;
mod files;
mod known;
mod report;
mod settle;
mod store;
#[cfg(test)]
mod tests;

pub use files::Files;
pub use mail_import::{NotOwn, Own, Reading, ReplyTo};
pub use report::Report;

use crate::{db::Db, error::Result, messages::Arrival, orgs};
use chrono::{DateTime, Utc};
use mail_import::{Archive, Index, Plan};

/// How an archive is imported.
#[derive(Clone, Debug, Default)]
pub struct Options {
    pub reading: Reading,
    pub past: Past,
    /// Whether the letters don't count as unread.
    pub is_read: bool,
}

/// Which conversations are over: they begin closed, and read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Past {
    #[default]
    None,
    All,
    /// Those whose last letter is older.
    Before(DateTime<Utc>),
}

/// Imports an archive, which is read twice.
///
/// # Errors
/// When there is no such organization, or a file or the database fails. What was stored before stays, and the next import
/// doesn't store it again.
pub async fn archive(db: &Db, slug: &str, archive: &dyn Archive, options: &Options) -> Result<Report> {
    let org = orgs::named(db, slug).await?;
    let now = Utc::now();
    let mut index = Index::read(archive, &options.reading)?;
    let mut report = Report::of(&mut index, now);
    let mut plan = Plan::new(index, now);
    report.cut.extend(std::mem::take(&mut plan.cut));
    report.warnings.extend(std::mem::take(&mut plan.warnings));
    store::store(db, org, &plan, archive, options, &mut report).await?;
    Ok(report)
}

impl Options {
    /// For each thread, how its letters arrive, and when its last one was written.
    fn arrivals(&self, plan: &Plan) -> Vec<(Arrival, DateTime<Utc>)> {
        let mut last = vec![DateTime::UNIX_EPOCH; plan.thread_count()];
        for letter in &plan.letters {
            last[letter.thread] = last[letter.thread].max(letter.at);
        }
        let arrival = |last_at| {
            let is_past = match self.past {
                Past::None => false,
                Past::All => true,
                Past::Before(date) => last_at < date,
            };
            match (is_past, self.is_read) {
                (true, _) => Arrival::Closed,
                (false, true) => Arrival::Read,
                (false, false) => Arrival::New,
            }
        };
        last.into_iter().map(|last_at| (arrival(last_at), last_at)).collect()
    }
}
