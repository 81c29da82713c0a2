//! Reads values from a request's path and headers, in the same way everywhere.

use axum::http::{HeaderMap, header};
use std::str::FromStr;

/// Whether the path is this one or below it.
pub(crate) fn is_under(path: &str, root: &str) -> bool {
    path.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The token of an `Authorization: Bearer` header.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The position in a `Last-Event-ID` header. `Some(None)`: the header is there, but holds no position of this form.
pub(crate) fn last_event_id<T: FromStr>(headers: &HeaderMap) -> Option<Option<T>> {
    let id = headers.get("last-event-id")?;
    Some(id.to_str().ok().and_then(|id| id.trim().parse().ok()))
}
