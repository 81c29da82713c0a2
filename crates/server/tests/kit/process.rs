//! Runs the program as a process of its own.

use super::{database::Place, patient};
use rustix::process::{Pid, Signal, kill_process};
use std::process::{Output, Stdio};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::TcpStream,
    process::{Child, Command},
};

pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_sidenote-server");

/// The password of every agent that a test adds by a command.
const PASSWORD: &str = "a password of tests";

pub(crate) fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(PROGRAM);
    command.args(arguments).env("SIDENOTE_PASSWORD", PASSWORD).kill_on_drop(true);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

pub(crate) async fn run(arguments: &[&str]) -> Output {
    patient(program(arguments).output()).await.unwrap()
}

pub(crate) async fn succeed(arguments: &[&str]) {
    let output = run(arguments).await;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

pub(crate) async fn fail(arguments: &[&str], sentence: &str) {
    let output = run(arguments).await;
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains(sentence), "{said}");
}

/// A database with an organization and its admin; its `--db`.
pub(crate) async fn acme(directory: &TempDir) -> String {
    let db = Place::fresh(&directory.path().join("a.db")).await.address();
    add_acme(&db).await;
    db
}

/// An organization and its admin.
pub(crate) async fn add_acme(db: &str) {
    succeed(&["org", "add", "--db", db, "acme", "Acme"]).await;
    let agent = ["agent", "add", "--db", db, "--org", "acme", "--email", "maya@acme.test", "--name", "Maya"];
    succeed(&[&agent[..], &["--role", "admin"]].concat()).await;
}

/// A running server and its address.
pub(crate) async fn serve(db: &str, more: &[&str]) -> (Child, String) {
    serve_by(Command::new(PROGRAM), db, more).await
}

/// As [`serve`], with a command to which the server's own arguments are added.
pub(crate) async fn serve_by(mut command: Command, db: &str, more: &[&str]) -> (Child, String) {
    command.args(["serve", "--db", db, "--addr", "127.0.0.1:0"]).args(more);
    start(command).await
}

/// Starts a server; returns it with its address.
pub(crate) async fn start(mut command: Command) -> (Child, String) {
    command.kill_on_drop(true);
    // A log that nobody reads would block the server once its pipe is full.
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let line = patient(lines.next_line()).await.unwrap().unwrap();
    (child, line.strip_prefix("listening on http://").unwrap().to_owned())
}

/// Tells it to stop, as a supervisor does: open requests are answered, and the program exits with success.
pub(crate) async fn stop(child: &mut Child) {
    kill_process(pid(child.id().unwrap()), Signal::TERM).unwrap();
    assert!(patient(child.wait()).await.unwrap().success());
}

pub(crate) fn pid(number: u32) -> Pid {
    Pid::from_raw(i32::try_from(number).unwrap()).unwrap()
}

/// A port of this machine that is free now.
pub(crate) fn free_port() -> u16 {
    std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}

pub(crate) async fn ask(address: &str, request: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    patient(stream.read_to_string(&mut answer)).await.unwrap();
    answer
}

pub(crate) async fn sign_in(address: &str) -> String {
    let given = format!(r#"{{"email":"maya@acme.test","password":"{PASSWORD}"}}"#);
    let request = format!(
        "POST /api/v1/session HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n{given}",
        given.len()
    );
    let answer = ask(address, &request).await;
    assert!(answer.starts_with("HTTP/1.1 204"), "{answer}");
    // Proxies write names of headers as they like.
    let cookie = answer.lines().find(|line| line.to_ascii_lowercase().starts_with("set-cookie: ")).unwrap();
    cookie["set-cookie: ".len()..].split(';').next().unwrap().to_owned()
}

/// As [`ask`], for a server that may be gone. `None`: there was no answer.
pub(crate) async fn try_ask(address: &str, request: &str) -> Option<String> {
    let mut stream = TcpStream::connect(address).await.ok()?;
    stream.write_all(request.as_bytes()).await.ok()?;
    let mut answer = Vec::new();
    // The bytes before the connection broke count: a complete answer is an answer.
    let _ = patient(stream.read_to_end(&mut answer)).await;
    String::from_utf8(answer).ok()
}
