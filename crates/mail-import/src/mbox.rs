//! Splits an mbox archive into raw messages (RFC 4155 and its older relatives), each with its place.
//!
//! Writers of mbox files disagree, so a line that starts with "From " separates two messages if it looks like a
//! separator and a header line follows. That keeps a paragraph that begins with "From" whole, even in archives that never
//! quoted it, and a separator that somebody forwarded.

use crate::{Place, date, head::is_field, limits::MAX_LETTER};
use std::io::{self, BufRead, Read as _};

/// A longer line is read in pieces.
const MAX_PIECE: u64 = 64 * 1024;

/// One message of the archive, without the `>` in front of quoted "From " lines (mboxrd; the same step reads mboxo).
pub(crate) struct Entry {
    pub(crate) place: Place,
    /// The separator's line without its end; empty for text before the first separator.
    pub(crate) from_line: Vec<u8>,
    /// As much of it as is read.
    pub(crate) raw: Vec<u8>,
    /// The bytes after that.
    pub(crate) skipped: u64,
}

impl Entry {
    fn new(place: Place, from_line: &[u8]) -> Self {
        Self { place, from_line: from_line.to_vec(), raw: Vec::new(), skipped: 0 }
    }

    fn add(&mut self, piece: &[u8]) {
        let kept = piece.len().min(MAX_LETTER - self.raw.len());
        self.raw.extend_from_slice(&piece[..kept]);
        self.skipped += (piece.len() - kept) as u64;
    }
}

/// An iterator over the messages of an archive. Holds one message at a time.
pub(crate) struct Mbox<R> {
    reader: R,
    file: usize,
    /// A line that was read but not yet used.
    ahead: Option<Vec<u8>>,
    /// Whether the piece before was not the end of its line.
    is_inside_line: bool,
    line: u64,
    offset: u64,
    number: usize,
    pending: Option<Entry>,
    done: bool,
}

impl<R: BufRead> Mbox<R> {
    pub(crate) fn new(reader: R, file: usize) -> Self {
        Self::at(reader, Place { file, number: 1, line: 1, offset: 0 })
    }

    /// `reader` begins at the place of a message that an earlier reading found.
    pub(crate) fn at(reader: R, place: Place) -> Self {
        let Place { file, number, line, offset } = place;
        Self {
            reader,
            file,
            ahead: None,
            is_inside_line: false,
            line,
            offset,
            number: number.saturating_sub(1),
            pending: None,
            done: false,
        }
    }

    /// The next line with its end, or a piece of it, or `None` at the end of the file.
    fn take_line(&mut self) -> io::Result<Option<Vec<u8>>> {
        let line = if self.ahead.is_none() { self.read_line()? } else { self.ahead.take() };
        if let Some(line) = &line {
            self.is_inside_line = !line.ends_with(b"\n");
            self.line += u64::from(!self.is_inside_line);
            self.offset += line.len() as u64;
        }
        Ok(line)
    }

    fn peek_line(&mut self) -> io::Result<Option<&[u8]>> {
        if self.ahead.is_none() {
            self.ahead = self.read_line()?;
        }
        Ok(self.ahead.as_deref())
    }

    fn read_line(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut line = Vec::new();
        let n = (&mut self.reader).take(MAX_PIECE).read_until(b'\n', &mut line)?;
        Ok((n > 0).then_some(line))
    }

    /// The next complete entry; the part after it stays in `pending`.
    fn advance(&mut self) -> io::Result<Option<Entry>> {
        let mut after_blank = self.pending.as_ref().is_none_or(|entry| entry.raw.is_empty());
        loop {
            let (line_number, offset, is_whole) = (self.line, self.offset, !self.is_inside_line);
            let Some(mut line) = self.take_line()? else {
                return Ok(self.pending.take().map(finish));
            };
            if offset == 0 && line.starts_with(b"\xef\xbb\xbf") {
                line.drain(..3);
            }
            if is_whole && self.separates(&line, after_blank)? {
                self.number += 1;
                let place = Place { file: self.file, number: self.number, line: line_number, offset };
                if let Some(done) = self.pending.replace(Entry::new(place, trimmed(&line))) {
                    return Ok(Some(finish(done)));
                }
            } else if self.pending.is_some() || !trimmed(&line).is_empty() {
                let place = Place { file: self.file, number: self.number, line: line_number, offset };
                let entry = self.pending.get_or_insert_with(|| Entry::new(place, b""));
                entry.add(if is_whole { unquoted(&line) } else { &line });
            }
            after_blank = is_whole && trimmed(&line).is_empty();
        }
    }

    fn separates(&mut self, line: &[u8], after_blank: bool) -> io::Result<bool> {
        let Some(rest) = line.strip_prefix(b"From ") else { return Ok(false) };
        let dated = date::of_separator(rest).is_some();
        let is_first = self.pending.is_none();
        let headed = self.peek_line()?.is_some_and(starts_as_header);
        // Above an empty message no header follows; nobody writes `From - ` and a date in a text.
        if dated && (is_first || (after_blank && rest.starts_with(b"- "))) {
            return Ok(true);
        }
        Ok(headed && (dated || names_nobody(rest) || (after_blank && names_an_address(rest))))
    }
}

impl<R: BufRead> Iterator for Mbox<R> {
    type Item = io::Result<Entry>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let next = self.advance().transpose();
        self.done = !matches!(next, Some(Ok(_)));
        next
    }
}

/// Removes the empty line that the archive's writer put after the message.
fn finish(mut entry: Entry) -> Entry {
    if entry.skipped > 0 {
        return entry;
    }
    for end in [b"\r\n".as_slice(), b"\n"] {
        if let Some(rest) = entry.raw.strip_suffix(end)
            && (rest.is_empty() || rest.ends_with(b"\n"))
        {
            entry.raw.truncate(rest.len());
            break;
        }
    }
    entry
}

fn unquoted(line: &[u8]) -> &[u8] {
    let depth = quote_depth(line);
    if depth > 0 && is_from_line(&line[depth..]) { &line[1..] } else { line }
}

pub(crate) fn quote_depth(line: &[u8]) -> usize {
    line.iter().take_while(|b| **b == b'>').count()
}

pub(crate) fn is_from_line(line: &[u8]) -> bool {
    line.starts_with(b"From ")
}

fn trimmed(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// The whole line is `From - `, as some mail programs of the 1990s wrote it.
fn names_nobody(rest: &[u8]) -> bool {
    rest.trim_ascii() == b"-"
}

/// The line has a sender only, or a sender with `@` before a date of an unknown form.
fn names_an_address(rest: &[u8]) -> bool {
    let mut words = rest.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    words.next().is_some_and(|first| first.contains(&b'@') || words.next().is_none())
}

/// A field of a header; or a second, quoted "From " line, which some writers leave above the headers.
fn starts_as_header(line: &[u8]) -> bool {
    line.starts_with(b">From ") || is_field(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raws(archive: &[u8]) -> Vec<String> {
        Mbox::new(archive, 0).map(|entry| String::from_utf8_lossy(&entry.unwrap().raw).into_owned()).collect()
    }

    #[test]
    fn messages_are_cut_at_their_separators_and_placed() {
        let archive = b"From a@x.test Mon Jun  3 12:50:27 1996\nA: 1\n\none\n\nFrom - \nB: 2\n\ntwo\n\n";
        assert_eq!(raws(archive), ["A: 1\n\none\n", "B: 2\n\ntwo\n"]);
        let places: Vec<Place> = Mbox::new(&archive[..], 0).map(|entry| entry.unwrap().place).collect();
        assert_eq!(places[0], Place { file: 0, number: 1, line: 1, offset: 0 });
        assert_eq!(places[1], Place { file: 0, number: 2, line: 6, offset: 50 });
    }

    #[test]
    fn a_paragraph_beginning_with_from_stays_in_its_message() {
        let archive = b"From - \nA: 1\n\nHello.\n\nFrom here on it works.\nReally: it does.\nFrom Monday: no.\n";
        assert_eq!(raws(archive).len(), 1);
    }

    #[test]
    fn a_separator_that_somebody_forwarded_is_text() {
        let archive = b"From - \nA: 1\n\nHe wrote:\n\nFrom bob@y.test Mon Mar  2 09:00:00 2026\nPlease cancel.\n";
        assert_eq!(raws(archive).len(), 1);
    }

    #[test]
    fn quoted_from_lines_lose_one_mark() {
        let archive = b"From - \nA: 1\n\n>From a friend\n>>From two\n>Fromage\n";
        assert_eq!(raws(archive), ["A: 1\n\nFrom a friend\n>From two\n>Fromage\n"]);
    }

    #[test]
    fn windows_line_ends_and_a_byte_order_mark_change_nothing() {
        let archive = b"\xef\xbb\xbfFrom - \r\nA: 1\r\n\r\none\r\n\r\nFrom - \r\nB: 2\r\n\r\ntwo\r\n";
        assert_eq!(raws(archive), ["A: 1\r\n\r\none\r\n", "B: 2\r\n\r\ntwo\r\n"]);
    }

    #[test]
    fn text_before_the_first_separator_is_an_entry_without_one() {
        let entry = Mbox::new(&b"\n\nstray\n"[..], 0).next().unwrap().unwrap();
        assert_eq!((entry.place.number, entry.place.line, entry.from_line.len()), (0, 3, 0));
    }
}
