//! What an import reads: one file or several, each with many letters (mbox) or with one (`.eml`, Maildir).

use crate::{
    Letter, Place,
    head::{Section, is_field, is_known_field},
    limits::MAX_LETTER,
    mbox::{Entry, Mbox},
};
use std::io::{self, BufRead, Cursor, Read as _, Seek, SeekFrom};

/// How a file holds letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Mbox,
    /// The whole file is one letter.
    Letter,
}

impl Form {
    /// By the beginning of a file: an mbox begins with a separator, a letter with a header field.
    #[must_use]
    pub fn of(start: &[u8]) -> Self {
        let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start);
        let first = start.split(|byte| *byte == b'\n').next().unwrap_or_default();
        if is_field(first) && !first.starts_with(b"From ") { Self::Letter } else { Self::Mbox }
    }
}

/// Whether a file begins with header fields of mail, not with those of something else.
#[must_use]
pub fn begins_with_headers(start: &[u8]) -> bool {
    let head = Section::new(start).head;
    head.split(|byte| *byte == b'\n').filter(|line| is_known_field(line)).count() >= 2
}

/// A reader that can go back.
pub trait Source: BufRead + Seek {}
impl<T: BufRead + Seek> Source for T {}

/// The files of an archive, by their numbers. Each is opened once for the index, and again for its letters.
pub trait Archive {
    fn count(&self) -> usize;
    fn form(&self, file: usize) -> Form;
    /// # Errors
    /// When the file can't be read.
    fn open(&self, file: usize) -> io::Result<Box<dyn Source + '_>>;
}

/// An mbox in memory.
impl Archive for [u8] {
    fn count(&self) -> usize {
        1
    }

    fn form(&self, _: usize) -> Form {
        Form::Mbox
    }

    fn open(&self, _: usize) -> io::Result<Box<dyn Source + '_>> {
        Ok(Box::new(Cursor::new(self)))
    }
}

impl<A: Archive + ?Sized> Archive for &A {
    fn count(&self) -> usize {
        (**self).count()
    }

    fn form(&self, file: usize) -> Form {
        (**self).form(file)
    }

    fn open(&self, file: usize) -> io::Result<Box<dyn Source + '_>> {
        (**self).open(file)
    }
}

/// The messages of a file.
pub(crate) fn entries<'a>(
    archive: &'a (impl Archive + ?Sized),
    file: usize,
) -> io::Result<Box<dyn Iterator<Item = io::Result<Entry>> + 'a>> {
    let reader = archive.open(file)?;
    Ok(match archive.form(file) {
        Form::Mbox => Box::new(Mbox::new(reader, file)),
        Form::Letter => Box::new(std::iter::once(whole(reader, file))),
    })
}

/// The letter at this place of the archive. `None`: there is no letter any more.
pub(crate) fn letter_at(archive: &(impl Archive + ?Sized), place: Place) -> io::Result<Option<Letter>> {
    let mut reader = archive.open(place.file)?;
    let entry = match archive.form(place.file) {
        Form::Mbox => {
            reader.seek(SeekFrom::Start(place.offset))?;
            Mbox::at(reader, place).next().transpose()?
        }
        Form::Letter => Some(whole(reader, place.file)?),
    };
    Ok(entry.and_then(|entry| Letter::read(&entry).ok()))
}

/// A file that is one letter.
fn whole(mut reader: impl BufRead, file: usize) -> io::Result<Entry> {
    let mut raw = Vec::new();
    (&mut reader).take(MAX_LETTER as u64).read_to_end(&mut raw)?;
    if raw.starts_with(b"\xef\xbb\xbf") {
        raw.drain(..3);
    }
    let skipped = io::copy(&mut reader, &mut io::sink())?;
    Ok(Entry { place: Place { file, number: 1, line: 1, offset: 0 }, from_line: b"From -".to_vec(), raw, skipped })
}
