//! The index of an archive: of each letter its place and what a plan needs, but not its text, so that it is small
//! beside the archive. The letters are read again, one by one, when they are stored.

use crate::{Cut, Letter, Place, Sender, Unreadable, limits::MAX_ANSWERED, mbox::Mbox, thread::Threads};
use chrono::{DateTime, Utc};
use indexmap::IndexSet;
use sha2::{Digest, Sha256};
use std::{
    collections::{BTreeSet, HashMap},
    io::{self, BufRead, Seek, SeekFrom},
};

/// What an archive holds. Ids, addresses, subjects and senders are kept once, and named by their numbers.
pub struct Index {
    /// Letters in the archive, readable or not.
    pub count: usize,
    pub unreadable: Vec<(Place, Unreadable)>,
    /// Letters that are left out in part.
    pub cut: Vec<(Place, Cut)>,
    /// Letters that are in the archive more than once.
    pub repeated: usize,
    /// Letters with the Message-ID of another letter of the same sender, but a different text.
    pub contradicting: Vec<Place>,
    /// The others, in the file's order.
    pub(crate) envelopes: Vec<Envelope>,
    /// The Message-IDs of the letters, and those that they name.
    pub(crate) ids: IndexSet<Box<str>>,
    /// In lower case.
    pub(crate) addresses: IndexSet<Box<str>>,
    pub(crate) subjects: IndexSet<Box<str>>,
    pub(crate) senders: IndexSet<Sender>,
    pub(crate) threads: Threads,
}

/// A letter's headers.
pub(crate) struct Envelope {
    pub(crate) place: Place,
    pub(crate) key: usize,
    pub(crate) from: usize,
    pub(crate) sender: usize,
    pub(crate) subject: usize,
    pub(crate) at: Option<DateTime<Utc>>,
    /// To and Cc of the team's letters; empty for others.
    pub(crate) recipients: Vec<usize>,
    /// The ids in In-Reply-To; else the nearest of the References.
    pub(crate) answers: Vec<usize>,
}

type Seen = HashMap<(usize, usize), [u8; 32]>;

impl Index {
    /// Reads a whole archive. `own`: the team's addresses, in lower case.
    ///
    /// # Errors
    /// Only when the reader itself fails; a damaged message is listed in [`Index::unreadable`].
    pub fn read(reader: impl BufRead, own: &BTreeSet<String>) -> io::Result<Self> {
        let mut index = Self {
            count: 0,
            unreadable: Vec::new(),
            cut: Vec::new(),
            repeated: 0,
            contradicting: Vec::new(),
            envelopes: Vec::new(),
            ids: IndexSet::new(),
            addresses: IndexSet::new(),
            subjects: IndexSet::new(),
            senders: IndexSet::new(),
            threads: Threads::default(),
        };
        let mut seen = Seen::new();
        for entry in Mbox::new(reader) {
            let entry = entry?;
            index.count += 1;
            match Letter::read(&entry) {
                Ok(letter) => index.add(letter, own, &mut seen),
                Err(reason) => index.unreadable.push((entry.place, reason)),
            }
        }
        Ok(index)
    }

    /// Adds a letter, unless it is there already. A letter with the Message-ID of another one of the same sender, but a
    /// different text, is left out and listed.
    fn add(&mut self, letter: Letter, own: &BTreeSet<String>, seen: &mut Seen) {
        let address = letter.from.key();
        let is_own = own.contains(&address);
        let (key, from) = (number(&mut self.ids, letter.key), number(&mut self.addresses, address));
        let text: [u8; 32] = Sha256::digest(letter.body.as_bytes()).into();
        match seen.insert((key, from), text) {
            None => {}
            Some(first) if first == text => {
                self.repeated += 1;
                return;
            }
            Some(first) => {
                seen.insert((key, from), first);
                self.contradicting.push(letter.place);
                return;
            }
        }
        self.cut.extend(letter.cut.into_iter().map(|cut| (letter.place, cut)));
        self.threads.join(key, key);
        let mut in_thread = |id: String| {
            let id = number(&mut self.ids, id);
            self.threads.join(key, id);
            id
        };
        let nearest = letter.references.into_iter().map(&mut in_thread).last();
        let mut answers: Vec<usize> = letter.in_reply_to.into_iter().map(in_thread).collect();
        if answers.is_empty() {
            answers.extend(nearest);
        }
        answers.truncate(MAX_ANSWERED);
        let recipients = letter.recipients.into_iter().filter(|_| is_own);
        self.envelopes.push(Envelope {
            place: letter.place,
            key,
            from,
            sender: self.senders.insert_full(letter.from).0,
            subject: number(&mut self.subjects, letter.base_subject),
            at: letter.at,
            recipients: recipients.map(|address| number(&mut self.addresses, address)).collect(),
            answers,
        });
    }
}

fn number(texts: &mut IndexSet<Box<str>>, text: String) -> usize {
    texts.insert_full(text.into_boxed_str()).0
}

impl Letter {
    /// Reads the letter at this place of an archive again. `None`: there is no letter any more.
    pub(crate) fn at(mut reader: impl BufRead + Seek, place: Place) -> io::Result<Option<Self>> {
        reader.seek(SeekFrom::Start(place.offset))?;
        let entry = Mbox::at(reader, place).next().transpose()?;
        Ok(entry.and_then(|entry| Self::read(&entry).ok()))
    }
}
