//! Workarounds for what mail-parser 0.11 reads wrongly or not at all, each with the issue at mail-parser. The tests
//! also check mail-parser's own result, so they fail as soon as it is right.

#[cfg(test)]
mod tests;

use crate::text;
use mail_parser::{
    Encoding, Message, MessageParser, MessagePart, MimeHeaders as _,
    decoders::{charsets::map::charset_decoder, quoted_printable::quoted_printable_decode},
};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Types that hold whole messages.
pub(crate) const ENCLOSING: [&str; 3] = ["message/rfc822", "message/global", "multipart/digest"];
/// Put in front of their subtypes. No real mail contains it.
const MARK: &str = "x-sidenote-enclosed-";

/// The message in the form that mail-parser needs.
pub(crate) fn prepared(raw: &[u8]) -> Vec<u8> {
    let end = raw.windows(2).position(|pair| pair == b"\n\n");
    let end_crlf = raw.windows(4).position(|four| four == b"\r\n\r\n");
    let end = end.into_iter().chain(end_crlf).min().unwrap_or(raw.len());
    let (head, rest) = raw.split_at(end);
    with_opaque_enclosures(&[unfolded(&in_utf8(head)).as_bytes(), rest].concat())
}

/// Parses a message. If the parser panics, the headers and the plain text are read instead, so that the message doesn't
/// stop the archive.
///
/// mail-parser says that it never panics. It did in <https://github.com/stalwartlabs/mail-parser/issues/120>, `/145`
/// and `/155`, all fixed. Its `debug_assert!`s about nesting remain, which broken mail can reach; we know of no issue
/// about them.
pub(crate) fn parse(raw: &[u8]) -> Option<Message<'_>> {
    let parser = MessageParser::default();
    let whole = catch_unwind(AssertUnwindSafe(|| parser.parse(raw))).ok().flatten();
    whole.or_else(|| parser.parse_headers(raw))
}

/// Decodes the headers. mail-parser reads them as UTF-8 and replaces every other 8-bit byte by U+FFFD. RFC 6532 says
/// so, and we know of no issue about it; mail from before 2012 has such bytes in the sender's own character set.
fn in_utf8(head: &[u8]) -> String {
    text::guess(head)
}

/// mail-parser loses a parameter whose value begins on the next line (`boundary=` and then a fold), and with a boundary
/// the whole body: <https://github.com/stalwartlabs/mail-parser/issues/165>. Fixed in 1.0.1.
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

/// Makes enclosed messages attachments: renames their type so that mail-parser doesn't read them. [`without_marks`]
/// restores the name.
///
/// mail-parser parses messages inside messages recursively, so that 100,000 of them overflow the stack. After an
/// enclosed multipart without its last delimiter it takes everything that follows for a part of the enclosed message.
/// We know of no issue about either; 1.0 limits the depth and finds the outer delimiter. A type with white space or a
/// comment inside is not renamed.
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

/// Undoes, in a visible text, what [`prepared`] did to the types of enclosed messages.
pub(crate) fn without_marks(text: &str) -> String {
    text.replace(MARK, "")
}

/// Decodes the text from its bytes again, when it is not in the character set that the parser assumed.
///
/// mail-parser reads text without a character set, or with an unknown one, as UTF-8 and replaces every other byte by
/// U+FFFD. It does the same with text that claims to be UTF-8 and is not. We know of no issue about it
/// (<https://github.com/stalwartlabs/mail-parser/issues/123> and `/131` were about names of character sets that are
/// known).
pub(crate) fn in_unnamed_charset(message: &Message<'_>, part: &MessagePart<'_>) -> Option<String> {
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

/// The text of a message without a text part: everything below the headers if the parser found no parts either, else
/// the text before the first part. Some programs report failures there; a sentence that only says that this is MIME is
/// left out.
///
/// mail-parser leaves out the text outside of the parts, as RFC 2046 says, and will not change that:
/// <https://github.com/stalwartlabs/mail-parser/issues/46>.
pub(crate) fn outside_of_parts(message: &Message<'_>) -> String {
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
