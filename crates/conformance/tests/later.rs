//! A server of a later version: it keeps the contract, and adds unknown fields and events to every answer and stream.

use crate::faults::answered;
use axum::{
    Router,
    body::{Body, Bytes},
    extract::Request,
    http::header,
    middleware::{Next, from_fn},
    response::Response,
};
use futures::StreamExt as _;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU64, Ordering};

/// An event that this version of the contract doesn't name.
const UNKNOWN: &str = "event: weather-changed\ndata: {\"sky\":\"blue\"}\n\n";

pub(crate) fn later_version(app: Router) -> Router {
    app.layer(from_fn(|request: Request, next: Next| async move {
        let response = next.run(request).await;
        let kind = response.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        match kind {
            "text/event-stream" => events(response),
            // A refusal must be the same every time, byte for byte.
            "application/problem+json" => answered(response, |problem| add_fields(problem, &json!("more"))).await,
            _ => answered(response, |answer| add_fields(answer, &fresh())).await,
        }
    }))
}

/// A different value each time, so that a comparison of unknown fields fails.
fn fresh() -> Value {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed).into()
}

/// Adds a field to every object, however deep.
fn add_fields(value: &mut Value, more: &Value) {
    match value {
        Value::Object(fields) => {
            fields.values_mut().for_each(|field| add_fields(field, more));
            fields.insert("later".to_owned(), more.clone());
        }
        Value::Array(items) => items.iter_mut().for_each(|item| add_fields(item, more)),
        _ => {}
    }
}

/// Adds fields to every event, and an unknown event after it. The server sends each event in one piece.
fn events(response: Response) -> Response {
    let (head, body) = response.into_parts();
    let more = body.into_data_stream().map(|chunk| chunk.map(|chunk| event(&chunk)));
    Response::from_parts(head, Body::from_stream(more))
}

fn event(chunk: &Bytes) -> Bytes {
    let mut text = String::new();
    for line in String::from_utf8_lossy(chunk).split_inclusive('\n') {
        match line.strip_prefix("data: ").map(serde_json::from_str::<Value>) {
            Some(data) => {
                let mut data = data.unwrap();
                add_fields(&mut data, &fresh());
                text += &format!("data: {data}\n");
            }
            None => text += line,
        }
    }
    Bytes::from(text + UNKNOWN)
}
