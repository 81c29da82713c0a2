//! `sidenote-server serve`.

use super::{database::Database, say};
use crate::{
    Config, State, StaticFiles, TrustedProxies,
    capacity::Capacity,
    db::Db,
    demo,
    error::{Error, Result},
    metrics_server, purge, serve, setup,
};
use clap::Args;
use ipnet::IpNet;
use std::{
    io::Write as _,
    net::{IpAddr, SocketAddr},
    path::PathBuf,
    time::Duration,
};
use tokio::net::TcpListener;

#[derive(Debug, Args)]
pub(super) struct Serve {
    #[command(flatten)]
    db: Database,
    /// The address to listen on, e. g. 127.0.0.1:8080; port 0 takes any free one.
    #[arg(long)]
    addr: SocketAddr,
    /// The address browsers use, e. g. https://inbox.example.com, when a proxy with TLS stands in front.
    #[arg(long)]
    public_url: Option<String>,
    /// A proxy in front of the server, or a network of them (10.0.0.0/8), whose `X-Forwarded-For` is believed; may be
    /// given several times. Proxies on this machine are always believed.
    #[arg(long, value_name = "CIDR", requires = "public_url", value_parser = proxy)]
    trusted_proxy: Vec<IpNet>,
    /// The address of /metrics, for Prometheus, e. g. 127.0.0.1:9100. Everybody who can reach it can read it.
    #[arg(long, value_name = "ADDRESS")]
    metrics_addr: Option<SocketAddr>,
    /// When told to stop, go on for so many seconds while /readyz says no: as long as a load balancer takes to see it.
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    drain_seconds: u32,
    /// Fill an empty database with two organizations to try things with. On this machine only.
    #[arg(long)]
    demo: bool,
    /// The directory of the built app.
    #[arg(long)]
    dist: Option<PathBuf>,
    #[arg(long, hide = true, default_value_t = 12_000)]
    undo_window_ms: u64,
    #[arg(long, hide = true, default_value_t = 2_000)]
    purge_ms: u64,
}

impl Serve {
    pub(super) async fn run(self) -> Result<()> {
        let public_origin = self.public_url.as_deref().map(serve::public_origin).transpose()?;
        serve::check_address(self.addr, public_origin.as_deref())?;
        let config_origin = public_origin.clone();
        let config = Config {
            public_origin,
            capacity: Capacity::of_process(),
            trusted_proxies: TrustedProxies::new(self.trusted_proxy),
            drain_time: Duration::from_secs(self.drain_seconds.into()),
            undo_window: Duration::from_millis(self.undo_window_ms),
            purge_every: Duration::from_millis(self.purge_ms.max(10)),
            ..Config::default()
        };
        if self.demo && config.is_secure() {
            return Err(Error::Setup("--demo makes accounts whose password everybody knows: not on https.".to_owned()));
        }
        let static_files = self.dist.as_deref().map_or_else(|| Ok(StaticFiles::embedded()), StaticFiles::read)?;
        let db = self.db.open().await?;
        purge::check_settings(&db).await?;
        db.check_free().await?;
        if self.demo {
            fill_with_demo(&db).await?;
        }
        let state = State::new(db, config, static_files);
        let listener = TcpListener::bind(self.addr).await.map_err(|error| cannot_listen(self.addr, &error))?;
        let address = listener.local_addr()?;
        if let Some(address) = self.metrics_addr {
            metrics_server::serve(address, state.clone()).await?;
        }
        let origin = config_origin.unwrap_or_else(|| format!("http://{address}"));
        if let Some(path) = setup::path(state.db()).await? {
            tell(&format!(
                "There is no organization yet. Make the first one, and yourself its admin, at {origin}{path}"
            ))?;
        }
        say(&format!("listening on http://{address}"))?;
        serve::serve(listener, crate::app(state.clone()), state).await
    }
}

/// Fills the database, and says so on the standard error: the standard output is for the address alone.
async fn fill_with_demo(db: &Db) -> Result<()> {
    let sentence = match demo::make(db).await? {
        demo::Outcome::Made => "The demo is made: sign in as maya@acme.test or gia@globex.test with the password demo.",
        demo::Outcome::NotEmpty => "The demo is not made: the database is not empty.",
    };
    tell(sentence)
}

fn tell(sentence: &str) -> Result<()> {
    Ok(writeln!(std::io::stderr(), "{sentence}")?)
}

/// A network, or one address.
fn proxy(text: &str) -> Result<IpNet, &'static str> {
    let address = || text.parse::<IpAddr>().map(IpNet::from);
    text.parse().or_else(|_| address()).map_err(|_| "an address or a network is like 10.0.0.7, 10.0.0.0/8 or fd00::/8")
}

fn cannot_listen(address: SocketAddr, error: &std::io::Error) -> Error {
    Error::Setup(format!("Can't listen on {address}: {error}."))
}
