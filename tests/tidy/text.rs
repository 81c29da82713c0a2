//! Reads a source file just well enough: folders, words, and comments. It is not a parser; its guesses fit the
//! project's own formatting.

/// A room is a file with or without its `.rs`, or a folder; the empty room is the whole checkout.
pub(crate) fn in_room(path: &str, room: &str) -> bool {
    path.strip_prefix(room)
        .is_some_and(|rest| room.is_empty() || rest.is_empty() || rest == ".rs" || rest.starts_with('/'))
}

/// The lines with their numbers, from 1, without comments.
pub(crate) fn code_lines<'a>(path: &str, text: &'a str) -> impl Iterator<Item = (usize, &'a str)> {
    let slashes = [".rs", ".js"].iter().any(|end| path.ends_with(end));
    let blocks = [".css", ".js"].iter().any(|end| path.ends_with(end));
    let mut inside = false;
    text.lines().enumerate().map(move |(index, line)| {
        let mut code = if slashes { before_comment(line) } else { line };
        if blocks {
            let starts = code.trim_start().starts_with("/*");
            if inside || starts {
                inside = !code.contains("*/");
                code = "";
            }
        }
        (index + 1, code)
    })
}

/// Two slashes begin a comment unless a string is open, as in an address.
fn before_comment(line: &str) -> &str {
    line.match_indices("//")
        .find(|(at, _)| line[..*at].matches('"').count().is_multiple_of(2))
        .map_or(line, |(at, _)| &line[..at])
}

/// Whether `code` contains `word` as a whole word; `word*` also matches every longer one.
pub(crate) fn says(code: &str, word: &str) -> bool {
    let (word, whole) = word.strip_suffix('*').map_or((word, true), |stem| (stem, false));
    let part = |letter: char| letter.is_alphanumeric() || letter == '_';
    code.match_indices(word).any(|(at, _)| {
        let before = code[..at].chars().next_back().is_some_and(part) && word.starts_with(part);
        let after = code[at + word.len()..].chars().next().is_some_and(part) && word.ends_with(part);
        !(before || whole && after)
    })
}

/// For each line that `starts` accepts, its number and the number of lines to the brace that closes what it opens.
pub(crate) fn blocks(path: &str, text: &str, starts: impl Fn(&str) -> bool) -> Vec<(usize, usize)> {
    let lines: Vec<_> = code_lines(path, text).collect();
    let openings = lines.iter().enumerate().filter(|(_, (_, code))| starts(code));
    openings.map(|(index, (number, _))| (*number, block_length(&lines[index..]))).collect()
}

fn block_length(lines: &[(usize, &str)]) -> usize {
    let mut depth = 0_i64;
    let mut opened = false;
    for (length, (_, code)) in lines.iter().enumerate() {
        for letter in code.chars() {
            match letter {
                '{' => (depth, opened) = (depth + 1, true),
                '}' => depth -= 1,
                _ => {}
            }
        }
        if opened && depth <= 0 {
            return length + 1;
        }
    }
    lines.len()
}
