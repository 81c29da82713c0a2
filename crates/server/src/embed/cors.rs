//! The origins whose pages may read the agents' API: those on the list of an organization, for requests with a token.
//! Cookies never count across origins: no answer allows credentials.

use super::origins;
use crate::{
    error::Error,
    origin,
    request_parts::{bearer, is_under},
    state::State,
};
use axum::{
    extract::{self, Request},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use wire::{ProblemCode, paths};

const METHODS: &str = "GET, PUT, POST, PATCH, DELETE";
const HEADERS: &str = "authorization, content-type, if-match, last-event-id, x-sidenote, x-sidenote-agent";
const EXPOSED: &str = "retry-after";
/// How long a browser may cache the preflight answer. A page that is taken off the list meanwhile is still refused, by
/// its token.
const SECONDS: &str = "600";

/// Answers preflight requests, and lets a page of a listed origin read the answers to its requests.
pub(crate) async fn listed_pages(
    extract::State(state): extract::State<State>,
    request: Request,
    next: Next,
) -> Response {
    let path = request.uri().path();
    if !is_under(path, "/api") || path == paths::SESSION {
        return next.run(request).await;
    }
    let origin = request.headers().get(header::ORIGIN).cloned();
    let is_question =
        *request.method() == Method::OPTIONS && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let is_asked = is_question || bearer(request.headers()).is_some();
    let known = match origin.as_ref().filter(|_| is_asked) {
        Some(origin) => is_known(&state, origin).await,
        None => Ok(false),
    };
    let is_listed = matches!(known, Ok(true));
    let mut response = match known {
        Ok(true) if is_question => (StatusCode::NO_CONTENT, answer()).into_response(),
        Ok(_) => next.run(request).await,
        Err(error) => error.into_response(),
    };
    let headers = response.headers_mut();
    headers.append(header::VARY, HeaderValue::from_static("origin"));
    if let Some(origin) = origin.filter(|_| is_listed) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
    }
    response
}

async fn is_known(state: &State, origin: &HeaderValue) -> Result<bool, Error> {
    let Ok(origin) = origin.to_str() else { return Ok(false) };
    origins::is_known(&mut state.db().read().await?, origin).await
}

fn answer() -> HeaderMap {
    [
        (header::ACCESS_CONTROL_ALLOW_METHODS, METHODS),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, HEADERS),
        (header::ACCESS_CONTROL_MAX_AGE, SECONDS),
    ]
    .into_iter()
    .map(|(name, value)| (name, HeaderValue::from_static(value)))
    .collect()
}

/// Checks that a request comes from the origin that its token is for. A browser sends `Origin` with every cross-origin
/// request; a same-origin request without it is recognized by fetch metadata.
pub(crate) fn comes_from(headers: &HeaderMap, origin: &str) -> Result<(), Error> {
    let said = headers.get(header::ORIGIN);
    let is_same = headers.get("sec-fetch-site").is_some_and(|site| site == "same-origin");
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let is_ours = || host.is_some_and(|host| origin::is_of_host(origin, host));
    let allowed = match said {
        Some(said) => said == origin,
        None => is_same && is_ours(),
    };
    if allowed { Ok(()) } else { Err(ProblemCode::CrossSite.into()) }
}
