//! `Outbox`: drafts and pending (unsent) changes in the browser's storage, until the server has confirmed them or the
//! agent discards them.
//!
//! Each is a text under a key, one for all tabs of the browser. Confirmed data is never stored.
//! [`Unsent`](crate::store::unsent::Unsent) defines the text of an unsent change.

mod key;

pub(crate) use key::Key;

use crate::browser::page_resources::PageResource;
use send_wrapper::SendWrapper;
use std::sync::{
    Mutex,
    atomic::{AtomicBool, Ordering},
};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen(module = "/src/storage/indexed_db.js")]
extern "C" {
    #[wasm_bindgen(js_name = openStored)]
    fn open_stored(owner: &str) -> js_sys::Promise;
    #[wasm_bindgen(js_name = putStored)]
    fn put_stored(owner: &str, key: &str, text: Option<&str>);
    #[wasm_bindgen(js_name = allStored)]
    fn all_stored() -> js_sys::Promise;
    #[wasm_bindgen(js_name = clearStored)]
    fn clear_stored(owner: &str);
    #[wasm_bindgen(js_name = watchStored)]
    fn watch_stored(tell: &JsValue);
    #[wasm_bindgen(js_name = unwatchStored)]
    fn unwatch_stored(tell: &JsValue);
}

/// The outbox of one agent of one organization at one server.
pub(crate) struct Outbox {
    /// Separates the texts of two agents on one origin.
    owner: String,
    cleared: AtomicBool,
    watching: Mutex<Option<SendWrapper<Watching>>>,
}

/// Callbacks for events of the page: whether storage works, and that the browser is online again.
struct Watching {
    safe: Closure<dyn FnMut(bool)>,
    _resource: PageResource,
    _online: Closure<dyn FnMut()>,
}

impl Drop for Watching {
    fn drop(&mut self) {
        unwatch_stored(self.safe.as_ref());
    }
}

impl Outbox {
    pub(crate) fn new(owner: String) -> Self {
        Self { owner, cleared: AtomicBool::new(false), watching: Mutex::default() }
    }

    /// Identifies the owner of the texts: the server, the organization, the agent.
    pub(crate) fn owner(&self) -> &str {
        &self.owner
    }

    /// Reads everything in storage, ordered by key: unsent things of one parent oldest first, since their ids begin
    /// with the time. An entry whose key this version does not know is skipped.
    pub(crate) async fn open(&self) -> Vec<(Key, String)> {
        let Ok(entries) = JsFuture::from(open_stored(&self.owner)).await else { return Vec::new() };
        let entries = js_sys::Array::from(&entries);
        let mut texts = entries.iter().filter_map(|text| text.as_string());
        let mut entries = Vec::new();
        while let Some((key, text)) = texts.next().zip(texts.next()) {
            entries.push((key, text));
        }
        entries.sort();
        entries.into_iter().filter_map(|(stored_at, text)| self.read(&stored_at, text)).collect()
    }

    fn read(&self, stored_at: &str, text: String) -> Option<(Key, String)> {
        let key: Key = stored_at.parse().ok()?;
        if key.to_string() != stored_at {
            // A key in an earlier version's format.
            self.put(&key, Some(&text));
            put_stored(&self.owner, stored_at, None);
        }
        Some((key, text))
    }

    /// Stores a text; `None` removes it.
    pub(crate) fn put(&self, key: &Key, text: Option<&str>) {
        if !self.cleared.load(Ordering::Relaxed) {
            put_stored(&self.owner, &key.to_string(), text);
        }
    }

    /// Waits until all texts are in storage. False: storage fails, and they are in this page's memory only.
    pub(crate) async fn saved(&self) -> bool {
        JsFuture::from(all_stored()).await.is_ok_and(|safe| safe.is_truthy())
    }

    /// Removes everything, and ignores later writes: requests in flight may still end and store their outcome.
    pub(crate) fn clear(&self) {
        self.cleared.store(true, Ordering::Relaxed);
        clear_stored(&self.owner);
    }

    /// Calls back when storage fails or works again, and when the browser is online again, until [`Self::unwatch`].
    pub(crate) fn watch(&self, safe: impl FnMut(bool) + 'static, online: impl FnMut() + 'static) {
        let (safe, online) = (Closure::new(safe), Closure::new(online));
        watch_stored(safe.as_ref());
        let watching = Watching { safe, _resource: PageResource::online(online.as_ref()), _online: online };
        *self.watching.lock().expect("no panic while a lock is held") = Some(SendWrapper::new(watching));
    }

    pub(crate) fn unwatch(&self) {
        *self.watching.lock().expect("no panic while a lock is held") = None;
    }
}
