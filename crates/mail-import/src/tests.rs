//! Archives of any bytes: reading never fails, and a message written as mboxrd is read back unchanged.

mod broken;
mod python;
mod samples;
mod twice;

use crate::{
    Archive, Form, Index, Letter, Place, Reading, Source, archive,
    limits::{MAX_PARTS, MAX_TEXT},
    mbox::{Mbox, is_from_line, quote_depth},
};
use proptest::prelude::*;
use std::{
    cell::Cell,
    io::{self, BufRead, Cursor, Read, Seek, SeekFrom},
};

/// The letters of an archive, each read again from its place.
pub(crate) fn letters(archive: &[u8]) -> Vec<Letter> {
    let index = Index::read(archive, &Reading::default()).unwrap();
    index.envelopes.iter().map(|envelope| archive::letter_at(archive, envelope.place).unwrap().unwrap()).collect()
}

/// An mbox that counts the bytes that are read.
struct Counting<'a> {
    archive: &'a [u8],
    bytes: Cell<usize>,
}

impl Archive for Counting<'_> {
    fn count(&self) -> usize {
        1
    }

    fn form(&self, _: usize) -> Form {
        Form::Mbox
    }

    fn open(&self, _: usize) -> io::Result<Box<dyn Source + '_>> {
        Ok(Box::new(Counted { archive: Cursor::new(self.archive), bytes: &self.bytes }))
    }
}

struct Counted<'a> {
    archive: Cursor<&'a [u8]>,
    bytes: &'a Cell<usize>,
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.archive.read(buffer)?;
        self.bytes.update(|bytes| bytes + read);
        Ok(read)
    }
}

impl BufRead for Counted<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.archive.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.bytes.update(|bytes| bytes + amount);
        self.archive.consume(amount);
    }
}

impl Seek for Counted<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.archive.seek(to)
    }
}

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
        let index = Index::read(&bytes[..], &Reading::default()).unwrap();
        let places: Vec<Place> = index.envelopes.iter().map(|envelope| envelope.place).collect();
        for place in places.into_iter().chain(index.unreadable.iter().map(|it| it.0)) {
            let before = &bytes[..usize::try_from(place.offset).unwrap()];
            prop_assert_eq!(before.iter().filter(|byte| **byte == b'\n').count() as u64 + 1, place.line);
        }
        for (letter, envelope) in letters(&bytes).into_iter().zip(&index.envelopes) {
            prop_assert_eq!((&*letter.key, letter.place), (&*index.ids[envelope.key], envelope.place));
            let is_refused = |c: char| c.is_control() && c != '\n' && c != '\t';
            prop_assert!(!letter.body.contains(is_refused) && !letter.from.address.contains(char::is_control));
        }
    }

    #[test]
    fn whatever_is_changed_in_an_archive_each_letter_stays_within_its_limits(
        lines in prop::collection::vec(line(), 1..40),
        changes in prop::collection::vec((any::<prop::sample::Index>(), 0..4_u8, any::<u8>()), 0..20),
    ) {
        let mut bytes = [b"From - \nFrom: a@b.example\nContent-Type: multipart/mixed; boundary=b\n", &lines.join(&b'\n')[..]]
            .concat();
        for (at, change, byte) in changes {
            let at = at.index(bytes.len());
            match change {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                2 => _ = bytes.drain(at..(at + usize::from(byte)).min(bytes.len() - 1).max(at)),
                _ => bytes.extend_from_within(at..),
            }
        }
        for letter in letters(&bytes) {
            prop_assert!(letter.body.len() <= MAX_TEXT && letter.attachments.len() <= MAX_PARTS);
            prop_assert!(letter.attachments.iter().map(|attached| attached.size).sum::<u64>() <= bytes.len() as u64 * 50);
        }
    }

    #[test]
    fn an_archive_is_read_once_for_the_index_and_once_for_the_letters(
        lines in prop::collection::vec(line(), 0..60),
        times in 1_usize..4,
    ) {
        let bytes = vec![lines.join(&b'\n'); times].join(&b'\n');
        let longest = bytes.split(|byte| *byte == b'\n').map(<[u8]>::len).max().unwrap_or_default();
        let counting = Counting { archive: &bytes, bytes: Cell::new(0) };
        let index = Index::read(&counting, &Reading::default()).unwrap();
        prop_assert_eq!(counting.bytes.take(), bytes.len());
        for envelope in &index.envelopes {
            archive::letter_at(&counting, envelope.place).unwrap().unwrap();
        }
        // Beside its letter each reading sees the next separator and the line after it.
        prop_assert!(counting.bytes.get() <= bytes.len() + index.envelopes.len() * 2 * (longest + 1));
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
        let read: Vec<Vec<u8>> = Mbox::new(&archive[..], 0).map(|entry| entry.unwrap().raw).collect();
        prop_assert_eq!(read, raws);
    }
}
