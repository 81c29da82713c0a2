//! One connection to the event stream: opens it, watches it, reads it until it ends.

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

/// Nothing heard for this long: the connection is dead, whatever the browser thinks. Heartbeats come every 15 s.
const WATCHDOG_MS: u32 = 35_000;
/// A stream says hello at once. Nothing for this long: something on the way holds it back.
const HELLO_MS: u32 = 10_000;

/// Why a stream ended.
pub(super) enum End {
    /// It broke, or was silent for too long.
    Lost,
    /// It was opened, and said nothing.
    HeldBack,
    /// Nobody is signed in.
    SignedOut,
    /// The client is closed.
    Closed,
}

impl Follower {
    pub(super) async fn connect(&mut self) -> End {
        let Ok(abort) = AbortController::new() else { return End::Lost };
        let connection = Connected { _held: PageResource::stream(&abort), abort };
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
            self.tell(&TabMessage::Heard(frames.clone()));
            if self.take(frames).is_err() {
                return End::Lost;
            }
        }
    }

    /// Applies a piece of the stream as one change of the store. An error: something is missing; resume.
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
                // An event this version doesn't know, or can't read, is skipped: what it spoke of will be right
                // again with the next page.
                name => events.extend(Event::read(name, &frame.data).ok().flatten()),
            }
        }
        self.client.hear(events);
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
        let heard = self.position.as_ref().map_or(0, |position| position.seq);
        let was_behind = self.behind.replace(head).is_some_and(|behind| heard < behind);
        if heard >= head {
            self.behind = None;
        }
        if was_behind { Err(Gap) } else { Ok(()) }
    }

    /// What we know may be wrong. The stream goes on from the server's head; everything open is refetched.
    pub(super) fn reset(&mut self) {
        let since = Position { epoch: self.epoch.clone(), seq: self.head };
        self.client.start_over(&since);
        self.position = Some(since);
    }
}

/// A connection, given up when it is no longer followed: by an answer that ends it, or because the client is closed.
struct Connected {
    abort: AbortController,
    _held: PageResource,
}

/// The server has said more than we heard.
pub(super) struct Gap;

fn bytes_of(chunk: &JsValue) -> Option<Vec<u8>> {
    let done = js_sys::Reflect::get(chunk, &"done".into()).ok()?.is_truthy();
    let value = js_sys::Reflect::get(chunk, &"value".into()).ok()?;
    if done { None } else { Some(js_sys::Uint8Array::new(&value).to_vec()) }
}
