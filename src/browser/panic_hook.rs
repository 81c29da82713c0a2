//! The panic hook: writes a panic's message to the console and calls the page, before the module traps.

use std::cell::RefCell;
use wasm_bindgen::prelude::*;

thread_local! {
    /// What the page wants to be called with the message of a panic.
    static TELL: RefCell<Option<js_sys::Function>> = const { RefCell::new(None) };
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = console, js_name = error)]
    fn console_error(message: &str);
}

/// Makes panics speak. Without it a panic is a trap without words.
pub fn install() {
    std::panic::set_hook(Box::new(|panic| {
        let message = panic.to_string();
        console_error(&message);
        TELL.with_borrow(|tell| {
            if let Some(tell) = tell {
                // What the page makes of it is the page's affair.
                let _ = tell.call1(&JsValue::UNDEFINED, &message.into());
            }
        });
    }));
}

/// Calls `tell(message)` when something in the module panics. The module can't be used after that.
#[wasm_bindgen(js_name = onPanic)]
pub fn on_panic(tell: js_sys::Function) {
    install();
    TELL.set(Some(tell));
}
