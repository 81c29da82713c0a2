//! The part of a text that shows a hit.

use std::ops::Range;
use wire::Snippet;

/// The most Unicode scalar values of a snippet.
const LONGEST: usize = 160;
/// So many are shown before the first hit.
const BEFORE: usize = 40;
/// What stands for what is left out.
const LEFT_OUT: char = '…';

/// The text around its first hit, on one line. `hits`: in Unicode scalar values of the text, in order.
pub(crate) fn snippet(text: &str, hits: &[Range<usize>]) -> Snippet {
    let letters: Vec<char> = text.chars().collect();
    let first = hits.first().map_or(0, |hit| hit.start);
    let start = if letters.len() <= LONGEST { 0 } else { word_start(&letters, first) };
    let end = letters.len().min(start + LONGEST);
    let mut line = Line::default();
    if start > 0 {
        line.push(LEFT_OUT);
    }
    let (mut highlights, mut from) = (Vec::new(), None);
    for (at, letter) in letters.iter().enumerate().take(end).skip(start) {
        if hits.iter().any(|hit| hit.end == at) {
            highlights.extend(from.take().map(|from| (from, line.length)));
        }
        line.push(*letter);
        if hits.iter().any(|hit| hit.start == at) {
            from = Some(line.length - 1);
        }
    }
    // A hit at the end, or one that is cut off.
    highlights.extend(from.map(|from| (from, line.length)));
    if end < letters.len() {
        line.push(LEFT_OUT);
    }
    Snippet { text: line.text, highlights }
}

/// A line that is being written. White space of any kind and number is one space.
#[derive(Default)]
struct Line {
    text: String,
    /// In Unicode scalar values.
    length: u32,
}

impl Line {
    fn push(&mut self, letter: char) {
        let letter = if letter.is_whitespace() || letter.is_control() { ' ' } else { letter };
        if letter == ' ' && (self.text.is_empty() || self.text.ends_with(' ')) {
            return;
        }
        self.text.push(letter);
        self.length += 1;
    }
}

/// The first start of a word at most [`BEFORE`] before the hit, or that place itself.
fn word_start(letters: &[char], hit: usize) -> usize {
    let earliest = hit.saturating_sub(BEFORE);
    if earliest == 0 {
        return 0;
    }
    (earliest..=hit).find(|at| letters[at - 1].is_whitespace()).unwrap_or(earliest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search_text::SearchQuery;

    fn shown(query: &str, text: &str) -> String {
        let hits = SearchQuery::parse(query).unwrap().hits(text).unwrap();
        let snippet = snippet(text, &hits);
        let mark = |(part, is_hit): &(&str, bool)| if *is_hit { format!("[{part}]") } else { (*part).to_owned() };
        snippet.parts().iter().map(mark).collect()
    }

    #[test]
    fn a_short_text_is_shown_as_it_is_on_one_line() {
        assert_eq!(shown("inv", "Hi,\n\n  the Invoice\tof May\n"), "Hi, the [Inv]oice of May ");
        assert_eq!(shown("ana may", "Ana in May"), "[Ana] in [May]");
    }

    #[test]
    fn a_long_text_is_cut_around_its_first_hit() {
        let text = format!("{}needle {}", "hay ".repeat(100), "straw ".repeat(100));
        let shown = shown("needle", &text);
        assert!(shown.starts_with("…hay hay ") && shown.contains(" [needle] straw"), "{shown}");
        assert!(shown.ends_with('…') && shown.chars().count() <= LONGEST + 4, "{shown}");
    }

    #[test]
    fn a_hit_that_is_longer_than_the_snippet_is_cut() {
        let word = "x".repeat(500);
        assert_eq!(shown(&word, &word), format!("[{}]…", "x".repeat(LONGEST)));
    }
}
