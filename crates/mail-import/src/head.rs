//! The headers of a letter or a part: where they end, and the fields that are read, unfolded and within the limits.

use crate::{
    charset,
    limits::{MAX_FIELD, MAX_IDS_FIELD, MAX_WORDS, Room},
    words,
};

/// The fields that are read, and how long each may be.
const FIELDS: [(&str, usize); 20] = [
    ("from", MAX_FIELD),
    ("sender", MAX_FIELD),
    ("reply-to", MAX_FIELD),
    ("return-path", MAX_FIELD),
    ("x-original-from", MAX_FIELD),
    ("x-original-sender", MAX_FIELD),
    ("list-post", MAX_FIELD),
    ("to", MAX_FIELD),
    ("cc", MAX_FIELD),
    ("bcc", MAX_FIELD),
    ("subject", MAX_FIELD),
    ("date", MAX_FIELD),
    ("received", MAX_FIELD),
    ("delivery-date", MAX_FIELD),
    ("message-id", MAX_FIELD),
    ("in-reply-to", MAX_IDS_FIELD),
    ("references", MAX_IDS_FIELD),
    ("content-type", MAX_FIELD),
    ("content-transfer-encoding", MAX_FIELD),
    ("content-disposition", MAX_FIELD),
];

/// Fields that stand in the headers of most letters, and how the names of many others begin. Text that follows them
/// without an empty line is known by not being one of these.
const KNOWN: [&str; 22] = [
    "subject",
    "from",
    "to",
    "cc",
    "bcc",
    "date",
    "received",
    "mime-version",
    "references",
    "in-reply-to",
    "sender",
    "return-path",
    "status",
    "lines",
    "delivered-to",
    "user-agent",
    "organization",
    "precedence",
    "importance",
    "dkim-signature",
    "authentication-results",
    "newsgroups",
];
const KNOWN_BEGINNINGS: [&str; 9] =
    ["content-", "x-", "message-id", "reply-to", "list-", "resent-", "arc-", "thread-", "envelope-"];

/// A letter's or a part's headers, as they stand, and what is below them.
pub(crate) struct Section<'a> {
    pub(crate) head: &'a [u8],
    pub(crate) body: &'a [u8],
}

impl<'a> Section<'a> {
    /// The first empty line separates the two. Some writers put spaces into that line, or leave it out.
    pub(crate) fn new(raw: &'a [u8]) -> Self {
        let mut at = 0;
        let mut lines = raw.split_inclusive(|byte| *byte == b'\n').peekable();
        while let Some(line) = lines.next() {
            let end = at + line.len();
            let next = lines.peek().copied().unwrap_or_default();
            if line.iter().all(|byte| b"\r\n".contains(byte)) {
                return Self { head: &raw[..at], body: &raw[end..] };
            }
            if line.trim_ascii().is_empty() && !goes_on(next) {
                return Self { head: &raw[..at], body: &raw[end..] };
            }
            if !is_folded(line) && !is_field(line) && !is_from_line(line) && !is_known_field(next) {
                return Self { head: &raw[..at], body: &raw[at..] };
            }
            at = end;
        }
        Self { head: raw, body: &[] }
    }
}

/// Whether the headers go on after a line of spaces.
fn goes_on(next: &[u8]) -> bool {
    is_known_field(next) || (is_folded(next) && !next.trim_ascii().is_empty())
}

fn is_folded(line: &[u8]) -> bool {
    line.starts_with(b" ") || line.starts_with(b"\t")
}

/// A second separator, which some writers leave above the headers.
fn is_from_line(line: &[u8]) -> bool {
    line.starts_with(b"From ") || line.starts_with(b">From ")
}

pub(crate) fn is_known_field(line: &[u8]) -> bool {
    field_name(line).is_some_and(|name| {
        KNOWN.contains(&name.as_str()) || KNOWN_BEGINNINGS.iter().any(|beginning| name.starts_with(beginning))
    })
}

pub(crate) fn is_field(line: &[u8]) -> bool {
    field_name(line).is_some()
}

/// A field name of RFC 5322 (printable, no colon), in lower case; spaces may stand before the colon.
fn field_name(line: &[u8]) -> Option<String> {
    let name = line[..line.iter().position(|byte| *byte == b':')?].trim_ascii_end();
    let is_name = !name.is_empty() && name.iter().all(u8::is_ascii_graphic);
    is_name.then(|| name.iter().map(|byte| byte.to_ascii_lowercase() as char).collect())
}

/// The fields that are read, in their order. Values are of one line, in UTF-8, with encoded words as they stand.
pub(crate) struct Head {
    fields: Vec<(&'static str, String)>,
    has_fields: bool,
}

impl Head {
    pub(crate) fn read(raw: &[u8], room: &mut Room) -> Self {
        let mut head = Self { fields: Vec::new(), has_fields: false };
        // The field that is being read: its name, its bytes, and how many more may follow.
        let mut open: Option<(&'static str, Vec<u8>, usize, usize)> = None;
        for line in raw.split_inclusive(|byte| *byte == b'\n') {
            let mut text = line.trim_ascii_end();
            if !(head.has_fields && is_folded(line)) {
                head.close(open.take());
                let Some(name) = field_name(line) else { continue };
                head.has_fields = true;
                open =
                    FIELDS.iter().find(|field| field.0 == name).map(|field| (field.0, Vec::new(), field.1, MAX_WORDS));
                let colon = text.iter().position(|byte| *byte == b':').map_or(0, |colon| colon + 1);
                if open.is_some() && room.take_header(colon, colon) < colon {
                    open = None;
                }
                text = &text[colon..];
            }
            let Some((_, value, field_room, words)) = open.as_mut() else { continue };
            let wanted = text.len();
            let taken = room.take_header(wanted, within_words(text, words).min(*field_room));
            *field_room = if taken < wanted { 0 } else { *field_room - taken };
            value.extend_from_slice(whole_characters(&text[..taken]));
        }
        head.close(open);
        head
    }

    fn close(&mut self, field: Option<(&'static str, Vec<u8>, usize, usize)>) {
        self.fields.extend(field.map(|(name, value, ..)| (name, charset::guessed(value.trim_ascii()))));
    }

    /// Whether there is any field, also one that is not read.
    pub(crate) fn has_fields(&self) -> bool {
        self.has_fields
    }

    pub(crate) fn all<'s>(&'s self, name: &'s str) -> impl Iterator<Item = &'s str> {
        self.fields.iter().filter(move |field| field.0 == name).map(|field| field.1.as_str())
    }

    /// The first field of this name that has a value.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|field| field.0 == name && !field.1.is_empty()).map(|field| field.1.as_str())
    }

    /// Fields of these names as mail-parser reads them.
    pub(crate) fn block(&self, names: &[&str]) -> String {
        let fields = self.fields.iter().filter(|(name, _)| names.contains(name));
        fields.map(|(name, value)| format!("{name}: {}\n", words::normalized(value))).collect()
    }
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

/// Without the first bytes of a character of UTF-8 at the end.
fn whole_characters(bytes: &[u8]) -> &[u8] {
    match std::str::from_utf8(bytes) {
        Err(error) if error.error_len().is_none() => &bytes[..error.valid_up_to()],
        _ => bytes,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(raw: &str) -> String {
        String::from_utf8_lossy(Section::new(raw.as_bytes()).body).into_owned()
    }

    #[test]
    fn the_headers_end_where_text_begins() {
        for raw in [
            "From: a@b\nSubject: x\n\nText.\n",
            "From: a@b\r\nSubject: x\r\n\r\nText.\n",
            "From: a@b\nSubject: x\n \nText.\n",
            "From: a@b\nSubject: x\n\t \nText.\n",
            "From: a@b\nSubject: x\nText.\n",
            "From: a@b\nSubject: x\n folded\n\nText.\n",
            "From: a@b\nSubject: x\n \nSubject: y\n\nText.\n",
            ">From x Mon Jun  3 12:50:27 1996\nFrom: a@b\nSubject: wrapped\nwithout a space\nDate: x\n\nText.\n",
        ] {
            assert_eq!(body(raw), "Text.\n", "{raw}");
        }
        assert_eq!(body("From: a@b\n \nDear all: hello\n"), "Dear all: hello\n");
    }

    #[test]
    fn fields_are_unfolded() {
        let head = Head::read(b"Subject : a\r\n b\nX-Other: x\n y\nsubject: c\n", &mut Room::new());
        assert_eq!(head.all("subject").collect::<Vec<_>>(), ["a b", "c"]);
        assert_eq!(head.get("subject"), Some("a b"));
        assert!(head.get("x-other").is_none() && head.has_fields());
    }
}
