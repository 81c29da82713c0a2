//! Decides which letter goes into whose conversation, from the archive alone.

use crate::{
    Archive, Cut, Identity, Index, Letter, Place, Sender, Warning, archive::letter_at, index::Envelope,
    limits::MAX_ANSWERED, subjects,
};
use chrono::{DateTime, Utc};
use std::{
    collections::{BTreeSet, HashMap, HashSet},
    io,
};

/// An archive, ready to be stored. Ids, addresses and subjects are numbers.
pub struct Plan {
    /// In the order of their time, each only once.
    pub letters: Vec<Planned>,
    /// Letters of the team's that answer more people than they are added for.
    pub cut: Vec<(Place, Cut)>,
    /// Letters whose time is that of the letter before them.
    pub warnings: Vec<(Place, Warning)>,
    /// For each id its thread.
    pub threads: Vec<usize>,
    /// For each address the sender as written first, or first with a name.
    senders: HashMap<usize, usize>,
    index: Index,
}

/// A letter with its place in the archive and in the inbox.
pub struct Planned {
    pub place: Place,
    /// The number of its Message-ID.
    pub key: usize,
    pub identity: Identity,
    pub subject: usize,
    /// When it was written, or the nearest time that the archive has.
    pub at: DateTime<Utc>,
    pub thread: usize,
    pub way: Way,
}

/// The direction of a letter, which decides whose conversation it is in.
pub enum Way {
    /// From an outside sender, by their address.
    In { from: usize },
    /// From the team, to these outside senders. An earlier import may know more of them: `answers` are the Message-IDs
    /// that the letter answers. Where there is nobody, it is the first letter to its `recipients`.
    Out { to: BTreeSet<usize>, answers: Vec<usize>, recipients: Vec<usize> },
}

impl Plan {
    /// `now`: no letter gets a later time.
    #[must_use]
    pub fn new(mut index: Index, now: DateTime<Utc>) -> Self {
        let mut warnings = Vec::new();
        let timed = in_order_of_time(std::mem::take(&mut index.envelopes), now, &mut warnings);
        subjects::join(&mut index, &timed);
        let threads = numbered_threads(&mut index, &timed);
        let circle = Circle::new(&timed, &threads);
        let mut plan = Self {
            letters: Vec::new(),
            cut: Vec::new(),
            warnings,
            threads: Vec::new(),
            senders: HashMap::new(),
            index,
        };
        for (at, envelope) in &timed {
            let (way, is_cut) = circle.way(envelope, threads[envelope.key]);
            let Envelope { place, key, identity, subject, .. } = *envelope;
            if is_cut {
                plan.cut.push((place, Cut::Conversations));
            }
            if let Way::In { from } = way {
                plan.note_sender(from, envelope.sender);
            }
            plan.letters.push(Planned { place, key, identity, subject, at: *at, thread: threads[key], way });
        }
        for (address, written) in std::mem::take(&mut plan.index.recipients) {
            plan.note_sender(address, written);
        }
        plan.threads = threads;
        plan
    }

    /// Reads a letter again from its place in the archive.
    ///
    /// # Errors
    /// When the reader fails, or the archive changed since the index was read.
    pub fn letter(&self, archive: &(impl Archive + ?Sized), planned: &Planned) -> io::Result<Letter> {
        let letter = letter_at(archive, planned.place)?.filter(|letter| letter.identity == planned.identity);
        letter.ok_or_else(|| io::Error::other("the archive changed while it was imported"))
    }

    /// How many threads there are.
    #[must_use]
    pub fn thread_count(&self) -> usize {
        self.letters.iter().map(|letter| letter.thread + 1).max().unwrap_or_default()
    }

    /// A Message-ID by its number.
    #[must_use]
    pub fn id(&self, number: usize) -> &str {
        &self.index.ids[number]
    }

    /// An address, in lower case, by its number.
    #[must_use]
    pub fn address(&self, number: usize) -> &str {
        &self.index.addresses[number]
    }

    /// The person with this address, as the archive names them.
    #[must_use]
    pub fn sender(&self, address: usize) -> Option<&Sender> {
        self.senders.get(&address).map(|sender| &self.index.senders[*sender])
    }

    fn note_sender(&mut self, address: usize, written: usize) {
        let table = &self.index.senders;
        let sender = self.senders.entry(address).or_insert(written);
        if table[*sender].name.is_none() && table[written].name.is_some() {
            *sender = written;
        }
    }
}

/// Sorts by time. A letter without a time, or only with ones in the future, gets the time of the letter before it.
fn in_order_of_time(
    envelopes: Vec<Envelope>,
    now: DateTime<Utc>,
    warnings: &mut Vec<(Place, Warning)>,
) -> Vec<(DateTime<Utc>, Envelope)> {
    let past = |envelope: &Envelope| envelope.times.iter().copied().find(|time| *time <= now);
    let mut before = envelopes.iter().find_map(past).unwrap_or(now);
    let mut timed: Vec<_> = envelopes
        .into_iter()
        .map(|envelope| {
            let time = past(&envelope);
            warnings.extend(time.is_none().then_some((envelope.place, Warning::Date)));
            before = time.unwrap_or(before);
            (before, envelope)
        })
        .collect();
    timed.sort_by_key(|(at, _)| *at);
    timed
}

/// For each id its thread. Threads are numbered by their first letters.
fn numbered_threads(index: &mut Index, timed: &[(DateTime<Utc>, Envelope)]) -> Vec<usize> {
    let mut numbers: HashMap<usize, usize> = HashMap::new();
    for (_, envelope) in timed {
        let next = numbers.len();
        numbers.entry(index.threads.root(envelope.key)).or_insert(next);
    }
    (0..index.ids.len()).map(|id| numbers[&index.threads.root(id)]).collect()
}

/// Who writes and who is answered.
struct Circle<'a> {
    by_key: HashMap<usize, Vec<&'a Envelope>>,
    /// The threads in which an address from outside writes.
    outside: HashSet<(usize, usize)>,
}

impl<'a> Circle<'a> {
    fn new(timed: &'a [(DateTime<Utc>, Envelope)], threads: &[usize]) -> Self {
        let mut circle = Self { by_key: HashMap::new(), outside: HashSet::new() };
        for (_, envelope) in timed {
            circle.by_key.entry(envelope.key).or_default().push(envelope);
            if !envelope.is_own {
                circle.outside.insert((threads[envelope.key], envelope.from));
            }
        }
        circle
    }

    /// Also whether more people are answered than the limit allows.
    fn way(&self, envelope: &Envelope, thread: usize) -> (Way, bool) {
        if !envelope.is_own {
            return (Way::In { from: envelope.from }, false);
        }
        let (mut to, mut is_cut) = self.answered(envelope);
        // Recipients who also write in the thread read the letter too, even if it answers somebody else.
        for recipient in envelope.recipients.iter().filter(|recipient| self.outside.contains(&(thread, **recipient))) {
            is_cut |= to.len() >= MAX_ANSWERED && !to.contains(recipient);
            if to.len() < MAX_ANSWERED {
                to.insert(*recipient);
            }
        }
        is_cut |= to.is_empty() && envelope.recipients.len() > MAX_ANSWERED;
        let recipients = envelope.recipients.iter().copied().take(MAX_ANSWERED).collect();
        (Way::Out { to, answers: envelope.answers.clone(), recipients }, is_cut)
    }

    /// The senders of the letters that it answers. If one of those is a colleague's, the senders whom that one answers.
    /// Looks at a limited number of letters.
    fn answered(&self, envelope: &Envelope) -> (BTreeSet<usize>, bool) {
        let (mut people, mut seen) = (BTreeSet::new(), HashSet::new());
        let mut looked_at = 0;
        let mut open = envelope.answers.clone();
        while let Some(id) = open.pop() {
            if !seen.insert(id) {
                continue;
            }
            for letter in self.by_key.get(&id).into_iter().flatten() {
                if looked_at == MAX_ANSWERED {
                    return (people, true);
                }
                looked_at += 1;
                if letter.is_own {
                    open.extend(&letter.answers);
                } else {
                    people.insert(letter.from);
                }
            }
        }
        (people, false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Own, Reading};

    const ARCHIVE: &[u8] = b"From - \nFrom: Ada <ada@x.example>\nDate: Mon, 2 Mar 2026 09:00:00 +0000\n\
        Message-ID: <question@x.example>\n\nWhen?\n\n\
        From - \nFrom: help@acme.example\nDate: Mon, 2 Mar 2099 09:00:00 +0000\nMessage-ID: <answer@acme.example>\n\
        In-Reply-To: <question@x.example>\n\nSoon.\n\n";

    fn read(archive: &[u8], now: DateTime<Utc>) -> Plan {
        let reading = Reading { own: Own::new(["help@acme.example"]).unwrap(), ..Reading::default() };
        Plan::new(Index::read(archive, &reading).unwrap(), now)
    }

    fn plan() -> Plan {
        read(ARCHIVE, "2026-03-03T00:00:00Z".parse().unwrap())
    }

    #[test]
    fn the_teams_letter_goes_to_whom_it_answers() {
        let plan = plan();
        let Way::In { from } = plan.letters[0].way else { panic!("from outside") };
        assert_eq!(plan.address(from), "ada@x.example");
        assert!(matches!(&plan.letters[1].way, Way::Out { to, .. } if to.contains(&from)));
        assert_eq!((plan.letters[0].thread, plan.letters[1].thread), (0, 0));
    }

    #[test]
    fn a_letter_from_the_future_is_as_old_as_the_one_before_it() {
        assert_eq!(plan().letters[1].at.to_rfc3339(), "2026-03-02T09:00:00+00:00");
    }

    #[test]
    fn a_letter_that_is_no_longer_at_its_place_is_not_taken_for_another() {
        let plan = plan();
        let now = [b"From - \nFrom: eve@x.example\n\nhi\n\n", ARCHIVE].concat();
        assert_eq!(plan.letter(ARCHIVE, &plan.letters[0]).unwrap().body, "When?");
        let error = plan.letter(&now[..], &plan.letters[0]).unwrap_err();
        assert_eq!(error.to_string(), "the archive changed while it was imported");
    }

    /// A question from outside, and a chain of the team's letters, each of which answers the one before.
    fn chain(n: usize) -> Plan {
        use std::fmt::Write as _;
        let mut archive = "From - \nFrom: ada@x.example\nMessage-ID: <0@x>\n\nWhen?\n\n".to_owned();
        for letter in 1..n {
            let before = letter - 1;
            write!(
                archive,
                "From - \nFrom: help@acme.example\nMessage-ID: <{letter}@x>\nIn-Reply-To: <{before}@x>\n\n{letter}\n"
            )
            .unwrap();
        }
        read(archive.as_bytes(), DateTime::UNIX_EPOCH)
    }

    #[test]
    fn whom_a_colleagues_answer_answers_is_looked_for_within_a_limit_and_the_letters_beyond_are_named() {
        let plan = chain(3 * MAX_ANSWERED);
        let answered = plan.letters.iter().filter(|letter| matches!(&letter.way, Way::Out { to, .. } if to.len() == 1));
        assert_eq!(answered.count(), MAX_ANSWERED);
        assert_eq!(plan.cut.len(), 3 * MAX_ANSWERED - 1 - MAX_ANSWERED);
    }
}
