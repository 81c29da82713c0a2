//! `RefusedControl`: the control character for which a text is refused, with its place and its name.

use std::fmt;

/// A control character in a text that may have none such. Its `Display`: `character 12 is U+0007 (BELL)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefusedControl {
    /// Counted in Unicode scalar values, from 1.
    pub position: usize,
    pub character: char,
}

impl RefusedControl {
    /// The first in a text of several lines: a C0 control other than tab, line feed, and carriage return before it.
    #[must_use]
    pub fn in_lines(text: &str) -> Option<Self> {
        let mut chars = text.chars().zip(1..).peekable();
        while let Some((character, position)) = chars.next() {
            let ends_line = character == '\r' && matches!(chars.peek(), Some(('\n', _)));
            if character < ' ' && !matches!(character, '\n' | '\t') && !ends_line {
                return Some(Self { position, character });
            }
        }
        None
    }

    /// The first in a text of one line: a control character of any kind.
    #[must_use]
    pub fn in_line(text: &str) -> Option<Self> {
        let found = text.chars().zip(1..).find(|(c, _)| c.is_control());
        found.map(|(character, position)| Self { position, character })
    }
}

/// Names and abbreviations of the Unicode Character Database (NameAliases.txt): control characters have no others.
const C0: [&str; 32] = [
    "NULL",
    "START OF HEADING",
    "START OF TEXT",
    "END OF TEXT",
    "END OF TRANSMISSION",
    "ENQUIRY",
    "ACKNOWLEDGE",
    "BELL",
    "BACKSPACE",
    "TAB",
    "LINE FEED",
    "VERTICAL TAB",
    "FORM FEED",
    "CARRIAGE RETURN",
    "SHIFT OUT",
    "SHIFT IN",
    "DATA LINK ESCAPE",
    "DEVICE CONTROL ONE",
    "DEVICE CONTROL TWO",
    "DEVICE CONTROL THREE",
    "DEVICE CONTROL FOUR",
    "NEGATIVE ACKNOWLEDGE",
    "SYNCHRONOUS IDLE",
    "END OF TRANSMISSION BLOCK",
    "CANCEL",
    "END OF MEDIUM",
    "SUBSTITUTE",
    "ESCAPE",
    "FILE SEPARATOR",
    "GROUP SEPARATOR",
    "RECORD SEPARATOR",
    "UNIT SEPARATOR",
];

impl fmt::Display for RefusedControl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let code = u32::from(self.character);
        let name = match self.character {
            '\u{7f}' => "DELETE",
            '\u{85}' => "NEXT LINE",
            _ => C0.get(code as usize).copied().unwrap_or("CONTROL CHARACTER"),
        };
        write!(f, "character {} is U+{code:04X} ({name})", self.position)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_character_is_named_with_its_place() {
        for (text, lines, line) in [
            ("a", None, None),
            ("Hello there\u{7}", Some("character 12 is U+0007 (BELL)"), Some("character 12 is U+0007 (BELL)")),
            ("😀\r\nab\0", Some("character 6 is U+0000 (NULL)"), Some("character 2 is U+000D (CARRIAGE RETURN)")),
            ("a\rb", Some("character 2 is U+000D (CARRIAGE RETURN)"), Some("character 2 is U+000D (CARRIAGE RETURN)")),
            ("\u{b}", Some("character 1 is U+000B (VERTICAL TAB)"), Some("character 1 is U+000B (VERTICAL TAB)")),
            ("\u{1f}", Some("character 1 is U+001F (UNIT SEPARATOR)"), Some("character 1 is U+001F (UNIT SEPARATOR)")),
            ("a\n\tb", None, Some("character 2 is U+000A (LINE FEED)")),
            ("é\u{85}", None, Some("character 2 is U+0085 (NEXT LINE)")),
            ("\u{7f}", None, Some("character 1 is U+007F (DELETE)")),
            ("\u{92}", None, Some("character 1 is U+0092 (CONTROL CHARACTER)")),
        ] {
            let say = |found: Option<RefusedControl>| found.map(|found| found.to_string());
            assert_eq!(say(RefusedControl::in_lines(text)).as_deref(), lines, "{text:?}");
            assert_eq!(say(RefusedControl::in_line(text)).as_deref(), line, "{text:?}");
        }
    }
}
