//! Lengths in CSS pixels.

/// Formats a length for CSS, with two decimals.
pub(super) fn pixels(length: f64) -> String {
    let length: String = js_sys::Number::from(length).to_fixed(2).map(Into::into).unwrap_or_default();
    length + "px"
}

/// Clamps `value`; returns `low` if the bounds are reversed. Keeps the bundle small: the panic message of `f64::clamp`
/// needs the code that formats floats.
pub(crate) fn between(low: f64, value: f64, high: f64) -> f64 {
    if value < low || high < low { low } else { value.min(high) }
}
