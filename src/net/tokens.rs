//! `Tokens`: the widget's tokens. Requests one from the host's page, keeps it in memory, and renews it shortly before
//! it expires.

use crate::{browser::timers::sleep, net::error::ApiError};
use futures::future::{Either, FutureExt as _, LocalBoxFuture, Shared, select};
use js_sys::{Function, Promise, Reflect};
use send_wrapper::SendWrapper;
use std::{cell::RefCell, rc::Rc};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use wire::{Problem, ProblemCode};

/// The timeout of the host's function.
const PATIENCE_MS: u32 = 30_000;
/// A token is renewed this long before it expires, or at half its lifetime if that is later.
const EARLY_MS: f64 = 60_000.0;
/// The assumed lifetime of a token without `expires_in`. If it expires earlier, the server refuses it.
const UNSAID_LIFE_MS: f64 = 300_000.0;

/// The source of tokens. All clones share their state: concurrent requests for a token wait for the same answer.
#[derive(Clone)]
pub struct Tokens(SendWrapper<Rc<Inner>>);

struct Inner {
    /// `() => string | { token, expires_in } | Promise` of either.
    get: Function,
    /// `(request: Request) => Promise<Response>`: the host's replacement of the browser's `fetch`.
    fetch: Option<Function>,
    current: RefCell<Option<Token>>,
    asking: RefCell<Option<Shared<LocalBoxFuture<'static, Option<String>>>>>,
}

struct Token {
    text: String,
    /// By the page's monotonic clock, in milliseconds.
    good_until: f64,
}

impl Tokens {
    /// `get` is the host's function: it returns a token, or an object with `token` and `expires_in` (seconds), or a
    /// promise of either. `fetch` replaces the browser's, if the host answers requests itself.
    #[must_use]
    pub fn new(get: Function, fetch: Option<Function>) -> Self {
        let inner = Inner { get, fetch, current: RefCell::new(None), asking: RefCell::new(None) };
        Self(SendWrapper::new(Rc::new(inner)))
    }

    /// Whether `get` and `fetch` are these functions.
    #[must_use]
    pub fn asks(&self, get: &Function, fetch: Option<&Function>) -> bool {
        js_sys::Object::is(&self.0.get, get) && self.fetch() == fetch
    }

    pub(crate) fn fetch(&self) -> Option<&Function> {
        self.0.fetch.as_ref()
    }

    /// Sets a token that the host provides.
    pub fn set(&self, given: &JsValue) {
        *self.0.current.borrow_mut() = read(given);
    }

    /// Discards the token: the next request gets a new one from the host.
    pub fn forget(&self) {
        *self.0.current.borrow_mut() = None;
    }

    /// A valid token. `is_refused`: the server refused the current one, so get a new one.
    ///
    /// # Errors
    /// The error for a signed-out agent, when the host has no token or times out.
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
        // An exception of the host's function counts as no token.
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
