//! `Text`: user text, unchanged, with its line breaks. Web addresses become links. Never markup. `Excerpt`: its first
//! line, without links.

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
    let mut finder = LinkFinder::new();
    finder.kinds(&[LinkKind::Url]).url_must_have_scheme(false);
    let parts: Vec<AnyView> = finder
        .spans(&text)
        .map(|span| {
            let part = span.as_str();
            let address = part.trim_end_matches(CLOSING);
            match span.kind().and_then(|_| target(address)) {
                Some(href) => (link(address.to_owned(), href), part[address.len()..].to_owned()).into_any(),
                None => part.to_owned().into_any(),
            }
        })
        .collect();
    view! { <bdi class="text" dir="auto">{parts}</bdi> }
}

/// The beginning of a user's text, unchanged.
#[component]
pub fn Excerpt(text: String, #[prop(optional)] class: Option<&'static str>) -> impl IntoView {
    view! { <bdi dir="auto" class=class>{text}</bdi> }
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
fn link(address: String, href: String) -> AnyView {
    view! { <a href=href target="_blank" rel="noopener noreferrer" dir="ltr">{address}</a> }.into_any()
}
