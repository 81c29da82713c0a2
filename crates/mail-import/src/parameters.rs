//! Content-Type and Content-Disposition: a value and its parameters, RFC 2045 and RFC 2231.
//!
//! Read as leniently as mailers write them: a semicolon or a quotation mark may be missing, values may hold spaces,
//! encoded words or 8-bit text, and continuations may be numbered in any order.

use crate::{charset, limits::MAX_WORDS, words};
use std::collections::BTreeMap;

pub(crate) struct Field {
    /// In lower case, without comments.
    pub(crate) value: String,
    parameters: Vec<(String, String)>,
}

impl Field {
    pub(crate) fn read(text: &str) -> Self {
        let text = text.trim_start_matches([';', ' ', '\t', ',']);
        let (value, rest) = value(text);
        let mut written = Vec::new();
        let mut rest = rest;
        while let Some((name, value, after)) = parameter(rest) {
            written.push((name, value));
            rest = after;
            if written.len() == MAX_WORDS {
                break;
            }
        }
        Self { value, parameters: continued(written) }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let found = self.parameters.iter().find(|(known, value)| known == name && !value.is_empty());
        found.map(|(_, value)| value.as_str())
    }
}

/// The value before the parameters, and those. `multipart/mixed boundary="b"`: a semicolon is missing.
fn value(text: &str) -> (String, &str) {
    let end = text.find(';').unwrap_or(text.len());
    let within = &text[..end];
    let missing = within.find('=').map(|equals| within[..equals].trim_end().rfind([' ', '\t']).map_or(0, |at| at + 1));
    let (value, rest) = text.split_at(missing.unwrap_or(end));
    let value = without_comments(value).trim_matches(|c: char| c.is_whitespace() || "\"',".contains(c)).to_lowercase();
    (value, rest)
}

pub(crate) fn without_comments(text: &str) -> String {
    let mut depth = 0_usize;
    let outside = |c: &char| {
        depth = match c {
            '(' => depth + 1,
            ')' if depth > 0 => {
                depth -= 1;
                return false;
            }
            _ => depth,
        };
        depth == 0
    };
    text.chars().filter(outside).collect()
}

/// The next parameter: its name in lower case, its value, and what follows.
fn parameter(text: &str) -> Option<(String, String, &str)> {
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches([';', ' ', '\t', ',']);
        let end = rest.find(['=', ';'])?;
        if rest[end..].starts_with('=') {
            // `charset utf-8; x=y`: what has no sign of equality is skipped.
            let name = rest[..end].split_whitespace().last().unwrap_or_default().to_lowercase();
            let (value, after) = parameter_value(rest[end + 1..].trim_start());
            return Some((name, value, after));
        }
        rest = &rest[end + 1..];
    }
}

fn parameter_value(text: &str) -> (String, &str) {
    if let Some(quoted) = text.strip_prefix('"') {
        return quoted_value(quoted);
    }
    let end = text.find(';').unwrap_or(text.len());
    // `boundary=b charset=x`: the next parameter begins in the middle. A value may hold spaces otherwise.
    let next = text[..end].match_indices([' ', '\t']).map(|(at, _)| at).find(|at| {
        let after = text[*at..end].trim_start();
        let name = after.split('=').next().unwrap_or_default();
        name.len() < after.len()
            && !name.is_empty()
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-*_".contains(&b))
    });
    let (value, after) = text.split_at(next.unwrap_or(end));
    (value.trim().trim_matches('\'').to_owned(), after)
}

fn quoted_value(text: &str) -> (String, &str) {
    let mut value = String::new();
    let mut characters = text.char_indices();
    while let Some((at, c)) = characters.next() {
        match c {
            '"' => return (value, &text[at + 1..]),
            '\\' => value.extend(characters.next().map(|(_, escaped)| escaped)),
            _ => value.push(c),
        }
    }
    // Nothing closes it: it ends where the next parameter begins.
    let end = text.find(';').unwrap_or(text.len());
    (text[..end].trim_end().to_owned(), &text[end..])
}

/// A parameter of RFC 2231 before it is decoded.
struct Joined {
    name: String,
    label: Option<String>,
    bytes: Vec<u8>,
}

/// Joins the pieces of RFC 2231 (`name*0*=utf-8''a; name*1=b`), and decodes encoded words in the others.
fn continued(written: Vec<(String, String)>) -> Vec<(String, String)> {
    let mut plain = Vec::new();
    let mut pieces: BTreeMap<(String, u32), (bool, String)> = BTreeMap::new();
    for (name, value) in written {
        let Some((base, section)) = name.split_once('*') else {
            plain.push((name, words::decoded(&value)));
            continue;
        };
        let (number, is_encoded) = match section.strip_suffix('*') {
            Some(number) => (number, true),
            None => (section, section.is_empty()),
        };
        pieces.entry((base.to_owned(), number.parse().unwrap_or(0))).or_insert((is_encoded, value));
    }
    let mut joined: Vec<Joined> = Vec::new();
    for ((base, _), (is_encoded, value)) in pieces {
        let is_first = joined.last().is_none_or(|before| before.name != base);
        let (label, text) = match value.splitn(3, '\'').collect::<Vec<_>>()[..] {
            [label, _, text] if is_first && is_encoded => (Some(label.to_owned()), text.to_owned()),
            _ => (None, value),
        };
        let bytes = if is_encoded { percent_decoded(&text) } else { text.into_bytes() };
        match joined.last_mut() {
            Some(before) if !is_first => before.bytes.extend(bytes),
            _ => joined.push(Joined { name: base, label, bytes }),
        }
    }
    // RFC 2231 comes first where a mailer writes both forms.
    let decoded = joined.into_iter().map(|Joined { name, label, bytes }| {
        let label = label.filter(|label| !label.is_empty());
        (name, words::decoded(&charset::decoded(label.as_deref(), &bytes)))
    });
    decoded.chain(plain).collect()
}

fn percent_decoded(text: &str) -> Vec<u8> {
    let (mut bytes, mut rest) = (Vec::with_capacity(text.len()), text.as_bytes());
    while let [byte, after @ ..] = rest {
        let hex = after.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        let value = hex.filter(|_| *byte == b'%').and_then(|hex| u8::from_str_radix(hex, 16).ok());
        bytes.push(value.unwrap_or(*byte));
        rest = if value.is_some() { &after[2..] } else { after };
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_sign_loses_nothing() {
        for text in [
            "multipart/mixed; boundary=\"b\"",
            "multipart/mixed boundary=\"b\"",
            "multipart/mixed boundary=b charset=x",
            "Multipart/Mixed;; Boundary = b",
            "multipart/mixed; charset=utf-8 boundary=b",
            "multipart/mixed (comment); boundary=\"b",
            "multipart/mixed; boundary*=us-ascii''b",
            "\"multipart/mixed\"; nonsense; boundary=b;",
        ] {
            let field = Field::read(text);
            assert_eq!((field.value.as_str(), field.get("boundary")), ("multipart/mixed", Some("b")), "{text}");
        }
        assert_eq!(Field::read("").value, "");
        assert_eq!(Field::read("attachment; filename=My file (1).pdf; x=y").get("filename"), Some("My file (1).pdf"));
    }

    #[test]
    fn names_are_read_in_every_form() {
        for text in [
            "a; filename=\"Café.pdf\"",
            "a; filename=\"=?utf-8?q?Caf=C3=A9.pdf?=\"",
            "a; filename==?utf-8?q?Caf=C3?= =?utf-8?q?=A9.pdf?=",
            "a; filename*=UTF-8''Caf%C3%A9.pdf",
            "a; filename*=ISO-8859-1'fr'Caf%e9.pdf; filename=Cafe.pdf",
            "a; filename*1*=%A9.pdf; filename*0*=utf-8''Caf%C3",
            "a; filename*0=\"Café\"; filename*1=\".pdf\"",
            "a; filename*=cp1252''Caf%E9.pdf",
        ] {
            assert_eq!(Field::read(text).get("filename"), Some("Café.pdf"), "{text}");
        }
    }
}
