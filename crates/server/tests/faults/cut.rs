//! Lost answers and cut streams: a note is stored once whatever is lost, and every event arrives once, in order,
//! wherever the stream is cut.

use super::{
    Dice,
    kill::template,
    ledger::{Writer, wrongs},
    proxy::Proxy,
    runs,
};
use crate::kit::{
    patient,
    process::{serve, sign_in},
};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    process::Child,
};
use wire::{ContactNoteId, Position, paths};

/// A server with one conversation, and a writer that connects to it directly.
async fn scene(directory: &TempDir) -> (Child, String, Writer) {
    let (db, contact, conversation) = template(directory).await;
    let (child, address) = serve(&db, &["--undo-window-ms", "600000"]).await;
    let writer = Writer::new(&address, &sign_in(&address).await, contact, conversation);
    (child, address, writer)
}

#[tokio::test]
async fn a_note_whose_answers_are_lost_is_one_note_however_often_it_is_sent() {
    let runs = runs(200);
    let directory = crate::kit::directory();
    let (_child, address, mut writer) = scene(&directory).await;
    let proxy = Proxy::before(&address).await;
    writer.address.clone_from(&proxy.address);
    let mut dice = Dice(7);
    let mut lost = 0;
    for run in 0..runs {
        let (id, text) = (ContactNoteId::fresh(), format!("note {run}"));
        // An answer has some hundreds of bytes: it is cut before it, inside it, or not at all.
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
    let directory = crate::kit::directory();
    let (_child, address, mut writer) = scene(&directory).await;
    let proxy = Proxy::before(&address).await;
    let mut position = head(&writer).await;
    let first = position.seq;
    let mut dice = Dice(11);
    let mut heard = Vec::new();
    let mut cuts = 0;
    for run in 0..runs {
        assert!(writer.put(ContactNoteId::fresh(), &format!("note {run}")).await);
        let head = head(&writer).await;
        proxy.cut_after(dice.below(3_000));
        cuts += 1;
        // If the cut would come after the last event, the connection is closed there.
        let events = follow(&proxy.address, &writer.cookie, &position, head.seq).await;
        if let Some(last) = events.last() {
            position.seq = *last;
        }
        heard.extend(events);
    }
    proxy.cut_after(u64::MAX);
    let head = head(&writer).await;
    while position.seq < head.seq {
        proxy.cut_after(100_000);
        let events = follow(&proxy.address, &writer.cookie, &position, head.seq).await;
        position.seq = *events.last().expect("there is more");
        heard.extend(events);
    }
    assert_eq!(heard, (first + 1..=head.seq).collect::<Vec<_>>());
    println!("figure: cut streams: 0 missed, 0 repeated of {} events in {cuts} cuts at random bytes", heard.len());
}

/// On a file, where all is written long before a connection that reads nothing is closed.
#[tokio::test]
async fn whoever_reads_slowly_from_a_server_on_a_file_holds_nothing_up_and_misses_nothing() {
    let directory = crate::kit::directory();
    let (child, address, mut writer) = scene(&directory).await;
    let begun = head(&writer).await;
    let mut slow = Vec::new();
    for _ in 0..4 {
        let mut stream = TcpStream::connect(&address).await.unwrap();
        stream.write_all(question(&address, &writer.cookie, &begun).as_bytes()).await.unwrap();
        slow.push(stream);
    }
    // More than any buffer on the way can hold.
    let notes = 1_200;
    let text = "x".repeat(8_000);
    let mut resident = 0;
    for nth in 0..notes {
        assert!(writer.put(ContactNoteId::fresh(), &format!("{nth} {text}")).await);
        if nth == notes / 4 {
            resident = resident_kilobytes(&child);
        }
    }
    let grown = resident_kilobytes(&child).saturating_sub(resident);
    assert!(grown <= 10_000, "the server has grown by {grown} kB");
    for mut stream in slow {
        let heard = read_to(&mut stream, begun.seq + notes).await;
        assert_eq!(heard, (begun.seq + 1..=begun.seq + notes).collect::<Vec<_>>());
    }
    println!(
        "figure: four slow readers, {notes} events of 8 kB: 0 missed, 0 repeated; the server grew by {grown} kB meanwhile"
    );
}

#[tokio::test]
async fn clients_that_vanish_in_the_middle_of_a_request_leave_nothing_half_done() {
    let runs = runs(100);
    let directory = crate::kit::directory();
    let (_child, address, mut writer) = scene(&directory).await;
    let mut dice = Dice(13);
    for run in 0..runs {
        let (id, text) = (ContactNoteId::fresh(), format!("note {run}"));
        writer.sent.insert(id, text.clone());
        let body = serde_json::json!({ "body": text, "conversation_id": writer.conversation });
        let request = writer.written("PUT", &paths::contact_note(writer.contact, id), Some(&body));
        // Cut anywhere in the request, or after it, before or after the answer.
        let sent = usize::try_from(dice.below(request.len() as u64 * 2)).unwrap().min(request.len());
        let mut stream = TcpStream::connect(&address).await.unwrap();
        stream.write_all(&request.as_bytes()[..sent]).await.unwrap();
        if sent == request.len() {
            for _ in 0..dice.below(20_000) {
                tokio::task::yield_now().await;
            }
        }
        drop(stream);
        if run % 10 == 9 {
            assert!(writer.put(ContactNoteId::fresh(), &format!("whole {run}")).await, "the next one is taken");
        }
    }
    let unheard = writer.retry().await;
    assert_eq!(wrongs(&[writer], true).await, [""; 0]);
    println!(
        "figure: {runs} clients that vanish in the middle of a request: 0 stuck, 0 lost, 0 doubled; {unheard} of their notes \
         were stored, and healed by the retry"
    );
}

fn resident_kilobytes(child: &Child) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id().unwrap())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.split_whitespace().next().unwrap().parse().unwrap()
}

/// The server's current position.
async fn head(writer: &Writer) -> Position {
    let (_, page) = writer.request("GET", &paths::contact_notes(writer.contact, None, 1), None).await.unwrap();
    page["as_of"].as_str().unwrap().parse().unwrap()
}

/// Reads events up to a position, or until the stream is cut. An event that was cut does not count.
pub(crate) async fn follow(address: &str, cookie: &str, after: &Position, to: u64) -> Vec<u64> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(question(address, cookie, after).as_bytes()).await.unwrap();
    read_to(&mut stream, to).await
}

fn question(address: &str, cookie: &str, after: &Position) -> String {
    format!("GET {} HTTP/1.0\r\nhost: {address}\r\ncookie: {cookie}\r\nlast-event-id: {after}\r\n\r\n", paths::EVENTS)
}

/// The positions of the complete events up to this one, or up to the cut if that comes first.
async fn read_to(stream: &mut TcpStream, to: u64) -> Vec<u64> {
    let (mut positions, mut text) = (Vec::new(), Vec::new());
    let mut buffer = vec![0; 65_536];
    while positions.last().is_none_or(|last| *last < to) {
        match patient(stream.read(&mut buffer)).await {
            Ok(0) | Err(_) => break,
            Ok(count) => text.extend_from_slice(&buffer[..count]),
        }
        let whole = text.windows(2).rposition(|pair| pair == b"\n\n").map_or(0, |at| at + 2);
        // HTTP/1.0 has no chunks, which may end anywhere.
        let events = String::from_utf8_lossy(&text[..whole]).into_owned();
        let ids = events.lines().filter_map(|line| line.strip_prefix("id: ")?.parse::<Position>().ok());
        positions.extend(ids.map(|id| id.seq));
        text.drain(..whole);
    }
    positions
}
