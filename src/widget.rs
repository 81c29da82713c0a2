//! The widget's interface to the host: the functions that the JavaScript of a host's page calls. The package's
//! `index.js` wraps it in the custom element and the function `mount`.
//!
//! A mount lives in a shadow root of its element, and unmounts without leaving anything behind.

mod clients;
mod frame;
mod keys;
mod options;
pub mod view;

use crate::browser::memo::memo;
use crate::{
    components::shared::timestamp::Locale,
    navigation::{navigator::Navigator, routes::Route, views::InboxView},
    strings::strings,
    widget::view::{Present, Shown, Stage, Widget, WidgetProps},
};
use clients::Shared;
use frame::Frame;
use leptos::prelude::*;
use options::Options;
use send_wrapper::SendWrapper;
use std::{any::Any, cell::Cell, rc::Rc};
use wasm_bindgen::prelude::*;
use web_sys::HtmlElement;
use wire::{ContactId, ContactNoteId, ConversationId, Event};

/// One view in one element of the host's page.
#[wasm_bindgen]
pub struct Mounted {
    frame: Frame,
    /// Dropped first: the view, and then its owner.
    root: Option<(Box<dyn Any>, Owner)>,
    shared: Rc<Shared>,
    listening: clients::Listening,
    shown: ArcRwSignal<Shown>,
    view: ArcRwSignal<InboxView>,
    locale: ArcRwSignal<Option<String>>,
}

thread_local! {
    /// Whether this module has mounted a view.
    static BEGUN: Cell<bool> = const { Cell::new(false) };
}

/// The texts that a host's page shows instead of its views when the module has panicked: a sentence, and the button's
/// text.
#[wasm_bindgen(js_name = brokenStrings)]
#[must_use]
pub fn broken_strings() -> Vec<String> {
    vec![strings().broken.to_owned(), strings().start_again.to_owned()]
}

/// Mounts a view in an element. The package's documentation describes `options`; `css` is this module's style sheet;
/// `emit(name, detail)` dispatches an event to the host.
///
/// # Errors
/// A sentence about the option that can't be used.
#[wasm_bindgen]
pub fn mount(element: HtmlElement, options: &JsValue, css: &str, emit: js_sys::Function) -> Result<Mounted, JsValue> {
    let options = Options::read(options).map_err(JsValue::from)?;
    if !BEGUN.replace(true) {
        crate::browser::page_resources::take_over();
        crate::sync::tab_leader::take_over();
    }
    let frame = Frame::open(&element, css).ok_or_else(|| JsValue::from("this element can hold no shadow root"))?;
    frame.set_theme(options.theme.as_deref());
    let emit = Emit(SendWrapper::new(emit));
    let shared = Shared::for_host(&options.api_base, &options.get_token, options.fetch.as_ref());
    let view = ArcRwSignal::new(options.inbox_view());
    let shown = ArcRwSignal::new(options.shown.clone());
    let present = Present::default();
    let locale = ArcRwSignal::new(options.locale.clone());
    let owner = Owner::new_root(None);
    let mounted = {
        let (shared, emit) = (Rc::clone(&shared), emit.clone());
        let (shown, view, base) = (shown.clone(), view.clone(), options.api_base.clone());
        let (locale, present) = (Locale(locale.clone()), present.clone());
        owner.with(|| {
            leptos::mount::mount_to(frame.root().clone(), move || {
                provide_context(locale);
                provide_context(present);
                let navigator = navigator(&view, &base, emit.clone());
                let stage = stage(&shared, emit);
                let shared = SendWrapper::new(shared);
                let retry = Callback::new(move |()| shared.ask_again());
                Widget(WidgetProps { shown: shown.into(), stage, navigator, retry })
            })
        })
    };
    let listening = shared.listen(tell(emit, shown.clone(), present));
    Ok(Mounted { frame, root: Some((Box::new(mounted), owner)), shared, listening, shown, view, locale })
}

#[wasm_bindgen]
impl Mounted {
    /// Opens a conversation, in the views that show one.
    ///
    /// # Errors
    /// A sentence, when this is not the id of a conversation.
    pub fn open(&self, conversation: &str) -> Result<(), JsValue> {
        let id: ConversationId =
            conversation.parse().map_err(|_| JsValue::from("this is not the id of a conversation"))?;
        self.view.update(|view| *view = view.opening(id));
        Ok(())
    }

    /// Sets a token that the host provides.
    #[wasm_bindgen(js_name = setToken)]
    pub fn set_token(&self, token: &JsValue) {
        self.shared.set_token(token);
    }

    /// Updates options that may change while a view is shown: the view and its subject, the theme, the locale.
    ///
    /// # Errors
    /// A sentence about the option that can't be used.
    pub fn update(&self, options: &JsValue) -> Result<(), JsValue> {
        let options = Options::read(options).map_err(JsValue::from)?;
        self.frame.set_theme(options.theme.as_deref());
        if self.locale.get_untracked() != options.locale {
            self.locale.set(options.locale);
        }
        let is_conversation = options.shown == Shown::Conversation;
        if self.shown.get_untracked() != options.shown {
            self.shown.set(options.shown);
        }
        if let Some(conversation) = options.conversation {
            let opened = self.view.with_untracked(|view| view.opening(conversation));
            if is_conversation && self.view.get_untracked() != opened {
                self.view.set(opened);
            }
        }
        Ok(())
    }

    /// Unmounts the view and everything that belongs to it. Requests in flight are still sent.
    pub fn unmount(&mut self) {
        if let Some((view, owner)) = self.root.take() {
            drop(view);
            // Running tasks may still hold the owner; its content is disposed now anyway.
            owner.unset_with_forced_cleanup();
            self.shared.leave(&self.listening);
            self.frame.close();
        }
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        self.unmount();
    }
}

/// Dispatches events to the host: by name, with ids only.
#[derive(Clone)]
struct Emit(SendWrapper<js_sys::Function>);

impl Emit {
    fn emit(&self, name: &str, ids: &[(&str, String)]) {
        let detail = js_sys::Object::new();
        for (key, id) in ids {
            // Setting a property of a plain object never fails.
            let _ = js_sys::Reflect::set(&detail, &(*key).into(), &id.into());
        }
        // An exception of a host's listener is ignored.
        let _ = self.0.call2(&JsValue::UNDEFINED, &name.into(), &detail);
    }
}

/// A navigator in memory that dispatches an event when a conversation is opened.
fn navigator(view: &ArcRwSignal<InboxView>, base: &str, emit: Emit) -> Navigator {
    let (place, replaced, base) = (view.clone(), view.clone(), base.to_owned());
    let go = move |next: InboxView| {
        let before = place.get_untracked();
        for pane in next.panes.iter().filter(|pane| !before.shows(pane.conversation)) {
            emit.emit("open", &[("conversationId", pane.conversation.to_string())]);
        }
        place.set(next);
    };
    Navigator {
        view: view.clone().into(),
        go: Callback::new(go),
        replace: Callback::new(move |next| replaced.set(next)),
        address: Callback::new(move |view| format!("{base}{}", Route::Inbox(view).path())),
        contact_address: Callback::new(|_| None),
        go_to_contact: Callback::new(|_| {}),
        contacts: memo(|_| None),
        contacts_address: Callback::new(|_| None),
        go_to_contacts: Callback::new(|_| {}),
        replace_contacts: Callback::new(|_| {}),
        settings: memo(|_| None),
        go_to_settings: None,
    }
}

/// The loading stage of the mount's client. Dispatches an event when a token is needed.
fn stage(shared: &Rc<Shared>, emit: Emit) -> RwSignal<Stage> {
    let stage = shared.stage();
    let observed = stage.clone();
    let needs_token = memo(move |_| match observed.get() {
        Stage::NoToken => true,
        Stage::SignedIn(client) => client.session().get() == crate::client::Session::Expired,
        Stage::Starting | Stage::Failed(_) => false,
    });
    Effect::new(move |_| {
        if needs_token.get() {
            emit.emit("auth-needed", &[]);
        }
    });
    stage.into()
}

/// Dispatches events for added and deleted notes; only for the shown contact if one contact is shown.
fn tell(emit: Emit, shown: ArcRwSignal<Shown>, Present(present): Present) -> impl Fn(&Event) + 'static {
    let about = move |contact: ContactId, note: ContactNoteId| {
        let is_meant = match shown.get_untracked() {
            Shown::ContactPanel { .. } => present.get_untracked() == Some(contact),
            Shown::Inbox | Shown::Conversation => true,
        };
        is_meant.then(|| [("contactId", contact.to_string()), ("noteId", note.to_string())])
    };
    move |event| match event {
        Event::ContactNoteAdded { note, .. } | Event::ContactNoteRestored { note, .. } => {
            if let Some(ids) = about(note.contact_id, note.id) {
                emit.emit("note-added", &ids);
            }
        }
        Event::ContactNoteDeleted { note_id, contact_id, .. } => {
            if let Some(ids) = about(*contact_id, *note_id) {
                emit.emit("note-deleted", &ids);
            }
        }
        _ => {}
    }
}
