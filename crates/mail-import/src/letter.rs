//! Reads one raw message into a letter: sender, time, the letters it answers, text and attachments.

use crate::{
    Cut, Place, Unreadable, Warning,
    address::{self, Sender},
    content, date,
    head::{Head, Section},
    identity::Identity,
    limits::Room,
    mbox::Entry,
    sender, text, words,
};
use chrono::{DateTime, Utc};
use mail_parser::{HeaderName, HeaderValue, Message, MessageParser};
use std::collections::BTreeSet;

/// Longer than any real subject.
const MAX_LINE: usize = 255;
/// A longer Message-ID is an accident, not an id; the letter is then known by its hash.
const MAX_ID: usize = 500;

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
    /// Its Message-ID, or its identity where it has none.
    pub key: String,
    /// The same for letters of the same sender, date, subject and text, in whatever form they were kept.
    pub identity: Identity,
    pub from: Sender,
    /// Where an answer would go, if that is somebody else.
    pub(crate) reply_to: Option<Sender>,
    /// Whether From was a mailing list that had put itself in the sender's place.
    pub(crate) is_behind_list: bool,
    /// To, Cc and Bcc.
    pub(crate) recipients: Vec<Sender>,
    /// The Message-IDs of the letters that it answers directly.
    pub(crate) in_reply_to: Vec<String>,
    /// The Message-IDs of the thread above it, oldest first.
    pub(crate) references: Vec<String>,
    /// The times that its headers and the archive name, the most trustworthy first.
    pub(crate) times: Vec<DateTime<Utc>>,
    pub subject: Option<String>,
    /// The subject without "Re:" and its forms in other languages.
    pub base_subject: String,
    /// Whether the subject says that it is an answer.
    pub(crate) is_reply: bool,
    /// No control characters but tab and line feed. May be empty, may be long.
    pub body: String,
    pub attachments: Vec<Attached>,
    /// What of it is left out.
    pub cut: BTreeSet<Cut>,
    /// What of it is not as it claims to be.
    pub warnings: BTreeSet<Warning>,
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
        let head = Head::read(section.head, &mut room);
        if !head.has_fields() {
            return Err(Unreadable::NoHeaders);
        }
        let written = sender::of(&head, &entry.from_line).ok_or(Unreadable::NoSender)?;
        let content = content::read(&head, section.body, &mut room);
        let subject = head.get("subject").and_then(|subject| text::line(&words::decoded(subject), MAX_LINE));
        let ids = head.block(&["message-id", "in-reply-to", "references"]);
        let block = format!("{ids}Subject: {}\n", subject.as_deref().unwrap_or_default());
        let message = MessageParser::default().parse_headers(&block).ok_or(Unreadable::NoHeaders)?;
        room.cut.extend((entry.skipped > 0).then_some(Cut::Letter));
        let mut letter = Self {
            place: entry.place,
            key: String::new(),
            identity: Identity::default(),
            from: written.from,
            reply_to: written.reply_to,
            is_behind_list: written.is_behind_list,
            recipients: ["to", "cc", "bcc"].iter().flat_map(|name| head.all(name)).flat_map(address::list).collect(),
            in_reply_to: message_ids(&message, &HeaderName::InReplyTo),
            references: message_ids(&message, &HeaderName::References),
            times: date::times(&head, &entry.from_line),
            base_subject: message.thread_name().unwrap_or_default().to_lowercase(),
            is_reply: subject.as_deref().is_some_and(is_reply),
            subject,
            body: content.text,
            attachments: content.attachments,
            cut: room.cut,
            warnings: room.warnings,
        };
        let id = message_ids(&message, &HeaderName::MessageId).pop();
        letter.identity = Identity::of(&letter, head.get("date").or(id.as_deref()), entry.skipped);
        letter.key = id.unwrap_or_else(|| format!("sha256:{}", letter.identity));
        Ok(letter)
    }
}

/// Whether a subject begins as that of an answer does, in the languages of mail programs.
fn is_reply(subject: &str) -> bool {
    const MARKS: [&str; 14] =
        ["re", "aw", "antw", "sv", "vs", "odp", "rif", "res", "ynt", "回复", "答复", "回覆", "回信", "отв"];
    let mark = subject.split([':', '：']).next().unwrap_or_default().to_lowercase();
    let mark = mark.trim_end_matches(|c: char| c.is_ascii_digit() || "[]()^ ".contains(c));
    subject.contains([':', '：']) && MARKS.contains(&mark.rsplit(' ').next().unwrap_or_default())
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
