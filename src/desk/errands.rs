//! Sends what a row's wish calls for, one request at a time per row, until nothing is left to ask for.

use super::{Desk, spawn};
use crate::{
    error::ApiError,
    store::{
        ledger::Ledger,
        row::{Entry, Errand},
    },
};
use std::{collections::HashSet, sync::Mutex};
use wire::ProblemCode;

const FIRST_PAUSE_MS: u32 = 1_000;
const LONGEST_PAUSE_MS: u32 = 60_000;

/// The rows that have a runner.
#[derive(Default)]
pub(super) struct Errands {
    running: Mutex<HashSet<String>>,
}

/// What a request brought.
pub(super) enum Done<T> {
    /// The thing as it is now.
    Entry(T),
    Deleted,
}

/// What the desk says when an errand failed for good.
pub(super) enum Failed {
    Add(ApiError),
    Delete(ApiError),
    Restore(ApiError),
}

impl Desk {
    /// Runs a row's errands, unless somebody does already. `ledger` finds the row's ledger, `perform` sends one
    /// request, `failed` hears of one that was refused for good.
    pub(super) fn run_errands<T: Entry>(
        &self,
        id: T::Id,
        ledger: impl AsRef<Ledger<T>> + 'static,
        perform: impl AsyncFn(&Desk, Errand<T>) -> Result<Done<T>, ApiError> + 'static,
        failed: impl Fn(&Desk, Failed) + 'static,
    ) {
        let name = format!("{id:?}");
        if !self.0.errands.running().insert(name.clone()) {
            return;
        }
        let desk = self.clone();
        spawn(async move {
            let ledger = ledger.as_ref();
            let mut attempts = 0;
            while let Some(errand) = ledger.errand(id) {
                match perform(&desk, errand.clone()).await {
                    Ok(Done::Entry(entry)) => ledger.receive(entry),
                    Ok(Done::Deleted) => ledger.settle_delete(id),
                    Err(error) if error.is_signed_out() => desk.wait_for_sign_in().await,
                    Err(error) if error.is_retryable() => {
                        ledger.retry(id, error.failure());
                        desk.pause(pause_ms(&error, attempts)).await;
                        attempts += 1;
                    }
                    Err(error) => end(&desk, ledger, id, &errand, error, &failed),
                }
            }
            desk.0.errands.running().remove(&name);
        });
    }
}

/// Ends an errand that was refused for good.
fn end<T: Entry>(
    desk: &Desk,
    ledger: &Ledger<T>,
    id: T::Id,
    errand: &Errand<T>,
    error: ApiError,
    failed: &impl Fn(&Desk, Failed),
) {
    match errand {
        // Somebody deleted it before we did: that is what was wished.
        Errand::Delete if matches!(error.code(), Some(ProblemCode::NotFound | ProblemCode::Gone)) => {
            ledger.settle_delete(id);
        }
        Errand::Add(_) if error.code() == Some(ProblemCode::Gone) => {
            // Somebody deleted it while it was on its way: nothing of it may stay here.
            ledger.refuse(id, error.failure());
            ledger.intend_delete(id);
            failed(desk, Failed::Add(error));
        }
        Errand::Add(_) => {
            ledger.refuse(id, error.failure());
            failed(desk, Failed::Add(error));
        }
        Errand::Delete => {
            ledger.refuse(id, error.failure());
            failed(desk, Failed::Delete(error));
        }
        Errand::Restore => {
            ledger.refuse(id, error.failure());
            failed(desk, Failed::Restore(error));
        }
    }
}

/// The server's word, or doubling with half of it at random.
fn pause_ms(error: &ApiError, attempts: u32) -> u32 {
    let doubled = FIRST_PAUSE_MS.saturating_mul(1 << attempts.min(6)).min(LONGEST_PAUSE_MS);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let jittered = doubled / 2 + (js_sys::Math::random() * f64::from(doubled / 2)) as u32;
    error.retry_after().map_or(jittered, |seconds| seconds.saturating_mul(1000).max(jittered))
}

impl Errands {
    fn running(&self) -> std::sync::MutexGuard<'_, HashSet<String>> {
        self.running.lock().expect("no panic while a lock is held")
    }
}
