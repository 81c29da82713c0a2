//! The accept loop with its time limits, the background tasks, and the graceful shutdown.

use crate::{
    client_address::{ClientAddress, Peer},
    connections::{Connections, From},
    error::{Error, Result},
    hyper_refusals::HyperRefusals,
    lingering_close::{IsUnread, Lingering},
    origin, other_processes, purge, search_build,
    state::{Config, State},
};
use axum::{Router, body::Body, extract::Request};
use hyper::body::{Body as _, Incoming};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::{GracefulShutdown, Watcher},
    service::TowerToHyperService,
};
use std::{net::SocketAddr, sync::Arc, time::Duration};
use tokio::net::{TcpListener, TcpStream};
use tokio_io_timeout::TimeoutStream;
use tower::ServiceExt as _;

/// The time that open requests have to finish after a signal to stop.
const DRAIN_TIME: Duration = Duration::from_secs(10);
/// How much of a request's head, or of an answer, a connection keeps in memory beside the answer itself.
const BUFFER_BYTES: usize = 64 * 1024;

/// Serves until the process receives a signal to stop, then lets open requests finish.
///
/// # Errors
/// When connections can't be accepted.
pub async fn serve(listener: TcpListener, app: Router, state: State) -> Result<()> {
    let db = state.db().clone();
    let beside = [
        tokio::spawn(other_processes::follow(db.clone())),
        tokio::spawn(purge::purge_regularly(db.clone(), state.config().purge_every)),
        tokio::spawn(search_build::build_regularly(db.clone())),
    ];
    let _survives = survive_full_files();
    let graceful = GracefulShutdown::new();
    let connections = Connections::new(state.config().capacity);
    let mut told_to_stop = std::pin::pin!(until_drained(&state));
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => {
                    // A connection without a place is closed at once.
                    let Some(place) = connections.admit(whose(peer, state.config())) else { continue };
                    let place = Arc::new(place);
                    let held = Arc::clone(&place);
                    let served = connection(stream, peer, app.clone(), graceful.watcher(), state.config().clone());
                    let task = tokio::spawn(async move {
                        let _held = held;
                        served.await;
                    });
                    place.ends_with(task.abort_handle());
                }
                // Too many open files, or a connection that was closed before it was accepted: both are temporary.
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            },
            () = &mut told_to_stop => break,
        }
    }
    drop(listener);
    tracing::info!("stopping");
    state.close_streams();
    if tokio::time::timeout(DRAIN_TIME, graceful.shutdown()).await.is_err() {
        tracing::warn!("some requests didn't end in time");
    }
    beside.iter().for_each(tokio::task::JoinHandle::abort);
    db.close().await;
    Ok(())
}

fn whose(peer: SocketAddr, config: &Config) -> From {
    let address = ClientAddress(peer.ip());
    let is_proxy = config.public_origin.is_some() && config.trusted_proxies.include(peer.ip());
    if is_proxy { From::Proxy(address) } else { From::Client(address) }
}

async fn connection(stream: TcpStream, peer: SocketAddr, app: Router, watcher: Watcher, config: Config) {
    // Sends small events at once instead of collecting them into larger packets.
    let _ = stream.set_nodelay(true);
    let mut stream = Box::pin(TimeoutStream::new(stream));
    // A client that asks for much and reads nothing would keep the answer in memory.
    stream.as_mut().set_write_timeout_pinned(Some(config.write_time));
    let is_unread = IsUnread::default();
    let lingering = Lingering::new(TokioIo::new(stream), is_unread.clone());
    let header_time = config.header_time;
    let io = HyperRefusals::new(lingering, config, is_unread.clone());
    let service = app.map_request(move |request: Request<Incoming>| {
        // A handler may answer before it has read the body.
        is_unread.set(!request.body().is_end_stream());
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(Peer(peer));
        request
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(header_time)
        .max_buf_size(BUFFER_BYTES)
        .serve_connection(io, TowerToHyperService::new(service));
    // A broken connection needs no action: the client reconnects.
    let _ = watcher.watch(connection).await;
}

/// Waits for a signal to stop, and then until load balancers have seen that no requests should come here.
async fn until_drained(state: &State) {
    told_to_stop().await;
    state.drain();
    tokio::time::sleep(state.config().drain_time).await;
}

async fn told_to_stop() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate()).expect("SIGTERM can be listened for");
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
    }
    #[cfg(not(unix))]
    let _ = tokio::signal::ctrl_c().await;
}

/// At a file size limit the signal SIGXFSZ ends the process unless it is handled. With a handler the write fails, and
/// the request is answered as on a full disk.
#[cfg(unix)]
fn survive_full_files() -> std::io::Result<tokio::signal::unix::Signal> {
    const SIGXFSZ: i32 = 25;
    tokio::signal::unix::signal(tokio::signal::unix::SignalKind::from_raw(SIGXFSZ))
}

#[cfg(not(unix))]
fn survive_full_files() {}

/// Without a public URL of https there is no TLS in front, so the address must be a loopback one.
///
/// # Errors
/// A sentence, when the address is open to other machines.
pub fn check_address(address: SocketAddr, public_origin: Option<&str>) -> Result<()> {
    let is_secure = public_origin.is_some_and(|origin| origin.starts_with("https://"));
    if is_secure || address.ip().to_canonical().is_loopback() {
        return Ok(());
    }
    let why = "Without --public-url https://… the server only listens on this machine (127.0.0.1 or [::1]): \
        passwords and notes would cross the network in the clear.";
    Err(Error::Setup(why.to_owned()))
}

/// The origin of a `--public-url`: scheme, host and port, as browsers write it.
///
/// # Errors
/// A sentence, when it isn't `https://host` or `http://host`.
pub fn public_origin(public_url: &str) -> Result<String> {
    let why = "--public-url must be https:// or http://, a host and perhaps a port, without a path.";
    origin::normal(public_url).ok_or_else(|| Error::Setup(why.to_owned()))
}
