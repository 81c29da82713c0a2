//! Keeps the event stream open and hands what it says to the desk: connect, resume, reset, watch, back off.

use crate::{
    desk::{Connection, Desk},
    error::ApiError,
    event_stream::{Frame, Reader},
    held::Held,
    timers::sleep,
};
use futures::{FutureExt, future::Either, pin_mut};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, ReadableStreamDefaultReader};
use wire::{Event, Heartbeat, Hello, Position, Reset, json};

/// Nothing heard for this long: the connection is dead, whatever the browser thinks. Heartbeats come every 15 s.
const WATCHDOG_MS: u32 = 35_000;
const FIRST_PAUSE_MS: f64 = 1_000.0;
const LONGEST_PAUSE_MS: f64 = 60_000.0;

/// Why a stream ended.
enum End {
    /// It broke, or was silent for too long.
    Lost,
    /// Nobody is signed in.
    SignedOut,
    /// The desk is closed.
    Closed,
}

/// Follows the server until the desk is closed. `from`: everything after this position is new to us.
pub(crate) async fn follow(desk: Desk, from: Position) {
    let mut follower = Follower { desk, epoch: from.epoch.clone(), position: Some(from), head: 0, behind: None };
    let mut failures = 0_i32;
    loop {
        let heard_before = follower.position.clone();
        let end = follower.connect().await;
        match end {
            End::Closed => return,
            End::SignedOut => follower.desk.wait_for_sign_in().await,
            End::Lost => {
                follower.desk.set_connection(Connection::Lost);
                failures = if follower.position == heard_before { failures + 1 } else { 0 };
                // Full jitter, so that a restarted server isn't met by everybody at once.
                let longest = (FIRST_PAUSE_MS * 2_f64.powi(failures.min(6))).min(LONGEST_PAUSE_MS);
                let pause = FIRST_PAUSE_MS / 2.0 + js_sys::Math::random() * (longest - FIRST_PAUSE_MS / 2.0);
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
                follower.desk.pause(pause as u32).await;
            }
        }
    }
}

struct Follower {
    desk: Desk,
    /// Everything up to here has been heard.
    position: Option<Position>,
    /// Where the server is, as it last said.
    epoch: String,
    head: u64,
    /// The head that a heartbeat named and that had not come a heartbeat ago.
    behind: Option<u64>,
}

impl Follower {
    async fn connect(&mut self) -> End {
        let Ok(abort) = AbortController::new() else { return End::Lost };
        let connection = Connected { _held: Held::stream(&abort), abort };
        let response = match self.desk.api().open_events(self.position.as_ref(), &connection.abort.signal()).await {
            Ok(response) => response,
            Err(error) => return self.refused(&error),
        };
        let Some(body) = response.body() else { return End::Lost };
        let Ok(reader) = body.get_reader().dyn_into::<ReadableStreamDefaultReader>() else { return End::Lost };
        self.read(&reader).await
    }

    fn refused(&self, error: &ApiError) -> End {
        if self.desk.is_closed() {
            End::Closed
        } else if error.is_signed_out() {
            End::SignedOut
        } else {
            End::Lost
        }
    }

    async fn read(&mut self, stream: &ReadableStreamDefaultReader) -> End {
        let mut reader = Reader::default();
        loop {
            let chunk = JsFuture::from(stream.read()).fuse();
            let watchdog = sleep(WATCHDOG_MS).fuse();
            pin_mut!(chunk, watchdog);
            let bytes = match futures::future::select(chunk, watchdog).await {
                Either::Left((Ok(chunk), _)) => bytes_of(&chunk),
                Either::Left((Err(_), _)) | Either::Right(_) => None,
            };
            if self.desk.is_closed() {
                return End::Closed;
            }
            let Some(bytes) = bytes else { return End::Lost };
            let frames = reader.push(&bytes);
            if self.take(frames).is_err() {
                return End::Lost;
            }
        }
    }

    /// Applies a piece of the stream as one change of the store. An error: something is missing; resume anew.
    fn take(&mut self, frames: Vec<Frame>) -> Result<(), Gap> {
        let mut events = Vec::new();
        let mut result = Ok(());
        for frame in frames {
            if let Some(position) = frame.id.as_deref().and_then(|id| id.parse::<Position>().ok()) {
                self.position = Some(position);
            }
            match frame.event.as_str() {
                "" => {}
                "hello" => self.hello(&frame.data),
                "heartbeat" => result = self.heartbeat(&frame.data),
                "reset" => {
                    if let Ok(Reset { .. }) = json::from_str(&frame.data) {
                        events.clear();
                        self.reset();
                    }
                }
                // An event this version doesn't know, or can't read, is skipped: what it spoke of will be right
                // again with the next page.
                name => events.extend(Event::read(name, &frame.data).ok().flatten()),
            }
        }
        self.desk.hear(events);
        if self.position.as_ref().is_some_and(|position| position.seq >= self.head) {
            self.desk.set_connection(Connection::Live);
        }
        result
    }

    fn hello(&mut self, data: &str) {
        let Ok(hello) = json::from_str::<Hello>(data) else { return };
        self.head = hello.head;
        self.behind = None;
        self.epoch = hello.epoch;
    }

    fn heartbeat(&mut self, data: &str) -> Result<(), Gap> {
        let Ok(Heartbeat { head }) = json::from_str(data) else { return Ok(()) };
        self.head = head;
        let heard = self.position.as_ref().map_or(0, |position| position.seq);
        let was_behind = self.behind.replace(head).is_some_and(|behind| heard < behind);
        if heard >= head {
            self.behind = None;
        }
        if was_behind { Err(Gap) } else { Ok(()) }
    }

    /// What we know may be wrong. The stream goes on from the server's head; everything open is fetched anew.
    fn reset(&mut self) {
        let since = Position { epoch: self.epoch.clone(), seq: self.head };
        self.desk.start_over(&since);
        self.position = Some(since);
    }
}

/// A connection, given up when it is no longer followed: by an answer that ends it, or because the desk is closed.
struct Connected {
    abort: AbortController,
    _held: Held,
}

/// The server has said more than we heard.
struct Gap;

fn bytes_of(chunk: &JsValue) -> Option<Vec<u8>> {
    let done = js_sys::Reflect::get(chunk, &"done".into()).ok()?.is_truthy();
    let value = js_sys::Reflect::get(chunk, &"value".into()).ok()?;
    if done { None } else { Some(js_sys::Uint8Array::new(&value).to_vec()) }
}
