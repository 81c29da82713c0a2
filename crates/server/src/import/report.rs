//! What an import did: sentences for the person who runs it, and a line for each letter that is not in as it stands.

use super::{Arrival, Files};
use chrono::{DateTime, TimeDelta, Utc};
use mail_import::{Cut, Index, Place, Unreadable, Warning};
use std::{collections::BTreeSet, fmt::Write as _};

/// Conversations that ended longer ago are probably over.
const LONG_AGO: TimeDelta = TimeDelta::days(30);

/// Letters that are named for each warning.
const MAX_NAMED: usize = 20;

/// The result of an import.
#[derive(Debug, Default)]
pub struct Report {
    /// Letters in the archive, readable or not.
    pub letters: usize,
    /// Messages added. A letter of the team's can answer several people; it becomes a message to each.
    pub messages: usize,
    pub contacts: usize,
    pub conversations: usize,
    /// Letters that are stored already, or are in the archive more than once.
    pub known: usize,
    pub unreadable: Vec<(Place, Unreadable)>,
    /// Letters that are beyond a limit, and are there in part.
    pub cut: BTreeSet<(Place, Cut)>,
    /// Letters that are not as they claim to be.
    pub warnings: BTreeSet<(Place, Warning)>,
    /// Mail of the team's that is to nobody outside.
    pub unanswering: Vec<Place>,
    /// Letters whose sender is in Reply-To, or behind a mailing list.
    pub by_reply_to: usize,
    pub behind_lists: usize,
    /// New conversations that are open, but ended long ago.
    pub open_long_ago: usize,
    /// Conversations that were there, and were closed or marked as read.
    pub settled: usize,
    now: DateTime<Utc>,
}

impl Report {
    pub(super) fn of(index: &mut Index, now: DateTime<Utc>) -> Self {
        Self {
            letters: index.count,
            known: index.repeated,
            unreadable: std::mem::take(&mut index.unreadable),
            cut: std::mem::take(&mut index.cut).into_iter().collect(),
            warnings: std::mem::take(&mut index.warnings).into_iter().collect(),
            by_reply_to: index.by_reply_to,
            behind_lists: index.behind_lists,
            now,
            ..Self::default()
        }
    }

    /// Notes a new conversation, whose last letter is of this time.
    pub(super) fn note_open(&mut self, arrival: Arrival, last_at: DateTime<Utc>) {
        self.open_long_ago += usize::from(arrival != Arrival::Closed && last_at < self.now - LONG_AGO);
    }

    /// Whether the archive has letters, but none of them could be read.
    #[must_use]
    pub fn read_nothing(&self) -> bool {
        self.unreadable.len() == self.letters
    }

    /// The summary. `files`: where the letters are.
    #[must_use]
    pub fn summary(&self, files: Option<&Files>) -> String {
        let mut lines = self.sentences();
        let place = |place: Place| match files.and_then(|files| files.name(place)) {
            Some(name) => format!("{}: {place}", name.display()),
            None => place.to_string(),
        };
        lines.extend(self.unreadable.iter().map(|(at, reason)| format!("unreadable: {}: {reason}", place(*at))));
        lines.extend(self.cut.iter().map(|(at, cut)| format!("cut: {}: {cut}", place(*at))));
        lines.extend(self.warning_lines(place));
        let unanswering = self.unanswering.iter();
        lines.extend(
            unanswering.map(|at| format!("left out: {}: the team's own mail, and it is to nobody outside", place(*at))),
        );
        for file in files.iter().flat_map(|files| &files.skipped) {
            lines.push(format!("no mail: {}", file.display()));
        }
        lines.join("\n")
    }

    /// Of each warning the first letters: an archive may hold thousands that lack a date.
    fn warning_lines(&self, place: impl Fn(Place) -> String) -> Vec<String> {
        let mut lines = Vec::new();
        for warning in self.warnings.iter().map(|(_, warning)| warning).collect::<BTreeSet<_>>() {
            let places: Vec<Place> = self.warnings.iter().filter(|(_, it)| it == warning).map(|(at, _)| *at).collect();
            let (named, more) = places.split_at(places.len().min(MAX_NAMED));
            lines.extend(named.iter().map(|at| format!("in doubt: {}: {warning}", place(*at))));
            if !more.is_empty() {
                lines.push(format!("in doubt: {} more: {warning}", more.len()));
            }
        }
        lines
    }

    fn sentences(&self) -> Vec<String> {
        let mut first = String::new();
        write!(
            first,
            "{} in, {}, {}, {} skipped (already there), {} unreadable.",
            counted(self.messages, "message"),
            counted(self.contacts, "new contact"),
            counted(self.conversations, "new conversation"),
            self.known,
            self.unreadable.len(),
        )
        .expect("writing to a String can't fail");
        let mut sentences = vec![first];
        if self.by_reply_to > 0 {
            sentences.push(format!(
                "Of {} the sender is who Reply-To names, since From is a form's or the team's (--reply-to never: From).",
                counted(self.by_reply_to, "letter")
            ));
        }
        if self.behind_lists > 0 {
            sentences.push(format!(
                "Of {} the sender is who wrote to a mailing list.",
                counted(self.behind_lists, "letter")
            ));
        }
        if self.settled > 0 {
            sentences
                .push(format!("{} that were there are closed or read now.", counted(self.settled, "conversation")));
        }
        if self.open_long_ago > 0 {
            let date = (self.now - LONG_AGO).date_naive();
            sentences.push(format!(
                "Open, though the last letter is older than {date}: {}. The same command with --closed-before {date} closes them.",
                counted(self.open_long_ago, "new conversation")
            ));
        }
        sentences
    }
}

fn counted(n: usize, thing: &str) -> String {
    format!("{n} {thing}{}", if n == 1 { "" } else { "s" })
}
