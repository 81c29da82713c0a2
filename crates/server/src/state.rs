//! The state that all handlers share: the database, the configuration, and the little that is kept in memory only.

use crate::{
    capacity::{Capacity, Streams},
    client_address::TrustedProxies,
    db::Db,
    feed::Feeds,
    rate_limit::RateLimit,
    sign_in_limits::SignIns,
    static_files::StaticFiles,
    visitor_limits::VisitorLimits,
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::sync::watch;

/// The configuration, set at start.
#[derive(Clone, Debug)]
pub struct Config {
    /// `https://…` or `http://…` without a path: the origin the pages are served on. `None`: loopback only.
    pub public_origin: Option<String>,
    /// The proxies whose word on a request's address is believed, with a public origin.
    pub trusted_proxies: TrustedProxies,
    /// How long a deleted note can be restored.
    pub undo_window: Duration,
    /// How often notes past their undo window are purged.
    pub purge_every: Duration,
    /// How often a stream of events sends a heartbeat.
    pub heartbeat: Duration,
    /// How much is taken on at the same time.
    pub capacity: Capacity,
    /// The time limit for a request's headers; a connection that sends nothing is closed after it too.
    pub header_time: Duration,
    /// How long a server that is told to stop goes on, so that load balancers see it.
    pub drain_time: Duration,
    /// A connection whose client reads nothing of an answer for this long is closed.
    pub write_time: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            public_origin: None,
            trusted_proxies: TrustedProxies::new(Vec::new()),
            undo_window: Duration::from_secs(12),
            purge_every: Duration::from_secs(2),
            heartbeat: Duration::from_secs(15),
            capacity: Capacity::default(),
            header_time: Duration::from_secs(10),
            drain_time: Duration::ZERO,
            write_time: Duration::from_secs(30),
        }
    }
}

impl Config {
    /// Whether pages are served over TLS: then cookies are `Secure`, and browsers receive `Strict-Transport-Security`.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.public_origin.as_deref().is_some_and(|origin| origin.starts_with("https://"))
    }
}

/// Shared by all requests. Cheap to clone.
#[derive(Clone)]
pub struct State {
    inner: Arc<Inner>,
}

struct Inner {
    db: Db,
    config: Config,
    static_files: StaticFiles,
    wrong_keys: RateLimit,
    sign_ins: SignIns,
    visitor_limits: VisitorLimits,
    streams: Streams,
    feeds: Feeds,
    is_draining: AtomicBool,
    closing: watch::Sender<bool>,
}

impl State {
    #[must_use]
    pub fn new(db: Db, config: Config, static_files: StaticFiles) -> Self {
        let (closing, _) = watch::channel(false);
        let inner = Inner {
            streams: Streams::new(config.capacity),
            wrong_keys: RateLimit::of(&db),
            sign_ins: SignIns::new(&db),
            visitor_limits: VisitorLimits::new(&db),
            db,
            config,
            static_files,
            feeds: Feeds::default(),
            is_draining: AtomicBool::new(false),
            closing,
        };
        Self { inner: Arc::new(inner) }
    }

    #[must_use]
    pub fn db(&self) -> &Db {
        &self.inner.db
    }

    #[must_use]
    pub fn config(&self) -> &Config {
        &self.inner.config
    }

    /// How often a stream of events sends a heartbeat.
    pub(crate) fn heartbeat(&self) -> Duration {
        self.config().heartbeat
    }

    pub(crate) fn static_files(&self) -> &StaticFiles {
        &self.inner.static_files
    }

    /// The rate limit for wrong keys of hosts' back ends.
    pub(crate) fn wrong_keys(&self) -> &RateLimit {
        &self.inner.wrong_keys
    }

    pub(crate) fn sign_ins(&self) -> &SignIns {
        &self.inner.sign_ins
    }

    pub(crate) fn visitor_limits(&self) -> &VisitorLimits {
        &self.inner.visitor_limits
    }

    pub(crate) fn streams(&self) -> &Streams {
        &self.inner.streams
    }

    pub(crate) fn feeds(&self) -> &Feeds {
        &self.inner.feeds
    }

    /// Tells load balancers to send nothing more.
    pub(crate) fn drain(&self) {
        self.inner.is_draining.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_draining(&self) -> bool {
        self.inner.is_draining.load(Ordering::Relaxed)
    }

    /// Ends every stream, since the server is about to stop.
    pub fn close_streams(&self) {
        self.inner.closing.send_replace(true);
    }

    /// Turns true when streams must end. Every open stream watches it.
    #[must_use]
    pub fn closing(&self) -> watch::Receiver<bool> {
        self.inner.closing.subscribe()
    }
}
