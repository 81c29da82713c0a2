//! Pins the JSON form of every type of the contract: a change of one of these texts is a change of the contract.

// Tests and their helpers fail by panicking.
#![allow(clippy::unwrap_used)]

mod sample;

use sample::*;
use serde::{Serialize, de::DeserializeOwned};
use std::fmt::Debug;
use wire::{visitor::*, *};

/// Asserts that the value serializes to exactly this JSON and back, and that an additional field is ignored.
#[track_caller]
fn pinned<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T, json: &str) {
    input(value, json);
    let mut more: serde_json::Value = serde_json::from_str(&with_ids(json)).unwrap();
    if let Some(members) = more.as_object_mut() {
        members.insert("said_by_a_later_version".into(), true.into());
        assert_eq!(&serde_json::from_value::<T>(more).unwrap(), value);
    }
}

/// Like [`pinned`], for types that only a back end reads.
#[track_caller]
fn input<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T, json: &str) {
    let json = with_ids(json);
    assert_eq!(serde_json::to_string(value).unwrap(), json);
    assert_eq!(&serde_json::from_str::<T>(&json).unwrap(), value);
}

/// Like [`pinned`], for types that can't be compared.
#[track_caller]
fn written<T: Serialize + DeserializeOwned>(value: &T, json: &str) {
    assert_eq!(serde_json::to_string(value).unwrap(), with_ids(json));
    assert_eq!(serde_json::to_string(&serde_json::from_str::<T>(&with_ids(json)).unwrap()).unwrap(), with_ids(json));
}

#[track_caller]
fn refused<T: DeserializeOwned>(json: &str) {
    assert!(serde_json::from_str::<T>(&with_ids(json)).is_err(), "{json}");
}

#[test]
fn things_have_this_form() {
    pinned(&contact_note(), &contact_note_json());
    pinned(&conversation_note(), &conversation_note_json());
    pinned(&message(), &message_json());
    pinned(
        &Message {
            author: None,
            direction: Direction::In,
            attachments: vec![],
            delivery: Delivery::Delivered,
            ..message()
        },
        r#"{"id":"A","conversation_id":"B","direction":"in","author":null,"body":"Hi","attachments":[],"created_at":"2026-11-22T14:05:00.250Z","seq":7,"delivery":{"state":"delivered"}}"#,
    );
    pinned(&conversation(), CONVERSATION);
    pinned(&contact(), CONTACT);
    pinned(&agent(), AGENT);
    pinned(&Deleted { restorable_until: at(), rev: 9 }, r#"{"restorable_until":"2026-11-22T14:05:00.250Z","rev":9}"#);
    pinned(&Totals { conversations: 3, notes: 12 }, r#"{"conversations":3,"notes":12}"#);
    let line = Activity {
        seq: 7,
        kind: ActivityKind::TagAdded,
        actor: None,
        conversation_id: Some(ConversationId(a())),
        subject: Some("VIP".to_owned()),
        at: at(),
        undo: Some(MergeUndo { contact_id: ContactId(b()), until: at() }),
    };
    pinned(
        &line,
        r#"{"seq":7,"kind":"tag-added","actor":null,"conversation_id":"A","subject":"VIP","at":"2026-11-22T14:05:00.250Z","undo":{"contact_id":"B","until":"2026-11-22T14:05:00.250Z"}}"#,
    );
}

#[test]
fn the_signed_in_agent_has_this_form() {
    let me = Me {
        agent: agent(),
        organization: Organization { id: OrgId(b()), slug: "acme".to_owned(), name: "Acme".to_owned() },
        agents: vec![agent()],
        channels: vec![Channel { id: ChannelId(c()), kind: ChannelKind::Chat, name: "Web chat".to_owned() }],
        settings: Settings { enter_sends: true },
        storage_key: Some(StorageKey::from_hex("0f".repeat(32))),
    };
    let digits = "0f".repeat(32);
    let json = format!(
        r#"{{"agent":{AGENT},"organization":{{"id":"B","slug":"acme","name":"Acme"}},"agents":[{AGENT}],"channels":[{{"id":"C","kind":"chat","name":"Web chat"}}],"settings":{{"enter_sends":true}},"storage_key":"{digits}"}}"#
    );
    pinned(&me, &json);
    let without = Me { storage_key: None, ..me };
    pinned(&without, &json.replace(&format!(",\"storage_key\":\"{digits}\""), ""));
    assert_eq!(serde_json::from_str::<Settings>("{}").unwrap(), Settings::default(), "a setting of a newer server");
}

#[test]
fn words_are_these() {
    pinned(&vec![Role::Agent, Role::Admin], r#"["agent","admin"]"#);
    pinned(&ChannelKind::VARIANTS.to_vec(), r#"["sms","whatsapp","email","chat","voice","messenger","instagram"]"#);
    pinned(&Status::VARIANTS.to_vec(), r#"["open","automated","closed"]"#);
    input(&<[Section; 3]>::try_from(Section::VARIANTS).unwrap(), r#"["all","mine","unassigned"]"#);
    input(&<[Sort; 3]>::try_from(Sort::VARIANTS).unwrap(), r#"["newest","oldest","unread"]"#);
    pinned(&vec![PreviewKind::In, PreviewKind::Out, PreviewKind::Note], r#"["in","out","note"]"#);
    pinned(&vec![Direction::In, Direction::Out], r#"["in","out"]"#);
    pinned(
        &ActivityKind::VARIANTS.to_vec(),
        r#"["conversation-opened","conversation-closed","conversation-reopened","conversation-automated","conversation-assigned","conversation-unassigned","note-added","note-deleted","note-restored","tag-added","tag-removed","details-changed","list-added","list-removed","contact-blocked","contact-unblocked","contact-unsubscribed","contact-resubscribed","contact-merged","contact-merge-undone","contact-erased"]"#,
    );
    let resets = [ResetReason::TooOld, ResetReason::AheadOfHead, ResetReason::OtherEpoch];
    pinned(&resets.to_vec(), r#"["too-old","ahead-of-head","other-epoch"]"#);
    let words = [
        (
            ChannelKind::VARIANTS.iter().map(|it| it.into_str()).collect::<Vec<_>>(),
            serde_json::to_value(ChannelKind::VARIANTS),
        ),
        (Status::VARIANTS.iter().map(|it| it.into_str()).collect(), serde_json::to_value(Status::VARIANTS)),
        (Section::VARIANTS.iter().map(|it| it.into_str()).collect(), serde_json::to_value(Section::VARIANTS)),
        (Sort::VARIANTS.iter().map(|it| it.into_str()).collect(), serde_json::to_value(Sort::VARIANTS)),
        (ActivityKind::VARIANTS.iter().map(|it| it.into_str()).collect(), serde_json::to_value(ActivityKind::VARIANTS)),
    ];
    for (word, json) in words {
        assert_eq!(serde_json::json!(word), json.unwrap(), "the word in the database and on the wire");
    }
}

#[test]
fn inputs_have_this_form() {
    written(&SignIn { email: "a@b".to_owned(), password: "p".to_owned() }, r#"{"email":"a@b","password":"p"}"#);
    input(
        &NewContactNote { body: body(), conversation_id: ConversationId(a()) },
        r#"{"body":"Hi","conversation_id":"A"}"#,
    );
    input(&NewConversationNote { body: body() }, r#"{"body":"Hi"}"#);
    input(&NewMessage { body: body() }, r#"{"body":"Hi"}"#);
    input(&NewVisitorMessage { body: body() }, r#"{"body":"Hi"}"#);
    input(&ReadMark { seq: 7 }, r#"{"seq":7}"#);
    let patch = SettingsPatch { enter_sends: Some(true), name: Some("Ana".to_owned()) };
    input(&patch, r#"{"enter_sends":true,"name":"Ana"}"#);
    input(&SettingsPatch::default(), "{}");
    input(
        &ConversationPatch { status: Some(Status::Closed), assignee_id: Some(None) },
        r#"{"status":"closed","assignee_id":null}"#,
    );
    input(&ConversationPatch { status: None, assignee_id: Some(Some(AgentId(a()))) }, r#"{"assignee_id":"A"}"#);
    input(&ConversationPatch::default(), "{}");
    let patch = ContactPatch {
        name: Some("Ana".to_owned()),
        email: Some(None),
        birthday: Some(chrono::NaiveDate::from_ymd_opt(1990, 2, 28)),
        ..ContactPatch::default()
    };
    input(&patch, r#"{"name":"Ana","email":null,"birthday":"1990-02-28"}"#);
    input(&ContactPatch::default(), "{}");
    let query = ConversationQuery {
        section: Section::Mine,
        status: Some(Status::Open),
        channel: Some(ChannelId(a())),
        assignee: None,
        sort: Sort::Unread,
    };
    input(&query, r#"{"section":"mine","status":"open","channel":"A","sort":"unread"}"#);
}

#[test]
fn a_bulk_change_names_what_is_changed_and_how() {
    let conversations = || BulkOf::Conversations { ids: vec![ConversationId(a())] };
    for (change, json) in [
        (BulkChange::Status(Status::Closed), r#"{"status":"closed"}"#),
        (BulkChange::Assignee(Some(AgentId(a()))), r#"{"assignee":"A"}"#),
        (BulkChange::Assignee(None), r#"{"assignee":null}"#),
        (BulkChange::AddTag { name: "vip".to_owned() }, r#"{"add_tag":{"name":"vip"}}"#),
        (BulkChange::RemoveTag { name: "vip".to_owned() }, r#"{"remove_tag":{"name":"vip"}}"#),
        (
            BulkChange::AddList { id: ListId(a()), name: "Spring".to_owned() },
            r#"{"add_list":{"id":"A","name":"Spring"}}"#,
        ),
        (BulkChange::RemoveList { id: ListId(a()) }, r#"{"remove_list":{"id":"A"}}"#),
    ] {
        let bulk = Bulk { of: conversations(), change };
        input(&bulk, &format!(r#"{{"of":{{"conversations":{{"ids":["A"]}}}},"change":{json}}}"#));
    }
    let list = ContactQuery { words: "ana".to_owned(), tag: None, list: Some(ListId(a())) };
    input(&BulkOf::ContactsThatFit(list), r#"{"contacts_that_fit":{"q":"ana","list":"A"}}"#);
    input(&BulkOf::Contacts { ids: vec![ContactId(a())] }, r#"{"contacts":{"ids":["A"]}}"#);
    input(
        &BulkOf::ConversationsThatFit(ConversationQuery::default()),
        r#"{"conversations_that_fit":{"section":"all","sort":"newest"}}"#,
    );
    let failed = vec![BulkFailure { id: a(), name: "Ana".to_owned(), reason: BulkReason::TooMany }];
    pinned(
        &BulkProgress { changed: 2, failures: 1, failed, left: 3 },
        r#"{"changed":2,"failures":1,"failed":[{"id":"A","name":"Ana","reason":"too-many"}],"left":3}"#,
    );
}

#[test]
fn an_import_has_rows_of_texts_and_says_what_came_of_each() {
    let row = ImportRow { email: "a@b.c".to_owned(), tags: vec!["vip".to_owned()], ..ImportRow::default() };
    let asked = ContactImport { rows: vec![row], known: ImportKnown::Replace };
    input(&asked, r#"{"rows":[{"email":"a@b.c","tags":["vip"]}],"known":"replace"}"#);
    refused::<ImportRow>(r#"{"shoe_size":"43"}"#);
    let made = ImportedRow { outcome: ImportOutcome::Made, id: Some(ContactId(a())), errors: Vec::new() };
    let errors = vec![FieldError { pointer: "/email".to_owned(), code: "invalid".to_owned() }];
    let wrong = ImportedRow { outcome: ImportOutcome::Refused, id: None, errors };
    pinned(
        &Imported { rows: vec![made, wrong] },
        r#"{"rows":[{"outcome":"made","id":"A"},{"outcome":"refused","errors":[{"pointer":"/email","code":"invalid"}]}]}"#,
    );
}

#[test]
fn unknown_fields_of_inputs_are_refused() {
    refused::<SignIn>(r#"{"email":"a","password":"b","org":"c"}"#);
    refused::<NewContactNote>(r#"{"body":"Hi","conversation_id":"A","author_id":"B"}"#);
    refused::<NewConversationNote>(r#"{"body":"Hi","visibility":"all"}"#);
    refused::<NewMessage>(r#"{"body":"Hi","seq":1}"#);
    refused::<NewVisitorMessage>(r#"{"body":"Hi","name":"x"}"#);
    refused::<ReadMark>(r#"{"seq":1,"agent":"A"}"#);
    refused::<SettingsPatch>(r#"{"theme":"dark"}"#);
    refused::<ConversationPatch>(r#"{"contact_id":"A"}"#);
    refused::<ContactPatch>(r#"{"org_id":"A"}"#);
}

#[test]
fn what_can_not_be_a_body_is_refused_inside_its_input() {
    refused::<NewMessage>(r#"{"body":" "}"#);
    refused::<NewConversationNote>(r#"{"body":"a\u0000"}"#);
    refused::<NewContactNote>(r#"{"body":"\u200b","conversation_id":"A"}"#);
    refused::<NewContactNote>(r#"{"body":"Hi"}"#);
    refused::<ContactPatch>(r#"{"name":null,"name2":1}"#);
}

#[test]
fn pages_and_positions_have_this_form() {
    let as_of = Position { epoch: "k3f9".to_owned(), seq: 12 };
    let page = Page { items: vec![1_u64, 2], next_cursor: Some("x".to_owned()), as_of: as_of.clone() };
    pinned(&page, r#"{"items":[1,2],"next_cursor":"x","as_of":"k3f9.12"}"#);
    let page = NotesPage { items: vec![1_u64], next_cursor: None, as_of, seen: 5, unseen: 3 };
    pinned(&page, r#"{"items":[1],"next_cursor":null,"as_of":"k3f9.12","seen":5,"unseen":3}"#);
    let earlier = r#"{"items":[1],"next_cursor":null,"as_of":"k3f9.12","seen":5}"#;
    assert_eq!(
        serde_json::from_str::<NotesPage<u64>>(earlier).unwrap(),
        NotesPage { unseen: 0, ..page },
        "from a back end that doesn't count"
    );
    for wrong in
        ["\"12\"", "\".12\"", "\"k.\"", "\"k.-1\"", "\"k.+1\"", "\"k k.1\"", "\"k.18446744073709551616\"", "12"]
    {
        refused::<Position>(wrong);
    }
}

#[track_caller]
fn heard(event: &Event, name: &str, data: &str) {
    let data = with_ids(data);
    assert_eq!(event.name(), name);
    assert_eq!(event.data(), serde_json::from_str::<serde_json::Value>(&data).unwrap());
    assert_eq!(&Event::read(name, &data).unwrap().unwrap(), event);
    assert_eq!(event.seq(), 9);
    input(event, &format!(r#"{{"{name}":{data}}}"#));
}

#[test]
fn events_have_this_form() {
    let (seq, actor, someone) = (9, author(), Some(author()));
    let added = Event::ContactNoteAdded { note: contact_note(), actor: actor.clone(), seq };
    let data = format!(r#"{{"note":{},"actor":{AUTHOR},"seq":9}}"#, contact_note_json());
    heard(&added, "contact-note-added", &data);
    heard(
        &Event::ContactNoteRestored { note: contact_note(), actor: actor.clone(), seq },
        "contact-note-restored",
        &data,
    );
    let (note_id, contact_id) = (ContactNoteId(a()), ContactId(b()));
    let deleted = Event::ContactNoteDeleted { note_id, contact_id, actor: actor.clone(), seq };
    heard(&deleted, "contact-note-deleted", &format!(r#"{{"note_id":"A","contact_id":"B","actor":{AUTHOR},"seq":9}}"#));

    let data = format!(r#"{{"note":{},"actor":{AUTHOR},"seq":9}}"#, conversation_note_json());
    let added = Event::ConversationNoteAdded { note: conversation_note(), actor: actor.clone(), seq };
    heard(&added, "conversation-note-added", &data);
    let restored = Event::ConversationNoteRestored { note: conversation_note(), actor: actor.clone(), seq };
    heard(&restored, "conversation-note-restored", &data);
    let (note_id, conversation_id) = (ConversationNoteId(a()), ConversationId(b()));
    let deleted = Event::ConversationNoteDeleted { note_id, conversation_id, actor, seq };
    let data = format!(r#"{{"note_id":"A","conversation_id":"B","actor":{AUTHOR},"seq":9}}"#);
    heard(&deleted, "conversation-note-deleted", &data);

    let data = format!(r#"{{"message":{},"actor":null,"seq":9}}"#, message_json());
    heard(&Event::MessageAdded { message: message(), actor: None, seq }, "message-added", &data);
    let data = format!(r#"{{"conversation":{CONVERSATION},"actor":{AUTHOR},"seq":9}}"#);
    let changed = Event::ConversationChanged { conversation: conversation(), actor: someone.clone(), seq };
    heard(&changed, "conversation-changed", &data);
    let data = format!(r#"{{"contact":{CONTACT},"actor":{AUTHOR},"seq":9}}"#);
    heard(&Event::ContactChanged { contact: contact(), actor: someone.clone(), seq }, "contact-changed", &data);
    let erased = Event::ContactErased { contact_id: ContactId(a()), actor: someone.clone(), seq };
    heard(&erased, "contact-erased", &format!(r#"{{"contact_id":"A","actor":{AUTHOR},"seq":9}}"#));
    let (contact_id, into_id) = (ContactId(a()), ContactId(b()));
    let data = format!(r#"{{"contact_id":"A","into_id":"B","actor":{AUTHOR},"seq":9}}"#);
    let merged = Event::ContactMerged { contact_id, into_id, actor: someone.clone(), seq };
    heard(&merged, "contact-merged", &data);
    let undone = Event::ContactMergeUndone { contact_id, into_id, actor: someone, seq };
    heard(&undone, "contact-merge-undone", &data);
    let data = format!(r#"{{"agent":{AGENT},"actor":null,"seq":9}}"#);
    heard(&Event::AgentChanged { agent: agent(), actor: None, seq }, "agent-changed", &data);
}

#[test]
fn an_event_of_a_newer_server_is_passed_over_and_a_broken_one_is_not() {
    assert_eq!(Event::read("contact-of-a-later-version", "{}").unwrap(), None);
    assert!(Event::read("contact-note-added", "{}").is_err());
    assert!(Event::read("anything", "{").is_err());
}

#[test]
fn the_frame_of_a_stream_has_this_form() {
    let hello = Hello { epoch: "k3f9".to_owned(), head: 12, server_time: at() };
    pinned(&hello, r#"{"epoch":"k3f9","head":12,"server_time":"2026-11-22T14:05:00.250Z"}"#);
    pinned(&Heartbeat { head: 12 }, r#"{"head":12}"#);
    pinned(&Reset { reason: ResetReason::TooOld }, r#"{"reason":"too-old"}"#);
    let position = |seq| Position { epoch: "k3f9".to_owned(), seq };
    let change = Change { id: position(9), event: "agent-changed".to_owned(), data: serde_json::json!({ "seq": 9 }) };
    let changes = Changes { items: vec![change], next: position(9), more: true, reset: None };
    let json = r#"{"items":[{"id":"k3f9.9","event":"agent-changed","data":{"seq":9}}],"next":"k3f9.9","more":true,"reset":null}"#;
    input(&changes, json);
}

#[test]
fn a_problem_has_this_form() {
    let mut problem = Problem::new(ProblemCode::InvalidBody);
    pinned(
        &problem,
        r#"{"type":"/problems/invalid-body","title":"This text can't be saved.","status":422,"retryable":false}"#,
    );
    problem.detail = Some("Why.".to_owned());
    problem.errors = vec![FieldError { pointer: "/body".to_owned(), code: "blank".to_owned() }];
    problem.current = Some(serde_json::json!({ "rev": 1 }));
    pinned(
        &problem,
        r#"{"type":"/problems/invalid-body","title":"This text can't be saved.","status":422,"detail":"Why.","retryable":false,"errors":[{"pointer":"/body","code":"blank"}],"current":{"rev":1}}"#,
    );
}

#[test]
fn every_code_is_told_by_its_type_and_says_whether_to_try_again() {
    for &code in ProblemCode::VARIANTS {
        let problem = Problem::new(code);
        assert_eq!(problem.code(), Some(code));
        assert_eq!(problem.retryable, matches!(code.status(), 429 | 500..), "{code:?}");
        assert!((400..600).contains(&code.status()) && code.title().ends_with('.'));
    }
    let known: std::collections::BTreeSet<_> = ProblemCode::VARIANTS.iter().map(|code| code.into_str()).collect();
    assert_eq!(known.len(), ProblemCode::VARIANTS.len());
    assert_eq!(ProblemCode::from_type("/problems/nonsense"), None);
}

#[test]
fn what_the_contact_sees_has_this_form() {
    input(&Visit { token: "t".to_owned() }, r#"{"token":"t"}"#);
    let message = VisitorMessage {
        id: a(),
        from: From::Team,
        name: Some("Maya".to_owned()),
        body: "Hi".to_owned(),
        created_at: at(),
        position: 2,
    };
    let json =
        r#"{"id":"A","from":"team","name":"Maya","body":"Hi","created_at":"2026-11-22T14:05:00.250Z","position":2}"#;
    input(&message, json);
    input(&From::Me, "\"me\"");
    let page = VisitorPage { items: vec![message], next_cursor: None };
    input(&page, &format!(r#"{{"items":[{json}],"next_cursor":null}}"#));
}
