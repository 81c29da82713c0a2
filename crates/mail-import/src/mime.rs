//! MIME, RFC 2046: the headers and the body of a letter or a part, the parts of a multipart, and encodings.

use crate::limits::{MAX_DEPTH, MAX_PARTS};
use mail_parser::{ContentType, HeaderName, HeaderValue, Message, MimeHeaders as _, parsers::MessageStream};
use std::borrow::Cow;

/// A letter's or a part's headers, as they stand, and what is below them.
pub(crate) struct Section<'a> {
    pub(crate) head: &'a [u8],
    pub(crate) body: &'a [u8],
}

impl<'a> Section<'a> {
    /// The first empty line separates the two.
    pub(crate) fn new(raw: &'a [u8]) -> Self {
        let mut at = 0;
        for line in raw.split_inclusive(|byte| *byte == b'\n') {
            let end = at + line.len();
            if line.iter().all(|byte| b"\r\n".contains(byte)) {
                return Self { head: &raw[..at], body: &raw[end..] };
            }
            at = end;
        }
        Self { head: raw, body: &[] }
    }
}

pub(crate) struct Part<'a, 'h> {
    pub(crate) headers: Option<&'h Message<'h>>,
    pub(crate) body: &'a [u8],
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Media {
    Plain,
    Html,
    /// Richtext, a calendar; also a multipart whose parts can't be found.
    OtherText,
    Other,
}

pub(crate) struct Multipart<'a> {
    pub(crate) subtype: String,
    pub(crate) preamble: &'a [u8],
    pub(crate) parts: Vec<&'a [u8]>,
}

impl<'a, 'h> Part<'a, 'h> {
    pub(crate) fn content_type(&self) -> Option<&'h ContentType<'h>> {
        self.headers?.content_type()
    }

    pub(crate) fn media(&self) -> Media {
        let Some(kind) = self.content_type() else { return Media::Plain };
        match (kind.ctype(), kind.subtype()) {
            ("text", Some("plain")) => Media::Plain,
            ("text", Some("html")) => Media::Html,
            ("text", _) => Media::OtherText,
            ("multipart", _) if kind.attribute("boundary").is_some() => Media::OtherText,
            _ => Media::Other,
        }
    }

    /// Its parts, unless it is none, or lies too deep in others.
    pub(crate) fn multipart(&self, depth: usize) -> Option<Multipart<'a>> {
        let kind = self.content_type().filter(|kind| kind.ctype() == "multipart" && depth < MAX_DEPTH)?;
        let boundary = kind.attribute("boundary").filter(|boundary| !boundary.is_empty())?;
        let (preamble, parts) = split(self.body, boundary.as_bytes())?;
        Some(Multipart { subtype: kind.subtype().unwrap_or_default().to_owned(), preamble, parts })
    }

    pub(crate) fn is_attachment(&self) -> bool {
        let disposition = self.headers.and_then(|headers| headers.content_disposition());
        disposition.is_some_and(ContentType::is_attachment)
    }

    pub(crate) fn encoding(&self) -> Encoding {
        let header = self.headers.and_then(|headers| headers.header(HeaderName::ContentTransferEncoding));
        match header.and_then(HeaderValue::as_text) {
            Some(name) if name.eq_ignore_ascii_case("base64") => Encoding::Base64,
            Some(name) if name.eq_ignore_ascii_case("quoted-printable") => Encoding::QuotedPrintable,
            _ => Encoding::None,
        }
    }

    pub(crate) fn name(&self) -> Option<String> {
        self.headers.and_then(|headers| headers.attachment_name()).map(str::to_owned)
    }
}

/// The preamble, and the parts between the delimiter lines. A part that nothing closes ends with the body. `None`: there
/// is no delimiter line.
fn split<'a>(body: &'a [u8], boundary: &[u8]) -> Option<(&'a [u8], Vec<&'a [u8]>)> {
    let mut lines = Delimiters { body, boundary, at: 0 };
    let (mut delimiter, mut parts) = (lines.next()?, Vec::new());
    let preamble = without_line_end(&body[..delimiter.start]);
    // One more than may be read, so that the rest is not lost silently.
    while !delimiter.is_last && parts.len() <= MAX_PARTS {
        let Some(next) = lines.next() else {
            parts.push(&body[delimiter.end..]);
            break;
        };
        parts.push(without_line_end(&body[delimiter.end..next.start]));
        delimiter = next;
    }
    Some((preamble, parts))
}

/// The delimiter lines of a body.
struct Delimiters<'a, 'b> {
    body: &'a [u8],
    boundary: &'b [u8],
    at: usize,
}

struct Delimiter {
    start: usize,
    end: usize,
    is_last: bool,
}

impl Iterator for Delimiters<'_, '_> {
    type Item = Delimiter;

    fn next(&mut self) -> Option<Delimiter> {
        for line in self.body[self.at..].split_inclusive(|byte| *byte == b'\n') {
            let start = self.at;
            self.at += line.len();
            let after =
                line.strip_prefix(b"--").and_then(|line| line.strip_prefix(self.boundary)).map(<[u8]>::trim_ascii);
            if let Some(after @ (b"" | b"--")) = after {
                return Some(Delimiter { start, end: self.at, is_last: !after.is_empty() });
            }
        }
        None
    }
}

/// The line end before a delimiter belongs to the delimiter.
fn without_line_end(text: &[u8]) -> &[u8] {
    let text = text.strip_suffix(b"\n").unwrap_or(text);
    text.strip_suffix(b"\r").unwrap_or(text)
}

#[derive(Clone, Copy)]
pub(crate) enum Encoding {
    None,
    Base64,
    QuotedPrintable,
}

/// `None`: it isn't encoded as it says.
pub(crate) fn decoded(body: &[u8], encoding: Encoding) -> Option<Cow<'_, [u8]>> {
    let mut stream = MessageStream::new(body);
    let (end, bytes) = match encoding {
        Encoding::None => return Some(body.into()),
        Encoding::Base64 => stream.decode_base64_mime(b""),
        Encoding::QuotedPrintable => stream.decode_quoted_printable_mime(b""),
    };
    (end != usize::MAX).then_some(bytes)
}
