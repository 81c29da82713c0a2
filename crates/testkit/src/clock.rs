//! `Clock`: controls the page's timers: they wait until the test lets time pass.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Function, Reflect};
use leptos::prelude::window;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};

use crate::eventually::microtask;

/// Shorter timers, in milliseconds, are real: they wait for the browser, not for time to pass.
const SHORTEST: f64 = 500.0;
/// The browser's own timers don't reach this id.
const FIRST_ID: i32 = 1_000_000_000;

thread_local! {
    /// The browser's own functions.
    static REAL: (Function, Function) = (of_page("setTimeout"), of_page("clearTimeout"));
}

/// Replaces the page's long timers, from [`Clock::stop`] until it is dropped.
pub struct Clock {
    timers: Rc<RefCell<Timers>>,
    _stand_ins: StandIns,
}

type StandIns = (Closure<dyn FnMut(Function, f64) -> JsValue>, Closure<dyn FnMut(JsValue)>);

struct Timers {
    now: f64,
    next: i32,
    waiting: Vec<Timer>,
}

struct Timer {
    id: i32,
    due: f64,
    delay: f64,
    run: Function,
}

impl Clock {
    /// Stops the clock. Running timers are not affected: stop it before the story begins.
    pub fn stop() -> Self {
        let timers = Rc::new(RefCell::new(Timers { now: 0.0, next: FIRST_ID, waiting: Vec::new() }));
        let (later, never) = REAL.with(Clone::clone);
        let set = Rc::clone(&timers);
        let set = Closure::new(move |run: Function, delay: f64| {
            if delay < SHORTEST {
                return later.call2(&window(), &run, &delay.into()).expect("a page has timers");
            }
            set.borrow_mut().add(run, delay).into()
        });
        let cleared = Rc::clone(&timers);
        let clear = Closure::new(move |id: JsValue| {
            let known = cleared.borrow_mut().remove(&id);
            if !known {
                never.call1(&window(), &id).expect("a page has timers");
            }
        });
        put("setTimeout", set.as_ref());
        put("clearTimeout", clear.as_ref());
        Self { timers, _stand_ins: (set, clear) }
    }

    /// Lets time pass. Due timers run in order, each with all its consequences.
    pub async fn pass(&self, milliseconds: u32) {
        // Pending effects may clear a timer.
        settled().await;
        let end = self.timers.borrow().now + f64::from(milliseconds);
        loop {
            let due = self.timers.borrow_mut().take_due(end);
            let Some(run) = due else { break };
            run.call0(&JsValue::UNDEFINED).expect("a timer throws nothing");
            settled().await;
        }
        self.timers.borrow_mut().now = end;
        settled().await;
    }

    /// The number of waiting timers of this length.
    pub fn waiting(&self, milliseconds: u32) -> usize {
        let is_like = |timer: &&Timer| (timer.delay - f64::from(milliseconds)).abs() < 0.5;
        self.timers.borrow().waiting.iter().filter(is_like).count()
    }
}

impl Drop for Clock {
    fn drop(&mut self) {
        start_again();
    }
}

/// Restores the page's own timers. A test that panics drops nothing, so the panic hook calls this.
pub(crate) fn start_again() {
    REAL.with(|(set, clear)| {
        put("setTimeout", set);
        put("clearTimeout", clear);
    });
}

impl Timers {
    fn add(&mut self, run: Function, delay: f64) -> i32 {
        let id = self.next;
        self.next += 1;
        self.waiting.push(Timer { id, due: self.now + delay, delay, run });
        id
    }

    fn remove(&mut self, id: &JsValue) -> bool {
        let before = self.waiting.len();
        self.waiting.retain(|timer| id.as_f64() != Some(f64::from(timer.id)));
        self.waiting.len() < before
    }

    /// Takes the first timer that is due by then, and moves the clock to it.
    fn take_due(&mut self, end: f64) -> Option<Function> {
        let due = self.waiting.iter().enumerate().filter(|(_, timer)| timer.due <= end);
        let (at, _) = due.min_by(|(_, one), (_, other)| one.due.total_cmp(&other.due))?;
        let timer = self.waiting.remove(at);
        self.now = timer.due;
        Some(timer.run)
    }
}

/// Waits a few microtasks: an effect, its changes, and their effects.
async fn settled() {
    for _ in 0..8 {
        microtask().await;
    }
}

fn of_page(function: &str) -> Function {
    Reflect::get(&window(), &function.into()).expect("a window has timers").unchecked_into()
}

fn put(function: &str, stand_in: &JsValue) {
    Reflect::set(&window(), &function.into(), stand_in).expect("a window's timers can be replaced");
}
