//! The parts of a multipart: what lies between its delimiter lines.

use crate::{head::is_field, limits::MAX_PARTS};

/// A shorter boundary may be a word of a text.
const TELLING: usize = 6;

/// The preamble, and the parts between the delimiters. A part that nothing closes ends with the body. `None`: there is
/// no delimiter.
///
/// A delimiter is a line of its own. Programs that change a letter on its way sometimes join it with the line before
/// or after it, so where no line is one, or the boundary is long enough to be no word, it may stand inside a line. Where
/// the headers name no boundary, or another one, it is the first line that looks like a delimiter above a header.
pub(super) fn split<'a>(body: &'a [u8], boundary: Option<&str>) -> Option<(&'a [u8], Vec<&'a [u8]>)> {
    let named = boundary.map(str::trim).filter(|boundary| !boundary.is_empty()).map(str::as_bytes);
    let by = |boundary: &[u8], place: Place| parts_of(body, &Delimiters { body, boundary, at: 0, place });
    named
        .and_then(|boundary| {
            let place = if boundary.len() >= TELLING { Place::LineEnd } else { Place::Line };
            by(boundary, place).or_else(|| by(boundary, Place::Anywhere))
        })
        .or_else(|| by(apparent(body)?, Place::Line))
}

fn parts_of<'a>(body: &'a [u8], delimiters: &Delimiters<'a, '_>) -> Option<(&'a [u8], Vec<&'a [u8]>)> {
    let mut delimiters = Delimiters { ..*delimiters };
    let (mut delimiter, mut parts) = (delimiters.next()?, Vec::new());
    let preamble = without_line_end(&body[..delimiter.start]);
    // One more than may be read, so that the rest is not lost silently.
    while !delimiter.is_last && parts.len() <= MAX_PARTS {
        let Some(next) = delimiters.next() else {
            parts.push(&body[delimiter.end..]);
            break;
        };
        parts.push(without_line_end(&body[delimiter.end..next.start]));
        delimiter = next;
    }
    Some((preamble, parts))
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
    /// The delimiter is a line.
    Line,
    /// Text may stand before it in its line.
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
            if let Some((before, after, is_last)) = self.inside(line) {
                self.at = start + after;
                return Some(Delimiter { start: start + before, end: self.at, is_last });
            }
            self.at += line.len();
        }
        None
    }
}

impl Delimiters<'_, '_> {
    /// Where the delimiter begins and ends in this line, and whether it is the last one.
    fn inside(&self, line: &[u8]) -> Option<(usize, usize, bool)> {
        let mut from = 0;
        loop {
            let start = from + line[from..].windows(2).position(|pair| pair == b"--")?;
            if start > 0 && self.place == Place::Line {
                return None;
            }
            let Some(rest) = line[start + 2..].strip_prefix(self.boundary) else {
                from = start + 1;
                continue;
            };
            let (is_last, rest) = rest.strip_prefix(b"--").map_or((false, rest), |rest| (true, rest));
            if rest.trim_ascii().is_empty() {
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
