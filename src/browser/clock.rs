//! The page's clock: the current minute as a signal, for all relative times. It ticks at each full minute while the
//! page is visible, and is corrected when the page becomes visible again. Without observers it sets no timer.

use crate::browser::{
    formatters,
    page_resources::PageResource,
    timers::{Timer, now},
};
use js_sys::Date;
use leptos::prelude::*;
use std::cell::RefCell;
use wasm_bindgen::prelude::Closure;

const MINUTE_MS: f64 = 60_000.0;

/// A handle of the clock, valid until the owner that called [`clock`] is disposed. Read it inside a reactive closure.
#[derive(Clone)]
pub(crate) struct Clock {
    now: ArcRwSignal<f64>,
    today: ArcRwSignal<f64>,
}

impl Clock {
    /// Milliseconds since 1970, at the last full minute or a little after. Tracks.
    pub(crate) fn now(&self) -> f64 {
        self.now.get()
    }

    /// The last midnight in the reader's zone, in milliseconds since 1970; changes once a day. Tracks.
    pub(crate) fn today(&self) -> f64 {
        self.today.get()
    }

    fn set(&self, now: f64) {
        let today = midnight_before(now);
        if self.today.get_untracked() != today {
            self.today.set(today);
        }
        self.now.set(now);
    }
}

/// The timer and listener, while the clock has observers.
struct Running {
    timer: Option<Timer>,
    _resource: PageResource,
    _callback: Closure<dyn FnMut(bool)>,
}

#[derive(Default)]
struct Shared {
    clock: Option<Clock>,
    lookers: usize,
    running: Option<Running>,
}

thread_local! {
    static SHARED: RefCell<Shared> = RefCell::default();
}

/// The page's clock.
pub(crate) fn clock() -> Clock {
    let (clock, is_first) = SHARED.with_borrow_mut(|shared| {
        let clock = shared
            .clock
            .get_or_insert_with(|| Clock { now: ArcRwSignal::new(0.0), today: ArcRwSignal::new(0.0) })
            .clone();
        shared.lookers += 1;
        (clock, shared.lookers == 1)
    });
    on_cleanup(leave);
    if is_first {
        start();
    }
    clock
}

fn leave() {
    // Dropped after the borrow ends.
    let _stopped = SHARED.with_borrow_mut(|shared| {
        shared.lookers -= 1;
        if shared.lookers == 0 { shared.running.take() } else { None }
    });
}

fn start() {
    let callback = Closure::<dyn FnMut(bool)>::new(|is_visible| {
        if is_visible {
            // The computer may have slept, and woken in another time zone.
            formatters::forget();
            tick();
        }
    });
    let running = Running { timer: None, _resource: PageResource::visibility(callback.as_ref()), _callback: callback };
    SHARED.with_borrow_mut(|shared| shared.running = Some(running));
    tick();
}

/// Sets the clock, and schedules the next tick. A hidden page waits until it is visible.
fn tick() {
    let now = now();
    let next = (!document().hidden()).then(|| Timer::after(until_next_minute(now), tick));
    let (clock, _rung) = SHARED.with_borrow_mut(|shared| {
        let rung = shared.running.as_mut().map(|running| std::mem::replace(&mut running.timer, next));
        (shared.clock.clone(), rung)
    });
    if let Some(clock) = clock {
        clock.set(now);
    }
}

fn until_next_minute(now: f64) -> u32 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let rest = (MINUTE_MS - now.rem_euclid(MINUTE_MS)).ceil() as u32;
    rest
}

/// The beginning of the day of a moment, in the reader's zone.
pub(crate) fn midnight_before(milliseconds: f64) -> f64 {
    let date = Date::new(&milliseconds.into());
    date.set_hours(0);
    date.set_minutes(0);
    date.set_seconds(0);
    date.set_milliseconds(0);
    date.get_time()
}
