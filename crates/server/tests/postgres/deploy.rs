//! Three nodes behind nginx and Caddy, with the configurations in deploy/ as they are but for addresses.

use super::faults::{
    Cluster, Scene,
    server::{heard_until, open},
};
use crate::{
    faults::{cut::follow, kill::begin},
    kit::{
        self, database, eventually,
        own_postgres::OwnPostgres,
        process::{self, add_acme, free_port, sign_in},
    },
};
use std::{fs, path::Path, process::Stdio};
use tempfile::TempDir;
use tokio::{
    net::{TcpListener, TcpStream},
    process::{Child, Command},
};
use wire::{ContactId, ContactNoteId, ConversationId, Position, paths};

const SITE: &str = "https://inbox.example.com";

fn deployed(name: &str) -> String {
    fs::read_to_string(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy")).join(name)).unwrap()
}

/// A program of a proxy, which a user's PATH may lack.
fn program(name: &str) -> Command {
    let directories = ["/usr/sbin", "/usr/local/sbin", "/usr/bin", "/usr/local/bin"];
    let found = directories.iter().map(|directory| Path::new(directory).join(name)).find(|path| path.exists());
    let mut command = Command::new(found.unwrap_or_else(|| name.into()));
    command.kill_on_drop(true).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// Replaces what is of one machine; it must be there.
fn replaced(mut text: String, pairs: &[(&str, String)]) -> String {
    for (from, to) in pairs {
        assert!(text.contains(from), "{from}");
        text = text.replace(from, to);
    }
    text
}

async fn answers(port: u16) -> bool {
    TcpStream::connect(("127.0.0.1", port)).await.is_ok()
}

/// Runs nginx with this inside of `http { … }`.
async fn nginx(directory: &TempDir, site: &str, port: u16) -> Child {
    let (here, configuration) = (directory.path().display(), directory.path().join("nginx.conf"));
    // One process: workers would outlive a master that is killed.
    let all = format!(
        "daemon off; master_process off; pid {here}/pid; events {{ }}\n\
         http {{ access_log off; client_body_temp_path {here}/body; proxy_temp_path {here}/proxy; \
         fastcgi_temp_path {here}/f; uwsgi_temp_path {here}/u; scgi_temp_path {here}/s;\n{site} }}"
    );
    fs::write(&configuration, all).unwrap();
    let mut nginx = program("nginx");
    let error = format!("{here}/error.log");
    let child = nginx.args(["-e", &error, "-c"]).arg(&configuration).spawn().unwrap();
    eventually(async || answers(port).await).await;
    child
}

/// nginx with the site in deploy/, before these nodes. Returns where it listens, without TLS and with.
async fn nginx_of_deploy(directory: &TempDir, nodes: &[String; 3]) -> (Child, u16, u16) {
    let here = |name: &str| directory.path().join(name).display().to_string();
    let mut certificate = Command::new("openssl");
    certificate.args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]);
    certificate.args(["-subj", "/CN=inbox.example.com", "-keyout", &here("key.pem"), "-out", &here("certificate.pem")]);
    assert!(certificate.output().await.unwrap().status.success());
    let (plain, secure) = (free_port(), free_port());
    let site = replaced(
        deployed("nginx.conf"),
        &[
            ("    listen [::]:80;\n", String::new()),
            ("    listen [::]:443 ssl http2;\n", String::new()),
            ("listen 80;", format!("listen 127.0.0.1:{plain};")),
            ("listen 443 ssl http2;", format!("listen 127.0.0.1:{secure} ssl http2;")),
            ("/etc/ssl/inbox.example.com/fullchain.pem", here("certificate.pem")),
            ("/etc/ssl/inbox.example.com/privkey.pem", here("key.pem")),
            ("10.0.0.11:8787", nodes[0].clone()),
            ("10.0.0.12:8787", nodes[1].clone()),
            ("10.0.0.13:8787", nodes[2].clone()),
        ],
    );
    (nginx(directory, &site, secure).await, plain, secure)
}

/// Where plain connections become ones with TLS.
async fn with_tls(port: u16) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move {
        while let Ok((near, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut client = Command::new("openssl");
                client.args(["s_client", "-quiet", "-servername", "inbox.example.com", "-connect"]);
                client.arg(format!("127.0.0.1:{port}")).kill_on_drop(true);
                client.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
                let mut far = client.spawn().unwrap();
                let (mut from_near, mut to_near) = near.into_split();
                let (mut to_far, mut from_far) = (far.stdin.take().unwrap(), far.stdout.take().unwrap());
                tokio::select! {
                    _ = tokio::io::copy(&mut from_far, &mut to_near) => {}
                    // The client may close its half, and still wait for the answer.
                    () = async { let _ = tokio::io::copy(&mut from_near, &mut to_far).await; std::future::pending().await } => {}
                }
            });
        }
    });
    address
}

/// Three nodes, as behind a proxy, on ports that they keep.
async fn nodes(db: String) -> Cluster {
    let more = ["--public-url", SITE, "--drain-seconds", "2"].map(str::to_owned).to_vec();
    Cluster::start_with(db, more).await
}

async fn database() -> (String, ContactId, ConversationId) {
    let db = database::fresh_on(&database::server()).await;
    add_acme(&db).await;
    let (contact, conversation) = begin(&db).await;
    (db, contact, conversation)
}

/// Six write through the proxy and one listens, while each node is replaced.
async fn restart_behind(proxy: &str, mut scene: Scene) -> String {
    let before = scene.position().await;
    scene
        .write_during(async |cluster, writing| {
            for nth in 0..3 {
                writing.goes_on_for(10).await;
                cluster.restart(nth).await;
            }
            writing.goes_on_for(10).await;
        })
        .await;
    // A stream that comes back wherever the proxy leads it has heard everything once, and in order.
    let (head, mut heard) = (scene.position().await, Vec::new());
    let seq = |position: &str| position.parse::<Position>().unwrap();
    let mut at = seq(&before);
    while at.seq < seq(&head).seq {
        let events = follow(proxy, &scene.writers[0].cookie, &at, seq(&head).seq).await;
        at.seq = *events.last().expect("there is more");
        heard.extend(events);
    }
    assert_eq!(heard, (seq(&before).seq + 1..=seq(&head).seq).collect::<Vec<_>>());
    scene.figure()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn behind_nginx_three_nodes_are_replaced_and_no_note_is_lost_or_doubled() {
    let directory = kit::directory();
    let (db, contact, conversation) = database().await;
    let cluster = nodes(db).await;
    let (_nginx, plain, secure) = nginx_of_deploy(&directory, &cluster.all_addresses()).await;
    let asked = "GET /x HTTP/1.1\r\nhost: inbox.example.com\r\nconnection: close\r\n\r\n";
    let http = process::ask(&format!("127.0.0.1:{plain}"), asked).await;
    assert!(http.starts_with("HTTP/1.1 301") && http.contains("https://inbox.example.com/x"), "{http}");
    let proxy = with_tls(secure).await;
    let cookie = sign_in(&proxy).await;
    assert!(cookie.starts_with("__Host-sid="), "{cookie}");
    let figure = restart_behind(&proxy, Scene::through(&proxy, &cookie, cluster, contact, conversation)).await;
    println!("figure: rolling restart of three nodes behind nginx while six wrote: {figure}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn behind_caddy_three_nodes_are_replaced_and_no_note_is_lost_or_doubled() {
    let directory = kit::directory();
    let (db, contact, conversation) = database().await;
    let cluster = nodes(db).await;
    let (port, configuration) = (free_port(), directory.path().join("Caddyfile"));
    fs::write(&configuration, format!("{{\n\tadmin off\n}}\n{}", deployed("Caddyfile"))).unwrap();
    let mut caddy = program("caddy");
    caddy.args(["run", "--adapter", "caddyfile", "--config"]).arg(&configuration);
    caddy.env("SIDENOTE_SITE", format!("http://127.0.0.1:{port}")).env("XDG_DATA_HOME", directory.path());
    let _caddy = caddy.env("SIDENOTE_NODES", cluster.all_addresses().join(" ")).spawn().unwrap();
    let proxy = format!("127.0.0.1:{port}");
    eventually(async || {
        let ready =
            process::try_ask(&proxy, "GET /readyz HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n").await;
        ready.is_some_and(|answer| answer.starts_with("HTTP/1.1 200"))
    })
    .await;
    let cookie = sign_in(&proxy).await;
    let figure = restart_behind(&proxy, Scene::through(&proxy, &cookie, cluster, contact, conversation)).await;
    println!("figure: rolling restart of three nodes behind Caddy while six wrote: {figure}");
}

/// nginx as it is where nobody has read anything: it buffers answers, compresses, and waits 60 seconds.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn behind_nginx_with_its_defaults_events_are_not_held_back() {
    let directory = kit::directory();
    let (db, contact, conversation) = database().await;
    let cluster = nodes(db).await;
    let port = free_port();
    let site = format!(
        "gzip on; server {{ listen 127.0.0.1:{port}; \
         location / {{ proxy_pass http://{}; proxy_set_header Host $http_host; }} }}",
        cluster.all_addresses()[0]
    );
    let _nginx = nginx(&directory, &site, port).await;
    let proxy = format!("127.0.0.1:{port}");
    let cookie = sign_in(&proxy).await;
    let mut scene = Scene::through(&proxy, &cookie, cluster, contact, conversation);
    let headers = format!("cookie: {cookie}\r\naccept-encoding: gzip\r\n");
    let mut stream = open(&proxy, paths::EVENTS, &headers).await;
    heard_until(&mut stream, &["event: hello"]).await;
    for text in ["The first", "The second"] {
        assert!(scene.writers[0].put(ContactNoteId::fresh(), text).await);
        heard_until(&mut stream, &[text]).await;
    }
}

/// The commands of the compose file, with other addresses: without containers.
#[tokio::test]
async fn the_commands_of_the_compose_file_start_a_node_on_its_postgres() {
    let compose = deployed("compose.yaml");
    let commands: Vec<Vec<String>> = compose
        .lines()
        .filter_map(|line| line.trim().strip_prefix("command: "))
        .map(|list| serde_json::from_str(list).unwrap())
        .collect();
    let [node, server] = &commands[..] else { panic!("{commands:?}") };
    assert_eq!(server[0], "postgres");
    let settings: Vec<&str> = server[1..].iter().map(String::as_str).filter(|word| *word != "-c").collect();
    let postgres = OwnPostgres::bare(&settings).await;
    let node = node.iter().map(|word| match &**word {
        "postgres://sidenote@postgres/sidenote" => postgres.address(),
        "0.0.0.0:8787" => "127.0.0.1:0".to_owned(),
        word => word.replace("${SIDENOTE_SITE:?}", "inbox.example.com"),
    });
    let mut command = Command::new(process::PROGRAM);
    command.args(node);
    let (_node, address) = process::start(command).await;
    let ready = process::ask(&address, "GET /readyz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await;
    assert!(ready.starts_with("HTTP/1.1 200"), "{ready}");
}
