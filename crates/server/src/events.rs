//! Live events: the stream, and the same changes by polling.
//!
//! A stream carries its own position and reads the log past it whenever it is woken; a wake-up carries no data. So a
//! slow reader, many changes at once or a missed wake-up lose nothing: they only make the next batch longer.

use crate::{
    auth_agent::{AuthAgent, Credential},
    db::head,
    error::Result,
    event_log,
    input::{Query, bad_query},
    session,
    state::State,
    stream_limits::StreamLimit,
};
use axum::{
    Extension,
    body::Body,
    extract,
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use bytes::Bytes;
use chrono::Utc;
use futures::stream;
use std::{convert::Infallible, fmt::Write as _, sync::Arc};
use tokio::{
    sync::{OwnedSemaphorePermit, watch},
    time::Instant,
};
use utoipa_axum::{router::OpenApiRouter, routes};
use wire::{Change, Changes, Event, Heartbeat, Hello, Position, Problem, Reset, ResetReason, Seq};

/// Open streams of one session or token.
const STREAMS: usize = 8;
/// Lines of the log read at once.
const BATCH: u32 = 100;

pub(crate) fn routes() -> OpenApiRouter<State> {
    let streams = Arc::new(StreamLimit::<Credential>::new(STREAMS));
    OpenApiRouter::new().routes(routes!(live)).routes(routes!(changes)).layer(Extension(streams))
}

/// What changes, as it changes (`text/event-stream`). `Last-Event-ID`: go on after this position.
#[utoipa::path(get, path = "/api/v1/events", tag = "events", params(("Last-Event-ID" = Option<String>, Header)),
    responses((status = 200, content_type = "text/event-stream", body = Event, description =
        "`hello`, then events with their position as id, a `heartbeat` every 15 seconds, `reset` when the position \
         can't be resumed from."),
    (status = "default", body = Problem, content_type = "application/problem+json", description = "Refused.")))]
async fn live(
    signed: AuthAgent,
    headers: HeaderMap,
    Extension(streams): Extension<Arc<StreamLimit<Credential>>>,
    extract::State(state): extract::State<State>,
) -> Result<Response> {
    let permit = streams.open(&signed.credential)?;
    // Subscribed before anything is read: a change in between wakes the stream once too often, never too seldom.
    let mut live = Live {
        woken: state.db().woken(),
        closing: state.closing(),
        beat: Instant::now() + state.heartbeat(),
        opening: String::new(),
        seq: 0,
        state,
        signed,
        _permit: permit,
    };
    live.open(last_event_id(&headers)).await?;
    let chunks =
        stream::unfold(live, async |mut live| live.next().await.map(|chunk| (Ok::<_, Infallible>(chunk), live)));
    let mut response = Body::from_stream(chunks).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}

/// `Some(None)`: there is one, but it isn't a position of ours.
fn last_event_id(headers: &HeaderMap) -> Option<Option<Position>> {
    let id = headers.get("last-event-id")?;
    Some(id.to_str().ok().and_then(|id| id.trim().parse().ok()))
}

/// The changes after a position, by polling.
#[utoipa::path(get, path = "/api/v1/changes", tag = "events", params(("after" = Position, Query),
    ("limit" = Option<u32>, Query, minimum = 1, maximum = 100)), responses((status = 200, body = Changes),
    (status = "default", body = Problem, content_type = "application/problem+json", description = "Refused.")))]
async fn changes(
    signed: AuthAgent,
    mut query: Query,
    extract::State(state): extract::State<State>,
) -> Result<axum::Json<Changes>> {
    let after: Position = query.take("after")?.ok_or_else(|| bad_query("after", "missing"))?;
    let limit = query.limit()?;
    query.finish()?;
    let db = state.db();
    let mut reading = db.read().await?;
    let at_head = db.as_of(&mut reading, signed.org).await?;
    let seq = match event_log::resume(db, &mut reading, &signed, &after).await? {
        Ok(seq) => seq,
        Err(reason) => {
            let reset = Some(reason);
            return Ok(axum::Json(Changes { items: Vec::new(), next: at_head, more: false, reset }));
        }
    };
    let lines = event_log::after(&mut reading, &signed, seq, limit).await?;
    let position = |seq| Position { epoch: db.epoch().to_owned(), seq };
    let next = lines.last().map_or(seq, |line| line.seq);
    let change = |line: event_log::Line| {
        let event = line.event?;
        Some(Change { id: position(line.seq), event: event.name().to_owned(), data: event.data() })
    };
    let items = lines.into_iter().filter_map(change).collect();
    Ok(axum::Json(Changes { items, next: position(next), more: next < at_head.seq, reset: None }))
}

/// One open stream.
struct Live {
    state: State,
    signed: AuthAgent,
    woken: watch::Receiver<()>,
    closing: watch::Receiver<bool>,
    beat: Instant,
    /// What is said first.
    opening: String,
    /// The log has been read up to here.
    seq: Seq,
    _permit: OwnedSemaphorePermit,
}

impl Live {
    /// Finds out where to begin, and says hello.
    async fn open(&mut self, from: Option<Option<Position>>) -> Result<()> {
        let db = self.state.db().clone();
        let mut reading = db.read().await?;
        let head = head(&mut reading, self.signed.org).await?;
        let start = match from {
            None => Ok(head),
            Some(None) => Err(ResetReason::OtherEpoch),
            Some(Some(position)) => event_log::resume(&db, &mut reading, &self.signed, &position).await?,
        };
        let hello = Hello { epoch: db.epoch().to_owned(), head, server_time: Utc::now() };
        self.opening = format!("retry: 1000\n{}", frame("hello", &hello));
        if let Err(reason) = start {
            self.opening += &frame("reset", &Reset { reason });
        }
        self.seq = start.unwrap_or(head);
        Ok(())
    }

    /// The next piece of the stream; `None` ends it.
    async fn next(&mut self) -> Option<Bytes> {
        if !self.opening.is_empty() {
            return Some(std::mem::take(&mut self.opening).into());
        }
        loop {
            if *self.closing.borrow_and_update() {
                return None;
            }
            self.woken.mark_unchanged();
            let text = match self.read().await {
                Ok(text) => text?,
                // The client comes back and resumes; an answer that has begun can't be refused any more.
                Err(_) => return None,
            };
            if !text.is_empty() {
                return Some(text.into());
            }
            tokio::select! {
                woken = self.woken.changed() => woken.ok()?,
                closing = self.closing.changed() => closing.ok()?,
                () = tokio::time::sleep_until(self.beat) => {}
            }
        }
    }

    /// What there is to say now; `None` when the session has ended.
    async fn read(&mut self) -> Result<Option<String>> {
        let db = self.state.db();
        let mut reading = db.read().await?;
        let Some(signed) = session::find(&mut reading, &self.signed.credential).await? else { return Ok(None) };
        // Role and name may have changed since the stream was opened.
        self.signed = signed;
        let head = head(&mut reading, self.signed.org).await?;
        let mut text = String::new();
        if self.seq < head {
            for line in event_log::after(&mut reading, &self.signed, self.seq, BATCH).await? {
                self.seq = line.seq;
                // What is skipped still moves the reader on: a block of an id alone is no event.
                let said = line.event.map_or_else(|| "\n".to_owned(), |event| frame(event.name(), &event.data()));
                write!(text, "id: {}.{}\n{said}", db.epoch(), line.seq).expect("writing to a String can't fail");
            }
        }
        if self.beat <= Instant::now() {
            self.beat = Instant::now() + self.state.heartbeat();
            text += &frame("heartbeat", &Heartbeat { head });
        }
        // A whole batch of lines with nothing left to say: go on at once.
        if text.is_empty() && self.seq < head {
            self.woken.mark_changed();
        }
        Ok(Some(text))
    }
}

/// JSON has no line breaks of its own, so the data is one line.
fn frame(event: &str, data: &impl serde::Serialize) -> String {
    let data = serde_json::to_string(data).expect("an event is plain values");
    format!("event: {event}\ndata: {data}\n\n")
}
