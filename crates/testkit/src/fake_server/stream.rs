//! The event stream: a real `ReadableStream` that the test controls.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::{Object, Reflect, Uint8Array};
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{ReadableStream, ReadableStreamDefaultController, Response};
use wire::{Event, Hello, Reset, ResetReason, Seq};

use super::data::Data;
use super::{FakeServer, broken};

/// The current event stream, if one is open.
#[derive(Default)]
pub(super) struct Stream {
    controller: RefCell<Option<ReadableStreamDefaultController>>,
    /// The number of the data's events that have been sent.
    sent: Cell<usize>,
}

impl Stream {
    /// Answers a request for the stream: sends `hello`, then the events after the requested position.
    pub(super) fn open(&self, data: &mut Data, after: Option<&str>) -> Response {
        let made = Rc::new(RefCell::new(None));
        let slot = Rc::clone(&made);
        let start = Closure::once_into_js(move |controller: JsValue| {
            *slot.borrow_mut() = Some(controller.unchecked_into::<ReadableStreamDefaultController>());
        });
        let source = Object::new();
        Reflect::set(&source, &"start".into(), &start).expect("a plain object takes every property");
        let stream = ReadableStream::new_with_underlying_source(&source).expect("a stream can be made");
        self.controller.replace(made.take());
        let epoch = data.epoch.clone();
        let server_time = data.time();
        self.say("hello", &Hello { epoch: epoch.clone(), head: data.seq, server_time });
        match after.and_then(|after| after.rsplit_once('.')) {
            Some((known, _)) if known != epoch => {
                self.say("reset", &Reset { reason: ResetReason::OtherEpoch });
            }
            Some((_, seq)) => {
                let seq: Seq = seq.parse().expect("a position ends in a number");
                let missed: Vec<Event> = data.events.iter().filter(|event| event.seq() > seq).cloned().collect();
                missed.iter().for_each(|event| self.tell(&epoch, event));
            }
            None => {}
        }
        self.sent.set(data.events.len());
        Response::new_with_opt_readable_stream(Some(&stream)).expect("a response takes a stream")
    }

    fn say(&self, name: &str, data: &impl serde::Serialize) {
        let data = serde_json::to_string(data).expect("what is said is JSON");
        self.write(format!("event: {name}\ndata: {data}\n\n").as_bytes());
    }

    fn tell(&self, epoch: &str, event: &Event) {
        self.write(&frame(epoch, event));
    }

    fn write(&self, bytes: &[u8]) {
        if let Some(controller) = self.controller.borrow().as_ref() {
            // Fails when the reader is gone.
            let _ = controller.enqueue_with_chunk(&Uint8Array::from(bytes));
        }
    }

    pub(super) fn cut(&self) {
        if let Some(controller) = self.controller.take() {
            controller.error_with_e(&broken());
        }
    }
}

/// An event as bytes.
fn frame(epoch: &str, event: &Event) -> Vec<u8> {
    let (name, data) = (event.name(), event.data());
    format!("id: {epoch}.{}\nevent: {name}\ndata: {data}\n\n", event.seq()).into_bytes()
}

impl FakeServer {
    pub fn is_followed(&self) -> bool {
        self.shared.stream.controller.borrow().is_some()
    }

    /// Sends all events that have not been sent yet.
    pub fn tell(&self) {
        let data = self.shared.data.borrow();
        let sent = self.shared.stream.sent.replace(data.events.len());
        data.events[sent..].iter().for_each(|event| self.shared.stream.tell(&data.epoch, event));
    }

    /// Sends all events again.
    pub fn repeat_everything(&self) {
        self.shared.stream.sent.set(0);
        self.tell();
    }

    /// Sends all events that have not been sent yet, in two chunks. `cut` returns the number of bytes of the first.
    pub fn tell_torn(&self, cut: impl Fn(&[u8]) -> usize) {
        let data = self.shared.data.borrow();
        let sent = self.shared.stream.sent.replace(data.events.len());
        let bytes: Vec<u8> = data.events[sent..].iter().flat_map(|event| frame(&data.epoch, event)).collect();
        let (before, after) = bytes.split_at(cut(&bytes));
        self.shared.stream.write(before);
        self.shared.stream.write(after);
    }

    /// Sends an unknown event.
    pub fn say_unknown(&self) {
        let data = self.shared.data.borrow();
        let frame = format!("id: {}.{}\nevent: contact-note-pinned\ndata: {{\"x\":1}}\n\n", data.epoch, data.seq);
        self.shared.stream.write(frame.as_bytes());
    }

    /// Closes the stream, like a server that stops.
    pub fn end_stream(&self) {
        if let Some(controller) = self.shared.stream.controller.take() {
            let _ = controller.close();
        }
    }

    /// Breaks the stream with an error.
    pub fn cut_stream(&self) {
        self.shared.stream.cut();
    }

    /// Simulates a restore from a backup: the order starts over, and all positions are stale.
    pub fn start_new_epoch(&self) {
        self.shared.data.borrow_mut().epoch.push('x');
    }
}
