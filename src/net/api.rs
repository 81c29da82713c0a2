//! `Api`: requests to the server, answered by types of the contract.

#[cfg(feature = "app")]
use crate::net::early_answers;
use crate::net::error::ApiError;
#[cfg(feature = "widget")]
use crate::net::tokens::Tokens;
pub use gloo_net::http::Method;
use gloo_net::http::{RequestBuilder, Response};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use std::{marker::PhantomData, pin::Pin, sync::Arc};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use wire::{AgentId, Join, JoinOffer, JoinToken, Me, Position, Problem, ProblemCode, Seq, Setup, SignIn, paths};

/// The maximum number of items in a page.
pub const PAGE: u32 = 100;
/// The timeout of a request.
const TIMEOUT_MS: u32 = 30_000;

/// The server's address, and the credentials of requests.
#[derive(Clone)]
pub struct Api {
    base: Arc<str>,
    tokens: Option<Tokens>,
    /// The agent that requests are for. The server refuses if another agent is signed in.
    agent: Option<AgentId>,
}

/// The stand-alone page uses its cookie. This type has no values, so the app's module contains no token code.
#[cfg(not(feature = "widget"))]
#[derive(Clone)]
pub enum Tokens {}

#[cfg(not(feature = "widget"))]
impl Tokens {
    #[expect(clippy::unused_async, reason = "as the other one")]
    async fn current(&self, _: bool) -> Answer<String> {
        match *self {}
    }

    fn fetch(&self) -> Option<&js_sys::Function> {
        match *self {}
    }
}

type Answer<T> = Result<T, ApiError>;
/// A request in flight.
pub type ApiCall<T> = Pin<Box<dyn Future<Output = Answer<T>>>>;

/// A request that is ready to be sent. Awaiting it sends it and reads the answer as a `T`.
///
/// Keeps the bundle small: sending is compiled once, only reading is compiled for each `T`.
pub struct Request<T> {
    request: Unread,
    answer: PhantomData<fn() -> T>,
}

/// A request whose answer is not parsed as a `T`.
struct Unread {
    api: Api,
    method: Method,
    path: String,
    body: Option<String>,
    if_match: Option<Seq>,
}

impl Api {
    /// Requests with the agent's cookie. `base`: the origin of the server; empty for this page's own.
    #[must_use]
    pub fn new(base: &str) -> Self {
        Self { base: base.trim_end_matches('/').into(), tokens: None, agent: None }
    }

    /// Requests with a token, and never a cookie.
    #[must_use]
    pub fn with_tokens(base: &str, tokens: Tokens) -> Self {
        Self { base: base.trim_end_matches('/').into(), tokens: Some(tokens), agent: None }
    }

    /// Requests for this agent alone: the server refuses them if another agent is signed in.
    #[must_use]
    pub fn of(&self, agent: AgentId) -> Self {
        Self { agent: Some(agent), ..self.clone() }
    }

    /// The origin of the server; empty for this page's own.
    #[must_use]
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Whether requests go to this page's own origin, with its cookie.
    #[cfg(feature = "app")]
    fn is_of_this_page(&self) -> bool {
        self.base.is_empty() && self.tokens.is_none()
    }

    /// The agent who is signed in.
    pub fn me(&self) -> Request<Me> {
        Self { agent: None, ..self.clone() }.get(paths::ME)
    }

    pub fn sign_in(&self, email: String, password: String) -> Request<Value> {
        self.send_json(Method::POST, paths::SESSION, &SignIn { email, password })
    }

    /// What an invitation's link is to.
    pub fn join_offer(&self, token: String) -> Request<JoinOffer> {
        self.send_json(Method::POST, paths::JOIN_INVITATION, &JoinToken { token })
    }

    /// Whether the address of the set-up is valid.
    pub fn setup_address(&self, token: String) -> Request<Value> {
        self.send_json(Method::POST, paths::SETUP_ADDRESS, &JoinToken { token })
    }

    /// Makes the first organization and its admin, and signs in.
    pub fn set_up(&self, setup: &Setup) -> Request<Value> {
        self.send_json(Method::POST, paths::SETUP, setup)
    }

    /// Accepts an invitation, and signs in.
    pub fn join(&self, join: &Join) -> Request<Value> {
        self.send_json(Method::POST, paths::JOIN, join)
    }

    pub fn get<T>(&self, path: &str) -> Request<T> {
        self.send(Method::GET, path)
    }

    /// Fetches a file. It may take as long as it arrives.
    pub(crate) async fn file(&self, path: &str) -> Answer<web_sys::Blob> {
        let send = async |is_refused| {
            let request = self.request(Method::GET, path, is_refused).await?;
            self.carry(request.build().map_err(|_| ApiError::Unreadable)?).await
        };
        let response: web_sys::Response = self.accepted(send).await?.into();
        // Cut short, it is no file.
        let file = JsFuture::from(response.blob().map_err(|_| ApiError::Offline)?).await;
        file.ok().and_then(|file| file.dyn_into().ok()).ok_or(ApiError::Offline)
    }

    /// A request that has no body.
    pub fn send<T>(&self, method: Method, path: &str) -> Request<T> {
        Request::new(self, method, path, None)
    }

    pub fn send_json<T>(&self, method: Method, path: &str, body: &impl Serialize) -> Request<T> {
        Request::new(self, method, path, serde_json::to_string(body).ok())
    }

    /// Opens the event stream (server-sent events), after a position if one is given.
    pub(crate) async fn open_events(&self, after: Option<&Position>, abort: &web_sys::AbortSignal) -> Answer<Response> {
        let send = async |is_refused| {
            let mut request = self.request(Method::GET, paths::EVENTS, is_refused).await?.abort_signal(Some(abort));
            if let Some(position) = after {
                request = request.header("Last-Event-ID", &position.to_string());
            }
            self.carry(request.build().map_err(|_| ApiError::Unreadable)?).await
        };
        self.accepted(send).await
    }

    /// Sends a request, and once more with a new token if the server refused the token, which may have expired early.
    /// `send` gets whether the token was refused.
    async fn accepted(&self, send: impl AsyncFn(bool) -> Answer<Response>) -> Answer<Response> {
        let mut response = send(false).await?;
        if self.tokens.is_some() && response.status() == 401 {
            response = send(true).await?;
        }
        if response.ok() { Ok(response) } else { Err(refusal(response).await) }
    }

    /// Sends a request with the browser's `fetch`, or the host's.
    async fn carry(&self, request: gloo_net::http::Request) -> Answer<Response> {
        let Some(fetch) = self.tokens.as_ref().and_then(Tokens::fetch) else {
            return request.send().await.map_err(|_| ApiError::Offline);
        };
        let promised = fetch.call1(&JsValue::UNDEFINED, &web_sys::Request::from(request).into());
        let answer = JsFuture::from(js_sys::Promise::resolve(&promised.map_err(|_| ApiError::Offline)?)).await;
        let answer = answer.ok().and_then(|answer| answer.dyn_into::<web_sys::Response>().ok());
        answer.map(Response::from).ok_or(ApiError::Offline)
    }

    /// `is_refused`: the current token was refused, and a new one is needed.
    async fn request(&self, method: Method, path: &str, is_refused: bool) -> Answer<RequestBuilder> {
        // The server refuses changes without this header, which no other site's page can set.
        let request = RequestBuilder::new(&format!("{}{path}", self.base)).method(method).header("X-Sidenote", "1");
        let request = match self.agent {
            Some(agent) => request.header("X-Sidenote-Agent", &agent.to_string()),
            None => request,
        };
        let Some(tokens) = &self.tokens else { return Ok(request) };
        let token = tokens.current(is_refused).await?;
        let request = request.credentials(web_sys::RequestCredentials::Omit);
        Ok(request.header("Authorization", &format!("Bearer {token}")))
    }
}

impl<T> Request<T> {
    fn new(api: &Api, method: Method, path: &str, body: Option<String>) -> Self {
        let request = Unread { api: api.clone(), method, path: path.to_owned(), body, if_match: None };
        Self { request, answer: PhantomData }
    }

    /// Makes the server refuse if the thing is no longer at this version.
    #[must_use]
    pub fn if_match(mut self, rev: Seq) -> Self {
        self.request.if_match = Some(rev);
        self
    }

    /// Sends the request; the answer is JSON that is not parsed further.
    pub fn json(self) -> ApiCall<Value> {
        self.request.send()
    }
}

impl<T: DeserializeOwned + 'static> IntoFuture for Request<T> {
    type Output = Answer<T>;
    type IntoFuture = ApiCall<T>;

    fn into_future(self) -> ApiCall<T> {
        let answer = self.json();
        Box::pin(async move { read(answer.await?) })
    }
}

impl Unread {
    fn send(self) -> ApiCall<Value> {
        Box::pin(async move {
            #[cfg(feature = "app")]
            if self.method == Method::GET
                && self.api.is_of_this_page()
                && let Some(text) = early_answers::take(&self.path).await
            {
                return serde_json::from_str(&text).map_err(|_| ApiError::Unreadable);
            }
            let response = self.api.accepted(async |is_refused| self.once(is_refused).await).await?;
            // A truncated body is a lost answer and retryable; a complete one that is no JSON is not.
            let text = response.text().await.map_err(|_| ApiError::Offline)?;
            match (text.is_empty(), response.status()) {
                (true, 204) => Ok(Value::Null),
                // Without TLS, Chromium reports an answer that is cut within its head as one without a body.
                (true, _) => Err(ApiError::Offline),
                (false, _) => serde_json::from_str(&text).map_err(|_| ApiError::Unreadable),
            }
        })
    }

    async fn once(&self, is_refused: bool) -> Answer<Response> {
        let request = self.api.request(self.method.clone(), &self.path, is_refused).await?;
        let timeout = web_sys::AbortSignal::timeout_with_u32(TIMEOUT_MS);
        let mut request = request.abort_signal(Some(&timeout));
        if let Some(rev) = self.if_match {
            request = request.header("If-Match", &format!("\"{rev}\""));
        }
        let request = match &self.body {
            Some(body) => request.header("Content-Type", "application/json").body(body.as_str()),
            None => request.build(),
        };
        self.api.carry(request.map_err(|_| ApiError::Unreadable)?).await
    }
}

/// Parses an answer as a `T`.
pub(crate) fn read<T: DeserializeOwned>(answer: Value) -> Answer<T> {
    serde_json::from_value(answer).map_err(|_| ApiError::Unreadable)
}

async fn refusal(response: Response) -> ApiError {
    let retry_after = response.headers().get("Retry-After").and_then(|seconds| seconds.parse().ok());
    let status = response.status();
    let Ok(text) = response.text().await else { return ApiError::Offline };
    let problem = match serde_json::from_str::<Problem>(&text) {
        Ok(problem) => problem,
        // For example a proxy's error page: only its status is usable.
        Err(_) => Problem { status, ..Problem::new(ProblemCode::Internal) },
    };
    ApiError::Refused { problem: Box::new(problem), retry_after }
}
