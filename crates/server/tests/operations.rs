//! Every operation of the published document, which can be called with any ids.

use crate::kit::{Answer, Client, Team, World};
use axum::http::Method;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use uuid::Uuid;
use wire::{AgentId, BulkId, ContactNoteId, ConversationNoteId, MessageId};

/// A method and a path template with `{…}` in it.
#[derive(Clone, Debug)]
pub(crate) struct Operation {
    pub(crate) method: Method,
    pub(crate) template: String,
}

/// Ids by their names in the templates; the path tells what `id` is an id of.
#[derive(Clone, Debug)]
pub(crate) struct Cast {
    pub(crate) contact: Uuid,
    pub(crate) conversation: Uuid,
    pub(crate) contact_note: Uuid,
    pub(crate) conversation_note: Uuid,
    pub(crate) message: Uuid,
    pub(crate) bulk: Uuid,
    pub(crate) agent: Uuid,
    /// An agent whom the tests don't need any more.
    pub(crate) leaving: Uuid,
    /// A contact that the tests don't need any more.
    pub(crate) erasable: Uuid,
}

impl Cast {
    /// Resources that exist in an organization.
    pub(crate) async fn of(client: &Client, team: &Team) -> Self {
        let message = MessageId::fresh();
        let path = wire::paths::message(team.ana_chat, message);
        client.put(&path, json!({ "body": "hello" })).await.expect(201);
        let bulk = BulkId::fresh();
        let change = json!({ "of": { "conversations_that_fit": {} }, "change": { "status": "open" } });
        client.put(&wire::paths::bulk(bulk), change).await.expect(200);
        Self {
            contact: team.ana.0,
            conversation: team.ana_chat.0,
            contact_note: client.add_note(team.ana, team.ana_chat, "hello").await.0,
            conversation_note: client.add_conversation_note(team.ana_chat, "hello").await.0,
            message: message.0,
            bulk: bulk.0,
            agent: team.sam.0,
            leaving: team.kim.0,
            erasable: team.bob.0,
        }
    }

    pub(crate) fn random() -> Self {
        let [contact, conversation] = [Uuid::now_v7(), Uuid::now_v7()];
        let (contact_note, conversation_note) = (ContactNoteId::fresh().0, ConversationNoteId::fresh().0);
        let (message, erasable) = (MessageId::fresh().0, contact);
        let [bulk, agent] = [BulkId::fresh().0, AgentId::fresh().0];
        let leaving = agent;
        Self { contact, conversation, contact_note, conversation_note, message, bulk, agent, leaving, erasable }
    }

    /// The text with every id of the cast replaced by the name of its kind.
    pub(crate) fn forget(&self, text: &str) -> String {
        let ids = [self.contact, self.conversation, self.contact_note, self.conversation_note, self.message];
        let names = ["contact", "conversation", "contact note", "conversation note", "message"];
        ids.iter().zip(names).fold(text.to_owned(), |text, (id, name)| text.replace(&id.to_string(), name))
    }
}

impl Operation {
    pub(crate) fn path(&self, cast: &Cast) -> String {
        let is_contact = self.template.starts_with("/api/v1/contacts/");
        let (id, note) =
            if is_contact { (cast.contact, cast.contact_note) } else { (cast.conversation, cast.conversation_note) };
        let id = match (self.method.as_str(), self.template.as_str()) {
            (_, "/contact/v1/messages/{id}") => cast.message,
            (_, "/api/v1/bulk/{id}" | "/api/v1/bulk/{id}/undo" | "/api/v1/invitations/{id}") => cast.bulk,
            ("DELETE", "/api/v1/agents/{id}") => cast.leaving,
            (_, "/api/v1/agents/{id}") => cast.agent,
            ("DELETE", "/api/v1/contacts/{id}") => cast.erasable,
            _ => id,
        };
        let path = self.template.replace("{id}", &id.to_string()).replace("{note_id}", &note.to_string());
        let path = path.replace("{message_id}", &cast.message.to_string()).replace("{tag}", "vip");
        let path = path.replace("{key}", "external-id").replace("{value}", "4711");
        let path = path.replace("{list_id}", &cast.message.to_string());
        let path = path.replace("{org}", "acme");
        if path == "/api/v1/changes" { format!("{path}?after=x.0") } else { path }
    }

    /// Whether its path names something of an organization. A key of another system and the id of a new
    /// bulk change or an invitation are anybody's to choose.
    pub(crate) fn names_something(&self) -> bool {
        self.template.contains('{')
            && !self.template.contains("{value}")
            && (self.method.as_str(), self.template.as_str()) != ("PUT", "/api/v1/bulk/{id}")
            && self.template != "/api/v1/invitations/{id}"
    }

    /// Whether nobody has to be signed in.
    pub(crate) fn is_for_anybody(&self) -> bool {
        use wire::paths::{JOIN, SESSION, SETUP};
        [JOIN, SESSION, SETUP].iter().any(|root| self.template.starts_with(root))
    }

    /// Whether only an admin may.
    pub(crate) fn is_for_admins(&self) -> bool {
        let is_erasure = self.method == Method::DELETE && self.template == "/api/v1/contacts/{id}";
        is_erasure
            || self.template.starts_with("/api/v1/invitations")
            || self.template.starts_with("/api/v1/agents/")
            || matches!(
                self.template.as_str(),
                "/api/v1/contacts/{id}/export" | "/api/v1/contacts.csv" | "/api/v1/contacts/import"
            )
    }

    /// A body that this operation accepts.
    pub(crate) fn body(&self, conversation: Uuid) -> Option<Value> {
        let end = self.template.rsplit("/").next().unwrap();
        match (self.method.as_str(), self.template.as_str()) {
            ("POST", "/api/v1/session") => Some(json!({ "email": "sam@acme.test", "password": "wrong" })),
            ("PUT", "/api/v1/me/password") => Some(json!({ "current": "wrong", "new": "a long password" })),
            ("PATCH", "/api/v1/me") => Some(json!({ "enter_sends": true })),
            ("PATCH", "/api/v1/contacts/{id}") => Some(json!({ "phone": "12345" })),
            ("PATCH", "/api/v1/conversations/{id}") => Some(json!({ "status": "closed" })),
            ("PUT", "/api/v1/contacts/{id}/notes/{note_id}") => {
                Some(json!({ "body": "hello", "conversation_id": conversation }))
            }
            ("POST", "/api/v1/contacts/import") => Some(json!({ "rows": [{ "email": "new@acme.test" }] })),
            ("POST", _) if end == "merge" => Some(json!({ "into": conversation })),
            ("PUT", "/api/v1/invitations/{id}") => Some(json!({ "email": "new@acme.test", "role": "agent" })),
            ("PATCH", "/api/v1/agents/{id}") => Some(json!({ "role": "agent" })),
            ("POST", "/api/v1/setup/address") => Some(json!({ "token": "none" })),
            ("POST", "/api/v1/setup") => Some(json!({
                "token": "none", "organization": "Other", "slug": "other", "name": "New", "email": "a@b.test",
                "password": "a long password"
            })),
            ("POST", "/api/v1/join/invitation") => Some(json!({ "token": "none" })),
            ("POST", "/api/v1/join") => Some(json!({ "token": "none", "name": "New", "password": "a long password" })),
            ("PUT", "/api/v1/bulk/{id}") => {
                Some(json!({ "of": { "conversations": { "ids": [conversation] } }, "change": { "status": "open" } }))
            }
            ("PUT", _) if end == "{list_id}" => Some(json!({ "name": "VIP" })),
            ("PUT", _) if end == "{value}" => Some(json!({ "name": "Somebody" })),
            ("PUT", "/api/v1/conversations/{id}") => {
                Some(json!({ "contact_id": conversation, "channel_id": conversation }))
            }
            ("PUT", _) if end == "read" || end == "seen" => Some(json!({ "seq": 1 })),
            ("PUT", _) if end == "{note_id}" || end == "{message_id}" || end == "{id}" => {
                Some(json!({ "body": "hello" }))
            }
            _ => None,
        }
    }

    /// Calls the operation with this cast; a note is written in `conversation`. A stream isn't read.
    pub(crate) async fn ask(&self, client: &Client, cast: &Cast, conversation: Uuid) -> Answer {
        let path = self.path(cast);
        if self.template.ends_with("/events") {
            return client.begins(&path).await;
        }
        if self.method == Method::GET && self.template.contains("{value}") {
            // Somebody to be found.
            client.put(&path, json!({})).await;
        }
        let is_merge = path.ends_with("/merge");
        let body = if is_merge { Some(into_somebody(client).await) } else { self.body(conversation) };
        let answer = client.ask(self.method.clone(), &path, body).await;
        if answer.status == 200 && is_merge {
            client.post(&format!("{path}/undo"), None).await.expect(200);
        }
        if answer.status == 200 && (path.ends_with("/block") || path.ends_with("/unsubscribe")) {
            // Nobody could reply afterwards.
            let undo = path.replace("/block", "/unblock").replace("/unsubscribe", "/resubscribe");
            client.post(&undo, None).await.expect(200);
        }
        answer
    }
}

/// The body of a merge into a contact of this caller, if they may have contacts.
async fn into_somebody(client: &Client) -> Value {
    let made = client.put("/api/v1/contacts/by/external-id/somebody", json!({})).await;
    let is_made = matches!(made.status, 200 | 201);
    json!({ "into": if is_made { made.json()["id"].clone() } else { json!(Uuid::now_v7()) } })
}

/// Every operation of the document.
pub(crate) async fn all(world: &World) -> Vec<Operation> {
    let document = world.nobody().get(wire::paths::OPENAPI).await.expect(200).json();
    let paths: BTreeMap<String, BTreeMap<String, Value>> = serde_json::from_value(document["paths"].clone()).unwrap();
    let operation = |template: &String, method: &String| Operation {
        method: method.to_uppercase().parse().unwrap(),
        template: template.clone(),
    };
    paths.iter().flat_map(|(path, methods)| methods.keys().map(move |method| operation(path, method))).collect()
}
