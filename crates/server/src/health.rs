//! What a load balancer asks: whether the process is alive, and whether it should get requests.

use crate::state::State;
use axum::{Router, extract, http::StatusCode, routing::get};
use std::time::Duration;
use tokio::time::timeout;

/// A database that takes longer than this is not ready.
const MOST_TIME: Duration = Duration::from_secs(2);

/// `/healthz` and `/readyz`, for everybody: they say nothing but yes or no.
pub(crate) fn routes() -> Router<State> {
    Router::new().route("/healthz", get(async || "alive\n")).route("/readyz", get(ready))
}

/// 200 when the database can be read and the server is not about to stop. Its schema was brought up to date at start.
async fn ready(extract::State(state): extract::State<State>) -> (StatusCode, &'static str) {
    if state.is_draining() {
        return (StatusCode::SERVICE_UNAVAILABLE, "stopping\n");
    }
    match timeout(MOST_TIME, state.db().answers()).await {
        Ok(Ok(())) => (StatusCode::OK, "ready\n"),
        Ok(Err(_)) | Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n"),
    }
}
