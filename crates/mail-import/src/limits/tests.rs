//! Letters beyond the limits: what is read of them, that they are named, and that mail-parser is never given more.

use super::*;
use crate::{Index, Letter, Reading, head::Head, mbox::Mbox, tests::letters};
use std::io::{BufReader, Read as _, repeat};

fn letter(raw: &[u8]) -> Letter {
    letters(&[b"From - \nFrom: Ada <ada@x.example>\n", raw].concat()).remove(0)
}

fn cut(letter: &Letter) -> Vec<Cut> {
    letter.cut.iter().copied().collect()
}

/// Larger than a letter may be.
const HUGE: u64 = MAX_LETTER as u64 + 3_000_000;

#[test]
fn of_a_huge_letter_the_first_part_is_in_memory_and_the_next_letter_is_found() {
    let head = b"From - \nFrom: Ada <ada@x.example>\nSubject: Huge\n\n".as_slice();
    let next = b"\nFrom - \nFrom: Bob <bob@x.example>\nSubject: Next\n\nhi\n".as_slice();
    let archive = || BufReader::new(head.chain(repeat(b'a').take(HUGE)).chain(next));
    for entry in Mbox::new(archive(), 0).map(Result::unwrap) {
        assert!(entry.raw.len() <= MAX_LETTER && entry.raw.capacity() <= 2 * MAX_LETTER);
    }
    let mut bytes = Vec::new();
    archive().read_to_end(&mut bytes).unwrap();
    let index = Index::read(&bytes[..], &Reading::default()).unwrap();
    let subjects: Vec<&str> = index.envelopes.iter().map(|letter| &*index.subjects[letter.subject]).collect();
    assert_eq!(subjects, ["huge", "next"]);
    let place = index.envelopes[0].place;
    assert_eq!(index.cut, [(place, Cut::Letter), (place, Cut::Text)]);
}

#[test]
fn two_huge_letters_without_an_id_that_differ_after_the_limit_are_two() {
    let archive = |more| {
        let mut letter = b"From - \nFrom: Ada <ada@x.example>\n\n".to_vec();
        repeat(b'a').take(HUGE + more).read_to_end(&mut letter).unwrap();
        Index::read(&letter[..], &Reading::default()).unwrap()
    };
    assert_ne!(archive(0).ids[0], archive(1).ids[0]);
}

#[test]
fn headers_of_any_form_reach_the_parser_within_the_limit() {
    let many = 100_000;
    for head in [
        " folded without a colon\n".repeat(many),
        format!("Subject: x\n{}", " folded\n".repeat(many)),
        format!("X-Unread: x\n{}", " folded\n".repeat(many)),
        "To: a@x.example\n".repeat(many),
        "X-Unread: x\n".repeat(many),
        "no colon\n".repeat(many),
        format!("Subject: {}\n", "=?aa?q?x".repeat(many)),
        format!("Subject: x\n{}", " =?aa?q?x\n".repeat(many)),
        format!("Content-Type: text/plain{}\n", ";x*1=y".repeat(many)),
        format!("{}: x\n", "Long-Name".repeat(many)),
        format!("References: {}\n", "<id@x.example> ".repeat(many)),
    ] {
        let mut room = Room::new();
        let given = Head::read(head.as_bytes(), &mut room);
        let given = given.block(&["subject", "to", "content-type", "references"]);
        assert!(given.len() <= 2 * MAX_HEADERS, "{}", given.len());
        for field in given.lines() {
            let limit = if field.starts_with("references") { MAX_IDS_FIELD } else { MAX_FIELD };
            assert!(field.len() <= limit + 32 && !field.starts_with(' '), "{}", field.len());
            assert!(field.matches("=?").count() <= MAX_WORDS);
        }
        let is_read = ["Subject", "To", "Content-Type", "References"].iter().any(|name| head.starts_with(name));
        assert_eq!(room.cut.contains(&Cut::Headers), is_read, "{}", &head[..20]);
    }
}

#[test]
fn what_stands_in_the_first_part_of_long_headers_is_read() {
    let references: Vec<String> = (0..1000).map(|n| format!("<{n:04}@list.x.example>")).collect();
    let raw = format!("References: {}\nSubject: {}\n\nhi\n", references.join("\n "), "ab ".repeat(20_000));
    let letter = letter(raw.as_bytes());
    assert_eq!(letter.references.len(), 1000);
    assert!(letter.subject.as_ref().unwrap().starts_with("ab ab") && letter.body == "hi");
    assert_eq!(cut(&letter), [Cut::Headers], "the subject");
}

#[test]
fn a_long_text_is_cut_and_the_letter_named() {
    let long = letter(format!("\n{}", "é\n".repeat(MAX_TEXT)).as_bytes());
    assert!(long.body.len() <= MAX_TEXT && long.body.ends_with('é'));
    assert_eq!(cut(&long), [Cut::Text]);
    let fits = letter(format!("\n{}", "é".repeat(MAX_TEXT / 2)).as_bytes());
    assert_eq!((fits.body.len(), cut(&fits)), (MAX_TEXT, vec![]));
}

#[test]
fn of_very_many_parts_the_first_thousand_are_listed() {
    let part = "--b\nContent-Type: image/png\n\nx\n";
    let raw = |n| format!("Content-Type: multipart/mixed; boundary=b\n\n{}--b--\n", part.repeat(n));
    let many = letter(raw(100_000).as_bytes());
    assert_eq!((many.attachments.len(), cut(&many)), (MAX_PARTS, vec![Cut::Parts]));
    let as_many_as_fit = letter(raw(MAX_PARTS).as_bytes());
    assert_eq!((as_many_as_fit.attachments.len(), cut(&as_many_as_fit)), (MAX_PARTS, vec![]));
    let old_style = letter(format!("\n{}", "begin 644 x\n#0V%T\n`\nend\n".repeat(5000)).as_bytes());
    assert_eq!((old_style.attachments.len(), cut(&old_style)), (MAX_PARTS, vec![Cut::Parts]));
}

#[test]
fn multiparts_inside_each_other_are_read_to_a_depth_and_then_listed() {
    let nested = |depth: usize| -> Letter {
        let start: String =
            (0..depth).map(|n| format!("Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n")).collect();
        letter(format!("{start}\ndeep\n").as_bytes())
    };
    assert_eq!((nested(MAX_DEPTH).body.as_str(), nested(MAX_DEPTH).attachments.len()), ("deep", 0));
    let deeper = nested(2000);
    assert!(deeper.body.contains("deep") || deeper.attachments[0].media_type == "multipart/mixed");
}
