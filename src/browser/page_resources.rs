//! `PageResource`: a stream or listener that is open in the page. It is closed when it is dropped, or when another
//! module replaces this one after a panic.

use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/src/browser/page_resources.js")]
extern "C" {
    #[wasm_bindgen(js_name = holdStream)]
    fn hold_stream(controller: &JsValue);
    #[wasm_bindgen(js_name = holdOnline)]
    fn hold_online(listener: &JsValue);
    #[wasm_bindgen(js_name = holdVisibility)]
    fn hold_visibility(listener: &JsValue);
    #[cfg(feature = "app")]
    #[wasm_bindgen(js_name = holdPrinting)]
    fn hold_printing(listener: &JsValue);
    fn end(held: &JsValue);
    #[cfg(feature = "widget")]
    #[wasm_bindgen(js_name = endAll)]
    fn end_all();
}

/// An open resource of the page. Dropping it closes the resource.
pub(crate) struct PageResource(JsValue);

impl PageResource {
    /// Registers a stream by its `AbortController`.
    pub(crate) fn stream(controller: &JsValue) -> Self {
        hold_stream(controller);
        Self(controller.clone())
    }

    /// Calls `listener` whenever the browser comes online.
    pub(crate) fn online(listener: &JsValue) -> Self {
        hold_online(listener);
        Self(listener.clone())
    }

    /// Calls `listener` with whether the page is visible, whenever that changes.
    pub(crate) fn visibility(listener: &JsValue) -> Self {
        hold_visibility(listener);
        Self(listener.clone())
    }

    /// Calls `listener` with whether the page is printed, whenever that changes.
    #[cfg(feature = "app")]
    pub(crate) fn printing(listener: &JsValue) -> Self {
        hold_printing(listener);
        Self(listener.clone())
    }
}

impl Drop for PageResource {
    fn drop(&mut self) {
        end(&self.0);
    }
}

/// Closes the resources of a module that this one replaces.
#[cfg(feature = "widget")]
pub(crate) fn take_over() {
    end_all();
}
