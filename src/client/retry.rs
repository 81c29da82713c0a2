//! Tries a request again that may succeed later, where somebody waits for it.

use super::Client;
use crate::{
    browser::{back_off::back_off_ms, timers::sleep},
    net::error::ApiError,
};

/// So often in all.
const ATTEMPTS: u32 = 5;

impl Client {
    /// `is_final`: what is not tried again, although it may succeed later.
    pub(super) async fn try_often<T, F: Future<Output = Result<T, ApiError>>>(
        &self,
        send: impl Fn() -> F,
        is_final: impl Fn(&ApiError) -> bool,
    ) -> Result<T, ApiError> {
        let mut failures = 0;
        loop {
            match send().await {
                Err(error)
                    if error.is_retryable() && !is_final(&error) && failures + 1 < ATTEMPTS && !self.is_closed() =>
                {
                    let asked = error.retry_after().map_or(0, |seconds| seconds.saturating_mul(1_000));
                    sleep(asked.max(back_off_ms(failures))).await;
                    failures += 1;
                }
                result => return result,
            }
        }
    }
}
