//! One connection to the event stream: opens it, reads it until it ends, and detects a dead one (the watchdog).

use super::{Follower, position, within};
use crate::{
    browser::page_resources::PageResource,
    client::{Connection, TabMessage},
    net::error::ApiError,
    sync::event_stream::Reader,
};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, ReadableStreamDefaultReader};
use wire::{Event, Heartbeat, Hello, Position, Reset, event::Frame};

/// Without a byte for this long, the connection counts as dead. Heartbeats come every 15 s.
const WATCHDOG_MS: u32 = 35_000;
/// A stream starts with a `hello` at once. Without one for this long, a proxy buffers the stream.
const HELLO_MS: u32 = 10_000;

/// Why a stream ended.
pub(super) enum End {
    /// It broke, or the watchdog timed out.
    Lost,
    /// It sent nothing after it was opened: a proxy buffers it.
    HeldBack,
    /// No agent is signed in.
    SignedOut,
    /// The client is closed.
    Closed,
}

impl Follower {
    /// Opens a connection and reads it until it ends.
    pub(super) async fn connect(&mut self) -> End {
        let Ok(abort) = AbortController::new() else { return End::Lost };
        let connection = Connected { _resource: PageResource::stream(&abort), abort };
        let signal = connection.abort.signal();
        let opened = self.client.api().open_events(self.position.as_ref(), &signal);
        let response = match within(HELLO_MS, opened).await {
            Some(Ok(response)) => response,
            Some(Err(error)) => return self.refused(&error),
            None => return End::HeldBack,
        };
        let Some(body) = response.body() else { return End::Lost };
        let Ok(reader) = body.get_reader().dyn_into::<ReadableStreamDefaultReader>() else { return End::Lost };
        self.read(&reader).await
    }

    fn refused(&self, error: &ApiError) -> End {
        if self.client.is_closed() {
            End::Closed
        } else if error.is_signed_out() {
            End::SignedOut
        } else {
            End::Lost
        }
    }

    async fn read(&mut self, stream: &ReadableStreamDefaultReader) -> End {
        let mut reader = Reader::default();
        let mut patience = HELLO_MS;
        loop {
            let chunk = within(patience, JsFuture::from(stream.read())).await;
            if self.client.is_closed() {
                return End::Closed;
            }
            let Some(chunk) = chunk else { return if patience == HELLO_MS { End::HeldBack } else { End::Lost } };
            let Some(bytes) = chunk.ok().and_then(|chunk| bytes_of(&chunk)) else { return End::Lost };
            patience = WATCHDOG_MS;
            let frames = reader.push(&bytes);
            self.tell(&TabMessage::Frames(frames.clone()));
            if self.take(frames).is_err() {
                return End::Lost;
            }
        }
    }

    /// Applies frames of the stream to the store. An error: events are missing; resume.
    pub(super) fn take(&mut self, frames: Vec<Frame>) -> Result<(), Gap> {
        let mut events = Vec::new();
        let mut result = Ok(());
        for frame in frames {
            if let Some(position) = position(&frame) {
                self.position = Some(position);
            }
            match frame.event.as_str() {
                "" => {}
                "hello" => self.hello(&frame.data),
                "heartbeat" => result = self.heartbeat(&frame.data),
                "reset" => {
                    if let Ok(Reset { .. }) = serde_json::from_str(&frame.data) {
                        events.clear();
                        self.reset();
                    }
                }
                // An unknown or unreadable event is skipped: the next page corrects its data.
                name => events.extend(Event::read(name, &frame.data).ok().flatten()),
            }
        }
        self.client.receive(events);
        if self.position.as_ref().is_some_and(|position| position.seq >= self.head) {
            self.client.set_connection(Connection::Live);
        }
        result
    }

    fn hello(&mut self, data: &str) {
        let Ok(hello) = serde_json::from_str::<Hello>(data) else { return };
        self.head = hello.head;
        self.behind = None;
        self.epoch = hello.epoch;
    }

    fn heartbeat(&mut self, data: &str) -> Result<(), Gap> {
        let Ok(Heartbeat { head }) = serde_json::from_str(data) else { return Ok(()) };
        self.head = head;
        let position = self.position.as_ref().map_or(0, |position| position.seq);
        let was_behind = self.behind.replace(head).is_some_and(|behind| position < behind);
        if position >= head {
            self.behind = None;
        }
        if was_behind { Err(Gap) } else { Ok(()) }
    }

    /// All data is stale. The stream continues from the server's head; open data is refetched.
    pub(super) fn reset(&mut self) {
        let since = Position { epoch: self.epoch.clone(), seq: self.head };
        self.client.start_over(&since);
        self.position = Some(since);
    }
}

/// A connection. Dropping it ends it.
struct Connected {
    abort: AbortController,
    _resource: PageResource,
}

/// The server has events that this client has not received.
pub(super) struct Gap;

fn bytes_of(chunk: &JsValue) -> Option<Vec<u8>> {
    let done = js_sys::Reflect::get(chunk, &"done".into()).ok()?.is_truthy();
    let value = js_sys::Reflect::get(chunk, &"value".into()).ok()?;
    if done { None } else { Some(js_sys::Uint8Array::new(&value).to_vec()) }
}
