//! Notes of one conversation: they are in its thread and nowhere else, and never among the contact's notes.

use sidenote::navigation::views::InboxView;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::HtmlElement;
use wire::{ChannelKind, ContactId, ConversationId};

use sidenote_testkit::eventually::{eventually, painted};
use sidenote_testkit::fake_server::{FakeServer, Who};
use sidenote_testkit::notes::{add_note, notes};
use sidenote_testkit::screen::Screen;
use sidenote_testkit::screen::{read, spoken};
use sidenote_testkit::story::Story;
use sidenote_testkit::user::fill_in;

const NOTE: &str = "/conversations/*/notes/*";

async fn ana_twice() -> (Story, ContactId, [ConversationId; 2]) {
    let server = FakeServer::new();
    let ana = server.contact("Ana Duarte");
    let conversations = [ChannelKind::Sms, ChannelKind::Email].map(|kind| server.conversation(ana, kind));
    for conversation in conversations {
        server.contact_writes(conversation, "Is it open on Sunday?");
    }
    server.contact_note(ana, Who::Colleague, "Prefers mornings");
    let story = Story::ready(server, &conversations).await;
    eventually("all is there", || {
        (0..2).all(|nth| notes(&story.panel(nth)).len() == 1 && thread(&story, nth).contains("Sunday"))
    })
    .await;
    (story, ana, conversations)
}

fn thread_element(story: &Story, nth: usize) -> HtmlElement {
    let channel = ["SMS", "E-mail"][nth];
    story.pane(nth).role("region", &format!("Messages and notes with Ana Duarte, {channel}"))
}

/// The text of a thread.
fn thread(story: &Story, nth: usize) -> String {
    read(&thread_element(story, nth))
}

async fn write_conversation_note(pane: &Screen, text: &str) {
    pane.role("button", "Note").click();
    eventually("the composer writes notes", || pane.has("textbox", "Conversation note")).await;
    fill_in(&pane.role("textbox", "Conversation note").unchecked_into(), text);
    let button = pane.role("button", "Add Note");
    eventually("it can be saved", || !button.has_attribute("disabled")).await;
    button.click();
}

/// The text of the list of conversations. On a narrow screen the list exists only while no conversation is open.
async fn list(story: &Story) -> String {
    story.go(|view| InboxView { panes: Vec::new(), ..view.clone() });
    eventually("the list is there", || story.screen().has("list", "Conversations")).await;
    read(&story.screen().role("list", "Conversations"))
}

#[wasm_bindgen_test]
async fn a_conversation_note_is_in_its_thread_only_and_marked_as_internal() {
    let (story, _, [sms, email]) = ana_twice().await;
    write_conversation_note(&story.pane(0), "She asks every week").await;
    eventually("it is in the thread", || thread(&story, 0).contains("She asks every week")).await;
    assert!(thread(&story, 0).contains("Internal — this conversation only"));
    eventually("it is saved", || story.server.conversation_notes_of(sms) == ["She asks every week"]).await;
    story.server.tell();
    painted().await;
    assert!(!thread(&story, 1).contains("She asks every week"));
    assert!(!thread(&story, 1).contains("Internal"));
    for nth in 0..2 {
        assert_eq!(notes(&story.panel(nth)), ["Prefers mornings"]);
    }
    assert!(story.server.conversation_notes_of(email).is_empty());
    assert!(!story.server.was_asked("PUT", "/contacts/*/notes/*"));
    story.end().await;
}

#[wasm_bindgen_test]
async fn a_contact_note_is_never_in_a_thread_nor_in_the_lists_preview() {
    let (story, _, _) = ana_twice().await;
    add_note(&story.panel(0), "Wants the blue one").await;
    eventually("it is in the panels", || (0..2).all(|nth| notes(&story.panel(nth)).len() == 2)).await;
    story.server.tell();
    painted().await;
    for nth in 0..2 {
        assert!(!thread(&story, nth).contains("Wants the blue one"));
    }
    write_conversation_note(&story.pane(1), "She asks every week").await;
    eventually("the server has it", || story.server.was_asked("PUT", NOTE)).await;
    story.server.tell();
    painted().await;
    let list = list(&story).await;
    assert!(list.contains("Is it open on Sunday?"), "{list}");
    assert!(list.contains("Note: She asks every week"), "{list}");
    assert!(!list.contains("Wants the blue one"), "{list}");
    story.end().await;
}

#[wasm_bindgen_test]
async fn sending_a_note_or_a_reply_keeps_the_mode() {
    let (story, _, [sms, _]) = ana_twice().await;
    let pane = story.pane(0);
    write_conversation_note(&pane, "She asks every week").await;
    eventually("it is saved", || story.server.conversation_notes_of(sms).len() == 1).await;
    painted().await;
    assert_eq!(pane.role("button", "Note").get_attribute("aria-pressed").as_deref(), Some("true"));
    assert!(pane.says("Only your team, only this conversation"));
    assert_eq!(read(&pane.role("textbox", "Conversation note")), "");

    pane.role("button", "Reply").click();
    eventually("the composer writes replies", || pane.has("textbox", "Reply to Ana Duarte")).await;
    assert!(pane.says("Ana Duarte will see this"));
    fill_in(&pane.role("textbox", "Reply to Ana Duarte").unchecked_into(), "Yes, from ten");
    let send = pane.role("button", "Send");
    eventually("it can be sent", || !send.has_attribute("disabled")).await;
    send.click();
    eventually("it is in the thread", || thread(&story, 0).contains("Yes, from ten")).await;
    painted().await;
    assert_eq!(pane.role("button", "Reply").get_attribute("aria-pressed").as_deref(), Some("true"));
    assert!(!thread(&story, 1).contains("Yes, from ten"));
    eventually("it is sent", || !story.server.requests("PUT", "/conversations/*/messages/*").is_empty()).await;
    story.end().await;
}

#[wasm_bindgen_test]
async fn keep_as_contact_note_copies_it() {
    let (story, ana, [sms, _]) = ana_twice().await;
    story.server.conversation_note(sms, Who::Colleague, "Lives above the shop");
    story.server.tell();
    eventually("it is in the thread", || thread(&story, 0).contains("Lives above the shop")).await;
    Screen::of(&thread_element(&story, 0)).role("button", "Keep as contact note").click();
    eventually("it is in both panels", || {
        (0..2).all(|nth| notes(&story.panel(nth)) == ["Lives above the shop", "Prefers mornings"])
    })
    .await;
    assert!(thread(&story, 0).contains("Lives above the shop"), "a copy, not a move");
    eventually("it is saved", || story.server.notes_of(ana).len() == 2).await;
    assert_eq!(story.server.conversation_notes_of(sms).len(), 1);
    let sent = story.server.requests("PUT", "/contacts/*/notes/*").remove(0);
    assert_eq!(sent.body["conversation_id"], sms.to_string());
    story.end().await;
}

#[wasm_bindgen_test]
async fn after_a_colleagues_note_reply_mode_warns_whom_the_reply_goes_to() {
    let (story, _, [sms, _]) = ana_twice().await;
    let warning = "This reply goes to Ana Duarte. Switch to Note to answer Maya.";
    let warns = |nth| read(&story.panes()[nth]).contains(warning);
    assert!(!warns(0));
    story.server.conversation_note(sms, Who::Colleague, "Did you call her?");
    story.server.tell();
    eventually("it warns", || warns(0)).await;
    assert!(!warns(1), "the other conversation is another matter");
    story.pane(0).role("button", "Switch to Note").click();
    eventually("the composer writes notes", || story.pane(0).has("textbox", "Conversation note")).await;
    assert!(!warns(0));
    story.pane(0).role("button", "Reply").click();
    eventually("it warns again", || warns(0)).await;
    story.server.contact_writes(sms, "Hello?");
    story.server.tell();
    eventually("the contact has the last word", || !warns(0)).await;
    story.end().await;
}

#[wasm_bindgen_test]
async fn a_deleted_conversation_note_comes_back_with_undo() {
    let (story, _, [sms, _]) = ana_twice().await;
    write_conversation_note(&story.pane(0), "She asks every week").await;
    eventually("it is saved", || {
        story.server.conversation_notes_of(sms).len() == 1 && thread(&story, 0).contains("Keep as contact note")
    })
    .await;
    let buttons = Screen::of(&thread_element(&story, 0)).all("button").into_iter();
    let mut trash = buttons.filter(|button| {
        button.get_attribute("aria-label").is_some_and(|name| spoken(&name).starts_with("Delete note by Sam"))
    });
    trash.next().expect("a note has a trashcan").click();
    eventually("it is gone", || !thread(&story, 0).contains("She asks every week")).await;
    eventually("it is deleted", || story.server.conversation_notes_of(sms).is_empty()).await;
    story.screen().role("button", "Undo").click();
    eventually("it is back", || thread(&story, 0).contains("She asks every week")).await;
    eventually("the server has it back", || story.server.conversation_notes_of(sms).len() == 1).await;
    story.end().await;
}
