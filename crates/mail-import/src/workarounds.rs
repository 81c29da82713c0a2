//! Workarounds for what mail-parser 0.11 reads wrongly or not at all, each with the issue at mail-parser. The tests
//! also check mail-parser's own result, so they fail as soon as it is right.
//!
//! mail-parser is given one block of headers at a time, of a limited length, and never a whole message: its time and
//! memory for a message grow with the square of what a hostile one holds, and 100,000 messages inside each other
//! overflow the stack. We know of no issue about either; 1.0 limits the depth. `mime` finds the parts.

#[cfg(test)]
mod tests;

use crate::{
    limits::{MAX_FIELD, MAX_IDS_FIELD, MAX_WORDS, Room},
    text,
};
use mail_parser::{Message, MessageParser, decoders::charsets::map::charset_decoder};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The fields that are read, and how long each may be.
const FIELDS: [(&str, usize); 15] = [
    ("from", MAX_FIELD),
    ("sender", MAX_FIELD),
    ("reply-to", MAX_FIELD),
    ("return-path", MAX_FIELD),
    ("to", MAX_FIELD),
    ("cc", MAX_FIELD),
    ("subject", MAX_FIELD),
    ("date", MAX_FIELD),
    ("received", MAX_FIELD),
    ("message-id", MAX_FIELD),
    ("in-reply-to", MAX_IDS_FIELD),
    ("references", MAX_IDS_FIELD),
    ("content-type", MAX_FIELD),
    ("content-transfer-encoding", MAX_FIELD),
    ("content-disposition", MAX_FIELD),
];

/// The headers that are read, in the form that mail-parser needs: in UTF-8, unfolded, and within the limits.
///
/// mail-parser reads headers as UTF-8 and replaces every other 8-bit byte by U+FFFD. RFC 6532 says so, and we know of
/// no issue about it; mail from before 2012 has such bytes in the sender's own character set.
///
/// mail-parser loses a parameter whose value begins on the next line (`boundary=` and then a fold), and with a boundary
/// the whole body: <https://github.com/stalwartlabs/mail-parser/issues/165>. Fixed in 1.0.1.
pub(crate) fn prepared(head: &[u8], room: &mut Room) -> String {
    let mut out: Vec<u8> = Vec::new();
    let (mut has_fields, mut field_room, mut words) = (false, None, MAX_WORDS);
    for line in head.split_inclusive(|byte| *byte == b'\n') {
        let is_folded = has_fields && (line.starts_with(b" ") || line.starts_with(b"\t"));
        if !is_folded {
            let name = field_name(line);
            has_fields |= name.is_some();
            words = MAX_WORDS;
            field_room = FIELDS.iter().find(|field| name.as_deref() == Some(field.0)).map(|field| field.1);
        }
        let Some(field_room) = field_room.as_mut() else { continue };
        if is_folded {
            out.truncate(out.len() - line_end(&out));
        }
        let line = if out.ends_with(b"=") { line.trim_ascii_start() } else { line };
        let taken = room.take_header(line.len(), within_words(line, &mut words).min(*field_room));
        *field_room -= taken;
        out.extend_from_slice(whole_characters(&line[..taken]));
        if !out.ends_with(b"\n") {
            out.push(b'\n');
        }
    }
    if has_fields && out.is_empty() { "X-Other:\n".to_owned() } else { text::guess(&out) }
}

/// The name as mail-parser reads it: without white space.
fn field_name(line: &[u8]) -> Option<String> {
    let start = line.iter().position(|byte| *byte != b':' && !byte.is_ascii_whitespace())?;
    let name = line[start..].split(|byte| *byte == b':').next().filter(|name| start + name.len() < line.len())?;
    Some(name.iter().filter(|byte| !byte.is_ascii_whitespace()).map(|byte| byte.to_ascii_lowercase() as char).collect())
}

/// The length up to the first encoded word beyond the limit.
fn within_words(line: &[u8], words: &mut usize) -> usize {
    let starts = line.windows(2).enumerate().filter(|(_, pair)| *pair == b"=?").map(|(at, _)| at);
    for at in starts {
        if *words == 0 {
            return at;
        }
        *words -= 1;
    }
    line.len()
}

fn line_end(text: &[u8]) -> usize {
    text.iter().rev().take_while(|byte| b"\r\n".contains(byte)).count()
}

/// Without the first bytes of a character of UTF-8 at the end.
fn whole_characters(bytes: &[u8]) -> &[u8] {
    match std::str::from_utf8(bytes) {
        Err(error) if error.error_len().is_none() => &bytes[..error.valid_up_to()],
        _ => bytes,
    }
}

/// Parses prepared headers. `None`: there are none, or the parser panics on them.
///
/// mail-parser says that it never panics. It did in <https://github.com/stalwartlabs/mail-parser/issues/120>, `/145`
/// and `/155`, all fixed.
pub(crate) fn parse(head: &str) -> Option<Message<'_>> {
    let parsed = catch_unwind(AssertUnwindSafe(|| MessageParser::default().parse_headers(head)));
    parsed.ok().flatten().filter(|message| !message.headers().is_empty())
}

/// Decodes a text.
///
/// mail-parser reads text without a character set, or with an unknown one, as UTF-8 and replaces every other byte by
/// U+FFFD. It does the same with text that claims to be UTF-8 and is not. We know of no issue about it
/// (<https://github.com/stalwartlabs/mail-parser/issues/123> and `/131` were about names of character sets that are
/// known).
pub(crate) fn in_charset(label: Option<&str>, bytes: &[u8]) -> String {
    match label.and_then(|label| charset_decoder(label.as_bytes())) {
        Some(decode) => decode(bytes),
        None => text::guess(bytes),
    }
}
