//! The search: agents find contacts, contact notes, messages and conversation notes, and nobody finds what was deleted.

use crate::kit::{Client, World};
use serde_json::json;
use sidenote_server::{Config, search_build, secret};
use std::time::Duration;
use uuid::Uuid;
use wire::{MessageId, SearchKind, SearchResults, Snippet, paths};

/// The hits of each kind, as `before [hit] after`.
struct Seen {
    contacts: Vec<String>,
    contact_notes: Vec<String>,
    messages: Vec<String>,
    conversation_notes: Vec<String>,
}

impl Seen {
    fn is_empty(&self) -> bool {
        let Self { contacts, contact_notes, messages, conversation_notes } = self;
        [contacts, contact_notes, messages, conversation_notes].into_iter().all(Vec::is_empty)
    }
}

fn marked(snippet: &Snippet) -> String {
    let mark = |(part, is_hit): &(&str, bool)| if *is_hit { format!("[{part}]") } else { (*part).to_owned() };
    snippet.parts().iter().map(mark).collect()
}

async fn find(client: &Client, text: &str) -> Seen {
    let found: SearchResults = client.get(&paths::search(text, None, 50)).await.expect(200).read();
    let contacts = found.contacts.items.iter().map(|hit| format!("{} · {}", marked(&hit.name), marked(&hit.snippet)));
    Seen {
        contacts: contacts.collect(),
        contact_notes: found.contact_notes.items.iter().map(|hit| marked(&hit.snippet)).collect(),
        messages: found.messages.items.iter().map(|hit| marked(&hit.snippet)).collect(),
        conversation_notes: found.conversation_notes.items.iter().map(|hit| marked(&hit.snippet)).collect(),
    }
}

async fn reply(client: &Client, conversation: wire::ConversationId, text: &str) {
    client.put(&paths::message(conversation, MessageId::fresh()), json!({ "body": text })).await.expect(201);
}

#[tokio::test]
async fn every_kind_is_found_newest_first_with_its_hits() {
    let world = World::new().await;
    let (sam, acme) = (world.sam().await, &world.acme);
    world.inbound(acme.org, acme.ana_chat, "Where is my invoice for Anaheim?").await;
    reply(&sam, acme.ana_chat, "Your invoice is under way").await;
    let note = sam.add_note(acme.ana, acme.ana_chat, "Wants every INVOICE on paper").await;
    sam.add_conversation_note(acme.ana_mail, "Ask billing about the invoice").await;

    let found = find(&sam, "inv").await;
    assert_eq!(found.messages, ["Your [inv]oice is under way", "Where is my [inv]oice for Anaheim?"]);
    assert_eq!(found.contact_notes, ["Wants every [INV]OICE on paper"]);
    assert_eq!(found.conversation_notes, ["Ask billing about the [inv]oice"]);
    assert!(found.contacts.is_empty());

    let found = find(&sam, "ana").await;
    assert_eq!(found.contacts, ["[Ana] · [ana]@acme.example"]);
    assert_eq!(found.messages, ["Where is my invoice for [Ana]heim?"]);

    let all: SearchResults = sam.get(&paths::search("inv", None, 50)).await.expect(200).read();
    let hit = &all.contact_notes.items[0];
    assert_eq!((hit.id, hit.contact.id, hit.contact.name.as_str()), (note, acme.ana, "Ana"));
    assert_eq!((hit.conversation_id, hit.author.name.as_str()), (acme.ana_chat, "Sam"));
    let hit = &all.messages.items[1];
    assert_eq!((hit.conversation_id, hit.contact.id, hit.channel.id), (acme.ana_chat, acme.ana, acme.chat));
    assert!(all.messages.next_cursor.is_none());
}

#[tokio::test]
async fn case_accents_and_the_ends_of_words_do_not_count_in_any_script() {
    let world = World::new().await;
    let (sam, acme) = (world.sam().await, &world.acme);
    for (text, asked, seen) in [
        ("À bientôt, Zoë", "bientot zoe", "À [bientôt], [Zoë]"),
        ("Die Große Straße 7", "STRASSE", "Die Große [Straße] 7"),
        ("Перезвоните позже", "перезв", "[Перезв]оните позже"),
        ("Ο ΔΡΟΜΟΣ", "δρομος", "Ο [ΔΡΟΜΟΣ]"),
        ("東京都の請求書です", "請求書", "東京都の[請求書]です"),
        ("大阪府の天気", "府", "大阪[府]の天気"),
        ("สวัสดีครับผม", "ครับ", "สวัสดี[ครับ]ผม"),
        ("안녕하세요 고객님", "고객", "안녕하세요 [고객]님"),
        ("שלום לכולם", "לכול", "שלום [לכול]ם"),
        ("مَرْحَبًا بكم", "مرحبا", "[مَرْحَبًا] بكم"),
        ("नमस्ते दुनिया", "दुनि", "नमस्ते [दुनि]या"),
        ("write to maya@acme.test", "maya@ac", "write to [maya@ac]me.test"),
    ] {
        sam.add_note(acme.ana, acme.ana_chat, text).await;
        reply(&sam, acme.bob_chat, text).await;
        let found = find(&sam, asked).await;
        assert_eq!(
            (&found.contact_notes, &found.messages),
            (&vec![seen.to_owned()], &vec![seen.to_owned()]),
            "{asked}"
        );
    }
    for not_there in ["raße", "京請", "acme maya@b", "zzz", "bientot nobody"] {
        assert!(find(&sam, not_there).await.is_empty(), "{not_there}");
    }
}

#[tokio::test]
async fn a_contact_is_found_by_name_every_address_and_the_id_elsewhere_as_they_are_now() {
    let world = World::new().await;
    let (sam, acme) = (world.sam().await, &world.acme);
    let details = json!({ "name": "Ana Müller-Łódź", "phone": "+49 (170) 555-0143", "external_id": "CRM-4711" });
    sam.patch(&paths::contact(acme.ana), details).await.expect(200);
    for (asked, seen) in [
        ("muller", "Ana [Müller]-Łódź · ana@acme.example"),
        ("4711", "Ana Müller-Łódź · CRM-[4711]"),
        ("crm-47", "Ana Müller-Łódź · [CRM-47]11"),
        ("ana@acme.ex", "Ana Müller-Łódź · [ana@acme.ex]ample"),
        ("0143", "Ana Müller-Łódź · +49 (170) 555-[0143]"),
        ("0170 5550143", "Ana Müller-Łódź · [+49 (170) 555-0143]"),
        ("+491705550143", "Ana Müller-Łódź · [+49 (170) 555-0143]"),
    ] {
        assert_eq!(find(&sam, asked).await.contacts, [seen], "{asked}");
    }
    sam.patch(&paths::contact(acme.ana), json!({ "name": "Anna Meyer", "phone": null })).await.expect(200);
    assert_eq!(find(&sam, "meyer").await.contacts, ["Anna [Meyer] · ana@acme.example"]);
    for gone in ["muller", "0143", "0170 5550143"] {
        assert!(find(&sam, gone).await.is_empty(), "{gone}");
    }
}

#[tokio::test]
async fn a_visitor_is_found_by_what_they_write_and_nobody_of_another_organization_is() {
    let world = World::new().await;
    let (sam, gia) = (world.sam().await, world.gia().await);
    let visit = world.nobody().post("/contact/v1/acme/visits", None).await.expect(200).json();
    let visitor = world.nobody().with("authorization", &format!("Bearer {}", visit["token"].as_str().unwrap()));
    let path = format!("/contact/v1/messages/{}", Uuid::now_v7());
    visitor.put(&path, json!({ "body": "A quokka in my parcel" })).await.expect(201);
    assert_eq!(find(&sam, "quokka").await.messages, ["A [quokka] in my parcel"]);
    assert_eq!(find(&sam, "visitor").await.contacts.len(), 1);

    gia.add_note(world.globex.ana, world.globex.ana_chat, "A quokka too").await;
    let theirs = find(&gia, "quokka").await;
    assert_eq!((theirs.contact_notes.len(), theirs.messages.len()), (1, 0));
    assert!(find(&sam, "quokka").await.contact_notes.is_empty());
    assert_eq!(find(&gia, "ana").await.contacts, ["[Ana] · [ana]@globex.example"]);
}

#[tokio::test]
async fn a_deleted_note_is_not_found_from_its_deletion_on_and_a_restored_one_is() {
    let world = World::new().await;
    let (sam, acme) = (world.sam().await, &world.acme);
    let note = sam.add_note(acme.ana, acme.ana_chat, "quokka").await;
    let other = sam.add_conversation_note(acme.ana_chat, "quokka").await;
    let (note, other) = (paths::contact_note(acme.ana, note), paths::conversation_note(acme.ana_chat, other));
    for path in [&note, &other] {
        sam.delete(path).await.expect(200);
    }
    assert!(find(&sam, "quokka").await.is_empty());
    for path in [&note, &other] {
        sam.post(&format!("{path}/restore"), None).await.expect(200);
    }
    let found = find(&sam, "quokka").await;
    assert_eq!((found.contact_notes.len(), found.conversation_notes.len()), (1, 1));
}

fn letters(count: usize) -> String {
    secret::token().bytes().take(count).map(|byte| char::from(b'a' + byte % 26)).collect()
}

/// Words that are in nothing else and end alike: in an index, a term lacks what the one before it begins with too.
fn words(n: usize, end: &str) -> Vec<String> {
    (0..1 + n % 30).map(|_| letters(8) + end).collect()
}

#[tokio::test]
async fn no_byte_of_a_deleted_note_is_left_in_the_index() {
    let world = World::with(Config { undo_window: Duration::ZERO, ..Config::default() }).await;
    let (sam, acme) = (world.sam().await, &world.acme);
    let (goes, stays) = (letters(12), letters(12));
    let mut paths = Vec::new();
    for n in 0..500 {
        let text = words(n, &goes).join(" ");
        if n % 2 == 0 {
            paths.push(paths::contact_note(acme.ana, sam.add_note(acme.ana, acme.ana_chat, &text).await));
        } else {
            let note = sam.add_conversation_note(acme.ana_chat, &text).await;
            paths.push(paths::conversation_note(acme.ana_chat, note));
        }
        if n % 3 == 0 {
            sam.add_note(acme.ana, acme.ana_chat, &words(n, &stays).join(" ")).await;
        }
    }
    // Each word is in a text and in an index.
    assert!(world.place.bytes_left(&goes).await > 2 * 500 * 14, "the scan finds what is there");
    // In another order than they were written.
    let (some, others): (Vec<_>, Vec<_>) = paths.iter().enumerate().partition(|(n, _)| n % 7 < 3);
    for part in [some, others] {
        for (_, path) in part {
            sam.delete(path).await.expect(200);
        }
        world.is_purged().await;
    }
    assert_eq!(world.place.bytes_left(&goes).await, 0);
    assert!(world.place.bytes_left(&stays).await > 0);
    println!("figure: bytes of 500 deleted notes in the index of the search: 0");
}

#[tokio::test]
async fn an_erased_contact_is_not_found_and_leaves_no_word() {
    let world = World::with(Config { undo_window: Duration::ZERO, ..Config::default() }).await;
    let (maya, acme) = (world.maya().await, &world.acme);
    let word = letters(16);
    maya.patch(&paths::contact(acme.ana), json!({ "name": word, "phone": "+49 170 5550143" })).await.expect(200);
    world.inbound(acme.org, acme.ana_chat, &word).await;
    maya.add_note(acme.ana, acme.ana_chat, &word).await;
    maya.add_conversation_note(acme.ana_chat, &word).await;
    reply(&maya, acme.bob_chat, "stays").await;
    let found = find(&maya, &word).await;
    assert_eq!(
        [found.contacts.len(), found.messages.len(), found.contact_notes.len(), found.conversation_notes.len()],
        [1; 4]
    );
    maya.delete(&paths::contact(acme.ana)).await.expect(200);
    for asked in [word.as_str(), "ana", "0143", "erased"] {
        assert!(find(&maya, asked).await.is_empty(), "{asked}");
    }
    assert_eq!(find(&maya, "stays").await.messages.len(), 1);
    world.is_purged().await;
    assert_eq!(world.place.bytes_left(&word).await, 0);
}

#[tokio::test]
async fn the_hits_of_a_kind_come_in_pages_and_a_cursor_is_of_its_search_only() {
    let world = World::new().await;
    let (sam, acme) = (world.sam().await, &world.acme);
    for n in 0..25 {
        world.inbound(acme.org, acme.bob_chat, &format!("parcel {n}")).await;
        // The index finds these too: it doesn't know whether words follow each other.
        world.inbound(acme.org, acme.bob_chat, &format!("parcel no {n}")).await;
    }
    let first: SearchResults = sam.get(&paths::search("parcel", None, 10)).await.expect(200).read();
    assert_eq!((first.messages.items.len(), first.contacts.items.len()), (10, 0));
    let cursor = first.messages.next_cursor.clone().unwrap();
    let (mut seen, mut next) = (first.messages.items, Some(cursor.clone()));
    while let Some(cursor) = next {
        let path = paths::search("parcel", Some((SearchKind::Messages, Some(&cursor))), 10);
        let page: SearchResults = sam.get(&path).await.expect(200).read();
        seen.extend(page.messages.items);
        next = page.messages.next_cursor;
    }
    assert_eq!(seen.len(), 50);
    assert!(seen.is_sorted_by(|newer, older| newer.seq > older.seq));

    let together: SearchResults = sam.get(&paths::search("parcel-1", None, 50)).await.expect(200).read();
    assert_eq!(together.messages.items.len(), 11);

    for (path, code) in [
        (format!("{}?q=parcel&cursor={cursor}", paths::SEARCH), "bad-cursor"),
        (paths::search("parcels", Some((SearchKind::Messages, Some(&cursor))), 10), "bad-cursor"),
        (paths::search("parcel", Some((SearchKind::ContactNotes, Some(&cursor))), 10), "bad-cursor"),
        (format!("{}?q=parcel&kind=things", paths::SEARCH), "bad-query"),
        (paths::search(&"x".repeat(201), None, 10), "bad-query"),
    ] {
        sam.get(&path).await.expect(400).refused(code);
    }
    for nothing in ["", " ", "…", "'\"*:(-"] {
        assert!(find(&sam, nothing).await.is_empty(), "{nothing}");
    }
    for odd in ["parcel\"", "parcel*", "par AND cel", "parcel' OR 1", "NEAR(parcel", "parcel:*", "a\\b"] {
        sam.get(&paths::search(odd, None, 10)).await.expect(200);
    }
}

#[tokio::test]
async fn texts_that_nothing_lists_are_listed_when_the_index_is_made() {
    let world = World::new().await;
    let (sam, acme) = (world.sam().await, &world.acme);
    world.inbound(acme.org, acme.ana_chat, "quokka").await;
    let kept = sam.add_note(acme.ana, acme.ana_chat, "quokka kept").await;
    let deleted = sam.add_note(acme.ana, acme.ana_chat, "quokka deleted").await;
    sam.delete(&paths::contact_note(acme.ana, deleted)).await.expect(200);
    let world = unlisted(world).await;
    let sam = sam.at(&world);
    search_build::build(world.db()).await.unwrap();
    let found = find(&sam, "quokka").await;
    assert_eq!((found.messages.len(), &found.contact_notes), (1, &vec!["[quokka] kept".to_owned()]));
    assert_eq!(find(&sam, "ana").await.contacts.len(), 1);
    // What is listed can be taken off the list.
    sam.delete(&paths::contact_note(world.acme.ana, kept)).await.expect(200);
    sam.post(&paths::contact_note_restore(world.acme.ana, deleted), None).await.expect(200);
    assert_eq!(find(&sam, "quokka").await.contact_notes, ["[quokka] deleted"]);
}

/// The world with the index as a version before the search has left it, opened again.
async fn unlisted(world: World) -> World {
    use sidenote_server::sql::sql;
    let mut change = world.db().change(world.acme.org).await.unwrap();
    let clear: &[&'static str] = if world.place.is_file() {
        &[
            "DELETE FROM contact_search",
            "INSERT INTO message_search (message_search) VALUES ('delete-all')",
            "INSERT INTO contact_note_search (contact_note_search) VALUES ('delete-all')",
        ]
    } else {
        &[
            "DELETE FROM contact_search",
            "DELETE FROM message_search",
            "DELETE FROM contact_note_search",
            "DELETE FROM search_progress",
        ]
    };
    for statement in clear.iter().copied().chain(["DELETE FROM meta WHERE key = 'search-index'"]) {
        sql(statement).execute(change.tx()).await.unwrap();
    }
    change.commit().await.unwrap();
    world.db().close().await;
    world.reopened().await
}
