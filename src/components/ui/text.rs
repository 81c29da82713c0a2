//! `Text`: user text, unchanged, with its line breaks. Web addresses become links. Never HTML.

use super::markup::Markup;
use crate::strings::names::has_only_visible;
use leptos::prelude::*;
use linkify::{LinkFinder, LinkKind};

/// Punctuation that closes a quotation or a sentence, as the finder of links knows it in ASCII only.
const CLOSING: &[char] = &[
    '»', '›', '”', '’', '“', '…', '。', '、', '，', '！', '？', '；', '：', '」', '』', '）', '】', '》', '؟', '،', '؛',
];

/// User text, isolated so that its direction does not affect its surroundings. Each line has its own direction, by the
/// style sheet.
#[component]
pub fn Text(#[prop(into)] text: String) -> impl IntoView {
    text_markup(text)
}

/// A user's text, as [`Text`] shows it.
#[must_use]
pub fn text_markup(text: String) -> Markup {
    let mut finder = LinkFinder::new();
    finder.kinds(&[LinkKind::Url]).url_must_have_scheme(false);
    if finder.links(&text).next().is_none() {
        return Markup::isolated("text", text);
    }
    let mut parts = Vec::new();
    for span in finder.spans(&text) {
        let part = span.as_str();
        let address = part.trim_end_matches(CLOSING);
        match span.kind().and_then(|_| target(address)) {
            Some(href) => parts.extend([link(address, href), Markup::Text(part[address.len()..].to_owned())]),
            None => parts.push(Markup::Text(part.to_owned())),
        }
    }
    Markup::of("bdi", "text", parts).with("dir", "auto")
}

/// Where an address leads, if it reads as where it leads: only the web (`javascript:` and others stay text, and so does
/// `file.rs`), and no character that turns the text or can't be seen.
fn target(address: &str) -> Option<String> {
    let after = |start: &str| {
        let rest = address.get(start.len()..).filter(|_| address[..start.len()].eq_ignore_ascii_case(start));
        rest.is_some_and(|rest| rest.starts_with(|c: char| c.is_alphanumeric() || c == '['))
    };
    if !has_only_visible(address) {
        return None;
    }
    if after("https://") || after("http://") {
        return Some(address.to_owned());
    }
    after("www.").then(|| format!("https://{address}"))
}

/// The address is isolated: an override before it in the text does not turn it.
fn link(address: &str, href: String) -> Markup {
    Markup::text("a", "", address)
        .with("href", href)
        .with("target", "_blank")
        .with("rel", "noopener noreferrer")
        .with("dir", "ltr")
}
