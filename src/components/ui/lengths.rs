//! Lengths in CSS pixels.

/// A length in CSS, to the hundredth.
pub(super) fn pixels(length: f64) -> String {
    let length: String = js_sys::Number::from(length).to_fixed(2).map(Into::into).unwrap_or_default();
    length + "px"
}

/// `value`, or the bound that it is beyond; the lower one if the bounds are the wrong way round. `f64::clamp` panics
/// then, with both numbers in words, and for those words the app would have to hold all that writing fractions takes.
pub(crate) fn between(low: f64, value: f64, high: f64) -> f64 {
    if value < low || high < low { low } else { value.min(high) }
}
