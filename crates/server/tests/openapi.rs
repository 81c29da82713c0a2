//! The published document and the routes agree.

use crate::{
    kit::World,
    operations::{Cast, Operation, all},
};
use axum::http::Method;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;
use wire::{
    AgentId, BulkId, ContactFlag, ContactId, ContactKey, ContactNoteId, ContactQuery, ConversationId,
    ConversationNoteId, ConversationQuery, InvitationId, ListId, MessageId, Position, paths,
};

#[tokio::test]
async fn every_operation_of_the_document_answers() {
    let world = World::new().await;
    let (maya, acme) = (world.maya().await, &world.acme);
    let operations = all(&world).await;
    assert!(operations.len() >= 30, "{} operations", operations.len());
    for operation in &operations {
        // New resources each time: an operation may delete them.
        let cast = Cast::of(&maya, acme).await;
        // Maya's sign-out would end the session that the rest of this test uses.
        let client = if operation.template == paths::SESSION { world.sam().await } else { maya.clone() };
        let answer = operation.ask(&client, &cast, acme.ana_chat.0).await;
        assert!(![404, 405, 500].contains(&answer.status), "{operation:?}: {} {}", answer.status, answer.text());
    }
}

#[tokio::test]
async fn every_path_of_the_contract_is_in_the_document() {
    let world = World::new().await;
    let templates: BTreeSet<_> = all(&world).await.into_iter().map(|operation| operation.template).collect();
    let [id, note] = [Uuid::now_v7(), Uuid::now_v7()];
    let (contact, conversation) = (ContactId(id), ConversationId(id));
    let contact_note = ContactNoteId(note);
    let conversation_note = ConversationNoteId(note);
    let built = [
        paths::SESSION.to_owned(),
        paths::ME.to_owned(),
        paths::CONTACTS_IMPORT.to_owned(),
        paths::TAGS.to_owned(),
        paths::LISTS.to_owned(),
        paths::search("", None, 1),
        paths::contacts(&ContactQuery::default(), None, 1),
        paths::contacts_csv(&ContactQuery::default()),
        paths::contact_totals(contact),
        paths::ME_PASSWORD.to_owned(),
        paths::ME_SESSIONS.to_owned(),
        paths::agent(AgentId(id)),
        paths::INVITATIONS.to_owned(),
        paths::invitation(InvitationId(id)),
        paths::JOIN.to_owned(),
        paths::JOIN_INVITATION.to_owned(),
        paths::SETUP.to_owned(),
        paths::SETUP_ADDRESS.to_owned(),
        paths::bulk(BulkId(id)),
        paths::bulk_undo(BulkId(id)),
        paths::contact_merge(contact),
        paths::contact_merge_undo(contact),
        paths::contact_by(ContactKey::Email, "x").replace("/email/x", "/{key}/{value}"),
        paths::EVENTS.to_owned(),
        paths::conversations(&ConversationQuery::default(), None, 1),
        paths::conversation(conversation),
        paths::conversation_read(conversation),
        paths::messages(conversation, None),
        paths::message(conversation, MessageId(note)).replace(&note.to_string(), "{message_id}"),
        paths::conversation_notes(conversation, None),
        paths::conversation_note(conversation, conversation_note),
        paths::conversation_note_restore(conversation, conversation_note),
        paths::contact(contact),
        paths::contact_tag(contact, "vip"),
        paths::contact_list(contact, ListId(note)).replace(&note.to_string(), "{list_id}"),
        paths::contact_flag(contact, ContactFlag::Blocked, true),
        paths::contact_flag(contact, ContactFlag::Blocked, false),
        paths::contact_flag(contact, ContactFlag::Unsubscribed, true),
        paths::contact_flag(contact, ContactFlag::Unsubscribed, false),
        paths::contact_conversations(contact, None),
        paths::contact_activity(contact, None),
        paths::contact_export(contact),
        paths::contact_notes(contact, None, 1),
        paths::contact_note(contact, contact_note),
        paths::contact_note_restore(contact, contact_note),
        paths::contact_notes_seen(contact),
        paths::changes(&Position { epoch: "e".to_owned(), seq: 1 }, 1),
    ];
    let template = |path: &String| {
        let path = path.split('?').next().unwrap();
        let path = path.replace(&id.to_string(), "{id}").replace(&note.to_string(), "{note_id}");
        path.replace("/tags/vip", "/tags/{tag}")
    };
    let built: BTreeSet<_> = built.iter().map(template).collect();
    let agents: BTreeSet<_> = templates.iter().filter(|path| path.starts_with("/api/")).cloned().collect();
    assert_eq!(agents, built, "what the app asks for and what the server documents");
}

#[tokio::test]
async fn a_query_parameter_that_an_operation_does_not_declare_is_refused_by_every_one() {
    let world = World::new().await;
    let maya = world.maya().await;
    let cast = Cast::of(&maya, &world.acme).await;
    let mut all: Vec<_> = all(&world).await.into_iter().map(|one| (one.method.clone(), one.path(&cast))).collect();
    all.push((Method::GET, paths::OPENAPI.to_owned()));
    all.push((Method::HEAD, paths::ME.to_owned()));
    for (method, path) in all {
        let join = if path.contains('?') { '&' } else { '?' };
        for parameter in ["nobody=1", "nobody", "%6eobody=1"] {
            let answer = maya.send(method.clone(), &format!("{path}{join}{parameter}"), "").await;
            assert_eq!(answer.status, 400, "{method} {path}: {}", answer.text());
            assert!(method == Method::HEAD || answer.refused("bad-query")["status"] == 400);
        }
    }
    maya.get("/api/v1/me?").await.expect(200);
}

#[tokio::test]
async fn every_path_names_its_methods_to_those_who_try_another() {
    let world = World::new().await;
    let maya = world.maya().await;
    let cast = Cast::of(&maya, &world.acme).await;
    let mut methods: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for operation in all(&world).await {
        // One id for all methods of a path.
        let path = Operation { method: Method::GET, ..operation.clone() }.path(&cast);
        let allowed = methods.entry(path).or_default();
        allowed.insert(operation.method.to_string());
        if operation.method == Method::GET {
            allowed.insert("HEAD".to_owned());
        }
    }
    methods.insert(paths::OPENAPI.to_owned(), ["GET", "HEAD"].map(str::to_owned).into());
    for (path, allowed) in methods {
        for method in ["GET", "HEAD", "PUT", "POST", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND"] {
            if allowed.contains(method) {
                continue;
            }
            let answer = maya.send(method.parse().unwrap(), &path, "").await;
            assert_eq!(answer.status, 405, "{method} {path}");
            let named: BTreeSet<_> = answer.header("allow").unwrap().split(',').map(str::to_owned).collect();
            assert_eq!(named, allowed, "{method} {path}");
        }
    }
}

/// The schema that a `$ref` leads to, if it is one.
fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    match schema["$ref"].as_str() {
        Some(reference) => document.pointer(&reference[1..]).unwrap(),
        None => schema,
    }
}

fn allows_null(schema: &Value) -> bool {
    let is_null = |one: &Value| one["type"] == "null";
    let types = schema["type"].as_array().is_some_and(|types| types.iter().any(|kind| kind == "null"));
    types || schema["oneOf"].as_array().is_some_and(|all| all.iter().any(is_null))
}

#[tokio::test]
async fn a_field_takes_null_and_a_length_where_its_schema_says_so_and_nowhere_else() {
    let world = World::new().await;
    let maya = world.maya().await;
    let document = world.nobody().get(paths::OPENAPI).await.expect(200).json();
    let mut fields = 0;
    for operation in all(&world).await {
        let cast = Cast::of(&maya, &world.acme).await;
        let pointer =
            format!("/paths/{}/{}", operation.template.replace('/', "~1"), operation.method.as_str().to_lowercase());
        let body = &document.pointer(&pointer).unwrap()["requestBody"]["content"]["application/json"]["schema"];
        let properties = resolved(&document, body)["properties"].as_object().into_iter().flatten();
        let base =
            operation.body(cast.conversation).unwrap_or_else(|| json!({ "agent": "x", "origin": "http://x.test" }));
        for (name, schema) in properties {
            let client = if operation.template == paths::SESSION { world.nobody() } else { maya.clone() };
            let with = async |value: Value| {
                let mut body = base.clone();
                body[name] = value;
                client.ask(operation.method.clone(), &operation.path(&cast), Some(body)).await
            };
            let is_ours = !operation.template.starts_with("/contact/") && !operation.template.starts_with("/embed/");
            let takes_null = with(Value::Null).await.status != 422;
            assert!(!is_ours || takes_null == allows_null(schema), "{operation:?} {name}");
            let schema = resolved(&document, schema);
            if let Some(most) = schema["maxLength"].as_u64().filter(|_| is_ours) {
                with(json!("7".repeat(usize::try_from(most).unwrap() + 1))).await.expect(422);
                fields += 1;
            }
            let is_text = schema["type"] == "string" || schema["type"][0] == "string";
            let is_fixed = schema["format"].is_string() || schema["enum"].is_array();
            assert!(!is_text || is_fixed || schema["maxLength"].is_u64(), "{operation:?} {name} has no length");
        }
    }
    assert!(fields >= 10, "{fields} fields");
}

#[tokio::test]
async fn the_refusals_of_an_operation_are_in_the_document() {
    let world = World::new().await;
    let (maya, acme) = (world.maya().await, &world.acme);
    let document = world.nobody().get(paths::OPENAPI).await.expect(200).json();
    let cast = Cast::of(&maya, acme).await;
    for operation in all(&world).await {
        let pointer = format!(
            "/{}/{}/responses",
            operation.template.replace('/', "~1"),
            operation.method.as_str().to_lowercase()
        );
        let documented = document["paths"].pointer(&pointer).unwrap();
        let path = operation.path(&cast);
        let json = maya.with("content-type", "application/json").with("if-match", "7");
        let join = if path.contains('?') { '&' } else { '?' };
        let mut answers = vec![
            operation.ask(&world.nobody(), &cast, acme.ana_chat.0).await,
            operation.ask(&world.gia().await, &cast, acme.ana_chat.0).await,
            operation.ask(&maya.with("sec-fetch-site", "cross-site"), &cast, acme.ana_chat.0).await,
            maya.send(operation.method.clone(), &format!("{path}{join}nobody=1"), "").await,
        ];
        if operation.method != Method::GET {
            for (client, body) in [
                (maya.with("content-type", "text/plain"), "x"),
                (json.clone(), "{"),
                (json.without("if-match"), r#"{"nobody":1}"#),
            ] {
                answers.push(client.send(operation.method.clone(), &path, body).await);
            }
        }
        for answer in answers.iter().filter(|answer| answer.status >= 400) {
            let said = &documented[answer.status.to_string()];
            // The body of a stream's answer was not read.
            let code = if answer.body.is_empty() {
                ""
            } else {
                &answer.json()["type"].as_str().unwrap()["/problems/".len()..].to_owned()
            };
            assert!(
                code.is_empty() && !said.is_null() || said.to_string().contains(&format!("`{code}`")),
                "{operation:?}: {code}: {said}"
            );
        }
    }
}

#[tokio::test]
async fn the_document_is_openapi_3_1_and_resolves_its_references() {
    let world = World::new().await;
    let document = world.nobody().get(paths::OPENAPI).await.expect(200).json();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    let text = document.to_string();
    for reference in text.split("\"$ref\":\"#").skip(1) {
        let pointer = reference.split('"').next().unwrap();
        assert!(document.pointer(pointer).is_some(), "{pointer}");
    }
}
