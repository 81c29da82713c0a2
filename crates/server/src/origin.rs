//! Web origins, as browsers write them in `Origin`.

use url::{Host, Url};

/// Characters that don't belong to a host and port, or that only a pattern has.
const FOREIGN: [char; 7] = ['/', '\\', '?', '#', '@', '%', '*'];

/// The origin that a text names, as browsers write it: `http` or `https`, the host in lower case and ASCII, the port
/// unless it is the scheme's default. `None` for anything else, such as an address with a path.
#[must_use]
pub(crate) fn normal(text: &str) -> Option<String> {
    let text = text.trim();
    let (_, rest) = text.split_once("://")?;
    let host = rest.strip_suffix('/').unwrap_or(rest);
    // The URL parser accepts characters that an origin can't have.
    if host.ends_with(':') || host.contains(FOREIGN) || host.contains(char::is_whitespace) {
        return None;
    }
    let url = Url::parse(text).ok()?;
    let is_of_the_web = matches!(url.scheme(), "http" | "https") && url.port() != Some(0);
    is_of_the_web.then(|| url.origin().ascii_serialization())
}

/// Whether an origin has the host of this `Host` header, with either scheme.
pub(crate) fn is_of_host(origin: &str, host: &str) -> bool {
    ["http", "https"].iter().any(|scheme| of_host(scheme, host).as_deref() == Some(origin))
}

/// The origin of a `Host` header.
pub(crate) fn of_host(scheme: &str, host: &str) -> Option<String> {
    if host.ends_with('/') { None } else { normal(&format!("{scheme}://{host}")) }
}

/// Whether a `Host` header names the local machine.
pub(crate) fn is_local(host: &str) -> bool {
    let url = of_host("http", host).and_then(|origin| Url::parse(&origin).ok());
    url.is_some_and(|url| match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address == std::net::Ipv4Addr::LOCALHOST,
        Some(Host::Ipv6(address)) => address == std::net::Ipv6Addr::LOCALHOST,
        None => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_written_as_browsers_write_them() {
        for (given, origin) in [
            ("https://CRM.example", "https://crm.example"),
            ("HTTPS://crm.example", "https://crm.example"),
            ("https://crm.example/", "https://crm.example"),
            ("https://crm.example:443", "https://crm.example"),
            ("https://crm.example:443/", "https://crm.example"),
            ("https://crm.example:80", "https://crm.example:80"),
            ("http://crm.example:80", "http://crm.example"),
            ("http://crm.example:443", "http://crm.example:443"),
            ("http://localhost:3000", "http://localhost:3000"),
            ("https://crm.example:08443", "https://crm.example:8443"),
            (" http://[::1]:3000 ", "http://[::1]:3000"),
            ("http://[::1]", "http://[::1]"),
            ("http://[0:0:0:0:0:0:0:1]:80", "http://[::1]"),
            ("https://[2001:DB8::A]", "https://[2001:db8::a]"),
            ("http://127.0.0.1:8787", "http://127.0.0.1:8787"),
            ("https://bücher.example", "https://xn--bcher-kva.example"),
            ("https://BÜCHER.example:8443/", "https://xn--bcher-kva.example:8443"),
            ("https://例え.テスト", "https://xn--r8jz45g.xn--zckzah"),
            ("https://xn--bcher-kva.example", "https://xn--bcher-kva.example"),
            ("https://my_crm.example", "https://my_crm.example"),
        ] {
            assert_eq!(normal(given).as_deref(), Some(origin), "{given}");
        }
    }

    #[test]
    fn what_is_no_origin_is_refused() {
        for given in [
            "",
            "null",
            "*",
            "crm.example",
            "crm.example:443",
            "//crm.example",
            "https:crm.example",
            "https:/crm.example",
            "https:///crm.example",
            "https:\\\\crm.example",
            "https://",
            "https:///",
            "https://:80",
            "ftp://crm.example",
            "file:///crm.example",
            "ws://crm.example",
            "data://crm.example",
            "blob:https://crm.example",
            "chrome-extension://abcdefgh",
            "https://crm.example/path",
            "https://crm.example//",
            "https://crm.example/.",
            "https://crm.example\\",
            "https://user@crm.example",
            "https://user:word@crm.example",
            "https://@crm.example",
            "https://crm.example:0",
            "https://crm.example:70000",
            "https://crm.example:-1",
            "https://crm.example:",
            "https://crm.example:/",
            "https://crm.example:80:80",
            "https://crm.example?x",
            "https://crm.example/?",
            "https://crm.example#x",
            "https://*.example",
            "https://crm example",
            "https://crm\n.example",
            "https://crm.exam\tple",
            "https://%63rm.example",
            "https://[::1",
            "https://::1",
            "https://[crm.example]",
            "https://xn--a.example",
            "https://256.1.1.1",
            "javascript://crm.example%0a",
        ] {
            assert_eq!(normal(given), None, "{given}");
        }
    }

    #[test]
    fn hosts_are_compared_as_origins() {
        for (origin, host, is_same) in [
            ("https://crm.example", "crm.example", true),
            ("https://crm.example", "CRM.example:443", true),
            ("http://crm.example:8080", "crm.example:8080", true),
            ("https://crm.example", "crm.example:8443", false),
            ("https://crm.example", "crm.example/x", false),
            ("https://crm.example", "user@crm.example", false),
            ("https://crm.example", "other.example", false),
        ] {
            assert_eq!(is_of_host(origin, host), is_same, "{origin} {host}");
        }
    }

    #[test]
    fn this_machine_has_three_names() {
        for host in ["localhost", "LOCALHOST:8787", "127.0.0.1", "127.0.0.1:80", "[::1]", "[::1]:8787"] {
            assert!(is_local(host), "{host}");
        }
        for host in
            ["", "localhost.example", "127.0.0.1.example", "127.0.0.2", "[::2]", "::1", "x@localhost", "localhost/"]
        {
            assert!(!is_local(host), "{host}");
        }
    }
}
