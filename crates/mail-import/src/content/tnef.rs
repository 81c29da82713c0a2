//! `winmail.dat`, in which Outlook hides attachments and the formatted text (TNEF). Its attachments are listed. The text is
//! compressed RTF, which no crate reads well: where the letter has no other text, a sentence says so.

use crate::{Attached, text};

pub(super) const UNREADABLE: &str =
    "[winmail.dat: the text of this message is in a form of Outlook's own, and can't be read here.]";

/// Longer than any real file name.
const MAX_NAME: usize = 255;

pub(super) fn is_one(media_type: &str, name: &str) -> bool {
    ["application/ms-tnef", "application/vnd.ms-tnef"].contains(&media_type) || name.eq_ignore_ascii_case("winmail.dat")
}

/// The attachments inside; none where it is damaged.
pub(super) fn attachments(bytes: &[u8]) -> Vec<Attached> {
    let found = tnef::read_attachments(bytes).unwrap_or_default();
    let attached = |inside: tnef::Attachment<'_>| Attached {
        name: text::line(&inside.title, MAX_NAME).unwrap_or_else(|| "attachment".to_owned()),
        size: inside.data.len() as u64,
        media_type: "application/octet-stream".to_owned(),
    };
    found.into_iter().map(attached).collect()
}
