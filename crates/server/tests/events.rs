//! Live events: which events a stream sends, in which order, how it is resumed, and when it ends.

use crate::kit::{Heard, Stream, World, eventually};
use futures::future::join_all;
use serde_json::{Value, json};
use sidenote_server::{Config, agents, sql::sql};
use std::time::Duration;
use wire::{Changes, Event, MessageId, Position, ResetReason, paths};

async fn hello(stream: &mut Stream) -> Position {
    let hello = stream.next().await.unwrap();
    assert_eq!((hello.event.as_str(), &hello.id), ("hello", &None));
    Position { epoch: hello.data["epoch"].as_str().unwrap().to_owned(), seq: hello.data["head"].as_u64().unwrap() }
}

async fn hear(stream: &mut Stream, count: usize) -> Vec<Heard> {
    let mut heard = Vec::new();
    while heard.len() < count {
        heard.push(stream.next().await.expect("the stream goes on"));
    }
    heard
}

fn names(heard: &[Heard]) -> Vec<&str> {
    heard.iter().map(|heard| heard.event.as_str()).collect()
}

#[tokio::test]
async fn every_agent_hears_what_happens_to_a_note_the_author_too() {
    let world = World::new().await;
    let (sam, kim, acme) = (world.sam().await, world.kim().await, &world.acme);
    let mut streams = [sam.stream(paths::EVENTS).await, kim.stream(paths::EVENTS).await];
    let start = hello(&mut streams[0]).await;
    assert_eq!(hello(&mut streams[1]).await, start);
    let id = sam.add_note(acme.ana, acme.ana_chat, "heard").await;
    hear_next(&mut streams, "contact-note-added").await;
    sam.delete(&paths::contact_note(acme.ana, id)).await.expect(200);
    hear_next(&mut streams, "contact-note-deleted").await;
    sam.post(&paths::contact_note_restore(acme.ana, id), None).await.expect(200);
    let restored = hear_next(&mut streams, "contact-note-restored").await;
    assert_eq!(restored.id, Some(format!("{}.{}", start.epoch, start.seq + 3)));
}

/// Every stream's next event, which is the same for all: by Sam, with this name.
async fn hear_next(streams: &mut [Stream], name: &str) -> Heard {
    let mut next = Vec::new();
    for stream in streams {
        next.push(stream.next().await.unwrap());
    }
    let heard = next.pop().unwrap();
    assert!(next.iter().all(|other| *other == heard));
    let event = Event::read(&heard.event, &heard.data.to_string()).unwrap().unwrap();
    assert_eq!((heard.event.as_str(), event.seq()), (name, heard.seq()));
    assert_eq!(heard.data["actor"]["name"], "Sam");
    heard
}

#[tokio::test]
async fn a_message_is_heard_with_its_conversation_as_each_agent_sees_it() {
    let world = World::new().await;
    let (sam, kim, acme) = (world.sam().await, world.kim().await, &world.acme);
    sam.patch(&paths::conversation(acme.ana_chat), json!({ "status": "closed" })).await.expect(200);
    let (mut sams, mut kims) = (sam.stream(paths::EVENTS).await, kim.stream(paths::EVENTS).await);
    let seq = world.inbound(acme.org, acme.ana_chat, "hello?").await;
    hello(&mut sams).await;
    let heard = hear(&mut sams, 2).await;
    assert_eq!(names(&heard), ["message-added", "conversation-changed"]);
    assert_eq!((heard[0].seq(), &heard[0].data["message"]["body"]), (seq, &json!("hello?")));
    let conversation = &heard[1].data["conversation"];
    assert_eq!((&conversation["status"], &conversation["unread"]), (&json!("open"), &json!(true)));
    assert_eq!(conversation["rev"], heard[1].seq());

    sam.put(&paths::conversation_read(acme.ana_chat), json!({ "seq": seq })).await.expect(204);
    sam.put(&paths::message(acme.ana_chat, MessageId::fresh()), json!({ "body": "yes" })).await.expect(201);
    let sams = sams.until("conversation-changed").await;
    kims.until("conversation-changed").await;
    let kims = kims.until("conversation-changed").await;
    assert_eq!((sams.seq(), sams.data["conversation"]["unread"].clone()), (kims.seq(), json!(false)));
    assert_eq!(kims.data["conversation"]["unread"], true);
}

#[tokio::test]
async fn changes_to_contacts_conversations_notes_and_agents_are_heard() {
    let world = World::new().await;
    let (sam, acme) = (world.sam().await, &world.acme);
    let mut stream = sam.stream(paths::EVENTS).await;
    hello(&mut stream).await;
    sam.patch(&paths::contact(acme.ana), json!({ "phone": "12345" })).await.expect(200);
    sam.put(&paths::contact_tag(acme.ana, "VIP"), Value::Null).await.expect(204);
    let contact = hear(&mut stream, 2).await;
    assert_eq!(names(&contact), ["contact-changed", "contact-changed"]);
    let id = sam.add_conversation_note(acme.ana_chat, "note").await;
    assert_eq!(names(&hear(&mut stream, 2).await), ["conversation-note-added", "conversation-changed"]);
    let path = paths::conversation_note(acme.ana_chat, id);
    sam.delete(&path).await.expect(200);
    assert_eq!(names(&hear(&mut stream, 2).await), ["conversation-note-deleted", "conversation-changed"]);
    sam.post(&paths::conversation_note_restore(acme.ana_chat, id), None).await.expect(200);
    assert_eq!(names(&hear(&mut stream, 2).await), ["conversation-note-restored", "conversation-changed"]);
    agents::remove(world.db(), "kim@acme.test").await.unwrap();
    assert_eq!(stream.next().await.unwrap().data["agent"]["removed"], true);
    assert_eq!(contact[1].data["contact"]["tags"][0]["name"], "VIP");
}

#[tokio::test]
async fn a_stream_is_resumed_without_loss_or_repetition() {
    let world = World::new().await;
    let (sam, acme) = (world.sam().await, &world.acme);
    let mut stream = sam.stream(paths::EVENTS).await;
    let start = hello(&mut stream).await;
    for n in 0..250 {
        sam.add_note(acme.ana, acme.ana_chat, &n.to_string()).await;
    }
    let whole = hear(&mut stream, 250).await;
    assert!(whole.iter().zip(start.seq + 1..).all(|(heard, seq)| heard.seq() == seq));
    for n in [0, 1, 120, 249] {
        let mut resumed = sam.with("last-event-id", whole[n].id.as_ref().unwrap()).stream(paths::EVENTS).await;
        hello(&mut resumed).await;
        assert_eq!(hear(&mut resumed, 249 - n).await, whole[n + 1..]);
    }
    let mut from_the_start = sam.with("last-event-id", &start.to_string()).stream(paths::EVENTS).await;
    hello(&mut from_the_start).await;
    assert_eq!(hear(&mut from_the_start, 250).await, whole);
}

#[tokio::test]
async fn nothing_is_missed_while_many_write_at_once() {
    let world = World::new().await;
    let (sam, kim, acme) = (world.sam().await, world.kim().await, &world.acme);
    let mut stream = sam.stream(paths::EVENTS).await;
    let start = hello(&mut stream).await;
    let writers = (0..40).map(|n| {
        let client = if n % 2 == 0 { &sam } else { &kim };
        async move {
            client.add_note(acme.ana, acme.ana_chat, &n.to_string()).await;
            client.put(&paths::message(acme.ana_chat, MessageId::fresh()), json!({ "body": "x" })).await.expect(201);
        }
    });
    let (heard, _) = futures::join!(hear(&mut stream, 40 * 3), join_all(writers));
    let seqs: Vec<_> = heard.iter().map(Heard::seq).collect();
    assert_eq!(seqs, (start.seq + 1..=start.seq + 120).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_position_that_can_not_be_resumed_from_resets() {
    let world = World::new().await;
    let (sam, acme) = (world.sam().await, &world.acme);
    let head = hello(&mut sam.stream(paths::EVENTS).await).await;
    let position = |epoch: &str, seq: u64| format!("{epoch}.{seq}");
    let ahead = position(&head.epoch, head.seq + 1);
    let mut cases = vec![(ahead, ResetReason::AheadOfHead), (position("other", 1), ResetReason::OtherEpoch)];
    let mut change = world.db().change(acme.org).await.unwrap();
    sql("DELETE FROM event WHERE org_id = $1 AND seq <= 3")
        .bind(acme.org.to_string())
        .execute(change.tx())
        .await
        .unwrap();
    change.commit().await.unwrap();
    cases.push((position(&head.epoch, 2), ResetReason::TooOld));
    for (position, reason) in cases {
        let mut stream = sam.with("last-event-id", &position).stream(paths::EVENTS).await;
        assert_eq!(hello(&mut stream).await, head);
        let reset = stream.next().await.unwrap();
        assert_eq!((reset.event.as_str(), reset.id, reset.data), ("reset", None, json!({ "reason": reason })));
        let changes: Changes = sam.get(&format!("{}?after={position}", paths::CHANGES)).await.expect(200).read();
        assert_eq!((changes.reset, changes.items.len(), changes.next), (Some(reason), 0, head.clone()));
    }
    let mut nonsense = sam.with("last-event-id", "nonsense").stream(paths::EVENTS).await;
    hello(&mut nonsense).await;
    assert_eq!(nonsense.next().await.unwrap().event, "reset");
    let mut oldest = sam.with("last-event-id", &position(&head.epoch, 3)).stream(paths::EVENTS).await;
    hello(&mut oldest).await;
    assert_eq!(oldest.next().await.unwrap().seq(), 4, "the oldest line that is left can be read");
}

#[tokio::test]
async fn polling_brings_the_same_changes_as_the_stream() {
    let world = World::new().await;
    let (sam, acme) = (world.sam().await, &world.acme);
    let mut stream = sam.stream(paths::EVENTS).await;
    let start = hello(&mut stream).await;
    for n in 0..3 {
        sam.add_note(acme.ana, acme.ana_chat, &n.to_string()).await;
    }
    let heard = hear(&mut stream, 3).await;
    let first: Changes = sam.get(&paths::changes(&start, 2)).await.expect(200).read();
    assert!(first.more);
    let second: Changes = sam.get(&paths::changes(&first.next, 2)).await.expect(200).read();
    assert!(!second.more);
    let polled: Vec<_> = first.items.iter().chain(&second.items).collect();
    for (heard, polled) in heard.iter().zip(&polled) {
        assert_eq!((heard.seq(), &heard.event, &heard.data), (polled.id.seq, &polled.event, &polled.data));
    }
    assert_eq!(polled.len(), 3);
    let last: Changes = sam.get(&paths::changes(&second.next, 2)).await.expect(200).read();
    assert_eq!((last.items.len(), last.next, last.more), (0, second.next, false));
    for query in ["", "?after=", "?after=1", "?after=x.-1", "?after=x.1&limit=0", "?after=x.1&before=2"] {
        sam.get(&format!("{}{query}", paths::CHANGES)).await.expect(400).refused("bad-query");
    }
}

#[tokio::test]
async fn the_text_of_a_deleted_note_is_not_told_to_whoever_comes_back() {
    let world = World::new().await;
    let (sam, acme) = (world.sam().await, &world.acme);
    let start = hello(&mut sam.stream(paths::EVENTS).await).await;
    let gone = sam.add_note(acme.ana, acme.ana_chat, "gone").await;
    sam.delete(&paths::contact_note(acme.ana, gone)).await.expect(200);
    let kept = sam.add_note(acme.ana, acme.ana_chat, "kept").await;
    let changes: Changes = sam.get(&paths::changes(&start, 50)).await.expect(200).read();
    let events: Vec<_> = changes.items.iter().map(|change| change.event.as_str()).collect();
    assert_eq!(events, ["contact-note-deleted", "contact-note-added"]);
    assert_eq!(changes.items[0].data["note_id"], json!(gone));
    assert_eq!(changes.items[1].data["note"]["id"], json!(kept));

    sam.delete(&paths::contact_note(acme.ana, kept)).await.expect(200);
    sam.post(&paths::contact_note_restore(acme.ana, kept), None).await.expect(200);
    let changes: Changes = sam.get(&paths::changes(&start, 50)).await.read();
    let last = &changes.items.last().unwrap();
    assert_eq!((last.event.as_str(), &last.data["note"]["body"]), ("contact-note-restored", &json!("kept")));
}

#[tokio::test]
async fn a_slow_stream_is_not_sent_the_text_of_a_note_that_is_deleted_by_now() {
    let world = World::new().await;
    let (sam, acme) = (world.sam().await, &world.acme);
    let (mut slow, mut quick) = (sam.stream(paths::EVENTS).await, sam.stream(paths::EVENTS).await);
    let start = hello(&mut slow).await;
    let gone = sam.add_note(acme.ana, acme.ana_chat, "gone").await;
    quick.until("contact-note-added").await;
    sam.delete(&paths::contact_note(acme.ana, gone)).await.expect(200);
    quick.until("contact-note-deleted").await;
    let heard = hear(&mut slow, 2).await;
    assert_eq!(names(&heard), ["", "contact-note-deleted"]);
    assert_eq!((heard[0].seq(), heard[0].data.clone()), (start.seq + 1, Value::Null));
}

/// Reads the stream for as long as it goes on, as a browser does.
fn keep_reading(mut stream: Stream) {
    tokio::spawn(async move { while stream.next().await.is_some() {} });
}

#[tokio::test]
async fn a_change_is_read_once_however_many_streams_are_open() {
    let world = World::new().await;
    let (sam, acme) = (world.sam().await, &world.acme);
    let mut reads = Vec::new();
    for more in [1, 60] {
        for _ in 0..more {
            keep_reading(world.client(acme.org, acme.kim).await.stream(paths::EVENTS).await);
            keep_reading(world.client(world.globex.org, world.globex.sam).await.stream(paths::EVENTS).await);
            keep_reading(crate::visitor::visitor(&world).await.stream(crate::visitor::EVENTS).await);
        }
        let mut heard = sam.stream(paths::EVENTS).await;
        hello(&mut heard).await;
        let before = world.db().reads();
        for n in 0..20 {
            sam.add_note(acme.ana, acme.ana_chat, &n.to_string()).await;
            heard.until("contact-note-added").await;
        }
        reads.push(world.db().reads() - before);
    }
    // Each request reads its session, and the feed reads each change; a stream that begins may read once more.
    assert!(reads[1] <= reads[0] + 3, "{reads:?}");
    assert!(reads[0] <= 20 * 3, "{reads:?}");
}

#[tokio::test]
async fn a_stream_ends_when_its_session_does() {
    let world = World::new().await;
    let (sam, kim, maya) = (world.sam().await, world.kim().await, world.maya().await);
    let mut streams = [sam.stream(paths::EVENTS).await, kim.stream(paths::EVENTS).await];
    let mut other = maya.stream(paths::EVENTS).await;
    sam.delete(paths::SESSION).await.expect(204);
    agents::remove(world.db(), "kim@acme.test").await.unwrap();
    for stream in &mut streams {
        while let Some(heard) = stream.next().await {
            assert_ne!(heard.event, "contact-note-added");
        }
    }
    maya.add_note(world.acme.ana, world.acme.ana_chat, "x").await;
    other.until("contact-note-added").await;
}

#[tokio::test]
async fn what_another_process_does_is_heard_and_obeyed() {
    let world = World::new().await;
    let sam = world.sam().await;
    let mut stream = sam.stream(paths::EVENTS).await;
    hello(&mut stream).await;
    let following = tokio::spawn(sidenote_server::other_processes::follow(world.db().clone()));
    let other = world.place.open().await;
    agents::remove(&other, "kim@acme.test").await.unwrap();
    assert_eq!(stream.next().await.unwrap().data["agent"]["name"], "Kim");
    agents::remove(&other, "sam@acme.test").await.unwrap();
    assert_eq!(stream.next().await, None);
    following.abort();
}

#[tokio::test]
async fn streams_end_when_the_server_stops() {
    let world = World::new().await;
    let mut stream = world.sam().await.stream(paths::EVENTS).await;
    hello(&mut stream).await;
    world.state.close_streams();
    assert_eq!(stream.next().await, None);
}

#[tokio::test]
async fn a_quiet_stream_says_that_it_is_alive() {
    let world = World::with(Config { heartbeat: Duration::ZERO, ..Config::default() }).await;
    let sam = world.sam().await;
    let mut stream = sam.stream(paths::EVENTS).await;
    let start = hello(&mut stream).await;
    assert_eq!(stream.until("heartbeat").await.data, json!({ "head": start.seq }));
    sam.add_note(world.acme.ana, world.acme.ana_chat, "x").await;
    stream.until("contact-note-added").await;
    let beat = stream.until("heartbeat").await;
    assert_eq!((beat.data, beat.id), (json!({ "head": start.seq + 1 }), None));
}

#[tokio::test]
async fn a_session_has_at_most_eight_streams() {
    let world = World::new().await;
    let sam = world.sam().await;
    let mut streams = join_all((0..8).map(|_| sam.stream(paths::EVENTS))).await;
    let answer = sam.get(paths::EVENTS).await.expect(429);
    answer.refused("too-many-requests");
    assert!(answer.header("retry-after").is_some());
    world.kim().await.stream(paths::EVENTS).await;
    streams.pop();
    eventually(async || sam.begins(paths::EVENTS).await.status == 200).await;
}
