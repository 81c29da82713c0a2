//! `Text`: user text, unchanged, with its line breaks. Web addresses become links. Never markup.

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
            // Only HTTP addresses: `javascript:` and others stay text.
            let is_link = span.kind().is_some() && (part.starts_with("https://") || part.starts_with("http://"));
            if is_link {
                view! { <a href=part.clone() target="_blank" rel="noopener noreferrer">{part.clone()}</a> }.into_any()
            } else {
                part.into_any()
            }
        })
        .collect();
    view! { <bdi class="text" dir="auto">{parts}</bdi> }
}
