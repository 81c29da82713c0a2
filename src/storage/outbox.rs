//! `Outbox`: drafts and unsent changes in the browser's storage, until the server has confirmed them or the agent
//! discards them.
//!
//! Each is a text under a key. `indexed_db.js` stores it outside of the module, so that it outlives a module that
//! breaks. Confirmed data is never stored. [`Unsent`] defines the text of an unsent change.

use crate::browser::page_resources::PageResource;
use send_wrapper::SendWrapper;
use std::sync::{
    Mutex,
    atomic::{AtomicBool, Ordering},
};
use store::unsent::Unsent;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use wire::{ContactId, ContactNoteId, ConversationId, ConversationNoteId, MessageId};

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
    fn watch_stored(owner: &str, tell: &JsValue, hear: &JsValue);
    #[wasm_bindgen(js_name = unwatchStored)]
    fn unwatch_stored(tell: &JsValue);
}

/// What one agent of one organization, at one server, has not sent.
pub(crate) struct Outbox {
    /// Two agents on one origin keep apart by it.
    owner: String,
    cleared: AtomicBool,
    watching: Mutex<Option<SendWrapper<Watching>>>,
}

/// What hears from the page: whether texts are safe, what comes from other pages, and that the browser is online again.
struct Watching {
    safe: Closure<dyn FnMut(bool)>,
    _heard: Closure<dyn FnMut(String, String) -> u32>,
    _held: PageResource,
    _online: Closure<dyn FnMut()>,
}

impl Drop for Watching {
    fn drop(&mut self) {
        unwatch_stored(self.safe.as_ref());
    }
}

/// One text that was stored, by what it is.
pub(crate) enum Stored {
    ContactNoteDraft(ContactId, String),
    ReplyDraft(ConversationId, String),
    ConversationNoteDraft(ConversationId, String),
    /// Whether the composer writes notes.
    Noting(ConversationId, bool),
    ContactNote(ContactId, ContactNoteId, Unsent),
    ConversationNote(ConversationId, ConversationNoteId, Unsent),
    Reply(ConversationId, MessageId, Unsent),
}

/// Where a text is stored.
pub(crate) struct Key(String);

impl Key {
    pub(crate) fn contact_note_draft(contact: ContactId) -> Self {
        Self(format!("contact-note-draft {contact}"))
    }

    pub(crate) fn reply_draft(conversation: ConversationId) -> Self {
        Self(format!("reply-draft {conversation}"))
    }

    pub(crate) fn conversation_note_draft(conversation: ConversationId) -> Self {
        Self(format!("conversation-note-draft {conversation}"))
    }

    pub(crate) fn noting(conversation: ConversationId) -> Self {
        Self(format!("noting {conversation}"))
    }

    pub(crate) fn contact_note(contact: ContactId, id: ContactNoteId) -> Self {
        Self(format!("contact-note {contact} {id}"))
    }

    pub(crate) fn conversation_note(conversation: ConversationId, id: ConversationNoteId) -> Self {
        Self(format!("conversation-note {conversation} {id}"))
    }

    pub(crate) fn reply(conversation: ConversationId, id: MessageId) -> Self {
        Self(format!("reply {conversation} {id}"))
    }
}

/// `None`: of a form that this version doesn't know. It is left where it is.
fn read(key: &str, text: String) -> Option<Stored> {
    let mut words = key.split(' ');
    let (kind, mut id) = (words.next()?, || words.next()?.parse::<uuid::Uuid>().ok());
    let place = id()?;
    Some(match kind {
        "contact-note-draft" => Stored::ContactNoteDraft(place.into(), text),
        "reply-draft" => Stored::ReplyDraft(place.into(), text),
        "conversation-note-draft" => Stored::ConversationNoteDraft(place.into(), text),
        "noting" => Stored::Noting(place.into(), !text.is_empty()),
        "contact-note" => Stored::ContactNote(place.into(), id()?.into(), Unsent::read(&text)?),
        "conversation-note" => Stored::ConversationNote(place.into(), id()?.into(), Unsent::read(&text)?),
        "reply" => Stored::Reply(place.into(), id()?.into(), Unsent::read(&text)?),
        _ => return None,
    })
}

impl Outbox {
    pub(crate) fn new(owner: String) -> Self {
        Self { owner, cleared: AtomicBool::new(false), watching: Mutex::default() }
    }

    /// Names whose texts they are: the server, the organization, the agent.
    pub(crate) fn owner(&self) -> &str {
        &self.owner
    }

    /// Everything that is stored and that this page goes on with, in the order of the keys: of unsent things in one place
    /// the older ones first, since their ids are made of the time.
    pub(crate) async fn open(&self) -> Vec<Stored> {
        let Ok(entries) = JsFuture::from(open_stored(&self.owner)).await else { return Vec::new() };
        let mut texts: Vec<String> = js_sys::Array::from(&entries).iter().filter_map(|text| text.as_string()).collect();
        let mut entries: Vec<_> = texts
            .chunks_exact_mut(2)
            .map(|entry| (std::mem::take(&mut entry[0]), std::mem::take(&mut entry[1])))
            .collect();
        entries.sort();
        entries.into_iter().filter_map(|(key, text)| read(&key, text)).collect()
    }

    /// Keeps a text, as of now; `None` forgets it.
    pub(crate) fn put(&self, key: &Key, text: Option<&str>) {
        if !self.cleared.load(Ordering::Relaxed) {
            put_stored(&self.owner, &key.0, text);
        }
    }

    /// Waits until what was put is in storage. False: it can't be, and lives in this page only.
    pub(crate) async fn saved(&self) -> bool {
        JsFuture::from(all_stored()).await.is_ok_and(|safe| safe.is_truthy())
    }

    /// Forgets everything, also what is put later: what is on its way may still come back to be stored.
    pub(crate) fn clear(&self) {
        self.cleared.store(true, Ordering::Relaxed);
        clear_stored(&self.owner);
    }

    /// Hears from now on whether texts are safe, what is typed in other pages or left unsent by one that has gone, and
    /// when the browser is online again; until [`Self::unwatch`].
    pub(crate) fn watch(
        &self,
        safe: impl FnMut(bool) + 'static,
        mut heard: impl FnMut(Stored) + 'static,
        online: impl FnMut() + 'static,
    ) {
        let (safe, online) = (Closure::new(safe), Closure::new(online));
        let heard = Closure::new(move |key: String, text| {
            if let Some(stored) = read(&key, text) {
                heard(stored);
            }
            // Says that this module is there.
            1
        });
        watch_stored(&self.owner, safe.as_ref(), heard.as_ref());
        let watching = Watching { safe, _heard: heard, _held: PageResource::online(online.as_ref()), _online: online };
        *self.watching.lock().expect("no panic while a lock is held") = Some(SendWrapper::new(watching));
    }

    pub(crate) fn unwatch(&self) {
        *self.watching.lock().expect("no panic while a lock is held") = None;
    }
}
