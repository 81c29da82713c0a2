//! The erasure of a contact: nothing of the person is left anywhere, everything of the others is, and everybody is told.

use crate::kit::{Client, World, eventually, marker, patient};
use futures::FutureExt as _;
use serde_json::{Value, json};
use sidenote_server::{
    Config, State, StaticFiles, contacts, conversation,
    messages::{self, Arrival, NewRow, SourceKeys},
    other_processes,
    purge::{Purged, purge},
    sql::sql,
};
use std::{sync::LazyLock, time::Duration};
use wire::{
    Attachment, ChannelAddress, ChannelKind, Contact, ContactId, ContactPatch, ConversationId, Delivery, Direction,
    Message, MessageId, Page, ReadMark, Status, paths,
};

/// What is erased, and what stays.
static MARKER: LazyLock<&str> = LazyLock::new(|| marker("Xylo"));
static KEPT: LazyLock<&str> = LazyLock::new(|| marker("Band"));

/// A contact with everything that a contact can have, all of it with this marker.
pub(crate) struct Person {
    pub(crate) id: ContactId,
    pub(crate) conversations: [ConversationId; 2],
}

impl Person {
    pub(crate) async fn new(world: &World, marker: &str) -> Self {
        let team = &world.acme;
        let (id, conversations) = (ContactId::fresh(), [ConversationId::fresh(), ConversationId::fresh()]);
        let mut change = world.db().change(team.org).await.unwrap();
        let text = |field: &str| Some(Some(format!("{marker} {field}")));
        let details = ContactPatch {
            name: Some(format!("{marker} name")),
            email: Some(Some(format!("{marker}@mail.example"))),
            phone: Some(Some("+351 21 555 7351".to_owned())),
            external_id: text("external"),
            address: text("street"),
            ..ContactPatch::default()
        };
        let address = |kind, n| ChannelAddress { kind, address: format!("{marker}-{n}@mail.example") };
        let addresses = [address(ChannelKind::Email, 1), address(ChannelKind::Chat, 2)];
        contacts::add(&mut change, id, details, &addresses).await.unwrap();
        for (conversation, channel) in conversations.into_iter().zip([team.chat, team.email]) {
            let new = conversation::NewConversation {
                id: conversation,
                contact: id,
                channel,
                thread_key: Some(format!("{marker}-{conversation}@thread")),
                status: Status::Open,
                assignee: Some(team.sam),
                at: change.at(),
            };
            conversation::start(&mut change, &new, None).await.unwrap();
        }
        change.commit().await.unwrap();
        Self { id, conversations }
    }

    /// Adds messages of many lengths, some of them as an import does.
    pub(crate) async fn write(&self, world: &World, marker: &str, from: usize, count: usize) {
        let mut change = world.db().change(world.acme.org).await.unwrap();
        for n in from..from + count {
            let size = if n.is_multiple_of(41) { 9_000 } else { n * 7919 % 400 };
            let body = format!("{marker} {n} {}", marker.repeat(size / marker.len()));
            let name = format!("{marker}-{n}.pdf");
            let attachments = [Attachment { name, size: 1, media_type: format!("application/{marker}") }];
            let is_mail = n.is_multiple_of(3);
            let key = format!("{marker}-{n}@mail.example");
            let row = NewRow {
                id: MessageId::fresh(),
                conversation: self.conversations[n % 2],
                direction: if n.is_multiple_of(4) { Direction::Out } else { Direction::In },
                author: None,
                body: &body,
                attachments: if is_mail { &attachments } else { &[] },
                source: is_mail.then_some(SourceKeys { key: &key, hash: &key }),
                arrival: Arrival::New,
                delivery: if n.is_multiple_of(5) {
                    Delivery::Failed { reason: format!("{marker}-reason") }
                } else {
                    Delivery::Delivered
                },
                at: change.at(),
            };
            messages::insert(&mut change, &row).await.unwrap();
        }
        change.commit().await.unwrap();
    }

    /// Adds notes of both kinds, a tag of its own, an assignment and marks.
    pub(crate) async fn work_on(&self, who: &Client, marker: &str, notes: usize) {
        for n in 0..notes {
            let text = format!("{marker} {n} {}", marker.repeat(n * 31 % 90));
            who.add_note(self.id, self.conversations[n % 2], &text).await;
            who.add_conversation_note(self.conversations[n % 2], &text).await;
        }
        who.put(&paths::contact_tag(self.id, &format!("{marker} tag")), json!({})).await.expect(204);
        let taken_off = paths::contact_tag(self.id, &format!("{marker} gone"));
        who.put(&taken_off, json!({})).await.expect(204);
        who.delete(&taken_off).await.expect(204);
        who.put(&paths::contact_tag(self.id, "shared"), json!({})).await.expect(204);
        let patch = json!({ "address": format!("{marker} {}", "moved ".repeat(30)) });
        who.patch(&paths::contact(self.id), patch).await.expect(200);
        let mark = json!(ReadMark { seq: 1 });
        who.put(&paths::conversation_read(self.conversations[0]), mark.clone()).await.expect(204);
        who.put(&paths::contact_notes_seen(self.id), mark).await.expect(204);
    }
}

/// A person to be erased between others who stay, written in turns so that their rows share pages.
async fn crowd(world: &World) -> (Person, Person) {
    let sam = world.sam().await;
    let (person, other) = (Person::new(world, *MARKER).await, Person::new(world, *KEPT).await);
    for n in 0..20 {
        person.write(world, *MARKER, n * 15, 15).await;
        other.write(world, *KEPT, n * 15, 15).await;
    }
    person.work_on(&sam, *MARKER, 30).await;
    other.work_on(&sam, *KEPT, 30).await;
    // Rows that grow and shrink are moved to other pages.
    for statement in [
        "UPDATE message SET body = body || ' ' || substr(body, 1, 700) WHERE seq % 3 = 0",
        "UPDATE message SET body = substr(body, 1, 60) WHERE seq % 5 = 0",
        "UPDATE activity SET subject = COALESCE(subject, '') || substr(' and more and more and more and more and more and more and more and more and more', 1, CAST(seq % 90 AS INTEGER)) \
         WHERE seq % 2 = 0",
    ] {
        let mut change = world.db().change(world.acme.org).await.unwrap();
        sql(statement).execute(change.tx()).await.unwrap();
        change.commit().await.unwrap();
    }
    (person, other)
}

async fn world() -> World {
    World::with(Config { undo_window: Duration::ZERO, ..Config::default() }).await
}

/// Everything that an agent can read of a contact.
async fn seen(who: &Client, person: &Person) -> Vec<Value> {
    let mut seen = vec![
        who.get(&paths::contact(person.id)).await.json(),
        who.get(&paths::contact_notes(person.id, None, 100)).await.json()["items"].clone(),
        who.get(&paths::contact_activity(person.id, None)).await.json()["items"].clone(),
    ];
    for conversation in person.conversations {
        seen.push(who.get(&paths::conversation(conversation)).await.json());
        seen.push(who.get(&paths::messages(conversation, None)).await.json()["items"].clone());
        seen.push(who.get(&paths::conversation_notes(conversation, None)).await.json()["items"].clone());
    }
    seen
}

#[tokio::test]
async fn after_an_erasure_no_byte_of_the_person_is_left_and_everything_of_the_others_is() {
    let world = world().await;
    let (maya, sam) = (world.maya().await, world.sam().await);
    let (person, other) = crowd(&world).await;
    let before = seen(&sam, &other).await;
    assert!(world.place.bytes_left(*MARKER).await > 1000, "the scan finds what is there");
    maya.delete(&paths::contact(person.id)).await.expect(200);
    world.is_purged().await;
    assert_eq!(world.place.bytes_left(*MARKER).await, 0);
    assert!(world.place.bytes_left(*KEPT).await > 1000);
    assert_eq!(seen(&sam, &other).await, before);
    assert_eq!(world.count("SELECT COUNT(*) FROM tag WHERE name = 'shared'").await, 1);
    assert_eq!(world.count("SELECT COUNT(*) FROM meta WHERE key = 'rewrite-due'").await, 0);
}

#[tokio::test]
async fn what_is_left_is_an_empty_contact_whose_activity_says_who_erased_them() {
    let world = world().await;
    let (maya, sam) = (world.maya().await, world.sam().await);
    let person = Person::new(&world, *MARKER).await;
    person.write(&world, *MARKER, 0, 10).await;
    person.work_on(&sam, *MARKER, 3).await;
    let shell: Contact = maya.delete(&paths::contact(person.id)).await.expect(200).read();
    assert!(shell.erased);
    let has_details = shell.email.is_some() || shell.phone.is_some() || shell.address.is_some();
    assert_eq!((shell.name.as_str(), has_details), ("Erased contact", false));
    assert!(shell.channels.is_empty() && shell.tags.is_empty());
    let again: Contact = maya.delete(&paths::contact(person.id)).await.expect(200).read();
    assert_eq!(again, shell, "nothing is written a second time");
    let activity = sam.get(&paths::contact_activity(person.id, None)).await.expect(200).json();
    let items = activity["items"].as_array().unwrap();
    assert_eq!(items.len(), 1);
    assert_eq!((&items[0]["kind"], &items[0]["actor"]["name"]), (&json!("contact-erased"), &json!("Maya")));
    for conversation in person.conversations {
        sam.get(&paths::conversation(conversation)).await.refused("not-found");
    }
    let page: Page<Value> = sam.get(paths::CONVERSATIONS).await.expect(200).read();
    assert!(!json!(page.items).to_string().contains(*MARKER));
    assert!(!sam.get(paths::TAGS).await.expect(200).text().contains(*MARKER));
}

#[tokio::test]
async fn only_an_admin_erases_and_what_is_erased_takes_no_changes() {
    let world = world().await;
    let (maya, sam) = (world.maya().await, world.sam().await);
    let person = Person::new(&world, *MARKER).await;
    let [chat, _] = person.conversations;
    let note = sam.add_note(person.id, chat, "a note").await;
    let inside = sam.add_conversation_note(chat, "inside").await;
    sam.delete(&paths::contact_note(person.id, note)).await.expect(200);
    sam.delete(&paths::contact(person.id)).await.expect(403).refused("forbidden");
    sam.get(&paths::contact(person.id)).await.expect(200);
    maya.delete(&paths::contact(ContactId::fresh())).await.refused("not-found");
    maya.delete(&paths::contact(person.id)).await.expect(200);
    let head = world.count("SELECT seq FROM org WHERE slug = 'acme'").await;
    let body = json!({ "body": "late" });
    let on_contact = json!({ "body": "late", "conversation_id": chat });
    for (answer, code) in [
        (sam.put(&paths::contact_note(person.id, wire::ContactNoteId::fresh()), on_contact.clone()).await, "gone"),
        (sam.put(&paths::contact_note(person.id, note), on_contact).await, "gone"),
        (sam.post(&paths::contact_note_restore(person.id, note), None).await, "gone"),
        (sam.delete(&paths::contact_note(person.id, note)).await, "gone"),
        (sam.put(&paths::contact_tag(person.id, "vip"), json!({})).await, "gone"),
        (sam.delete(&paths::contact_tag(person.id, "vip")).await, "gone"),
        (sam.patch(&paths::contact(person.id), json!({ "phone": "+351 21 555" })).await, "gone"),
        (sam.put(&paths::contact_notes_seen(person.id), json!({ "seq": 1 })).await, "gone"),
        (maya.get(&paths::contact_export(person.id)).await, "gone"),
        (sam.put(&paths::message(chat, MessageId::fresh()), body.clone()).await, "not-found"),
        (sam.put(&paths::conversation_note(chat, inside), body.clone()).await, "not-found"),
        (sam.post(&paths::conversation_note_restore(chat, inside), None).await, "not-found"),
        (sam.patch(&paths::conversation(chat), json!({ "status": "closed" })).await, "not-found"),
        (sam.put(&paths::conversation_read(chat), json!({ "seq": 1 })).await, "not-found"),
    ] {
        answer.refused(code);
    }
    assert_eq!(world.count("SELECT seq FROM org WHERE slug = 'acme'").await, head);
}

#[tokio::test]
async fn every_agent_hears_of_it_and_nobody_gets_a_text_of_theirs_any_more() {
    let world = world().await;
    let (maya, sam) = (world.maya().await, world.sam().await);
    let start =
        sam.get(&format!("{}?limit=1", paths::CONVERSATIONS)).await.json()["as_of"].as_str().unwrap().to_owned();
    // Keeps the feed's newest lines for the stream that comes later.
    let mut open = sam.stream(paths::EVENTS).await;
    let person = Person::new(&world, *MARKER).await;
    person.write(&world, *MARKER, 0, 5).await;
    person.work_on(&sam, *MARKER, 2).await;
    while open.next().await.unwrap().event != "conversation-note-added" {}
    maya.delete(&paths::contact(person.id)).await.expect(200);
    let heard = open.until("contact-erased").await;
    assert_eq!((&heard.data["contact_id"], &heard.data["actor"]["name"]), (&json!(person.id), &json!("Maya")));
    let mut late = sam.with("last-event-id", &start).stream(paths::EVENTS).await;
    loop {
        let heard = late.next().await.unwrap();
        assert!(!heard.data.to_string().contains(*MARKER), "{heard:?}");
        if heard.event == "contact-erased" {
            break;
        }
    }
    let changes = sam.get(&format!("{}?after={start}&limit=100", paths::CHANGES)).await.expect(200).text();
    assert!(!changes.contains(*MARKER));
}

#[tokio::test]
async fn an_erased_visitor_comes_back_as_somebody_new_and_nothing_of_them_is_left() {
    let world = world().await;
    let (maya, visitor) = (world.maya().await, crate::visitor::visitor(&world).await);
    let write = async |body: &str| {
        let path = format!("/contact/v1/messages/{}", MessageId::fresh());
        visitor.put(&path, json!({ "body": body })).await.expect(201).json()
    };
    assert_eq!(write(*MARKER).await["position"], 1);
    write(*MARKER).await;
    let mut stream = visitor.stream("/contact/v1/events").await;
    stream.until("hello").await;
    let page: Page<wire::Conversation> = maya.get(paths::CONVERSATIONS).await.expect(200).read();
    let contact = page.items[0].contact_id;
    maya.delete(&paths::contact(contact)).await.expect(200);
    patient(async { while stream.next().await.is_some() {} }).await;
    let read = async || visitor.get("/contact/v1/messages").await.expect(200).json()["items"].clone();
    assert_eq!(read().await, json!([]));
    let mut resumed = visitor.with("last-event-id", "2").stream("/contact/v1/events").await;
    resumed.until("reset").await;
    assert_eq!(write("hello again").await["position"], 1, "as if nothing had been");
    assert_eq!(resumed.until("message-added").await.data["message"]["body"], "hello again");
    assert_eq!(read().await.as_array().unwrap().len(), 1);
    let page: Page<wire::Conversation> = maya.get(paths::CONVERSATIONS).await.expect(200).read();
    assert_ne!(page.items[0].contact_id, contact);
    world.is_purged().await;
    assert_eq!(world.place.bytes_left(*MARKER).await, 0);
}

#[tokio::test]
async fn a_visitor_whom_another_process_erases_is_let_go_too() {
    let world = world().await;
    let visitor = crate::visitor::visitor(&world).await;
    let path = format!("/contact/v1/messages/{}", MessageId::fresh());
    visitor.put(&path, json!({ "body": *MARKER })).await.expect(201);
    let mut stream = visitor.stream("/contact/v1/events").await;
    stream.until("hello").await;
    let following = tokio::spawn(other_processes::follow(world.db().clone()));
    let other = world.place.open().await;
    let page: Page<wire::Conversation> = world.maya().await.get(paths::CONVERSATIONS).await.expect(200).read();
    let contact = page.items[0].contact_id;
    let elsewhere = sidenote_server::app(State::new(other, Config::default(), StaticFiles::default()));
    let maya = world.maya().await.through(&elsewhere);
    // The other process is followed from the first look on.
    eventually(async || {
        let reply = paths::message(page.items[0].id, MessageId::fresh());
        maya.put(&reply, json!({ "body": "hello" })).await.expect(201);
        stream.next().now_or_never().is_some()
    })
    .await;
    maya.delete(&paths::contact(contact)).await.expect(200);
    patient(async { while stream.next().await.is_some() {} }).await;
    following.abort();
}

#[tokio::test]
async fn an_open_reader_puts_the_removal_of_a_person_off_and_nothing_else() {
    let world = world().await;
    let maya = world.maya().await;
    let (person, _) = crowd(&world).await;
    let mut reading = world.db().read().await.unwrap();
    let _: i64 = sql("SELECT COUNT(*) FROM message").fetch_value(&mut reading).await.unwrap();
    maya.delete(&paths::contact(person.id)).await.expect(200);
    assert_eq!(purge(world.db(), false).await.unwrap(), Purged::HeldBack);
    assert!(world.place.bytes_left(*MARKER).await > 0);
    world.inbound(world.acme.org, world.acme.ana_chat, "meanwhile").await;
    assert_eq!(purge(world.db(), false).await.unwrap(), Purged::HeldBack, "it is not forgotten");
    drop(reading);
    world.is_purged().await;
    assert_eq!(world.place.bytes_left(*MARKER).await, 0);
    let messages: Page<Message> = maya.get(&paths::messages(world.acme.ana_chat, None)).await.expect(200).read();
    assert_eq!(messages.items[0].body, "meanwhile");
}

#[tokio::test]
async fn a_server_that_stops_before_a_rewrite_does_it_when_it_starts() {
    let world = world().await;
    let (person, _) = crowd(&world).await;
    world.maya().await.delete(&paths::contact(person.id)).await.expect(200);
    world.db().close().await;
    let world = world.reopened().await;
    world.is_purged().await;
    assert_eq!(world.place.bytes_left(*MARKER).await, 0);
}
