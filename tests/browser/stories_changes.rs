//! Changed fields: a conversation's status and assignee, tags, details, settings. A change is shown at once and sent
//! when there is a connection; the reason of a refusal appears in its place.

use leptos::prelude::*;
use sidenote::store::change::{DetailChange, SettingsChange};
use sidenote_testkit::{
    eventually::{eventually, painted},
    fake_server::FakeServer,
    screen::{Screen, read},
    story::Story,
    user::{fill_in_input, focused},
};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::HtmlInputElement;
use wire::{ChannelKind, ContactId, ContactPatch, ConversationId, ProblemCode, Status};

const CONVERSATION: &str = "/conversations/*";
const CONTACT: &str = "/contacts/*";
const TAG: &str = "/contacts/*/tags/morning";

async fn ana() -> (Story, ContactId, ConversationId) {
    let server = FakeServer::new();
    let (ana, conversation) = server.contact_with_conversation("Ana Duarte", ChannelKind::Sms);
    (Story::ready(server, &[conversation]).await, ana, conversation)
}

async fn says(story: &Story, sentence: &str) {
    eventually(sentence, || story.pane(0).says(sentence)).await;
}

async fn says_no_more(story: &Story, sentence: &str) {
    eventually("it is gone", || !story.pane(0).says(sentence)).await;
}

fn can(story: &Story, button: &str) -> bool {
    story.pane(0).has("button", button)
}

fn click(screen: &Screen, button: &str) {
    screen.roles("button", button)[0].click();
}

fn type_tag(story: &Story, tag: &str) {
    let field: HtmlInputElement = story.panel(0).role("textbox", "Add a tag").unchecked_into();
    fill_in_input(&field, tag);
    click(&story.panel(0), "Add a tag");
}

/// How many changes of a contact are pending.
fn changes_of(story: &Story, contact: ContactId) -> usize {
    story.client.store().contacts.cell(contact).with_untracked(|record| record.changes().len())
}

fn tags(story: &Story) -> Vec<String> {
    let tags = sidenote_testkit::screen::found(story.panel(0).root(), ".tag bdi");
    tags.iter().map(read).collect()
}

#[wasm_bindgen_test]
async fn a_refused_close_leaves_the_conversation_open_and_says_why_until_it_is_tried_again_or_discarded() {
    let (story, _, conversation) = ana().await;
    story.server.refuse("PATCH", CONVERSATION, ProblemCode::Forbidden);
    click(&story.pane(0), "Close conversation");
    says(&story, "Not closed: You are not allowed to do this.").await;
    assert!(can(&story, "Close conversation"));
    assert_eq!(story.server.requests("PATCH", CONVERSATION).len(), 1, "what was refused for good isn't tried again");
    story.server.refuse("PATCH", CONVERSATION, ProblemCode::Forbidden);
    click(&story.pane(0), "Try again");
    eventually("it was tried", || story.server.requests("PATCH", CONVERSATION).len() == 2).await;
    says(&story, "Not closed").await;
    click(&story.pane(0), "Discard");
    says_no_more(&story, "Not closed").await;
    assert_eq!(story.server.status(conversation), Status::Open);
    click(&story.pane(0), "Close conversation");
    eventually("it is closed", || story.server.status(conversation) == Status::Closed).await;
    story.end().await;
}

#[wasm_bindgen_test]
async fn a_refused_change_that_is_discarded_gives_the_focus_to_the_next_one_then_to_where_it_stood() {
    let (story, _, conversation) = ana().await;
    story.server.refuse("PATCH", CONVERSATION, ProblemCode::Forbidden);
    click(&story.pane(0), "Close conversation");
    says(&story, "Not closed").await;
    story.server.refuse("PATCH", CONVERSATION, ProblemCode::Forbidden);
    story.client.assign(conversation, Some(story.client.my_id()));
    says(&story, "Not assigned to").await;
    let strip = || sidenote_testkit::screen::found(story.pane(0).root(), ".conversation > .unsaved-fields")[0].clone();
    let discard_first = || {
        let button = Screen::of(&strip()).roles("button", "Discard")[0].clone();
        button.focus().expect("a button takes the focus");
        button.click();
    };
    discard_first();
    says_no_more(&story, "Not closed").await;
    eventually("the focus is at the other one", || {
        focused().is_some_and(|element| element.tag_name() == "BUTTON" && strip().contains(Some(&element)))
    })
    .await;
    discard_first();
    says_no_more(&story, "Not assigned").await;
    eventually("the focus is where it stood", || focused() == Some(strip())).await;
    story.end().await;
}

#[wasm_bindgen_test]
async fn closed_and_assigned_without_a_connection_is_shown_at_once_and_sent_in_order_when_it_is_back() {
    let (story, _, conversation) = ana().await;
    story.server.go_offline();
    click(&story.pane(0), "Close conversation");
    story.client.assign(conversation, Some(story.client.my_id()));
    eventually("it is shown as closed", || can(&story, "Reopen conversation")).await;
    says(&story, "Not saved yet: The server can't be reached. Trying again.").await;
    story.server.go_online();
    eventually("it is closed", || story.server.status(conversation) == Status::Closed).await;
    says_no_more(&story, "Not saved yet").await;
    eventually("it was assigned", || {
        story.server.requests("PATCH", CONVERSATION).iter().any(|sent| sent.body.get("assignee_id").is_some())
    })
    .await;
    assert!(can(&story, "Reopen conversation"));
    story.end().await;
}

#[wasm_bindgen_test]
async fn closed_and_reopened_while_the_first_is_on_its_way_ends_open() {
    let (story, _, conversation) = ana().await;
    let held = story.server.hold("PATCH", CONVERSATION);
    click(&story.pane(0), "Close conversation");
    eventually("it is on its way", || held.count() == 1).await;
    click(&story.pane(0), "Reopen conversation");
    eventually("it is open", || can(&story, "Close conversation")).await;
    held.release();
    eventually("both were sent", || story.server.requests("PATCH", CONVERSATION).len() == 2).await;
    eventually("it is open", || story.server.status(conversation) == Status::Open).await;
    painted().await;
    assert!(can(&story, "Close conversation"));
    story.end().await;
}

#[wasm_bindgen_test]
async fn a_refused_tag_goes_again_and_says_why() {
    let (story, ana, _) = ana().await;
    story.server.refuse("PUT", TAG, ProblemCode::InvalidField);
    type_tag(&story, "morning");
    says(&story, "Tag “morning” not added: This value is not valid.").await;
    eventually("no tag is there", || tags(&story).is_empty()).await;
    click(&story.panel(0), "Discard");
    says_no_more(&story, "not added").await;
    type_tag(&story, "morning");
    eventually("it is there", || tags(&story) == ["morning"]).await;
    eventually("it is saved", || story.server.was_asked("PUT", TAG) && changes_of(&story, ana) == 0).await;
    story.server.refuse("DELETE", TAG, ProblemCode::Forbidden);
    click(&story.panel(0), "Remove tag morning");
    says(&story, "Tag “morning” not removed: You are not allowed to do this.").await;
    eventually("the tag is there", || tags(&story) == ["morning"]).await;
    story.end().await;
}

#[wasm_bindgen_test]
async fn a_detail_changed_without_a_connection_is_shown_and_waits_in_its_place() {
    let (story, ana, _) = ana().await;
    story.server.go_offline();
    let phone = |phone: Option<&str>| ContactPatch { phone: Some(phone.map(str::to_owned)), ..Default::default() };
    story.client.change_detail(ana, DetailChange { to: phone(Some("+1 555 0177")), seen: phone(None) });
    says(&story, "+1 555 0177").await;
    says(&story, "Not saved yet").await;
    story.server.go_online();
    says_no_more(&story, "Not saved yet").await;
    assert!(story.pane(0).says("+1 555 0177"));
    story.end().await;
}

#[wasm_bindgen_test]
async fn a_detail_is_saved_when_a_colleagues_change_of_another_one_arrives_before_the_answer() {
    let (story, ana, _) = ana().await;
    story.server.change_contact(ana, |contact| contact.name = "Ana Lima".to_owned());
    let held = story.server.hold("PATCH", CONTACT);
    let phone = |phone: Option<&str>| ContactPatch { phone: Some(phone.map(str::to_owned)), ..Default::default() };
    story.client.change_detail(ana, DetailChange { to: phone(Some("+1 555 0177")), seen: phone(None) });
    eventually("it is on its way", || held.count() == 1).await;
    story.server.tell();
    eventually("the new name is there", || story.panel(0).says("Ana Lima")).await;
    held.release();
    eventually("it is sent for the new version", || story.server.requests("PATCH", CONTACT).len() == 2).await;
    eventually("nothing waits", || changes_of(&story, ana) == 0).await;
    assert!(story.panel(0).says("+1 555 0177") && story.panel(0).says("Ana Lima"));
    story.end().await;
}

#[wasm_bindgen_test]
async fn a_refused_detail_opens_its_editor_with_what_was_typed_and_takes_no_focus() {
    let (story, ana, _) = ana().await;
    story.server.refuse("PATCH", CONTACT, ProblemCode::InvalidField);
    let email = |email: Option<&str>| ContactPatch { email: Some(email.map(str::to_owned)), ..Default::default() };
    let known = story
        .client
        .store()
        .contacts
        .cell(ana)
        .with_untracked(|record| record.live().and_then(|ana| ana.email.clone()));
    story.client.change_detail(ana, DetailChange { to: email(Some("nowhere")), seen: email(known.as_deref()) });
    says(&story, "Write one e-mail address, such as ana@example.com.").await;
    let field: HtmlInputElement = story.panel(0).role("textbox", "E-mail").unchecked_into();
    assert_eq!(field.value(), "nowhere");
    painted().await;
    assert_ne!(document().active_element().as_ref(), Some(field.unchecked_ref()));
    click(&story.panel(0), "Cancel");
    says_no_more(&story, "Write one e-mail address, such as ana@example.com.").await;
    assert_eq!(changes_of(&story, ana), 0);
    story.end().await;
}

#[wasm_bindgen_test]
async fn a_refused_setting_is_taken_back_and_says_why_where_it_is_set() {
    let (story, _, _) = ana().await;
    story.server.refuse("PATCH", "/me", ProblemCode::Forbidden);
    story.client.change_settings(SettingsChange::EnterSends(true));
    eventually("it is taken back", || !untrack(|| story.client.settings()).enter_sends).await;
    click(&story.pane(0), "Sending options");
    eventually("it says why", || story.alerts().iter().any(|alert| alert.contains("Not saved: You are not allowed")))
        .await;
    story.end().await;
}

#[wasm_bindgen_test]
async fn a_change_that_a_colleague_makes_too_is_not_lost_with_the_answer_to_it() {
    let (story, ana, _) = ana().await;
    let held = story.server.hold("PUT", TAG);
    type_tag(&story, "morning");
    eventually("it is on its way", || held.count() == 1).await;
    story.server.change_contact(ana, |contact| contact.name = "Ana Lima".to_owned());
    story.server.tell();
    eventually("the new name is there", || story.panel(0).says("Ana Lima")).await;
    eventually("the tag is there", || tags(&story) == ["morning"]).await;
    held.release();
    eventually("nothing waits", || changes_of(&story, ana) == 0).await;
    eventually("the tag is there", || tags(&story) == ["morning"]).await;
    story.end().await;
}
