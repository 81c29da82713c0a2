//! Refusals: RFC 9457 problem documents and their codes.

use crate::Seq;
use serde::{Deserialize, Serialize};

/// Every reason a request is refused for. On the wire: `type` = `/problems/<code>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ProblemCode {
    BadJson,
    BadCursor,
    BadQuery,
    BadCredentials,
    SignedOut,
    Forbidden,
    CrossSite,
    NotFound,
    MethodNotAllowed,
    IdReuse,
    Gone,
    Changed,
    TooLarge,
    WrongContentType,
    InvalidBody,
    InvalidField,
    MissingField,
    UnknownField,
    WrongContact,
    TooManyRequests,
    Internal,
    Busy,
    StorageFull,
}

impl ProblemCode {
    pub const ALL: [Self; 23] = [
        Self::BadJson,
        Self::BadCursor,
        Self::BadQuery,
        Self::BadCredentials,
        Self::SignedOut,
        Self::Forbidden,
        Self::CrossSite,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::IdReuse,
        Self::Gone,
        Self::Changed,
        Self::TooLarge,
        Self::WrongContentType,
        Self::InvalidBody,
        Self::InvalidField,
        Self::MissingField,
        Self::UnknownField,
        Self::WrongContact,
        Self::TooManyRequests,
        Self::Internal,
        Self::Busy,
        Self::StorageFull,
    ];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.row().0
    }

    #[must_use]
    pub fn status(self) -> u16 {
        self.row().1
    }

    #[must_use]
    pub fn title(self) -> &'static str {
        self.row().2
    }

    /// Whether the same request may succeed later.
    #[must_use]
    pub fn retryable(self) -> bool {
        matches!(self, Self::TooManyRequests | Self::Internal | Self::Busy | Self::StorageFull)
    }

    /// The code named by a problem's `type`.
    #[must_use]
    pub fn from_type(type_: &str) -> Option<Self> {
        let code = type_.rsplit('/').next()?;
        Self::ALL.into_iter().find(|known| known.as_str() == code)
    }

    fn row(self) -> (&'static str, u16, &'static str) {
        match self {
            Self::BadJson => ("bad-json", 400, "The request body is not valid JSON."),
            Self::BadCursor => ("bad-cursor", 400, "This cursor does not belong to this list."),
            Self::BadQuery => ("bad-query", 400, "A query parameter is not understood."),
            Self::BadCredentials => ("bad-credentials", 401, "E-mail or password is wrong."),
            Self::SignedOut => ("signed-out", 401, "Sign in first."),
            Self::Forbidden => ("forbidden", 403, "You are not allowed to do this."),
            Self::CrossSite => ("cross-site", 403, "This request did not come from Sidenote's own page."),
            Self::NotFound => ("not-found", 404, "There is nothing here."),
            Self::MethodNotAllowed => ("method-not-allowed", 405, "This address does not take this method."),
            Self::IdReuse => ("id-reuse", 409, "This id is already used for something else."),
            Self::Gone => ("gone", 410, "This was deleted."),
            Self::Changed => ("changed", 412, "It was changed by somebody else in the meantime."),
            Self::TooLarge => ("too-large", 413, "The request body is too large."),
            Self::WrongContentType => ("wrong-content-type", 415, "The request body must be application/json."),
            Self::InvalidBody => ("invalid-body", 422, "This text can't be saved."),
            Self::InvalidField => ("invalid-field", 422, "A field's value is not valid."),
            Self::MissingField => ("missing-field", 422, "A field is missing."),
            Self::UnknownField => ("unknown-field", 422, "A field is not known."),
            Self::WrongContact => ("wrong-contact", 422, "That conversation is with another contact."),
            Self::TooManyRequests => ("too-many-requests", 429, "Too many attempts. Try again later."),
            Self::Internal => ("internal", 500, "Something went wrong on the server."),
            Self::Busy => ("busy", 503, "The server is busy. Try again in a moment."),
            Self::StorageFull => ("storage-full", 503, "The server has no space left."),
        }
    }
}

/// What is wrong with one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct FieldError {
    /// A JSON pointer (RFC 6901) into the request body, or the query parameter's name after `?`.
    pub pointer: String,
    /// A word for the kind of mistake, e. g. `blank`, `too-long`.
    pub code: String,
}

/// `application/problem+json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Problem {
    /// `/problems/<code>`.
    #[serde(rename = "type")]
    pub type_: String,
    pub title: String,
    pub status: u16,
    /// Never repeats what was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    #[serde(default)]
    pub retryable: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// With 412: the thing as it is now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schema(value_type = Option<Object>))]
    pub current: Option<serde_json::Value>,
    /// With 410: the version of the deletion.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rev: Option<Seq>,
}

impl Problem {
    #[must_use]
    pub fn new(code: ProblemCode) -> Self {
        Self {
            type_: format!("/problems/{}", code.as_str()),
            title: code.title().to_owned(),
            status: code.status(),
            detail: None,
            retryable: code.retryable(),
            errors: Vec::new(),
            current: None,
            rev: None,
        }
    }

    #[must_use]
    pub fn code(&self) -> Option<ProblemCode> {
        ProblemCode::from_type(&self.type_)
    }
}
