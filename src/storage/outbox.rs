//! `Outbox`: drafts and pending (unsent) changes in the browser's storage, until the server has confirmed them or the
//! agent discards them.
//!
//! Each is a text under a key, one for all tabs of the browser; both are sealed if the server gives a storage key.
//! Confirmed data is never stored. [`Unsent`](crate::store::unsent::Unsent) defines the text of an unsent change.

mod key;

pub(crate) use key::Key;

use super::seal::Seal;
use crate::browser::page_resources::PageResource;
use send_wrapper::SendWrapper;
use std::sync::{
    Mutex,
    atomic::{AtomicBool, Ordering},
};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use wire::StorageKey;

#[wasm_bindgen(module = "/src/storage/indexed_db.js")]
extern "C" {
    #[wasm_bindgen(js_name = prepareStored)]
    fn prepare_stored() -> js_sys::Promise;
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

/// Opens the storage, before it is known whose outbox will be read from it.
pub(crate) fn prepare() {
    // The promise never rejects.
    let _ = prepare_stored();
}

/// The outbox of one agent of one organization at one server.
pub(crate) struct Outbox {
    /// Separates the texts of two agents on one origin.
    owner: String,
    /// `None`: this server gives no storage key, and everything is stored in the clear.
    seal: Option<Seal>,
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
    pub(crate) fn new(owner: String, key: Option<&StorageKey>) -> Self {
        let seal = key.and_then(|key| Seal::new(key, &owner));
        Self { owner, seal, cleared: AtomicBool::new(false), watching: Mutex::default() }
    }

    /// Identifies the owner of the texts: the server, the organization, the agent.
    pub(crate) fn owner(&self) -> &str {
        &self.owner
    }

    /// Reads everything in storage, ordered by key: unsent things of one parent oldest first, since their ids begin
    /// with the time. Skips an entry whose key this version does not know, and one that was sealed with another key.
    /// Rewrites what an earlier version stored in another format, or in the clear.
    pub(crate) async fn open(&self) -> Vec<(Key, String)> {
        let Ok(entries) = JsFuture::from(open_stored(&self.owner)).await else { return Vec::new() };
        let entries = js_sys::Array::from(&entries);
        let mut texts = entries.iter().filter_map(|text| text.as_string());
        let mut entries = Vec::new();
        while let Some((key, text)) = texts.next().zip(texts.next()) {
            entries.push((key, text));
        }
        let mut texts: Vec<_> = entries.iter().filter_map(|(place, text)| self.read(place, text)).collect();
        texts.sort_by_cached_key(|(key, _)| key.to_string());
        texts
    }

    fn read(&self, place: &str, stored: &str) -> Option<(Key, String)> {
        let sealed = self.seal.as_ref().and_then(|seal| Some((seal, seal.open_name(place)?)));
        let (name, text) = match sealed {
            Some((seal, name)) => {
                let text = seal.open_text(&name, stored)?;
                (name, text)
            }
            None => (place.to_owned(), stored.to_owned()),
        };
        let key: Key = name.parse().ok()?;
        let name = key.to_string();
        if self.seal.as_ref().map_or(name.clone(), |seal| seal.name(&name)) != place {
            self.put(&key, Some(&text));
            put_stored(&self.owner, place, None);
        }
        Some((key, text))
    }

    /// Stores a text; `None` removes it.
    pub(crate) fn put(&self, key: &Key, text: Option<&str>) {
        if self.cleared.load(Ordering::Relaxed) {
            return;
        }
        let name = key.to_string();
        match &self.seal {
            None => put_stored(&self.owner, &name, text),
            Some(seal) => {
                let sealed = text.map(|text| seal.text(&name, text));
                put_stored(&self.owner, &seal.name(&name), sealed.as_deref());
            }
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
