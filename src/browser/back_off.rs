//! Back-off with jitter: the time to wait before a retry.

const FIRST_MS: u32 = 1_000;
/// The maximum wait before a retry.
pub(crate) const LONGEST_MS: u32 = 60_000;

/// A random time, in milliseconds, below a limit that doubles with each failure (exponential back-off): clients do not
/// all reconnect to a restarted server at once. `failures`: the number of failed attempts in a row before the last one.
pub(crate) fn back_off_ms(failures: u32) -> u32 {
    let shortest = FIRST_MS / 2;
    let longest = FIRST_MS.saturating_mul(1 << failures.min(6)).min(LONGEST_MS);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let jitter = (js_sys::Math::random() * f64::from(longest - shortest)) as u32;
    shortest + jitter
}
