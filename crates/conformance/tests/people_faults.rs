//! Faults in search, tags, lists, blocking, merging and bulk changes.

use crate::faults::{Fault, answer, answered};
use axum::{
    Router,
    body::Body,
    extract::Request,
    http::{Method, StatusCode},
    middleware::{Next, from_fn},
};
use serde_json::Value;
use std::sync::{Arc, Mutex};

pub(crate) const FAULTS: &[Fault] = &[
    Fault { name: "a deleted note is still found", breaks: "found by its words", seed: still_found },
    Fault { name: "a tag is never taken off", breaks: "a tag that is put twice", seed: sticky_tag },
    Fault { name: "a list without a name is taken for granted", breaks: "a list that doesn't exist", seed: any_list },
    Fault { name: "a blocked contact is written to", breaks: "blocked contact", seed: blocked_passes },
    Fault { name: "a merged contact's id answers for itself", breaks: "merged contact", seed: no_alias },
    Fault { name: "an undo of a bulk change does nothing", breaks: "a bulk change", seed: bulk_stays },
];

/// The hits of the last search stay.
fn still_found(app: Router) -> Router {
    let found = Arc::new(Mutex::new(Value::Null));
    app.layer(from_fn(move |request: Request, next: Next| {
        let found = Arc::clone(&found);
        async move {
            let is_search = request.uri().path() == wire::paths::SEARCH;
            let response = next.run(request).await;
            if !is_search {
                return response;
            }
            let keep = |results: &mut Value| {
                let mut found = found.lock().unwrap();
                let hits = &mut results["contact_notes"]["items"];
                if hits.as_array().is_some_and(Vec::is_empty) && !found.is_null() {
                    *hits = found.clone();
                } else {
                    *found = hits.clone();
                }
            };
            answered(response, keep).await
        }
    }))
}

/// Answers with this status in place of the server where the method and the end of the path are these.
fn swallowed(
    app: Router,
    method: Method,
    is_meant: fn(&str) -> bool,
    status: StatusCode,
    body: &'static str,
) -> Router {
    app.layer(from_fn(move |request: Request, next: Next| {
        let is_swallowed = request.method() == method && is_meant(request.uri().path());
        async move {
            if !is_swallowed {
                return next.run(request).await;
            }
            answer(status, Body::from(body))
        }
    }))
}

fn sticky_tag(app: Router) -> Router {
    swallowed(app, Method::DELETE, |path| path.contains("/tags/"), StatusCode::NO_CONTENT, "")
}

fn bulk_stays(app: Router) -> Router {
    let progress = r#"{"changed":2,"failures":0,"failed":[],"left":0}"#;
    let is_undo = |path: &str| path.starts_with("/api/v1/bulk/") && path.ends_with("/undo");
    swallowed(app, Method::POST, is_undo, StatusCode::OK, progress)
}

/// A refusal with this status passes as a success.
fn passes(app: Router, is_meant: fn(&str) -> bool, refused: StatusCode) -> Router {
    app.layer(from_fn(move |request: Request, next: Next| async move {
        let is_meant = request.method() == Method::PUT && is_meant(request.uri().path());
        let mut response = next.run(request).await;
        if is_meant && response.status() == refused {
            *response.status_mut() = StatusCode::OK;
        }
        response
    }))
}

fn any_list(app: Router) -> Router {
    passes(app, |path| path.contains("/lists/"), StatusCode::NOT_FOUND)
}

fn blocked_passes(app: Router) -> Router {
    passes(app, |path| path.starts_with("/api/v1/conversations/"), StatusCode::CONFLICT)
}

fn no_alias(app: Router) -> Router {
    app.layer(from_fn(|request: Request, next: Next| async move {
        let path = request.uri().path().to_owned();
        let asked = path.strip_prefix("/api/v1/contacts/").and_then(|id| id.parse::<wire::ContactId>().ok());
        let response = next.run(request).await;
        match asked {
            Some(id) => answered(response, |contact| contact["id"] = serde_json::json!(id)).await,
            None => response,
        }
    }))
}
