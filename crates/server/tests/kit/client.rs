//! A client that calls the app in process, and the answers it gets.

use super::{Stream, World};
use axum::{
    Router,
    body::{Body, BodyDataStream},
    http::{HeaderMap, HeaderName, HeaderValue, Method, Request},
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tower::ServiceExt as _;
use wire::{ContactId, ContactNoteId, ConversationId, ConversationNoteId};

/// Calls the app with the headers of one browser.
#[derive(Clone)]
pub(crate) struct Client {
    app: Router,
    headers: HeaderMap,
}

impl Client {
    /// Without any headers.
    pub(super) fn new(app: Router) -> Self {
        Self { app, headers: HeaderMap::new() }
    }

    /// The same client with another header, or another value of it.
    pub(crate) fn with(&self, name: &str, value: &str) -> Self {
        let mut headers = self.headers.clone();
        headers.insert(name.parse::<HeaderName>().unwrap(), HeaderValue::from_str(value).unwrap());
        Self { app: self.app.clone(), headers }
    }

    /// The same browser, for this world's app.
    pub(crate) fn at(&self, world: &World) -> Self {
        Self { app: world.app.clone(), headers: self.headers.clone() }
    }

    /// The same client, asking another app.
    pub(crate) fn through(&self, app: &Router) -> Self {
        Self { app: app.clone(), headers: self.headers.clone() }
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }

    pub(crate) fn without(&self, name: &str) -> Self {
        let mut headers = self.headers.clone();
        headers.remove(name);
        Self { app: self.app.clone(), headers }
    }

    /// The same session as a browser sends it over TLS.
    pub(crate) fn secure(&self) -> Self {
        let cookie = format!("__Host-{}", self.headers["cookie"].to_str().unwrap());
        self.with("cookie", &cookie)
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.ask(Method::GET, path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: Option<Value>) -> Answer {
        self.ask(Method::POST, path, body).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Answer {
        self.ask(Method::PUT, path, Some(body)).await
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> Answer {
        self.ask(Method::PATCH, path, Some(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.ask(Method::DELETE, path, None).await
    }

    pub(crate) async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let has_type = self.headers.contains_key("content-type");
        match body {
            Some(body) if has_type => self.send(method, path, body.to_string()).await,
            Some(body) => self.with("content-type", "application/json").send(method, path, body.to_string()).await,
            None => self.send(method, path, Body::empty()).await,
        }
    }

    /// Sends exactly these bytes.
    pub(crate) async fn send(&self, method: Method, path: &str, body: impl Into<Body>) -> Answer {
        let response = self.begin(method, path, body.into()).await;
        let (parts, body) = response.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.unwrap().to_vec();
        Answer { status: parts.status.as_u16(), headers: parts.headers, body }
    }

    async fn begin(&self, method: Method, path: &str, body: Body) -> axum::response::Response {
        let mut request = Request::builder().method(method).uri(path).body(body).unwrap();
        *request.headers_mut() = self.headers.clone();
        self.app.clone().oneshot(request).await.unwrap()
    }

    /// The start of an answer; the rest is not read.
    pub(crate) async fn begins(&self, path: &str) -> Answer {
        let response = self.begin(Method::GET, path, Body::empty()).await;
        Answer { status: response.status().as_u16(), headers: response.headers().clone(), body: Vec::new() }
    }

    /// The pieces of an answer, as they are read.
    pub(crate) async fn pieces(&self, path: &str) -> BodyDataStream {
        self.begin(Method::GET, path, Body::empty()).await.into_body().into_data_stream()
    }

    /// Opens a stream of events.
    pub(crate) async fn stream(&self, path: &str) -> Stream {
        let response = self.begin(Method::GET, path, Body::empty()).await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        assert_eq!(response.headers()["x-accel-buffering"], "no");
        Stream::new(response.into_body().into_data_stream())
    }

    /// Adds a contact note in a conversation and returns its id.
    pub(crate) async fn add_note(&self, contact: ContactId, conversation: ConversationId, body: &str) -> ContactNoteId {
        let id = ContactNoteId::fresh();
        let new = json!({ "body": body, "conversation_id": conversation });
        self.put(&wire::paths::contact_note(contact, id), new).await.expect(201);
        id
    }

    /// Adds a conversation note and returns its id.
    pub(crate) async fn add_conversation_note(&self, conversation: ConversationId, body: &str) -> ConversationNoteId {
        let id = ConversationNoteId::fresh();
        self.put(&wire::paths::conversation_note(conversation, id), json!({ "body": body })).await.expect(201);
        id
    }
}

/// The answer to a request.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", String::from_utf8_lossy(&self.body));
        self
    }

    #[track_caller]
    pub(crate) fn read<T: DeserializeOwned>(&self) -> T {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        self.read()
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// Checks that this is a problem document with this code, and returns it.
    #[track_caller]
    pub(crate) fn refused(&self, code: &str) -> Value {
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{} {}", self.status, self.text());
        let problem = self.json();
        assert_eq!(problem["type"], format!("/problems/{code}"), "{problem}");
        assert_eq!(problem["status"], self.status);
        problem
    }
}
