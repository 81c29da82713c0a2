//! The built app: its files, the chat page, and what is said where there is no app. Files are read once, at start.

mod chat;

use crate::{
    error::{Error, Result},
    gate::is_under,
    secret,
    state::State,
};
use axum::{
    body::Body,
    extract,
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use sha2::{Digest as _, Sha256};
use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
};
use wire::ProblemCode;

const NOT_BUILT: &str = "The Sidenote server is running, but the app isn't built.\n\n\
    Build it with `cargo xtask build` and start the server with `--dist dist`.\n\
    The API is described at /api/v1/openapi.json.\n";

/// A file of the app, with its `.br` sibling.
struct File {
    plain: Bytes,
    brotli: Option<Bytes>,
    media_type: &'static str,
    tag: HeaderValue,
    keep: HeaderValue,
}

/// The files of the app, by path without a leading slash. Only what is in here can be asked for.
#[derive(Default)]
pub struct Site {
    files: HashMap<String, File>,
}

impl Site {
    /// Reads a directory, and those in it.
    ///
    /// # Errors
    /// When it can't be read.
    pub fn read(directory: &Path) -> Result<Self> {
        let mut contents = BTreeMap::new();
        collect(directory, "", &mut contents)
            .map_err(|error| Error::Setup(format!("The app's directory (--dist) can't be read: {error}.")))?;
        Ok(Self::of(contents))
    }

    /// The app inside the binary, if it was built with it.
    #[must_use]
    pub fn embedded() -> Self {
        #[cfg(feature = "embed")]
        return Self::of(inside::contents());
        #[cfg(not(feature = "embed"))]
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

    fn find(&self, path: &str) -> Option<&File> {
        let name = path.trim_start_matches('/');
        let page = |name: &str| self.files.get(name).filter(|_| !chat::is_template(name));
        if let Some(file) = page(name) {
            return Some(file);
        }
        // A name with a dot is a file that isn't there (any more): a page in its place would only confuse.
        let is_file = name.rsplit('/').next().is_some_and(|last| last.contains('.'));
        if is_file { None } else { page("index.html") }
    }
}

impl File {
    fn new(name: &str, plain: Bytes, brotli: Option<Bytes>) -> Self {
        let mut digest = secret::hex(&Sha256::digest(&plain));
        digest.truncate(32);
        let keep = if has_hash(name) { "public, max-age=31536000, immutable" } else { "no-cache" };
        Self {
            plain,
            brotli,
            media_type: media_type(name),
            tag: HeaderValue::from_str(&format!("\"{digest}\"")).expect("digits are a header value"),
            keep: HeaderValue::from_static(keep),
        }
    }

    fn answer(&self, asked: &HeaderMap) -> Response {
        // Weak comparison, as RFC 9110 asks for here: a proxy may have weakened the tag.
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

/// Everything that isn't a route of the API.
pub(crate) async fn serve(
    extract::State(state): extract::State<State>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let (site, path) = (state.site(), uri.path());
    if ["/api", "/contact", "/inbound", "/embed/v1"].iter().any(|root| is_under(path, root)) {
        return Error::from(ProblemCode::NotFound).into_response();
    }
    if method != Method::GET && method != Method::HEAD {
        return Error::from(ProblemCode::MethodNotAllowed).into_response();
    }
    if is_under(path, "/problems") {
        return explain(path);
    }
    if let Some(slug) = chat::slug(path).filter(|_| !site.files.is_empty()) {
        return chat::answer(&state, slug, &headers).await.unwrap_or_else(Error::into_response);
    }
    match site.find(path) {
        Some(file) => file.answer(&headers),
        None if site.files.is_empty() => text(StatusCode::OK, NOT_BUILT.to_owned()),
        None => Error::from(ProblemCode::NotFound).into_response(),
    }
}

/// `/problems/<code>`: what a problem's `type` leads to.
fn explain(path: &str) -> Response {
    let code = ProblemCode::ALL.into_iter().find(|code| path.strip_prefix("/problems/") == Some(code.as_str()));
    let Some(code) = code else { return Error::from(ProblemCode::NotFound).into_response() };
    let again =
        if code.retryable() { "The same request may succeed later." } else { "Repeating the request changes nothing." };
    text(StatusCode::OK, format!("{}\n\n{}\nStatus {}. {again}\n", code.as_str(), code.title(), code.status()))
}

fn text(status: StatusCode, text: String) -> Response {
    let kind = [(header::CONTENT_TYPE, "text/plain; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")];
    (status, kind, text).into_response()
}

fn accepts_brotli(asked: &HeaderMap) -> bool {
    let lines = asked.get_all(header::ACCEPT_ENCODING).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).any(|coding| {
        let mut parts = coding.split(';').map(str::trim);
        let is_refused = |part: &str| part.strip_prefix("q=").is_some_and(|q| q.parse() == Ok(0.0));
        parts.next().is_some_and(|name| name.eq_ignore_ascii_case("br")) && !parts.any(is_refused)
    })
}

/// Whether the name carries a hash of eight hexadecimal digits or more: `app-0123456789abcdef.js`, `app-…_bg.wasm`.
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

fn collect(directory: &Path, prefix: &str, into: &mut BTreeMap<String, Bytes>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(directory)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        let path = entry.path();
        if path.is_dir() {
            collect(&path, &format!("{prefix}{name}/"), into)?;
        } else {
            into.insert(format!("{prefix}{name}"), std::fs::read(&path)?.into());
        }
    }
    Ok(())
}

#[cfg(feature = "embed")]
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
