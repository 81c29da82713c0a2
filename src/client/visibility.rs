//! Whether the page is visible: not a background tab, not behind a locked screen.

use crate::browser::page_resources::PageResource;
use leptos::prelude::*;
use send_wrapper::SendWrapper;
use std::sync::Mutex;
use wasm_bindgen::closure::Closure;

/// Tracks the page's visibility until `unwatch`.
pub(super) struct Visibility {
    is_visible: ArcRwSignal<bool>,
    watching: Mutex<Option<SendWrapper<Watching>>>,
}

struct Watching {
    _resource: PageResource,
    _callback: Closure<dyn FnMut(bool)>,
}

impl Visibility {
    pub(super) fn watch() -> Self {
        let is_visible = ArcRwSignal::new(document().visibility_state() == web_sys::VisibilityState::Visible);
        let signal = is_visible.clone();
        let callback = Closure::<dyn FnMut(bool)>::new(move |visible| signal.set(visible));
        let watching = Watching { _resource: PageResource::visibility(callback.as_ref()), _callback: callback };
        Self { is_visible, watching: Mutex::new(Some(SendWrapper::new(watching))) }
    }

    pub(super) fn is_visible(&self) -> ArcRwSignal<bool> {
        self.is_visible.clone()
    }

    pub(super) fn unwatch(&self) {
        *self.watching.lock().expect("no panic while a lock is held") = None;
    }
}
