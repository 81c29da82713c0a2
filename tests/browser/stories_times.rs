//! Times on the screen: how they are formatted, and what the page's timers may do to them.

use js_sys::{Array, Function, Reflect};
use leptos::prelude::*;
use sidenote::components::shared::timestamp::{ShortTimestamp, explain_times, timestamp};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Event, EventInit};
use wire::Time;

use sidenote_testkit::eventually::eventually;
use sidenote_testkit::stage::Stage;

/// Replaces the page's timers by ones that ring only when a test asks for it, and that cannot be cleared, as a page
/// does that controls its own clock. Returns what is to be called.
const TIMERS_THAT_CANNOT_BE_CLEARED: &str = "
    const { setTimeout, clearTimeout } = window;
    const asked = [];
    window.setTimeout = (run, after) => (asked.push(run), asked.length);
    window.clearTimeout = () => {};
    asked.end = () => Object.assign(window, { setTimeout, clearTimeout });
    return asked;
";

/// Returns the name of each thing of `Intl` that is constructed.
const COUNTED_FORMATTERS: &str = "
    const before = { ...Object.fromEntries(Object.getOwnPropertyNames(Intl).map((name) => [name, Intl[name]])) };
    const made = [];
    for (const [name, kind] of Object.entries(before)) {
        if (typeof kind !== 'function' || !kind.prototype) continue;
        Intl[name] = new Proxy(kind, {
            construct: (target, given) => (made.push(name), Reflect.construct(target, given)),
        });
    }
    made.end = () => Object.assign(Intl, before);
    return made;
";

/// Something of the page that a script replaces until this is dropped. The script returns a list of the calls to the
/// replacement; its `end` restores the original.
struct Patched(Array);

impl Patched {
    fn by(script: &str) -> Self {
        let list = Function::new_no_args(script).call0(&JsValue::UNDEFINED).expect("the script runs");
        Self(list.unchecked_into())
    }
}

impl Drop for Patched {
    fn drop(&mut self) {
        let end = Reflect::get(&self.0, &"end".into()).expect("it has an end");
        end.unchecked_into::<Function>().call0(&JsValue::UNDEFINED).expect("the page's own can be put back");
    }
}

/// From now back over two years, so that every form of a date occurs.
fn moments() -> impl Iterator<Item = Time> {
    let now = js_sys::Date::now();
    (0..100).map(move |nth| {
        let hours = f64::from(nth * nth) * 2.0;
        #[expect(clippy::cast_possible_truncation)]
        let milliseconds = (now - hours * 3_600_000.0) as i64;
        Time::from_timestamp_millis(milliseconds).expect("a moment of our time")
    })
}

#[wasm_bindgen_test]
fn a_timer_that_the_page_did_not_clear_does_nothing_once_nobody_waits_for_it() {
    let timers = Patched::by(TIMERS_THAT_CANNOT_BE_CLEARED);
    let now = moments().next().expect("there is one");
    drop(Stage::new("", move || view! { <ShortTimestamp at=now /> }));
    assert!(timers.0.length() > 0, "the clock has asked for its next minute");
    for run in timers.0.iter() {
        run.unchecked_into::<Function>().call0(&JsValue::UNDEFINED).expect("it says nothing");
    }
}

#[wasm_bindgen_test]
async fn two_hundred_timestamps_and_their_tooltips_are_written_by_a_handful_of_formatters() {
    let formatters = Patched::by(COUNTED_FORMATTERS);
    let times = || moments().map(|at| view! { {move || timestamp(at)} <ShortTimestamp at=at /> }).collect_view();
    let stage = Stage::new("", move || view! { <div use:explain_times>{times()}</div> });
    let times = || stage.screen().all("time");
    eventually("all are written", || times().len() == 200 && times().iter().all(|time| !time.inner_text().is_empty()))
        .await;
    for time in times() {
        let bubbles = EventInit::new();
        bubbles.set_bubbles(true);
        let hover = Event::new_with_event_init_dict("pointerover", &bubbles).expect("an event can be made");
        time.dispatch_event(&hover).expect("an element takes events");
    }
    assert!(times().iter().all(|time| time.get_attribute("title").is_some_and(|title| !title.is_empty())));
    // Time, day, day and year, all of them, and for the tooltip the whole date and how long ago it was.
    let made = formatters.0.length();
    assert!(made <= 6, "{made} formatters were made");
}
