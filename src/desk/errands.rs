//! Sends what a row's wish calls for, one request at a time per row, until nothing is left to ask for.

use super::{
    Desk,
    source::{Kind, Row},
    spawn,
};
use crate::{error::ApiError, store::row::Failure};
use std::{collections::HashSet, sync::Mutex};
use uuid::Uuid;
use wire::ProblemCode;

const FIRST_PAUSE_MS: u32 = 1_000;
const LONGEST_PAUSE_MS: u32 = 60_000;

/// The rows that have a runner, by id: no two things have the same one, of whatever kind they are.
#[derive(Default)]
pub(super) struct Errands {
    running: Mutex<HashSet<Uuid>>,
}

impl Desk {
    /// Runs a row's errands, unless somebody does already.
    pub(super) fn run_errands(&self, id: Uuid, row: Box<dyn Row>) {
        if !self.0.errands.running().insert(id) {
            return;
        }
        let desk = self.clone();
        spawn(async move {
            let mut attempts = 0;
            while let Some(kind) = row.waits_for() {
                let Some(request) = row.send(desk.api()) else {
                    unsent(&*row, kind);
                    break;
                };
                let settled = match (request.await, kind) {
                    (Ok(_), Kind::Delete) => {
                        row.settle_delete();
                        Ok(())
                    }
                    (Ok(answer), Kind::Add | Kind::Restore) => row.settle(answer),
                    (Err(error), _) => Err(error),
                };
                match settled {
                    Ok(()) => {}
                    Err(error) if error.is_signed_out() => desk.wait_for_sign_in().await,
                    Err(error) if error.is_retryable() => {
                        row.retry(error.failure());
                        desk.pause(pause_ms(&error, attempts)).await;
                        attempts += 1;
                    }
                    Err(error) => end(&desk, &*row, kind, &error),
                }
            }
            desk.0.errands.running().remove(&id);
        });
    }
}

/// Ends an errand for which there is no request.
fn unsent(row: &dyn Row, kind: Kind) {
    match kind {
        Kind::Add => row.refuse(Failure::Unreadable),
        Kind::Delete | Kind::Restore => row.settle_delete(),
    }
}

/// Ends an errand that was refused for good.
fn end(desk: &Desk, row: &dyn Row, kind: Kind, error: &ApiError) {
    // Somebody deleted it before we did: that is what was wished.
    if kind == Kind::Delete && matches!(error.code(), Some(ProblemCode::NotFound | ProblemCode::Gone)) {
        return row.settle_delete();
    }
    row.refuse(error.failure());
    row.failed(desk, kind, error);
}

/// The server's word, or doubling with half of it at random.
fn pause_ms(error: &ApiError, attempts: u32) -> u32 {
    let doubled = FIRST_PAUSE_MS.saturating_mul(1 << attempts.min(6)).min(LONGEST_PAUSE_MS);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let jittered = doubled / 2 + (js_sys::Math::random() * f64::from(doubled / 2)) as u32;
    error.retry_after().map_or(jittered, |seconds| seconds.saturating_mul(1000).max(jittered))
}

impl Errands {
    fn running(&self) -> std::sync::MutexGuard<'_, HashSet<Uuid>> {
        self.running.lock().expect("no panic while a lock is held")
    }
}
