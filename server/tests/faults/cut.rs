//! Lost answers and cut streams: one note whatever is lost, and every event once, in order, wherever the stream is cut.

use super::{
    Dice,
    kill::template,
    ledger::{Writer, wrongs},
    proxy::Proxy,
    runs,
};
use crate::kit::process::{serve, sign_in};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    process::Child,
};
use wire::{ContactNoteId, Position, paths};

/// A server with one conversation, and a writer who goes to it directly.
async fn scene(directory: &TempDir) -> (Child, String, Writer) {
    let (db, contact, conversation) = template(directory).await;
    let (child, address) = serve(&db, &["--undo-window-ms", "600000"]).await;
    let writer = Writer::new(&address, &sign_in(&address).await, contact, conversation);
    (child, address, writer)
}

#[tokio::test]
async fn a_note_whose_answers_are_lost_is_one_note_however_often_it_is_sent() {
    let runs = runs(200);
    let directory = TempDir::new().unwrap();
    let (_child, address, mut writer) = scene(&directory).await;
    let proxy = Proxy::before(&address).await;
    writer.address.clone_from(&proxy.address);
    let mut dice = Dice(7);
    let mut lost = 0;
    for run in 0..runs {
        let (id, text) = (ContactNoteId::fresh(), format!("note {run}"));
        // An answer is some hundreds of bytes: cut before it, inside it, or not at all.
        proxy.cut_after(dice.below(1_200));
        while !writer.put(id, &text).await {
            lost += 1;
            proxy.cut_after(dice.below(2_400));
        }
    }
    writer.address.clone_from(&address);
    assert_eq!(wrongs(&[writer], true).await, [""; 0]);
    println!("figure: lost answers: 0 lost, 0 doubled of {runs} notes; {lost} answers were cut");
}

#[tokio::test]
async fn wherever_a_stream_is_cut_each_event_is_heard_once_and_in_order() {
    let runs = runs(200);
    let directory = TempDir::new().unwrap();
    let (_child, address, mut writer) = scene(&directory).await;
    let proxy = Proxy::before(&address).await;
    let (_, page) = writer.request("GET", &paths::contact_notes(writer.contact, None, 1), None).await.unwrap();
    let mut position: Position = page["as_of"].as_str().unwrap().parse().unwrap();
    let first = position.seq;
    let mut dice = Dice(11);
    let mut heard = Vec::new();
    let mut cuts = 0;
    for run in 0..runs {
        assert!(writer.put(ContactNoteId::fresh(), &format!("note {run}")).await);
        proxy.cut_after(dice.below(3_000));
        cuts += 1;
        let events = follow_until_cut(&proxy.address, &writer.cookie, &position).await;
        if let Some(last) = events.last() {
            position.seq = *last;
        }
        heard.extend(events);
    }
    proxy.cut_after(u64::MAX);
    let (_, page) = writer.request("GET", &paths::contact_notes(writer.contact, None, 1), None).await.unwrap();
    let head: Position = page["as_of"].as_str().unwrap().parse().unwrap();
    while position.seq < head.seq {
        proxy.cut_after(100_000);
        let events = follow(&proxy.address, &writer.cookie, &position, head.seq).await;
        position.seq = *events.last().expect("there is more");
        heard.extend(events);
    }
    assert_eq!(heard, (first + 1..=head.seq).collect::<Vec<_>>());
    println!("figure: cut streams: 0 missed, 0 repeated of {} events in {cuts} cuts at random bytes", heard.len());
}

/// The positions of the whole events that came before the stream was cut.
async fn follow_until_cut(address: &str, cookie: &str, after: &Position) -> Vec<u64> {
    follow(address, cookie, after, u64::MAX).await
}

/// As far as a position, or until it is cut. An event that was cut does not count.
async fn follow(address: &str, cookie: &str, after: &Position, to: u64) -> Vec<u64> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!(
        "GET {} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncookie: {cookie}\r\nlast-event-id: {after}\r\n\r\n",
        paths::EVENTS
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut text = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let positions = positions(&String::from_utf8_lossy(&text));
        if positions.last().is_some_and(|last| *last >= to) {
            return positions;
        }
        // The server has nothing more to say than it had when it was asked: then the cut would never come.
        match tokio::time::timeout(std::time::Duration::from_millis(150), stream.read(&mut buffer)).await {
            Ok(Ok(0) | Err(_)) | Err(_) => return positions,
            Ok(Ok(count)) => text.extend_from_slice(&buffer[..count]),
        }
    }
}

fn positions(text: &str) -> Vec<u64> {
    let whole = text.rsplit_once("\n\n").map_or("", |(whole, _)| whole);
    // The body comes in chunks, whose lengths stand on lines of their own.
    whole.lines().filter_map(|line| line.strip_prefix("id: ")?.parse::<Position>().ok()).map(|it| it.seq).collect()
}
