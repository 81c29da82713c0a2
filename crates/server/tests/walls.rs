//! The wall between organizations: ids of another one answer byte for byte like ids that don't exist.

use crate::{
    kit::{Answer, World},
    operations::{Cast, all},
};
use serde_json::json;
use wire::{AgentId, ChannelId, Conversation, Page, paths};

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
        if !operation.template.contains('{') {
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
        if operation.template == paths::SESSION || !operation.template.starts_with("/api/") {
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
