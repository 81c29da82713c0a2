//! HTTP itself, over a real connection: what is no request, whose it is, and how a connection ends.

use crate::kit::{World, patient};
use sidenote_server::{Config, serve};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};
use wire::{ContactNoteId, Problem, paths};

/// A world with a server on a free port.
async fn serving(config: Config) -> (World, String) {
    let world = World::with(config).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(serve::serve(listener, world.app.clone(), world.state.clone()));
    (world, address)
}

/// Sends all of these bytes before it reads. Both must succeed.
async fn ask(address: &str, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    patient(stream.write_all(bytes)).await.unwrap();
    stream.shutdown().await.unwrap();
    let mut answer = String::new();
    patient(stream.read_to_string(&mut answer)).await.unwrap();
    answer
}

/// The status, the head in lower case, and the body of the only answer.
fn parts(answer: &str) -> (u16, String, Problem) {
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, head.to_lowercase(), serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {answer}")))
}

#[tokio::test]
async fn a_request_without_a_host_or_with_two_is_refused() {
    let (_world, address) = serving(Config::default()).await;
    for hosts in
        ["", "host: a\r\nhost: b\r\n", "host: a\r\nhost: a\r\n", "host:\r\n", "host: a/b\r\n", "host: a, b\r\n"]
    {
        for path in ["/", "/api/v1/me", "http://a/inbox"] {
            let answer =
                ask(&address, format!("GET {path} HTTP/1.1\r\n{hosts}connection: close\r\n\r\n").as_bytes()).await;
            let (status, _, problem) = parts(&answer);
            assert_eq!((status, problem.type_.as_str()), (400, "/problems/bad-header"), "{hosts}");
        }
    }
    for request in
        ["GET /inbox HTTP/1.0\r\n\r\n", "GET /inbox HTTP/1.1\r\nhost: a.test:80\r\nconnection: close\r\n\r\n"]
    {
        assert!(ask(&address, request.as_bytes()).await.contains(" 200 OK"), "{request}");
    }
}

#[tokio::test]
async fn what_hyper_refuses_is_a_problem_with_the_headers_of_every_answer() {
    let config = Config { public_origin: Some("https://inbox.test".to_owned()), ..Config::default() };
    let (world, address) = serving(config).await;
    let usual = world.nobody().get("/api/v1/me").await;
    let long = "x".repeat(70_000);
    let many: String = (0..200).map(|n| format!("x-{n}: 1\r\n")).collect();
    for (request, expected, code) in [
        ("nonsense\r\n\r\n".to_owned(), 400, "bad-request"),
        ("GET / HTTP/9.9\r\nhost: a\r\n\r\n".to_owned(), 400, "bad-request"),
        ("GET / HTTP/1.1\r\nhost: a\r\nbad header: \u{1}\r\n\r\n".to_owned(), 400, "bad-request"),
        (format!("GET /{long} HTTP/1.1\r\nhost: a\r\n\r\n"), 414, "uri-too-long"),
        (format!("GET / HTTP/1.1\r\nhost: a\r\n{many}\r\n"), 431, "headers-too-large"),
        (format!("GET / HTTP/1.1\r\nhost: a\r\nx: {}\r\n\r\n", long.repeat(10)), 431, "headers-too-large"),
    ] {
        let (status, head, problem) = parts(&ask(&address, request.as_bytes()).await);
        assert_eq!((status, problem.type_), (expected, format!("/problems/{code}")));
        assert_eq!(problem.status, expected);
        assert!(head.contains("\r\ncontent-type: application/problem+json") && head.contains("\r\ndate: "), "{head}");
        assert_eq!(head.matches("content-length").count(), 1);
        for (name, value) in usual.headers.iter().filter(|(name, _)| *name != "vary" && *name != "content-length") {
            let line = format!("\r\n{name}: {}", value.to_str().unwrap().to_lowercase());
            assert!(head.contains(&line), "{line} is not in {head}");
        }
    }
}

#[tokio::test]
async fn ten_megabytes_get_their_answer_before_the_connection_closes() {
    let (world, address) = serving(Config::default()).await;
    let note = paths::contact_note(world.acme.ana, ContactNoteId::fresh());
    let session = paths::SESSION;
    for (line, more, expected) in [
        (format!("POST {session}"), "content-type: application/json", 413),
        (format!("POST {session}"), "content-type: text/plain", 415),
        (format!("POST {session}"), "content-type: application/json\r\nsec-fetch-site: cross-site", 403),
        (format!("PUT {note}"), "content-type: application/json", 401),
        ("PUT /nowhere".to_owned(), "content-type: application/json", 404),
        ("POST /api/v1/nowhere".to_owned(), "content-type: application/json", 404),
        (format!("POST {note}"), "content-type: application/json", 405),
        (format!("PUT {note}?x=1"), "content-type: application/json", 400),
    ] {
        let body = vec![b' '; 10 * 1024 * 1024];
        let head = format!("{line} HTTP/1.1\r\nhost: {address}\r\n{more}\r\ncontent-length: {}\r\n\r\n", body.len());
        let (status, ..) = parts(&ask(&address, &[head.as_bytes(), &body].concat()).await);
        assert_eq!(status, expected, "{line}");
    }
    // In pieces, and without an end.
    let head = format!(
        "POST {session} HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n"
    );
    let piece = format!("10000\r\n{}\r\n", " ".repeat(0x10000));
    let (status, ..) = parts(&ask(&address, format!("{head}{}", piece.repeat(160)).as_bytes()).await);
    assert_eq!(status, 413);
}
