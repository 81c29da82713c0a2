//! A text of a letter before it is decoded, and what bytes say of themselves.

use crate::{
    charset,
    flowed::{self, Flow},
    html,
    limits::Room,
    mime::{Media, Part},
    text::is_invisible,
    transfer::{Encoding, decoded},
};
use std::borrow::Cow;

/// A text that says nothing is shorter than this, in bytes as they stand.
const SHORT: usize = 4096;
/// A sentence that only says that the letter is HTML has no more characters.
const SENTENCE: usize = 300;

/// Where an HTML page names its character set.
const PAGE_HEAD: usize = 1024;

#[derive(Clone)]
pub(super) struct Source<'a> {
    body: &'a [u8],
    encoding: Encoding,
    charset: Option<String>,
    media: Media,
    flow: Flow,
}

impl<'a> Source<'a> {
    pub(super) fn of(part: &Part<'a>, media: Media) -> Self {
        let is = |name: &str, value: &str| part.kind.get(name).is_some_and(|it| it.eq_ignore_ascii_case(value));
        let flow = match (is("format", "flowed"), is("delsp", "yes")) {
            (true, true) => Flow::WithoutSpace,
            (true, false) => Flow::Flowed,
            _ => Flow::Fixed,
        };
        let charset = part.charset().map(str::to_owned);
        Self { body: part.body, encoding: part.encoding, charset, media, flow }
    }

    pub(super) fn render(&self, room: &mut Room) -> String {
        self.rendered(room.take_text(self.body))
    }

    fn rendered(&self, body: &[u8]) -> String {
        let Some(decoded) = decoded(body, self.encoding) else { return charset::guessed(body) };
        let is_readable = self.encoding == Encoding::None
            || self.charset.as_deref().is_some_and(charset::has_control_bytes)
            || is_text(&decoded.bytes)
            || !is_text(body);
        let bytes = if is_readable { decoded.bytes } else { Cow::Borrowed(body) };
        let in_page = || named_in_page(&bytes).filter(|_| self.media == Media::Html);
        let text = charset::decoded(self.charset.clone().or_else(in_page).as_deref(), &bytes);
        let mut text = match self.media {
            Media::Html => html::to_text(&text),
            _ => flowed::joined(&text, self.flow),
        };
        if is_readable && !decoded.footer.is_empty() {
            text.truncate(text.trim_end().len());
            text.push_str("\n\n");
            text.push_str(&charset::decoded(self.charset.as_deref(), decoded.footer));
        }
        text
    }

    /// Whether it is empty, or only says that there is HTML: then the HTML beside it is the text.
    pub(super) fn says_nothing(&self, html: &[Source<'_>]) -> bool {
        if self.body.len() > SHORT {
            return false;
        }
        let text = self.rendered(self.body);
        if text.chars().all(|c| c.is_whitespace() || c.is_control() || is_invisible(c)) {
            return true;
        }
        let words = text.to_lowercase();
        let says_html = words.len() < SENTENCE && words.contains("html");
        let to_the_reader = ["view", "support", "display", "client", "reader", "browser", "enable", "format"]
            .iter()
            .any(|word| words.contains(word));
        says_html
            && to_the_reader
            && html.iter().any(|html| html.media == Media::Html && html.body.len() > self.body.len())
    }
}

/// The character set that an HTML page names in its head.
fn named_in_page(bytes: &[u8]) -> Option<String> {
    let start = bytes[..bytes.len().min(PAGE_HEAD)].to_ascii_lowercase();
    let at = start.windows(8).position(|word| word == b"charset=")? + 8;
    let name = start[at..].iter().skip_while(|byte| b"\"' ".contains(byte));
    let name: String = name
        .take_while(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(byte))
        .map(|byte| char::from(*byte))
        .collect();
    (!name.is_empty()).then_some(name)
}

/// Whether bytes are a text: no zero, and hardly another control character.
pub(super) fn is_text(bytes: &[u8]) -> bool {
    let is_odd = |byte: &&u8| matches!(byte, 0..=8 | 0x0e..=0x1a | 0x1c..=0x1f | 0x7f);
    let wide = bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff");
    wide || (!bytes.contains(&0) && bytes.iter().filter(is_odd).count() * 20 <= bytes.len())
}

/// Whether a text begins as an HTML document does.
pub(super) fn is_markup(bytes: &[u8]) -> bool {
    let start = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    let start = start[..start.len().min(15)].to_ascii_lowercase();
    [&b"<!doctype html"[..], b"<html>", b"<html ", b"<head>", b"<body>", b"<body "]
        .iter()
        .any(|word| start.starts_with(word))
}
