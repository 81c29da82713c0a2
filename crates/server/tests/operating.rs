//! What operators see: health, figures, and ids of requests.

use crate::kit::{
    World, eventually,
    process::{PROGRAM, acme, ask, serve, sign_in, start, stop, try_ask},
};
use rustix::process::{Pid, Signal, kill_process};
use std::net::TcpListener;
use tokio::process::Command;

fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
}

#[tokio::test]
async fn a_server_that_can_read_its_database_is_ready_and_one_that_can_not_is_only_alive() {
    let world = World::new().await;
    let nobody = world.nobody();
    assert_eq!(nobody.get("/healthz").await.expect(200).text(), "alive\n");
    assert_eq!(nobody.get("/readyz").await.expect(200).text(), "ready\n");
    world.db().close().await;
    nobody.get("/healthz").await.expect(200);
    assert_eq!(nobody.get("/readyz").await.expect(503).text(), "the database does not answer\n");
}

#[tokio::test]
async fn a_server_that_is_told_to_stop_says_so_and_answers_until_nobody_asks_any_more() {
    let directory = crate::kit::directory();
    let db = acme(&directory).await;
    let (mut server, address) = serve(&db, &["--drain-seconds", "600"]).await;
    assert!(ask(&address, &get("/readyz")).await.starts_with("HTTP/1.1 200"));
    let pid = Pid::from_raw(i32::try_from(server.id().unwrap()).unwrap()).unwrap();
    kill_process(pid, Signal::TERM).unwrap();
    eventually(async || try_ask(&address, &get("/readyz")).await.unwrap().starts_with("HTTP/1.1 503")).await;
    sign_in(&address).await;
    server.kill().await.unwrap();
}

#[tokio::test]
async fn the_unit_for_systemd_starts_a_server() {
    let unit = include_str!("../../../deploy/sidenote.service");
    let line = unit.lines().find_map(|line| line.strip_prefix("ExecStart=/usr/bin/sidenote-server ")).unwrap();
    let directory = crate::kit::directory();
    let (db, site) = (acme(&directory).await, directory.path().display().to_string());
    std::fs::write(directory.path().join("index.html"), "<!DOCTYPE html><title>Sidenote</title>").unwrap();
    let mut command = Command::new(PROGRAM);
    command.args(line.split(' ').map(|word| match word {
        "/var/lib/sidenote/sidenote.db" => &db,
        "/usr/share/sidenote/dist" => &site,
        "127.0.0.1:8787" => "127.0.0.1:0",
        word => word,
    }));
    let (mut server, address) = start(command).await;
    assert!(ask(&address, &get("/readyz")).await.starts_with("HTTP/1.1 200"));
    assert!(sign_in(&address).await.starts_with("__Host-sid="));
    stop(&mut server).await;
}

#[tokio::test]
async fn the_figures_count_what_happens_and_name_nobody() {
    let directory = crate::kit::directory();
    let db = acme(&directory).await;
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let figures = format!("127.0.0.1:{port}");
    let (_server, address) = serve(&db, &["--metrics-addr", &figures]).await;
    sign_in(&address).await;
    ask(&address, &get("/api/v1/contacts/0192aaaa-0000-7000-8000-000000000000/notes?q=xylophone")).await;
    ask(&address, &get("/chat/acme")).await;
    assert!(ask(&address, &get("/metrics")).await.starts_with("HTTP/1.1 404"), "not where everybody is served");
    // A busy machine may not have come to its first purge.
    eventually(async || ask(&figures, &get("/metrics")).await.contains("sidenote_purge_lag_seconds")).await;
    let text = ask(&figures, &get("/metrics")).await;
    for line in [
        "sidenote_requests_total{method=\"POST\",route=\"/api/v1/session\",status=\"204\"} 1\n",
        "route=\"/api/v1/contacts/{id}/notes\",status=\"401\"} 1\n",
        "sidenote_requests_total{method=\"GET\",route=\"/*\"",
        "sidenote_request_seconds_bucket{method=\"POST\",route=\"/api/v1/session\",le=\"5\"} 1\n",
        "sidenote_streams{of=\"agents\"} 0\n",
        "sidenote_changes_total",
        "sidenote_purge_lag_seconds",
        "sidenote_database_connections{pool=\"readers\"}",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    for word in ["xylophone", "maya", "0192aaaa", "acme"] {
        assert!(!text.contains(word), "{word}\n{text}");
    }
}

#[tokio::test]
async fn the_lines_of_a_request_have_the_id_that_a_proxy_gives_it_or_one_of_ours_and_never_its_address() {
    let world = World::new().await;
    let sam = world.sam().await;
    let searched = |of: &str| format!("/api/v1/contacts/{}/notes?q={of}", world.acme.ana);
    sam.with("x-request-id", "edge-7.f00").get(&searched("xylophone")).await.expect(200);
    for not_one in ["", "two words", &"x".repeat(65), "<script>"] {
        sam.with("x-request-id", not_one).get(&searched("xylophone")).await.expect(200);
    }
    let log = crate::canary::log();
    let answered: Vec<&str> = log.lines().filter(|line| line.contains("answered")).collect();
    assert_eq!(answered.len(), 5, "{log}");
    assert!(
        answered[0].contains(r#"id=edge-7.f00 method="GET" route="/api/v1/contacts/{id}/notes""#),
        "{}",
        answered[0]
    );
    for line in &answered[1..] {
        let id = line.split("id=").nth(1).unwrap().split(' ').next().unwrap();
        assert!(id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit()), "{line}");
    }
    assert!(!log.contains("xylophone"));
}
