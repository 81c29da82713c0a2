//! Text that can be stored and shown, from bytes whose character set is missing or wrong, without control characters.

/// The characters of windows-1252 at 0x80–0x9F; `\u{fffd}` where it has none.
const WINDOWS_1252: [char; 32] = [
    '€', '\u{fffd}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{fffd}', 'Ž', '\u{fffd}', '\u{fffd}',
    '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{fffd}', 'ž', 'Ÿ',
];

/// A body: lines end in `\n`, tabs stay, a form feed is a line break. Any other control character becomes U+FFFD, so
/// that its place stays visible.
pub(crate) fn body(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    let text: String = text.chars().filter(|c| *c != '\u{feff}').map(body_char).collect();
    text.trim_matches('\n').to_owned()
}

fn body_char(c: char) -> char {
    match c {
        '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => '\n',
        '\n' | '\t' => c,
        // Characters of windows-1252 under another character set's name. mail-parser reads iso-8859-1 as windows-1252
        // since 0.11.5 (https://github.com/stalwartlabs/mail-parser/issues/131), but not iso-8859-15 and its relatives.
        '\u{80}'..='\u{9f}' => WINDOWS_1252[(u32::from(c) - 0x80) as usize],
        _ if c.is_control() => '\u{fffd}',
        _ => c,
    }
}

/// A name or another text of one line: a run of white space becomes one space, unprintable characters are removed, and
/// at most `max` characters stay. `None` when nothing is left.
pub(crate) fn line(text: &str, max: usize) -> Option<String> {
    let clean: String = text.chars().map(body_char).filter(|c| *c != '\u{fffd}').collect();
    let words: Vec<&str> = clean.split_whitespace().collect();
    let line: String = words.join(" ").chars().take(max).collect();
    (!line.is_empty()).then_some(line)
}

/// Characters without a width, and marks of direction.
pub(crate) fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// Bytes as windows-1252, which western mail used.
pub(crate) fn western(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| body_char_of_byte(*byte)).collect()
}

fn body_char_of_byte(byte: u8) -> char {
    if (0x80..=0x9f).contains(&byte) { WINDOWS_1252[usize::from(byte - 0x80)] } else { char::from(byte) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_never_reach_the_store() {
        assert_eq!(body("a\r\nb\rc\0d\u{1b}[1m\te\u{c}f\n\n"), "a\nb\nc\u{fffd}d\u{fffd}[1m\te\nf");
        assert_eq!(line(" Ada\t\r\n  Love\0lace ", 40).as_deref(), Some("Ada Lovelace"));
        assert_eq!(line("\u{7}", 40), None);
    }

    #[test]
    fn western_text_under_another_name_is_western() {
        assert_eq!(western(b"na\xefve \x93ok\x94"), "naïve “ok”");
        assert_eq!(body("\u{93}ok\u{94}"), "“ok”");
    }
}
