//! Everything that isn't a route of the API: the app's files, the chat page, the explanations of problem codes, and a
//! notice if the app is not built.

mod chat;

use crate::{error::Error, request_parts::is_under, state::State};
use axum::{
    extract,
    http::{HeaderMap, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use wire::ProblemCode;

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
    if method != Method::GET && method != Method::HEAD {
        return Error::from(ProblemCode::MethodNotAllowed).into_response();
    }
    if is_under(path, "/problems") {
        return explain(path);
    }
    if let Some(slug) = chat::slug(path).filter(|_| !files.is_empty()) {
        return chat::answer(&state, slug, &headers).await.unwrap_or_else(Error::into_response);
    }
    match files.find(path) {
        Some(file) => file.answer(&headers),
        None if files.is_empty() => text(StatusCode::OK, NOT_BUILT.to_owned()),
        None => Error::from(ProblemCode::NotFound).into_response(),
    }
}

/// `/problems/<code>`: the page that a problem's `type` links to.
fn explain(path: &str) -> Response {
    let code = path.strip_prefix("/problems/").and_then(|code| code.parse::<ProblemCode>().ok());
    let Some(code) = code else { return Error::from(ProblemCode::NotFound).into_response() };
    let again =
        if code.retryable() { "The same request may succeed later." } else { "Repeating the request changes nothing." };
    text(StatusCode::OK, format!("{}\n\n{}\nStatus {}. {again}\n", code.into_str(), code.title(), code.status()))
}

fn text(status: StatusCode, text: String) -> Response {
    let kind = [(header::CONTENT_TYPE, "text/plain; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")];
    (status, kind, text).into_response()
}
