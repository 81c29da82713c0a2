//! Two contacts become one, and two again: nothing is lost, doubled or with the wrong one.

use crate::kit::{Client, World, patient};
use serde_json::{Value, json};
use sidenote_server::sql::sql;
use std::collections::{HashMap, HashSet};
use wire::{
    Activity, ActivityKind, Contact, ContactFlag, ContactId, ContactKey, ContactNote, ContactNoteId, Conversation,
    ConversationId, ListId, NotesPage, Page, paths,
};

async fn merge(client: &Client, from: ContactId, into: ContactId) -> Contact {
    client.post(&paths::contact_merge(from), Some(json!({ "into": into }))).await.expect(200).read()
}

async fn undo(client: &Client, from: ContactId) -> Contact {
    client.post(&paths::contact_merge_undo(from), None).await.expect(200).read()
}

async fn contact(client: &Client, id: ContactId) -> Contact {
    client.get(&paths::contact(id)).await.expect(200).read()
}

async fn notes(client: &Client, id: ContactId) -> Vec<ContactNote> {
    client.get(&paths::contact_notes(id, None, 100)).await.expect(200).read::<NotesPage<ContactNote>>().items
}

async fn bodies(client: &Client, id: ContactId) -> Vec<String> {
    notes(client, id).await.into_iter().map(|note| note.body.as_str().to_owned()).collect()
}

async fn conversations(client: &Client, id: ContactId) -> HashSet<ConversationId> {
    let page: Page<Conversation> = client.get(&format!("/api/v1/contacts/{id}/conversations")).await.expect(200).read();
    page.items.iter().map(|conversation| conversation.id).collect()
}

async fn activity(client: &Client, id: ContactId) -> Vec<Activity> {
    client.get(&paths::contact_activity(id, None)).await.expect(200).read::<Page<Activity>>().items
}

/// The contacts that are listed with these words.
async fn listed(client: &Client, words: &str) -> Vec<ContactId> {
    let page: Page<Contact> = client.get(&format!("{}?q={words}", paths::CONTACTS)).await.expect(200).read();
    page.items.iter().map(|contact| contact.id).collect()
}

#[tokio::test]
async fn the_notes_and_conversations_of_both_are_those_of_the_one_who_stays() {
    let world = World::new().await;
    let (sam, maya, acme) = (world.sam().await, world.maya().await, &world.acme);
    let of_bob = maya.add_note(acme.bob, acme.bob_chat, "Bob likes tea").await;
    sam.add_note(acme.ana, acme.ana_chat, "Ana likes coffee").await;
    let before = notes(&sam, acme.bob).await.remove(0);

    let merged = merge(&sam, acme.bob, acme.ana).await;
    assert_eq!((merged.id, merged.name.as_str()), (acme.ana, "Ana"));
    assert_eq!(bodies(&sam, acme.ana).await, ["Ana likes coffee", "Bob likes tea"]);
    let after = notes(&sam, acme.ana).await.remove(1);
    let moved = ContactNote { contact_id: acme.ana, rev: after.rev, ..before.clone() };
    assert_eq!(after, moved, "author, time and origin stay");
    assert!(after.rev > before.rev);
    assert_eq!(conversations(&sam, acme.ana).await, HashSet::from([acme.ana_chat, acme.ana_mail, acme.bob_chat]));
    let chat: Conversation = sam.get(&paths::conversation(acme.bob_chat)).await.expect(200).read();
    assert_eq!((chat.contact_id, chat.contact.name.as_str()), (acme.ana, "Ana"));

    // The old id stands for the one who stays, everywhere.
    assert_eq!(contact(&sam, acme.bob).await, merged);
    assert_eq!(notes(&sam, acme.bob).await, notes(&sam, acme.ana).await);
    assert_eq!(activity(&sam, acme.bob).await, activity(&sam, acme.ana).await);
    assert_eq!(conversations(&sam, acme.bob).await.len(), 3);
    let late = ContactNoteId::fresh();
    let new = json!({ "body": "Written before anybody knew", "conversation_id": acme.bob_chat });
    let added: ContactNote = sam.put(&paths::contact_note(acme.bob, late), new.clone()).await.expect(201).read();
    assert_eq!(added.contact_id, acme.ana);
    for known in [acme.bob, acme.ana] {
        sam.put(&paths::contact_note(known, late), new.clone()).await.expect(200);
    }
    sam.delete(&paths::contact_note(acme.bob, late)).await.expect(200);
    sam.delete(&paths::contact_note(acme.ana, late)).await.expect(200);
    sam.post(&paths::contact_note_restore(acme.bob, late), None).await.expect(200);
    maya.delete(&paths::contact_note(acme.bob, of_bob)).await.expect(200);
    sam.put(&paths::contact_notes_seen(acme.bob), json!({ "seq": 1 })).await.expect(204);
    sam.put(&paths::contact_tag(acme.bob, "vip"), Value::Null).await.expect(204);
    sam.patch(&paths::contact(acme.bob), json!({ "phone": "+351 912 345 678" })).await.expect(200);
    let started = ConversationId::fresh();
    let new = json!({ "contact_id": acme.bob, "channel_id": acme.email });
    for status in [201, 200] {
        let begun = sam.put(&paths::conversation(started), new.clone()).await.expect(status);
        assert_eq!(begun.read::<Conversation>().contact_id, acme.ana);
    }
    let totals = sam.get(&paths::contact_totals(acme.bob)).await.expect(200).json();
    assert_eq!(totals, json!({ "conversations": 4, "notes": 2 }));
    let known = contact(&sam, acme.ana).await;
    assert_eq!((known.phone.as_deref(), known.tags.len()), (Some("+351 912 345 678"), 1));

    // The same again changes nothing.
    assert_eq!(merge(&sam, acme.bob, acme.ana).await.rev, known.rev);
}

#[tokio::test]
async fn details_are_filled_or_chosen_and_what_belongs_to_either_is_found() {
    let world = World::new().await;
    let (sam, acme) = (world.sam().await, &world.acme);
    let list = ListId::fresh();
    sam.patch(&paths::contact(acme.ana), json!({ "email": "ana@acme.example", "birthday": null })).await.expect(200);
    let details = json!({
        "email": "bob@acme.example", "phone": "+351 912 345 678", "birthday": "1990-04-01", "external_id": "crm-7"
    });
    sam.patch(&paths::contact(acme.bob), details).await.expect(200);
    for (who, tag) in [(acme.ana, "both"), (acme.bob, "both"), (acme.bob, "new")] {
        sam.put(&paths::contact_tag(who, tag), Value::Null).await.expect(204);
    }
    sam.put(&paths::contact_list(acme.bob, list), json!({ "name": "Beta" })).await.expect(200);
    sam.post(&paths::contact_flag(acme.bob, ContactFlag::Unsubscribed, true), None).await.expect(200);

    let asked = json!({ "into": acme.ana, "details": { "name": "Ana Bob" } });
    let merged: Contact = sam.post(&paths::contact_merge(acme.bob), Some(asked)).await.expect(200).read();
    assert_eq!((merged.name.as_str(), merged.email.as_deref()), ("Ana Bob", Some("ana@acme.example")));
    assert_eq!((merged.phone.as_deref(), merged.external_id.as_deref()), (Some("+351 912 345 678"), Some("crm-7")));
    assert_eq!(merged.birthday.unwrap().to_string(), "1990-04-01");
    let tags: Vec<_> = merged.tags.iter().map(|tag| tag.name.as_str()).collect();
    assert_eq!((tags, merged.lists.len()), (vec!["both", "new"], 1));
    assert!(merged.unsubscribed && !merged.blocked, "who asked not to be written to is not written to");
    assert!(
        merged.channels.iter().any(|channel| channel.address == "bob@acme.example"),
        "an address that differs stays one of theirs: {:?}",
        merged.channels
    );

    for (key, value) in [
        (ContactKey::Email, "bob@acme.example"),
        (ContactKey::Email, "ana@acme.example"),
        (ContactKey::ExternalId, "crm-7"),
        (ContactKey::Phone, "+351912345678"),
    ] {
        let found: Contact = sam.put(&paths::contact_by(key, value), json!({})).await.expect(200).read();
        assert_eq!(found.id, acme.ana, "{value}");
    }
    for words in ["ana", "bob", "bob@acme", "912345", "crm-7"] {
        assert_eq!(listed(&sam, words).await, [acme.ana], "{words}");
    }
    let all: Page<Contact> = sam.get(paths::CONTACTS).await.expect(200).read();
    assert!(all.items.iter().all(|contact| contact.id != acme.bob));
    let wrong = json!({ "into": acme.ana, "details": { "email": "no address" } });
    sam.post(&paths::contact_merge(all.items[0].id), Some(wrong)).await.expect(422).refused("invalid-field");
}

#[tokio::test]
async fn an_undone_merge_leaves_both_as_they_were_with_what_was_written_since() {
    let world = World::new().await;
    let (sam, acme) = (world.sam().await, &world.acme);
    sam.patch(&paths::contact(acme.bob), json!({ "phone": "+351 912 345 678", "language": "pt" })).await.expect(200);
    sam.put(&paths::contact_tag(acme.bob, "new"), Value::Null).await.expect(204);
    sam.post(&paths::contact_flag(acme.bob, ContactFlag::Blocked, true), None).await.expect(200);
    sam.add_note(acme.ana, acme.ana_chat, "Of Ana").await;
    sam.add_note(acme.bob, acme.bob_chat, "Of Bob").await;
    let gone = sam.add_note(acme.bob, acme.bob_chat, "Of Bob, deleted while they are one").await;
    let (ana, bob) = (contact(&sam, acme.ana).await, contact(&sam, acme.bob).await);
    let lines = activity(&sam, acme.bob).await;

    let asked = json!({ "into": acme.ana, "details": { "name": "Both" } });
    sam.post(&paths::contact_merge(acme.bob), Some(asked)).await.expect(200);
    sam.add_note(acme.ana, acme.bob_chat, "Of Bob, since").await;
    sam.add_note(acme.bob, acme.ana_chat, "Of Ana, since").await;
    sam.delete(&paths::contact_note(acme.ana, gone)).await.expect(200);
    sam.patch(&paths::contact(acme.ana), json!({ "language": "fr" })).await.expect(200);
    let line = &activity(&sam, acme.ana).await[..];
    let merged = line.iter().find(|line| line.kind == ActivityKind::ContactMerged).unwrap();
    assert_eq!((merged.subject.as_deref(), merged.undo.unwrap().contact_id), (Some("Bob"), acme.bob));

    let back = undo(&sam, acme.bob).await;
    assert_eq!(Contact { rev: bob.rev, ..back.clone() }, bob);
    let stayed = contact(&sam, acme.ana).await;
    let expected = Contact { rev: stayed.rev, language: Some("fr".to_owned()), ..ana };
    assert_eq!(stayed, expected, "what was changed since stays");
    assert_eq!(bodies(&sam, acme.ana).await, ["Of Ana, since", "Of Ana"]);
    assert_eq!(bodies(&sam, acme.bob).await, ["Of Bob, since", "Of Bob"]);
    sam.post(&paths::contact_note_restore(acme.bob, gone), None).await.expect(200);
    assert_eq!(conversations(&sam, acme.bob).await, HashSet::from([acme.bob_chat]));
    assert_eq!(listed(&sam, "bob").await, [acme.bob]);
    assert_eq!(listed(&sam, "ana").await, [acme.ana]);
    let all = activity(&sam, acme.bob).await;
    assert_eq!(all[all.len() - lines.len()..], lines[..]);
    assert_eq!((all[1].kind, all[1].subject.as_deref()), (ActivityKind::ContactMergeUndone, Some("Ana")));
    let of_ana = activity(&sam, acme.ana).await;
    assert_eq!((of_ana[0].kind, of_ana[0].subject.as_deref()), (ActivityKind::ContactMergeUndone, Some("Bob")));
    assert!(of_ana.iter().all(|line| line.undo.is_none()));

    assert_eq!(undo(&sam, acme.bob).await.id, acme.bob, "the same again changes nothing");
    merge(&sam, acme.bob, acme.ana).await;
    assert_eq!(conversations(&sam, acme.bob).await.len(), 3);
}

#[tokio::test]
async fn a_merge_of_the_wrong_ones_or_undone_by_somebody_else_or_too_late_is_refused() {
    let world = World::new().await;
    let (sam, maya, gia, acme) = (world.sam().await, world.maya().await, world.gia().await, &world.acme);
    let ask = |from: ContactId, into: ContactId| (paths::contact_merge(from), Some(json!({ "into": into })));
    for (from, into, status) in [
        (acme.ana, acme.ana, 422),
        (acme.ana, ContactId::fresh(), 404),
        (acme.ana, world.globex.ana, 404),
        (ContactId::fresh(), acme.ana, 404),
        (world.globex.ana, acme.ana, 404),
    ] {
        let (path, body) = ask(from, into);
        sam.post(&path, body).await.expect(status);
    }
    sam.post(&paths::contact_merge(acme.ana), Some(json!({}))).await.expect(422).refused("missing-field");
    let third: Contact =
        sam.put(&paths::contact_by(ContactKey::ExternalId, "third"), json!({})).await.expect(201).read();
    merge(&sam, acme.bob, acme.ana).await;
    let (path, body) = ask(acme.bob, third.id);
    sam.post(&path, body).await.expect(409).refused("contact-merged");
    gia.post(&paths::contact_merge_undo(acme.bob), None).await.expect(404);
    maya.post(&paths::contact_merge_undo(acme.bob), None).await.expect(403).refused("forbidden");

    // Ana is merged too: Bob can't be separated from somebody who is not there.
    merge(&maya, acme.ana, third.id).await;
    assert_eq!(contact(&sam, acme.bob).await.id, third.id);
    assert_eq!(conversations(&sam, acme.bob).await.len(), 3);
    sam.post(&paths::contact_merge_undo(acme.bob), None).await.expect(409).refused("contact-merged");
    undo(&maya, acme.ana).await;
    assert_eq!(contact(&sam, acme.bob).await.id, acme.ana);
    assert!(conversations(&sam, third.id).await.is_empty());

    let mut change = world.db().change(acme.org).await.unwrap();
    let long_ago = "UPDATE contact_merge SET merged_at = merged_at - 600001";
    sql(long_ago).execute(change.tx()).await.unwrap();
    change.commit().await.unwrap();
    sam.post(&paths::contact_merge_undo(acme.bob), None).await.expect(410).refused("gone");
}

#[tokio::test]
async fn everybody_hears_of_it_and_everything_of_an_erased_one_goes_with_those_who_were_merged() {
    let world = World::new().await;
    let (sam, maya, acme) = (world.sam().await, world.maya().await, &world.acme);
    let mut open = maya.stream("/api/v1/events").await;
    open.until("hello").await;
    merge(&sam, acme.bob, acme.ana).await;
    let heard = patient(open.until("contact-merged")).await;
    let said = heard.data;
    assert_eq!((&said["contact_id"], &said["into_id"]), (&json!(acme.bob), &json!(acme.ana)));
    assert_eq!(said["actor"]["name"], "Sam");
    let heard = patient(open.until("conversation-changed")).await;
    let said = heard.data;
    assert_eq!(said["conversation"]["contact_id"], json!(acme.ana));
    undo(&sam, acme.bob).await;
    let heard = patient(open.until("conversation-changed")).await;
    let said = heard.data;
    assert_eq!(said["conversation"]["contact_id"], json!(acme.bob));
    patient(open.until("contact-merge-undone")).await;

    merge(&sam, acme.bob, acme.ana).await;
    maya.delete(&paths::contact(acme.bob)).await.expect(200);
    for id in [acme.ana, acme.bob] {
        assert!(contact(&sam, id).await.erased);
        sam.patch(&paths::contact(id), json!({ "language": "pt" })).await.expect(410);
    }
    sam.post(&paths::contact_merge_undo(acme.bob), None).await.expect(410);
    assert_eq!(
        world
            .count(
                "SELECT COUNT(*) FROM contact WHERE name = 'Bob' AND org_id IN (SELECT id FROM org WHERE slug = 'acme')"
            )
            .await,
        0
    );
    assert_eq!(world.count("SELECT COUNT(*) FROM contact_merge WHERE undo IS NOT NULL").await, 0);
}

/// Notes are added by both names while the contacts are merged and separated. Seeded: each history is repeatable, but for
/// which of two requests the server takes first.
#[tokio::test]
async fn a_hundred_histories_lose_double_and_misfile_nothing() {
    for seed in 0..100 {
        let world = World::new().await;
        history(&world, seed).await;
    }
}

async fn history(world: &World, seed: u64) {
    let (sam, maya, acme) = (world.sam().await, world.maya().await, &world.acme);
    let mut random = fastrand::Rng::with_seed(seed);
    let third: Contact =
        sam.put(&paths::contact_by(ContactKey::ExternalId, "third"), json!({})).await.expect(201).read();
    let third_chat = ConversationId::fresh();
    let new = json!({ "contact_id": third.id, "channel_id": acme.email });
    sam.put(&paths::conversation(third_chat), new).await.expect(201);
    let people = [acme.ana, acme.bob, third.id];
    let places = [acme.ana_chat, acme.ana_mail, acme.bob_chat, third_chat];
    let with_whom =
        HashMap::from([(places[0], people[0]), (places[1], people[0]), (places[2], people[1]), (places[3], people[2])]);

    let mut written: HashMap<ContactNoteId, (ConversationId, String)> = HashMap::new();
    for round in 0..12 {
        let (from, into) = (*random.choice(&people).unwrap(), *random.choice(&people).unwrap());
        let is_undo = random.f32() < 0.4;
        let mut adding = Vec::new();
        for nth in 0..random.u32(1..5) {
            let (id, place) = (ContactNoteId::fresh(), *random.choice(&places).unwrap());
            let (name, body) = (*random.choice(&people).unwrap(), format!("{seed} {round} {nth}"));
            adding.push((id, place, name, body));
        }
        let changing = async {
            let path = if is_undo { paths::contact_merge_undo(from) } else { paths::contact_merge(from) };
            let body = (!is_undo).then(|| json!({ "into": into }));
            sam.post(&path, body).await
        };
        let adds = adding.iter().map(|(id, place, name, body)| {
            let maya = &maya;
            async move {
                let new = json!({ "body": body, "conversation_id": place });
                // Twice: the answer to the first may be lost.
                let first = maya.put(&paths::contact_note(*name, *id), new.clone()).await;
                let again = maya.put(&paths::contact_note(*name, *id), new).await;
                (first.status, again.status)
            }
        });
        let (changed, answers) = futures::join!(changing, futures::future::join_all(adds));
        assert!(matches!(changed.status, 200 | 409 | 422), "{seed}: {}", changed.text());
        for ((id, place, _, body), answer) in adding.into_iter().zip(answers) {
            match answer {
                (201, 200) | (422, 201) => _ = written.insert(id, (place, body)),
                // The conversation was with another contact at that moment; or the merge came between the two.
                (422, 422) | (201, 422 | 409) => {
                    if answer.0 == 201 {
                        written.insert(id, (place, body));
                    }
                }
                other => panic!("{seed}: {other:?}"),
            }
        }
    }

    // Each note once, with the contact of its conversation; each conversation with the one who stands for its own contact.
    let mut found: HashMap<ContactNoteId, (ConversationId, String)> = HashMap::new();
    let mut there: HashMap<ContactId, ContactId> = HashMap::new();
    for person in people {
        there.insert(person, contact(&sam, person).await.id);
    }
    for person in people.into_iter().filter(|person| there[person] == *person) {
        let of_person = conversations(&sam, person).await;
        let expected: HashSet<_> = places.into_iter().filter(|place| there[&with_whom[place]] == person).collect();
        assert_eq!(of_person, expected, "{seed}");
        for note in notes(&sam, person).await {
            assert!(note.contact_id == person && of_person.contains(&note.conversation_id), "{seed}: {note:?}");
            let text = note.body.as_str().to_owned();
            assert_eq!(found.insert(note.id, (note.conversation_id, text)), None, "{seed}: doubled");
        }
    }
    assert_eq!(found, written, "{seed}");
}
