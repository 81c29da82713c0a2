//! Old-style attachments: blocks of `begin 644 name` … `end` in the middle of a text.

use crate::Attached;

/// Returns the text without its uuencoded blocks, and the blocks as attachments. A malformed block stays text.
pub(crate) fn take_out(text: &str) -> (String, Vec<Attached>) {
    let mut kept = String::with_capacity(text.len());
    let mut found = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        if let Some((attached, after)) = block(rest) {
            found.push(attached);
            rest = after;
        } else {
            let (line, after) = cut_line(rest);
            kept.push_str(line);
            rest = after;
        }
    }
    (kept, found)
}

/// The bytes of a part whose whole body is a block, by its transfer encoding. `None`: it is none.
pub(crate) fn decoded(body: &[u8]) -> Option<Vec<u8>> {
    let mut lines = body.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end);
    lines.find(|line| std::str::from_utf8(line).is_ok_and(|line| begin_name(line).is_some()))?;
    let mut bytes = Vec::with_capacity(body.len() / 4 * 3);
    for line in lines.take_while(|line| *line != b"end") {
        let Some(count) = data_len(std::str::from_utf8(line).ok()?) else { continue };
        // Spaces at the end, which stand for zeros, are often lost in transport.
        let sixes = line[1..]
            .iter()
            .copied()
            .chain(std::iter::repeat(b' '))
            .map(|byte| u32::from((byte.wrapping_sub(32)) & 63));
        let sixes: Vec<u32> = sixes.take(usize::try_from(count.div_ceil(3) * 4).ok()?).collect();
        let quanta = sixes.chunks_exact(4).map(|four| four.iter().fold(0, |all, six| all << 6 | six));
        let all = quanta.flat_map(|quantum| quantum.to_be_bytes().into_iter().skip(1));
        bytes.extend(all.take(usize::try_from(count).ok()?));
    }
    Some(bytes)
}

/// The block at the start of `text`, and the text after it.
fn block(text: &str) -> Option<(Attached, &str)> {
    let (first, mut rest) = cut_line(text);
    let name = begin_name(first.trim_end())?;
    let mut size = 0;
    loop {
        let (line, after) = cut_line(rest);
        if line.is_empty() {
            return None;
        }
        rest = after;
        let line = line.trim_end_matches(['\r', '\n']);
        if line.trim_end() == "end" {
            break;
        }
        size += data_len(line)?;
    }
    Some((Attached { name: name.to_owned(), size, media_type: "application/octet-stream".to_owned() }, rest))
}

/// `begin`, a file mode in octal, a name.
fn begin_name(line: &str) -> Option<&str> {
    let (mode, name) = line.strip_prefix("begin ")?.split_once(' ')?;
    let octal = (3..=4).contains(&mode.len()) && mode.bytes().all(|b| (b'0'..=b'7').contains(&b));
    (octal && !name.trim().is_empty()).then(|| name.trim())
}

/// How many bytes a line encodes: its first character says so, and the line must be long enough. Trailing spaces, which
/// stand for zeros, are often lost in transport.
fn data_len(line: &str) -> Option<u64> {
    let first = *line.as_bytes().first()?;
    if !line.bytes().all(|b| (32..=96).contains(&b)) {
        return None;
    }
    let len = u64::from((first - 32) & 63);
    (line.len() as u64 <= 1 + len.div_ceil(3) * 4 + 1).then_some(len)
}

fn cut_line(text: &str) -> (&str, &str) {
    text.split_at(text.find('\n').map_or(text.len(), |at| at + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_leaves_the_text_and_is_measured() {
        let (text, found) = take_out("See here:\nbegin 644 cat.txt\n#0V%T\n`\nend\nBye\n");
        assert_eq!(text, "See here:\nBye\n");
        assert_eq!((found[0].name.as_str(), found[0].size), ("cat.txt", 3));
    }

    #[test]
    fn a_part_that_is_a_block_is_decoded() {
        assert_eq!(decoded(b"begin 644 cat.txt\r\n#0V%T\r\n`\r\nend\r\n").as_deref(), Some(&b"Cat"[..]));
        assert_eq!(decoded(b"no block"), None);
    }

    #[test]
    fn a_sentence_with_begin_and_a_block_without_end_stay() {
        for text in
            ["begin 644 words are just words\nof a letter\n", "begin 644 cat.txt\n#0V%T\n", "begin again\nend\n"]
        {
            assert_eq!(take_out(text), (text.to_owned(), Vec::new()));
        }
    }
}
