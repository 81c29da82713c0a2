//! Decides which letter goes into whose conversation, from the archive alone.

use crate::{Letter, Place, thread::Threads};
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::{BTreeSet, HashMap, HashSet};

/// An archive, ready to be stored.
pub struct Plan {
    /// In the order of their time, each only once.
    pub letters: Vec<Planned>,
    /// The Message-IDs of each thread, including those of letters outside the archive.
    pub threads: Vec<Vec<String>>,
    /// Letters that are in the archive more than once.
    pub repeated: usize,
    /// Letters with the Message-ID of another letter of the same sender, but a different text.
    pub contradicting: Vec<Place>,
}

/// A letter with its place in the inbox.
pub struct Planned {
    pub letter: Letter,
    /// When it was written, or the nearest time that the archive has.
    pub at: DateTime<Utc>,
    /// An index into [`Plan::threads`].
    pub thread: usize,
    pub way: Way,
}

/// The direction of a letter, which decides whose conversation it is in.
#[derive(Clone)]
pub enum Way {
    /// From an outside sender, by their key.
    In { from: String },
    /// From the team, to these outside senders. An earlier import may know more of them: `answers` are the Message-IDs
    /// that the letter answers.
    Out { to: BTreeSet<String>, answers: Vec<String> },
}

impl Plan {
    /// `own`: the team's addresses, in lower case. `now`: no letter gets a later time.
    #[must_use]
    pub fn new(letters: Vec<Letter>, own: &BTreeSet<String>, now: DateTime<Utc>) -> Self {
        let mut plan = Self { letters: Vec::new(), threads: Vec::new(), repeated: 0, contradicting: Vec::new() };
        let timed = in_order_of_time(plan.without_repetitions(letters), now);
        let (times, letters): (Vec<_>, Vec<Letter>) = timed.into_iter().unzip();
        let mut thread_of = vec![0; letters.len()];
        let mut ways = vec![None; letters.len()];
        for thread in Threads::new(&letters).threads {
            let circle = Circle::new(thread.letters.iter().map(|letter| &letters[*letter]), own);
            for letter in thread.letters {
                thread_of[letter] = plan.threads.len();
                ways[letter] = Some(circle.way(&letters[letter], own));
            }
            plan.threads.push(thread.ids);
        }
        let planned = letters.into_iter().zip(times).zip(thread_of).zip(ways);
        plan.letters = planned
            .map(|(((letter, at), thread), way)| {
                let way = way.expect("every letter is in a thread");
                Planned { letter, at, thread, way }
            })
            .collect();
        plan
    }

    /// Removes repetitions. A letter with the Message-ID of another one of the same sender, but a different text, is
    /// left out and listed.
    fn without_repetitions(&mut self, letters: Vec<Letter>) -> Vec<Letter> {
        let mut seen: HashMap<(String, String), usize> = HashMap::new();
        let mut kept: Vec<Letter> = Vec::with_capacity(letters.len());
        for letter in letters {
            let known = (letter.key.clone(), letter.from.key());
            match seen.get(&known) {
                None => {
                    seen.insert(known, kept.len());
                    kept.push(letter);
                }
                Some(first) if kept[*first].body == letter.body => self.repeated += 1,
                Some(_) => self.contradicting.push(letter.place),
            }
        }
        kept
    }
}

/// Sorts by time. A letter without a time, or with one more than a day in the future, gets the time of the letter
/// before it.
fn in_order_of_time(letters: Vec<Letter>, now: DateTime<Utc>) -> Vec<(DateTime<Utc>, Letter)> {
    let mut before = letters.iter().find_map(|letter| letter.at).unwrap_or(now).min(now);
    let mut timed: Vec<_> = letters
        .into_iter()
        .map(|letter| {
            before = letter.at.filter(|at| *at < now + TimeDelta::days(1)).unwrap_or(before);
            (before.min(now), letter)
        })
        .collect();
    timed.sort_by_key(|(at, _)| *at);
    timed
}

/// The letters of one thread.
struct Circle<'a> {
    by_id: HashMap<&'a str, Vec<&'a Letter>>,
    outside: BTreeSet<String>,
}

impl<'a> Circle<'a> {
    fn new(letters: impl Iterator<Item = &'a Letter>, own: &BTreeSet<String>) -> Self {
        let mut circle = Self { by_id: HashMap::new(), outside: BTreeSet::new() };
        for letter in letters {
            circle.by_id.entry(&letter.key).or_default().push(letter);
            circle.outside.insert(letter.from.key());
        }
        circle.outside.retain(|sender| !own.contains(sender));
        circle
    }

    fn way(&self, letter: &Letter, own: &BTreeSet<String>) -> Way {
        let from = letter.from.key();
        if !own.contains(&from) {
            return Way::In { from };
        }
        let mut to = self.answered(letter, own);
        // Recipients who also write in the thread read the letter too, even if it answers somebody else.
        to.extend(letter.recipients.iter().filter(|recipient| self.outside.contains(*recipient)).cloned());
        Way::Out { to, answers: answers(letter) }
    }

    /// The senders of the letters that it answers. If one of those is a colleague's, the senders whom that one answers.
    fn answered(&self, letter: &Letter, own: &BTreeSet<String>) -> BTreeSet<String> {
        let (mut people, mut seen) = (BTreeSet::new(), HashSet::new());
        let mut open = answers(letter);
        while let Some(id) = open.pop() {
            let letters = self.by_id.get(id.as_str()).into_iter().flatten();
            if !seen.insert(id.clone()) {
                continue;
            }
            for letter in letters {
                let from = letter.from.key();
                if own.contains(&from) { open.extend(answers(letter)) } else { _ = people.insert(from) }
            }
        }
        people
    }
}

/// The ids in In-Reply-To; else the nearest of the References.
fn answers(letter: &Letter) -> Vec<String> {
    if letter.in_reply_to.is_empty() {
        letter.references.last().cloned().into_iter().collect()
    } else {
        letter.in_reply_to.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARCHIVE: &[u8] = b"From - \nFrom: Ada <ada@x.example>\nDate: Mon, 2 Mar 2026 09:00:00 +0000\n\
        Message-ID: <question@x.example>\n\nWhen?\n\n\
        From - \nFrom: help@acme.example\nDate: Mon, 2 Mar 2099 09:00:00 +0000\nMessage-ID: <answer@acme.example>\n\
        In-Reply-To: <question@x.example>\n\nSoon.\n\n";

    fn plan() -> Plan {
        let own = BTreeSet::from(["help@acme.example".to_owned()]);
        let now = "2026-03-03T00:00:00Z".parse().unwrap();
        Plan::new(crate::read(ARCHIVE).unwrap().letters, &own, now)
    }

    #[test]
    fn the_teams_letter_goes_to_whom_it_answers() {
        let plan = plan();
        assert!(matches!(&plan.letters[0].way, Way::In { from } if from == "ada@x.example"));
        assert!(matches!(&plan.letters[1].way, Way::Out { to, .. } if to.contains("ada@x.example")));
        assert_eq!((plan.letters[0].thread, plan.letters[1].thread, plan.threads.len()), (0, 0, 1));
    }

    #[test]
    fn a_letter_from_the_future_is_as_old_as_the_one_before_it() {
        assert_eq!(plan().letters[1].at.to_rfc3339(), "2026-03-02T09:00:00+00:00");
    }
}
