//! Layers that every request passes: the origin check, and the security headers of every answer.

use crate::{
    content_policy::POLICY,
    error::{Error, Result},
    origin,
    request_parts::{bearer, is_under},
    session,
    state::{Config, State},
};
use axum::{
    extract::{self, Request},
    http::{HeaderMap, HeaderName, HeaderValue, Method, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use wire::ProblemCode;

const HEADERS: [(HeaderName, &str); 6] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=(), payment=(), usb=()"),
];

/// Adds the security headers to every answer.
pub(crate) async fn headers(extract::State(state): extract::State<State>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let keeps_nothing = ["/api", "/contact", "/embed"].iter().any(|root| is_under(path, root));
    let mut response = next.run(request).await;
    add_headers(response.headers_mut(), state.config());
    if keeps_nothing {
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}

/// Adds the headers that every answer has. A page may have a policy of its own.
pub(crate) fn add_headers(headers: &mut HeaderMap, config: &Config) {
    for (name, value) in HEADERS {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if config.is_secure() {
        let value = HeaderValue::from_static("max-age=31536000; includeSubDomains");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, value);
    }
}

/// Refuses changes that a page of another site requests (cross-site request forgery): with the session cookie, or without
/// one at the cost of the reader's rate limits. Nothing is counted before this.
pub(crate) async fn same_origin(
    extract::State(state): extract::State<State>,
    request: Request,
    next: Next,
) -> Response {
    match check_origin(&request, state.config()) {
        Ok(()) => next.run(request).await,
        Err(error) => error.into_response(),
    }
}

fn check_origin(request: &Request, config: &Config) -> Result<()> {
    let headers = request.headers();
    let path = request.uri().path();
    let is_change = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if !is_change || !["/api", "/contact", "/embed"].iter().any(|root| is_under(path, root)) {
        return Ok(());
    }
    let is_for_agents = is_under(path, "/api");
    // The widget runs in pages of other sites. No browser sends its token by itself, and a cookie beside one is ignored.
    if is_for_agents && bearer(headers).is_some() && path != wire::paths::SESSION {
        return Ok(());
    }
    let site = headers.get("sec-fetch-site").map(|site| site == "same-origin");
    let origin = headers.get(header::ORIGIN).map(|origin| is_ours(origin, headers, config));
    let comes_from_us = site.or(origin);
    // Only the agents' API accepts the cookie.
    let has_cookie = is_for_agents && session::cookie(headers, config).is_some();
    let is_marked = headers.get("x-sidenote").is_some_and(|value| value == "1");
    // Without a cookie there is no session to abuse. A request that is known to come from another site is refused even
    // so: it could sign the reader in as somebody else, or use up what the reader's address may do.
    let allowed = if has_cookie { comes_from_us == Some(true) && is_marked } else { comes_from_us != Some(false) };
    if allowed { Ok(()) } else { Err(Error::from(ProblemCode::CrossSite)) }
}

/// Whether an origin is the server's own: the public one, or, without it, the local machine under the requested host
/// name.
fn is_ours(given: &HeaderValue, headers: &HeaderMap, config: &Config) -> bool {
    let Ok(given) = given.to_str() else { return false };
    if let Some(public) = &config.public_origin {
        return given == public;
    }
    let Some(host) = headers.get(header::HOST).and_then(|host| host.to_str().ok()) else { return false };
    origin::is_local(host) && origin::of_host("http", host).as_deref() == Some(given)
}
