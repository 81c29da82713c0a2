//! The Content-Security-Policy of every answer.

use axum::http::HeaderValue;
use base64::prelude::{BASE64_STANDARD, Engine as _};
use sha2::{Digest as _, Sha256};

/// Allows scripts, styles and connections of the page's own origin only, and no frame around the page.
pub(crate) const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
    img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; \
    form-action 'none'; frame-ancestors 'none'";

/// The policy of a page with styles of its own, which it allows by their hashes. `None`: the page has none.
pub(crate) fn of_page(html: &str) -> Option<HeaderValue> {
    let styles = html.split("<style").skip(1).filter_map(|rest| rest.split_once('>')?.1.split_once("</style>"));
    let hash = |style: &str| format!(" 'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(style)));
    let hashes: String = styles.map(|(style, _)| hash(style)).collect();
    if hashes.is_empty() {
        return None;
    }
    let policy = POLICY.replace("style-src 'self'", &format!("style-src 'self'{hashes}"));
    Some(HeaderValue::from_str(&policy).expect("hashes in Base64 are a header value"))
}
