//! The address that a request comes from, also behind proxies.

use crate::state::{Config, State};
use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, request::Parts},
};
use ipnet::IpNet;
use std::{
    convert::Infallible,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Once,
};

/// The address that a request comes from, for the rate limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

/// The proxies whose `X-Forwarded-For` is believed.
#[derive(Clone, Debug)]
pub struct TrustedProxies(Vec<IpNet>);

impl TrustedProxies {
    /// These networks, and the local machine.
    #[must_use]
    pub fn new(mut networks: Vec<IpNet>) -> Self {
        networks.extend(["127.0.0.0/8", "::1/128"].map(|network| network.parse::<IpNet>().expect("a network")));
        Self(networks)
    }

    pub(crate) fn include(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }

    /// The client behind a trusted peer. Each proxy appends the address that it was called from, so the list is read
    /// from the right, as far as proxies are trusted: the first address that is no proxy's is the client's. What stands
    /// left of it is the client's own claim. `None`: the last proxy says nothing that can be read.
    fn client(&self, headers: &HeaderMap) -> Option<IpAddr> {
        let lines = headers.get_all("x-forwarded-for").iter().rev();
        let entries = lines.flat_map(|line| line.to_str().unwrap_or_default().rsplit(','));
        let mut nearest = None;
        for entry in entries {
            let Some(address) = address(entry.trim()) else { break };
            nearest = Some(address);
            if !self.include(address) {
                break;
            }
        }
        nearest
    }
}

/// An address as proxies write it: also with a port, and IPv6 in brackets.
fn address(entry: &str) -> Option<IpAddr> {
    let bracketed = || entry.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    let with_port = || entry.parse::<SocketAddr>().ok().map(|address| address.ip());
    let address: Option<IpAddr> = entry.parse().ok().or_else(with_port).or_else(bracketed);
    address.map(|address| address.to_canonical())
}

impl FromRequestParts<State> for ClientAddress {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, Infallible> {
        let peer = parts.extensions.get::<Peer>().map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |peer| peer.0.ip());
        Ok(Self(client_of(peer.to_canonical(), &parts.headers, state.config())))
    }
}

fn client_of(peer: IpAddr, headers: &HeaderMap, config: &Config) -> IpAddr {
    // Without a public address there is no proxy, and the header is only a claim.
    if config.public_origin.is_none() {
        return peer;
    }
    if config.trusted_proxies.include(peer) {
        let client = config.trusted_proxies.client(headers);
        if client.is_none() {
            warn_of_a_silent_proxy(peer);
        }
        return client.unwrap_or(peer);
    }
    if ["x-forwarded-for", "forwarded", "via"].iter().any(|name| headers.contains_key(*name)) {
        warn_of_an_unnamed_proxy(peer);
    }
    peer
}

/// Once, since the log would otherwise hold a line for each request.
fn warn_of_a_silent_proxy(proxy: IpAddr) {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        tracing::warn!(%proxy, "the proxy sends no usable X-Forwarded-For: everybody behind it shares one rate limit");
    });
}

fn warn_of_an_unnamed_proxy(proxy: IpAddr) {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        tracing::warn!(
            %proxy,
            "requests come through a proxy that --trusted-proxy doesn't name: everybody behind it shares one rate limit"
        );
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn client(proxies: &[&str], peer: &str, forwarded: &[&str]) -> String {
        let networks = proxies.iter().map(|network| network.parse().unwrap()).collect();
        let config = Config {
            public_origin: Some("https://inbox.test".to_owned()),
            trusted_proxies: TrustedProxies::new(networks),
            ..Config::default()
        };
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append("x-forwarded-for", HeaderValue::from_str(line).unwrap());
        }
        client_of(peer.parse().unwrap(), &headers, &config).to_string()
    }

    #[test]
    fn the_first_address_from_the_right_that_is_no_proxys_is_the_clients() {
        let proxies = ["127.0.0.1/32", "10.0.0.0/8", "2001:db8:1::/48"];
        for (peer, forwarded, expected) in [
            ("127.0.0.1", &["203.0.113.7"][..], "203.0.113.7"),
            ("127.0.0.1", &["1.2.3.4, 203.0.113.7"], "203.0.113.7"),
            ("127.0.0.1", &["1.2.3.4, 203.0.113.7, 10.1.1.1"], "203.0.113.7"),
            ("127.0.0.1", &["1.2.3.4", "203.0.113.7", "10.1.1.1,10.2.2.2"], "203.0.113.7"),
            ("10.9.9.9", &["203.0.113.7"], "203.0.113.7"),
            ("2001:db8:1::5", &["2001:db8:2::1"], "2001:db8:2::1"),
            // Everybody in the list is a proxy: the one farthest from us is the client.
            ("127.0.0.1", &["10.1.1.1, 10.2.2.2"], "10.1.1.1"),
            // The header of a peer that is no proxy is a claim.
            ("203.0.113.9", &["1.2.3.4"], "203.0.113.9"),
        ] {
            assert_eq!(client(&proxies, peer, forwarded), expected, "{peer} {forwarded:?}");
        }
    }

    #[test]
    fn addresses_are_read_in_every_form_that_proxies_write() {
        for (entry, expected) in [
            ("203.0.113.7:4711", "203.0.113.7"),
            ("[2001:db8::1]:4711", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("2001:db8::1", "2001:db8::1"),
            ("::ffff:203.0.113.7", "203.0.113.7"),
            ("  203.0.113.7  ", "203.0.113.7"),
        ] {
            assert_eq!(client(&["127.0.0.1/32"], "127.0.0.1", &[entry]), expected, "{entry}");
        }
    }

    #[test]
    fn what_cannot_be_read_names_nobody_beyond_it() {
        for entry in ["unknown", "", "_hidden", "203.0.113.7.1", "[2001:db8::1", "1.2.3.4, unknown", "1.2.3.4,"] {
            assert_eq!(client(&["127.0.0.1/32"], "127.0.0.1", &[entry]), "127.0.0.1", "{entry}");
        }
        assert_eq!(client(&["127.0.0.1/32", "10.0.0.0/8"], "127.0.0.1", &["1.2.3.4, unknown, 10.1.1.1"]), "10.1.1.1");
        assert_eq!(client(&["127.0.0.1/32"], "127.0.0.1", &[]), "127.0.0.1");
    }

    #[test]
    fn an_ipv4_proxy_is_known_by_its_address_in_ipv6_too() {
        assert_eq!(client(&["10.0.0.0/8"], "::ffff:10.1.1.1", &["203.0.113.7"]), "203.0.113.7");
    }

    #[test]
    fn an_ipv6_customer_has_one_key() {
        let key = |address: &str| ClientAddress(address.parse().unwrap()).key();
        assert_eq!(key("2001:db8:1:2::3"), key("2001:db8:1:2:ffff::4"));
        assert_ne!(key("2001:db8:1:2::3"), key("2001:db8:1:3::3"));
        assert_eq!(key("::ffff:203.0.113.7"), key("203.0.113.7"));
    }
}
