//! The bare echo that `cargo xtask bench server` measures the server against: axum without a database, without sign-in
//! and without limits. `PUT` answers its body and sends it to every open stream; `GET /events` is such a stream.

#![allow(clippy::print_stdout, reason = "who starts it reads the address from its output")]

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::StatusCode,
    response::sse::{Event, Sse},
    routing::{get, put},
};
use futures::{Stream, stream};
use std::convert::Infallible;
use tokio::{net::TcpListener, sync::broadcast};

/// A stream that falls further behind than this many texts misses some.
const BACKLOG: usize = 1024;

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let (sender, _) = broadcast::channel::<String>(BACKLOG);
    let routes = Router::new().route("/notes/{id}", put(echo)).route("/events", get(events)).with_state(sender);
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, routes).await
}

/// Answers with the body, and sends it to all streams.
async fn echo(State(sender): State<broadcast::Sender<String>>, body: Bytes) -> (StatusCode, Bytes) {
    // Fails when no stream is open.
    let _ = sender.send(String::from_utf8_lossy(&body).into_owned());
    (StatusCode::CREATED, body)
}

async fn events(State(sender): State<broadcast::Sender<String>>) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    // The first event says that the stream is open.
    let hello = stream::once(async { Ok(Event::default().event("hello").data("{}")) });
    Sse::new(stream::StreamExt::chain(hello, texts(sender.subscribe())))
}

fn texts(receiver: broadcast::Receiver<String>) -> impl Stream<Item = Result<Event, Infallible>> {
    stream::unfold(receiver, |mut receiver| async {
        loop {
            match receiver.recv().await {
                Ok(text) => return Some((Ok(Event::default().data(text)), receiver)),
                Err(broadcast::error::RecvError::Lagged(_)) => {}
                Err(broadcast::error::RecvError::Closed) => return None,
            }
        }
    })
}
