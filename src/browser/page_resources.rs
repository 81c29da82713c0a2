//! `PageResource`: a stream or listener that is open in the page. It is closed when it is dropped, or when another
//! module takes the place of this one because it broke.

use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/src/browser/page_resources.js")]
extern "C" {
    #[wasm_bindgen(js_name = holdStream)]
    fn hold_stream(controller: &JsValue);
    #[wasm_bindgen(js_name = holdOnline)]
    fn hold_online(listener: &JsValue);
    #[wasm_bindgen(js_name = holdVisibility)]
    fn hold_visibility(listener: &JsValue);
    fn end(held: &JsValue);
    #[cfg(feature = "widget")]
    #[wasm_bindgen(js_name = endAll)]
    fn end_all();
}

pub(crate) struct PageResource(JsValue);

impl PageResource {
    /// A stream, by the controller that ends it.
    pub(crate) fn stream(controller: &JsValue) -> Self {
        hold_stream(controller);
        Self(controller.clone())
    }

    /// A function to be called whenever the browser finds that it is online.
    pub(crate) fn online(listener: &JsValue) -> Self {
        hold_online(listener);
        Self(listener.clone())
    }

    /// A function to be called with whether the page is visible, whenever that has changed.
    pub(crate) fn visibility(listener: &JsValue) -> Self {
        hold_visibility(listener);
        Self(listener.clone())
    }
}

impl Drop for PageResource {
    fn drop(&mut self) {
        end(&self.0);
    }
}

/// Ends what a module in whose place this one is has left open.
#[cfg(feature = "widget")]
pub(crate) fn take_over() {
    end_all();
}
