//! Copies text to the clipboard, where the browser allows it.

use super::Client;
use crate::strings::strings;
use leptos::prelude::window;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;

impl Client {
    /// Copies a text to the clipboard. Returns whether that worked: it fails on a page without TLS and where the host
    /// page does not permit it.
    pub async fn copy(&self, text: &str) -> bool {
        let is_copied = match written(text) {
            Some(written) => JsFuture::from(written).await.is_ok(),
            None => false,
        };
        if is_copied {
            self.announce(strings().copied.to_owned());
        } else {
            self.alert(strings().copy_failed.to_owned());
        }
        is_copied
    }
}

/// `None`: this page has no clipboard.
fn written(text: &str) -> Option<js_sys::Promise> {
    let clipboard = js_sys::Reflect::get(&window().navigator(), &"clipboard".into()).ok()?;
    Some(clipboard.dyn_into::<web_sys::Clipboard>().ok()?.write_text(text))
}
