//! Times on the screen: how they are made.

use js_sys::{Array, Function, Reflect};
use leptos::prelude::*;
use sidenote::components::timestamp::{ShortTimestamp, Timestamp};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::Event;
use wire::Time;

use sidenote_testkit::eventually::eventually;
use sidenote_testkit::stage::Stage;

/// Counts what is constructed of `Intl`, until it is dropped.
struct Counting(Array);

impl Counting {
    fn begin() -> Self {
        let wrap = "
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
        let made = Function::new_no_args(wrap).call0(&JsValue::UNDEFINED).expect("Intl can be wrapped");
        Self(made.unchecked_into())
    }

    fn made(&self) -> u32 {
        self.0.length()
    }
}

impl Drop for Counting {
    fn drop(&mut self) {
        let end = Reflect::get(&self.0, &"end".into()).expect("it has an end");
        end.unchecked_into::<Function>().call0(&JsValue::UNDEFINED).expect("Intl can be put back");
    }
}

/// From now back over two years, so that every form of a date is among them.
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
async fn two_hundred_timestamps_and_their_tooltips_are_written_by_a_handful_of_formatters() {
    let counting = Counting::begin();
    let stage =
        Stage::new("", || moments().map(|at| view! { <Timestamp at /> <ShortTimestamp at=at /> }).collect_view());
    let times = || stage.screen().all("time");
    eventually("all are written", || times().len() == 200 && times().iter().all(|time| !time.inner_text().is_empty()))
        .await;
    for time in times() {
        let hover = Event::new("pointerenter").expect("an event can be made");
        time.dispatch_event(&hover).expect("an element takes events");
    }
    assert!(times().iter().all(|time| time.get_attribute("title").is_some_and(|title| !title.is_empty())));
    // Time, day, day and year, both, and for the tooltip all of it and how long ago.
    assert!(counting.made() <= 6, "{} formatters were made", counting.made());
}
