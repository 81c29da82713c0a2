//! The files of the built app, read once at start and kept in memory. Why this is not tower-http's `ServeDir`:
//! `docs/decisions/own-static-files.md`.

use crate::{
    content_policy,
    error::{Error, Result},
    secret,
};
use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use sha2::{Digest as _, Sha256};
use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
};

/// The contact's page with the placeholder for the organization's name; it is never served as it is.
pub(crate) const CHAT_TEMPLATE: &str = "chat/index.html";

/// A file of the app, with the content of its `.br` sibling.
pub(crate) struct File {
    pub(crate) plain: Bytes,
    brotli: Option<Bytes>,
    media_type: &'static str,
    tag: HeaderValue,
    keep: HeaderValue,
    /// Of a page with styles of its own.
    policy: Option<HeaderValue>,
}

/// The files of the app, by path without a leading slash. Nothing else on the disk can be requested.
#[derive(Default)]
pub struct StaticFiles {
    files: HashMap<String, File>,
}

impl StaticFiles {
    /// Reads a directory and its subdirectories.
    ///
    /// # Errors
    /// When it can't be read.
    pub fn read(directory: &Path) -> Result<Self> {
        let mut contents = BTreeMap::new();
        collect(directory, "", &mut contents)
            .map_err(|error| Error::Setup(format!("The app's directory (--dist) can't be read: {error}.")))?;
        Ok(Self::of(contents))
    }

    /// The app in the binary, if it was built with it.
    #[must_use]
    pub fn embedded() -> Self {
        #[cfg(feature = "embed-assets")]
        return Self::of(inside::contents());
        #[cfg(not(feature = "embed-assets"))]
        Self::default()
    }

    fn of(mut contents: BTreeMap<String, Bytes>) -> Self {
        let names: Vec<_> = contents.keys().filter(|name| !name.ends_with(".br")).cloned().collect();
        let mut files = HashMap::new();
        for name in names {
            let brotli = contents.remove(&format!("{name}.br"));
            let Some(plain) = contents.remove(&name) else { continue };
            files.insert(name.clone(), File::new(&name, plain, brotli));
        }
        Self { files }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// One file, by its exact name.
    pub(crate) fn file(&self, name: &str) -> Option<&File> {
        self.files.get(name)
    }

    /// The file for an address.
    pub(crate) fn find(&self, path: &str) -> Option<&File> {
        let name = path.trim_start_matches('/');
        self.files.get(name).filter(|_| name != CHAT_TEMPLATE)
    }

    /// The app's page.
    pub(crate) fn page(&self) -> Option<&File> {
        self.files.get("index.html")
    }
}

impl File {
    pub(crate) fn new(name: &str, plain: Bytes, brotli: Option<Bytes>) -> Self {
        let mut digest = secret::hex(&Sha256::digest(&plain));
        digest.truncate(32);
        let policy =
            std::str::from_utf8(&plain).ok().filter(|_| name.ends_with(".html")).and_then(content_policy::of_page);
        let keep = if has_hash(name) { "public, max-age=31536000, immutable" } else { "no-cache" };
        Self {
            plain,
            brotli,
            media_type: media_type(name),
            tag: HeaderValue::from_str(&format!("\"{digest}\"")).expect("digits are a header value"),
            keep: HeaderValue::from_static(keep),
            policy,
        }
    }

    /// The answer with this file, or 304 if the client has it already.
    pub(crate) fn answer(&self, asked: &HeaderMap) -> Response {
        // Weak comparison, as RFC 9110 requires here: a proxy may have weakened the tag.
        let known = asked.get_all(header::IF_NONE_MATCH).iter().filter_map(|tags| tags.to_str().ok());
        let mut known = known.flat_map(|tags| tags.split(',')).map(|tag| tag.trim().trim_start_matches("W/"));
        let mut response = if known.any(|tag| tag == "*" || self.tag == tag) {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            self.body(accepts_brotli(asked))
        };
        let headers = response.headers_mut();
        headers.insert(header::ETAG, self.tag.clone());
        headers.insert(header::CACHE_CONTROL, self.keep.clone());
        if let Some(policy) = &self.policy {
            headers.insert(header::CONTENT_SECURITY_POLICY, policy.clone());
        }
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        response
    }

    fn body(&self, may_be_brotli: bool) -> Response {
        let brotli = self.brotli.as_ref().filter(|_| may_be_brotli);
        let mut response = Body::from(brotli.unwrap_or(&self.plain).clone()).into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(self.media_type));
        if brotli.is_some() {
            response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
        }
        response
    }
}

fn accepts_brotli(asked: &HeaderMap) -> bool {
    let lines = asked.get_all(header::ACCEPT_ENCODING).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).any(|coding| {
        let mut parts = coding.split(';').map(str::trim);
        let is_refused = |part: &str| part.strip_prefix("q=").is_some_and(|q| q.parse() == Ok(0.0));
        parts.next().is_some_and(|name| name.eq_ignore_ascii_case("br")) && !parts.any(is_refused)
    })
}

/// Whether the name contains a hash of eight hexadecimal digits or more: `app-0123456789abcdef.js`, `app-…_bg.wasm`.
fn has_hash(name: &str) -> bool {
    let last = name.rsplit('/').next().unwrap_or(name);
    let mut words = last.split(['-', '_', '.']).skip(1);
    words.any(|word| word.len() >= 8 && word.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)))
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// Reads the files of a directory. Hidden ones and links are left out: neither is made by a build, and a link may lead
/// anywhere.
fn collect(directory: &Path, prefix: &str, into: &mut BTreeMap<String, Bytes>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(directory)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        if name.starts_with('.') {
            continue;
        }
        // Of the entry itself, not of what a link leads to.
        let kind = entry.file_type()?;
        if kind.is_dir() {
            collect(&entry.path(), &format!("{prefix}{name}/"), into)?;
        } else if kind.is_file() {
            into.insert(format!("{prefix}{name}"), std::fs::read(entry.path())?.into());
        }
    }
    Ok(())
}

#[cfg(feature = "embed-assets")]
mod inside {
    use bytes::Bytes;
    use std::collections::BTreeMap;

    #[derive(rust_embed::RustEmbed)]
    #[folder = "../../dist"]
    #[allow_missing = true]
    struct Dist;

    pub(super) fn contents() -> BTreeMap<String, Bytes> {
        let file = |name: std::borrow::Cow<'static, str>| {
            let data = Dist::get(&name)?.data;
            Some((name.into_owned(), Bytes::from(data.into_owned())))
        };
        Dist::iter().filter_map(file).collect()
    }
}
