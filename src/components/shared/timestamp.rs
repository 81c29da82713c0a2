//! `Timestamp`: a date and time in the reader's locale and time zone.

use crate::browser::memo::ErasedMemo;
use crate::components::ui::{live::live_view, markup::Markup};
use crate::{
    browser::{
        clock::{clock, midnight_before},
        formatters,
        formatters::Options,
        timers::now,
    },
    strings::strings,
};
use leptos::prelude::*;
use send_wrapper::SendWrapper;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Element, Event};
use wire::Time;

const DAY_MS: f64 = 86_400_000.0;

/// The locale for dates and times: a BCP 47 tag, e. g. `pt-BR`; `None`: the browser's. Provided by context, if the page
/// sets one.
#[derive(Clone)]
pub struct Locale(pub ArcRwSignal<Option<String>>);

/// A time as `<time>`: absolute, with zone and relative time in the tooltip, which [`explain_times`] makes. In the locale of
/// the moment: read it in a reactive closure.
#[must_use]
pub fn timestamp(at: Time) -> Markup {
    Markup::text("time", "timestamp full", absolute(at)).with("datetime", iso(at))
}

/// Makes the tooltips of the timestamps within `root`, on hover: so they are up to date, and a page of timestamps costs
/// half. Every root of the app has it (`use:explain_times`).
pub fn explain_times(root: Element) {
    let locale = use_context::<Locale>();
    let explain = Closure::<dyn FnMut(Event)>::new(move |event: Event| {
        let time = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let Some(time) = time.filter(|time| time.matches("time.timestamp.full").unwrap_or(false)) else { return };
        let at = time.get_attribute("datetime").and_then(|at| at.parse::<Time>().ok());
        if let Some(at) = at {
            let tag = locale.as_ref().and_then(|locale| locale.0.get_untracked());
            let _ = time.set_attribute("title", &tooltip(tag.as_deref(), at));
        }
    });
    let _ = root.add_event_listener_with_callback("pointerover", explain.as_ref().unchecked_ref());
    let explain = SendWrapper::new((root, explain));
    on_cleanup(move || {
        let (root, explain) = explain.take();
        let _ = root.remove_event_listener_with_callback("pointerover", explain.as_ref().unchecked_ref());
    });
}

/// A time in a list row: the time of today, "Yesterday", or the day.
#[component]
pub fn ShortTimestamp(#[prop(into)] at: ErasedMemo<Time>) -> impl IntoView {
    let clock = clock();
    live_view(move || short_time(at.get(), clock.today()))
}

/// A time in a list row, as [`ShortTimestamp`] shows it. `today`: the last midnight in the reader's zone.
pub(crate) fn short_time(at: Time, today: f64) -> Markup {
    Markup::text("time", "timestamp", short(at, today)).with("datetime", iso(at)).with("title", absolute(at))
}

/// "22 Nov 2026, 14:05".
#[must_use]
pub fn absolute(at: Time) -> String {
    format(
        at,
        &[("day", "numeric"), ("month", "short"), ("year", "numeric"), ("hour", "2-digit"), ("minute", "2-digit")],
    )
}

/// The time of day in another zone; `None` for a zone that the browser doesn't know.
#[must_use]
pub fn time_in_zone(zone: &str, milliseconds: f64) -> Option<String> {
    let options = [("hour", "2-digit"), ("minute", "2-digit"), ("weekday", "short"), ("timeZone", zone)];
    formatters::date(locale().as_deref(), &options, milliseconds)
}

fn tooltip(locale: Option<&str>, at: Time) -> String {
    let zoned = formatters::date(locale, &[("dateStyle", "full"), ("timeStyle", "long")], milliseconds(at));
    format!("{} · {}", zoned.unwrap_or_default(), relative(locale, at))
}

/// "3 hours ago", in the reader's language.
fn relative(locale: Option<&str>, at: Time) -> String {
    let seconds = (milliseconds(at) - now()) / 1000.0;
    let steps =
        [("year", 31_536_000.0), ("month", 2_592_000.0), ("day", 86_400.0), ("hour", 3_600.0), ("minute", 60.0)];
    let (unit, size) = steps.into_iter().find(|(_, size)| seconds.abs() >= *size).unwrap_or(("second", 1.0));
    formatters::age(locale, (seconds / size).trunc(), unit).unwrap_or_default()
}

/// `today`: the last midnight in the reader's zone.
fn short(at: Time, today: f64) -> String {
    // Rounded, since a day may have 23 or 25 hours.
    let days = ((today - midnight_before(milliseconds(at))) / DAY_MS).round();
    if days <= 0.0 {
        format(at, &[("hour", "2-digit"), ("minute", "2-digit")])
    } else if days < 2.0 {
        strings().yesterday.to_owned()
    } else if days < 300.0 {
        format(at, &[("day", "numeric"), ("month", "short")])
    } else {
        format(at, &[("day", "numeric"), ("month", "short"), ("year", "numeric")])
    }
}

fn format(at: Time, options: Options<'_>) -> String {
    formatters::date(locale().as_deref(), options, milliseconds(at)).unwrap_or_default()
}

/// The locale in context. Tracks.
fn locale() -> Option<String> {
    use_context::<Locale>().and_then(|locale| locale.0.get())
}

/// The time in ISO 8601.
fn iso(at: Time) -> String {
    js_sys::Date::new(&milliseconds(at).into()).to_iso_string().into()
}

/// The time in milliseconds since 1970.
fn milliseconds(at: Time) -> f64 {
    #[expect(clippy::cast_precision_loss)]
    let milliseconds = at.timestamp_millis() as f64;
    milliseconds
}
