//! What happens to the Postgres server itself while agents write: it is stopped and started, a standby takes its place, it
//! has no room, or takes no more connections.

use super::{Scene, log_is_whole};
use crate::{
    faults::{
        Dice,
        disk::Disk,
        kill::{begin, say_hello},
        proxy::Proxy,
        runs,
    },
    kit::{self, eventually, own_postgres::OwnPostgres, patient, process::add_acme},
};
use serde_json::json;
use sqlx::{Connection as _, PgConnection};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use wire::{ContactNoteId, paths};

/// Writers at three nodes on the server of this address.
async fn scene_on(address: &str) -> Scene {
    add_acme(address).await;
    let (contact, conversation) = begin(address).await;
    Scene::start(address.to_owned(), contact, conversation).await
}

/// The address of the database behind a proxy.
fn behind(proxy: &Proxy) -> String {
    format!("postgres://sidenote@{}/postgres", proxy.address)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_postgres_is_stopped_or_crashes_and_starts_again_nothing_is_lost_or_doubled() {
    let runs = runs(4);
    let mut postgres = OwnPostgres::start(&[], &[]).await;
    let mut scene = scene_on(&postgres.address()).await;
    let mut dice = Dice(17);
    for run in 0..runs {
        scene
            .write_during(async |_, writing| {
                writing.goes_on_for(1 + dice.below(60)).await;
                if run % 2 == 0 {
                    postgres.kill().await
                } else {
                    postgres.stop().await
                }
                postgres.start_again().await;
                writing.goes_on_for(1 + dice.below(60)).await;
            })
            .await;
        assert!(log_is_whole(&mut postgres.connection().await).await, "run {run}: a position without an event");
    }
    println!("figure: Postgres crashed or stopped {runs} times while six wrote on three nodes: {}", scene.figure());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_a_synchronous_standby_is_promoted_nothing_is_lost_and_every_page_starts_over() {
    let runs = runs(2);
    let mut primary = OwnPostgres::start(&[], &[]).await;
    let proxy = Proxy::before(&primary.at()).await;
    let mut scene = scene_on(&behind(&proxy)).await;
    let mut dice = Dice(19);
    for run in 0..runs {
        let standby = primary.standby().await;
        let before = scene.position().await;
        let mut stream = open_stream(&scene, None).await;
        let visitor = say_hello(&scene.cluster.address(2)).await;
        let mut chat = open_chat(&scene, &visitor).await;
        heard_until(&mut chat, &["event: hello"]).await;
        scene
            .write_during(async |_, writing| {
                writing.goes_on_for(1 + dice.below(60)).await;
                primary.kill().await;
                proxy.lead_to(&standby.at());
                standby.promote().await;
                writing.goes_on_for(1 + dice.below(60)).await;
            })
            .await;
        // The stream has ended: whoever comes back is told that another order of changes has begun.
        heard_until(&mut stream, &[END]).await;
        // The chat is reset, unless its stream ended while there was no server: then the page comes back by itself.
        heard_until(&mut chat, &["event: reset", END]).await;
        let mut again = open_stream(&scene, Some(&before)).await;
        let told = heard_until(&mut again, &["other-epoch"]).await;
        let epoch = |position: &str| position.split('.').next().unwrap().to_owned();
        assert!(told.contains(&epoch(&scene.position().await)), "{told}");
        assert_ne!(epoch(&before), epoch(&scene.position().await));
        assert!(log_is_whole(&mut standby.connection().await).await, "run {run}: a position without an event");
        primary = standby;
    }
    println!("figure: a synchronous standby promoted {runs} times while six wrote on three nodes: {}", scene.figure());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_was_replaced_and_lives_on_confirms_nothing_more() {
    let primary = OwnPostgres::start(&[], &[]).await;
    let proxy = Proxy::before(&primary.at()).await;
    let mut scene = scene_on(&behind(&proxy)).await;
    let standby = primary.standby().await;
    scene
        .write_during(async |_, writing| {
            writing.goes_on_for(30).await;
            standby.promote().await;
            proxy.lead_to(&standby.at());
            // The nodes are still connected to the one before. It waits for a standby, and they for it, but not for ever.
            writing.goes_on_for(30).await;
        })
        .await;
    assert!(log_is_whole(&mut standby.connection().await).await, "a position without an event");
    println!("figure: a server replaced while it lived on, six writing on three nodes: {}", scene.figure());
}

/// An agent's stream of events at the second node.
async fn open_stream(scene: &Scene, after: Option<&str>) -> TcpStream {
    let resume = after.map_or(String::new(), |position| format!("last-event-id: {position}\r\n"));
    let headers = format!("cookie: {}\r\n{resume}", scene.writers[0].cookie);
    open(&scene.cluster.address(1), paths::EVENTS, &headers).await
}

/// A visitor's stream at the third.
async fn open_chat(scene: &Scene, token: &str) -> TcpStream {
    open(&scene.cluster.address(2), "/contact/v1/events", &format!("authorization: Bearer {token}\r\n")).await
}

pub(in crate::postgres) async fn open(address: &str, path: &str, headers: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(format!("GET {path} HTTP/1.1\r\nhost: x\r\n{headers}\r\n").as_bytes()).await.unwrap();
    stream
}

/// The last chunk of an answer is empty.
const END: &str = "0\r\n\r\n";

/// Reads until one of these is there.
pub(in crate::postgres) async fn heard_until(stream: &mut TcpStream, wanted: &[&str]) -> String {
    let (mut heard, mut buffer) = (String::new(), vec![0; 4096]);
    while !wanted.iter().any(|wanted| heard.contains(wanted)) {
        let count = patient(stream.read(&mut buffer)).await.unwrap();
        assert_ne!(count, 0, "{heard}");
        heard.push_str(&String::from_utf8_lossy(&buffer[..count]));
    }
    heard
}

#[tokio::test]
async fn the_address_of_a_standby_is_refused_in_words() {
    let primary = OwnPostgres::start(&[], &[]).await;
    add_acme(&primary.address()).await;
    let standby = primary.standby().await;
    kit::process::fail(&["serve", "--db", &standby.address(), "--addr", "127.0.0.1:0"], "is a standby").await;
}

#[tokio::test]
async fn a_postgres_without_room_refuses_what_is_new_and_takes_it_when_there_is_room_again() {
    let rounds = runs(2);
    let directory = kit::directory();
    let disk = Disk::new(&directory).await;
    let environment = [("LD_PRELOAD", &*disk.library), ("DISK_FULL", &*disk.full)];
    let mut postgres = OwnPostgres::start(&[], &environment).await;
    let mut scene = scene_on(&postgres.address()).await;
    let (mut refused, writer) = (0, &mut scene.writers[0]);
    for round in 0..rounds {
        assert!(writer.put(ContactNoteId::fresh(), &format!("with room {round}")).await);
        disk.fill();
        let (id, text) = (ContactNoteId::fresh(), format!("without room {round}"));
        let body = json!({ "body": text, "conversation_id": writer.conversation });
        // Postgres can't write its log, and ends.
        let path = paths::contact_note(writer.contact, id);
        let (status, problem) = writer.request("PUT", &path, Some(&body)).await.expect("it answers");
        assert_eq!(status, 503, "{problem}");
        refused += 1;
        disk.empty();
        postgres.kill().await;
        postgres.start_again().await;
        eventually(async || writer.put(id, &text).await).await;
    }
    assert_eq!(crate::faults::ledger::wrongs(&scene.writers, true).await, [""; 0]);
    println!(
        "figure: no room on the disk of Postgres, {rounds} times: 0 lost, 0 doubled, {refused} of {refused} answered 503"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_postgres_takes_no_more_connections_everybody_is_answered_and_nothing_is_lost() {
    // Three nodes open at least fifteen, and may open 72.
    let postgres = OwnPostgres::start(&["max_connections=30", "superuser_reserved_connections=0"], &[]).await;
    let mut scene = scene_on(&postgres.address()).await;
    let mut others = Vec::new();
    for _ in 0..runs(2) {
        scene
            .write_during(async |_, writing| {
                writing.goes_on_for(20).await;
                while let Ok(other) = PgConnection::connect(&postgres.address()).await {
                    others.push(other);
                }
                writing.goes_on_for(20).await;
                others.clear();
                writing.goes_on_for(20).await;
            })
            .await;
    }
    println!("figure: Postgres out of connections while six wrote on three nodes: {}", scene.figure());
}
