//! Clients shared by all mounts on a page with the same server and the same functions of the host: one store, one
//! connection.

use crate::{
    client::Session,
    net::{api::Api, tokens::Tokens},
    sync,
    widget::view::Stage,
};
use js_sys::Function;
use leptos::prelude::*;
use std::{
    cell::{Cell, RefCell},
    rc::{Rc, Weak},
};
use wasm_bindgen::JsValue;
use wire::Event;

thread_local! {
    static ALL: RefCell<Vec<Weak<Shared>>> = const { RefCell::new(Vec::new()) };
}

type Listener = Rc<dyn Fn(&Event)>;

/// The client of one server and the same functions of the host, shared by mounts.
pub(super) struct Shared {
    base: String,
    tokens: Tokens,
    stage: ArcRwSignal<Stage>,
    listeners: RefCell<Vec<(u64, Listener)>>,
    next: Cell<u64>,
    /// Counts starts, so that a superseded or abandoned one has no effect.
    beginning: Cell<u64>,
}

/// The registration of one mount's listener.
pub(super) struct Listening(u64);

impl Shared {
    /// The shared client for this server and these functions; a new one starts to load the agent's data.
    pub(super) fn for_host(base: &str, get_token: &Function, fetch: Option<&Function>) -> Rc<Self> {
        let known = ALL.with_borrow_mut(|all| {
            all.retain(|one| one.strong_count() > 0);
            all.iter().filter_map(Weak::upgrade).find(|one| one.base == base && one.tokens.asks(get_token, fetch))
        });
        known.unwrap_or_else(|| {
            let shared = Rc::new(Self {
                base: base.to_owned(),
                tokens: Tokens::new(get_token.clone(), fetch.cloned()),
                stage: ArcRwSignal::new(Stage::Starting),
                listeners: RefCell::default(),
                next: Cell::new(0),
                beginning: Cell::new(0),
            });
            ALL.with_borrow_mut(|all| all.push(Rc::downgrade(&shared)));
            shared.begin();
            shared
        })
    }

    pub(super) fn stage(&self) -> ArcRwSignal<Stage> {
        self.stage.clone()
    }

    pub(super) fn set_token(self: &Rc<Self>, token: &JsValue) {
        self.tokens.set(token);
        self.go_on();
    }

    /// Requests a new token from the host, and continues with it.
    pub(super) fn ask_again(self: &Rc<Self>) {
        self.tokens.forget();
        self.go_on();
    }

    pub(super) fn listen(&self, listener: impl Fn(&Event) + 'static) -> Listening {
        let id = self.next.replace(self.next.get() + 1);
        self.listeners.borrow_mut().push((id, Rc::new(listener)));
        Listening(id)
    }

    /// Removes a mount. With the last one the client is closed and the connection ends; requests in flight are still
    /// sent.
    pub(super) fn leave(&self, listening: &Listening) {
        self.listeners.borrow_mut().retain(|(id, _)| *id != listening.0);
        if self.listeners.borrow().is_empty() {
            self.beginning.set(self.beginning.get() + 1);
            if let Stage::SignedIn(client) = self.stage.get_untracked() {
                client.close();
            }
            ALL.with_borrow_mut(|all| all.retain(|one| !std::ptr::eq(one.as_ptr(), self)));
        }
    }

    fn go_on(self: &Rc<Self>) {
        match self.stage.get_untracked() {
            Stage::SignedIn(client) if client.session().get_untracked() == Session::Expired => {
                wasm_bindgen_futures::spawn_local(async move {
                    // On an error, the error stays shown, with a button to retry.
                    let _ = client.renew_session().await;
                });
            }
            Stage::SignedIn(_) | Stage::Starting => {}
            Stage::NoToken | Stage::Failed(_) => self.begin(),
        }
    }

    fn begin(self: &Rc<Self>) {
        self.stage.set(Stage::Starting);
        let beginning = self.beginning.get() + 1;
        self.beginning.set(beginning);
        let (shared, api) = (Rc::downgrade(self), Api::with_tokens(&self.base, self.tokens.clone()));
        wasm_bindgen_futures::spawn_local(async move {
            let entered = sync::open(api, None).await;
            let still = shared.upgrade().filter(|shared| shared.beginning.get() == beginning);
            match (still, entered) {
                (None, Ok(client)) => client.close(),
                (None, Err(_)) => {}
                (Some(shared), Ok(client)) => {
                    let weak = Rc::downgrade(&shared);
                    client.on_event(move |event| {
                        let listeners = weak.upgrade().map(|shared| shared.listeners.borrow().clone());
                        listeners.into_iter().flatten().for_each(|(_, listener)| listener(event));
                    });
                    shared.stage.set(Stage::SignedIn(client));
                }
                (Some(shared), Err(error)) if error.is_signed_out() => shared.stage.set(Stage::NoToken),
                (Some(shared), Err(error)) => shared.stage.set(Stage::Failed(error.failure())),
            }
        });
    }
}
