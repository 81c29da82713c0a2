//! The panic hook: writes a panic's message to the console and calls the page, before the module traps.

use std::cell::RefCell;
use wasm_bindgen::prelude::*;

thread_local! {
    /// The page's function to call with the message of a panic.
    static TELL: RefCell<Option<js_sys::Function>> = const { RefCell::new(None) };
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = console, js_name = error)]
    fn console_error(message: &str);
}

/// Installs the hook. Without it a panic is a trap without a message.
pub fn install() {
    std::panic::set_hook(Box::new(|panic| {
        let message = panic.to_string();
        console_error(&message);
        TELL.with_borrow(|tell| {
            if let Some(tell) = tell {
                // An exception of the page's function is ignored.
                let _ = tell.call1(&JsValue::UNDEFINED, &message.into());
            }
        });
    }));
}

/// Calls `tell(message)` when the module panics. The module can't be used after that.
#[wasm_bindgen(js_name = onPanic)]
pub fn on_panic(tell: js_sys::Function) {
    install();
    TELL.set(Some(tell));
}
