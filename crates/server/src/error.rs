//! The crate's error type, and the answer to each failure: a problem document (RFC 9457).
//!
//! Answers and log lines name codes and ids, and never repeat what was sent.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use sqlx::postgres::PgDatabaseError;
use wire::{FieldError, Problem, ProblemCode, RefusedControl};

/// The crate's one error.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A request that is refused, with the problem document that says why.
    #[error("refused: {}", .0.problem.type_)]
    Refused(Box<Refusal>),
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
    #[error("the database could not be brought up to date: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// A sentence for the person who starts the server.
    #[error("{0}")]
    Setup(String),
    #[error("{0}")]
    Io(#[from] std::io::Error),
}

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// After this many seconds a request that was refused with 503 may be repeated.
const SOON: u64 = 1;

/// The problem document of an answer.
#[derive(Debug)]
pub struct Refusal {
    pub problem: Problem,
    /// Seconds, sent as `Retry-After`.
    pub retry_after: Option<u64>,
}

impl Error {
    /// `pointer`: a JSON pointer into the request's body, or `?name` of a query parameter.
    #[must_use]
    pub fn field(code: ProblemCode, pointer: &str, word: &str) -> Self {
        Self::fields(code, vec![FieldError { pointer: pointer.to_owned(), code: word.to_owned() }])
    }

    #[must_use]
    pub fn fields(code: ProblemCode, errors: Vec<FieldError>) -> Self {
        Self::from(Problem { errors, ..Problem::new(code) })
    }

    /// With a sentence of the server's. It must not repeat anything that was sent.
    #[must_use]
    pub fn detail(code: ProblemCode, detail: &'static str) -> Self {
        Self::from(Problem { detail: Some(detail.to_owned()), ..Problem::new(code) })
    }

    /// As [`Self::fields`], with the control characters that were found in them, each with its field's pointer.
    #[must_use]
    pub fn fields_with_controls(
        code: ProblemCode,
        errors: Vec<FieldError>,
        controls: &[(&str, RefusedControl)],
    ) -> Self {
        let sentences: Vec<String> =
            controls.iter().map(|(pointer, control)| format!("In {pointer}, {control}: it can't be saved.")).collect();
        let detail = Some(sentences.join(" ")).filter(|detail| !detail.is_empty());
        Self::from(Problem { errors, detail, ..Problem::new(code) })
    }

    /// 412, with the resource as it is now.
    #[must_use]
    pub fn changed(current: &impl serde::Serialize) -> Self {
        Self::from(Problem { current: json(current), ..Problem::new(ProblemCode::Changed) })
    }

    /// 410: deleted, as of `rev`.
    #[must_use]
    pub fn gone(rev: wire::Seq) -> Self {
        Self::from(Problem { rev: Some(rev), ..Problem::new(ProblemCode::Gone) })
    }

    /// 429: try again after `seconds`.
    #[must_use]
    pub fn too_many(seconds: u64) -> Self {
        let problem = Problem::new(ProblemCode::TooManyRequests);
        Self::Refused(Box::new(Refusal { problem, retry_after: Some(seconds) }))
    }

    /// 503: too much is under way; try again after `seconds`.
    #[must_use]
    pub fn busy(seconds: u64) -> Self {
        let problem = Problem::new(ProblemCode::Busy);
        Self::Refused(Box::new(Refusal { problem, retry_after: Some(seconds) }))
    }

    /// The answer to the client. Failures of the server are logged here, by kind and code only.
    fn into_refusal(self) -> Refusal {
        let code = match self {
            Self::Refused(refusal) => return *refusal,
            Self::Database(error) => code_of(&error),
            Self::Migration(_) | Self::Setup(_) | Self::Io(_) => {
                tracing::error!("a request met a failure that belongs to the start of the server");
                ProblemCode::Internal
            }
        };
        Refusal::from(Problem::new(code))
    }
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        let retry_after = (problem.status == 503).then_some(SOON);
        Self { problem, retry_after }
    }
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        Self::Refused(Box::new(problem.into()))
    }
}

impl From<ProblemCode> for Error {
    fn from(code: ProblemCode) -> Self {
        Problem::new(code).into()
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        self.into_refusal().into_response()
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let json = serde_json::to_vec(&self.problem).expect("a problem document holds only strings and JSON values");
        let mut response = (status, json).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}

fn code_of(error: &sqlx::Error) -> ProblemCode {
    match error {
        sqlx::Error::PoolTimedOut => ProblemCode::Busy,
        // The connection to Postgres is lost. A commit may have happened or not: the ids of requests make it safe to
        // repeat them.
        sqlx::Error::Io(_) => {
            tracing::error!(kind = kind_of(error), "the database can't be reached");
            ProblemCode::Busy
        }
        sqlx::Error::Database(failed) => match (failed.try_downcast_ref::<PgDatabaseError>(), failed.code()) {
            (Some(failed), _) => code_of_postgres(failed.code()),
            (None, Some(code)) => code_of_sqlite(code.parse().unwrap_or(0)),
            (None, None) => code_of_sqlite(0),
        },
        _ => {
            tracing::error!(kind = kind_of(error), "a database call failed");
            ProblemCode::Internal
        }
    }
}

/// SQLite's extended result codes, <https://sqlite.org/rescode.html>.
fn code_of_sqlite(extended: u32) -> ProblemCode {
    match (extended & 0xff, extended) {
        // SQLITE_BUSY, SQLITE_LOCKED: another writer took longer than the time limit.
        (5 | 6, _) => ProblemCode::Busy,
        // SQLITE_FULL, and SQLITE_IOERR_WRITE, which SQLite reports at a file size limit.
        (13, _) | (_, 778) => {
            tracing::error!(code = extended, "the disk is full");
            ProblemCode::StorageFull
        }
        // SQLITE_IOERR_FSYNC, SQLITE_IOERR_DIR_FSYNC: the content of the file is no longer known, and a later commit
        // could confirm lost data. A restart reads the real content.
        (_, 1034 | 1290) => {
            tracing::error!(code = extended, "the disk could not be synced; stopping");
            std::process::abort();
        }
        _ => {
            tracing::error!(code = extended, "a statement failed");
            ProblemCode::Internal
        }
    }
}

/// SQLSTATEs, <https://www.postgresql.org/docs/current/errcodes-appendix.html>.
fn code_of_postgres(state: &str) -> ProblemCode {
    match state {
        // lock_not_available, deadlock_detected, serialization_failure, too_many_connections, idle transaction ended.
        "55P03" | "40P01" | "40001" | "53300" | "25P03" => ProblemCode::Busy,
        // character_not_in_repertoire: a NUL. What is stored has none; here it was asked for.
        "22021" => ProblemCode::InvalidBody,
        // The server is shutting down, has crashed, or is starting.
        _ if state.starts_with("57P0") || state.starts_with("08") => {
            tracing::error!(code = state, "the database is not available");
            ProblemCode::Busy
        }
        // disk_full
        "53100" => {
            tracing::error!(code = state, "the disk is full");
            ProblemCode::StorageFull
        }
        _ => {
            tracing::error!(code = state, "a statement failed");
            ProblemCode::Internal
        }
    }
}

fn kind_of(error: &sqlx::Error) -> &'static str {
    match error {
        sqlx::Error::RowNotFound => "row-not-found",
        sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => "decode",
        sqlx::Error::Io(_) => "io",
        sqlx::Error::PoolClosed => "pool-closed",
        sqlx::Error::WorkerCrashed => "worker-crashed",
        _ => "other",
    }
}

fn json(value: &impl serde::Serialize) -> Option<serde_json::Value> {
    serde_json::to_value(value).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_that_stays_busy_is_answered_with_a_time_to_come_back() {
        let answer = Error::from(sqlx::Error::PoolTimedOut).into_response();
        assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(answer.headers()[header::RETRY_AFTER], "1");
        for code in [ProblemCode::Busy, ProblemCode::StorageFull] {
            assert_eq!(Error::from(code).into_response().headers()[header::RETRY_AFTER], "1", "{code:?}");
        }
        let refusal = Error::from(sqlx::Error::PoolTimedOut).into_refusal();
        assert_eq!(refusal.problem, Problem { retryable: true, ..Problem::new(ProblemCode::Busy) });
    }
}
