//! The wall between organizations: ids of another one answer byte for byte like ids that don't exist.

use crate::{
    kit::{Answer, Client, World},
    operations::{Cast, Operation, all},
};
use axum::http::Method;
use serde_json::json;
use sidenote_server::{agents, embed};
use wire::{AgentId, ChannelId, Conversation, EmbedToken, Page, paths};

fn without_ids(answer: &Answer, cast: &Cast) -> (u16, String, String) {
    (answer.status, format!("{:?}", answer.headers), cast.forget(&answer.text()))
}

#[tokio::test]
async fn anothers_ids_answer_like_ids_that_do_not_exist_on_every_route() {
    let world = World::new().await;
    let (maya, gia) = (world.maya().await, world.gia().await);
    let foreign = Cast::of(&gia, &world.globex).await;
    let mut asked = 0;
    for operation in all(&world).await.iter().filter(|operation| operation.template.starts_with("/api/")) {
        if !operation.names_something() {
            continue;
        }
        let random = Cast::random();
        let theirs = operation.ask(&maya, &foreign, foreign.conversation).await;
        let nobodys = operation.ask(&maya, &random, random.conversation).await;
        assert_eq!(theirs.status, 404, "{operation:?}");
        assert_eq!(theirs, nobodys, "{operation:?}");
        asked += 1;
    }
    assert!(asked >= 20, "{asked} operations");
}

#[tokio::test]
async fn an_id_used_elsewhere_is_free_here() {
    let world = World::new().await;
    let (maya, gia) = (world.maya().await, world.gia().await);
    for operation in all(&world).await {
        let is_nested = ["{note_id}", "{message_id}"].iter().any(|part| operation.template.contains(part));
        if !is_nested {
            continue;
        }
        let foreign = Cast::of(&gia, &world.globex).await;
        // The own contact and conversation, with another organization's note or message.
        let ours = Cast::of(&maya, &world.acme).await;
        let theirs = Cast { contact: ours.contact, conversation: ours.conversation, ..foreign.clone() };
        let nobodys = Cast { contact: ours.contact, conversation: ours.conversation, ..Cast::random() };
        let [theirs, nobodys] = [
            without_ids(&operation.ask(&maya, &theirs, ours.conversation).await, &theirs),
            without_ids(&operation.ask(&maya, &nobodys, ours.conversation).await, &nobodys),
        ];
        assert_eq!(theirs.0, nobodys.0, "{operation:?}");
        // The answer to a new note holds its own place and time; everything else is the same.
        if theirs.0 >= 400 || theirs.0 == 204 {
            assert_eq!(theirs, nobodys, "{operation:?}");
        }
    }
    let page: Page<Conversation> = gia.get(paths::CONVERSATIONS).await.expect(200).read();
    assert_eq!(page.items.len(), 3);
    let notes = gia.get(&paths::contact_notes(world.globex.ana, None, 50)).await.expect(200).json();
    assert_eq!(notes["items"].as_array().unwrap().len(), 7, "what maya did with their ids left them as they were");
}

#[tokio::test]
async fn anothers_ids_in_queries_and_bodies_find_nothing() {
    let world = World::new().await;
    let (maya, acme, globex) = (world.maya().await, &world.acme, &world.globex);
    for (theirs, nobodys) in [
        (format!("channel={}", globex.chat), format!("channel={}", ChannelId::fresh())),
        (format!("assignee={}", globex.sam), format!("assignee={}", AgentId::fresh())),
    ] {
        let [theirs, nobodys] = [theirs, nobodys].map(|query| format!("{}?{query}", paths::CONVERSATIONS));
        let [theirs, nobodys] = [maya.get(&theirs).await.expect(200), maya.get(&nobodys).await.expect(200)];
        assert_eq!(theirs, nobodys);
        assert!(theirs.read::<Page<Conversation>>().items.is_empty());
    }
    let mut refused = Vec::new();
    for agent in [globex.sam, AgentId::fresh()] {
        let answer = maya.patch(&paths::conversation(acme.ana_chat), json!({ "assignee_id": agent })).await;
        refused.push(answer.expect(422));
    }
    assert_eq!(refused[0], refused[1]);
}

#[tokio::test]
async fn nobody_gets_anywhere_and_is_told_the_same_everywhere() {
    let world = World::new().await;
    let cast = Cast::of(&world.maya().await, &world.acme).await;
    for operation in all(&world).await {
        if operation.is_for_anybody() || !operation.template.starts_with("/api/") {
            continue;
        }
        let known = operation.ask(&world.nobody(), &cast, cast.conversation).await.expect(401);
        let unknown = operation.ask(&world.nobody(), &Cast::random(), cast.conversation).await;
        assert_eq!(known, unknown);
        let stale = world.nobody().with("cookie", "sid=0000").with("sec-fetch-site", "same-origin");
        operation.ask(&stale.with("x-sidenote", "1"), &cast, cast.conversation).await.expect(401);
    }
    world.nobody().get(paths::ME).await.expect(401).refused("signed-out");
}

#[tokio::test]
async fn a_malformed_id_answers_like_one_that_does_not_exist() {
    let world = World::new().await;
    let sam = world.sam().await;
    let nobodys = sam.get(&paths::contact(wire::ContactId::fresh())).await.expect(404);
    for malformed in ["nonsense", "1", "%00", "%ff", "..%2f..", "0198-", "{}", "'%20OR%201=1--"] {
        assert_eq!(sam.get(&format!("/api/v1/contacts/{malformed}")).await, nobodys, "{malformed}");
    }
}

#[tokio::test]
async fn events_of_one_organization_are_not_heard_in_another() {
    let world = World::new().await;
    let (maya, gia) = (world.maya().await, world.gia().await);
    let mut stream = maya.stream(paths::EVENTS).await;
    assert_eq!(stream.next().await.unwrap().event, "hello");
    gia.add_note(world.globex.ana, world.globex.ana_chat, "theirs").await;
    let ours = maya.add_note(world.acme.ana, world.acme.ana_chat, "ours").await;
    let heard = stream.next().await.unwrap();
    assert_eq!((heard.event.as_str(), &heard.data["note"]["id"]), ("contact-note-added", &json!(ours)));
}

/// Who can call the server.
struct Caller {
    name: &'static str,
    client: Client,
    is: Kind,
}

/// What a caller can get at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// The agents' API of acme.
    AgentOfAcme,
    /// The same, with what only admins may.
    AdminOfAcme,
    /// The agents' API of globex, with what only admins may.
    AdminOfGlobex,
    /// A visitor's own conversation.
    Visitor,
    /// Tokens of acme's widget.
    BackEndOfAcme,
    Nobody,
}

async fn callers(world: &World) -> Vec<Caller> {
    let (acme, db) = (&world.acme, world.db());
    let nobody = world.nobody();
    let bearer = |token: &str| nobody.with("authorization", &format!("Bearer {token}"));
    let key = embed::keys::add(db, acme.org, "crm").await.unwrap();
    let removed_key = embed::keys::add(db, acme.org, "old crm").await.unwrap();
    for origin in ["https://crm.test", "https://old.test"] {
        embed::origins::add(db, acme.org, origin).await.unwrap();
    }
    let mut tokens = Vec::new();
    for (key, origin) in [(&key, "https://crm.test"), (&key, "https://old.test"), (&removed_key, "https://crm.test")] {
        let asked = json!({ "agent": "sam@acme.test", "origin": origin });
        let made: EmbedToken = bearer(key).post(paths::EMBED_TOKENS, Some(asked)).await.expect(201).read();
        tokens.push(bearer(&made.token));
    }
    embed::origins::remove(db, acme.org, "https://old.test").await.unwrap();
    embed::keys::remove(db, acme.org, "old crm").await.unwrap();
    let removed = world.kim().await;
    agents::remove(db, "kim@acme.test").await.unwrap();
    let signed_out = world.sam().await;
    signed_out.delete(paths::SESSION).await.expect(204);
    let sam = world.sam().await;
    let widget = tokens[0].with("origin", "https://crm.test");
    let caller = |name, client, is| Caller { name, client, is };
    use Kind::{AdminOfAcme, AdminOfGlobex, AgentOfAcme, BackEndOfAcme, Nobody, Visitor};
    vec![
        caller("an agent", sam.clone(), AgentOfAcme),
        caller("an admin", world.maya().await, AdminOfAcme),
        caller("an admin of another organization", world.gia().await, AdminOfGlobex),
        caller("the widget", widget.clone(), AgentOfAcme),
        caller("a visitor", crate::visitor::visitor(world).await, Visitor),
        caller("a back end", bearer(&key), BackEndOfAcme),
        caller("nobody", nobody.clone(), Nobody),
        caller("a removed agent", removed, Nobody),
        caller("an agent who signed out", signed_out, Nobody),
        caller("a made-up session", sam.with("cookie", "sid=0000"), Nobody),
        caller("a made-up token", bearer("0000"), Nobody),
        caller("a token on another page", widget.with("origin", "https://evil.test"), Nobody),
        caller("a token without a page", widget.without("origin"), Nobody),
        caller("a token of a removed origin", tokens[1].with("origin", "https://old.test"), Nobody),
        caller("a token of a removed key", tokens[2].with("origin", "https://crm.test"), Nobody),
        caller("a removed key", bearer(&removed_key), Nobody),
        caller("a page of another site", sam.with("sec-fetch-site", "cross-site"), Nobody),
        caller("another agent's page", sam.with("x-sidenote-agent", &acme.maya.to_string()), Nobody),
    ]
}

/// Whose resources the ids of a call name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ids {
    Acmes,
    Globexes,
    Nobodys,
}

/// Whether an answer is what this caller may get from this operation with these ids.
fn is_right(caller: &Caller, operation: &Operation, ids: Ids, status: u16) -> bool {
    let (path, is_refused) = (operation.template.as_str(), matches!(status, 401 | 403 | 429));
    let names_something = operation.names_something();
    let of_agent = |own: Ids| if !names_something || ids == own { status < 400 } else { status == 404 };
    if path == "/contact/v1/{org}/visits" {
        // Anybody may begin a visit.
        return status < 500;
    }
    if [paths::JOIN, paths::SETUP].iter().any(|root| path.starts_with(root)) {
        // A caller who has the link; nobody has this one.
        return status == 410 || is_refused;
    }
    match (caller.is, path.split('/').nth(1)) {
        // What reads only is safe with a cookie that another site's page sends: no browser lets the page read it.
        _ if caller.name == "a page of another site" && operation.method == Method::GET => status < 500,
        (Kind::AgentOfAcme, Some("api")) if operation.is_for_admins() => status == 403,
        (Kind::AgentOfAcme | Kind::AdminOfAcme, Some("api")) => of_agent(Ids::Acmes) || is_business(operation, status),
        (Kind::AdminOfGlobex, Some("api")) => of_agent(Ids::Globexes) || is_business(operation, status),
        (Kind::Visitor, Some("contact")) => status < 400 || status == 409,
        (Kind::BackEndOfAcme, Some("embed")) => status < 500 && !is_refused,
        _ => is_refused,
    }
}

/// A refusal that is about the thing itself: it is deleted, was not, is somebody else's, or the id
/// is used.
fn is_business(operation: &Operation, status: u16) -> bool {
    let is_nested = operation.template.contains("_id}");
    let is_started = operation.method == Method::PUT && operation.template == "/api/v1/conversations/{id}";
    // The password that is said to be the current one is wrong, and a token can't change it.
    let is_password = operation.template == paths::ME_PASSWORD && matches!(status, 403 | 422);
    let is_bulk = ["/api/v1/bulk/", "/api/v1/invitations/"].iter().any(|root| operation.template.starts_with(root));
    is_password || (is_nested || is_started || is_bulk) && matches!(status, 403 | 409 | 410)
}

#[tokio::test]
async fn every_caller_gets_what_is_theirs_and_nothing_else() {
    let world = World::new().await;
    let (maya, gia) = (world.maya().await, world.gia().await);
    let callers = callers(&world).await;
    let (operations, mut wrong, mut cells) = (all(&world).await, Vec::new(), 0);
    // Anybody may sign in, and who signs out can't do anything else.
    for operation in operations
        .iter()
        .filter(|operation| ![paths::SESSION, paths::ME_SESSIONS].contains(&operation.template.as_str()))
    {
        for caller in &callers {
            for ids in [Ids::Acmes, Ids::Globexes, Ids::Nobodys] {
                let cast = match ids {
                    Ids::Acmes => Cast::of(&maya, &world.acme).await,
                    Ids::Globexes => Cast::of(&gia, &world.globex).await,
                    Ids::Nobodys => Cast::random(),
                };
                let answer = operation.ask(&caller.client, &cast, cast.conversation).await;
                cells += 1;
                if !is_right(caller, operation, ids, answer.status) {
                    wrong.push(format!("{}: {operation:?} with {ids:?}: {}", caller.name, answer.status));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {cells} are wrong:\n{}", wrong.len(), wrong.join("\n"));
    println!("figure: authorization, operations × callers × ids: 0 of {cells} wrong");
}
