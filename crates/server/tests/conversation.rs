//! One conversation: status, assignee, and concurrent changes.

use crate::kit::World;
use serde_json::json;
use wire::{Activity, ActivityKind, Conversation, ConversationId, Page, Status, paths};

#[tokio::test]
async fn closing_and_assigning_change_the_conversation_and_are_in_the_activity() {
    let world = World::new().await;
    let (sam, acme) = (world.sam().await, &world.acme);
    let path = paths::conversation(acme.ana_chat);
    let before: Conversation = sam.get(&path).await.expect(200).read();
    let patch = json!({ "status": "closed", "assignee_id": acme.kim });
    let after: Conversation = sam.patch(&path, patch.clone()).await.expect(200).read();
    assert_eq!((after.status, after.assignee_id), (Status::Closed, Some(acme.kim)));
    assert!(after.rev > before.rev);
    let again: Conversation = sam.patch(&path, patch).await.expect(200).read();
    assert_eq!(again.rev, after.rev, "nothing to change, nothing changed");
    sam.patch(&path, json!({})).await.expect(200);
    sam.patch(&path, json!({ "status": "open", "assignee_id": null })).await.expect(200);
    sam.patch(&path, json!({ "status": "automated" })).await.expect(200);

    let page: Page<Activity> = sam.get(&paths::contact_activity(acme.ana, None)).await.expect(200).read();
    let lines: Vec<_> = page.items.iter().map(|line| (line.kind, line.subject.as_deref())).take(5).collect();
    assert_eq!(
        lines,
        [
            (ActivityKind::ConversationAutomated, None),
            (ActivityKind::ConversationUnassigned, None),
            (ActivityKind::ConversationReopened, None),
            (ActivityKind::ConversationAssigned, Some("Kim")),
            (ActivityKind::ConversationClosed, None),
        ]
    );
    assert!(page.items[0].actor.as_ref().is_some_and(|actor| actor.id == acme.sam));
    assert_eq!(page.items[0].conversation_id, Some(acme.ana_chat));
}

#[tokio::test]
async fn a_change_meant_for_an_older_state_is_refused_with_the_current_one() {
    let world = World::new().await;
    let (sam, acme) = (world.sam().await, &world.acme);
    let path = paths::conversation(acme.ana_chat);
    let seen: Conversation = sam.get(&path).await.expect(200).read();
    sam.with("if-match", &format!("\"{}\"", seen.rev)).patch(&path, json!({ "status": "closed" })).await.expect(200);
    let current: Conversation = sam.get(&path).await.read();
    let [old, now] = [seen.rev, current.rev].map(|rev| format!("\"{rev}\""));
    for stale in [old.clone(), "\"nonsense\"".to_owned(), format!("W/{now}"), format!("\"0{}\"", current.rev)] {
        let problem = sam.with("if-match", &stale).patch(&path, json!({ "status": "open" })).await.expect(412);
        assert_eq!(problem.refused("changed")["current"], json!(current));
    }
    assert_eq!(sam.get(&path).await.read::<Conversation>(), current);
    // The same status again changes nothing, so that the version stays.
    for present in [now.clone(), format!("{old}, {now}"), "*".to_owned()] {
        sam.with("if-match", &present).patch(&path, json!({ "status": current.status })).await.expect(200);
    }
    sam.with("if-match", "*").patch(&path, json!({ "status": "open" })).await.expect(200);
}

#[tokio::test]
async fn a_version_that_is_not_written_as_one_is_refused_with_the_form() {
    let world = World::new().await;
    let sam = world.sam().await;
    let path = paths::conversation(world.acme.ana_chat);
    let rev = sam.get(&path).await.read::<Conversation>().rev;
    for value in [
        format!("{rev}"),
        format!("\"\"{rev}\"\""),
        format!("+{rev}"),
        format!("0{rev}"),
        String::new(),
        format!("\"{rev}"),
    ] {
        let answer = sam.with("if-match", &value).patch(&path, json!({ "status": "closed" })).await.expect(400);
        let problem = answer.refused("bad-header");
        assert!(problem["detail"].as_str().unwrap().contains("\"7\""), "{problem}");
    }
    assert_eq!(sam.get(&path).await.read::<Conversation>().rev, rev);
}

#[tokio::test]
async fn only_an_agent_who_is_here_can_be_assigned() {
    let world = World::new().await;
    let (sam, acme) = (world.sam().await, &world.acme);
    let path = paths::conversation(acme.ana_chat);
    sidenote_server::agents::remove(world.db(), "kim@acme.test").await.unwrap();
    let problem = sam.patch(&path, json!({ "assignee_id": acme.kim })).await.expect(422).refused("invalid-field");
    assert_eq!(problem["errors"], json!([{ "pointer": "/assignee_id", "code": "unknown-agent" }]));
    let both = json!({ "status": "closed", "assignee_id": acme.kim });
    sam.patch(&path, both).await.expect(422);
    assert_eq!(sam.get(&path).await.read::<Conversation>().status, Status::Open, "all of it or nothing");
}

#[tokio::test]
async fn a_patch_of_something_else_is_refused() {
    let world = World::new().await;
    let (sam, acme) = (world.sam().await, &world.acme);
    let path = paths::conversation(acme.ana_chat);
    for (patch, code, pointer) in [
        (json!({ "status": "gone" }), "invalid-field", "/status"),
        (json!({ "status": null }), "invalid-field", "/status"),
        (json!({ "assignee_id": "kim" }), "invalid-field", "/assignee_id"),
        (json!({ "contact_id": acme.bob }), "unknown-field", "/contact_id"),
    ] {
        assert_eq!(sam.patch(&path, patch).await.expect(422).refused(code)["errors"][0]["pointer"], pointer);
    }
    sam.patch(&paths::conversation(ConversationId::fresh()), json!({})).await.expect(404);
}
