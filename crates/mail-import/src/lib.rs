//! Reads mail archives: an mbox file becomes letters, and a plan decides which letter goes into whose conversation. The
//! crate uses a reader and bytes, but no database and no clock. A message that can't be read is listed with its place
//! and never stops the rest.
//!
//! - `mbox` cuts the archive into raw messages.
//! - `letter` reads one raw message with mail-parser: sender, time, the letters it answers, text, attachments.
//! - `workarounds` handles what mail-parser reads wrongly or not at all; each item links to the issue at mail-parser.
//! - `text` makes text from bytes of any kind, and `uuencode` takes old-style attachments out of it.
//! - `thread` groups letters into threads, and `plan` assigns each letter to conversations.

mod date;
mod letter;
mod mbox;
mod plan;
#[cfg(test)]
mod tests;
mod text;
mod thread;
mod uuencode;
mod workarounds;

pub use letter::{Attached, Letter, Sender};
pub use plan::{Plan, Planned, Way};

use mbox::Mbox;
use std::{fmt, io::BufRead};

/// Where a message begins in the archive. All counts but `offset` start at 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub number: usize,
    pub line: u64,
    /// In bytes, from the beginning of the file.
    pub offset: u64,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.number {
            0 => write!(f, "before the first message")?,
            number => write!(f, "message {number}")?,
        }
        write!(f, " (line {}, byte {})", self.line, self.offset)
    }
}

/// Why a message can't become a letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    #[error("there is text before the first \"From \" line")]
    BeforeFirst,
    #[error("it is empty")]
    Empty,
    #[error("it has no headers")]
    NoHeaders,
    #[error("nobody is named as its sender")]
    NoSender,
}

/// The content of an archive.
#[derive(Debug, Default)]
pub struct Archive {
    /// In the file's order.
    pub letters: Vec<Letter>,
    pub unreadable: Vec<(Place, Unreadable)>,
}

/// Reads a whole archive.
///
/// # Errors
/// Only when the reader itself fails; a damaged message is listed in [`Archive::unreadable`].
pub fn read(reader: impl BufRead) -> std::io::Result<Archive> {
    let mut archive = Archive::default();
    for entry in Mbox::new(reader) {
        let entry = entry?;
        match Letter::read(&entry) {
            Ok(letter) => archive.letters.push(letter),
            Err(reason) => archive.unreadable.push((entry.place, reason)),
        }
    }
    Ok(archive)
}
