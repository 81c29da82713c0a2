//! The options of a mount, read from a plain JavaScript object.

use crate::{
    navigation::views::{InboxView, Pane},
    widget::view::{Shown, Subject},
};
use js_sys::{Function, Reflect};
use std::str::FromStr;
use wasm_bindgen::{JsCast, JsValue};
use wire::{ContactId, ContactKey, ConversationId};

/// The options of one mount.
pub(super) struct Options {
    /// The origin of the Sidenote server; empty for the page's own.
    pub(super) api_base: String,
    pub(super) get_token: Function,
    /// The replacement of the browser's `fetch`.
    pub(super) fetch: Option<Function>,
    pub(super) shown: Shown,
    pub(super) conversation: Option<ConversationId>,
    pub(super) theme: Option<String>,
    /// A BCP 47 tag.
    pub(super) locale: Option<String>,
}

impl Options {
    /// Reads the options. The error is a sentence about the option that can't be used.
    pub(super) fn read(given: &JsValue) -> Result<Self, String> {
        let text = |name: &str| member(given, name).as_string().filter(|text| !text.is_empty());
        let get_token = member(given, "getToken").dyn_into::<Function>();
        let get_token = get_token.map_err(|_| "getToken must be a function that returns a token".to_owned())?;
        let fetch = match member(given, "fetch") {
            none if none.is_undefined() || none.is_null() => None,
            given => Some(given.dyn_into::<Function>().map_err(|_| "fetch must be a function".to_owned())?),
        };
        let conversation: Option<ConversationId> = id(text("conversation"), "conversation")?;
        let contact: Option<ContactId> = id(text("contact"), "contact")?;
        let subject = match (contact, text("contactBy")) {
            (Some(contact), _) => Some(Subject::Id(contact)),
            (None, Some(text)) => Some(by(&text)?),
            (None, None) => None,
        };
        let shown = match (text("view").as_deref(), subject) {
            (None | Some("inbox"), _) => Shown::Inbox,
            (Some("conversation"), _) => Shown::Conversation,
            (Some("contact-panel"), Some(contact)) => Shown::ContactPanel { contact, conversation },
            (Some("contact-panel"), None) => {
                return Err("the view contact-panel needs contact, the id of one, or contactBy".to_owned());
            }
            (Some(_), _) => return Err("view must be inbox, conversation or contact-panel".to_owned()),
        };
        let locale = text("locale");
        if locale.as_ref().is_some_and(|tag| !is_locale(tag)) {
            return Err("locale must be a BCP 47 language tag, as pt-BR".to_owned());
        }
        let api_base = text("apiBase").unwrap_or_default().trim_end_matches('/').to_owned();
        Ok(Self { api_base, get_token, fetch, shown, conversation, theme: text("theme"), locale })
    }

    /// The view at the start.
    pub(super) fn inbox_view(&self) -> InboxView {
        let panes = self.conversation.map(|conversation| Pane { conversation, panel: false }).into_iter().collect();
        InboxView { panes, ..InboxView::default() }
    }
}

fn member(given: &JsValue, name: &str) -> JsValue {
    // Reading a member of a non-object throws; that counts as undefined.
    Reflect::get(given, &name.into()).unwrap_or(JsValue::UNDEFINED)
}

/// Whether a text is a BCP 47 tag: `Intl` throws if not.
fn is_locale(tag: &str) -> bool {
    let known = member(&member(&js_sys::global(), "Intl"), "getCanonicalLocales").dyn_into::<Function>();
    known.is_ok_and(|known| known.call1(&JsValue::UNDEFINED, &tag.into()).is_ok())
}

fn id<T: FromStr>(text: Option<String>, name: &str) -> Result<Option<T>, String> {
    text.map(|text| text.parse().map_err(|_| format!("{name} must be an id, a UUID"))).transpose()
}

/// Reads `external-id:4711`.
fn by(text: &str) -> Result<Subject, String> {
    let unread = || "contactBy must be external-id:…, email:… or phone:…".to_owned();
    let (key, value) = text.split_once(':').ok_or_else(unread)?;
    let key: ContactKey = key.parse().map_err(|_| unread())?;
    if value.is_empty() { Err(unread()) } else { Ok(Subject::By(key, value.to_owned())) }
}
