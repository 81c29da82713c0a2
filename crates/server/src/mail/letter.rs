//! One raw message, read: who wrote it and when, what it answers, its text and the attachments it came with.

use super::{Entry, Place, Unreadable, date, text, uuencode};
use chrono::{DateTime, Utc};
use mail_parser::{
    Address, Encoding, HeaderName, HeaderValue, Message, MessageParser, MessagePart, MimeHeaders, PartType,
    decoders::{charsets::map::charset_decoder, html::html_to_text, quoted_printable::quoted_printable_decode},
};
use sha2::{Digest, Sha256};
use std::{
    fmt::Write as _,
    panic::{AssertUnwindSafe, catch_unwind},
};

/// Longer than any real address, name or file name.
const MAX_LINE: usize = 255;
/// A longer Message-ID is no id but an accident; the letter is then known by its hash.
const MAX_ID: usize = 500;
/// Types that hold whole messages.
const ENCLOSING: [&str; 3] = ["message/rfc822", "message/global", "multipart/digest"];
/// Put in front of their subtypes. Nobody's mail says this.
const MARK: &str = "x-sidenote-enclosed-";

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sender {
    /// As written.
    pub address: String,
    pub name: Option<String>,
}

impl Sender {
    /// What one sender is known by: case differs between the programs one person writes with.
    #[must_use]
    pub fn key(&self) -> String {
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

#[derive(Clone, PartialEq, Eq)]
pub struct Letter {
    pub place: Place,
    /// Its Message-ID, or a hash of the raw message where it has none.
    pub key: String,
    pub from: Sender,
    /// To and Cc, case folded.
    pub recipients: Vec<String>,
    /// The Message-IDs it directly answers.
    pub in_reply_to: Vec<String>,
    /// The Message-IDs of the thread above it, oldest first.
    pub references: Vec<String>,
    /// `None`: neither its headers nor the archive say.
    pub at: Option<DateTime<Utc>>,
    pub subject: Option<String>,
    /// Without "Re:" and its relatives in other languages.
    pub base_subject: String,
    /// No control characters but tab and line feed. May be empty, may be long.
    pub body: String,
    pub attachments: Vec<Attached>,
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
    /// [`Unreadable`] when there is no message, or nobody who could have written it.
    pub fn read(entry: &Entry) -> Result<Self, Unreadable> {
        if entry.from_line.is_empty() {
            return Err(Unreadable::BeforeFirst);
        }
        if entry.raw.iter().all(u8::is_ascii_whitespace) {
            return Err(Unreadable::Empty);
        }
        let raw = with_opaque_enclosures(&with_readable_headers(&entry.raw));
        let message = parse(&raw).filter(|message| !message.headers().is_empty()).ok_or(Unreadable::NoHeaders)?;
        let from = sender(&message, &entry.from_line).ok_or(Unreadable::NoSender)?;
        let mut attachments = attachments(&message);
        let (body, old_style) = uuencode::take_out(&text::body(&without_marks(&body(&message))));
        attachments.extend(old_style);
        let subject = message.subject().and_then(|subject| text::line(subject, MAX_LINE));
        Ok(Self {
            place: entry.place,
            key: message_ids(&message, &HeaderName::MessageId).pop().unwrap_or_else(|| hash(&entry.raw)),
            from,
            recipients: recipients(&message),
            in_reply_to: message_ids(&message, &HeaderName::InReplyTo),
            references: message_ids(&message, &HeaderName::References),
            at: date::of_message(&message, &entry.from_line),
            base_subject: message.thread_name().unwrap_or_default().to_lowercase(),
            subject,
            body: body.trim_end_matches('\n').to_owned(),
            attachments,
        })
    }
}

/// Parses. What the parser can't get through is read by its headers and as plain text.
fn parse(raw: &[u8]) -> Option<Message<'_>> {
    let parser = MessageParser::default();
    // The parser has assertions about nesting that broken mail can reach; one letter must not stop an archive.
    let whole = catch_unwind(AssertUnwindSafe(|| parser.parse(raw))).ok().flatten();
    whole.or_else(|| parser.parse_headers(raw))
}

/// The message with headers the parser reads: without the folds inside them (it loses a parameter whose value begins
/// on the next line), and in UTF-8 where there are raw 8-bit bytes.
fn with_readable_headers(raw: &[u8]) -> Vec<u8> {
    let end = raw.windows(2).position(|pair| pair == b"\n\n");
    let end_crlf = raw.windows(4).position(|four| four == b"\r\n\r\n");
    let end = end.into_iter().chain(end_crlf).min().unwrap_or(raw.len());
    let (head, rest) = raw.split_at(end);
    [unfolded(&text::guess(head)).as_bytes(), rest].concat()
}

/// Enclosed messages are attachments, so the parser is kept from descending into them: it would go one level deeper
/// on its stack for each, and forgets boundaries on the way back. Their type is renamed for it, and back afterwards.
fn with_opaque_enclosures(raw: &[u8]) -> Vec<u8> {
    ENCLOSING.iter().fold(raw.to_vec(), |raw, kind| {
        let (at, name) = (kind.find('/').map_or(0, |slash| slash + 1), kind.as_bytes());
        let mut out = Vec::with_capacity(raw.len());
        let mut rest = raw.as_slice();
        while let Some(found) = rest.windows(name.len()).position(|window| window.eq_ignore_ascii_case(name)) {
            let (before, from) = rest.split_at(found + at);
            out.extend_from_slice(before);
            out.extend_from_slice(MARK.as_bytes());
            let (subtype, after) = from.split_at(name.len() - at);
            out.extend_from_slice(subtype);
            rest = after;
        }
        out.extend_from_slice(rest);
        out
    })
}

/// Undoes [`with_opaque_enclosures`] where its traces show.
fn without_marks(text: &str) -> String {
    text.replace(MARK, "")
}

fn unfolded(head: &str) -> String {
    let mut out = String::with_capacity(head.len());
    for line in head.split_inclusive('\n') {
        if line.starts_with([' ', '\t']) && out.contains(':') {
            out.truncate(out.trim_end_matches(['\r', '\n']).len());
            out.push_str(if out.ends_with('=') { line.trim_start() } else { line });
        } else {
            out.push_str(line);
        }
    }
    out
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

/// The archive's own word on who sent it: `From ada@x.test Mon Jun …`.
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

/// An id as others will name it: some programs break it with white space. Prose ("Your message of Monday") is none.
fn message_id(text: &str) -> Option<String> {
    let clean = text::line(text, MAX_ID + 1)?;
    if clean.split(' ').count() > 3 || clean.chars().count() > MAX_ID {
        return None;
    }
    let id: String = clean.split(' ').collect();
    Some(id.trim_matches(['<', '>']).to_owned()).filter(|id| !id.is_empty())
}

fn hash(raw: &[u8]) -> String {
    let mut hasher = Sha256::new();
    // Line ends change when a file moves between systems; the letter stays the same.
    for line in raw.split(|byte| *byte == b'\n') {
        hasher.update(line.strip_suffix(b"\r").unwrap_or(line));
        hasher.update(b"\n");
    }
    hasher.finalize().iter().fold("sha256:".to_owned(), |mut hex, byte| {
        write!(hex, "{byte:02x}").expect("writing to a String can't fail");
        hex
    })
}

/// The text of the message: its plain parts, or its HTML as text; if it is only in an odd kind of text (richtext),
/// that.
fn body(message: &Message<'_>) -> String {
    let parts: Vec<&MessagePart<'_>> = if message.text_body_count() > 0 {
        message.text_bodies().collect()
    } else if message.html_body_count() > 0 {
        message.html_bodies().collect()
    } else {
        message.attachments().filter(|part| is_odd_text(part)).collect()
    };
    let texts: Vec<String> = parts.into_iter().filter_map(|part| part_text(message, part)).collect();
    if texts.iter().all(String::is_empty) { outside_of_parts(message) } else { texts.join("\n") }
}

fn is_odd_text(part: &MessagePart<'_>) -> bool {
    part.is_text() && part.attachment_name().is_none()
}

fn part_text(message: &Message<'_>, part: &MessagePart<'_>) -> Option<String> {
    match &part.body {
        PartType::Text(text) => Some(unnamed_charset(message, part).unwrap_or_else(|| text.to_string())),
        PartType::Html(html) => Some(html_to_text(&unnamed_charset(message, part).unwrap_or_else(|| html.to_string()))),
        _ => None,
    }
}

/// The text again from its bytes, when the parser met bytes of no character set it knows.
fn unnamed_charset(message: &Message<'_>, part: &MessagePart<'_>) -> Option<String> {
    let label = part.content_type().and_then(|kind| kind.attribute("charset"));
    let known = label.is_some_and(|label| charset_decoder(label.as_bytes()).is_some());
    if known || !part.text_contents()?.contains('\u{fffd}') {
        return None;
    }
    let raw = message.raw_message.get(part.offset_body as usize..part.offset_end as usize)?;
    match part.encoding {
        Encoding::None => Some(text::guess(raw)),
        Encoding::QuotedPrintable => Some(text::guess(&quoted_printable_decode(raw)?)),
        Encoding::Base64 => None,
    }
}

/// Where no part is text: all that stands below the headers if the parser found no parts either, else what stands
/// before the first part. Some programs report failures there; what only says that this is MIME is left out.
fn outside_of_parts(message: &Message<'_>) -> String {
    let Some(root) = message.parts.first() else { return String::new() };
    let raw = &message.raw_message;
    match message.parts.get(1) {
        None if root.is_text() || root.is_multipart() => {
            text::guess(raw.get(root.offset_body as usize..).unwrap_or_default())
        }
        None => String::new(),
        Some(first) => {
            let text =
                text::guess(raw.get(root.offset_body as usize..first.offset_header as usize).unwrap_or_default());
            let before = text.split("\n--").next().filter(|text| !text.starts_with("--") && !text.contains("MIME"));
            before.unwrap_or_default().to_owned()
        }
    }
}

fn attachments(message: &Message<'_>) -> Vec<Attached> {
    let text_is_odd = message.text_body_count() + message.html_body_count() == 0;
    message.attachments().filter(|part| !(text_is_odd && is_odd_text(part))).map(attached).collect()
}

fn attached(part: &MessagePart<'_>) -> Attached {
    let media_type = part.content_type().map_or_else(
        || "text/plain".to_owned(),
        |kind| format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or("octet-stream")).to_lowercase(),
    );
    let media_type = without_marks(&media_type);
    let name = part.attachment_name().map(str::to_owned);
    let name = name.or_else(|| ENCLOSING.contains(&media_type.as_str()).then(|| enclosed_name(part)));
    Attached {
        name: name.and_then(|name| text::line(&name, MAX_LINE)).unwrap_or_else(|| "attachment".to_owned()),
        size: part.len() as u64,
        media_type: text::line(&media_type, MAX_LINE).unwrap_or_else(|| "application/octet-stream".to_owned()),
    }
}

/// An enclosed message goes by its subject.
fn enclosed_name(part: &MessagePart<'_>) -> String {
    let enclosed = MessageParser::default().parse_headers(part.contents());
    let subject = enclosed.as_ref().and_then(|message| message.subject());
    format!("{}.eml", subject.unwrap_or("message"))
}
