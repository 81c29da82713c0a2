//! The program itself: its commands, what it refuses, and how it starts, serves and stops.

use crate::kit::{
    World, patient,
    process::{self, acme, ask, fail, program, run, sign_in, succeed},
};
use sidenote_server::{Config, serve};
use std::{path::Path, process::Stdio, time::Duration};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
    process::Command,
};

#[tokio::test]
async fn an_organization_and_its_agent_are_added_once() {
    let directory = crate::kit::directory();
    let db = acme(&directory).await;
    fail(&["org", "add", "--db", &db, "acme", "Acme"], "exists already").await;
    fail(&["org", "add", "--db", &db, "Acme Inc", "Acme"], "short name").await;
    let agent =
        |org, email| ["agent", "add", "--db", &db, "--org", org, "--email", email, "--name", "M"].map(str::to_owned);
    for (org, email, sentence) in
        [("acme", "MAYA@acme.test", "exists already"), ("globex", "gia@globex.test", "no organization")]
    {
        let arguments = agent(org, email);
        fail(&arguments.iter().map(String::as_str).collect::<Vec<_>>(), sentence).await;
    }
    fail(&["agent", "remove", "--db", &db, "--email", "nobody@acme.test"], "no agent").await;
    fail(&["agent", "password", "--db", &db, "--email", "nobody@acme.test"], "no agent").await;
    succeed(&["agent", "password", "--db", &db, "--email", "maya@acme.test"]).await;
    succeed(&["agent", "remove", "--db", &db, "--email", "maya@acme.test"]).await;
    fail(&["agent", "remove", "--db", &db, "--email", "maya@acme.test"], "no agent").await;
}

#[tokio::test]
async fn a_password_is_read_from_the_standard_input() {
    let directory = crate::kit::directory();
    let db = acme(&directory).await;
    let (longest, longer) = ("é".repeat(1000), "é".repeat(1001));
    for (given, succeeds) in [
        ("twelve chars\n".to_owned(), true),
        (format!("{longest}\r\nmore\n"), true),
        (String::new(), false),
        ("elevenchars\n".to_owned(), false),
        (longer.clone(), false),
        ("x".repeat(5000), false),
    ] {
        let mut command = program(&["agent", "password", "--db", &db, "--email", "maya@acme.test"]);
        let mut child = command.env_remove("SIDENOTE_PASSWORD").stdin(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(given.as_bytes()).await.unwrap();
        let output = patient(child.wait_with_output()).await.unwrap();
        assert_eq!(output.status.success(), succeeds);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(succeeds || said.contains("12–1000 characters"), "{said}");
    }
}

#[tokio::test]
async fn the_server_does_not_start_where_it_would_be_unsafe() {
    let directory = crate::kit::directory();
    let db = directory.path().join("a.db").display().to_string();
    let serve = ["serve", "--db", &db];
    fail(&[&serve[..], &["--addr", "0.0.0.0:0"]].concat(), "only listens on this machine").await;
    fail(&[&serve[..], &["--addr", "[::]:0"]].concat(), "only listens on this machine").await;
    let local = [&serve[..], &["--addr", "127.0.0.1:0"]].concat();
    fail(&[&local[..], &["--public-url", "https://inbox.test", "--demo"]].concat(), "--demo").await;
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:0"] {
        let open = [&serve[..], &["--addr", address, "--public-url", "http://inbox.test"]].concat();
        fail(&open, "only listens on this machine").await;
        fail(&[&open[..], &["--demo"]].concat(), "only listens on this machine").await;
    }
    for url in ["inbox.test", "https://", "https://inbox.test/path", "ftp://inbox.test", "https://a b"] {
        fail(&[&local[..], &["--public-url", url]].concat(), "--public-url must be").await;
    }
    fail(&[&local[..], &["--dist", "/nowhere/at/all"]].concat(), "--dist").await;
    assert!(!Path::new(&db).exists());
}

#[tokio::test]
async fn the_server_serves_until_it_is_told_to_stop() {
    let directory = crate::kit::directory();
    let db = acme(&directory).await;
    let (mut child, address) = process::serve(&db, &[]).await;
    let cookie = sign_in(&address).await;
    let request = format!("GET /api/v1/me HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncookie: {cookie}\r\n\r\n");
    assert!(ask(&address, &request).await.contains("\"maya@acme.test\""));
    assert!(ask(&address, "nonsense\r\n\r\n").await.starts_with("HTTP/1.1 400"));

    let events = format!("GET /api/v1/events HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncookie: {cookie}\r\n\r\n");
    let mut stream = BufReader::new(TcpStream::connect(&address).await.unwrap()).lines();
    stream.get_mut().write_all(events.as_bytes()).await.unwrap();
    while patient(stream.next_line()).await.unwrap().is_some_and(|line| !line.starts_with("data: ")) {}
    let pid = child.id().unwrap().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().await.unwrap().success());
    assert!(patient(child.wait()).await.unwrap().success());
    while let Some(line) = patient(stream.next_line()).await.unwrap() {
        assert!(!line.starts_with("HTTP/"), "{line}");
    }
}

#[tokio::test]
async fn an_agent_removed_beside_a_running_server_is_out_at_once() {
    let directory = crate::kit::directory();
    let db = acme(&directory).await;
    let (_child, address) = process::serve(&db, &[]).await;
    let cookie = sign_in(&address).await;
    let mut stream = BufReader::new(TcpStream::connect(&address).await.unwrap()).lines();
    let request = format!("GET /api/v1/events HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncookie: {cookie}\r\n\r\n");
    stream.get_mut().write_all(request.as_bytes()).await.unwrap();
    while patient(stream.next_line()).await.unwrap().is_some_and(|line| !line.starts_with("data: ")) {}
    succeed(&["agent", "remove", "--db", &db, "--email", "maya@acme.test"]).await;
    while patient(stream.next_line()).await.unwrap().is_some() {}
    let request = format!("GET /api/v1/me HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncookie: {cookie}\r\n\r\n");
    assert!(ask(&address, &request).await.starts_with("HTTP/1.1 401"));
}

#[tokio::test]
async fn a_connection_that_says_nothing_is_closed() {
    let config = Config { header_time: Duration::from_millis(1), ..Config::default() };
    assert_eq!(Config::default().header_time, Duration::from_secs(10));
    let world = World::with(config).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let serving = tokio::spawn(serve::serve(listener, world.app.clone(), world.state.clone()));
    for beginning in ["", "GET / HTTP/1.1\r\nhost:"] {
        let mut stream = TcpStream::connect(&address).await.unwrap();
        stream.write_all(beginning.as_bytes()).await.unwrap();
        let mut answer = String::new();
        patient(stream.read_to_string(&mut answer)).await.unwrap();
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 408"), "{answer}");
    }
    serving.abort();
}

#[tokio::test]
async fn a_full_disk_under_a_database_file_refuses_what_is_new_and_keeps_serving_what_is_there() {
    let directory = crate::kit::directory();
    let db = acme(&directory).await;
    let limited = format!(
        "ulimit -f 1200; exec '{}' serve --db '{db}' --addr 127.0.0.1:0",
        env!("CARGO_BIN_EXE_sidenote-server")
    );
    let mut command = Command::new("sh");
    command.args(["-c", &limited]).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let line = patient(lines.next_line()).await.unwrap().unwrap();
    let address = line.strip_prefix("listening on http://").unwrap();
    let cookie = sign_in(address).await;
    let headers =
        format!("host: x\r\nconnection: close\r\ncookie: {cookie}\r\nsec-fetch-site: same-origin\r\nx-sidenote: 1");
    let mut refused = 0;
    for n in 0..2_000 {
        let given = format!("{{\"enter_sends\":{}}}", n % 2 == 0);
        let request = format!(
            "PATCH /api/v1/me HTTP/1.1\r\n{headers}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{given}",
            given.len()
        );
        let answer = ask(address, &request).await;
        assert!(!answer.starts_with("HTTP/1.1 500"), "{answer}");
        if answer.starts_with("HTTP/1.1 503") {
            assert!(answer.contains("/problems/storage-full") && answer.contains("retry-after: "), "{answer}");
            refused += 1;
        }
        if refused == 3 {
            break;
        }
    }
    assert_eq!(refused, 3);
    let request = format!("GET /api/v1/me HTTP/1.1\r\n{headers}\r\n\r\n");
    assert!(ask(address, &request).await.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn a_database_file_that_is_somebody_elses_to_read_is_not_made() {
    use std::os::unix::fs::PermissionsExt as _;
    let directory = crate::kit::directory();
    let db = acme(&directory).await;
    let (_child, _) = process::serve(&db, &[]).await;
    for end in ["", "-wal", "-shm"] {
        let mode = std::fs::metadata(format!("{db}{end}")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{end}");
    }
}

async fn said(arguments: &[&str]) -> String {
    let output = run(arguments).await;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test]
async fn the_widgets_keys_and_origins_are_set_beside_a_running_server_and_count_at_once() {
    let directory = crate::kit::directory();
    let db = acme(&directory).await;
    let (_server, address) = process::serve(&db, &[]).await;
    let org = ["--db", &db, "--org", "acme"];
    let embed = |words: &[&'static str]| [&["embed"], words].concat();
    let key = said(&[&embed(&["key", "add"])[..], &org, &["crm"]].concat()).await;
    fail(&[&embed(&["key", "add"])[..], &org, &["crm"]].concat(), "already").await;
    fail(&[&embed(&["key", "add"])[..], &org, &[" "]].concat(), "1–80 characters").await;
    assert_eq!(said(&[&embed(&["key", "list"])[..], &org].concat()).await, "crm\n");
    fail(&[&embed(&["origin", "add"])[..], &org, &["crm.example"]].concat(), "An origin is like").await;
    succeed(&[&embed(&["origin", "add"])[..], &org, &["https://CRM.example/"]].concat()).await;
    assert_eq!(said(&[&embed(&["origin", "list"])[..], &org].concat()).await, "https://crm.example\n");

    let given = r#"{"agent":"maya@acme.test","origin":"https://crm.example"}"#;
    let asked = format!(
        "POST /embed/v1/tokens HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\nauthorization: Bearer {}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{given}",
        key.trim(),
        given.len()
    );
    let answer = ask(&address, &asked).await;
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    let token = answer.split(r#""token":""#).nth(1).unwrap().split('"').next().unwrap();
    let me = format!(
        "GET /api/v1/me HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\nauthorization: Bearer {token}\r\n\
         origin: https://crm.example\r\n\r\n"
    );
    assert!(ask(&address, &me).await.starts_with("HTTP/1.1 200"));
    fail(&["embed", "revoke", "--db", &db, "--email", "nobody@acme.test"], "no agent").await;
    succeed(&["embed", "revoke", "--db", &db, "--email", "maya@acme.test"]).await;
    assert!(ask(&address, &me).await.starts_with("HTTP/1.1 401"));

    succeed(&[&embed(&["origin", "remove"])[..], &org, &["https://crm.example"]].concat()).await;
    fail(&[&embed(&["origin", "remove"])[..], &org, &["https://crm.example"]].concat(), "not on the list").await;
    assert!(ask(&address, &asked).await.starts_with("HTTP/1.1 422"));
    succeed(&[&embed(&["key", "remove"])[..], &org, &["crm"]].concat()).await;
    fail(&[&embed(&["key", "remove"])[..], &org, &["crm"]].concat(), "no key").await;
    assert!(ask(&address, &asked).await.starts_with("HTTP/1.1 401"));
    fail(&["embed", "key", "list", "--db", &db, "--org", "none"], "no organization").await;
}
