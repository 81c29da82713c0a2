//! Refusals: RFC 9457 problem documents and their codes.

use crate::Seq;
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

/// Every reason for the refusal of a request. On the wire: `type` = `/problems/<code>`, with the name in kebab case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum ProblemCode {
    BadJson,
    BadCursor,
    BadQuery,
    BadHeader,
    BadRequest,
    BadCredentials,
    BadKey,
    SignedOut,
    Forbidden,
    CrossSite,
    NotFound,
    MethodNotAllowed,
    IdReuse,
    ContactBlocked,
    ContactUnsubscribed,
    ContactMerged,
    LastAdmin,
    Gone,
    Changed,
    TooLarge,
    UriTooLong,
    WrongContentType,
    InvalidBody,
    InvalidField,
    MissingField,
    UnknownField,
    WrongContact,
    TooManyRequests,
    HeadersTooLarge,
    Internal,
    Busy,
    StorageFull,
}

impl ProblemCode {
    #[must_use]
    pub fn status(self) -> u16 {
        self.row().0
    }

    #[must_use]
    pub fn title(self) -> &'static str {
        self.row().1
    }

    /// Whether the same request may succeed later.
    #[must_use]
    pub fn retryable(self) -> bool {
        matches!(self, Self::TooManyRequests | Self::Internal | Self::Busy | Self::StorageFull)
    }

    /// The code in a problem's `type`.
    #[must_use]
    pub fn from_type(type_: &str) -> Option<Self> {
        type_.rsplit('/').next()?.parse().ok()
    }

    fn row(self) -> (u16, &'static str) {
        match self {
            Self::BadJson => (400, "The request body is not valid JSON."),
            Self::BadCursor => (400, "This cursor does not belong to this list."),
            Self::BadQuery => (400, "A query parameter is not understood."),
            Self::BadHeader => (400, "A header of the request is not understood."),
            Self::BadRequest => (400, "This is not a request of HTTP/1.1."),
            Self::BadCredentials => (401, "E-mail or password is wrong."),
            Self::BadKey => (401, "This key is not known."),
            Self::SignedOut => (401, "Sign in first."),
            Self::Forbidden => (403, "You are not allowed to do this."),
            Self::CrossSite => (403, "This request did not come from Sidenote's own page."),
            Self::NotFound => (404, "There is nothing here."),
            Self::MethodNotAllowed => (405, "This address does not take this method."),
            Self::IdReuse => (409, "This id is already used for something else."),
            Self::ContactBlocked => (409, "This contact is blocked. Unblock them to write to them."),
            Self::ContactUnsubscribed => (409, "This contact is unsubscribed. Resubscribe them to write to them."),
            Self::ContactMerged => (409, "One of these contacts was merged into another one in the meantime."),
            Self::LastAdmin => (409, "An organization needs an admin: make somebody else one first."),
            Self::Gone => (410, "This was deleted."),
            Self::Changed => (412, "It was changed by somebody else in the meantime."),
            Self::TooLarge => (413, "The request body is too large."),
            Self::UriTooLong => (414, "The address of the request is too long."),
            Self::WrongContentType => (415, "The request body must be application/json."),
            Self::InvalidBody => (422, "This text can't be saved."),
            Self::InvalidField => (422, "A field's value is not valid."),
            Self::MissingField => (422, "A field is missing."),
            Self::UnknownField => (422, "A field is not known."),
            Self::WrongContact => (422, "That conversation is with another contact."),
            Self::TooManyRequests => (429, "Too many attempts. Try again later."),
            Self::HeadersTooLarge => (431, "The headers of the request are too large."),
            Self::Internal => (500, "Something went wrong on the server."),
            Self::Busy => (503, "The server is busy. Try again in a moment."),
            Self::StorageFull => (503, "The server has no space left."),
        }
    }
}

/// The error in one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct FieldError {
    /// A JSON pointer (RFC 6901) into the request body, or the query parameter's name after `?`.
    pub pointer: String,
    /// The code of the error, e. g. `blank`, `too-long`.
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
    /// Never repeats content of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    #[serde(default)]
    pub retryable: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// With 412: the thing's current version.
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
            type_: format!("/problems/{}", code.into_str()),
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
