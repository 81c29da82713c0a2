//! The end of a connection whose request was not read to its end: closed at once, it would be reset, and a client that
//! is still sending would lose the answer. So the server sends its end first, then reads and drops for a while.

use hyper::rt::{Read, ReadBuf, ReadBufCursor, Write};
use std::{
    io::{self, IoSlice},
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};
use tokio::time::{Instant, Sleep, sleep_until};

/// How much is read and dropped.
const MOST_BYTES: usize = 16 * 1024 * 1024;
/// How long to wait for the next bytes.
const PAUSE: Duration = Duration::from_secs(5);
/// How long to wait in all.
const TIME: Duration = Duration::from_secs(30);

/// Whether the last request of a connection may not have been read to its end. A connection shares it with its requests.
#[derive(Clone, Default)]
pub(crate) struct IsUnread(Arc<AtomicBool>);

impl IsUnread {
    pub(crate) fn set(&self, is_unread: bool) {
        self.0.store(is_unread, Ordering::Relaxed);
    }

    fn get(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// A connection that lingers when it is closed.
pub(crate) struct Lingering<T> {
    stream: T,
    is_unread: IsUnread,
    /// There once the server's own end is sent.
    closing: Option<Closing>,
}

/// Reads and drops until the client has sent its end too, or for as long as the limits allow.
struct Closing {
    dropped: usize,
    end: Instant,
    timer: Pin<Box<Sleep>>,
}

impl<T> Lingering<T> {
    pub(crate) fn new(stream: T, is_unread: IsUnread) -> Self {
        Self { stream, is_unread, closing: None }
    }
}

impl Closing {
    fn begin() -> Self {
        let now = Instant::now();
        Self { dropped: 0, end: now + TIME, timer: Box::pin(sleep_until(now + PAUSE)) }
    }

    fn poll<T: Read + Unpin>(&mut self, stream: &mut T, cx: &mut Context<'_>) -> Poll<()> {
        let before = self.dropped;
        let mut bytes = [0; 16 * 1024];
        while self.dropped < MOST_BYTES {
            let mut buffer = ReadBuf::new(&mut bytes);
            let read = Pin::new(&mut *stream).poll_read(cx, buffer.unfilled());
            match (read, buffer.filled().len()) {
                (Poll::Ready(Ok(())), more @ 1..) => self.dropped += more,
                (Poll::Ready(_), _) => return Poll::Ready(()),
                (Poll::Pending, _) => {
                    if self.dropped > before {
                        self.timer.as_mut().reset(self.end.min(Instant::now() + PAUSE));
                    }
                    return self.timer.as_mut().poll(cx);
                }
            }
        }
        Poll::Ready(())
    }
}

impl<T: Read + Unpin> Read for Lingering<T> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: ReadBufCursor<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl<T: Read + Write + Unpin> Write for Lingering<T> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if this.closing.is_none() {
            ready!(Pin::new(&mut this.stream).poll_shutdown(cx))?;
        }
        if this.is_unread.get() {
            ready!(this.closing.get_or_insert_with(Closing::begin).poll(&mut this.stream, cx));
        }
        Poll::Ready(Ok(()))
    }
}
