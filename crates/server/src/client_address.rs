//! The address that a request comes from, also behind a proxy.

use crate::state::State;
use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, request::Parts},
};
use std::{
    convert::Infallible,
    net::{IpAddr, Ipv4Addr, SocketAddr},
};

/// The address that a request comes from, for the rate limits.
#[derive(Clone, Copy, Debug)]
pub struct ClientAddress(pub IpAddr);

impl ClientAddress {
    /// One key per IPv4 address or IPv6 /64: a customer is usually given a whole /64.
    pub(crate) fn key(self) -> String {
        match self.0.to_canonical() {
            IpAddr::V4(v4) => format!("address {v4}"),
            IpAddr::V6(v6) => format!("address {:x?}", &v6.segments()[..4]),
        }
    }
}

/// The peer of the connection; the accept loop adds it to each request.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

impl FromRequestParts<State> for ClientAddress {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, Infallible> {
        let peer = parts.extensions.get::<Peer>().map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |peer| peer.0.ip());
        // The loopback peer of a public server is the proxy in front of it, which wrote the last entry. From any other
        // peer the header is only a claim.
        let is_proxy = state.config().public_origin.is_some() && peer.to_canonical().is_loopback();
        let behind = is_proxy.then(|| forwarded_for(&parts.headers)).flatten();
        Ok(Self(behind.unwrap_or(peer)))
    }
}

fn forwarded_for(headers: &HeaderMap) -> Option<IpAddr> {
    let last = headers.get_all("x-forwarded-for").iter().next_back()?.to_str().ok()?;
    last.rsplit(',').next()?.trim().parse().ok()
}
