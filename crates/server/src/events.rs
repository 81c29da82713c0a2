//! Live events: the event stream, and the same changes by polling.
//!
//! A stream has its own position. It takes the lines after it from the organization's feed, which reads the log once for
//! all streams; a stream that is further behind reads the log itself.

use crate::{
    auth_agent::AuthAgent,
    db::{Db, head},
    error::Result,
    event_log::{self, BATCH, Line},
    event_stream::{self, Source, event},
    feed::{Feed, Told},
    input::{Query, bad_query},
    request_parts::last_event_id,
    session,
    state::State,
};
use axum::{
    extract,
    http::HeaderMap,
    response::{Response, sse::Event as SseEvent},
};
use std::{sync::Arc, time::Duration};
use tokio::sync::watch;
use utoipa_axum::{router::OpenApiRouter, routes};
use wire::{Change, Changes, Event, Heartbeat, Hello, Position, Problem, Reset, ResetReason, Seq};

/// How long a client waits before it reconnects.
const RETRY: Duration = Duration::from_secs(1);

pub(crate) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new().routes(routes!(live)).routes(routes!(changes))
}

/// Changes as they happen (`text/event-stream`). `Last-Event-ID`: continue after this position.
#[utoipa::path(get, path = "/api/v1/events", tag = "events", params(("Last-Event-ID" = Option<String>, Header)),
    responses((status = 200, content_type = "text/event-stream", body = Event, description =
        "`hello`, then events with their position as id, a `heartbeat` every 15 seconds, `reset` when the position \
         can't be resumed from."),
    (status = "default", body = Problem, content_type = "application/problem+json", description = "Refused.")))]
async fn live(signed: AuthAgent, headers: HeaderMap, extract::State(state): extract::State<State>) -> Result<Response> {
    let permit = state.streams().open_agents(&signed.credential)?;
    let (first, log) = Log::open(&state, signed, last_event_id(&headers)).await?;
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
    let seq = match event_log::resume(db, &mut reading, signed.org, &after).await? {
        Ok(seq) => seq,
        Err(reason) => {
            let reset = Some(reason);
            return Ok(axum::Json(Changes { items: Vec::new(), next: at_head, more: false, reset }));
        }
    };
    let lines = event_log::after(&mut reading, signed.org, seq, limit).await?;
    let position = |seq| Position { epoch: at_head.epoch.clone(), seq };
    let next = lines.last().map_or(seq, |line| line.seq);
    let change = |line: &Line| {
        let (event, data) = line.seen_by(&signed)?;
        Some(Change { id: position(line.seq), event: event.to_owned(), data })
    };
    let items = lines.iter().filter_map(change).collect();
    Ok(axum::Json(Changes { items, next: position(next), more: next < at_head.seq, reset: None }))
}

/// Reads the log from a position on, as the agent sees it.
struct Log {
    db: Db,
    signed: AuthAgent,
    feed: Arc<Feed>,
    told: watch::Receiver<Told>,
    /// The order of changes that the stream follows. When another one begins, the stream ends.
    epoch: String,
    /// The state of access in which the session was valid. `None`: it is to be checked.
    access: Option<i64>,
    /// The position up to which the log has been read.
    seq: Seq,
}

impl Log {
    /// Finds the position to start from, and the first events. `from`: the position to continue after; `Some(None)` is
    /// an id that is no position.
    async fn open(state: &State, signed: AuthAgent, from: Option<Option<Position>>) -> Result<(Vec<SseEvent>, Self)> {
        let db = state.db().clone();
        let feed = state.feeds().of(&db, signed.org);
        let told = feed.told();
        let mut reading = db.read().await?;
        let epoch = db.epoch_of(&reading);
        let head = head(&mut reading, signed.org).await?;
        let start = match from {
            None => Ok(head),
            Some(None) => Err(ResetReason::OtherEpoch),
            Some(Some(position)) => event_log::resume(&db, &mut reading, signed.org, &position).await?,
        };
        let now = reading.now();
        drop(reading);
        let hello = Hello { epoch: epoch.clone(), head, server_time: now };
        let mut first = vec![event("hello", &hello).retry(RETRY)];
        if let Err(reason) = start {
            first.push(event("reset", &Reset { reason }));
        }
        let seq = start.unwrap_or(head);
        Ok((first, Self { db, signed, feed, told, epoch, access: None, seq }))
    }

    /// Whether the session is still valid. Role and name may have changed since it was checked.
    async fn is_valid(&mut self) -> Result<bool> {
        let found = session::find(&mut self.db.read().await?, &self.signed.credential).await?;
        let is_valid = found.is_some();
        self.signed = found.unwrap_or_else(|| self.signed.clone());
        Ok(is_valid)
    }

    /// The next lines: from the feed, or from the log if the feed doesn't go back so far. `None`: they are of another
    /// order of changes.
    async fn lines(&self) -> Result<Option<Vec<Arc<Line>>>> {
        if let Some(lines) = self.feed.after(self.seq) {
            return Ok(Some(lines));
        }
        let mut reading = self.db.read().await?;
        if self.db.epoch_of(&reading) != self.epoch {
            return Ok(None);
        }
        let lines = event_log::after(&mut reading, self.signed.org, self.seq, BATCH).await?;
        Ok(Some(lines.into_iter().map(Arc::new).collect()))
    }

    fn frame(&self, line: &Line) -> SseEvent {
        let id = Position { epoch: self.epoch.clone(), seq: line.seq }.to_string();
        // A line without an event still moves the client on: its block holds an id alone, which is no event.
        line.seen_by(&self.signed).map_or_else(SseEvent::default, |(name, data)| event(name, &data)).id(id)
    }
}

impl Source for Log {
    /// `None` when the session has ended, or another order of changes has begun.
    async fn read(&mut self) -> Result<Option<Vec<SseEvent>>> {
        let Told { access, is_over, .. } = *self.told.borrow_and_update();
        if is_over || self.feed.epoch() != self.epoch {
            return Ok(None);
        }
        if self.access != Some(access) {
            if !self.is_valid().await? {
                return Ok(None);
            }
            self.access = Some(access);
        }
        let Some(lines) = self.lines().await? else { return Ok(None) };
        self.seq = lines.last().map_or(self.seq, |line| line.seq);
        Ok(Some(lines.iter().map(|line| self.frame(line)).collect()))
    }

    async fn changed(&mut self) {
        // The feed lives as long as this does.
        let _is_there = self.told.changed().await;
    }

    /// A session can also end because time has passed.
    async fn heartbeat(&mut self) -> Result<Option<SseEvent>> {
        let head = self.seq.max(self.told.borrow().head);
        Ok(self.is_valid().await?.then(|| event("heartbeat", &Heartbeat { head })))
    }
}
