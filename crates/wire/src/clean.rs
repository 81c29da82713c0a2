//! `clean_lines` and `clean_line`: what a field takes of a text that was typed or pasted. Office programs, terminals
//! and PDF files put line separators and control characters into a text that no rule allows and nobody can see.

/// A text without the control characters that the rules refuse.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cleaned {
    pub text: String,
    /// How many characters stand for nothing, and are left out.
    pub removed: usize,
}

/// Cleans a text of several lines: line separators of any kind become `\n`, tabs stay, other control characters go.
/// Whether something can be seen in it, and its length, are up to the rule of the field.
#[must_use]
pub fn clean_lines(text: &str) -> Cleaned {
    clean(text, |kind, out| match kind {
        Kind::Break => out.push('\n'),
        Kind::Tab => out.push('\t'),
    })
}

/// Cleans a text of one line: each run of line separators and tabs becomes one space, other control characters go.
#[must_use]
pub fn clean_line(text: &str) -> Cleaned {
    clean(text, |_, out| {
        if !out.ends_with(' ') {
            out.push(' ');
        }
    })
}

enum Kind {
    Break,
    Tab,
}

fn clean(text: &str, separate: impl Fn(Kind, &mut String)) -> Cleaned {
    let mut cleaned = Cleaned { text: String::with_capacity(text.len()), removed: 0 };
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\r' if chars.peek() == Some(&'\n') => {}
            '\t' => separate(Kind::Tab, &mut cleaned.text),
            c if breaks_line(c) => separate(Kind::Break, &mut cleaned.text),
            c if c.is_control() => cleaned.removed += 1,
            c => cleaned.text.push(c),
        }
    }
    cleaned
}

/// The characters that begin a new line (UAX #14, classes BK, CR, LF and NL).
fn breaks_line(c: char) -> bool {
    matches!(c, '\n' | '\u{b}' | '\u{c}' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separators_of_office_programs_become_line_breaks_or_spaces_and_the_rest_is_counted() {
        for (text, lines, line, removed) in [
            ("a\u{b}b", "a\nb", "a b", 0),
            ("a\u{c}b\u{85}c", "a\nb\nc", "a b c", 0),
            ("a\u{2028}b\u{2029}c", "a\nb\nc", "a b c", 0),
            ("a\r\nb\rc\nd", "a\nb\nc\nd", "a b c d", 0),
            ("a\r\n\r\nb", "a\n\nb", "a b", 0),
            ("a\tb", "a\tb", "a b", 0),
            ("a\u{7}b\0\u{1b}[31m\u{7f}\u{92}", "ab[31m", "ab[31m", 5),
            ("  שלום\u{a0}👩‍👩‍👧\u{200b} ", "  שלום\u{a0}👩‍👩‍👧\u{200b} ", "  שלום\u{a0}👩‍👩‍👧\u{200b} ", 0),
            ("", "", "", 0),
        ] {
            assert_eq!(clean_lines(text), Cleaned { text: lines.to_owned(), removed }, "{text:?}");
            assert_eq!(clean_line(text), Cleaned { text: line.to_owned(), removed }, "{text:?}");
        }
    }

    #[cfg(not(target_arch = "wasm32"))]
    mod properties {
        use super::*;
        use crate::{NoteBody, characters::is_visible};
        use proptest::prelude::*;

        /// Texts in which every kind of separator and control is frequent.
        fn texts() -> impl Strategy<Value = String> {
            let any = prop_oneof![
                3 => any::<char>(),
                2 => (0_u8..0xa0).prop_map(char::from),
                2 => prop::sample::select(vec!['\r', '\n', '\t', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}', 'a']),
            ];
            prop::collection::vec(any, 0..40).prop_map(|chars| chars.into_iter().collect())
        }

        fn can_be_seen(text: &str) -> bool {
            text.chars().any(is_visible)
        }

        proptest! {
            #[test]
            fn a_cleaned_text_is_always_taken(text in texts()) {
                let (lines, line) = (clean_lines(&text).text, clean_line(&text).text);
                prop_assert_eq!(NoteBody::parse(&lines).is_ok(), can_be_seen(&text), "{:?}", lines);
                prop_assert_eq!(NoteBody::parse(&line).is_ok(), can_be_seen(&text), "{:?}", line);
                #[cfg(feature = "schema")]
                {
                    use crate::text_rules::{ADDRESS, NAME, TAG};
                    prop_assert_eq!(ADDRESS.allows(&lines), can_be_seen(&text), "{:?}", lines);
                    prop_assert_eq!(NAME.allows(&line), can_be_seen(&text), "{:?}", line);
                    prop_assert_eq!(TAG.allows(&line), can_be_seen(&text), "{:?}", line);
                }
            }

            #[test]
            fn cleaning_changes_a_text_once_and_makes_none_longer(text in texts()) {
                for clean in [clean_lines, clean_line] {
                    let once = clean(&text);
                    prop_assert_eq!(clean(&once.text), Cleaned { text: once.text.clone(), removed: 0 });
                    prop_assert!(once.text.chars().count() + once.removed <= text.chars().count());
                }
            }

            #[test]
            fn what_is_no_control_and_no_separator_is_kept(text in texts()) {
                let kept = |text: &str| text.chars().filter(|c| !c.is_control() && !breaks_line(*c)).collect::<String>();
                prop_assert_eq!(kept(&clean_lines(&text).text), kept(&text));
            }
        }
    }
}
