//! Which letters are the same one: archives keep a letter with other headers, line ends and empty lines than before, and
//! programs give one Message-ID to several letters.

use crate::Letter;
use sha2::{Digest, Sha256};
use std::fmt;

/// A hash of a letter's sender, date, subject and text, and of what it has attached.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Identity([u8; 16]);

impl Identity {
    /// `date`: the Date header as it stands, else the Message-ID. `skipped`: how many bytes of the letter were not read.
    pub(crate) fn of(letter: &Letter, date: Option<&str>, skipped: u64) -> Self {
        let mut hasher = Sha256::new();
        let mut field = |text: &str| {
            // Mangled letters differ in white space.
            text.split_whitespace().for_each(|word| hasher.update(word));
            hasher.update([0]);
        };
        field(&letter.from.key());
        let time = date.and_then(crate::date::of_header).map(|time| time.timestamp().to_string());
        field(time.as_deref().or(date).unwrap_or_default());
        field(letter.subject.as_deref().unwrap_or_default());
        field(&letter.body);
        for attached in &letter.attachments {
            field(&attached.name);
            field(&attached.size.to_string());
        }
        field(&letter.reply_to.as_ref().map(crate::Sender::key).unwrap_or_default());
        field(&skipped.to_string());
        let hash: [u8; 32] = hasher.finalize().into();
        Self(std::array::from_fn(|at| hash[at]))
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identity({self})")
    }
}
