//! Content transfer encodings, RFC 2045: base64 and quoted-printable, also where a mailer or a list broke them.

use crate::{parameters::without_comments, uuencode};
use data_encoding::{Encoding as Base, Specification};
use quoted_printable::ParseMode;
use std::{borrow::Cow, sync::LazyLock};

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    None,
    Base64,
    QuotedPrintable,
    Uuencode,
}

impl Encoding {
    /// By the field's value, without comments, quotes and signs: `"base64"`, `Base-64 (binary)`, `quoted_printable;`.
    pub(crate) fn named(field: &str) -> Self {
        let name: String = without_comments(field)
            .split([';', ','])
            .find(|part| !part.trim().is_empty())
            .unwrap_or_default()
            .to_lowercase();
        let letters: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
        match letters.trim_start_matches('x') {
            "base64" | "b64" => Self::Base64,
            "quotedprintable" | "quoted" | "printable" | "qp" => Self::QuotedPrintable,
            "uuencode" | "uue" | "uuencoded" | "uu" => Self::Uuencode,
            _ => Self::None,
        }
    }
}

/// A body without its encoding.
pub(crate) struct Body<'a> {
    pub(crate) bytes: Cow<'a, [u8]>,
    /// Clear text below the encoded one: the footer of a mailing list.
    pub(crate) footer: &'a [u8],
}

/// `None`: it isn't encoded as it says.
pub(crate) fn decoded(body: &[u8], encoding: Encoding) -> Option<Body<'_>> {
    let (bytes, footer): (Cow<'_, [u8]>, &[u8]) = match encoding {
        Encoding::None => (body.into(), &[]),
        Encoding::Base64 => {
            let (encoded, footer) = before_clear_text(body);
            let bytes = base64(encoded);
            if bytes.is_empty() && !body.trim_ascii().is_empty() {
                return None;
            }
            (bytes.into(), footer)
        }
        Encoding::QuotedPrintable => (quoted_printable(body).into(), &[]),
        Encoding::Uuencode => (uuencode::decoded(body)?.into(), &[]),
    };
    Some(Body { bytes, footer })
}

/// The lines of base64, and the clear text after them: from the first line that has another character, or that follows
/// the padding and is no whole number of quanta.
fn before_clear_text(body: &[u8]) -> (&[u8], &[u8]) {
    let (mut at, mut is_padded) = (0, false);
    for line in body.split_inclusive(|byte| *byte == b'\n') {
        let data = line.trim_ascii();
        let is_base64 = data.iter().all(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(byte));
        if !is_base64 || (is_padded && !data.len().is_multiple_of(4)) {
            return (&body[..at], body[at..].trim_ascii());
        }
        is_padded |= data.ends_with(b"=");
        at += line.len();
    }
    (body, &[])
}

/// The bytes of all data in the base64 alphabet. Padding may be missing, or stand in the middle.
pub(crate) fn base64(encoded: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(encoded.len() / 4 * 3);
    for data in encoded.split(|byte| *byte == b'=') {
        let mut data: Vec<u8> =
            data.iter().copied().filter(|byte| byte.is_ascii_alphanumeric() || b"+/".contains(byte)).collect();
        // A single character holds no whole byte.
        data.truncate(data.len() - usize::from(data.len() % 4 == 1));
        bytes.extend(UNPADDED.decode(&data).unwrap_or_default());
    }
    bytes
}

/// Without padding, and without a check of the bits that it leaves.
static UNPADDED: LazyLock<Base> = LazyLock::new(|| {
    let mut rules = Specification::new();
    rules.symbols.push_str("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
    rules.check_trailing_bits = false;
    rules.encoding().expect("these are 64 symbols")
});

/// What is no valid sequence stays as it is.
pub(crate) fn quoted_printable(body: &[u8]) -> Vec<u8> {
    let bytes = quoted_printable::decode(body, ParseMode::Robust).unwrap_or_else(|_| body.to_vec());
    if body.windows(2).any(|pair| pair == b"\r\n") {
        return bytes;
    }
    // The library writes the line ends of the standard.
    let mut lines = bytes.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let mut joined = Vec::with_capacity(bytes.len());
    joined.extend_from_slice(lines.next().unwrap_or_default());
    lines.for_each(|line| joined.extend([b"\n", line].concat()));
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_mailers_write_them() {
        for name in ["base64", "BASE64", "\"base64\"", " base64 (binary data)", "(c) base64", "base64;", "x-base64"] {
            assert!(Encoding::named(name) == Encoding::Base64, "{name}");
        }
        for name in ["quoted-printable", "'Quoted-Printable'", "quoted_printable", "quoted-printable; x=y"] {
            assert!(Encoding::named(name) == Encoding::QuotedPrintable, "{name}");
        }
        for name in ["", "7bit", "8bit", "binary", "unknown"] {
            assert!(Encoding::named(name) == Encoding::None, "{name}");
        }
    }

    #[test]
    fn base64_is_read_without_and_with_padding_anywhere() {
        for encoded in ["Q2Fmw6k=", "Q2Fmw6k", "Q2Fm\r\nw6k=\r\n", "Qw==YWbDqQ==", "Q2 Fm*w6k"] {
            assert_eq!(base64(encoded.as_bytes()), "Café".as_bytes(), "{encoded}");
        }
    }

    #[test]
    fn clear_text_below_base64_is_a_footer() {
        let body = decoded(b"TXkgb3JkZXIgbmV2ZXIgY2FtZS4K\n\n_____\nlist@x.test\n", Encoding::Base64).unwrap();
        assert_eq!((&*body.bytes, body.footer), (&b"My order never came.\n"[..], &b"_____\nlist@x.test"[..]));
        let body = decoded(b"Q2Fmw6k=\n\nUnsubscribe\n", Encoding::Base64).unwrap();
        assert_eq!((&*body.bytes, body.footer), ("Café".as_bytes(), &b"Unsubscribe"[..]));
        assert!(decoded(b"Not base64 at all.\n", Encoding::Base64).is_none());
    }

    #[test]
    fn broken_sequences_of_quoted_printable_stay() {
        for (body, text) in [("a=3Db=\nc", "a=bc"), ("100 =% sure", "100 =% sure"), ("a=C3=A9=", "aé"), ("x=4", "x=4")]
        {
            assert_eq!(String::from_utf8(quoted_printable(body.as_bytes())).unwrap(), text, "{body}");
        }
    }
}
