//! Contacts from a table: found or made by what they are known by, and twice changes nothing.

use crate::kit::{Client, World};
use serde_json::{Value, json};
use wire::{ActivityKind, Contact, ContactId, ImportOutcome, Imported, ImportedRow, Page, paths};

async fn import(client: &Client, rows: Value, known: &str) -> Vec<ImportedRow> {
    let asked = json!({ "rows": rows, "known": known });
    client.post(paths::CONTACTS_IMPORT, Some(asked)).await.expect(200).read::<Imported>().rows
}

fn outcomes(rows: &[ImportedRow]) -> Vec<ImportOutcome> {
    rows.iter().map(|row| row.outcome).collect()
}

async fn contact(client: &Client, id: ContactId) -> Contact {
    client.get(&paths::contact(id)).await.expect(200).read()
}

async fn all(client: &Client) -> Vec<Contact> {
    client.get(paths::CONTACTS).await.expect(200).read::<Page<Contact>>().items
}

#[tokio::test]
async fn rows_make_contacts_with_their_details_and_the_same_again_changes_nothing() {
    let world = World::new().await;
    let maya = world.maya().await;
    let rows = json!([
        {
            "name": "Ines Prado", "email": "ines@mail.example", "phone": "+351 912 345 678", "external_id": "crm-1",
            "address": "Rua 1\nLisboa", "birthday": "1990-02-28", "language": "pt-PT", "default_channel": "sms",
            "time_zone": "europe/lisbon", "tags": ["vip", "spring"], "lists": ["Beta"]
        },
        { "email": "nameless@mail.example" },
        { "phone": "+49 170 5550143", "name": "Otto" },
    ]);
    let made = import(&maya, rows.clone(), "fill").await;
    assert_eq!(outcomes(&made), [ImportOutcome::Made; 3]);
    let ines = contact(&maya, made[0].id.unwrap()).await;
    assert_eq!((ines.name.as_str(), ines.time_zone.as_deref()), ("Ines Prado", Some("Europe/Lisbon")));
    assert_eq!((ines.tags.len(), ines.lists.len()), (2, 1));
    assert_eq!(ines.birthday.unwrap().to_string(), "1990-02-28");
    assert_eq!(contact(&maya, made[1].id.unwrap()).await.name, "nameless@mail.example");
    let before = all(&maya).await;
    for known in ["fill", "replace"] {
        assert_eq!(outcomes(&import(&maya, rows.clone(), known).await), [ImportOutcome::Unchanged; 3]);
        assert_eq!(all(&maya).await, before);
    }
}

#[tokio::test]
async fn who_is_known_is_filled_or_replaced_however_their_number_is_written() {
    let world = World::new().await;
    let (maya, acme) = (world.maya().await, &world.acme);
    let details = json!({ "email": "Bob@Acme.example", "phone": "+351 912 345 678", "language": "pt-PT" });
    maya.patch(&paths::contact(acme.bob), details).await.expect(200);
    let rows = json!([{ "email": "BOB@acme.example", "name": "Robert", "language": "en", "external_id": "crm-7" }]);
    let row = import(&maya, rows.clone(), "fill").await.remove(0);
    assert_eq!((row.outcome, row.id), (ImportOutcome::Changed, Some(acme.bob)));
    let bob = contact(&maya, acme.bob).await;
    assert_eq!((bob.name.as_str(), bob.language.as_deref()), ("Bob", Some("pt-PT")));
    assert_eq!(bob.external_id.as_deref(), Some("crm-7"));
    let line: Page<wire::Activity> = maya.get(&paths::contact_activity(acme.bob, None)).await.expect(200).read();
    assert_eq!(line.items[0].kind, ActivityKind::DetailsChanged);
    assert_eq!(line.items[0].subject.as_deref(), Some("external_id"));
    import(&maya, rows, "replace").await;
    let bob = contact(&maya, acme.bob).await;
    assert_eq!((bob.name.as_str(), bob.language.as_deref()), ("Robert", Some("en")));
    let rows =
        json!([{ "phone": "+351 (912) 345-678", "tags": ["vip"] }, { "phone": "912345678", "language": "pt-PT" }]);
    let found = import(&maya, rows, "fill").await;
    assert_eq!(found.iter().map(|row| row.id).collect::<Vec<_>>(), [Some(acme.bob); 2]);
    assert_eq!(outcomes(&found), [ImportOutcome::Changed, ImportOutcome::Unchanged]);

    // A merged contact's keys lead to who stays.
    maya.post(&paths::contact_merge(acme.bob), Some(json!({ "into": acme.ana }))).await.expect(200);
    let row = import(&maya, json!([{ "external_id": "crm-7", "tags": ["both"] }]), "fill").await.remove(0);
    assert_eq!(row.id, Some(acme.ana));
}

#[tokio::test]
async fn two_rows_of_one_person_make_one_contact() {
    let world = World::new().await;
    let maya = world.maya().await;
    let rows = json!([
        { "email": "ines@mail.example", "name": "Ines" },
        { "email": "INES@mail.example", "phone": "+351 912 345 678" },
        { "phone": "+351912345678", "tags": ["vip"] },
    ]);
    let rows = import(&maya, rows, "fill").await;
    assert_eq!(outcomes(&rows), [ImportOutcome::Made, ImportOutcome::Changed, ImportOutcome::Changed]);
    assert!(rows.iter().all(|row| row.id == rows[0].id));
}

#[tokio::test]
async fn a_row_that_is_wrong_is_refused_alone_with_the_field() {
    let world = World::new().await;
    let maya = world.maya().await;
    let before = all(&maya).await.len();
    let bad = [
        (json!({ "name": "Nobody can find me" }), "", "no-key"),
        (json!({ "email": "no address" }), "/email", "invalid"),
        (json!({ "email": "a@b.example", "birthday": "28.2.1990" }), "/birthday", "invalid"),
        (json!({ "email": "a@b.example", "default_channel": "pigeon" }), "/default_channel", "invalid"),
        (json!({ "email": "a@b.example", "time_zone": "Atlantis/City" }), "/time_zone", "unknown-zone"),
        (json!({ "email": "a@b.example", "name": "with\u{7}bell" }), "/name", "invalid"),
    ];
    let mut rows: Vec<Value> = bad.iter().map(|(row, ..)| row.clone()).collect();
    rows.push(json!({ "email": "fine@mail.example", "tags": [" ", "vip"] }));
    let answers = import(&maya, json!(rows), "fill").await;
    for (answer, (row, pointer, code)) in answers.iter().zip(&bad) {
        assert_eq!((answer.outcome, answer.id), (ImportOutcome::Refused, None), "{row}");
        assert_eq!((answer.errors[0].pointer.as_str(), answer.errors[0].code.as_str()), (*pointer, *code), "{row}");
    }
    let fine = answers.last().unwrap();
    assert_eq!((fine.outcome, fine.errors[0].pointer.as_str()), (ImportOutcome::Made, "/tags"));
    let made = contact(&maya, fine.id.unwrap()).await;
    assert_eq!(made.tags.iter().map(|tag| tag.name.as_str()).collect::<Vec<_>>(), ["vip"]);
    assert_eq!(all(&maya).await.len(), before + 1);
}

#[tokio::test]
async fn only_admins_import_and_not_too_many_rows_at_once() {
    let world = World::new().await;
    let row = json!({ "email": "a@b.example" });
    world.sam().await.post(paths::CONTACTS_IMPORT, Some(json!({ "rows": [row] }))).await.expect(403);
    let maya = world.maya().await;
    for count in [0, 101] {
        let rows = vec![row.clone(); count];
        maya.post(paths::CONTACTS_IMPORT, Some(json!({ "rows": rows }))).await.expect(422).refused("invalid-field");
    }
    let unknown = json!({ "rows": [{ "email": "a@b.example", "shoe_size": "43" }] });
    maya.post(paths::CONTACTS_IMPORT, Some(unknown)).await.expect(422);
}
