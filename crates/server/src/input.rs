//! The input of a request: JSON body, ids in the path, query parameters. Invalid input is refused here, in the same
//! words for every route, and never repeated.

use crate::{
    error::{Error, Result},
    strict_json::StrictValue,
};
use axum::{
    body::Body,
    extract::{FromRequest, FromRequestParts, Path, Request},
    http::{HeaderMap, Uri, header, request::Parts},
};
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt as _;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::time::Duration;
use utoipa::{
    ToSchema,
    openapi::{RefOr, Schema},
};
use wire::{BodyError, FieldError, NoteBody, ProblemCode, text_rules::SEARCH};

/// The field that holds the text of a note or message; see [`NoteBody`].
const BODY: &str = "body";
/// The largest body that is read. [`crate::lingering_close`] lets the answer to a larger one arrive.
const MOST_BYTES: usize = 128 * 1024;
/// The time limit for a body to arrive.
const BODY_TIME: Duration = Duration::from_secs(30);

/// A JSON body of at most 128 KiB, checked field by field.
pub struct JsonBody<T>(pub T);

impl<T: DeserializeOwned + ToSchema, S: Sync> FromRequest<S> for JsonBody<T> {
    type Rejection = Error;

    async fn from_request(request: Request, _: &S) -> Result<Self> {
        is_json(request.headers())?;
        let bytes = tokio::time::timeout(BODY_TIME, read(request.into_body()))
            .await
            .map_err(|_| Error::from(ProblemCode::Busy))??;
        parse(&bytes).map(Self)
    }
}

fn is_json(headers: &HeaderMap) -> Result<()> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case("application/json") { Ok(()) } else { Err(ProblemCode::WrongContentType.into()) }
}

async fn read(mut body: Body) -> Result<Bytes> {
    let mut bytes = BytesMut::new();
    while let Some(frame) = body.frame().await {
        // The body was cut short: the client has gone away.
        let Ok(data) = frame.map_err(|_| Error::from(ProblemCode::BadJson))?.into_data() else { continue };
        if bytes.len() + data.len() > MOST_BYTES {
            return Err(ProblemCode::TooLarge.into());
        }
        bytes.extend_from_slice(&data);
    }
    Ok(bytes.freeze())
}

/// Parses an input; separate from the request so that tests can call it with any bytes.
///
/// The schema of `T` says which fields exist, which are required, and how long texts may be.
pub fn parse<T: DeserializeOwned + ToSchema>(bytes: &[u8]) -> Result<T> {
    // serde_json refuses more than 128 levels, lone surrogates and invalid UTF-8.
    let StrictValue(value) = serde_json::from_slice(bytes).map_err(|error| not_json(&error))?;
    let Value::Object(given) = &value else { return Err(Error::field(ProblemCode::InvalidField, "", "not-an-object")) };
    check_fields::<T>(given)?;
    serde_json::from_value(value.clone()).map_err(|_| refuse_values::<T>(value))
}

fn not_json(error: &serde_json::Error) -> Error {
    if error.is_data() {
        return Error::detail(ProblemCode::BadJson, "A field of an object is there twice.");
    }
    ProblemCode::BadJson.into()
}

/// Checks that every field is known, that no required one is missing, and that no text is too short or too long.
fn check_fields<T: ToSchema>(given: &Map<String, Value>) -> Result<()> {
    let RefOr::T(Schema::Object(known)) = T::schema() else { return Ok(()) };
    let unknown = given.keys().filter(|name| !known.properties.contains_key(*name));
    refuse_any(ProblemCode::UnknownField, "unknown", unknown.map(|name| pointer(name)))?;
    let missing = known.required.iter().filter(|name| !given.contains_key(*name));
    refuse_any(ProblemCode::MissingField, "missing", missing.map(|name| pointer(name)))?;
    let length = |name: &String| Some((known.properties.get(name)?, given[name].as_str()?.chars().count()));
    let is_wrong = |name: &&String| {
        length(name).is_some_and(|(schema, length)| {
            let RefOr::T(Schema::Object(text)) = schema else { return false };
            text.min_length.is_some_and(|least| length < least) || text.max_length.is_some_and(|most| length > most)
        })
    };
    refuse_any(ProblemCode::InvalidField, "invalid", given.keys().filter(is_wrong).map(|name| pointer(name)))
}

/// The refusal of invalid values: names each invalid field, as far as the parser can continue without it.
fn refuse_values<T: DeserializeOwned>(mut value: Value) -> Error {
    let mut invalid = Vec::new();
    while let Err(error) = serde_path_to_error::deserialize::<_, T>(&value) {
        let path = error.path().to_string();
        let name = path.split(['.', '[']).next().unwrap_or_default();
        let Some(refused) = value.as_object_mut().and_then(|given| given.remove(name)) else { break };
        // An invalid text of a note or message has its own code.
        if let (BODY, Value::String(text)) = (name, &refused)
            && let Err(error) = NoteBody::parse(text)
        {
            return invalid_body(error);
        }
        invalid.push(pointer(name));
    }
    match refuse_any(ProblemCode::InvalidField, "invalid", invalid.into_iter()) {
        Err(error) => error,
        Ok(()) => Error::field(ProblemCode::InvalidField, "", "invalid"),
    }
}

fn invalid_body(error: BodyError) -> Error {
    let errors = vec![FieldError { pointer: "/body".to_owned(), code: error.code().to_owned() }];
    match error {
        BodyError::ControlCharacter(control) => {
            Error::fields_with_controls(ProblemCode::InvalidBody, errors, &[("/body", control)])
        }
        BodyError::Blank | BodyError::TooLong => Error::fields(ProblemCode::InvalidBody, errors),
    }
}

fn refuse_any(code: ProblemCode, word: &str, pointers: impl Iterator<Item = String>) -> Result<()> {
    let errors: Vec<_> = pointers.take(20).map(|pointer| FieldError { pointer, code: word.to_owned() }).collect();
    if errors.is_empty() { Ok(()) } else { Err(Error::fields(code, errors)) }
}

/// A JSON pointer (RFC 6901) to a field. A name that is too long for a typing error isn't repeated.
fn pointer(name: &str) -> String {
    if name.len() > 64 {
        return String::new();
    }
    format!("/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// The ids in the path. A malformed id gets the same answer as one that doesn't exist.
pub struct Ids<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Ids<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let ids = Path::<T>::from_request_parts(parts, state).await;
        ids.map(|Path(ids)| Self(ids)).map_err(|_| ProblemCode::NotFound.into())
    }
}

/// The query parameters of a request. Handlers take them out one by one. Those that an operation does not declare are
/// refused before, by [`crate::request_rules`].
pub struct Query {
    pairs: Vec<(String, String)>,
}

impl<S: Send + Sync> FromRequestParts<S> for Query {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        Self::try_from_uri(&parts.uri)
    }
}

impl Query {
    pub(crate) fn try_from_uri(uri: &Uri) -> Result<Self> {
        let pairs = axum::extract::Query::<Vec<(String, String)>>::try_from_uri(uri);
        Ok(Self { pairs: pairs.map_err(|_| Error::from(ProblemCode::BadQuery))?.0 })
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.pairs.iter().map(|(name, _)| name.as_str())
    }

    /// Takes a parameter out. `None`: it is missing.
    ///
    /// # Errors
    /// `bad-query` when it can't be parsed as a `T` or is there twice.
    pub fn take<T: std::str::FromStr>(&mut self, name: &'static str) -> Result<Option<T>> {
        let Some(value) = self.take_text(name)? else { return Ok(None) };
        value.parse().map(Some).map_err(|_| bad_query(name, "invalid"))
    }

    /// `limit`: 1–100 in digits alone, 50 by default.
    ///
    /// # Errors
    /// `bad-query` for anything else.
    pub fn limit(&mut self) -> Result<u32> {
        let Some(text) = self.take_text("limit")? else { return Ok(50) };
        // Rust's parser also takes a sign and leading zeros.
        let limit = text.parse::<u32>().ok().filter(|limit| limit.to_string() == text);
        let limit = limit.ok_or_else(|| bad_query("limit", "invalid"))?;
        if (1..=100).contains(&limit) { Ok(limit) } else { Err(bad_query("limit", "out-of-range")) }
    }

    /// `q`: the text to search for. A blank one is as none.
    ///
    /// # Errors
    /// `bad-query` when it is longer.
    pub fn search(&mut self) -> Result<Option<String>> {
        let text = self.take_text("q")?.filter(|text| !text.trim().is_empty());
        let is_long = text.as_ref().is_some_and(|text| !SEARCH.allows(text));
        if is_long { Err(bad_query("q", "too-long")) } else { Ok(text) }
    }

    /// Checks that no parameter remains: an operation reads all that it declares.
    ///
    /// # Errors
    /// `bad-query` when one does.
    pub fn finish(self) -> Result<()> {
        if self.pairs.is_empty() { Ok(()) } else { Err(ProblemCode::BadQuery.into()) }
    }

    pub(crate) fn take_text(&mut self, name: &'static str) -> Result<Option<String>> {
        let Some(n) = self.pairs.iter().position(|(key, _)| key == name) else { return Ok(None) };
        let (_, value) = self.pairs.swap_remove(n);
        let again = self.pairs.iter().any(|(key, _)| key == name);
        if again { Err(bad_query(name, "repeated")) } else { Ok(Some(value)) }
    }
}

pub(crate) fn bad_query(name: &'static str, word: &str) -> Error {
    Error::field(ProblemCode::BadQuery, &format!("?{name}"), word)
}
