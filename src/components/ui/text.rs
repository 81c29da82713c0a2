//! `Text`: user text, unchanged, with its line breaks. Web addresses become links. Never markup. `Excerpt`: its first
//! line, without links.

use crate::strings::names::has_only_visible;
use leptos::prelude::*;
use linkify::{LinkFinder, LinkKind};

/// User text, isolated so that its direction does not affect its surroundings.
#[component]
pub fn Text(#[prop(into)] text: String) -> impl IntoView {
    let mut finder = LinkFinder::new();
    finder.kinds(&[LinkKind::Url]);
    let parts: Vec<AnyView> = finder
        .spans(&text)
        .map(|span| {
            let part = span.as_str().to_owned();
            if span.kind().is_some() && is_plain_address(&part) { link(part) } else { part.into_any() }
        })
        .collect();
    view! { <bdi class="text" dir="auto">{parts}</bdi> }
}

/// The beginning of a user's text, unchanged.
#[component]
pub fn Excerpt(text: String, #[prop(optional)] class: Option<&'static str>) -> impl IntoView {
    view! { <bdi dir="auto" class=class>{text}</bdi> }
}

/// Whether an address reads as where it leads: only HTTP (`javascript:` and others stay text), and no character that
/// turns the text or can't be seen.
fn is_plain_address(address: &str) -> bool {
    let is_http = address.starts_with("https://") || address.starts_with("http://");
    is_http && has_only_visible(address)
}

/// The address is isolated: an override before it in the text does not turn it.
fn link(address: String) -> AnyView {
    let href = address.clone();
    view! { <a href=href target="_blank" rel="noopener noreferrer" dir="ltr">{address}</a> }.into_any()
}
