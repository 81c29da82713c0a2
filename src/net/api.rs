//! `Api`: typed requests to the server.

use crate::net::error::ApiError;
#[cfg(feature = "widget")]
use crate::net::tokens::Tokens;
use gloo_net::http::{Method, RequestBuilder, Response};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use std::{marker::PhantomData, pin::Pin, sync::Arc};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use wire::{
    Activity, AgentId, Changes, Contact, ContactId, ContactNote, ContactNoteId, ContactPatch, Conversation,
    ConversationId, ConversationNote, ConversationNoteId, ConversationPatch, ConversationQuery, Me, Message, MessageId,
    NewContactNote, NewConversationNote, NewMessage, NoteBody, NotesPage, Page, Position, Problem, ProblemCode,
    ReadMark, Seq, SettingsPatch, SignIn, Tag, paths,
};

/// The most items a page may hold.
const PAGE: u32 = 100;
/// A request that has brought nothing after this long counts as lost.
const TIMEOUT_MS: u32 = 30_000;

/// Where the server is, and who is asking.
#[derive(Clone)]
pub struct Api {
    base: Arc<str>,
    tokens: Option<Tokens>,
    /// Who asks. A server that knows the asker as somebody else refuses.
    agent: Option<AgentId>,
}

/// The page itself has its cookie. No value of this type can be made, so nothing of tokens is in its module.
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
/// A request under way.
pub type ApiCall<T> = Pin<Box<dyn Future<Output = Answer<T>>>>;

/// A request that is ready to be sent. Awaiting it sends it and reads the answer as a `T`.
///
/// The kind of answer is known to the compiler alone: sending is one machine for all of them, and reading another for
/// each kind. The app is downloaded.
pub struct Request<T> {
    request: Unread,
    answer: PhantomData<fn() -> T>,
}

/// A request whose answer is not looked into.
struct Unread {
    api: Api,
    method: Method,
    path: String,
    body: Option<String>,
    if_match: Option<Seq>,
}

impl Api {
    /// Requests carry the agent's cookie. `base`: the origin of the server; empty for this page's own.
    #[must_use]
    pub fn new(base: &str) -> Self {
        Self { base: base.trim_end_matches('/').into(), tokens: None, agent: None }
    }

    /// Requests carry a token, and never a cookie.
    #[must_use]
    pub fn with_tokens(base: &str, tokens: Tokens) -> Self {
        Self { base: base.trim_end_matches('/').into(), tokens: Some(tokens), agent: None }
    }

    /// For this agent alone: should another be signed in by then, nothing is done in their name.
    #[must_use]
    pub fn of(&self, agent: AgentId) -> Self {
        Self { agent: Some(agent), ..self.clone() }
    }

    /// The origin of the server; empty for this page's own.
    #[must_use]
    pub fn base(&self) -> &str {
        &self.base
    }

    pub fn sign_in(&self, email: String, password: String) -> Request<Value> {
        self.send_json(Method::POST, paths::SESSION, &SignIn { email, password })
    }

    pub fn sign_out(&self) -> Request<Value> {
        self.send(Method::DELETE, paths::SESSION)
    }

    /// Whoever is signed in.
    pub fn me(&self) -> Request<Me> {
        Self { agent: None, ..self.clone() }.get(paths::ME)
    }

    pub fn change_settings(&self, patch: &SettingsPatch) -> Request<Me> {
        self.send_json(Method::PATCH, paths::ME, patch)
    }

    pub fn conversations(&self, query: &ConversationQuery, cursor: Option<&str>) -> Request<Page<Conversation>> {
        self.get(&paths::conversations(query, cursor, PAGE))
    }

    /// The newest conversation, whatever its state.
    pub fn one_conversation(&self) -> Request<Page<Conversation>> {
        self.get(&paths::conversations(&ConversationQuery::default(), None, 1))
    }

    pub fn conversation(&self, id: ConversationId) -> Request<Conversation> {
        self.get(&paths::conversation(id))
    }

    pub fn change_conversation(&self, id: ConversationId, patch: &ConversationPatch) -> Request<Conversation> {
        self.send_json(Method::PATCH, &paths::conversation(id), patch)
    }

    pub fn mark_read(&self, id: ConversationId, seq: Seq) -> Request<Value> {
        self.send_json(Method::PUT, &paths::conversation_read(id), &ReadMark { seq })
    }

    pub fn messages(&self, id: ConversationId, cursor: Option<&str>) -> Request<Page<Message>> {
        self.get(&paths::messages(id, cursor))
    }

    pub fn send_message(&self, id: ConversationId, message: MessageId, body: NoteBody) -> Request<Message> {
        self.send_json(Method::PUT, &paths::message(id, message), &NewMessage { body })
    }

    pub fn conversation_notes(&self, id: ConversationId, cursor: Option<&str>) -> Request<Page<ConversationNote>> {
        self.get(&paths::conversation_notes(id, cursor))
    }

    pub fn add_conversation_note(
        &self,
        id: ConversationId,
        note: ConversationNoteId,
        body: NoteBody,
    ) -> Request<ConversationNote> {
        let path = paths::conversation_note(id, note);
        self.send_json(Method::PUT, &path, &NewConversationNote { body })
    }

    pub fn delete_conversation_note(&self, id: ConversationId, note: ConversationNoteId) -> Request<Value> {
        self.send(Method::DELETE, &paths::conversation_note(id, note))
    }

    pub fn restore_conversation_note(&self, id: ConversationId, note: ConversationNoteId) -> Request<ConversationNote> {
        self.send(Method::POST, &paths::conversation_note_restore(id, note))
    }

    pub fn contact(&self, id: ContactId) -> Request<Contact> {
        self.get(&paths::contact(id))
    }

    /// Changes a contact, if it is still at the version `rev`.
    pub fn change_contact(&self, id: ContactId, patch: &ContactPatch, rev: Seq) -> Request<Contact> {
        let mut request = self.send_json(Method::PATCH, &paths::contact(id), patch);
        request.request.if_match = Some(rev);
        request
    }

    pub fn add_tag(&self, id: ContactId, tag: &str) -> Request<Value> {
        self.send(Method::PUT, &paths::contact_tag(id, tag))
    }

    pub fn remove_tag(&self, id: ContactId, tag: &str) -> Request<Value> {
        self.send(Method::DELETE, &paths::contact_tag(id, tag))
    }

    pub fn tags(&self) -> Request<Page<Tag>> {
        self.get(paths::TAGS)
    }

    pub fn contact_conversations(&self, id: ContactId, cursor: Option<&str>) -> Request<Page<Conversation>> {
        self.get(&paths::contact_conversations(id, cursor))
    }

    pub fn contact_activity(&self, id: ContactId, cursor: Option<&str>) -> Request<Page<Activity>> {
        self.get(&paths::contact_activity(id, cursor))
    }

    pub fn contact_notes(&self, id: ContactId, cursor: Option<&str>) -> Request<NotesPage<ContactNote>> {
        self.get(&paths::contact_notes(id, cursor, PAGE))
    }

    pub fn add_contact_note(&self, id: ContactId, note: ContactNoteId, new: &NewContactNote) -> Request<ContactNote> {
        self.send_json(Method::PUT, &paths::contact_note(id, note), new)
    }

    pub fn delete_contact_note(&self, id: ContactId, note: ContactNoteId) -> Request<Value> {
        self.send(Method::DELETE, &paths::contact_note(id, note))
    }

    pub fn restore_contact_note(&self, id: ContactId, note: ContactNoteId) -> Request<ContactNote> {
        self.send(Method::POST, &paths::contact_note_restore(id, note))
    }

    pub fn mark_notes_seen(&self, id: ContactId, seq: Seq) -> Request<Value> {
        self.send_json(Method::PUT, &paths::contact_notes_seen(id), &ReadMark { seq })
    }

    /// The changes after a position.
    pub(crate) fn changes(&self, after: &Position) -> Request<Changes> {
        self.get(&paths::changes(after, PAGE))
    }

    /// Opens the live stream, after a position if one is given.
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

    /// The answer to a request that is not refused. `send` is told whether the token has just been refused: it may have
    /// ended early, and then another is worth a try.
    async fn accepted(&self, send: impl AsyncFn(bool) -> Answer<Response>) -> Answer<Response> {
        let mut response = send(false).await?;
        if self.tokens.is_some() && response.status() == 401 {
            response = send(true).await?;
        }
        if response.ok() { Ok(response) } else { Err(refusal(response).await) }
    }

    /// Sends a request as the browser does, or as the host does in its place.
    async fn carry(&self, request: gloo_net::http::Request) -> Answer<Response> {
        let Some(fetch) = self.tokens.as_ref().and_then(Tokens::fetch) else {
            return request.send().await.map_err(|_| ApiError::Offline);
        };
        let promised = fetch.call1(&JsValue::UNDEFINED, &web_sys::Request::from(request).into());
        let answer = JsFuture::from(js_sys::Promise::resolve(&promised.map_err(|_| ApiError::Offline)?)).await;
        let answer = answer.ok().and_then(|answer| answer.dyn_into::<web_sys::Response>().ok());
        answer.map(Response::from).ok_or(ApiError::Offline)
    }

    fn get<T>(&self, path: &str) -> Request<T> {
        self.send(Method::GET, path)
    }

    /// A request that has no body.
    fn send<T>(&self, method: Method, path: &str) -> Request<T> {
        Request::new(self, method, path, None)
    }

    fn send_json<T>(&self, method: Method, path: &str, body: &impl Serialize) -> Request<T> {
        Request::new(self, method, path, serde_json::to_string(body).ok())
    }

    /// `is_refused`: not with the token that was just refused.
    async fn request(&self, method: Method, path: &str, is_refused: bool) -> Answer<RequestBuilder> {
        // Without this header a change is refused: no other site's page can set it.
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

    /// Sends it, and hands the answer over as it came.
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
            let response = self.api.accepted(async |is_refused| self.once(is_refused).await).await?;
            // A body that breaks off is a lost answer; one that is whole and no JSON is not.
            let text = response.text().await.map_err(|_| ApiError::Offline)?;
            match (text.is_empty(), response.status()) {
                (true, 204) => Ok(Value::Null),
                // Without TLS Chromium takes an answer that is cut in its head for one without a body.
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

/// An answer as a `T`.
pub(crate) fn read<T: DeserializeOwned>(answer: Value) -> Answer<T> {
    serde_json::from_value(answer).map_err(|_| ApiError::Unreadable)
}

async fn refusal(response: Response) -> ApiError {
    let retry_after = response.headers().get("Retry-After").and_then(|seconds| seconds.parse().ok());
    let status = response.status();
    let Ok(text) = response.text().await else { return ApiError::Offline };
    let problem = match serde_json::from_str::<Problem>(&text) {
        Ok(problem) => problem,
        // A proxy's own page, say: its status is all there is to go by.
        Err(_) => Problem { status, ..Problem::new(ProblemCode::Internal) },
    };
    ApiError::Refused { problem: Box::new(problem), retry_after }
}
