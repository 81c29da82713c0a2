//! What hyper answers by itself when it can't read a request: 400, 414 and 431, without a body, and with no way to set
//! their headers. They are replaced on their way to the connection by the problem document with the headers of every
//! answer.

use crate::{lingering_close::IsUnread, request_guard, state::Config};
use axum::http::{HeaderMap, HeaderValue, header};
use hyper::rt::{Read, ReadBufCursor, Write};
use std::{
    io::{self, IoSlice},
    pin::Pin,
    task::{Context, Poll, ready},
};
use wire::{Problem, ProblemCode};

const CODES: [ProblemCode; 3] = [ProblemCode::BadRequest, ProblemCode::UriTooLong, ProblemCode::HeadersTooLarge];
/// The end of a head.
const END: &str = "\r\n\r\n";

/// A connection on which hyper's own refusals are replaced.
pub(crate) struct HyperRefusals<T> {
    stream: T,
    config: Config,
    is_unread: IsUnread,
    /// What is still to be written in place of hyper's answer.
    unsent: Vec<u8>,
}

impl<T> HyperRefusals<T> {
    pub(crate) fn new(stream: T, config: Config, is_unread: IsUnread) -> Self {
        Self { stream, config, is_unread, unsent: Vec::new() }
    }
}

impl<T: Write + Unpin> HyperRefusals<T> {
    fn poll_unsent(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.unsent.is_empty() {
            let written = ready!(Pin::new(&mut self.stream).poll_write(cx, &self.unsent))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.unsent.drain(..written);
        }
        Poll::Ready(Ok(()))
    }
}

/// The answer in place of these bytes, if they are a refusal of hyper's: a head alone, without the headers that every
/// answer of ours has.
fn replacement(bytes: &[u8], config: &Config) -> Option<Vec<u8>> {
    let head = std::str::from_utf8(bytes).ok()?.strip_suffix(END)?;
    let code = CODES.into_iter().find(|code| head.starts_with(&format!("HTTP/1.1 {} ", code.status())))?;
    if head.contains(header::CONTENT_SECURITY_POLICY.as_str()) {
        return None;
    }
    let body = serde_json::to_vec(&Problem::new(code)).ok()?;
    let mut headers = HeaderMap::new();
    request_guard::add_headers(&mut headers, config);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    headers.insert(header::CONTENT_LENGTH, body.len().into());
    let mut answer = Vec::new();
    for line in head.split("\r\n").filter(|line| !line.starts_with("content-length:")) {
        answer.extend_from_slice(line.as_bytes());
        answer.extend_from_slice(b"\r\n");
    }
    for (name, value) in &headers {
        answer.extend_from_slice(&[name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
    }
    Some([&answer[..], b"\r\n", &body].concat())
}

impl<T: Read + Unpin> Read for HyperRefusals<T> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: ReadBufCursor<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl<T: Write + Unpin> Write for HyperRefusals<T> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.as_mut().poll_write_vectored(cx, &[IoSlice::new(bytes)])
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        ready!(this.poll_unsent(cx))?;
        if let [bytes] = parts
            && let Some(answer) = replacement(bytes, &this.config)
        {
            this.unsent = answer;
            // Of the request there may be more to come.
            this.is_unread.set(true);
            return Poll::Ready(Ok(bytes.len()));
        }
        Pin::new(&mut this.stream).poll_write_vectored(cx, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_unsent(cx))?;
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_unsent(cx))?;
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
