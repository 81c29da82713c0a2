//! The limits of what is read of one letter, so that no letter costs more memory or time than its size allows. What is
//! beyond a limit is left out, and the letter is named with the reason.

#[cfg(test)]
mod tests;

use crate::Attached;
use std::collections::BTreeSet;

/// Of a letter as it stands in the archive, in bytes: what mail servers usually take.
pub(crate) const MAX_LETTER: usize = 25 * 1024 * 1024;
/// Of a letter's text, in bytes.
pub(crate) const MAX_TEXT: usize = 1024 * 1024;
/// Of the bytes that a letter's text is made from: encodings, markup and old-style attachments take more than the text.
const MAX_TEXT_SOURCE: usize = 8 * 1024 * 1024;
/// Of all headers of a letter and its parts together, in bytes.
const MAX_HEADERS: usize = 512 * 1024;
/// Of one header field. mail-parser's time for a field grows with the square of its length.
pub(crate) const MAX_FIELD: usize = 16 * 1024;
/// Of the encoded words of a field: mail-parser reads on to the field's end for each one that nothing closes.
pub(crate) const MAX_WORDS: usize = 100;
/// Of a field of Message-IDs, which mail-parser reads in linear time; a thousand ids fit.
pub(crate) const MAX_IDS_FIELD: usize = 64 * 1024;
/// Of a letter's parts, and of its attachments.
pub(crate) const MAX_PARTS: usize = 1000;
/// Of multiparts inside each other; a deeper one is an attachment.
pub(crate) const MAX_DEPTH: usize = 10;
/// Of letters inside each other; the text of a deeper one is not read.
const MAX_ENCLOSED: usize = 3;
/// Of the people whom a letter answers, and of the letters that are looked at to find them.
pub const MAX_ANSWERED: usize = 100;

/// What of a letter is left out, since it is beyond a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum Cut {
    #[error("it is larger than 25 MB, and what comes after is not read")]
    Letter,
    #[error(
        "its headers are longer than 512 kB, or one of them than 16 kB or 100 encoded words, and the rest is not read"
    )]
    Headers,
    #[error("its text is longer than 1 MB, and the rest of it is left out")]
    Text,
    #[error("it has more than 1,000 parts or attachments, and the rest of them is left out")]
    Parts,
    #[error("it answers more than 100 people, and is not added to every conversation with them")]
    Conversations,
}

/// What of a letter is not as it claims to be. It is there, but may look odd.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum Warning {
    #[error("its structure is broken, and what can't be told apart is kept as text")]
    Structure,
    #[error("a part is not encoded as it says, and is kept as it stands")]
    Encoding,
    #[error("it has no date that can be read, or only one in the future, and gets that of the message before it")]
    Date,
    #[error("another message has the same Message-ID, but another sender, date, subject or text; both are in")]
    MessageId,
}

/// What may still be read of one letter, and what was left out.
pub(crate) struct Room {
    headers: usize,
    text_source: usize,
    parts: usize,
    /// Letters inside this one that are being read.
    enclosed: usize,
    pub(crate) cut: BTreeSet<Cut>,
    pub(crate) warnings: BTreeSet<Warning>,
}

impl Room {
    pub(crate) fn new() -> Self {
        Self {
            headers: MAX_HEADERS,
            text_source: MAX_TEXT_SOURCE,
            parts: MAX_PARTS,
            enclosed: 0,
            cut: BTreeSet::new(),
            warnings: BTreeSet::new(),
        }
    }

    pub(crate) fn warn(&mut self, warning: Warning) {
        self.warnings.insert(warning);
    }

    /// Whether a letter inside the one that is being read may be read; if so, until [`Room::leave`].
    pub(crate) fn enter(&mut self) -> bool {
        let is_free = self.enclosed < MAX_ENCLOSED;
        self.enclosed += usize::from(is_free);
        is_free
    }

    pub(crate) fn leave(&mut self) {
        self.enclosed -= 1;
    }

    /// How many of these bytes of a header field may be read.
    pub(crate) fn take_header(&mut self, wanted: usize, field_room: usize) -> usize {
        let taken = wanted.min(field_room).min(self.headers);
        self.headers -= taken;
        self.note(Cut::Headers, taken < wanted);
        taken
    }

    /// The bytes that may be read as text.
    pub(crate) fn take_text<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let taken = bytes.len().min(self.text_source);
        self.text_source -= taken;
        self.note(Cut::Text, taken < bytes.len());
        &bytes[..taken]
    }

    /// Whether one more part may be read.
    pub(crate) fn take_part(&mut self) -> bool {
        let is_free = self.parts > 0;
        self.parts = self.parts.saturating_sub(1);
        self.note(Cut::Parts, !is_free);
        is_free
    }

    /// As many attachments as a letter may have.
    pub(crate) fn attachments(&mut self, mut attachments: Vec<Attached>) -> Vec<Attached> {
        self.note(Cut::Parts, attachments.len() > MAX_PARTS);
        attachments.truncate(MAX_PARTS);
        attachments
    }

    /// A text within its limit.
    pub(crate) fn text(&mut self, text: &str) -> String {
        let within = text.floor_char_boundary(MAX_TEXT);
        self.note(Cut::Text, within < text.len());
        text[..within].trim_end_matches('\n').to_owned()
    }

    fn note(&mut self, cut: Cut, is_cut: bool) {
        self.cut.extend(is_cut.then_some(cut));
    }
}
