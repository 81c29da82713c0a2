//! Figures for Prometheus, on an address of their own. Without one, nothing is counted.

use crate::{
    error::{Error, Result},
    metrics::REQUEST_SECONDS,
    state::State,
};
use ::metrics::gauge;
use axum::{Router, routing::get};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use std::{net::SocketAddr, time::Duration};
use tokio::{net::TcpListener, task::JoinHandle};

const BUCKETS: [f64; 11] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];
/// How often the histograms are tidied up.
const UPKEEP_EVERY: Duration = Duration::from_secs(5);

/// Begins to count, and serves the figures as `/metrics`.
///
/// # Errors
/// When the address can't be listened on.
pub(crate) async fn serve(address: SocketAddr, state: State) -> Result<JoinHandle<()>> {
    let cannot = |error: &dyn std::fmt::Display| Error::Setup(format!("Can't give figures on {address}: {error}."));
    let recorder = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Full(REQUEST_SECONDS.to_owned()), &BUCKETS)
        .map_err(|error| cannot(&error))?
        .build_recorder();
    let handle = recorder.handle();
    ::metrics::set_global_recorder(recorder).map_err(|error| cannot(&error))?;
    let listener = TcpListener::bind(address).await.map_err(|error| cannot(&error))?;
    tracing::info!(address = %listener.local_addr()?, "figures for Prometheus");
    let upkeep = handle.clone();
    let figures = Router::new().route("/metrics", get(async move || figures(&handle, &state)));
    Ok(tokio::spawn(async move {
        let tidy = async {
            loop {
                tokio::time::sleep(UPKEEP_EVERY).await;
                upkeep.run_upkeep();
            }
        };
        tokio::select! {
            _ = axum::serve(listener, figures).into_future() => {}
            () = tidy => {}
        }
    }))
}

/// The figures as text. What is there at the moment is read now.
fn figures(handle: &PrometheusHandle, state: &State) -> String {
    let (agents, visitors) = state.streams().open();
    gauge!("sidenote_streams", "of" => "agents").set(as_number(agents));
    gauge!("sidenote_streams", "of" => "visitors").set(as_number(visitors));
    for (pool, size, idle) in state.db().connections() {
        gauge!("sidenote_database_connections", "pool" => pool).set(as_number(size));
        gauge!("sidenote_database_connections_idle", "pool" => pool).set(as_number(idle));
    }
    handle.render()
}

/// Counts are far below 2⁵³.
#[expect(clippy::cast_precision_loss)]
fn as_number(count: usize) -> f64 {
    count as f64
}
