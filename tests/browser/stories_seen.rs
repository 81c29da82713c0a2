//! The badge on the contact icon: how many notes of others are new to this agent.

use sidenote::views::{InboxView, Pane};
use wasm_bindgen_test::wasm_bindgen_test;
use wire::{ChannelKind, ContactId, ConversationId};

use sidenote_testkit::eventually::{eventually, painted};
use sidenote_testkit::fake_server::{FakeServer, Who};
use sidenote_testkit::notes::{add_note, notes};
use sidenote_testkit::story::Story;

const SEEN: &str = "/contacts/*/notes/seen";

/// Ana with one old note that was seen, and one by the colleague and one by this agent since.
fn ana() -> (FakeServer, ContactId, ConversationId) {
    let server = FakeServer::new();
    let (ana, conversation) = server.contact_with_conversation("Ana Duarte", ChannelKind::Sms);
    server.contact_note(ana, Who::Colleague, "Old");
    server.everything_seen(ana);
    server.contact_note(ana, Who::Colleague, "New");
    server.contact_note(ana, Who::Me, "My own");
    (server, ana, conversation)
}

/// The conversation with the profile closed.
async fn profile_closed(server: FakeServer, conversation: ConversationId) -> Story {
    let panes = vec![Pane { conversation, panel: false }];
    Story::with_view(server, InboxView { panes, ..InboxView::default() }).await
}

async fn icon_says(story: &Story, name: &str) {
    eventually(name, || story.screen().has("button", name)).await;
}

#[wasm_bindgen_test]
async fn the_badge_counts_others_new_notes_and_never_ones_own() {
    let (server, ana, conversation) = ana();
    let story = profile_closed(server, conversation).await;
    icon_says(&story, "Contact profile, 1 new note").await;
    story.server.contact_note(ana, Who::Me, "My own, from another window");
    story.server.contact_note(ana, Who::Colleague, "Newer");
    story.server.tell();
    icon_says(&story, "Contact profile, 2 new notes").await;
    assert!(!story.server.was_asked("PUT", SEEN), "nobody has seen them");
    story.end().await;
}

#[wasm_bindgen_test]
async fn notes_in_sight_for_two_seconds_are_seen() {
    let (server, ana, conversation) = ana();
    let newest = server.position().seq;
    let story = profile_closed(server, conversation).await;
    icon_says(&story, "Contact profile, 1 new note").await;
    story.screen().role("button", "Contact profile, 1 new note").click();
    eventually("the notes are in sight", || story.panels().len() == 1 && notes(&story.panel(0)).len() == 3).await;
    let begun = js_sys::Date::now();
    assert!(story.panel(0).says("New since your last visit"));
    painted().await;
    assert!(!story.server.was_asked("PUT", SEEN), "a glance is not enough");
    icon_says(&story, "Contact profile").await;
    assert!(js_sys::Date::now() - begun > 1_500.0);
    eventually("the server knows", || story.server.seen(ana) == newest).await;
    assert_eq!(story.server.requests("PUT", SEEN).len(), 1);
    story.end().await;
}

#[wasm_bindgen_test]
async fn a_profile_closed_before_two_seconds_were_over_has_not_been_seen() {
    let (server, _, conversation) = ana();
    let story = profile_closed(server, conversation).await;
    icon_says(&story, "Contact profile, 1 new note").await;
    let icon = story.screen().role("button", "Contact profile, 1 new note");
    icon.click();
    eventually("the notes are in sight", || story.panels().len() == 1 && notes(&story.panel(0)).len() == 3).await;
    icon.click();
    eventually("the profile is closed", || story.panels().is_empty()).await;
    let begun = js_sys::Date::now();
    eventually("more than two seconds pass", || js_sys::Date::now() - begun > 2_300.0).await;
    assert!(story.screen().has("button", "Contact profile, 1 new note"));
    assert!(!story.server.was_asked("PUT", SEEN));
    story.end().await;
}

#[wasm_bindgen_test]
async fn ones_own_new_note_makes_no_badge_in_any_pane() {
    let server = FakeServer::new();
    let ana = server.contact("Ana Duarte");
    let conversations = [ChannelKind::Sms, ChannelKind::Email].map(|kind| server.conversation(ana, kind));
    let story = Story::ready(server, &conversations).await;
    add_note(&story.panel(0), "My own").await;
    eventually("it is saved", || story.server.notes_of(ana).len() == 1).await;
    story.server.tell();
    painted().await;
    assert_eq!(story.screen().roles("button", "Contact profile").len(), 2);
    story.end().await;
}
