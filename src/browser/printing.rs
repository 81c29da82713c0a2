//! `Printing`: whether the page is being printed, for lists that otherwise render only what is in view. Only the
//! stand-alone page has one: how a host's page is printed is the host's decision.

use leptos::prelude::*;

/// A context of the stand-alone page.
#[derive(Clone, Copy)]
pub(crate) struct Printing(RwSignal<bool>);

impl Printing {
    /// Tracks.
    pub(crate) fn is_under_way(self) -> bool {
        self.0.get()
    }
}

#[cfg(feature = "app")]
impl Printing {
    /// Lives as long as the owner that it is made under.
    pub(crate) fn new() -> Self {
        use crate::browser::page_resources::PageResource;
        use wasm_bindgen::closure::Closure;

        let is_printing = RwSignal::new(false);
        let callback = Closure::<dyn FnMut(bool)>::new(move |is| {
            is_printing.try_set(is);
        });
        let held = send_wrapper::SendWrapper::new((PageResource::printing(callback.as_ref()), callback));
        on_cleanup(move || drop(held));
        Self(is_printing)
    }

    /// As if the browser had said so. To be called before the page prints itself: the lists need a turn of their own.
    pub(crate) fn begin(self) {
        self.0.set(true);
    }
}
