//! Reads mail archives: an mbox file becomes letters, and a plan decides which letter goes into whose conversation. The
//! crate uses a reader and bytes, but no database and no clock. A message that can't be read is listed with its place
//! and never stops the rest.
//!
//! An archive is read twice, so that memory holds one letter and an index: first the index, then each letter again from
//! its place. Time and memory are linear in the archive's size, whatever it holds.
//!
//! - `archive` is what is read: files, each an mbox or a single letter; `mbox` cuts one into raw messages.
//! - `letter` reads one raw message; `identity` says which letters are the same.
//! - `head` finds its headers, `words` decodes them, `parameters` reads those of MIME; `address` and `sender` say who wrote
//!   it, `date` when.
//! - `mime` finds its parts, `transfer` decodes them, `content` chooses the text; `html`, `flowed` and `uuencode` make text of
//!   what they find.
//! - `charset` and `text` make text from bytes of any kind.
//! - `limits` says how much of a letter is read.
//! - `own` knows the team; `index` lists the letters, `thread` and `subjects` group them into threads, and `plan` assigns
//!   each to conversations.
//!
//! mail-parser reads address lists, subjects and Message-IDs, and decodes. It is given one field at a time, of a limited
//! length, and never a whole message: its time and memory for a message grow with the square of what a hostile one
//! holds, and 100,000 messages inside each other overflow the stack.

mod address;
mod archive;
mod charset;
mod content;
mod date;
mod flowed;
mod head;
mod html;
mod identity;
mod index;
mod letter;
mod limits;
mod mbox;
mod mime;
mod own;
mod parameters;
mod plan;
mod sender;
mod subjects;
#[cfg(test)]
mod tests;
mod text;
mod thread;
mod transfer;
mod uuencode;
mod words;

pub use address::Sender;
pub use archive::{Archive, Form, Source, begins_with_headers};
pub use identity::Identity;
pub use index::{Index, Reading, ReplyTo};
pub use letter::{Attached, Letter};
pub use limits::{Cut, MAX_ANSWERED, Warning};
pub use own::{NotOwn, Own};
pub use plan::{Plan, Planned, Way};

use std::fmt;

/// Where a message begins in the archive. All counts but `file` and `offset` start at 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The number of its file in the archive.
    pub file: usize,
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
