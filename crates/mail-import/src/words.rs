//! Encoded words, RFC 2047: text of any character set in header fields (`=?utf-8?q?Caf=C3=A9?=`).
//!
//! Mailers break the rules in ways that lose characters: a character divided between two words, base64 without its
//! padding, spaces inside a word, names of character sets that no standard has. Neighbouring words are joined before
//! they are decoded, and each run becomes one word of UTF-8, which mail-parser reads.

use crate::{charset, transfer};
use data_encoding::BASE64;

/// Of one word. RFC 2047 allows 75 bytes; some mailers write a whole subject as one word.
const MAX_WORD: usize = 8 * 1024;

/// The field with each run of words as one word of UTF-8.
pub(crate) fn normalized(field: &str) -> String {
    rewritten(field, |text| format!("=?utf-8?b?{}?=", BASE64.encode(text.as_bytes())))
}

/// The field with its words decoded.
pub(crate) fn decoded(field: &str) -> String {
    rewritten(field, |text| text)
}

fn rewritten(field: &str, written: impl Fn(String) -> String) -> String {
    let mut out = String::with_capacity(field.len());
    let mut rest = field;
    while let Some(at) = rest.find("=?") {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let Some((first, mut after)) = word(rest) else {
            out.push_str("=?");
            rest = &rest[2..];
            continue;
        };
        let mut run = vec![first];
        while let Some((next, behind)) = word(after.trim_start()) {
            run.push(next);
            after = behind;
        }
        let text = text_of(run);
        if !text.is_empty() {
            out.push_str(&written(text));
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

struct Word<'a> {
    charset: &'a str,
    /// The letter of the encoding, in lower case, and the text in it.
    encoding: char,
    encoded: &'a str,
}

/// The words of one character set are decoded together, since a character may be divided between them.
fn text_of(run: Vec<Word<'_>>) -> String {
    let mut texts = String::new();
    for words in run.chunk_by(|a, b| a.charset.eq_ignore_ascii_case(b.charset)) {
        let apart: Vec<u8> = words.iter().flat_map(Word::bytes).collect();
        let is_base64 = words.iter().all(|word| word.encoding == 'b');
        // Some mailers divide the base64 itself.
        let joined = || transfer::base64(words.iter().map(|word| word.encoded).collect::<String>().as_bytes());
        let bytes = if is_base64 && std::str::from_utf8(&apart).is_err() {
            Some(joined()).filter(|joined| std::str::from_utf8(joined).is_ok()).unwrap_or(apart)
        } else {
            apart
        };
        texts.push_str(&charset::decoded(Some(words[0].charset), &bytes));
    }
    texts
}

impl Word<'_> {
    fn bytes(&self) -> Vec<u8> {
        match self.encoding {
            'b' => transfer::base64(self.encoded.as_bytes()),
            _ => transfer::quoted_printable(self.encoded.replace(['_', ' '], "=20").as_bytes()),
        }
    }
}

/// The word at the beginning of `text`, and the text after it.
fn word(text: &str) -> Option<(Word<'_>, &str)> {
    let within = &text[..text.floor_char_boundary(MAX_WORD)];
    let mut parts = within.strip_prefix("=?")?.splitn(3, '?');
    let (charset, encoding, rest) = (parts.next()?, parts.next()?, parts.next()?);
    if charset.is_empty() || !charset.bytes().all(|byte| byte.is_ascii_graphic()) {
        return None;
    }
    let start = within.len() - rest.len();
    let end = rest.find("?=")?;
    let encoding = match encoding {
        "b" | "B" => 'b',
        "q" | "Q" => 'q',
        _ => return None,
    };
    // A language may follow: RFC 2231, section 5.
    let charset = charset.split('*').next().unwrap_or_default();
    Some((Word { charset, encoding, encoded: &rest[..end] }, &text[start + end + 2..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_divided_between_two_words_is_one() {
        for field in [
            "=?UTF-8?Q?Caf=C3?= =?UTF-8?Q?=A9?=",
            "=?UTF-8?Q?Caf=C3?=\t =?utf-8?B?qQ==?=",
            "=?UTF-8?B?Q2Fmw6k?=",
            "=?UTF-8?B?Q2Fmw6?= =?UTF-8?B?k=?=",
            "=?UTF-8?B?Q2F?= =?UTF-8?B?mw6k?=",
            "=?utf8?q?Caf=C3=A9?=",
            "=?UTF-8*fr?Q?Caf=C3=A9?=",
            "=?us-ascii?Q?Caf=C3=A9?=",
            "=?UTF-8?Q?Caf?==?UTF-8?Q?=C3=A9?=",
            "=?iso-8859-1?Q?Caf=E9?=",
        ] {
            assert_eq!(decoded(field), "Café", "{field}");
        }
        assert_eq!(decoded("=?big5-hkscs?B?pKQ=?= =?big5?B?pOU=?="), "中文");
        assert_eq!(decoded("=?UTF-8?Q?a_b c?= d"), "a b c d");
    }

    #[test]
    fn what_is_no_word_stays() {
        for field in ["a =? b ?=", "=?utf-8?x?y?=", "=?utf-8?q?unclosed", "1 =?2 ?= 3", "=??q?a?=", "=?", "=?a?b"] {
            assert_eq!(decoded(field), field);
        }
    }

    #[test]
    fn words_for_the_parser_are_of_utf_8() {
        assert_eq!(normalized("=?hz-gb-2312?Q?~{VPND~}?= <a@b>"), "=?utf-8?b?5Lit5paH?= <a@b>");
    }
}
