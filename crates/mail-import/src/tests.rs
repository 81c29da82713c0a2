//! Archives of any bytes: reading never fails, and a message written as mboxrd is read back unchanged.

use crate::mbox::{Mbox, is_from_line, quote_depth};
use proptest::prelude::*;

/// Writes a message as mboxrd, the exact inverse of reading it.
fn written(from_line: &[u8], raw: &[u8]) -> Vec<u8> {
    let mut out = [from_line, b"\n"].concat();
    for line in raw.split_inclusive(|b| *b == b'\n') {
        out.extend(is_from_line(&line[quote_depth(line)..]).then_some(b'>'));
        out.extend_from_slice(line);
    }
    out.push(b'\n');
    out
}

/// Lines that contain separators and structure far more often than random ones.
fn line() -> impl Strategy<Value = Vec<u8>> {
    let telling = prop::sample::select(vec![
        "From - ",
        "From a@b Mon Jun  3 12:50:27 1996",
        "From the start",
        ">From x",
        ">>From - ",
        "From: a@b.example",
        "Subject: =?utf-8?q?x?=",
        "",
        "--b",
        "--b--",
        "Content-Type: multipart/mixed; boundary=b",
        "Content-Type: message/rfc822",
        "Content-Type: multipart/digest; boundary=b",
        "Content-Transfer-Encoding: base64",
        "Content-Type: text/plain; charset=iso-2022-jp",
        " folded",
        "begin 644 x",
        "#0V%T",
        "end",
        "Date: 99 99 99999",
        "Message-ID: <",
        "References: <a> <b> c",
    ]);
    prop_oneof![telling.prop_map(|line| line.as_bytes().to_vec()), prop::collection::vec(any::<u8>(), 0..40)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_make_the_reader_panic_or_lose_its_place(lines in prop::collection::vec(line(), 0..40)) {
        let bytes = lines.join(&b'\n');
        let archive = crate::read(&bytes[..]).unwrap();
        for place in archive.letters.iter().map(|letter| letter.place).chain(archive.unreadable.iter().map(|it| it.0)) {
            let before = &bytes[..usize::try_from(place.offset).unwrap()];
            prop_assert_eq!(before.iter().filter(|byte| **byte == b'\n').count() as u64 + 1, place.line);
        }
        for letter in &archive.letters {
            let is_refused = |c: char| c.is_control() && c != '\n' && c != '\t';
            prop_assert!(!letter.body.contains(is_refused) && !letter.from.address.contains(char::is_control));
        }
    }

    #[test]
    fn what_is_written_as_an_archive_is_read_back_as_it_was(
        letters in prop::collection::vec(prop::collection::vec(line(), 1..12), 1..6),
    ) {
        let raws: Vec<Vec<u8>> = letters
            .iter()
            .map(|lines| {
                let is_inside = |byte: &&u8| !b"\r\n".contains(*byte);
                let ended = |line: &Vec<u8>| line.iter().filter(is_inside).chain(b"\n").copied().collect::<Vec<u8>>();
                [b"From: a@b.example\n\n".to_vec(), lines.iter().flat_map(ended).collect()].concat()
            })
            .collect();
        let mut archive = Vec::new();
        for raw in &raws {
            archive.extend(written(b"From a@b.example Mon Jun  3 12:50:27 1996", raw));
        }
        let read: Vec<Vec<u8>> = Mbox::new(&archive[..]).map(|entry| entry.unwrap().raw).collect();
        prop_assert_eq!(read, raws);
    }
}
