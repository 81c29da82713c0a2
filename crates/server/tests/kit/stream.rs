//! A client's view of a stream of events.

use super::patient;
use axum::body::BodyDataStream;
use futures::StreamExt as _;
use serde_json::Value;
use wire::Seq;

/// One event of a stream.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Heard {
    pub(crate) id: Option<String>,
    pub(crate) event: String,
    pub(crate) data: Value,
}

impl Heard {
    pub(crate) fn seq(&self) -> Seq {
        let position: wire::Position = self.id.as_ref().unwrap().parse().unwrap();
        position.seq
    }
}

/// An open stream of events.
pub(crate) struct Stream {
    chunks: BodyDataStream,
    text: String,
}

impl Stream {
    pub(super) fn new(chunks: BodyDataStream) -> Self {
        Self { chunks, text: String::new() }
    }

    /// The next event; `None` when the stream has ended.
    pub(crate) async fn next(&mut self) -> Option<Heard> {
        loop {
            if let Some((frame, rest)) = self.text.split_once("\n\n") {
                let (frame, rest) = (read_frame(frame), rest.to_owned());
                self.text = rest;
                // A frame without an event and a position says when to come back.
                if !frame.event.is_empty() || frame.id.is_some() {
                    return Some(frame);
                }
                continue;
            }
            let chunk = patient(self.chunks.next()).await?;
            self.text += std::str::from_utf8(&chunk.unwrap()).unwrap();
        }
    }

    /// Reads events until one with this name comes, and returns it.
    pub(crate) async fn until(&mut self, event: &str) -> Heard {
        loop {
            let heard = self.next().await.expect("the stream goes on");
            if heard.event == event {
                return heard;
            }
        }
    }
}

fn read_frame(frame: &str) -> Heard {
    let mut heard = Heard { id: None, event: String::new(), data: Value::Null };
    for line in frame.lines() {
        match line.split_once(": ").unwrap() {
            ("id", id) => heard.id = Some(id.to_owned()),
            ("event", event) => event.clone_into(&mut heard.event),
            ("data", data) => heard.data = serde_json::from_str(data).unwrap(),
            _ => {}
        }
    }
    heard
}
