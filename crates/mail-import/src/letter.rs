//! Reads one raw message into a letter: sender, time, the letters it answers, text and attachments.

use crate::{Cut, Place, Unreadable, content, date, limits::Room, mbox::Entry, mime::Section, text, workarounds};
use chrono::{DateTime, Utc};
use mail_parser::{Address, HeaderName, HeaderValue, Message};
use sha2::{Digest, Sha256};
use std::{collections::BTreeSet, fmt::Write as _};

/// Longer than any real address or name.
const MAX_LINE: usize = 255;
/// A longer Message-ID is an accident, not an id; the letter is then known by its hash.
const MAX_ID: usize = 500;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Sender {
    /// As written in the letter.
    pub address: String,
    pub name: Option<String>,
}

impl Sender {
    /// The key of a sender: the address in lower case, since the programs of one person differ in case.
    pub(crate) fn key(&self) -> String {
        folded(&self.address)
    }
}

/// An attachment's name, size in bytes and media type. Its content is not kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attached {
    pub name: String,
    pub size: u64,
    pub media_type: String,
}

/// A letter: one message of an archive.
#[derive(Clone, PartialEq, Eq)]
pub struct Letter {
    pub place: Place,
    /// Its Message-ID, or a hash of the raw message where it has none.
    pub key: String,
    pub from: Sender,
    /// To and Cc, case folded.
    pub(crate) recipients: Vec<String>,
    /// The Message-IDs of the letters that it answers directly.
    pub(crate) in_reply_to: Vec<String>,
    /// The Message-IDs of the thread above it, oldest first.
    pub(crate) references: Vec<String>,
    /// `None`: neither its headers nor the archive have a date.
    pub(crate) at: Option<DateTime<Utc>>,
    pub subject: Option<String>,
    /// The subject without "Re:" and its forms in other languages.
    pub base_subject: String,
    /// No control characters but tab and line feed. May be empty, may be long.
    pub body: String,
    pub attachments: Vec<Attached>,
    /// What of it is left out.
    pub cut: BTreeSet<Cut>,
}

impl std::fmt::Debug for Letter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Letter({}, <{} bytes>)", self.place, self.body.len())
    }
}

impl Letter {
    /// Reads a message of the archive.
    ///
    /// # Errors
    /// [`Unreadable`] when there is no message, or no sender.
    pub(crate) fn read(entry: &Entry) -> Result<Self, Unreadable> {
        if entry.from_line.is_empty() {
            return Err(Unreadable::BeforeFirst);
        }
        if entry.raw.iter().all(u8::is_ascii_whitespace) {
            return Err(Unreadable::Empty);
        }
        let mut room = Room::new();
        let section = Section::new(&entry.raw);
        let head = workarounds::prepared(section.head, &mut room);
        let message = workarounds::parse(&head).ok_or(Unreadable::NoHeaders)?;
        let from = sender(&message, &entry.from_line).ok_or(Unreadable::NoSender)?;
        let content = content::read(&message, section.body, &mut room);
        let subject = message.subject().and_then(|subject| text::line(subject, MAX_LINE));
        room.cut.extend((entry.skipped > 0).then_some(Cut::Letter));
        Ok(Self {
            place: entry.place,
            key: message_ids(&message, &HeaderName::MessageId).pop().unwrap_or_else(|| hash(entry)),
            from,
            recipients: recipients(&message),
            in_reply_to: message_ids(&message, &HeaderName::InReplyTo),
            references: message_ids(&message, &HeaderName::References),
            at: date::of_message(&message, &entry.from_line),
            base_subject: message.thread_name().unwrap_or_default().to_lowercase(),
            subject,
            body: content.text,
            attachments: content.attachments,
            cut: room.cut,
        })
    }
}

fn sender(message: &Message<'_>, from_line: &[u8]) -> Option<Sender> {
    [message.from(), message.sender(), message.reply_to()]
        .into_iter()
        .flatten()
        .find_map(first_sender)
        .or_else(|| {
            address(message.header(HeaderName::ReturnPath)?.as_text()?).map(|address| Sender { address, name: None })
        })
        .or_else(|| envelope_sender(from_line))
}

fn first_sender(addresses: &Address<'_>) -> Option<Sender> {
    addresses.iter().find_map(|one| {
        let name = one.name.as_deref().and_then(|name| text::line(name, MAX_LINE));
        Some(Sender { address: address(one.address.as_deref()?)?, name })
    })
}

/// The sender in the archive's separator line: `From ada@x.test Mon Jun …`.
fn envelope_sender(from_line: &[u8]) -> Option<Sender> {
    let word = std::str::from_utf8(from_line).ok()?.split_ascii_whitespace().nth(1)?;
    let address = address(word).filter(|address| address.contains('@'))?;
    Some(Sender { address, name: None })
}

fn address(text: &str) -> Option<String> {
    let bare: String = text::line(text, MAX_LINE)?.split_whitespace().collect();
    let bare = bare.trim_matches(['<', '>']).to_owned();
    (!bare.is_empty()).then_some(bare)
}

fn folded(address: &str) -> String {
    address.to_lowercase()
}

fn recipients(message: &Message<'_>) -> Vec<String> {
    message
        .all_to()
        .chain(message.all_cc())
        .flat_map(Address::iter)
        .filter_map(|one| address(one.address.as_deref()?))
        .map(|address| folded(&address))
        .collect()
}

fn message_ids(message: &Message<'_>, name: &HeaderName<'_>) -> Vec<String> {
    let mut ids = Vec::new();
    for header in message.headers().iter().filter(|header| header.name == *name) {
        match &header.value {
            HeaderValue::Text(id) => ids.extend(message_id(id)),
            HeaderValue::TextList(list) => ids.extend(list.iter().filter_map(|id| message_id(id))),
            _ => {}
        }
    }
    ids
}

/// An id as other letters name it: some programs break it with white space, which mail-parser keeps. Prose ("Your
/// message of Monday"), which mail-parser takes for an id, is `None`. We know of no issue about either.
fn message_id(text: &str) -> Option<String> {
    let clean = text::line(text, MAX_ID + 1)?;
    if clean.split(' ').count() > 3 || clean.chars().count() > MAX_ID {
        return None;
    }
    let id: String = clean.split(' ').collect();
    Some(id.trim_matches(['<', '>']).to_owned()).filter(|id| !id.is_empty())
}

fn hash(entry: &Entry) -> String {
    let mut hasher = Sha256::new();
    // Line ends change when a file moves between systems, but the letter is the same.
    for line in entry.raw.split(|byte| *byte == b'\n') {
        hasher.update(line.strip_suffix(b"\r").unwrap_or(line));
        hasher.update(b"\n");
    }
    if entry.skipped > 0 {
        hasher.update(entry.skipped.to_le_bytes());
    }
    hasher.finalize().iter().fold("sha256:".to_owned(), |mut hex, byte| {
        write!(hex, "{byte:02x}").expect("writing to a String can't fail");
        hex
    })
}
