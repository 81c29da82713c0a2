//! Reads mail archives: an mbox file becomes letters, and a plan decides which letter goes into whose conversation. The
//! crate uses a reader and bytes, but no database and no clock. A message that can't be read is listed with its place
//! and never stops the rest.
//!
//! An archive is read twice, so that memory holds one letter and an index: first the index, then each letter again from
//! its place. Time and memory are linear in the archive's size, whatever it holds.
//!
//! - `mbox` cuts the archive into raw messages.
//! - `letter` reads one raw message: sender, time, the letters it answers; `mime` its parts, `content` its
//!   text and attachments.
//! - `limits` says how much of a letter is read.
//! - `workarounds` gives headers to mail-parser, and handles what it reads wrongly or not at all; each item links to the
//!   issue at mail-parser.
//! - `text` makes text from bytes of any kind, and `uuencode` takes old-style attachments out of it.
//! - `index` lists the letters; `thread` groups them into threads, and `plan` assigns each to conversations.

mod content;
mod date;
mod index;
mod letter;
mod limits;
mod mbox;
mod mime;
mod plan;
#[cfg(test)]
mod tests;
mod text;
mod thread;
mod uuencode;
mod workarounds;

pub use index::Index;
pub use letter::{Attached, Letter, Sender};
pub use limits::{Cut, MAX_ANSWERED};
pub use plan::{Plan, Planned, Way};

use std::fmt;

/// Where a message begins in the archive. All counts but `offset` start at 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
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
