//! The HTTP client of the checks: requests as a client sends them, and assertions about the answers.

use crate::{Trouble, note::known};
use serde_json::Value;
use std::{
    io::{BufRead as _, BufReader},
    sync::mpsc::{self, Receiver, RecvTimeoutError},
    time::{Duration, Instant},
};
use ureq::http::{Request, header::HeaderMap};
use wire::{Event, Position};

/// The time limit for an answer, and for an event after the change that it is about.
const PATIENCE: Duration = Duration::from_secs(10);

/// How an agent authenticates at the back end.
#[derive(Clone, Debug)]
pub enum Credentials {
    /// Signs in with `POST /session` and uses the cookie of its answer.
    Password { email: String, password: String },
    /// Sent as `Authorization: Bearer`.
    Token(String),
}

/// A client of the back end, in the name of one agent.
#[derive(Clone, Debug)]
pub struct Client {
    agent: ureq::Agent,
    base: String,
    headers: Vec<(&'static str, String)>,
}

/// An answer and its request.
#[derive(Debug)]
pub(crate) struct Answer {
    asked: String,
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

/// An event of the stream, or of a page of changes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Heard {
    pub(crate) id: Option<String>,
    pub(crate) event: String,
    pub(crate) data: Value,
}

/// The open stream. After it is dropped, it ends with the next event from the back end.
pub(crate) struct Stream(Receiver<Result<Heard, String>>);

impl Client {
    /// A client that isn't signed in. `base`: the origin of the back end, and a path if the API is below one.
    #[must_use]
    pub fn nobody(base: &str) -> Self {
        // Each request has a connection of its own: the checks are about the contract, not about how long a server
        // keeps idle connections.
        let config = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).max_idle_connections(0);
        Self { agent: config.build().into(), base: base.trim_end_matches('/').to_owned(), headers: Vec::new() }
    }

    /// # Errors
    /// A sentence, when the back end can't be reached or refuses the credentials.
    pub fn sign_in(base: &str, credentials: &Credentials) -> Result<Self, Trouble> {
        let mut client = Self::nobody(base);
        match credentials {
            Credentials::Token(token) => client.headers.push(("authorization", format!("Bearer {token}"))),
            Credentials::Password { email, password } => {
                // The header that a browser adds to a request of the back end's own page.
                let origin = client.base.splitn(4, '/').take(3).collect::<Vec<_>>().join("/");
                client.headers.extend([("x-sidenote", "1".to_owned()), ("origin", origin)]);
                let body = serde_json::json!({ "email": email, "password": password });
                let answer = client.send("POST", wire::paths::SESSION, Some(&body))?.expect(204)?;
                let cookies = answer.headers.get_all("set-cookie").iter().filter_map(|cookie| cookie.to_str().ok());
                let pairs: Vec<_> = cookies.filter_map(|cookie| cookie.split(';').next()).collect();
                if pairs.is_empty() {
                    return Err(answer.wrong("the answer sets a cookie"));
                }
                client.headers.push(("cookie", pairs.join("; ")));
            }
        }
        Ok(client)
    }

    pub(crate) fn get(&self, path: &str) -> Result<Answer, Trouble> {
        self.send("GET", path, None)
    }

    pub(crate) fn put(&self, path: &str, body: &Value) -> Result<Answer, Trouble> {
        self.send("PUT", path, Some(body))
    }

    pub(crate) fn delete(&self, path: &str) -> Result<Answer, Trouble> {
        self.send("DELETE", path, None)
    }

    pub(crate) fn post(&self, path: &str) -> Result<Answer, Trouble> {
        self.send("POST", path, None)
    }

    pub(crate) fn post_json(&self, path: &str, body: &Value) -> Result<Answer, Trouble> {
        self.send("POST", path, Some(body))
    }

    /// Sends a body as it is, with a content type that may be wrong.
    pub(crate) fn put_raw(&self, path: &str, content_type: &str, body: &str) -> Result<Answer, Trouble> {
        let request = self.request("PUT", path).header("content-type", content_type);
        self.take(format!("PUT {path}"), self.agent.run(request.body(body.to_owned()).map_err(cannot)?))
    }

    fn send(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Answer, Trouble> {
        let request = self.request(method, path);
        let answer = match body {
            Some(body) => {
                let request = request.header("content-type", "application/json");
                self.agent.run(request.body(body.to_string()).map_err(cannot)?)
            }
            None => self.agent.run(request.body(()).map_err(cannot)?),
        };
        self.take(format!("{method} {path}"), answer)
    }

    fn request(&self, method: &str, path: &str) -> ureq::http::request::Builder {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.base));
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        request
    }

    fn take(
        &self,
        asked: String,
        answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>,
    ) -> Result<Answer, Trouble> {
        let answer = answer.map_err(|error| Trouble::Wrong(format!("{asked}: no answer: {error}")))?;
        let (head, mut body) = answer.into_parts();
        let text = body.read_to_string();
        let text = text.map_err(|error| Trouble::Wrong(format!("{asked}: the answer can't be read: {error}")))?;
        Ok(Answer { asked, status: head.status.as_u16(), headers: head.headers, text })
    }

    /// Opens the live stream, after a position if there is one.
    pub(crate) fn events(&self, after: Option<&str>) -> Result<Stream, Trouble> {
        let asked = format!("GET {}", wire::paths::EVENTS);
        let mut request = self.request("GET", wire::paths::EVENTS).header("accept", "text/event-stream");
        if let Some(after) = after {
            request = request.header("last-event-id", after);
        }
        let answer = self.agent.run(request.body(()).map_err(cannot)?);
        let answer = answer.map_err(|error| Trouble::Wrong(format!("{asked}: no answer: {error}")))?;
        if answer.status() != 200 {
            return Err(Trouble::Wrong(format!("{asked}: the contract says 200, the answer was {}", answer.status())));
        }
        let (sender, receiver) = mpsc::channel();
        let mut lines = BufReader::new(answer.into_body().into_reader()).lines();
        std::thread::spawn(move || {
            while let Some(heard) = next_event(&mut lines) {
                if sender.send(heard).is_err() {
                    return;
                }
            }
        });
        Ok(Stream(receiver))
    }
}

fn cannot(error: ureq::http::Error) -> Trouble {
    Trouble::Wrong(format!("the request can't be made: {error}"))
}

/// Reads up to the empty line that ends an event; `None` at the end of the stream.
fn next_event(lines: &mut impl Iterator<Item = std::io::Result<String>>) -> Option<Result<Heard, String>> {
    let (mut id, mut event, mut data) = (None, String::new(), String::new());
    loop {
        let line = match lines.next()? {
            Ok(line) => line,
            Err(error) => return Some(Err(error.to_string())),
        };
        let (name, value) = line.split_once(':').unwrap_or((&line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match name {
            "" if line.is_empty() && event.is_empty() && data.is_empty() => {}
            "" if line.is_empty() => {
                let data = serde_json::from_str(&data).map_err(|_| format!("an event's data is no JSON: {data}"));
                return Some(data.map(|data| Heard { id, event, data }));
            }
            "id" => id = Some(value.to_owned()),
            "event" => value.clone_into(&mut event),
            "data" => data += value,
            _ => {}
        }
    }
}

impl Stream {
    /// The next event that the contract names; a later version may name more.
    pub(crate) fn next_known(&self) -> Result<Heard, Trouble> {
        self.next_where(|heard| {
            let is_of_the_stream = matches!(heard.event.as_str(), "hello" | "heartbeat" | "reset");
            is_of_the_stream || !matches!(Event::read(&heard.event, &heard.data.to_string()), Ok(None))
        })
    }

    /// The next event.
    pub(crate) fn next(&self) -> Result<Heard, Trouble> {
        self.next_by(Instant::now() + PATIENCE)
    }

    /// The next event that fits; others are ignored.
    pub(crate) fn next_where(&self, fits: impl Fn(&Heard) -> bool) -> Result<Heard, Trouble> {
        // One deadline for all events together: a stream without other events still has its heartbeats.
        let deadline = Instant::now() + PATIENCE;
        loop {
            let heard = self.next_by(deadline)?;
            if fits(&heard) {
                return Ok(heard);
            }
        }
    }

    fn next_by(&self, deadline: Instant) -> Result<Heard, Trouble> {
        let wrong = |what: &str| {
            let asked = wire::paths::EVENTS;
            Trouble::Wrong(format!("GET {asked}: the contract says: every change is told at once. {what}"))
        };
        match self.0.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(heard) => heard.map_err(|error| wrong(&error)),
            Err(RecvTimeoutError::Timeout) => Err(wrong(&format!("It was not within {} s", PATIENCE.as_secs()))),
            Err(RecvTimeoutError::Disconnected) => Err(wrong("The stream has ended")),
        }
    }
}

impl Answer {
    /// An error with the request, the sentence of the contract and the answer.
    pub(crate) fn wrong(&self, contract: &str) -> Trouble {
        let text: String = self.text.chars().take(300).collect();
        Trouble::Wrong(format!("{}: the contract says: {contract}. The answer was {} {text}", self.asked, self.status))
    }

    /// Checks the status of the answer.
    pub(crate) fn expect(self, status: u16) -> Result<Self, Trouble> {
        if self.status == status { Ok(self) } else { Err(self.wrong(&format!("status {status}"))) }
    }

    pub(crate) fn json(&self) -> Result<Value, Trouble> {
        serde_json::from_str(&self.text).map_err(|_| self.wrong("a body of JSON"))
    }

    /// The note of the answer, with the fields that the contract describes.
    pub(crate) fn note(&self) -> Result<Value, Trouble> {
        Ok(known(&self.json()?))
    }

    /// The notes of a page, with the fields that the contract describes.
    pub(crate) fn notes(&self) -> Result<Vec<Value>, Trouble> {
        Ok(self.items()?.iter().map(known).collect())
    }

    /// The items of a page.
    pub(crate) fn items(&self) -> Result<Vec<Value>, Trouble> {
        match self.json()?["items"].take() {
            Value::Array(items) => Ok(items),
            _ => Err(self.wrong("a page with items")),
        }
    }

    /// The `as_of` of a page.
    pub(crate) fn as_of(&self) -> Result<Position, Trouble> {
        let position = self.json()?["as_of"].as_str().and_then(|text| text.parse().ok());
        position.ok_or_else(|| self.wrong("as_of is EPOCH.SEQ"))
    }

    /// Checks that the answer is a refusal as in RFC 9457, with this code.
    pub(crate) fn refused(self, status: u16, code: &str) -> Result<Self, Trouble> {
        let answer = self.expect(status)?;
        let kind = answer.headers.get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if !kind.starts_with("application/problem+json") {
            return Err(answer.wrong(&format!("a refusal of type application/problem+json, not {kind:?}")));
        }
        let problem = answer.json()?;
        let of_type = problem["type"].as_str().and_then(|kind| kind.rsplit('/').next());
        let has_form = problem["title"].is_string() && problem["retryable"].is_boolean();
        if of_type != Some(code) || problem["status"] != status || !has_form {
            return Err(answer.wrong(&format!("type /problems/{code}, a title, status {status}, and retryable")));
        }
        Ok(answer)
    }
}
