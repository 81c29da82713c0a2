//! Faults that each break the contract, as layers over the server: they change the request or the answer.

use axum::{
    Router,
    body::{Body, Bytes},
    extract::Request,
    http::{HeaderValue, Method, StatusCode, header},
    middleware::{Next, from_fn},
    response::Response,
};
use futures::StreamExt as _;
use http_body_util::BodyExt as _;
use serde_json::Value;
use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex},
};

pub(crate) struct Fault {
    pub(crate) name: &'static str,
    /// Part of the sentence that it breaks.
    pub(crate) breaks: &'static str,
    pub(crate) seed: fn(Router) -> Router,
}

pub(crate) const FAULTS: &[Fault] = &[
    Fault { name: "a retry makes a second note", breaks: "the same note put again", seed: second_note },
    Fault { name: "a used id is answered as if it were saved", breaks: "409 id-reuse", seed: reuse_passes },
    Fault { name: "texts are trimmed", breaks: "exactly as it was typed", seed: trimmed },
    Fault { name: "the limit counts bytes", breaks: "10,000 characters", seed: counts_bytes },
    Fault { name: "unknown fields are ignored", breaks: "an unknown field", seed: unknown_fields },
    Fault { name: "deleting what never came leaves no trace", breaks: "never came", seed: no_tombstone },
    Fault { name: "deleting again is not found", breaks: "deleting it again", seed: second_deletion },
    Fault { name: "an undone deletion comes back on top", breaks: "an undone deletion", seed: restored_on_top },
    Fault { name: "oldest first", breaks: "newest first, by seq", seed: oldest_first },
    Fault { name: "pages overlap", breaks: "each note once", seed: overlap },
    Fault { name: "only loaded notes count as new", breaks: "how many notes of others", seed: counts_loaded },
    Fault { name: "a seen mark goes back", breaks: "never goes back", seed: mark_goes_back },
    Fault { name: "a note doesn't say its rev", breaks: "a note has its fields", seed: no_rev },
    Fault { name: "times are seconds", breaks: "RFC 3339", seed: seconds },
    Fault { name: "refusals are plain text", breaks: "404 not-found", seed: plain_refusals },
    Fault { name: "answers may be stored", breaks: "not stored", seed: stored },
    Fault { name: "another organization's is forbidden", breaks: "byte for byte", seed: forbidden },
    Fault { name: "the stream forgets where it was", breaks: "Last-Event-ID", seed: forgetful },
    Fault { name: "events have no position", breaks: "at their position", seed: no_position },
];

fn is_note(request: &Request, method: &Method) -> bool {
    let path = request.uri().path();
    request.method() == method && path.starts_with("/api/v1/contacts/") && path.contains("/notes/")
}

fn is_list(request: &Request) -> bool {
    request.uri().path().ends_with("/notes") && request.method() == Method::GET
}

async fn read(body: Body) -> Bytes {
    body.collect().await.unwrap().to_bytes()
}

/// The request with another body.
async fn rewritten(request: Request, change: impl FnOnce(&mut Value)) -> Request {
    let (mut head, body) = request.into_parts();
    let bytes = read(body).await;
    head.headers.remove(header::CONTENT_LENGTH);
    match serde_json::from_slice(&bytes) {
        Ok(mut value) => {
            change(&mut value);
            Request::from_parts(head, value.to_string().into())
        }
        Err(_) => Request::from_parts(head, bytes.into()),
    }
}

/// The answer with another body.
pub(crate) async fn answered(response: Response, change: impl FnOnce(&mut Value)) -> Response {
    let (mut head, body) = response.into_parts();
    let bytes = read(body).await;
    head.headers.remove(header::CONTENT_LENGTH);
    match serde_json::from_slice(&bytes) {
        Ok(mut value) => {
            change(&mut value);
            Response::from_parts(head, value.to_string().into())
        }
        Err(_) => Response::from_parts(head, bytes.into()),
    }
}

fn with_path(mut request: Request, path: &str) -> Request {
    *request.uri_mut() = path.parse().unwrap();
    request
}

fn second_note(app: Router) -> Router {
    let seen = Arc::new(Mutex::new(HashSet::new()));
    app.layer(from_fn(move |request: Request, next: Next| {
        let path = request.uri().path().to_owned();
        let is_again = is_note(&request, &Method::PUT) && !seen.lock().unwrap().insert(path.clone());
        async move {
            if !is_again {
                return next.run(request).await;
            }
            let (contact, _) = path.rsplit_once('/').unwrap();
            let mut response =
                next.run(with_path(request, &format!("{contact}/{}", wire::ContactNoteId::fresh()))).await;
            if response.status() == StatusCode::CREATED {
                *response.status_mut() = StatusCode::OK;
            }
            response
        }
    }))
}

fn reuse_passes(app: Router) -> Router {
    app.layer(from_fn(|request: Request, next: Next| async move {
        let is_note = is_note(&request, &Method::PUT);
        let mut response = next.run(request).await;
        if is_note && response.status() == StatusCode::CONFLICT {
            *response.status_mut() = StatusCode::OK;
        }
        response
    }))
}

fn trimmed(app: Router) -> Router {
    app.layer(from_fn(|request: Request, next: Next| async move {
        if !is_note(&request, &Method::PUT) {
            return next.run(request).await;
        }
        let trim = |body: &mut Value| {
            if let Some(text) = body["body"].as_str().map(|text| text.trim().to_owned()) {
                body["body"] = text.into();
            }
        };
        next.run(rewritten(request, trim).await).await
    }))
}

fn counts_bytes(app: Router) -> Router {
    app.layer(from_fn(|request: Request, next: Next| async move {
        if !is_note(&request, &Method::PUT) {
            return next.run(request).await;
        }
        let lengthen = |body: &mut Value| {
            if body["body"].as_str().is_some_and(|text| text.len() > 10_000) {
                body["body"] = "n".repeat(10_001).into();
            }
        };
        next.run(rewritten(request, lengthen).await).await
    }))
}

fn unknown_fields(app: Router) -> Router {
    app.layer(from_fn(|request: Request, next: Next| async move {
        if !is_note(&request, &Method::PUT) {
            return next.run(request).await;
        }
        let known = |body: &mut Value| {
            if let Some(fields) = body.as_object_mut() {
                fields.retain(|name, _| name == "body" || name == "conversation_id");
            }
        };
        next.run(rewritten(request, known).await).await
    }))
}

fn no_tombstone(app: Router) -> Router {
    let put = Arc::new(Mutex::new(HashSet::new()));
    app.layer(from_fn(move |request: Request, next: Next| {
        let path = request.uri().path().to_owned();
        if is_note(&request, &Method::PUT) {
            put.lock().unwrap().insert(path.clone());
        }
        let is_unknown = is_note(&request, &Method::DELETE) && !put.lock().unwrap().contains(&path);
        async move {
            if is_unknown {
                return answer(StatusCode::NO_CONTENT, Body::empty());
            }
            next.run(request).await
        }
    }))
}

fn second_deletion(app: Router) -> Router {
    let deleted = Arc::new(Mutex::new(HashSet::new()));
    app.layer(from_fn(move |request: Request, next: Next| {
        let is_again =
            is_note(&request, &Method::DELETE) && !deleted.lock().unwrap().insert(request.uri().path().to_owned());
        async move {
            if is_again {
                return answer(StatusCode::NOT_FOUND, Body::empty());
            }
            next.run(request).await
        }
    }))
}

fn restored_on_top(app: Router) -> Router {
    app.layer(from_fn(|request: Request, next: Next| async move {
        let is_restore = request.uri().path().ends_with("/restore");
        let response = next.run(request).await;
        if !is_restore || response.status() != StatusCode::OK {
            return response;
        }
        answered(response, |note| note["seq"] = note["rev"].clone()).await
    }))
}

fn oldest_first(app: Router) -> Router {
    app.layer(from_fn(|request: Request, next: Next| async move {
        let is_list = is_list(&request);
        let response = next.run(request).await;
        if !is_list {
            return response;
        }
        answered(response, |page| {
            if let Some(items) = page["items"].as_array_mut() {
                items.reverse();
            }
        })
        .await
    }))
}

fn overlap(app: Router) -> Router {
    let last = Arc::new(Mutex::new(Value::Null));
    app.layer(from_fn(move |request: Request, next: Next| {
        let last = Arc::clone(&last);
        async move {
            let is_later = is_list(&request) && request.uri().query().is_some_and(|query| query.contains("cursor="));
            let is_list = is_list(&request);
            let response = next.run(request).await;
            if !is_list || response.status() != StatusCode::OK {
                return response;
            }
            answered(response, |page| {
                let Some(items) = page["items"].as_array_mut() else { return };
                let mut last = last.lock().unwrap();
                if is_later && !items.is_empty() {
                    items[0] = last.clone();
                }
                *last = items.last().cloned().unwrap_or_default();
            })
            .await
        }
    }))
}

fn counts_loaded(app: Router) -> Router {
    app.layer(from_fn(|request: Request, next: Next| async move {
        let is_list = is_list(&request);
        let response = next.run(request).await;
        if !is_list {
            return response;
        }
        answered(response, |page| {
            let loaded = page["items"].as_array().map_or(0, Vec::len);
            if page["unseen"].as_u64().is_some_and(|unseen| unseen > loaded as u64) {
                page["unseen"] = loaded.into();
            }
        })
        .await
    }))
}

fn mark_goes_back(app: Router) -> Router {
    let marks = Arc::new(Mutex::new(HashMap::new()));
    app.layer(from_fn(move |request: Request, next: Next| {
        let marks = Arc::clone(&marks);
        async move {
            let (is_list, agent) = (is_list(&request), request.headers().get(header::COOKIE).cloned());
            if !request.uri().path().ends_with("/notes/seen") {
                let response = next.run(request).await;
                let mark = marks.lock().unwrap().get(&agent).cloned();
                return match mark {
                    Some(mark) if is_list => answered(response, |page| page["seen"] = mark).await,
                    _ => response,
                };
            }
            let mut mark = Value::Null;
            let request = rewritten(request, |body| mark = body["seq"].clone()).await;
            marks.lock().unwrap().insert(agent, mark);
            next.run(request).await
        }
    }))
}

fn no_rev(app: Router) -> Router {
    app.layer(from_fn(|request: Request, next: Next| async move {
        let is_note = is_note(&request, &Method::PUT);
        let response = next.run(request).await;
        if !is_note || !response.status().is_success() {
            return response;
        }
        answered(response, |note| _ = note.as_object_mut().and_then(|note| note.remove("rev"))).await
    }))
}

fn seconds(app: Router) -> Router {
    app.layer(from_fn(|request: Request, next: Next| async move {
        let is_note = is_note(&request, &Method::PUT);
        let response = next.run(request).await;
        if !is_note {
            return response;
        }
        answered(response, |note| {
            if note["created_at"].is_string() {
                note["created_at"] = 1_790_000_000.into();
            }
        })
        .await
    }))
}

fn plain_refusals(app: Router) -> Router {
    app.layer(from_fn(|request: Request, next: Next| async move {
        let mut response = next.run(request).await;
        if response.status().is_client_error() {
            response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain"));
            response.headers_mut().remove(header::CONTENT_LENGTH);
            *response.body_mut() = "Not found".into();
        }
        response
    }))
}

fn stored(app: Router) -> Router {
    app.layer(from_fn(|request: Request, next: Next| async move {
        let mut response = next.run(request).await;
        response.headers_mut().remove(header::CACHE_CONTROL);
        response
    }))
}

fn forbidden(app: Router) -> Router {
    let known = Arc::new(Mutex::new(HashSet::new()));
    app.layer(from_fn(move |request: Request, next: Next| {
        let known = Arc::clone(&known);
        async move {
            let (is_list, path) = (is_list(&request), request.uri().path().to_owned());
            let response = next.run(request).await;
            if is_list && response.status() == StatusCode::OK {
                known.lock().unwrap().insert(path);
            } else if is_list && response.status() == StatusCode::NOT_FOUND && known.lock().unwrap().contains(&path) {
                return answer(StatusCode::FORBIDDEN, Body::empty());
            }
            response
        }
    }))
}

fn forgetful(app: Router) -> Router {
    app.layer(from_fn(|mut request: Request, next: Next| async move {
        request.headers_mut().remove("last-event-id");
        next.run(request).await
    }))
}

fn no_position(app: Router) -> Router {
    app.layer(from_fn(|request: Request, next: Next| async move {
        let is_stream = request.uri().path() == wire::paths::EVENTS;
        let response = next.run(request).await;
        if !is_stream {
            return response;
        }
        let (head, body) = response.into_parts();
        let without_ids = body.into_data_stream().map(|chunk| {
            chunk.map(|chunk| {
                let text = String::from_utf8_lossy(&chunk);
                let lines = text.split_inclusive('\n').filter(|line| !line.starts_with("id:"));
                Bytes::from(lines.collect::<String>())
            })
        });
        Response::from_parts(head, Body::from_stream(without_ids))
    }))
}

pub(crate) fn answer(status: StatusCode, body: Body) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response
}
