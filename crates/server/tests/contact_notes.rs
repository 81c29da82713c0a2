//! Contact notes: adding, repeating, deleting, undoing, and every refusal.

use crate::kit::World;
use futures::future::join_all;
use serde_json::json;
use sidenote_server::agents::{self, NewAgent};
use std::time::Duration;
use wire::{AgentId, ContactId, ContactNote, ContactNoteId, ConversationId, NotesPage, Role, paths};

#[tokio::test]
async fn a_note_is_added_once_and_seen_by_every_agent() {
    let world = World::new().await;
    let (sam, kim, acme) = (world.sam().await, world.kim().await, &world.acme);
    let id = ContactNoteId::fresh();
    let new = json!({ "body": "Prefers mornings", "conversation_id": acme.ana_chat });
    let path = paths::contact_note(acme.ana, id);

    let added: ContactNote = sam.put(&path, new.clone()).await.expect(201).read();
    let again: ContactNote = sam.put(&path, new).await.expect(200).read();
    let page: NotesPage<ContactNote> = kim.get(&paths::contact_notes(acme.ana, None, 50)).await.expect(200).read();

    assert_eq!(added, again);
    assert_eq!(page.items, std::slice::from_ref(&added));
    assert_eq!((added.author.name.as_str(), added.seq, added.rev), ("Sam", page.as_of.seq, page.as_of.seq));
    assert!(page.seen < added.seq, "it is new to kim");
}

#[tokio::test]
async fn line_ends_are_unified_and_everything_else_is_kept_as_typed() {
    let world = World::new().await;
    let (sam, acme) = (world.sam().await, &world.acme);
    let id = sam.add_note(acme.ana, acme.ana_chat, "  a\r\n\tb 👩‍👩‍👧 e\u{301} \u{202e}x ").await;
    let same = json!({ "body": "  a\n\tb 👩‍👩‍👧 e\u{301} \u{202e}x ", "conversation_id": acme.ana_chat });
    let note = sam.put(&paths::contact_note(acme.ana, id), same.clone()).await.expect(200).json();
    assert_eq!(note["body"], same["body"]);
}

#[tokio::test]
async fn an_id_that_means_something_else_is_refused_and_changes_nothing() {
    let world = World::new().await;
    let (sam, kim, acme) = (world.sam().await, world.kim().await, &world.acme);
    let id = sam.add_note(acme.ana, acme.ana_chat, "first").await;
    let path = paths::contact_note(acme.ana, id);
    let new = |body: &str, conversation: ConversationId| json!({ "body": body, "conversation_id": conversation });

    sam.put(&path, new("second", acme.ana_chat)).await.expect(409).refused("id-reuse");
    kim.put(&path, new("first", acme.ana_chat)).await.expect(409).refused("id-reuse");
    sam.put(&paths::contact_note(acme.bob, id), new("first", acme.bob_chat)).await.expect(409).refused("id-reuse");

    let page: NotesPage<ContactNote> = sam.get(&paths::contact_notes(acme.ana, None, 50)).await.read();
    assert_eq!(page.items.len(), 1);
    assert_eq!(page.items[0].body.as_str(), "first");
}

#[tokio::test]
async fn a_note_must_be_written_in_a_conversation_with_its_contact() {
    let world = World::new().await;
    let (sam, acme) = (world.sam().await, &world.acme);
    let path = paths::contact_note(acme.ana, ContactNoteId::fresh());
    let mut answers = Vec::new();
    for conversation in [acme.bob_chat, world.globex.ana_chat, ConversationId::fresh()] {
        let answer = sam.put(&path, json!({ "body": "x", "conversation_id": conversation })).await.expect(422);
        assert_eq!(answer.refused("wrong-contact")["errors"][0]["pointer"], "/conversation_id");
        answers.push(answer);
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]));
    let new = json!({ "body": "x", "conversation_id": acme.ana_chat });
    sam.put(&paths::contact_note(ContactId::fresh(), ContactNoteId::fresh()), new).await.expect(404);
    assert_eq!(world.count("SELECT COUNT(*) FROM contact_note").await, 0);
}

#[tokio::test]
async fn what_can_not_be_a_note_is_refused_with_the_place_and_the_reason() {
    let world = World::new().await;
    let (sam, acme) = (world.sam().await, &world.acme);
    let path = paths::contact_note(acme.ana, ContactNoteId::fresh());
    let conversation = acme.ana_chat;
    for (body, word) in
        [("", "blank"), (" \u{200b}", "blank"), ("a\u{0}", "control-character"), ("a\rb", "control-character")]
    {
        let answer = sam.put(&path, json!({ "body": body, "conversation_id": conversation })).await.expect(422);
        let problem = answer.refused("invalid-body");
        assert_eq!(problem["errors"], json!([{ "pointer": "/body", "code": word }]));
    }
    let long = "é".repeat(wire::MAX_BODY_CHARS + 1);
    let problem =
        sam.put(&path, json!({ "body": long, "conversation_id": conversation })).await.refused("invalid-body");
    assert_eq!(problem["errors"][0]["code"], "too-long");

    for (given, code, pointer) in [
        (json!({ "conversation_id": conversation }), "missing-field", "/body"),
        (json!({ "body": "x" }), "missing-field", "/conversation_id"),
        (json!({ "body": "x", "conversation_id": conversation, "author_id": acme.kim }), "unknown-field", "/author_id"),
        (json!({ "body": "x", "conversation_id": conversation, "a/b": 1 }), "unknown-field", "/a~1b"),
        (json!({ "body": "x", "conversation_id": "nonsense" }), "invalid-field", "/conversation_id"),
        (json!({ "body": 7, "conversation_id": conversation }), "invalid-field", "/body"),
        (json!(["body"]), "invalid-field", ""),
    ] {
        assert_eq!(sam.put(&path, given).await.expect(422).refused(code)["errors"][0]["pointer"], pointer);
    }
    assert_eq!(world.count("SELECT COUNT(*) FROM contact_note").await, 0);
}

#[tokio::test]
async fn twenty_tries_at_once_make_one_note() {
    let world = World::new().await;
    let (sam, acme) = (world.sam().await, &world.acme);
    let path = paths::contact_note(acme.ana, ContactNoteId::fresh());
    let new = json!({ "body": "once", "conversation_id": acme.ana_chat });
    let answers = join_all((0..20).map(|_| sam.put(&path, new.clone()))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 19);
    assert!(answers.iter().all(|answer| answer.body == answers[0].body));
    assert_eq!(world.count("SELECT COUNT(*) FROM contact_note").await, 1);
}

#[tokio::test]
async fn who_may_delete_which_note() {
    let world = World::new().await;
    let acme = &world.acme;
    let (maya, sam, kim) = (world.maya().await, world.sam().await, world.kim().await);
    for (author, who, status) in
        [(&sam, &sam, 200), (&sam, &kim, 403), (&sam, &maya, 200), (&maya, &sam, 403), (&maya, &maya, 200)]
    {
        let id = author.add_note(acme.ana, acme.ana_chat, "x").await;
        let answer = who.delete(&paths::contact_note(acme.ana, id)).await.expect(status);
        let page: NotesPage<ContactNote> = sam.get(&paths::contact_notes(acme.ana, None, 50)).await.read();
        assert_eq!(page.items.iter().any(|note| note.id == id), status == 403);
        if status == 403 {
            answer.refused("forbidden");
        }
    }
}

#[tokio::test]
async fn a_deleted_note_can_be_brought_back_by_who_deleted_it_only() {
    let world = World::new().await;
    let acme = &world.acme;
    let (maya, sam) = (world.maya().await, world.sam().await);
    let id = sam.add_note(acme.ana, acme.ana_chat, "back").await;
    let page: NotesPage<ContactNote> = sam.get(&paths::contact_notes(acme.ana, None, 50)).await.read();
    let before = page.items[0].clone();
    let (note, restore) = (paths::contact_note(acme.ana, id), paths::contact_note_restore(acme.ana, id));

    let deleted = sam.delete(&note).await.expect(200);
    assert_eq!(maya.delete(&note).await.expect(200).body, deleted.body, "again: window and deleter unchanged");
    maya.post(&restore, None).await.expect(403).refused("forbidden");
    let new = json!({ "body": "back", "conversation_id": acme.ana_chat });
    sam.put(&note, new.clone()).await.expect(410).refused("gone");
    let after: ContactNote = sam.post(&restore, None).await.expect(200).read();

    assert!(after.rev > before.rev);
    assert_eq!(ContactNote { rev: before.rev, ..after.clone() }, before);
    let again: ContactNote = sam.post(&restore, None).await.expect(200).read();
    assert_eq!(again, after, "an undo whose answer was lost");
    sam.put(&note, new).await.expect(200);
}

#[tokio::test]
async fn after_the_window_nothing_brings_a_note_back() {
    let config = sidenote_server::Config { undo_window: Duration::ZERO, ..Default::default() };
    let world = World::with(config).await;
    let (maya, sam, acme) = (world.maya().await, world.sam().await, &world.acme);
    let id = sam.add_note(acme.ana, acme.ana_chat, "final").await;
    let (note, restore) = (paths::contact_note(acme.ana, id), paths::contact_note_restore(acme.ana, id));
    let first = sam.delete(&note).await.expect(200);
    for _ in 0..2 {
        sam.post(&restore, None).await.expect(410).refused("gone");
        maya.post(&restore, None).await.expect(410).refused("gone");
        let new = json!({ "body": "final", "conversation_id": acme.ana_chat });
        sam.put(&note, new).await.expect(410).refused("gone");
        assert_eq!(sam.delete(&note).await.expect(200).body, first.body);
        // In the second round the row itself is gone.
        sidenote_server::purge::purge(world.db(), true).await.unwrap();
    }
    assert_eq!(world.count("SELECT COUNT(*) FROM contact_note").await, 0);
    assert_eq!(world.count("SELECT COUNT(*) FROM contact_note_tombstone").await, 1);
}

#[tokio::test]
async fn a_deletion_that_overtakes_its_note_wins() {
    let world = World::new().await;
    let (sam, acme) = (world.sam().await, &world.acme);
    let id = ContactNoteId::fresh();
    let note = paths::contact_note(acme.ana, id);
    assert!(sam.delete(&note).await.expect(204).body.is_empty());
    sam.put(&note, json!({ "body": "late", "conversation_id": acme.ana_chat })).await.expect(410).refused("gone");
    sam.delete(&note).await.expect(204);
    sam.post(&paths::contact_note_restore(acme.ana, id), None).await.expect(410).refused("gone");
    assert_eq!(world.count("SELECT COUNT(*) FROM contact_note").await, 0);
}

#[tokio::test]
async fn a_note_is_reached_through_its_own_contact_only() {
    let world = World::new().await;
    let (sam, acme) = (world.sam().await, &world.acme);
    let id = sam.add_note(acme.ana, acme.ana_chat, "hers").await;
    sam.delete(&paths::contact_note(acme.bob, id)).await.expect(404).refused("not-found");
    sam.post(&paths::contact_note_restore(acme.bob, id), None).await.expect(404);
    assert_eq!(world.count("SELECT COUNT(*) FROM contact_note_tombstone").await, 0);
    sam.delete(&paths::contact_note(acme.ana, id)).await.expect(200);
    sam.delete(&paths::contact_note(acme.bob, id)).await.expect(404);
    sam.post(&paths::contact_note_restore(acme.bob, id), None).await.expect(404);
    sam.post(&paths::contact_note_restore(acme.ana, ContactNoteId::fresh()), None).await.expect(404);
}

#[tokio::test]
async fn notes_are_paged_newest_first_and_searched_in_any_case() {
    let world = World::new().await;
    let (sam, acme) = (world.sam().await, &world.acme);
    let mut ids = Vec::new();
    for n in 0..5 {
        ids.push(sam.add_note(acme.ana, acme.ana_chat, &format!("Ünder {n} 100%")).await);
    }
    ids.reverse();
    let mut found = Vec::new();
    let mut cursor = None;
    loop {
        let path = paths::contact_notes(acme.ana, cursor.as_deref(), 2);
        let page: NotesPage<ContactNote> = sam.get(&path).await.expect(200).read();
        found.extend(page.items.iter().map(|note| note.id));
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(found, ids);
    let path = paths::contact_notes(acme.ana, None, 50);
    let hits = async |q: &str| {
        sam.get(&format!("{path}&q={q}")).await.expect(200).read::<NotesPage<ContactNote>>().items.len()
    };
    assert_eq!((hits("%C3%BCNDER%203").await, hits("100%25").await, hits("_").await, hits("%20").await), (1, 5, 0, 5));
    sam.get(&format!("{path}&q={}", "a".repeat(201))).await.expect(400).refused("bad-query");
}

#[tokio::test]
async fn a_search_folds_case_as_each_script_does_and_ignores_accents_and_normal_forms() {
    let world = World::new().await;
    let (sam, acme) = (world.sam().await, &world.acme);
    for text in ["Lives in the Lange STRASSE", "Flies to İstanbul in May", "ΟΔΟΣ ΕΡΜΟΥ 12", "Jose\u{301} Nuñez"]
    {
        sam.add_note(acme.ana, acme.ana_chat, text).await;
    }
    let path = paths::contact_notes(acme.ana, None, 50);
    for (wanted, hits) in [
        ("stra%C3%9Fe", 1),
        ("istanbul", 1),
        ("ISTANBUL", 1),
        ("%C4%B0STANBUL", 1),
        ("%CE%BF%CE%B4%CE%BF%CF%82%20%CE%B5", 1),
        ("jose", 1),
        ("jos%C3%A9%20nun%CC%83ez", 1),
        ("strase", 0),
    ] {
        let page = sam.get(&format!("{path}&q={wanted}")).await.expect(200).read::<NotesPage<ContactNote>>();
        assert_eq!(page.items.len(), hits, "{wanted}");
    }
}

#[tokio::test]
async fn what_an_agent_has_seen_only_moves_forward_and_not_past_the_head() {
    let world = World::new().await;
    let (sam, kim, acme) = (world.sam().await, world.kim().await, &world.acme);
    sam.add_note(acme.ana, acme.ana_chat, "new").await;
    let seen = async || kim.get(&paths::contact_notes(acme.ana, None, 50)).await.read::<NotesPage<ContactNote>>();
    let head = seen().await.as_of.seq;
    for (mark, expected) in [(head - 1, head - 1), (1, head - 1), (u64::MAX, head)] {
        kim.put(&paths::contact_notes_seen(acme.ana), json!({ "seq": mark })).await.expect(204);
        assert_eq!(seen().await.seen, expected);
    }
    kim.put(&paths::contact_notes_seen(acme.ana), json!({ "seq": -1 })).await.expect(422).refused("invalid-field");
    kim.put(&paths::contact_notes_seen(ContactId::fresh()), json!({ "seq": 1 })).await.expect(404);
}

#[tokio::test]
async fn a_page_says_how_many_notes_are_new_to_the_agent_loaded_or_not() {
    let world = World::new().await;
    let (maya, sam, kim, acme) = (world.maya().await, world.sam().await, world.kim().await, &world.acme);
    let page = async |limit| -> NotesPage<ContactNote> {
        kim.get(&paths::contact_notes(acme.ana, None, limit)).await.expect(200).read()
    };
    assert_eq!(page(1).await.unseen, 0);
    for text in ["one", "two", "three"] {
        sam.add_note(acme.ana, acme.ana_chat, text).await;
    }
    let last = maya.add_note(acme.ana, acme.ana_mail, "four").await;
    kim.add_note(acme.ana, acme.ana_chat, "her own").await;
    sam.add_note(acme.bob, acme.bob_chat, "about somebody else").await;
    assert_eq!((page(1).await.items.len(), page(1).await.unseen, page(50).await.unseen), (1, 4, 4));

    let second = page(2).await;
    let path = paths::contact_notes(acme.ana, second.next_cursor.as_deref(), 2);
    let later: NotesPage<ContactNote> = kim.get(&path).await.expect(200).read();
    assert_eq!((later.unseen, later.seen), (4, second.seen), "every page says the same");
    let found: NotesPage<ContactNote> =
        kim.get(&format!("{}&q=two", paths::contact_notes(acme.ana, None, 2))).await.expect(200).read();
    assert_eq!((found.items.len(), found.unseen), (1, 4), "a search does too");

    maya.delete(&paths::contact_note(acme.ana, last)).await.expect(200);
    assert_eq!(page(1).await.unseen, 3, "a deleted note isn't new");
    maya.post(&paths::contact_note_restore(acme.ana, last), None).await.expect(200);
    assert_eq!(page(1).await.unseen, 4, "one that came back is");

    let seq_of = async |text: &str| page(50).await.items.iter().find(|note| note.body.as_str() == text).unwrap().seq;
    for (text, left) in [("two", 2), ("one", 2), ("four", 0), ("two", 0)] {
        kim.put(&paths::contact_notes_seen(acme.ana), json!({ "seq": seq_of(text).await })).await.expect(204);
        assert_eq!(page(1).await.unseen, left, "seen up to {text}");
    }
    let sams: NotesPage<ContactNote> = sam.get(&paths::contact_notes(acme.ana, None, 1)).await.expect(200).read();
    assert_eq!(sams.unseen, 2, "what kim has seen is new to sam: maya's and kim's");
}

#[tokio::test]
async fn notes_from_before_an_agent_joined_are_not_new_to_them() {
    let world = World::new().await;
    let (sam, acme) = (world.sam().await, &world.acme);
    sam.add_note(acme.ana, acme.ana_chat, "before").await;
    let late = NewAgent {
        id: AgentId::fresh(),
        email: "lou@acme.test".to_owned(),
        name: "Lou".to_owned(),
        role: Role::Agent,
        password_hash: "none".to_owned(),
    };
    let mut change = world.db().change(acme.org).await.unwrap();
    agents::add(&mut change, &late).await.unwrap();
    change.commit().await.unwrap();
    sam.add_note(acme.ana, acme.ana_chat, "after").await;
    let lou = world.client(acme.org, late.id).await;
    let page: NotesPage<ContactNote> = lou.get(&paths::contact_notes(acme.ana, None, 50)).await.expect(200).read();
    assert_eq!((page.items.len(), page.unseen), (2, 1));
}
