//! `FakeServer`: replaces `window.fetch` for the duration of a test. It implements the contract and keeps its data in
//! memory; a test can hold an answer, lose it, refuse a request, and send on the event stream. The stream sends only
//! when the test does.

mod answers;
mod data;
mod erasure;
mod people;
mod rules;
mod stream;

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::atomic::{AtomicU32, Ordering};

use js_sys::{Function, Promise, Reflect};
use leptos::prelude::window;
use sidenote::net::api::Api;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, future_to_promise};
use web_sys::{Headers, Request, Response, ResponseInit};
use wire::{Problem, ProblemCode, Seq, paths};

use data::Data;
pub use people::Who;
pub use rules::Held;
use rules::Rules;
use stream::Stream;

/// A server in the page, which replaces `window.fetch` until it is dropped.
pub struct FakeServer {
    shared: Rc<Shared>,
    door: Closure<dyn Fn(JsValue, JsValue) -> Promise>,
}

thread_local! {
    /// The browser's own `fetch`.
    static FETCH: JsValue = fetch();
}

struct Shared {
    /// Each server has its own address, so that tasks left by an earlier test don't reach it.
    base: String,
    data: RefCell<Data>,
    rules: Rules,
    requests: RefCell<Vec<Sent>>,
    stream: Stream,
}

/// A received request.
#[derive(Clone, Debug)]
pub struct Sent {
    pub method: String,
    /// Without the query.
    pub path: String,
    pub query: Vec<(String, String)>,
    pub body: serde_json::Value,
    pub last_event_id: Option<String>,
    /// The version that `If-Match` names.
    pub if_match: Option<Seq>,
}

/// The answer to a request.
enum Answer {
    Json {
        status: u16,
        body: serde_json::Value,
    },
    Nothing,
    Refused {
        problem: Box<Problem>,
        retry_after: Option<u32>,
    },
    /// The connection breaks.
    Lost,
}

static NEXT: AtomicU32 = AtomicU32::new(1);

impl FakeServer {
    /// A server with Sam, an agent, signed in; Maya, an admin, is the colleague.
    pub fn new() -> Self {
        Self::with(Data::new(false))
    }

    /// The same with Maya, the admin, signed in; Sam is the colleague.
    pub fn for_admin() -> Self {
        Self::with(Data::new(true))
    }

    fn with(data: Data) -> Self {
        let shared = Rc::new(Shared {
            base: format!("/fake-{}", NEXT.fetch_add(1, Ordering::Relaxed)),
            data: RefCell::new(data),
            rules: Rules::default(),
            requests: RefCell::default(),
            stream: Stream::default(),
        });
        let (behind, fallback) = (Rc::clone(&shared), FETCH.with(JsValue::clone));
        let door = Closure::new(move |input: JsValue, init: JsValue| match behind.is_for_us(&input) {
            Some(request) => future_to_promise(take(Rc::clone(&behind), request)),
            None => {
                let fetched = fallback.unchecked_ref::<Function>().call2(&window(), &input, &init);
                fetched.map_or_else(|error| Promise::reject(&error), JsCast::unchecked_into)
            }
        });
        set_fetch(door.as_ref());
        Self { shared, door }
    }

    pub fn api(&self) -> Api {
        Api::new(&self.shared.base)
    }

    /// The received requests, oldest first.
    pub fn requests(&self, method: &str, pattern: &str) -> Vec<Sent> {
        self.shared.requests.borrow().iter().filter(|sent| rules::matches(sent, method, pattern)).cloned().collect()
    }

    /// Whether such a request was received.
    pub fn was_asked(&self, method: &str, pattern: &str) -> bool {
        !self.requests(method, pattern).is_empty()
    }

    /// Holds the answers to such requests until the returned guard is dropped. The requests still take effect.
    #[must_use]
    pub fn hold(&self, method: &str, pattern: &str) -> Held {
        self.shared.rules.hold(method, pattern)
    }

    /// Refuses the next such request.
    pub fn refuse(&self, method: &str, pattern: &str, code: ProblemCode) {
        self.shared.rules.refuse(method, pattern, code, None);
    }

    /// Refuses the next such request, with a `Retry-After` in seconds.
    pub fn refuse_for(&self, method: &str, pattern: &str, code: ProblemCode, seconds: u32) {
        self.shared.rules.refuse(method, pattern, code, Some(seconds));
    }

    /// Loses the answer to the next such request. The request still takes effect.
    pub fn lose(&self, method: &str, pattern: &str) {
        self.shared.rules.lose(method, pattern);
    }

    /// Cuts the connection: all requests fail, and the stream breaks.
    pub fn go_offline(&self) {
        self.shared.rules.set_offline(true);
        self.shared.stream.cut();
    }

    /// Restores the connection, and dispatches the browser's `online` event.
    pub fn go_online(&self) {
        self.shared.rules.set_offline(false);
        let online = web_sys::Event::new("online").expect("an event can be made");
        window().dispatch_event(&online).expect("a window takes events");
    }
}

impl Default for FakeServer {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for FakeServer {
    fn drop(&mut self) {
        // A failed test may be dropped after the next one has installed its server.
        if fetch() == *self.door.as_ref() {
            FETCH.with(set_fetch);
        }
        self.shared.stream.cut();
    }
}

fn fetch() -> JsValue {
    Reflect::get(&window(), &"fetch".into()).expect("a window fetches")
}

fn set_fetch(fetch: &JsValue) {
    Reflect::set(&window(), &"fetch".into(), fetch).expect("a window's fetch can be replaced");
}

impl Shared {
    fn is_for_us(&self, input: &JsValue) -> Option<Request> {
        let request = input.dyn_ref::<Request>()?;
        self.place(request).map(|_| Clone::clone(request))
    }

    /// Path and query, relative to the server's address.
    fn place(&self, request: &Request) -> Option<(String, String)> {
        let url = web_sys::Url::new(&request.url()).ok()?;
        let path = url.pathname();
        let path = path.strip_prefix(&self.base)?;
        Some((path.to_owned(), url.search()))
    }

    fn answer(&self, sent: &Sent) -> Answer {
        match self.rules.refusal(sent) {
            Some(refused) => refused,
            None if self.rules.loses(sent) => {
                self.data.borrow_mut().answer(sent);
                Answer::Lost
            }
            None => self.data.borrow_mut().answer(sent),
        }
    }
}

async fn take(shared: Rc<Shared>, request: Request) -> Result<JsValue, JsValue> {
    let Some((path, query)) = shared.place(&request) else { return Err(broken()) };
    if shared.rules.is_offline() {
        return Err(broken());
    }
    let body = if request.method() == "GET" { String::new() } else { text(&request).await };
    let sent = Sent {
        method: request.method(),
        path,
        query: read_query(&query),
        body: serde_json::from_str(&body).unwrap_or_default(),
        last_event_id: request.headers().get("Last-Event-ID").ok().flatten(),
        if_match: request.headers().get("If-Match").ok().flatten().and_then(|rev| rev.trim_matches('"').parse().ok()),
    };
    shared.requests.borrow_mut().push(sent.clone());
    let is_stream = sent.path == paths::EVENTS;
    let answer = if is_stream { shared.rules.refusal(&sent) } else { Some(shared.answer(&sent)) };
    shared.rules.wait_while_held(&sent).await;
    match answer {
        Some(answer) => respond(answer),
        None => Ok(shared.stream.open(&mut shared.data.borrow_mut(), sent.last_event_id.as_deref()).into()),
    }
}

async fn text(request: &Request) -> String {
    let text = request.text().expect("a body is read once");
    JsFuture::from(text).await.ok().and_then(|text| text.as_string()).unwrap_or_default()
}

fn read_query(search: &str) -> Vec<(String, String)> {
    let parts = search.trim_start_matches('?').split('&').filter_map(|part| part.split_once('='));
    parts.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// The error of a real `fetch` without a connection.
fn broken() -> JsValue {
    js_sys::TypeError::new("Failed to fetch").into()
}

fn respond(answer: Answer) -> Result<JsValue, JsValue> {
    let (status, body, headers) = match answer {
        Answer::Lost => return Err(broken()),
        Answer::Nothing => (204, None, vec![]),
        Answer::Json { status, body } => (status, Some(body.to_string()), vec![("Content-Type", "application/json")]),
        Answer::Refused { problem, retry_after } => {
            let seconds = retry_after.map(|seconds| seconds.to_string());
            return respond_with_problem(&problem, seconds.as_deref());
        }
    };
    response(status, body.as_deref(), &headers)
}

fn respond_with_problem(problem: &Problem, retry_after: Option<&str>) -> Result<JsValue, JsValue> {
    let body = serde_json::to_string(problem).expect("a problem is JSON");
    let mut headers = vec![("Content-Type", "application/problem+json")];
    headers.extend(retry_after.map(|seconds| ("Retry-After", seconds)));
    response(problem.status, Some(&body), &headers)
}

fn response(status: u16, body: Option<&str>, headers: &[(&str, &str)]) -> Result<JsValue, JsValue> {
    let init = ResponseInit::new();
    init.set_status(status);
    let all = Headers::new()?;
    for (name, value) in headers {
        all.append(name, value)?;
    }
    init.set_headers(&all);
    Response::new_with_opt_str_and_init(body, &init).map(JsValue::from)
}
