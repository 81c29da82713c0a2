//! Contacts: the profile and its fields, tags and lists, and what is in the activity.

use crate::kit::{Client, World};
use serde_json::{Value, json};
use sidenote_server::sql::sql;
use wire::{Contact, ContactId, Me, Page, Tag, paths};

#[tokio::test]
async fn details_are_changed_one_by_one_and_emptied_with_null() {
    let world = World::new().await;
    let (sam, acme) = (world.sam().await, &world.acme);
    let path = paths::contact(acme.ana);
    let before: Contact = sam.get(&path).await.expect(200).read();
    assert_eq!((before.name.as_str(), before.channels.len()), ("Ana", 1));
    let patch = json!({
        "name": "Ana Núñez", "phone": "+351 21 000", "external_id": "c-7", "address": "Rua 1\nLisboa",
        "birthday": "1990-02-28", "language": "pt-PT", "default_channel": "chat", "time_zone": "Europe/Lisbon",
        "email": null,
    });
    let after: Contact = sam.patch(&path, patch.clone()).await.expect(200).read();
    let json = json!(after);
    patch.as_object().unwrap().iter().for_each(|(name, value)| assert_eq!(&json[name], value, "{name}"));
    assert!(after.rev > before.rev && after.seq == before.seq);
    assert_eq!(sam.get(&path).await.read::<Contact>(), after);
    assert_eq!(sam.patch(&path, patch).await.expect(200).read::<Contact>().rev, after.rev, "the same again");

    let activity = sam.get(&paths::contact_activity(acme.ana, None)).await.expect(200).json();
    assert_eq!(activity["items"][0]["kind"], "details-changed");
    let fields = "name,email,phone,external_id,address,birthday,language,default_channel,time_zone";
    assert_eq!(activity["items"][0]["subject"], fields);
}

#[tokio::test]
async fn a_field_that_can_not_be_so_is_refused_and_nothing_is_changed() {
    let world = World::new().await;
    let (sam, acme) = (world.sam().await, &world.acme);
    let path = paths::contact(acme.ana);
    let before = sam.get(&path).await.body;
    for (field, value) in [
        ("name", json!("")),
        ("name", json!(null)),
        ("name", json!("a\u{7}")),
        ("name", json!("x".repeat(201))),
        ("email", json!("nobody")),
        ("phone", json!("call me")),
        ("external_id", json!("")),
        ("address", json!("\u{0}")),
        ("birthday", json!("1990-02-30")),
        ("birthday", json!("3000-01-01")),
        ("language", json!("English!")),
        ("default_channel", json!("pigeon")),
        ("time_zone", json!("Mars/")),
        ("time_zone", json!("Mars/Olympus")),
        ("email", json!(7)),
    ] {
        let answer = sam.patch(&path, json!({ "phone": "12345", field: value })).await.expect(422);
        let problem = answer.refused("invalid-field");
        assert!(problem["errors"].as_array().unwrap().iter().any(|e| e["pointer"] == format!("/{field}")), "{problem}");
    }
    for field in ["id", "seq", "rev", "tags", "blocked", "org_id", "created_at"] {
        sam.patch(&path, json!({ field: 1 })).await.expect(422).refused("unknown-field");
    }
    assert_eq!(sam.get(&path).await.body, before);
    sam.patch(&paths::contact(ContactId::fresh()), json!({})).await.expect(404);
}

#[tokio::test]
async fn a_phone_number_is_kept_as_it_was_typed_and_read_beside_it_and_a_time_zone_is_one_that_exists() {
    let world = World::new().await;
    let (sam, path) = (world.sam().await, paths::contact(world.acme.ana));
    let typed = "tel: +351\u{a0}912\u{2011}345\u{2011}678 ext. 9";
    let patch = json!({ "phone": typed, "time_zone": "europe/lisbon" });
    for contact in [sam.patch(&path, patch).await.expect(200), sam.get(&path).await.expect(200)] {
        let contact: Contact = contact.read();
        assert_eq!(contact.phone.as_deref(), Some(typed));
        assert_eq!(contact.phone_uri.as_deref(), Some("tel:+351-912-345-678;ext=9"));
        assert_eq!(contact.time_zone.as_deref(), Some("Europe/Lisbon"));
    }
    let national = json!({ "phone": "912 345 678", "language": "pt-PT" });
    let contact: Contact = sam.patch(&path, national).await.expect(200).read();
    assert_eq!(contact.phone_uri.as_deref(), Some("tel:+351-912-345-678"));
    let contact: Contact = sam.patch(&path, json!({ "phone": "112" })).await.expect(200).read();
    assert_eq!((contact.phone.as_deref(), contact.phone_uri), (Some("112"), None));
    sam.patch(&path, json!({ "phone_uri": "tel:+1" })).await.expect(422).refused("unknown-field");
    let problem = sam.patch(&path, json!({ "time_zone": "Europe/Atlantis" })).await.expect(422);
    assert_eq!(problem.refused("invalid-field")["errors"][0]["code"], "unknown-zone");
}

#[tokio::test]
async fn an_edit_that_crosses_anothers_is_refused_with_the_current_profile() {
    let world = World::new().await;
    let (sam, kim, acme) = (world.sam().await, world.kim().await, &world.acme);
    let path = paths::contact(acme.ana);
    let seen: Contact = sam.get(&path).await.read();
    let version = format!("\"{}\"", seen.rev);
    kim.with("if-match", &version).patch(&path, json!({ "phone": "11111" })).await.expect(200);
    let answer = sam.with("if-match", &version).patch(&path, json!({ "phone": "22222" })).await;
    assert_eq!(answer.expect(412).refused("changed")["current"]["phone"], "11111");
}

#[tokio::test]
async fn tags_are_made_as_they_are_put_on() {
    let world = World::new().await;
    let (sam, acme) = (world.sam().await, &world.acme);
    let contact = async || sam.get(&paths::contact(acme.ana)).await.read::<Contact>();
    let before = contact().await;
    for name in ["VIP", "a/b ?#é", "VIP"] {
        sam.put(&paths::contact_tag(acme.ana, name), Value::Null).await.expect(204);
    }
    let tagged = contact().await;
    assert_eq!(tagged.tags.iter().map(|tag| tag.name.as_str()).collect::<Vec<_>>(), ["VIP", "a/b ?#é"]);
    assert_eq!(tagged.rev, before.rev.max(tagged.rev));
    assert_ne!(tagged.tags[0].color, tagged.tags[1].color);

    sam.delete(&paths::contact_tag(acme.ana, "VIP")).await.expect(204);
    let rev = contact().await.rev;
    sam.delete(&paths::contact_tag(acme.ana, "VIP")).await.expect(204);
    assert_eq!(contact().await.rev, rev, "nothing to remove, nothing changed");
    let all: Page<Tag> = sam.get(paths::TAGS).await.expect(200).read();
    assert_eq!(all.items.len(), 2, "the tag itself stays");

    let activity = sam.get(&paths::contact_activity(acme.ana, None)).await.json();
    let lines: Vec<_> = activity["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| (line["kind"].clone(), line["subject"].clone()))
        .collect();
    assert_eq!(
        lines[..3],
        [
            (json!("tag-removed"), json!("VIP")),
            (json!("tag-added"), json!("a/b ?#é")),
            (json!("tag-added"), json!("VIP"))
        ]
    );
}

#[tokio::test]
async fn what_can_not_be_a_tag_is_refused() {
    let world = World::new().await;
    let (sam, acme) = (world.sam().await, &world.acme);
    for name in [" ", "\u{200b}", "a\nb", &"x".repeat(41)] {
        sam.put(&paths::contact_tag(acme.ana, name), Value::Null).await.expect(422).refused("invalid-field");
    }
    sam.put(&paths::contact_tag(ContactId::fresh(), "x"), Value::Null).await.expect(404);
    // The path is read before anybody is looked up.
    sam.put(&paths::contact_tag(ContactId::fresh(), " "), Value::Null).await.expect(422).refused("invalid-field");
    assert_eq!(sam.get(paths::TAGS).await.json()["items"], json!([]));
    sam.get(&format!("{}?x=1", paths::TAGS)).await.expect(400).refused("bad-query");
}

#[tokio::test]
async fn lists_are_shown_with_their_members() {
    let world = World::new().await;
    let (sam, gia, acme) = (world.sam().await, world.gia().await, &world.acme);
    let list = wire::ListId::fresh();
    let mut change = world.db().change(acme.org).await.unwrap();
    for statement in [
        "INSERT INTO contact_list (org_id, id, name) VALUES ($1, $2, 'Beta')",
        "INSERT INTO contact_list_member (org_id, contact_id, list_id) VALUES ($1, $3, $2)",
    ] {
        let query = sql(statement).bind(acme.org.to_string()).bind(list.to_string()).bind(acme.ana.to_string());
        query.execute(change.tx()).await.unwrap();
    }
    change.commit().await.unwrap();
    assert_eq!(sam.get(paths::LISTS).await.expect(200).json()["items"], json!([{ "id": list, "name": "Beta" }]));
    assert_eq!(sam.get(&paths::contact(acme.ana)).await.json()["lists"], json!([{ "id": list, "name": "Beta" }]));
    assert_eq!(gia.get(paths::LISTS).await.expect(200).json()["items"], json!([]));
}

#[tokio::test]
async fn the_activity_names_what_happened_to_notes_but_not_their_text() {
    let world = World::new().await;
    let (sam, acme) = (world.sam().await, &world.acme);
    let id = sam.add_note(acme.ana, acme.ana_chat, "marzipan").await;
    sam.delete(&paths::contact_note(acme.ana, id)).await.expect(200);
    sam.post(&paths::contact_note_restore(acme.ana, id), None).await.expect(200);
    let answer = sam.get(&paths::contact_activity(acme.ana, None)).await.expect(200);
    let activity = answer.json();
    let kinds: Vec<_> =
        activity["items"].as_array().unwrap().iter().map(|line| line["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds[..3], ["note-restored", "note-deleted", "note-added"]);
    assert!(!answer.text().contains("marzipan"));
    let path = paths::contact_activity(acme.ana, None);
    let first = sam.get(&format!("{path}?limit=1")).await.expect(200).json();
    let cursor = first["next_cursor"].as_str().unwrap().to_owned();
    let next = sam.get(&paths::contact_activity(acme.ana, Some(&cursor))).await.expect(200).json();
    assert_eq!(next["items"][0]["kind"], "note-deleted");
    sam.get(&paths::contact_activity(acme.bob, Some(&cursor))).await.expect(400).refused("bad-cursor");
}

#[tokio::test]
async fn an_agent_has_one_storage_key_in_every_session_and_nobody_elses() {
    let world = World::new().await;
    let key = async |agent: &Client| agent.get(paths::ME).await.expect(200).read::<Me>().storage_key.unwrap();
    let (sam, again, kim) = (world.sam().await, world.sam().await, world.kim().await);
    let sams = key(&sam).await;
    assert!(sams.bytes().is_some(), "256 bits");
    assert_eq!(key(&again).await, sams);
    assert_ne!(key(&kim).await, sams);
    sam.delete(paths::SESSION).await.expect(204);
    assert_eq!(key(&world.sam().await).await, sams, "and after a sign-out, for what another browser keeps");
}

#[tokio::test]
async fn an_agent_sees_who_they_are_and_sets_their_own_settings() {
    let world = World::new().await;
    let (sam, kim, acme) = (world.sam().await, world.kim().await, &world.acme);
    let me: Me = sam.get(paths::ME).await.expect(200).read();
    assert_eq!((me.agent.id, me.organization.slug.as_str(), me.agents.len()), (acme.sam, "acme", 3));
    assert_eq!((me.channels.len(), me.settings.enter_sends), (2, false));
    let me: Me = sam.patch(paths::ME, json!({ "enter_sends": true })).await.expect(200).read();
    assert!(me.settings.enter_sends);
    assert!(sam.patch(paths::ME, json!({})).await.expect(200).read::<Me>().settings.enter_sends);
    assert!(!kim.get(paths::ME).await.read::<Me>().settings.enter_sends);
    sam.patch(paths::ME, json!({ "enter_sends": "yes" })).await.expect(422).refused("invalid-field");
    sam.patch(paths::ME, json!({ "role": "admin" })).await.expect(422).refused("unknown-field");
}
