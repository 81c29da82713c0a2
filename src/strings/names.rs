//! How a name is shown: in one line, without characters that hide or turn the text around it, and not too long. The
//! same for contacts, agents, files, tags and lists.

use super::strings;
use wire::characters::{chooses_a_form, is_visible};

/// The longest name that is shown in full, in Unicode scalar values. Its tooltip has the whole.
const MAX_NAME_CHARS: usize = 60;
/// The end of a file's name that stays when the name is cut: it says what the file is.
const FILE_END_CHARS: usize = 14;
/// More combining marks than this on one letter reach into the lines above and below.
const MAX_MARKS: usize = 4;

/// A name for display, cut at 60 characters. A name of which nothing can be seen gets a word in its place; the empty
/// name stays empty: it is not loaded yet.
#[must_use]
pub fn display_name(name: &str) -> String {
    let whole = one_line(name);
    let length = whole.chars().count();
    if length <= MAX_NAME_CHARS {
        return whole;
    }
    let start: String = whole.chars().take(MAX_NAME_CHARS - 1).collect();
    format!("{}…", start.trim_end_matches(|c: char| c == ' ' || chooses_a_form(c)))
}

/// A file's name for display, cut in the middle.
#[must_use]
pub fn display_file_name(name: &str) -> String {
    let whole = one_line(name);
    let length = whole.chars().count();
    if length <= MAX_NAME_CHARS {
        return whole;
    }
    let start: String = whole.chars().take(MAX_NAME_CHARS - 1 - FILE_END_CHARS).collect();
    let end: String = whole.chars().skip(length - FILE_END_CHARS).collect();
    format!("{start}…{end}")
}

/// A text for display in one line. Removes what stands for nothing or misleads: controls of direction, tag characters
/// and all others that are invisible, and the marks beyond the fourth on one letter. White space of any kind, controls
/// and the empty Braille cell become one space. Joiners and variation selectors stay between visible characters:
/// Persian and Indic words and most emoji need them. (The flags of England, Scotland and Wales consist of tag
/// characters, and are shown as a black flag.)
#[must_use]
pub fn one_line(text: &str) -> String {
    let mut line = Line::default();
    text.chars().for_each(|c| line.push(c));
    if line.shown.is_empty() && !text.is_empty() {
        return strings().name_invisible.to_owned();
    }
    line.shown
}

/// Whether a text reads as it is: no gap, no control, nothing that can't be seen or that turns it.
#[must_use]
pub fn has_only_visible(text: &str) -> bool {
    text.chars().all(|c| is_visible(c) && c != '\u{2800}' && !is_annotation(c))
}

/// Isolates a text from the sentence around it, in a plain string: FIRST STRONG ISOLATE, the text, POP DIRECTIONAL
/// ISOLATE. In an element, `<bdi>` does the same.
pub(super) fn isolated(text: &str) -> String {
    format!("\u{2068}{text}\u{2069}")
}

#[derive(Default)]
struct Line {
    shown: String,
    /// A joiner, until a visible character follows.
    joiner: Option<char>,
    is_after_gap: bool,
    marks: usize,
}

impl Line {
    fn push(&mut self, c: char) {
        if c.is_whitespace() || c.is_control() || c == '\u{2800}' {
            (self.is_after_gap, self.joiner) = (true, None);
        } else if chooses_a_form(c) {
            self.push_form(c);
        } else if is_visible(c) && !is_annotation(c) {
            self.push_visible(c);
        }
    }

    fn push_visible(&mut self, c: char) {
        self.marks = if is_mark(c) { self.marks + 1 } else { 0 };
        if self.marks > MAX_MARKS {
            return;
        }
        if self.is_after_gap && !self.shown.is_empty() {
            self.shown.push(' ');
        }
        // No script of ASCII has joined letters.
        let joiner = self.joiner.take().filter(|_| !(c.is_ascii() && self.shown.ends_with(|c: char| c.is_ascii())));
        self.shown.extend(joiner);
        self.shown.push(c);
        self.is_after_gap = false;
    }

    fn push_form(&mut self, c: char) {
        let follows_visible = self.shown.ends_with(|c: char| !chooses_a_form(c)) && !self.is_after_gap;
        match c {
            '\u{200c}' | '\u{200d}' => self.joiner = (!self.shown.is_empty() && !self.is_after_gap).then_some(c),
            // One selector for each character.
            _ if follows_visible => self.shown.push(c),
            _ => {}
        }
    }
}

/// The combining marks that can be set on any letter, by their blocks.
fn is_mark(c: char) -> bool {
    matches!(c,
        '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}'
        | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}')
}

/// The interlinear annotation characters: format characters that are not default-ignorable.
fn is_annotation(c: char) -> bool {
    matches!(c, '\u{fff9}'..='\u{fffb}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test]
    fn what_hides_or_turns_a_text_is_removed_from_a_name() {
        for (name, shown) in [
            ("\u{202e}eilrahc\u{202c}", "eilrahc"),
            ("Ana\u{2067} Duarte\u{2069}\u{200f}\u{61c}", "Ana Duarte"),
            ("Ana\u{200b}\u{2060}\u{feff}\u{ad}\u{34f}", "Ana"),
            ("A\u{e0041}\u{e007f}na", "Ana"),
            ("Ana\u{2028}Duarte\nLima\u{2029}\u{a0}\u{3000}\u{2800}of\u{7}Lisbon", "Ana Duarte Lima of Lisbon"),
            ("  Ana \u{200b} Duarte  ", "Ana Duarte"),
            ("A\u{200d}n\u{200c}a\u{200d}", "Ana"),
            ("A\u{fe0f}\u{fe0f}\u{fe00}na", "A\u{fe0f}na"),
            ("\u{fff9}Ana\u{fffb}", "Ana"),
        ] {
            assert_eq!(one_line(name), shown, "{name:?}");
        }
        assert_eq!(one_line(&format!("Ana{}", "\u{301}".repeat(40))), format!("Ana{}", "\u{301}".repeat(4)));
    }

    #[wasm_bindgen_test]
    fn what_a_script_or_an_emoji_needs_stays() {
        for name in ["علی‌رضا", "क्‍ष", "👩‍👩‍👧", "❤️‍🔥", "1️⃣", "🏳️‍🌈", "🇵🇹", "葛\u{e0100}", "שָׁלוֹם", "Nguyễn", "ᠮᠣᠩᠭᠣᠯ\u{180b}"]
        {
            assert_eq!(one_line(name), name);
        }
    }

    #[wasm_bindgen_test]
    fn a_name_without_anything_to_see_gets_a_word_and_an_unloaded_one_none() {
        for name in ["\u{200b}", " \u{202e} ", "\u{3164}", "\u{200d}\u{fe0f}", "\u{2800}"] {
            assert_eq!(display_name(name), "(invisible name)", "{name:?}");
        }
        assert_eq!(display_name(""), "");
    }

    #[wasm_bindgen_test]
    fn a_long_name_is_cut_and_a_file_keeps_its_end() {
        let long = "x".repeat(61);
        assert_eq!(display_name(&long), format!("{}…", "x".repeat(59)));
        assert_eq!(display_name(&"x".repeat(60)), "x".repeat(60));
        assert_eq!(display_name(&format!("{}\u{1f469}\u{200d}\u{1f467}xx", "x".repeat(57))).chars().count(), 59);
        assert_eq!(display_name(&"\u{200b}".repeat(500)), "(invisible name)");
        assert_eq!(
            display_file_name(&format!("{long}.pdf\u{202e}.exe")),
            format!("{}…{}.pdf.exe", "x".repeat(45), "x".repeat(6))
        );
    }
}
