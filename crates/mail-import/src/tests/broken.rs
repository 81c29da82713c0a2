//! Letters that are not as the standards say. Where mail-parser reads one wrongly, the test says what it reads alone: if that
//! half fails, mail-parser reads it correctly, and the library may be asked again.

use super::letters;
use crate::Letter;
use mail_parser::{Message, MessageParser};
use std::panic::catch_unwind;

fn alone(raw: &[u8]) -> Message<'_> {
    MessageParser::default().parse(raw).unwrap()
}

fn text_alone(raw: &[u8]) -> Vec<String> {
    alone(raw).text_bodies().filter_map(|part| part.text_contents().map(str::to_owned)).collect()
}

fn letter(raw: &[u8]) -> Letter {
    letters(&[b"From - \n", raw].concat()).remove(0)
}

#[test]
fn headers_of_eight_bits_are_read_as_western() {
    let raw = b"From: \"Chlo\xe9\" <a@b.example>\nSubject: R\xe9clamation\n\nhi\n";
    assert_eq!(alone(raw).subject(), Some("R\u{fffd}clamation"));
    let letter = letter(raw);
    assert_eq!(letter.subject.as_deref(), Some("Réclamation"));
    assert_eq!(letter.from.name.as_deref(), Some("Chloé"));
}

#[test]
fn a_boundary_may_stand_on_the_next_line() {
    let raw = b"From: a@b.example\nContent-Type: multipart/mixed; boundary=\n \"b\"\n\n--b\n\nhi\n--b--\n";
    assert_eq!(text_alone(raw), Vec::<String>::new());
    assert_eq!(letter(raw).body, "hi");
}

#[test]
fn the_text_after_an_enclosed_message_is_the_letters() {
    let raw = b"From: a@b.example\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nfirst\n\
        --b\nContent-Type: message/rfc822\n\nSubject: The inner one\nContent-Type: multipart/mixed; boundary=c\n\n\
        --c\n\ninner\n--b\n\nlast\n--b--\n";
    assert_eq!(text_alone(raw), ["first"]);
    let letter = letter(raw);
    assert_eq!(letter.body, "first\nlast\n\n---------- Enclosed message ----------\nSubject: The inner one\n\ninner");
    assert_eq!(letter.attachments[0].name, "The inner one.eml");
    assert_eq!(letter.attachments[0].media_type, "message/rfc822");
}

/// Alone, mail-parser overflows the stack, which aborts the process.
#[test]
fn a_hundred_thousand_messages_in_each_other_are_one_attachment() {
    let enclosing = b"Content-Type: message/rfc822\n\n".repeat(100_000);
    let letter = letter(&[b"From: a@b.example\n".as_slice(), &enclosing, b"Subject: x\n\nhi\n"].concat());
    assert_eq!((letter.body.as_str(), letter.attachments.len()), ("", 1));
}

/// The assertion exists in debug builds only.
#[test]
fn a_message_on_which_the_parser_panics_is_read() {
    let raw = b"From: a@b.example\nSubject: Broken\nContent-Type: multipart/mixed; boundary=b\n\nhi\n5\
        --bContent-Type: message/ rfc822\n--b5\n--b5\n--\r\n\nContent-Type: message/ rfc822\n\n\n\n\n--b--\n----b";
    let panics = catch_unwind(|| MessageParser::default().parse(raw).is_some()).is_err();
    assert_eq!(panics, cfg!(debug_assertions));
    assert_eq!(letter(raw).subject.as_deref(), Some("Broken"));
}

#[test]
fn text_of_no_known_character_set_is_read_as_western() {
    let plain: &[u8] = b"From: a@b.example\n\nD\xe9j\xe0 vu\n";
    let unknown: &[u8] = b"From: a@b.example\nContent-Type: text/plain; charset=x-ours\n\
        Content-Transfer-Encoding: quoted-printable\n\nD=E9j=E0 vu\n";
    let not_utf_8: &[u8] = b"From: a@b.example\nContent-Type: text/plain; charset=utf-8\n\nD\xe9j\xe0 vu\n";
    for raw in [plain, unknown, not_utf_8] {
        assert_eq!(text_alone(raw), ["D\u{fffd}j\u{fffd} vu\n"]);
        assert_eq!(letter(raw).body, "Déjà vu");
    }
}

#[test]
fn text_outside_of_the_parts_is_read_where_no_part_is_text() {
    let before: &[u8] = b"From: a@b.example\nContent-Type: multipart/mixed; boundary=b\n\nNot delivered.\n\
        --b\nContent-Type: application/pdf\n\nx\n--b--\n";
    let without_boundary: &[u8] = b"From: a@b.example\nContent-Type: multipart/mixed; boundary=b\n\nNot delivered.\n";
    for raw in [before, without_boundary] {
        assert_eq!(text_alone(raw), Vec::<String>::new());
        assert_eq!(letter(raw).body, "Not delivered.");
    }
}

#[test]
fn a_text_that_is_only_in_a_form_of_outlooks_is_named() {
    let tnef = "--b\nContent-Type: application/ms-tnef; name=winmail.dat\n\nx\n--b--\n";
    let head = "From: a@b.example\nContent-Type: multipart/mixed; boundary=b\n\n";
    let alone = letter(format!("{head}{tnef}").as_bytes());
    assert!(alone.body.starts_with("[winmail.dat: the text of this message"), "{}", alone.body);
    assert_eq!(alone.attachments[0].name, "winmail.dat");
    let beside_text = letter(format!("{head}--b\n\nhello\n{tnef}").as_bytes());
    assert_eq!(beside_text.body, "hello");
}

#[test]
fn a_page_may_name_its_own_character_set() {
    let page = b"From: a@b.example\nContent-Type: text/html\n\n<meta charset=koi8-r><p>\xf0\xd2\xc9\xd7\xc5\xd4</p>\n";
    assert_eq!(letter(page).body, "Привет");
}
