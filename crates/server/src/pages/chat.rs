//! The contact's page: `/chat/{org}`, with the organization's name in the HTML, before any script runs.

use crate::{
    error::{Error, Result},
    orgs,
    state::State,
    static_files::{CHAT_TEMPLATE, File},
};
use axum::{
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
};
use wire::{ProblemCode, characters::is_bidi_control};

/// The page for a slug without an organization.
const NOBODY: &str = "chat/nobody.html";
/// The placeholder for the organization's name.
const NAME: &str = "{organization}";

/// The slug in the path of a chat: `""` where the path has none. `None`: it is not the path of a chat.
pub(super) fn slug(path: &str) -> Option<&str> {
    let rest = path.strip_prefix("/chat")?;
    let slug = rest.strip_prefix('/').or_else(|| rest.is_empty().then_some(rest))?;
    let slug = slug.strip_suffix('/').unwrap_or(slug);
    (!slug.contains(['/', '.'])).then_some(slug)
}

/// The page of an organization; for an unknown slug a page that says so, with 404.
pub(super) async fn answer(state: &State, slug: &str, asked: &HeaderMap) -> Result<Response> {
    let files = state.static_files();
    let name = orgs::name_by_slug(&mut state.db().read().await?, slug).await?;
    let Some(name) = name else {
        let page = files.file(NOBODY).ok_or_else(|| Error::from(ProblemCode::NotFound))?;
        let mut response = page.answer(asked);
        if response.status() == StatusCode::OK {
            *response.status_mut() = StatusCode::NOT_FOUND;
        }
        return Ok(response);
    };
    let page = files.file(CHAT_TEMPLATE).ok_or_else(|| Error::from(ProblemCode::NotFound))?;
    let Ok(template) = std::str::from_utf8(&page.plain) else { return Ok(StatusCode::NOT_FOUND.into_response()) };
    let filled = template.replace(NAME, &escaped(&undirected(&name)));
    Ok(File::new(CHAT_TEMPLATE, filled.into(), None).answer(asked))
}

/// A name without the characters that turn a text: the page's title isolates it with two of them.
fn undirected(name: &str) -> String {
    name.chars().filter(|c| !is_bidi_control(*c)).collect()
}

/// Escapes a text for HTML, in an element or an attribute.
fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            other => html.push(other),
        }
    }
    html
}
