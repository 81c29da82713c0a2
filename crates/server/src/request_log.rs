//! What is logged and counted of each request: an id that all of its lines have, its route, and its answer's status. Never
//! its address, which may hold what somebody searched for.

use crate::metrics;
use axum::{
    extract::{MatchedPath, Request},
    http::{HeaderName, Method},
    middleware::Next,
    response::Response,
};
use tokio::time::Instant;
use tracing::Instrument as _;
use uuid::Uuid;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// The most characters of an id that a proxy gives.
const LONGEST_ID: usize = 64;
/// The route of what is no route: files, pages, and what is not found.
const FILES: &str = "/*";

/// Gives the request an id, a proxy's or a new one, and says how it was answered. The answer has no id: what a contact gets
/// tells nothing but what they asked for.
pub(crate) async fn log(request: Request, next: Next) -> Response {
    let id = given(&request).unwrap_or_else(|| Uuid::now_v7().simple().to_string());
    let method = word(request.method());
    let route = request.extensions().get::<MatchedPath>().map_or(FILES, MatchedPath::as_str).to_owned();
    let span = tracing::info_span!("request", %id, method, route);
    async move {
        let began = Instant::now();
        let response = next.run(request).await;
        let (status, took) = (response.status().as_u16(), began.elapsed());
        tracing::debug!(status, microseconds = u64::try_from(took.as_micros()).unwrap_or(u64::MAX), "answered");
        metrics::answered(method, &route, status, took);
        response
    }
    .instrument(span)
    .await
}

/// The id that a proxy has given the request, if it can be one.
fn given(request: &Request) -> Option<String> {
    let id = request.headers().get(REQUEST_ID)?.to_str().ok()?;
    let is_one = (1..=LONGEST_ID).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    is_one.then(|| id.to_owned())
}

/// Clients can invent methods: those would be figures without end.
fn word(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}
