//! Live events: the event stream, and the same changes by polling.
//!
//! A stream has its own position and reads the log after it on every wake-up.

use crate::{
    auth_agent::{AuthAgent, Credential},
    concurrency_limit::ConcurrencyLimit,
    db::{Db, head},
    error::Result,
    event_log,
    event_stream::{self, Source, event},
    input::{Query, bad_query},
    request_parts::last_event_id,
    session,
    state::State,
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

/// How many streams a session or token may have open.
const STREAMS: usize = 8;
/// How many lines of the log are read at once.
const BATCH: u32 = 100;
/// How long a client waits before it reconnects.
const RETRY: Duration = Duration::from_secs(1);

pub(crate) fn routes() -> OpenApiRouter<State> {
    let streams = Arc::new(ConcurrencyLimit::<Credential>::new(STREAMS, usize::MAX));
    OpenApiRouter::new().routes(routes!(live)).routes(routes!(changes)).layer(Extension(streams))
}

/// Changes as they happen (`text/event-stream`). `Last-Event-ID`: continue after this position.
#[utoipa::path(get, path = "/api/v1/events", tag = "events", params(("Last-Event-ID" = Option<String>, Header)),
    responses((status = 200, content_type = "text/event-stream", body = Event, description =
        "`hello`, then events with their position as id, a `heartbeat` every 15 seconds, `reset` when the position \
         can't be resumed from."),
    (status = "default", body = Problem, content_type = "application/problem+json", description = "Refused.")))]
async fn live(
    signed: AuthAgent,
    headers: HeaderMap,
    Extension(streams): Extension<Arc<ConcurrencyLimit<Credential>>>,
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

/// Reads the log from a position on, as the agent sees it.
struct Log {
    db: Db,
    signed: AuthAgent,
    /// The position up to which the log has been read.
    seq: Seq,
    head: Seq,
}

impl Log {
    /// Finds the position to start from, and the first events. `from`: the position to continue after; `Some(None)` is
    /// an id that is no position.
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
            // A line without an event still moves the client on: its block holds an id alone, which is no event.
            line.event.map_or_else(SseEvent::default, |told| event(told.name(), &told.data())).id(id)
        };
        Ok(Some(lines.into_iter().map(framed).collect()))
    }

    fn heartbeat(&self) -> SseEvent {
        event("heartbeat", &Heartbeat { head: self.head })
    }
}
