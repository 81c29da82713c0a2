//! The device cookie: a browser in which somebody has signed in before proves it at their next sign-in.
//!
//! The scheme is OWASP's "device cookies": guesses of strangers are limited for the whole account, those of a known
//! browser only for that browser, so that a stranger can't lock anybody out.

use crate::{
    secret,
    session::{cookie_value, set_cookie},
    state::State,
};
use axum::http::{HeaderMap, HeaderValue};

const NAME: &str = "device";
/// Digits of the random number that names the browser.
const NONCE_DIGITS: usize = 32;
/// A year: a browser that was not used for longer is a stranger.
const LIFE_SECONDS: i64 = 365 * 24 * 60 * 60;

/// A cookie for the browser in which this account has signed in. It holds no address: the signature is over it.
pub(crate) fn make(state: &State, email: &str) -> HeaderValue {
    let nonce = secret::random_token(NONCE_DIGITS);
    let value = format!("{nonce}{}", signature(state, email, &nonce));
    set_cookie(state.config(), NAME, &value, LIFE_SECONDS)
}

/// The random number of a browser in which this account has signed in before.
pub(crate) fn known_browser(headers: &HeaderMap, state: &State, email: &str) -> Option<String> {
    let value = cookie_value(headers, state.config(), NAME)?;
    let (nonce, given) = value.split_at_checked(NONCE_DIGITS)?;
    secret::constant_time_eq(given, &signature(state, email, nonce)).then(|| nonce.to_owned())
}

fn signature(state: &State, email: &str, nonce: &str) -> String {
    secret::signature(&state.db().keys().device, "device", &format!("{nonce}\0{email}"))
}
