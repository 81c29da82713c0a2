//! The time zones that the browser knows, by their IANA names.

use js_sys::{Array, Function, Reflect};
use wasm_bindgen::{JsCast, JsValue};

/// All names that the browser lists; none in a browser that lists none.
#[must_use]
pub(crate) fn time_zones() -> Vec<String> {
    listed().unwrap_or_default().iter().filter_map(|name| name.as_string()).collect()
}

fn listed() -> Option<Array> {
    let intl = Reflect::get(&js_sys::global(), &"Intl".into()).ok()?;
    let list: Function = Reflect::get(&intl, &"supportedValuesOf".into()).ok()?.dyn_into().ok()?;
    list.call1(&JsValue::UNDEFINED, &"timeZone".into()).ok()?.dyn_into().ok()
}

/// The listed name that a text stands for, in any case of letters: `europe/lisbon`, or only the city, `new york`.
#[must_use]
pub(crate) fn named(text: &str, zones: &[String]) -> Option<String> {
    let wanted = text.trim().replace(' ', "_");
    let is_whole = |zone: &&String| zone.eq_ignore_ascii_case(&wanted);
    let is_city = |zone: &&String| zone.rsplit('/').next().is_some_and(|city| city.eq_ignore_ascii_case(&wanted));
    zones.iter().find(is_whole).or_else(|| zones.iter().find(is_city)).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test]
    fn a_zone_is_found_by_its_name_or_its_city_in_any_case() {
        let zones = time_zones();
        for (text, zone) in [
            ("Europe/Lisbon", Some("Europe/Lisbon")),
            ("europe/lisbon ", Some("Europe/Lisbon")),
            ("new york", Some("America/New_York")),
            ("Mars/Olympus", None),
            ("", None),
        ] {
            assert_eq!(named(text, &zones).as_deref(), zone, "{text:?}");
        }
    }
}
