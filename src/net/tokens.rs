//! `Tokens`: the widget's tokens. Asks the host's page for one, keeps it in memory, and asks again shortly before it
//! ends.

use crate::{browser::timers::sleep, net::error::ApiError};
use futures::future::{Either, FutureExt as _, LocalBoxFuture, Shared, select};
use js_sys::{Function, Promise, Reflect};
use send_wrapper::SendWrapper;
use std::{cell::RefCell, rc::Rc};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use wire::{Problem, ProblemCode};

/// A host that has not answered after this long has no token for us.
const PATIENCE_MS: u32 = 30_000;
/// Asked for again this long before it ends, or at half its life if that is shorter.
const EARLY_MS: f64 = 60_000.0;
/// What a token without a word about its life is good for. Should it end before, the server says so.
const UNSAID_LIFE_MS: f64 = 300_000.0;

/// Where tokens come from. All clones are one: whoever asks while another is asking waits for the same answer.
#[derive(Clone)]
pub struct Tokens(SendWrapper<Rc<Inner>>);

struct Inner {
    /// `() => string | { token, expires_in } | Promise` of either.
    get: Function,
    /// `(request: Request) => Promise<Response>`: what the host puts in the place of the browser's own.
    fetch: Option<Function>,
    current: RefCell<Option<Token>>,
    asking: RefCell<Option<Shared<LocalBoxFuture<'static, Option<String>>>>>,
}

struct Token {
    text: String,
    /// By the page's own steady clock.
    good_until: f64,
}

impl Tokens {
    /// `get` is the host's: it returns a token, or an object with `token` and `expires_in` (seconds), or a promise of
    /// either. `fetch` stands between us and the server, if the host wants to answer requests itself.
    #[must_use]
    pub fn new(get: Function, fetch: Option<Function>) -> Self {
        let inner = Inner { get, fetch, current: RefCell::new(None), asking: RefCell::new(None) };
        Self(SendWrapper::new(Rc::new(inner)))
    }

    /// Whether it is these very functions that are asked.
    #[must_use]
    pub fn asks(&self, get: &Function, fetch: Option<&Function>) -> bool {
        js_sys::Object::is(&self.0.get, get) && self.fetch() == fetch
    }

    pub(crate) fn fetch(&self) -> Option<&Function> {
        self.0.fetch.as_ref()
    }

    /// A token handed over unasked.
    pub fn set(&self, given: &JsValue) {
        *self.0.current.borrow_mut() = read(given);
    }

    /// Forgets the token: the next request asks the host for another.
    pub fn forget(&self) {
        *self.0.current.borrow_mut() = None;
    }

    /// A token that is good for a while. `is_refused`: not the one there is.
    ///
    /// # Errors
    /// As if nobody were signed in, when the host has none or is too late.
    pub(crate) async fn current(&self, is_refused: bool) -> Result<String, ApiError> {
        if is_refused {
            self.forget();
        }
        if let Some(token) = self.0.current.borrow().as_ref().filter(|token| steady_now() < token.good_until) {
            return Ok(token.text.clone());
        }
        let asking = self.0.asking.borrow().clone();
        let asking = asking.unwrap_or_else(|| {
            let inner = Rc::clone(&self.0);
            let asking = async move { inner.ask().await }.boxed_local().shared();
            *self.0.asking.borrow_mut() = Some(asking.clone());
            asking
        });
        let token = asking.await;
        *self.0.asking.borrow_mut() = None;
        token.ok_or_else(nobody)
    }
}

impl Inner {
    async fn ask(&self) -> Option<String> {
        // What it throws is the host's affair, and the same to us as no token.
        let given = self.get.call0(&JsValue::UNDEFINED).ok()?;
        let given = match given.dyn_into::<Promise>() {
            Ok(promise) => match select(JsFuture::from(promise), Box::pin(sleep(PATIENCE_MS))).await {
                Either::Left((given, _)) => given.ok()?,
                Either::Right(_) => return None,
            },
            Err(given) => given,
        };
        let token = read(&given)?;
        let text = token.text.clone();
        *self.current.borrow_mut() = Some(token);
        Some(text)
    }
}

fn read(given: &JsValue) -> Option<Token> {
    let member = |name: &str| Reflect::get(given, &name.into()).ok();
    let text = given.as_string().or_else(|| member("token")?.as_string()).filter(|text| !text.is_empty())?;
    let life = member("expires_in").and_then(|seconds| seconds.as_f64()).map_or(UNSAID_LIFE_MS, |it| it * 1000.0);
    let good_for = (life - EARLY_MS).max(life / 2.0);
    Some(Token { text, good_until: steady_now() + good_for })
}

fn steady_now() -> f64 {
    leptos::prelude::window().performance().map_or_else(js_sys::Date::now, |clock| clock.now())
}

fn nobody() -> ApiError {
    ApiError::Refused { problem: Box::new(Problem::new(ProblemCode::SignedOut)), retry_after: None }
}
