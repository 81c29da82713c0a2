//! Layers that hold every request to the same rules: one valid `Host`, and no query parameter that its operation does
//! not declare. The declarations are those of the published document, so a new route can't be without the rule.

use crate::{
    api_document,
    error::{Error, Result},
    input::Query,
    origin,
};
use axum::{
    extract::{self, MatchedPath, Request},
    http::{HeaderMap, Method, Uri, Version, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};
use utoipa::openapi::{
    OpenApi, RefOr,
    path::{Operation, ParameterIn},
};
use wire::ProblemCode;

/// Refuses a request without a valid `Host`, or with two (RFC 9112, section 3.2): a proxy in front might read another
/// one than the server.
pub(crate) async fn one_host(request: Request, next: Next) -> Response {
    match check_host(request.version(), request.headers()) {
        Ok(()) => next.run(request).await,
        Err(error) => error.into_response(),
    }
}

fn check_host(version: Version, headers: &HeaderMap) -> Result<()> {
    let mut hosts = headers.get_all(header::HOST).iter();
    match (hosts.next(), hosts.next()) {
        (None, _) if version <= Version::HTTP_10 => Ok(()),
        (Some(host), None) if host.to_str().is_ok_and(|host| origin::of_host("http", host).is_some()) => Ok(()),
        _ => Err(Error::detail(ProblemCode::BadHeader, "A request has one Host header, with the host's name.")),
    }
}

/// The names of the query parameters that each operation declares, by path and method.
#[derive(Clone)]
pub(crate) struct DeclaredQueries(Arc<HashMap<String, HashMap<Method, HashSet<String>>>>);

impl DeclaredQueries {
    pub(crate) fn of(document: &OpenApi) -> Self {
        let of_item = |item| api_document::operations(item).map(|(method, operation)| (method, names(operation)));
        let paths = document.paths.paths.iter().map(|(path, item)| (path.clone(), of_item(item).collect()));
        Self(Arc::new(paths.collect()))
    }

    fn check(&self, path: &str, method: &Method, uri: &Uri) -> Result<()> {
        // The operation of GET answers HEAD.
        let method = if method == Method::HEAD { &Method::GET } else { method };
        let Some(methods) = self.0.get(path) else { return Err(ProblemCode::BadQuery.into()) };
        // Another method is refused as such.
        let Some(declared) = methods.get(method) else { return Ok(()) };
        let pairs = Query::try_from_uri(uri)?;
        if pairs.names().all(|name| declared.contains(name)) { Ok(()) } else { Err(ProblemCode::BadQuery.into()) }
    }
}

fn names(operation: &Operation) -> HashSet<String> {
    let parameters = operation.parameters.iter().flatten();
    let declared = parameters.filter_map(|parameter| match parameter {
        RefOr::T(parameter) => Some(parameter),
        RefOr::Ref(_) => None,
    });
    let in_query = declared.filter(|parameter| parameter.parameter_in == ParameterIn::Query);
    in_query.map(|parameter| parameter.name.clone()).collect()
}

/// Refuses query parameters that the operation does not declare. It runs once the route is known.
pub(crate) async fn declared_query(
    extract::State(queries): extract::State<DeclaredQueries>,
    path: MatchedPath,
    request: Request,
    next: Next,
) -> Response {
    let has_query = request.uri().query().is_some_and(|query| !query.is_empty());
    match has_query.then(|| queries.check(path.as_str(), request.method(), request.uri())) {
        None | Some(Ok(())) => next.run(request).await,
        Some(Err(error)) => error.into_response(),
    }
}
