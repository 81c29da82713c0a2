//! Live events: the stream, and the same changes by polling.
//!
//! A stream carries its own position and reads the log past it whenever it is woken.

use crate::{
    auth_agent::{AuthAgent, Credential},
    db::{Db, head},
    error::Result,
    event_log,
    event_stream::{self, Source, event},
    input::{Query, bad_query},
    request_parts::last_event_id,
    session,
    state::State,
    stream_limits::StreamLimit,
};
use axum::{
    Extension, extract,
    http::HeaderMap,
    response::{Response, sse::Event as SseEvent},
};
use chrono::Utc;
use std::{sync::Arc, time::Duration};
use utoipa_axum::{router::OpenApiRouter, routes};
use wire::{Change, Changes, Event, Heartbeat, Hello, Position, Problem, Reset, ResetReason, Seq};

/// Open streams of one session or token.
const STREAMS: usize = 8;
/// Lines of the log read at once.
const BATCH: u32 = 100;
/// How soon a client comes back after a stream has broken.
const RETRY: Duration = Duration::from_secs(1);

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
    let (first, log) = Log::open(state.db().clone(), signed, last_event_id(&headers)).await?;
    Ok(event_stream::respond(&state, permit, first, log))
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

/// Reads the log on from a position, as the agent sees it.
struct Log {
    db: Db,
    signed: AuthAgent,
    /// The log has been read up to here.
    seq: Seq,
    head: Seq,
}

impl Log {
    /// Finds out where to begin, and what is said first. `from`: the position to go on after; `Some(None)` is an id
    /// that is no position of ours.
    async fn open(db: Db, signed: AuthAgent, from: Option<Option<Position>>) -> Result<(Vec<SseEvent>, Self)> {
        let mut reading = db.read().await?;
        let head = head(&mut reading, signed.org).await?;
        let start = match from {
            None => Ok(head),
            Some(None) => Err(ResetReason::OtherEpoch),
            Some(Some(position)) => event_log::resume(&db, &mut reading, &signed, &position).await?,
        };
        drop(reading);
        let hello = Hello { epoch: db.epoch().to_owned(), head, server_time: Utc::now() };
        let mut first = vec![event("hello", &hello).retry(RETRY)];
        if let Err(reason) = start {
            first.push(event("reset", &Reset { reason }));
        }
        Ok((first, Self { db, signed, seq: start.unwrap_or(head), head }))
    }
}

impl Source for Log {
    /// `None` when the session has ended.
    async fn read(&mut self) -> Result<Option<Vec<SseEvent>>> {
        let mut reading = self.db.read().await?;
        let Some(signed) = session::find(&mut reading, &self.signed.credential).await? else { return Ok(None) };
        // Role and name may have changed since the stream was opened.
        self.signed = signed;
        self.head = head(&mut reading, self.signed.org).await?;
        if self.seq >= self.head {
            return Ok(Some(Vec::new()));
        }
        let lines = event_log::after(&mut reading, &self.signed, self.seq, BATCH).await?;
        self.seq = lines.last().map_or(self.seq, |line| line.seq);
        let framed = |line: event_log::Line| {
            let id = Position { epoch: self.db.epoch().to_owned(), seq: line.seq }.to_string();
            // What is skipped still moves the reader on: a block of an id alone is no event.
            line.event.map_or_else(SseEvent::default, |told| event(told.name(), &told.data())).id(id)
        };
        Ok(Some(lines.into_iter().map(framed).collect()))
    }

    fn heartbeat(&self) -> SseEvent {
        event("heartbeat", &Heartbeat { head: self.head })
    }
}
