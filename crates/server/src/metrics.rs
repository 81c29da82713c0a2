//! What is counted for Prometheus. Without [`crate::metrics_server`], nothing is.

use ::metrics::{counter, gauge, histogram};
use std::time::Duration;

pub(crate) const REQUEST_SECONDS: &str = "sidenote_request_seconds";

/// A request was answered. `route`: its template, without anything that was asked for.
pub(crate) fn answered(method: &'static str, route: &str, status: u16, took: Duration) {
    let route = route.to_owned();
    counter!("sidenote_requests_total", "method" => method, "route" => route.clone(), "status" => status.to_string())
        .increment(1);
    histogram!(REQUEST_SECONDS, "method" => method, "route" => route).record(took);
}

/// A change was committed.
pub(crate) fn changed() {
    counter!("sidenote_changes_total").increment(1);
}

/// Streams were woken by a change: of this process (`own`), told by another one (`told`), or found by looking (`found`).
pub(crate) fn woken(by: &'static str) {
    counter!("sidenote_wake_ups_total", "by" => by).increment(1);
}

/// How long deleted text has waited for its removal; zero when there is none.
pub(crate) fn purge_lag(lag: Duration) {
    gauge!("sidenote_purge_lag_seconds").set(lag.as_secs_f64());
}
