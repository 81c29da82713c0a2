//! A message inside a letter: it is an attachment, and its text stands below the letter's, since what somebody forwards is
//! what they write about.

use crate::{
    content,
    head::{Head, Section},
    limits::Room,
    text, words,
};

/// Longer than any real line of these headers.
const MAX_LINE: usize = 255;

/// The file name of an enclosed message: its subject.
pub(super) fn name(raw: &[u8]) -> String {
    let head = Head::read(Section::new(raw).head, &mut Room::new());
    let subject = head.get("subject").map(words::decoded);
    format!("{}.eml", subject.as_deref().unwrap_or("message"))
}

/// Its sender, date, subject and text. `None`: it is no message, or it lies too deep in others.
pub(super) fn text(raw: &[u8], room: &mut Room) -> Option<String> {
    let section = Section::new(raw);
    let head = Head::read(section.head, room);
    if !head.has_fields() || !room.enter() {
        return None;
    }
    let content = content::read(&head, section.body, room);
    room.leave();
    let mut lines = vec!["---------- Enclosed message ----------".to_owned()];
    for (name, label) in [("from", "From"), ("date", "Date"), ("to", "To"), ("subject", "Subject")] {
        let value = head.get(name).and_then(|value| text::line(&words::decoded(value), MAX_LINE));
        lines.extend(value.map(|value| format!("{label}: {value}")));
    }
    if !content.text.is_empty() {
        lines.extend([String::new(), content.text]);
    }
    (lines.len() > 1).then(|| lines.join("\n"))
}
