//! Completes the published document with what holds for every operation: who may call it, and its refusals by status.

use axum::http::Method;
use std::collections::BTreeMap;
use utoipa::openapi::{
    ContentBuilder, Header, HttpMethod, OpenApi, Ref, RefOr, Response, ResponseBuilder,
    path::{Operation, Parameter, PathItem},
    schema::{AdditionalProperties, Schema, SchemaType, Type},
    security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme},
};
use wire::{ProblemCode, VariantArray as _, paths};

/// The operations of a path.
pub(crate) fn operations(item: &PathItem) -> impl Iterator<Item = (Method, &Operation)> {
    let all = [
        (Method::GET, &item.get),
        (Method::PUT, &item.put),
        (Method::POST, &item.post),
        (Method::PATCH, &item.patch),
        (Method::DELETE, &item.delete),
    ];
    all.into_iter().filter_map(|(method, operation)| Some((method, operation.as_ref()?)))
}

/// Adds the security schemes, what each operation requires, and how it refuses.
pub(crate) fn complete(document: &mut OpenApi) {
    let components = document.components.get_or_insert_default();
    for (name, scheme) in schemes() {
        components.security_schemes.insert(name.to_owned(), RefOr::T(scheme));
    }
    for name in CLOSED {
        components.schemas.get_mut(name).into_iter().for_each(without_more);
    }
    for (path, item) in &mut document.paths.paths {
        for (method, slot) in [
            (HttpMethod::Get, &mut item.get),
            (HttpMethod::Put, &mut item.put),
            (HttpMethod::Post, &mut item.post),
            (HttpMethod::Patch, &mut item.patch),
            (HttpMethod::Delete, &mut item.delete),
        ] {
            let Some(operation) = slot else { continue };
            operation.parameters.iter_mut().flatten().for_each(without_null);
            let caller = Caller::of(path);
            operation.security = caller.requirements();
            let call = Call { path, method, caller, operation };
            let refusals = call.refusals();
            operation.responses.responses.extend(refusals);
        }
    }
}

/// Enums of requests: an object has the one field of its variant, which their derived schemas don't say.
const CLOSED: [&str; 2] = ["BulkOf", "BulkChange"];

/// No object has another field than those that are named.
fn without_more(schema: &mut RefOr<Schema>) {
    match schema {
        RefOr::T(Schema::OneOf(one_of)) => one_of.items.iter_mut().for_each(without_more),
        RefOr::T(Schema::Object(object)) if !object.properties.is_empty() => {
            object.additional_properties = Some(Box::new(AdditionalProperties::FreeForm(false)));
            object.properties.values_mut().for_each(without_more);
        }
        RefOr::T(_) | RefOr::Ref(_) => {}
    }
}

/// A parameter is left out or has a value: a header can't be null.
fn without_null(parameter: &mut RefOr<Parameter>) {
    let RefOr::T(Parameter { schema: Some(schema), .. }) = parameter else { return };
    let is_null = |one: &RefOr<Schema>| matches!(one, RefOr::T(Schema::Object(object)) if object.schema_type == SchemaType::Type(Type::Null));
    match schema {
        RefOr::T(Schema::OneOf(one_of)) => {
            one_of.items.retain(|one| !is_null(one));
            if let [only] = &one_of.items[..] {
                *schema = only.clone();
            }
        }
        RefOr::T(Schema::Object(object)) => {
            if let SchemaType::Array(types) = &object.schema_type
                && let Some(kind) = types.iter().find(|kind| **kind != Type::Null)
            {
                object.schema_type = SchemaType::Type(kind.clone());
            }
        }
        _ => {}
    }
}

fn schemes() -> [(&'static str, SecurityScheme); 4] {
    let bearer = |description: &str| {
        SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some(description)).build())
    };
    let cookie = ApiKeyValue::with_description(
        "sid",
        "The session of the stand-alone page; `__Host-sid` over TLS. A change also needs `X-Sidenote: 1` and a request \
         from the page's own origin.",
    );
    [
        ("session", SecurityScheme::ApiKey(ApiKey::Cookie(cookie))),
        ("token", bearer("A token of `POST /embed/v1/tokens`, on the origin that it was made for.")),
        ("key", bearer("A key of a host's back end.")),
        ("visitor", bearer("The token of a visit to the web chat.")),
    ]
}

/// Who calls an operation.
#[derive(Clone, Copy, PartialEq)]
enum Caller {
    Anybody,
    Agent,
    Visitor,
    Host,
}

impl Caller {
    fn of(path: &str) -> Self {
        match path {
            paths::SESSION | paths::JOIN | paths::JOIN_INVITATION | paths::SETUP | paths::SETUP_ADDRESS => {
                Self::Anybody
            }
            _ if path.ends_with("/visits") => Self::Anybody,
            _ if path.starts_with("/contact/") => Self::Visitor,
            _ if path.starts_with("/embed/") => Self::Host,
            _ => Self::Agent,
        }
    }

    fn requirements(self) -> Option<Vec<SecurityRequirement>> {
        let names: &[&str] = match self {
            Self::Anybody => return None,
            Self::Agent => &["session", "token"],
            Self::Visitor => &["visitor"],
            Self::Host => &["key"],
        };
        Some(names.iter().map(|name| SecurityRequirement::new(*name, Vec::<String>::new())).collect())
    }
}

struct Call<'a> {
    path: &'a str,
    method: HttpMethod,
    caller: Caller,
    operation: &'a Operation,
}

impl Call<'_> {
    /// The refusals by status, with the codes and what they mean.
    fn refusals(&self) -> BTreeMap<String, RefOr<Response>> {
        let mut sentences: BTreeMap<u16, String> = BTreeMap::new();
        for code in ProblemCode::VARIANTS.iter().filter(|code| self.can_answer(**code)) {
            let text = sentences.entry(code.status()).or_default();
            *text += &format!("{}`{}`: {}", if text.is_empty() { "" } else { " " }, code.into_str(), code.title());
        }
        sentences.into_iter().map(|(status, text)| (status.to_string(), RefOr::T(refusal(status, text)))).collect()
    }

    fn can_answer(&self, code: ProblemCode) -> bool {
        let is_get = self.method == HttpMethod::Get;
        let has_body = self.operation.request_body.is_some();
        let is_one_note = self.path.contains("/notes/{note_id}");
        match code {
            ProblemCode::BadQuery
            | ProblemCode::BadHeader
            | ProblemCode::TooManyRequests
            | ProblemCode::Internal
            | ProblemCode::Busy => true,
            ProblemCode::BadCursor => self.has_parameter("cursor"),
            ProblemCode::BadCredentials => self.path == paths::SESSION && has_body,
            ProblemCode::BadKey => self.caller == Caller::Host,
            ProblemCode::SignedOut => matches!(self.caller, Caller::Agent | Caller::Visitor),
            ProblemCode::Forbidden => is_one_note || (self.caller == Caller::Visitor && has_body),
            ProblemCode::CrossSite => self.path.starts_with("/api/") || !is_get,
            ProblemCode::NotFound => self.path.contains('{'),
            ProblemCode::IdReuse => {
                let is_made_by_client = self.path.ends_with("_id}") && !self.path.ends_with("{list_id}");
                let is_made = ["/contact/v1/messages/{id}", "/api/v1/bulk/{id}", "/api/v1/invitations/{id}"];
                has_body && (is_made_by_client || is_made.contains(&self.path))
            }
            ProblemCode::ContactBlocked | ProblemCode::ContactUnsubscribed => {
                has_body && self.path.ends_with("/messages/{message_id}")
            }
            ProblemCode::ContactMerged => self.path.contains("/merge"),
            ProblemCode::LastAdmin => self.path == "/api/v1/agents/{id}",
            ProblemCode::Gone => {
                is_one_note
                    || ["/api/v1/bulk/", paths::JOIN, paths::SETUP].iter().any(|root| self.path.starts_with(root))
                    || !is_get && self.path.starts_with("/api/v1/contacts/{id}")
            }
            ProblemCode::Changed => self.has_parameter("If-Match"),
            ProblemCode::BadJson
            | ProblemCode::TooLarge
            | ProblemCode::WrongContentType
            | ProblemCode::MissingField
            | ProblemCode::UnknownField => has_body,
            ProblemCode::InvalidField => has_body || self.has_parameter("tag"),
            ProblemCode::InvalidBody => has_body && !self.path.ends_with("/{id}") || self.caller == Caller::Visitor,
            ProblemCode::WrongContact => has_body && is_one_note && self.path.starts_with("/api/v1/contacts"),
            ProblemCode::StorageFull => !is_get,
            // Answered before the operation is known.
            ProblemCode::BadRequest
            | ProblemCode::MethodNotAllowed
            | ProblemCode::UriTooLong
            | ProblemCode::HeadersTooLarge => false,
        }
    }

    fn has_parameter(&self, name: &str) -> bool {
        let mut parameters = self.operation.parameters.iter().flatten();
        parameters.any(|parameter| matches!(parameter, RefOr::T(parameter) if parameter.name == name))
    }
}

fn refusal(status: u16, description: String) -> Response {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    let answer = ResponseBuilder::new().description(description).content("application/problem+json", content);
    let waits = matches!(status, 429 | 503);
    let answer = if waits { answer.header("Retry-After", Header::new(seconds())) } else { answer };
    answer.build()
}

fn seconds() -> utoipa::openapi::Object {
    utoipa::openapi::ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1)).build()
}
