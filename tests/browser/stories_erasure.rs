//! A contact is exported and erased: who may, what the dialog says, and that nothing of them stays in a page.

use leptos::prelude::GetUntracked as _;
use sidenote_testkit::{
    eventually::{eventually, painted},
    fake_server::{FakeServer, Who},
    notes::{add_note, note_box},
    screen::{Screen, found, read},
    story::Story,
    user::{fill_in, focused, press},
};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{HtmlButtonElement, HtmlDialogElement, HtmlElement, HtmlInputElement};
use wire::{ChannelKind, ContactId, ConversationId, ProblemCode};

const CONTACT: &str = "/contacts/*";
const ERASED: &str = "This contact was erased by Maya.";

async fn ana(server: FakeServer) -> (Story, ContactId, ConversationId) {
    let (ana, conversation) = server.contact_with_conversation("Ana Duarte", ChannelKind::Sms);
    server.contact_writes(conversation, "Is it open on Sunday?");
    server.contact_note(ana, Who::Colleague, "Prefers tea");
    server.conversation_note(conversation, Who::Colleague, "She is in a hurry");
    (Story::ready(server, &[conversation]).await, ana, conversation)
}

fn dialog(story: &Story) -> Option<HtmlDialogElement> {
    found(story.root(), "dialog.confirmation").pop().map(JsCast::unchecked_into)
}

fn button(dialog: &HtmlDialogElement, name: &str) -> HtmlButtonElement {
    Screen::of(dialog).role("button", name).unchecked_into()
}

async fn open_dialog(story: &Story) -> HtmlDialogElement {
    let erase: HtmlElement = story.panel(0).role("button", "Erase…").unchecked_into();
    let _ = erase.focus();
    erase.click();
    eventually("the dialog", || dialog(story).is_some_and(|dialog| dialog.open())).await;
    dialog(story).expect("it is there")
}

fn tick(dialog: &HtmlDialogElement) {
    let sure: HtmlInputElement = Screen::of(dialog).all("checkbox").remove(0).unchecked_into();
    sure.click();
}

fn has_a_trace(story: &Story) -> bool {
    ["Ana Duarte", "Prefers tea", "She is in a hurry", "Is it open on Sunday?"]
        .iter()
        .any(|text| story.screen().says(text))
}

#[wasm_bindgen_test]
async fn an_agent_who_is_no_admin_sees_neither_export_nor_erase() {
    let (story, ..) = ana(FakeServer::new()).await;
    assert!(story.panel(0).has("button", "Close conversation"));
    assert!(!story.panel(0).has("button", "Erase…") && !story.panel(0).has("button", "Export…"));
    story.end().await;
}

#[wasm_bindgen_test]
async fn an_admin_erases_a_contact_after_a_tick_and_sees_what_is_left() {
    let (story, ..) = ana(FakeServer::for_admin()).await;
    fill_in(&note_box(&story.panel(0)), "half a thought");
    let asked = open_dialog(&story).await;
    let text = read(asked.unchecked_ref::<HtmlElement>());
    assert!(text.contains("Erase Ana Duarte?") && text.contains("can't be undone"), "{text}");
    assert!(button(&asked, "Erase").disabled());
    tick(&asked);
    painted().await;
    button(&asked, "Erase").click();
    eventually("it is said", || story.screen().says(ERASED)).await;
    eventually("nothing is left", || !has_a_trace(&story)).await;
    eventually("the activity", || story.panel(0).says("Maya erased the contact")).await;
    assert!(story.panel(0).says("Erased contact"));
    eventually("the focus is not lost", || focused().is_some_and(|it| read(&it) == "Close this pane")).await;
    assert!(!story.panel(0).has("button", "Erase…") && found(story.root(), ".composer").is_empty());
    assert!(story.alerts().is_empty(), "{:?}", story.alerts());
    assert_eq!(story.server.requests("DELETE", CONTACT).len(), 1);
    story.end().await;
}

#[wasm_bindgen_test]
async fn escape_and_cancel_leave_everything_and_a_refusal_is_said_in_the_dialog() {
    let (story, ..) = ana(FakeServer::for_admin()).await;
    let asked = open_dialog(&story).await;
    tick(&asked);
    press(asked.unchecked_ref(), "Escape", |_| {});
    painted().await;
    assert_eq!(story.panels().len(), 1, "the panel stays");
    button(&asked, "Cancel").click();
    eventually("it is closed", || dialog(&story).is_none()).await;
    eventually("the focus is back", || focused().is_some_and(|it| read(&it) == "Erase…")).await;
    let asked = open_dialog(&story).await;
    assert!(button(&asked, "Erase").disabled(), "the tick does not stay");
    tick(&asked);
    painted().await;
    story.server.refuse("DELETE", CONTACT, ProblemCode::Forbidden);
    button(&asked, "Erase").click();
    eventually("why", || !Screen::of(&asked).all("alert").is_empty()).await;
    assert!(has_a_trace(&story) && asked.open());
    story.end().await;
}

#[wasm_bindgen_test]
async fn a_contact_whom_a_colleague_erases_leaves_every_view_and_what_was_typed_goes_too() {
    let server = FakeServer::new();
    let (bob, other) = server.contact_with_conversation("Bob Stone", ChannelKind::Chat);
    server.contact_note(bob, Who::Colleague, "Stays");
    let (story, ana, conversation) = ana(server).await;
    story.client.draft_reply(conversation, "half a reply".to_owned());
    story.client.draft_contact_note(bob, "kept".to_owned());
    story.server.go_offline();
    add_note(&story.panel(0), "Not sent yet").await;
    fill_in(&note_box(&story.panel(0)), "half a thought");
    story.server.erase_contact(ana, Who::Colleague);
    story.server.go_online();
    eventually("it is said", || story.screen().says(ERASED)).await;
    eventually("nothing is left", || !has_a_trace(&story) && !story.screen().says("Not sent yet")).await;
    assert!(!story.screen().says("half a"));
    story.go(|view| view.opening(other));
    eventually("the others are there", || story.screen().says("Stays")).await;
    story.go(|view| view.opening(conversation));
    eventually("it is still said", || story.screen().says(ERASED)).await;
    // A page that is opened later finds nothing in the browser's storage either.
    let later = sidenote::sync::open(story.server.api(), None).await.expect("the fake server lets everybody in");
    let drafts = &later.store().drafts;
    eventually("what is stored", || drafts.contact_note(bob).get_untracked() == "kept").await;
    assert_eq!(drafts.contact_note(ana).get_untracked() + &drafts.reply(conversation).get_untracked(), "");
    assert!(later.store().contact_notes.of(ana).timeline.order().is_empty());
    later.close();
    story.end().await;
}

#[wasm_bindgen_test]
async fn an_erasure_that_was_missed_is_noticed_after_a_reset() {
    let (story, ana, _) = ana(FakeServer::new()).await;
    story.server.cut_stream();
    story.server.erase_contact(ana, Who::Colleague);
    story.server.start_new_epoch();
    assert!(!found(story.root(), ".composer").is_empty());
    eventually("it is said", || story.screen().says("This contact was erased.")).await;
    eventually("nothing is left", || !has_a_trace(&story) && found(story.root(), ".composer").is_empty()).await;
    story.end().await;
}

#[wasm_bindgen_test]
async fn what_was_typed_about_a_contact_who_was_erased_while_no_page_was_open_is_removed() {
    let server = FakeServer::new();
    let (bob, other) = server.contact_with_conversation("Bob Stone", ChannelKind::Chat);
    let (story, ana, conversation) = ana(server).await;
    fill_in(&note_box(&story.panel(0)), "half a thought");
    story.client.draft_reply(conversation, "half a reply".to_owned());
    story.client.draft_contact_note(bob, "kept".to_owned());
    story.client.draft_reply(other, "kept too".to_owned());
    story.client.close();
    story.server.erase_contact(ana, Who::Colleague);
    for _ in 0..2 {
        let later = sidenote::sync::open(story.server.api(), None).await.expect("the fake server lets everybody in");
        let drafts = &later.store().drafts;
        eventually("what is stored", || drafts.contact_note(bob).get_untracked() == "kept").await;
        eventually("hers are gone", || {
            drafts.contact_note(ana).get_untracked().is_empty() && drafts.reply(conversation).get_untracked().is_empty()
        })
        .await;
        assert_eq!(drafts.reply(other).get_untracked(), "kept too");
        later.close();
    }
    story.end().await;
}

#[wasm_bindgen_test]
async fn an_admin_downloads_the_export_as_a_file() {
    let (story, ..) = ana(FakeServer::for_admin()).await;
    let export: HtmlButtonElement = story.panel(0).role("button", "Export…").unchecked_into();
    export.click();
    eventually("it is fetched", || story.server.was_asked("GET", "/contacts/*/export")).await;
    eventually("it can be asked for again", || !export.disabled()).await;
    assert!(story.alerts().is_empty());
    story.server.refuse("GET", "/contacts/*/export", ProblemCode::Forbidden);
    export.click();
    eventually("why not", || story.alerts().iter().any(|alert| alert.contains("could not be exported"))).await;
    story.end().await;
}
