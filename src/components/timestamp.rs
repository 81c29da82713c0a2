//! `Timestamp`: a moment, date and time in the reader's own locale and zone.

use crate::components::ui::live::{live, live_view};
use crate::memo::Memo;
use crate::timers::now;
use js_sys::{Array, Date, Intl, Object, Reflect};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use wire::Time;

/// By which customs dates and times are written: a BCP 47 tag, e. g. `pt-BR`; `None`: the browser's. Given by context, where
/// the page says.
#[derive(Clone)]
pub struct Locale(pub ArcRwSignal<Option<String>>);

/// As `Intl` takes it. Tracks.
fn locales() -> Array {
    let tag = use_context::<Locale>().and_then(|locale| locale.0.get());
    tag.map(|tag| Array::of1(&tag.into())).unwrap_or_default()
}

/// A moment as `<time>`: absolute, with zone and relative time in the tooltip.
#[component]
pub fn Timestamp(at: Time) -> impl IntoView {
    view! {
        <time class="timestamp" datetime=iso(at) title=live(move || tooltip(at))>
            {live_view(move || absolute(at))}
        </time>
    }
}

/// A moment in a list row: the time today, "Yesterday", or the day.
#[component]
pub fn ShortTimestamp(#[prop(into)] at: Memo<Time>) -> impl IntoView {
    view! {
        <time class="timestamp" datetime=live(move || iso(at.get())) title=live(move || absolute(at.get()))>
            {live_view(move || short(at.get()))}
        </time>
    }
}

/// "22 Nov 2026, 14:05".
#[must_use]
pub fn absolute(at: Time) -> String {
    format(
        at,
        &[("day", "numeric"), ("month", "short"), ("year", "numeric"), ("hour", "2-digit"), ("minute", "2-digit")],
    )
}

/// The time of day in another zone now; `None` for a zone the browser doesn't know.
#[must_use]
pub fn time_in_zone(zone: &str) -> Option<String> {
    let options = options(&[("hour", "2-digit"), ("minute", "2-digit"), ("weekday", "short"), ("timeZone", zone)]);
    let constructor = Reflect::get(&js_sys::global(), &"Intl".into())
        .and_then(|intl| Reflect::get(&intl, &"DateTimeFormat".into()))
        .ok()?
        .dyn_into::<js_sys::Function>()
        .ok()?;
    // A zone the browser doesn't know throws; `Reflect.construct` hands that to us as an error.
    let formatter = Reflect::construct(&constructor, &Array::of2(&locales(), &options)).ok()?;
    let formatter: Intl::DateTimeFormat = formatter.unchecked_into();
    formatter.format().call1(&JsValue::UNDEFINED, &Date::new_0()).ok()?.as_string()
}

fn tooltip(at: Time) -> String {
    let zoned = format(at, &[("dateStyle", "full"), ("timeStyle", "long")]);
    format!("{zoned} · {}", relative(at))
}

/// "3 hours ago", in the reader's language.
fn relative(at: Time) -> String {
    let seconds = (date(at).get_time() - now()) / 1000.0;
    let steps =
        [("year", 31_536_000.0), ("month", 2_592_000.0), ("day", 86_400.0), ("hour", 3_600.0), ("minute", 60.0)];
    let (unit, size) = steps.into_iter().find(|(_, size)| seconds.abs() >= *size).unwrap_or(("second", 1.0));
    let options = options(&[("numeric", "auto")]);
    let formatter = Intl::RelativeTimeFormat::new(&locales(), &options);
    formatter.format((seconds / size).trunc(), unit).into()
}

fn short(at: Time) -> String {
    let day = |milliseconds: f64| {
        let date = Date::new(&JsValue::from_f64(milliseconds));
        date.set_hours(0);
        date.set_minutes(0);
        date.set_seconds(0);
        date.set_milliseconds(0);
        date.get_time()
    };
    let then = date(at).get_time();
    // Days of 23 and 25 hours are days too.
    let days = ((day(now()) - day(then)) / 86_400_000.0).round();
    if days <= 0.0 {
        format(at, &[("hour", "2-digit"), ("minute", "2-digit")])
    } else if days < 2.0 {
        crate::words::words().yesterday.to_owned()
    } else if days < 300.0 {
        format(at, &[("day", "numeric"), ("month", "short")])
    } else {
        format(at, &[("day", "numeric"), ("month", "short"), ("year", "numeric")])
    }
}

fn format(at: Time, parts: &[(&str, &str)]) -> String {
    let formatter = Intl::DateTimeFormat::new(&locales(), &options(parts));
    let text = formatter.format().call1(&JsValue::UNDEFINED, &date(at));
    text.ok().and_then(|text| text.as_string()).unwrap_or_default()
}

fn date(at: Time) -> Date {
    #[expect(clippy::cast_precision_loss)]
    Date::new(&JsValue::from_f64(at.timestamp_millis() as f64))
}

/// For machines.
fn iso(at: Time) -> String {
    date(at).to_iso_string().into()
}

fn options(parts: &[(&str, &str)]) -> Object {
    let options = Object::new();
    for (key, value) in parts {
        // A plain object of our own takes every property.
        let _ = Reflect::set(&options, &(*key).into(), &(*value).into());
    }
    options
}
