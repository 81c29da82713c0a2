//! Live events on their way to the store: at most one batch for each frame of the page.
//!
//! A burst of events changes the same rows again and again, and a page that nobody sees between two of them need not be
//! rendered. The first event after a quiet frame is applied at once.

use super::{Client, spawn};
use crate::browser::timers::frame;
use leptos::prelude::*;
use std::sync::Mutex;
use wire::Event;

/// Events that wait for the next frame. `None`: the next event is applied at once.
#[derive(Default)]
pub(super) struct Arrivals(Mutex<Option<Vec<Event>>>);

impl Arrivals {
    fn is_between_frames(&self) -> bool {
        self.0.lock().expect("no panic while a lock is held").is_none()
    }

    fn clear(&self) {
        if let Some(waiting) = self.0.lock().expect("no panic while a lock is held").as_mut() {
            waiting.clear();
        }
    }

    /// Begins a frame, or continues it. Returns the events to apply now.
    fn add(&self, events: Vec<Event>, is_now: bool) -> Option<Vec<Event>> {
        let mut waiting = self.0.lock().expect("no panic while a lock is held");
        match waiting.as_mut() {
            Some(waiting) if is_now => Some(std::mem::take(waiting).into_iter().chain(events).collect()),
            Some(waiting) => {
                waiting.extend(events);
                None
            }
            None => {
                *waiting = Some(Vec::new());
                Some(events)
            }
        }
    }

    /// The events that have waited. Without any, the frames end.
    fn next(&self) -> Option<Vec<Event>> {
        let mut waiting = self.0.lock().expect("no panic while a lock is held");
        let events = waiting.take().filter(|events| !events.is_empty())?;
        *waiting = Some(Vec::new());
        Some(events)
    }
}

impl Client {
    /// Takes in events of the stream.
    pub(crate) fn receive(&self, events: Vec<Event>) {
        if events.is_empty() {
            return;
        }
        // A hidden page has no frames, and renders nothing.
        let is_hidden = !self.page_visible().get_untracked();
        let begins = self.0.arrivals.is_between_frames();
        if is_hidden && begins {
            return self.apply(events);
        }
        if let Some(events) = self.0.arrivals.add(events, is_hidden) {
            self.apply(events);
        }
        if begins {
            self.apply_each_frame();
        }
    }

    /// Applies the events of each frame, until a frame has none.
    fn apply_each_frame(&self) {
        let client = self.clone();
        spawn(async move {
            loop {
                frame().await;
                let Some(events) = client.0.arrivals.next().filter(|_| !client.is_closed()) else { return };
                client.apply(events);
            }
        });
    }

    /// Drops the events that wait: a reset has made them stale.
    pub(super) fn drop_arrivals(&self) {
        self.0.arrivals.clear();
    }
}
