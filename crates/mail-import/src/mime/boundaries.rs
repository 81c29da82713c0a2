//! The parts of a multipart: what lies between its delimiter lines.

use crate::{
    head::{is_field, is_known_field},
    limits::MAX_PARTS,
};

/// The preamble, and the parts between the delimiters. A part that nothing closes ends with the body. `None`: there is
/// no delimiter.
///
/// A delimiter is a line of its own. Programs that change a letter on its way sometimes join it with the line before
/// or after it: at the end of a line it counts above a header field; elsewhere only if the multipart isn't closed
/// otherwise. Where the headers name no boundary, or another one, it is the first line that looks like a delimiter above
/// a header field.
pub(super) fn split<'a>(body: &'a [u8], boundary: Option<&str>) -> Option<(&'a [u8], Vec<&'a [u8]>)> {
    let named = boundary.map(str::trim).filter(|boundary| !boundary.is_empty()).map(str::as_bytes);
    let by = |boundary: &[u8], place: Place| parts_of(body, Delimiters { body, boundary, at: 0, place });
    let found = named.and_then(|boundary| {
        let found = by(boundary, Place::Line);
        if found.as_ref().is_some_and(|found| found.is_closed) {
            return found;
        }
        by(boundary, Place::LineEnd)
            .filter(|lenient| lenient.is_closed)
            .or(found)
            .or_else(|| by(boundary, Place::Anywhere))
    });
    found.or_else(|| by(apparent(body)?, Place::Line)).map(|found| (found.preamble, found.parts))
}

struct Parts<'a> {
    preamble: &'a [u8],
    parts: Vec<&'a [u8]>,
    /// Whether there is a last delimiter.
    is_closed: bool,
}

fn parts_of<'a>(body: &'a [u8], mut delimiters: Delimiters<'a, '_>) -> Option<Parts<'a>> {
    let (mut delimiter, mut parts) = (delimiters.next()?, Vec::new());
    let preamble = without_line_end(&body[..delimiter.start]);
    // One more than may be read, so that the rest is not lost silently.
    while !delimiter.is_last && parts.len() <= MAX_PARTS {
        let Some(next) = delimiters.next() else {
            parts.push(&body[delimiter.end..]);
            return Some(Parts { preamble, parts, is_closed: false });
        };
        parts.push(without_line_end(&body[delimiter.end..next.start]));
        delimiter = next;
    }
    Some(Parts { preamble, parts, is_closed: true })
}

/// The boundary of the first line that begins with two hyphens and stands above a header field or an empty line.
fn apparent(body: &[u8]) -> Option<&[u8]> {
    let mut lines = body.split(|byte| *byte == b'\n').peekable();
    while let Some(line) = lines.next() {
        let next = lines.peek().copied().unwrap_or_default();
        let boundary = line.trim_ascii_end().strip_prefix(b"--").filter(|boundary| !boundary.is_empty());
        let is_content = next.len() > 8 && next[..8].eq_ignore_ascii_case(b"content-") && is_field(next);
        if let Some(boundary) = boundary.filter(|_| is_content) {
            return Some(boundary);
        }
    }
    None
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// The delimiter is a line, or ends one above a header field.
    Line,
    /// It ends a line.
    LineEnd,
    /// Also text after it.
    Anywhere,
}

struct Delimiters<'a, 'b> {
    body: &'a [u8],
    boundary: &'b [u8],
    at: usize,
    place: Place,
}

struct Delimiter {
    start: usize,
    end: usize,
    is_last: bool,
}

impl Iterator for Delimiters<'_, '_> {
    type Item = Delimiter;

    fn next(&mut self) -> Option<Delimiter> {
        for line in self.body[self.at..].split_inclusive(|byte| *byte == b'\n') {
            let start = self.at;
            if let Some((before, after, is_last)) = self.inside(line, &self.body[start + line.len()..]) {
                self.at = start + after;
                return Some(Delimiter { start: start + before, end: self.at, is_last });
            }
            self.at += line.len();
        }
        None
    }
}

impl Delimiters<'_, '_> {
    /// Where the delimiter begins and ends in this line, and whether it is the last one. `below`: what follows the line.
    fn inside(&self, line: &[u8], below: &[u8]) -> Option<(usize, usize, bool)> {
        let mut from = 0;
        loop {
            let start = from + line[from..].windows(2).position(|pair| pair == b"--")?;
            let Some(rest) = line[start + 2..].strip_prefix(self.boundary) else {
                from = start + 1;
                continue;
            };
            let (is_last, rest) = rest.strip_prefix(b"--").map_or((false, rest), |rest| (true, rest));
            let is_told = start == 0 || self.place != Place::Line || (!is_last && is_above_a_field(below));
            if rest.trim_ascii().is_empty() && is_told {
                return Some((start, line.len(), is_last));
            }
            // The boundary may be the beginning of a longer one, of a multipart inside this one.
            let goes_on =
                rest.first().is_some_and(|byte| byte.is_ascii_alphanumeric() || b"'()+_,-./:=?".contains(byte));
            if self.place == Place::Anywhere && (is_last || !goes_on) {
                let space = rest.len() - rest.trim_ascii_start().len();
                return Some((start, line.len() - rest.len() + space, is_last));
            }
            from = start + 1;
        }
    }
}

fn is_above_a_field(below: &[u8]) -> bool {
    is_known_field(below.split(|byte| *byte == b'\n').next().unwrap_or_default())
}

/// The line end before a delimiter belongs to the delimiter.
fn without_line_end(text: &[u8]) -> &[u8] {
    let text = text.strip_suffix(b"\n").unwrap_or(text);
    text.strip_suffix(b"\r").unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(body: &str, boundary: Option<&str>) -> Vec<String> {
        let (_, parts) = split(body.as_bytes(), boundary).unwrap_or_default();
        parts.into_iter().map(|part| String::from_utf8_lossy(part).into_owned()).collect()
    }

    #[test]
    fn parts_are_found_also_where_a_delimiter_lost_its_line() {
        for (body, boundary) in [
            ("--b\n\none\n--b\n\ntwo\n--b--\n", Some("b")),
            ("--boundary\n\none--boundary\n\ntwo--boundary--", Some("boundary")),
            ("text --b \n\none--b\n\ntwo--b-- end\n", Some("b")),
            ("--b\n\none--b\nContent-Type: text/plain\n\ntwo--b--\n", Some("b")),
            ("--b\n\none--b\nContent-Type: text/plain\n\ntwo\n--b--\n", Some("b")),
            ("--x\nContent-Type: a/b\n\none\n--x\nContent-Type: a/b\n\ntwo\n--x--\n", None),
            ("--x\nContent-Type: a/b\n\none\n--x\nContent-Type: a/b\n\ntwo\n", Some("y")),
        ] {
            let found = parts(body, boundary);
            assert_eq!(found.len(), 2, "{body}");
            assert!(found[0].ends_with("one") && found[1].trim_end().ends_with("two"), "{found:?}");
        }
        assert_eq!(parts("--b\n\nall -- of --bold\n--b--", Some("b")), ["\nall -- of --bold"]);
        assert!(parts("Just text\n-- \nsignature", None).is_empty());
    }
}
