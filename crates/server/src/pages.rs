//! Everything that isn't a route of the API: the app's files, the chat page, the explanations of problem codes, and a
//! notice if the app is not built.

mod chat;

use crate::{
    error::Error,
    request_parts::is_under,
    state::State,
    static_files::{File, StaticFiles},
};
use axum::{
    extract,
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use wire::{AppPage, ProblemCode};

const NOT_BUILT: &str = "The Sidenote server is running, but the app isn't built.\n\n\
    Build it with `cargo xtask build` and start the server with `--dist dist`.\n\
    The API is described at /api/v1/openapi.json.\n";

/// Handles every request that isn't for a route of the API.
pub(crate) async fn serve(
    extract::State(state): extract::State<State>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let (files, path) = (state.static_files(), uri.path());
    if ["/api", "/contact", "/inbound", "/embed/v1"].iter().any(|root| is_under(path, root)) {
        return Error::from(ProblemCode::NotFound).into_response();
    }
    let Some(page) = find(files, path) else { return missing(files, &headers) };
    if method != Method::GET && method != Method::HEAD {
        let allow = [(header::ALLOW, "GET,HEAD")];
        return (allow, Error::from(ProblemCode::MethodNotAllowed)).into_response();
    }
    match page {
        Page::Problem(code) => explain(code),
        Page::Chat(slug) => chat::answer(&state, slug, &headers).await.unwrap_or_else(Error::into_response),
        Page::File(file) => file.answer(&headers),
        Page::NotBuilt => text(StatusCode::OK, NOT_BUILT.to_owned()),
    }
}

/// What is at an address.
enum Page<'a> {
    Problem(ProblemCode),
    /// The chat page of the organization with this short name.
    Chat(&'a str),
    File(&'a File),
    NotBuilt,
}

fn find<'a>(files: &'a StaticFiles, path: &'a str) -> Option<Page<'a>> {
    if is_under(path, "/problems") {
        return path.strip_prefix("/problems/")?.parse().ok().map(Page::Problem);
    }
    let is_page = AppPage::at(path).is_some();
    let chat = chat::slug(path);
    if files.is_empty() {
        return (is_page || chat.is_some()).then_some(Page::NotBuilt);
    }
    let page = || if is_page { files.page() } else { None };
    chat.map(Page::Chat).or_else(|| files.find(path).or_else(page).map(Page::File))
}

/// 404: for somebody who follows a link the app's page, which says so; else a problem.
fn missing(files: &StaticFiles, asked: &HeaderMap) -> Response {
    let wants_page = asked.get_all(header::ACCEPT).iter().any(|line| line.to_str().is_ok_and(wants_html));
    let mut asked = asked.clone();
    // The page is known, this address is not.
    asked.remove(header::IF_NONE_MATCH);
    let page = files.page().filter(|_| wants_page).map(|page| page.answer(&asked));
    let mut response = page.unwrap_or_else(|| Error::from(ProblemCode::NotFound).into_response());
    *response.status_mut() = StatusCode::NOT_FOUND;
    response.headers_mut().remove(header::ETAG);
    response.headers_mut().append(header::VARY, HeaderValue::from_static("accept"));
    response
}

fn wants_html(accept: &str) -> bool {
    accept.split(',').any(|kind| kind.split(';').next().is_some_and(|kind| kind.trim() == "text/html"))
}

/// `/problems/<code>`: the page that a problem's `type` links to.
fn explain(code: ProblemCode) -> Response {
    let again =
        if code.retryable() { "The same request may succeed later." } else { "Repeating the request changes nothing." };
    text(StatusCode::OK, format!("{}\n\n{}\nStatus {}. {again}\n", code.into_str(), code.title(), code.status()))
}

fn text(status: StatusCode, text: String) -> Response {
    let kind = [(header::CONTENT_TYPE, "text/plain; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")];
    (status, kind, text).into_response()
}
