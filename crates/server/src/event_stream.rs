//! Streams of server-sent events: framing, heartbeats, and their end. A stream's content comes from its [`Source`].

use crate::{error::Result, secret, state::State};
use axum::response::{
    IntoResponse as _, Response,
    sse::{Event, Sse},
};
use futures::{StreamExt as _, stream};
use serde::Serialize;
use std::{collections::VecDeque, convert::Infallible, time::Duration};
use tokio::{
    sync::watch,
    time::{Instant, sleep_until},
};

/// Tells buffering proxies to pass events on at once. Caching is forbidden for the whole API, in `request_guard`.
const NO_BUFFERING: [(&str, &str); 1] = [("x-accel-buffering", "no")];

/// When a server stops, its readers come back within this time, to another one or to its successor.
const COME_BACK_WITHIN_MS: u32 = 2000;

/// The content of a stream, read from its own position on.
pub(crate) trait Source: Send + 'static {
    /// The next events, none if there are none now. `None`: the reader is no longer allowed to read, and the stream
    /// ends.
    fn read(&mut self) -> impl Future<Output = Result<Option<Vec<Event>>>> + Send;

    /// Waits until there may be something to read.
    fn changed(&mut self) -> impl Future<Output = ()> + Send;

    /// An event that shows that the stream is alive, and how far it has been read. `None`: as for [`Source::read`].
    fn heartbeat(&mut self) -> impl Future<Output = Result<Option<Event>>> + Send;
}

/// An event with its data as JSON.
pub(crate) fn event(name: &str, data: &impl Serialize) -> Event {
    Event::default().event(name).json_data(data).expect("an event is plain values")
}

/// Answers with a stream: first these events, then what the source reads.
///
/// The source is read before the first wait, and after each, until it has nothing more. It is read only when everything
/// before was sent: a slow reader, many changes at once or a late start make no batch longer.
pub(crate) fn respond(state: &State, permit: impl Send + 'static, first: Vec<Event>, source: impl Source) -> Response {
    let open = Open {
        source,
        ready: first.into(),
        closing: state.closing(),
        pace: state.heartbeat(),
        beat: Instant::now() + state.heartbeat(),
        has_said_when: false,
        _permit: permit,
    };
    let events = stream::unfold(open, async |mut open| open.next().await.map(|event| (event, open)));
    (NO_BUFFERING, Sse::new(events.map(Ok::<_, Infallible>))).into_response()
}

struct Open<S, P> {
    source: S,
    ready: VecDeque<Event>,
    closing: watch::Receiver<bool>,
    pace: Duration,
    /// When the next heartbeat is due.
    beat: Instant,
    /// The stream is about to end, and has said when to come back.
    has_said_when: bool,
    _permit: P,
}

impl<S: Source, P> Open<S, P> {
    /// The next event; `None` ends the stream.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if *self.closing.borrow_and_update() {
                // Not all at the same moment.
                let pause = Duration::from_millis(secret::random_below(COME_BACK_WITHIN_MS).into());
                return (!std::mem::replace(&mut self.has_said_when, true)).then(|| Event::default().retry(pause));
            }
            if let Some(event) = self.ready.pop_front() {
                return Some(event);
            }
            // The answer has begun, so it can't become a refusal: a failed read ends the stream, and the client
            // resumes.
            self.ready.extend(self.source.read().await.ok()??);
            if self.beat <= Instant::now() {
                self.beat = Instant::now() + self.pace;
                self.ready.push_back(self.source.heartbeat().await.ok()??);
            }
            if self.ready.is_empty() {
                self.wait().await?;
            }
        }
    }

    async fn wait(&mut self) -> Option<()> {
        tokio::select! {
            () = self.source.changed() => Some(()),
            closing = self.closing.changed() => closing.ok(),
            () = sleep_until(self.beat) => Some(()),
        }
    }
}
