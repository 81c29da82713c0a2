//! Cuts a text into units: words, and single signs where a script has no spaces between words.

use std::ops::Range;
use unicode_segmentation::UnicodeSegmentation as _;

/// A word, or a sign of a script without spaces between words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unit {
    /// In the form that is compared: [`wire::fold`].
    pub(super) folded: String,
    pub(super) kind: UnitKind,
    /// Where it is in the text, in Unicode scalar values.
    pub(super) place: Range<usize>,
    /// Where each letter of the text ends: the length of the folded form up to there, and the place behind it.
    letters: Vec<(usize, usize)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum UnitKind {
    Word,
    Sign,
}

impl Unit {
    /// The part of the text that a beginning of the folded form stands for, in whole letters.
    pub(super) fn beginning(&self, folded_bytes: usize) -> Range<usize> {
        let end = self.letters.iter().find(|(folded, _)| *folded >= folded_bytes);
        self.place.start..end.map_or(self.place.end, |(_, end)| *end)
    }
}

/// The units of a text, in order. What is no letter and no digit only separates them.
pub(super) fn units(text: &str) -> Vec<Unit> {
    let (mut units, mut at): (Vec<Unit>, usize) = (Vec::new(), 0);
    let mut word_goes_on = false;
    for letter in text.graphemes(true) {
        let place = at..at + letter.chars().count();
        at = place.end;
        let folded = compared(letter);
        let kind = folded.chars().next().and_then(kind);
        match (kind, units.last_mut()) {
            (Some(UnitKind::Word), Some(word)) if word_goes_on => word.add(&folded, place.end),
            (Some(kind), _) => units.push(Unit::new(&folded, kind, place)),
            (None, _) => {}
        }
        word_goes_on = kind == Some(UnitKind::Word);
    }
    units
}

impl Unit {
    fn new(folded: &str, kind: UnitKind, place: Range<usize>) -> Self {
        let letters = vec![(folded.len(), place.end)];
        Self { folded: folded.to_owned(), kind, place, letters }
    }

    fn add(&mut self, folded: &str, end: usize) {
        self.folded.push_str(folded);
        self.place.end = end;
        self.letters.push((self.folded.len(), end));
    }
}

/// A letter as it is compared. An index takes it as a part of one word: what would end a word is left out, such as the
/// slash of `½`.
fn compared(letter: &str) -> String {
    let mut folded = wire::fold(letter);
    folded.retain(|c| c.is_alphanumeric() || !c.is_ascii() && !c.is_whitespace() && !c.is_control());
    folded
}

fn kind(c: char) -> Option<UnitKind> {
    if has_no_spaces(c) {
        Some(UnitKind::Sign)
    } else if c.is_alphanumeric() {
        Some(UnitKind::Word)
    } else {
        None
    }
}

/// The letters of scripts that have no spaces between words: Thai, Lao, Tibetan, Burmese, Khmer, kana, bopomofo, and Han.
fn has_no_spaces(c: char) -> bool {
    c.is_alphabetic()
        && matches!(c,
            '\u{e00}'..='\u{eff}' | '\u{f00}'..='\u{fff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
            | '\u{1950}'..='\u{19df}' | '\u{1a20}'..='\u{1aaf}' | '\u{3005}'..='\u{30ff}' | '\u{3105}'..='\u{312f}'
            | '\u{31a0}'..='\u{31bf}' | '\u{31f0}'..='\u{31ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
            | '\u{a9e0}'..='\u{a9ff}' | '\u{aa60}'..='\u{aa7f}' | '\u{f900}'..='\u{faff}' | '\u{1b000}'..='\u{1b16f}'
            | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(text: &str) -> Vec<String> {
        units(text).into_iter().map(|unit| unit.folded).collect()
    }

    #[test]
    fn words_are_what_stands_between_spaces_and_punctuation_without_case_and_accents() {
        assert_eq!(folded("Ça va, «Zoë»?"), ["ca", "va", "zoe"]);
        assert_eq!(folded("maya@acme.test +49 (170) 12"), ["maya", "acme", "test", "49", "170", "12"]);
        assert_eq!(folded("Straße ΟΔΟΣ привет Ёлка"), ["strasse", "οδοσ", "привет", "елка"]);
        assert_eq!(folded("नमस्ते दुनिया"), ["नमस्ते", "दुनिया"]);
        assert_eq!(folded("مَرْحَبًا بالعالم"), ["مرحبا", "بالعالم"]);
        assert_eq!(folded("안녕하세요 세계"), ["안녕하세요", "세계"]);
        assert_eq!(folded("½ ﬁn №5 🎉 —"), ["1⁄2", "fin", "no5"]);
        assert_eq!(folded(" \n\u{a0}…"), [""; 0]);
    }

    #[test]
    fn a_script_without_spaces_is_cut_into_signs() {
        assert_eq!(folded("東京都です"), ["東", "京", "都", "て\u{3099}", "す"].map(wire::fold));
        assert_eq!(folded("สวัสดี"), ["ส", "วั", "ส", "ดี"].map(wire::fold));
        assert_eq!(folded("iPhoneを2台"), ["iphone", "を", "2", "台"]);
    }

    #[test]
    fn a_unit_knows_where_it_is_and_where_its_beginning_ends() {
        let text = "An die Große Freiheit";
        let word = units(text).remove(2);
        let letters = |range: Range<usize>| text.chars().skip(range.start).take(range.len()).collect::<String>();
        assert_eq!(letters(word.place.clone()), "Große");
        assert_eq!(letters(word.beginning("gr".len())), "Gr");
        // `ß` is two letters when it is compared, and one in the text.
        assert_eq!(letters(word.beginning("gros".len())), "Groß");
        assert_eq!(letters(word.beginning("grosse".len())), "Große");
    }
}
