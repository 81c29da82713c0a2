//! The team: invitations by link, joining, roles, and who is removed.

use crate::kit::{Client, World, patient};
use serde_json::{Value, json};
use sidenote_server::sql::sql;
use wire::{Agent, AgentId, EmbedToken, Invitation, InvitationId, Invited, JoinOffer, Me, Page, Role, paths};

const PASSWORD: &str = "a long password";

async fn invite(client: &Client, email: &str, role: &str) -> Invited {
    let new = json!({ "email": email, "role": role });
    client.put(&paths::invitation(InvitationId::fresh()), new).await.expect(201).read()
}

async fn open(client: &Client) -> Vec<Invitation> {
    client.get(paths::INVITATIONS).await.expect(200).read::<Page<Invitation>>().items
}

fn joining(token: &str, name: &str) -> Option<Value> {
    Some(json!({ "token": token, "name": name, "password": PASSWORD }))
}

/// Joins, and returns the client of the new agent.
async fn join(world: &World, token: &str, name: &str) -> Client {
    let answer = world.nobody().post(paths::JOIN, joining(token, name)).await.expect(204);
    let cookie = answer.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    world.nobody().with("cookie", &cookie).with("sec-fetch-site", "same-origin").with("x-sidenote", "1")
}

async fn me(client: &Client) -> Me {
    client.get(paths::ME).await.expect(200).read()
}

#[tokio::test]
async fn who_is_invited_joins_by_the_link_once_and_is_signed_in() {
    let world = World::new().await;
    let (maya, nobody) = (world.maya().await, world.nobody());
    let mut heard = world.sam().await.stream(paths::EVENTS).await;
    heard.until("hello").await;
    let Invited { invitation, token } = invite(&maya, "Nora@Acme.test", "admin").await;
    assert_eq!((invitation.email.as_str(), invitation.role), ("nora@acme.test", Role::Admin));
    assert_eq!(invitation.invited_by.id, world.acme.maya);
    assert_eq!(open(&maya).await, [invitation]);
    let look = || nobody.post(paths::JOIN_INVITATION, Some(json!({ "token": token })));
    let offer: JoinOffer = look().await.expect(200).read();
    assert_eq!((offer.organization.as_str(), offer.email.as_str()), ("ACME", "nora@acme.test"));
    assert_eq!(offer.invited_by.name, "Maya");

    let nora = join(&world, &token, "Nora").await;
    let agent = me(&nora).await.agent;
    assert_eq!((agent.name.as_str(), agent.email.as_str(), agent.role), ("Nora", "nora@acme.test", Role::Admin));
    let event = heard.until("agent-changed").await;
    assert_eq!(event.data["agent"]["name"], "Nora");
    assert!(open(&maya).await.is_empty());
    look().await.expect(410).refused("gone");
    nobody.post(paths::JOIN, joining(&token, "Mallory")).await.expect(410).refused("gone");
    let sign_in = json!({ "email": "nora@acme.test", "password": PASSWORD });
    nobody.post(paths::SESSION, Some(sign_in)).await.expect(204);
    // What came before they joined is not new to them.
    assert!(!nora.get(&paths::conversation(world.acme.ana_chat)).await.expect(200).json()["unread"].as_bool().unwrap());
}

#[tokio::test]
async fn an_invitation_ends_when_it_is_withdrawn_made_again_or_a_week_old() {
    let world = World::new().await;
    let (maya, nobody) = (world.maya().await, world.nobody());
    let first = invite(&maya, "nora@acme.test", "agent").await;
    let second = invite(&maya, "nora@acme.test", "admin").await;
    assert_eq!(open(&maya).await, std::slice::from_ref(&second.invitation));
    nobody.post(paths::JOIN, joining(&first.token, "Nora")).await.expect(410);
    let path = paths::invitation(second.invitation.id);
    let again = json!({ "email": "nora@acme.test", "role": "admin" });
    maya.put(&path, again).await.expect(409).refused("id-reuse");
    for _ in 0..2 {
        maya.delete(&path).await.expect(204);
    }
    nobody.post(paths::JOIN, joining(&second.token, "Nora")).await.expect(410);

    let third = invite(&maya, "nora@acme.test", "agent").await;
    let mut change = world.db().change(world.acme.org).await.unwrap();
    sql("UPDATE invitation SET made_at = made_at - 604800001").execute(change.tx()).await.unwrap();
    change.commit().await.unwrap();
    nobody.post(paths::JOIN_INVITATION, Some(json!({ "token": third.token }))).await.expect(410);
    nobody.post(paths::JOIN, joining(&third.token, "Nora")).await.expect(410);
    assert!(open(&maya).await.is_empty());
}

#[tokio::test]
async fn what_is_wrong_is_refused_with_the_field_and_the_link_stays_valid() {
    let world = World::new().await;
    let (maya, nobody) = (world.maya().await, world.nobody());
    for (email, code) in [("nobody", "invalid"), ("SAM@acme.test", "taken")] {
        let new = json!({ "email": email, "role": "agent" });
        let problem = maya.put(&paths::invitation(InvitationId::fresh()), new).await.expect(422).json();
        assert_eq!((&problem["errors"][0]["pointer"], &problem["errors"][0]["code"]), (&json!("/email"), &json!(code)));
    }
    let elsewhere = invite(&maya, "maya@globex.test", "agent").await;
    let problem = nobody.post(paths::JOIN, joining(&elsewhere.token, "Maya")).await.expect(422).json();
    assert_eq!(problem["errors"][0], json!({ "pointer": "/email", "code": "taken" }));
    let Invited { token, .. } = invite(&maya, "nora@acme.test", "agent").await;
    for (name, password, pointer) in [("Nora", "short", "/password"), (" ", PASSWORD, "/name")] {
        let asked = json!({ "token": token, "name": name, "password": password });
        let problem = nobody.post(paths::JOIN, Some(asked)).await.expect(422).json();
        assert_eq!(problem["errors"][0]["pointer"], pointer);
    }
    join(&world, &token, "Nora").await;
}

#[tokio::test]
async fn a_removed_agent_is_out_at_once_and_comes_back_as_themselves() {
    let world = World::new().await;
    let (maya, sam, acme) = (world.maya().await, world.sam().await, &world.acme);
    let note = sam.add_note(acme.ana, acme.ana_chat, "By Sam").await;
    let mut stream = sam.stream(paths::EVENTS).await;
    stream.until("hello").await;
    maya.delete(&paths::agent(acme.sam)).await.expect(204);
    sam.get(paths::ME).await.expect(401).refused("signed-out");
    patient(async { while stream.next().await.is_some() {} }).await;
    maya.delete(&paths::agent(acme.sam)).await.expect(204);
    maya.patch(&paths::agent(acme.sam), json!({ "role": "admin" })).await.expect(404);

    let back = join(&world, &invite(&maya, "sam@acme.test", "agent").await.token, "Samuel").await;
    let agent = me(&back).await.agent;
    assert_eq!((agent.id, agent.name.as_str(), agent.removed), (acme.sam, "Samuel", false));
    back.delete(&paths::contact_note(acme.ana, note)).await.expect(200);
}

#[tokio::test]
async fn roles_are_changed_and_the_last_admin_stays_one() {
    let world = World::new().await;
    let (maya, sam, acme) = (world.maya().await, world.sam().await, &world.acme);
    maya.patch(&paths::agent(acme.maya), json!({ "role": "agent" })).await.expect(409).refused("last-admin");
    maya.delete(&paths::agent(acme.maya)).await.expect(409).refused("last-admin");
    sam.get(paths::INVITATIONS).await.expect(403);
    let admin: Agent = maya.patch(&paths::agent(acme.sam), json!({ "role": "admin" })).await.expect(200).read();
    assert_eq!(admin.role, Role::Admin);
    sam.get(paths::INVITATIONS).await.expect(200);
    sam.patch(&paths::agent(acme.maya), json!({ "role": "agent" })).await.expect(200);
    maya.get(paths::INVITATIONS).await.expect(403).refused("forbidden");
    sam.patch(&paths::agent(AgentId::fresh()), json!({ "role": "agent" })).await.expect(404);
    sam.patch(&paths::agent(world.globex.maya), json!({ "role": "agent" })).await.expect(404);
    sam.delete(&paths::agent(world.globex.maya)).await.expect(404);
}

#[tokio::test]
async fn a_token_of_the_widget_changes_nothing_of_the_team() {
    let world = World::new().await;
    let (acme, db) = (&world.acme, world.db());
    let key = sidenote_server::embed::keys::add(db, acme.org, "crm").await.unwrap();
    sidenote_server::embed::origins::add(db, acme.org, "https://crm.test").await.unwrap();
    let back_end = world.nobody().with("authorization", &format!("Bearer {key}"));
    let asked = json!({ "agent": "maya@acme.test", "origin": "https://crm.test" });
    let made: EmbedToken = back_end.post(paths::EMBED_TOKENS, Some(asked)).await.expect(201).read();
    let widget =
        world.nobody().with("authorization", &format!("Bearer {}", made.token)).with("origin", "https://crm.test");
    assert_eq!(me(&widget).await.agent.role, Role::Admin);
    widget.get(paths::INVITATIONS).await.expect(403);
    widget.delete(&paths::agent(acme.sam)).await.expect(403);
    widget.patch(&paths::agent(acme.sam), json!({ "role": "admin" })).await.expect(403);
    let new = json!({ "email": "nora@acme.test", "role": "admin" });
    widget.put(&paths::invitation(InvitationId::fresh()), new).await.expect(403);
}
