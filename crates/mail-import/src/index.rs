//! The index of an archive: of each letter its place and what a plan needs, but not its text, so that it is small
//! beside the archive. The letters are read again, one by one, when they are stored.

use crate::{
    Archive, Cut, Identity, Letter, Own, Place, Sender, Unreadable, Warning, archive, limits::MAX_ANSWERED,
    sender::is_robot, thread::Threads,
};
use chrono::{DateTime, Utc};
use indexmap::IndexSet;
use std::{collections::HashMap, io};

/// How the letters of an archive are read.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// The team.
    pub own: Own,
    pub reply_to: ReplyTo,
}

/// When Reply-To names the sender of a letter instead of From.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReplyTo {
    /// Where From is the team's, or that of a form on a website.
    #[default]
    Auto,
    Always,
    Never,
}

/// What an archive holds. Ids, addresses, subjects and senders are kept once, and named by their numbers.
pub struct Index {
    /// Letters in the archive, readable or not.
    pub count: usize,
    pub unreadable: Vec<(Place, Unreadable)>,
    /// Letters that are left out in part.
    pub cut: Vec<(Place, Cut)>,
    /// Letters that are in the archive more than once.
    pub repeated: usize,
    /// Letters that are not as they claim to be.
    pub warnings: Vec<(Place, Warning)>,
    /// Letters whose sender is in Reply-To, and letters of a sender behind a mailing list.
    pub by_reply_to: usize,
    pub behind_lists: usize,
    /// The letters without those that are repeated, in the order of the files.
    pub(crate) envelopes: Vec<Envelope>,
    /// The Message-IDs of the letters, and those that they name.
    pub(crate) ids: IndexSet<Box<str>>,
    /// In lower case.
    pub(crate) addresses: IndexSet<Box<str>>,
    pub(crate) subjects: IndexSet<Box<str>>,
    pub(crate) senders: IndexSet<Sender>,
    /// For each address that the team writes to, the recipient as written first.
    pub(crate) recipients: HashMap<usize, usize>,
    pub(crate) threads: Threads,
}

/// A letter's headers.
pub(crate) struct Envelope {
    pub(crate) place: Place,
    pub(crate) key: usize,
    pub(crate) from: usize,
    pub(crate) sender: usize,
    pub(crate) subject: usize,
    pub(crate) identity: Identity,
    pub(crate) times: Box<[DateTime<Utc>]>,
    pub(crate) is_own: bool,
    pub(crate) is_reply: bool,
    /// To, Cc and Bcc of the team's letters, without the team; none for others.
    pub(crate) recipients: Box<[usize]>,
    /// The ids in In-Reply-To; else the nearest of the References.
    pub(crate) answers: Vec<usize>,
}

/// The letters that were read, by what they are and by their Message-IDs.
#[derive(Default)]
struct Seen {
    by_identity: HashMap<Identity, Vec<usize>>,
    by_key: HashMap<usize, Identity>,
}

impl Index {
    /// Reads a whole archive.
    ///
    /// # Errors
    /// Only when a file can't be read; a damaged message is listed in [`Index::unreadable`].
    pub fn read(archive: &(impl Archive + ?Sized), reading: &Reading) -> io::Result<Self> {
        let mut index = Self {
            count: 0,
            unreadable: Vec::new(),
            cut: Vec::new(),
            repeated: 0,
            warnings: Vec::new(),
            by_reply_to: 0,
            behind_lists: 0,
            envelopes: Vec::new(),
            ids: IndexSet::new(),
            addresses: IndexSet::new(),
            subjects: IndexSet::new(),
            senders: IndexSet::new(),
            recipients: HashMap::new(),
            threads: Threads::default(),
        };
        let mut seen = Seen::default();
        for file in 0..archive.count() {
            for entry in archive::entries(archive, file)? {
                let entry = entry?;
                index.count += 1;
                match Letter::read(&entry) {
                    Ok(letter) => index.add(letter, reading, &mut seen),
                    Err(reason) => index.unreadable.push((entry.place, reason)),
                }
            }
        }
        Ok(index)
    }

    /// Adds a letter, unless it is there already.
    fn add(&mut self, mut letter: Letter, reading: &Reading, seen: &mut Seen) {
        let by_reply_to = writes_by_reply_to(&letter, reading).cloned();
        let is_by_reply_to = by_reply_to.is_some();
        letter.from = by_reply_to.unwrap_or(letter.from);
        let address = letter.from.key();
        let is_own = reading.own.has(&address);
        let (key, from) = (number(&mut self.ids, letter.key), number(&mut self.addresses, address));
        self.threads.join(key, key);
        let recipients = std::mem::take(&mut letter.recipients);
        let recipients = if is_own { self.outside(recipients, &reading.own) } else { Box::default() };
        let same = seen.by_identity.entry(letter.identity).or_default();
        // The team may send one text to many.
        let first = same.iter().find(|at| !is_own || self.envelopes[**at].recipients == recipients);
        if let Some(first) = first {
            self.repeated += 1;
            self.threads.join(self.envelopes[*first].key, key);
            return;
        }
        same.push(self.envelopes.len());
        if *seen.by_key.entry(key).or_insert(letter.identity) != letter.identity {
            letter.warnings.insert(Warning::MessageId);
        }
        self.by_reply_to += usize::from(is_by_reply_to);
        self.behind_lists += usize::from(letter.is_behind_list);
        self.cut.extend(letter.cut.into_iter().map(|cut| (letter.place, cut)));
        self.warnings.extend(letter.warnings.into_iter().map(|warning| (letter.place, warning)));
        let answers = self.answers(key, letter.references, letter.in_reply_to);
        self.envelopes.push(Envelope {
            place: letter.place,
            key,
            from,
            sender: self.senders.insert_full(letter.from).0,
            subject: number(&mut self.subjects, letter.base_subject),
            identity: letter.identity,
            times: letter.times.into_boxed_slice(),
            is_own,
            is_reply: letter.is_reply,
            recipients,
            answers,
        });
    }

    /// The numbers of the recipients that are not the team, each once.
    fn outside(&mut self, recipients: Vec<Sender>, own: &Own) -> Box<[usize]> {
        let mut outside = Vec::new();
        for recipient in recipients.into_iter().filter(|recipient| !own.has(&recipient.key())) {
            let address = number(&mut self.addresses, recipient.key());
            let written = self.senders.insert_full(recipient).0;
            self.recipients.entry(address).or_insert(written);
            outside.push(address);
        }
        outside.sort_unstable();
        outside.dedup();
        outside.into_boxed_slice()
    }

    /// Joins the letter with the thread above it. Returns the letters that it answers.
    fn answers(&mut self, key: usize, references: Vec<String>, in_reply_to: Vec<String>) -> Vec<usize> {
        let mut in_thread = |id: String| {
            let id = number(&mut self.ids, id);
            self.threads.join(key, id);
            id
        };
        let nearest = references.into_iter().map(&mut in_thread).last();
        let mut answers: Vec<usize> = in_reply_to.into_iter().map(in_thread).collect();
        if answers.is_empty() {
            answers.extend(nearest);
        }
        answers.truncate(MAX_ANSWERED);
        answers
    }
}

/// Whom Reply-To names, where that is who wrote the letter. A form on a website sends from an address of its own, or of
/// the team's.
fn writes_by_reply_to<'l>(letter: &'l Letter, reading: &Reading) -> Option<&'l Sender> {
    let reply_to = letter.reply_to.as_ref().filter(|it| !reading.own.has(&it.key()))?;
    let is_recipient = letter.recipients.iter().any(|recipient| recipient.key() == reply_to.key());
    let is_taken = match reading.reply_to {
        ReplyTo::Always => true,
        ReplyTo::Never => false,
        ReplyTo::Auto => {
            let is_form = is_robot(&letter.from) && !is_robot(reply_to) && !is_same_house(&letter.from, reply_to);
            !is_recipient && (is_form || reading.own.has(&letter.from.key()))
        }
    };
    is_taken.then_some(reply_to)
}

/// Whether two addresses are of one domain, or of a domain inside the other: a service that answers for its people.
fn is_same_house(a: &Sender, b: &Sender) -> bool {
    let (a, b) = (a.domain().to_lowercase(), b.domain().to_lowercase());
    a == b || a.ends_with(&format!(".{b}")) || b.ends_with(&format!(".{a}"))
}

fn number(texts: &mut IndexSet<Box<str>>, text: String) -> usize {
    texts.insert_full(text.into_boxed_str()).0
}
