//! A note that is not saved at once: whatever happens, its text is not lost, and it never exists twice.

use leptos::prelude::*;
use sidenote::client::{Connection, Session};
use wasm_bindgen_test::wasm_bindgen_test;
use wire::{ChannelKind, ContactId, ConversationId, ProblemCode};

use sidenote_testkit::clock::Clock;
use sidenote_testkit::eventually::{eventually, painted};
use sidenote_testkit::fake_server::{FakeServer, Who};
use sidenote_testkit::notes::{add_note, is_waiting, note_box, note_row, notes};
use sidenote_testkit::screen::read;
use sidenote_testkit::story::Story;
use sidenote_testkit::user::fill_in;

const NOTE: &str = "/contacts/*/notes/*";

/// Two conversations with Ana, side by side.
async fn ana_twice() -> (Story, ContactId, [ConversationId; 2]) {
    let server = FakeServer::new();
    let ana = server.contact("Ana Duarte");
    let conversations = [ChannelKind::Sms, ChannelKind::Email].map(|kind| server.conversation(ana, kind));
    server.contact_note(ana, Who::Colleague, "Prefers mornings");
    let story = Story::ready(server, &conversations).await;
    eventually("the notes are there", || notes(&story.panel(0)).len() == 1).await;
    (story, ana, conversations)
}

/// Waits until the note has this sentence in both panels.
async fn both_say(story: &Story, text: &str, sentence: &str) {
    let says = |nth| {
        let panel = story.panel(nth);
        notes(&panel).iter().any(|note| note == text) && note_row(&panel, text).says(sentence)
    };
    eventually(sentence, || says(0) && says(1)).await;
}

async fn saved_in_both(story: &Story, text: &str) {
    let is_saved = |nth| {
        let panel = story.panel(nth);
        notes(&panel).iter().any(|note| note == text) && !note_row(&panel, text).all("time").is_empty()
    };
    eventually("the note is saved", || is_saved(0) && is_saved(1)).await;
}

#[wasm_bindgen_test]
async fn a_refused_note_keeps_its_text_in_both_panels_and_edit_puts_it_back_into_the_shared_draft() {
    let (story, ana, _) = ana_twice().await;
    story.server.refuse("PUT", NOTE, ProblemCode::InvalidBody);
    add_note(&story.panel(0), "Wants the blue one").await;
    both_say(&story, "Wants the blue one", "Not saved: The text is blank, too long, or holds characters").await;
    fill_in(&note_box(&story.panel(0)), "typed since");

    note_row(&story.panel(1), "Wants the blue one").role("button", "Edit").click();
    eventually("it is gone from the lists", || (0..2).all(|nth| notes(&story.panel(nth)) == ["Prefers mornings"]))
        .await;
    for nth in 0..2 {
        assert_eq!(note_box(&story.panel(nth)).value(), "Wants the blue one\ntyped since");
    }
    assert_eq!(story.server.notes_of(ana), ["Prefers mornings"]);
    assert_eq!(story.server.requests("PUT", NOTE).len(), 1, "what was refused for good isn't tried again");
    story.end().await;
}

#[wasm_bindgen_test]
async fn discarding_a_refused_note_takes_it_away_everywhere() {
    let (story, _, _) = ana_twice().await;
    story.server.refuse("PUT", NOTE, ProblemCode::Forbidden);
    add_note(&story.panel(0), "Wants the blue one").await;
    both_say(&story, "Wants the blue one", "Not saved: You are not allowed to do this.").await;
    assert!(!note_row(&story.panel(1), "Wants the blue one").all("alert").is_empty());

    note_row(&story.panel(0), "Wants the blue one").role("button", "Discard").click();
    eventually("it is gone", || (0..2).all(|nth| notes(&story.panel(nth)) == ["Prefers mornings"])).await;
    painted().await;
    assert_eq!(note_box(&story.panel(0)).value(), "");
    assert!(!story.server.was_asked("DELETE", NOTE), "the server never had it");
    story.end().await;
}

#[wasm_bindgen_test]
async fn a_busy_server_is_asked_again_when_it_said_with_the_same_id() {
    let clock = Clock::stop();
    let (story, ana, _) = ana_twice().await;
    story.server.refuse_for("PUT", NOTE, ProblemCode::Busy, 9);
    add_note(&story.panel(0), "Wants the blue one").await;
    both_say(&story, "Wants the blue one", "Not saved yet: The server is busy. Trying again.").await;
    // A new connection to the stream is no reason to ask earlier.
    let connection = story.client.connection();
    story.server.cut_stream();
    eventually("it is cut", || connection.get_untracked() == Connection::Lost).await;
    clock.pass(2_000).await;
    eventually("it is connected again", || connection.get_untracked() == Connection::Live).await;
    clock.pass(6_900).await;
    painted().await;
    assert_eq!(story.server.requests("PUT", NOTE).len(), 1, "not before the time it asked for");
    clock.pass(100).await;
    saved_in_both(&story, "Wants the blue one").await;
    same_id_twice(&story);
    assert_eq!(story.server.notes_of(ana), ["Wants the blue one", "Prefers mornings"]);
    story.end().await;
}

#[wasm_bindgen_test]
async fn a_note_whose_answer_was_lost_is_sent_again_with_its_id_and_is_one_note() {
    let (story, ana, _) = ana_twice().await;
    story.server.lose("PUT", NOTE);
    add_note(&story.panel(0), "Wants the blue one").await;
    both_say(&story, "Wants the blue one", "Not saved yet: The server can't be reached. Trying again.").await;
    assert_eq!(story.server.notes_of(ana).len(), 2, "the server has it all the same");
    saved_in_both(&story, "Wants the blue one").await;
    same_id_twice(&story);
    assert_eq!(story.server.notes_of(ana), ["Wants the blue one", "Prefers mornings"]);
    assert_eq!(notes(&story.panel(1)), ["Wants the blue one", "Prefers mornings"]);
    story.end().await;
}

fn same_id_twice(story: &Story) {
    let sent = story.server.requests("PUT", NOTE);
    assert_eq!(sent.len(), 2);
    assert_eq!(sent[0].path, sent[1].path);
    assert_eq!(sent[0].body, sent[1].body);
}

#[wasm_bindgen_test]
async fn a_note_deleted_elsewhere_before_it_was_confirmed_goes_with_an_alert() {
    let (story, _, _) = ana_twice().await;
    story.server.refuse("PUT", NOTE, ProblemCode::Gone);
    add_note(&story.panel(0), "Wants the blue one").await;
    eventually("it is said", || story.alerts().iter().any(|alert| alert == "It was deleted in the meantime.")).await;
    for nth in 0..2 {
        assert_eq!(notes(&story.panel(nth)), ["Prefers mornings"]);
    }
    story.end().await;
}

#[wasm_bindgen_test]
async fn a_note_waits_for_an_expired_session_and_goes_after_signing_in_again() {
    let (story, ana, _) = ana_twice().await;
    story.server.refuse("PUT", NOTE, ProblemCode::SignedOut);
    add_note(&story.panel(0), "Wants the blue one").await;
    let session = story.client.session();
    eventually("the session has ended", || session.get_untracked() == Session::Expired).await;
    painted().await;
    for nth in 0..2 {
        assert!(is_waiting(&note_row(&story.panel(nth), "Wants the blue one")));
    }
    assert_eq!(story.server.requests("PUT", NOTE).len(), 1);

    let same = story.client.sign_in_again("sam@acme.test".to_owned(), "demo".to_owned()).await;
    assert_eq!(same, Ok(true));
    saved_in_both(&story, "Wants the blue one").await;
    same_id_twice(&story);
    assert_eq!(story.server.notes_of(ana).len(), 2);
    story.end().await;
}

#[wasm_bindgen_test]
async fn a_note_written_without_a_connection_is_saved_when_it_is_back() {
    let (story, ana, _) = ana_twice().await;
    story.server.go_offline();
    add_note(&story.panel(0), "Wants the blue one").await;
    both_say(&story, "Wants the blue one", "The server can't be reached. Trying again.").await;
    story.server.go_online();
    saved_in_both(&story, "Wants the blue one").await;
    assert_eq!(story.server.notes_of(ana), ["Wants the blue one", "Prefers mornings"]);
    story.end().await;
}

#[wasm_bindgen_test]
async fn a_double_click_makes_one_note() {
    let (story, ana, _) = ana_twice().await;
    fill_in(&note_box(&story.panel(0)), "Wants the blue one");
    let button = story.panel(0).role("button", "Add note");
    eventually("it can be saved", || !button.has_attribute("disabled")).await;
    button.click();
    button.click();
    saved_in_both(&story, "Wants the blue one").await;
    assert_eq!(story.server.requests("PUT", NOTE).len(), 1);
    assert_eq!(story.server.notes_of(ana).len(), 2);
    assert_eq!(note_box(&story.panel(1)).value(), "");
    story.end().await;
}

#[wasm_bindgen_test]
async fn on_a_contacts_own_page_notes_can_be_read_and_the_box_says_what_is_missing() {
    let server = FakeServer::new();
    let (ana, _) = server.contact_with_conversation("Ana Duarte", ChannelKind::Sms);
    server.contact_note(ana, Who::Colleague, "Prefers mornings");
    let story = Story::contact_page(server, ana).await;
    let screen = story.screen();
    eventually("the note is there", || notes(&screen) == ["Prefers mornings"]).await;
    let field = note_box(&screen);
    assert!(field.disabled());
    assert!(screen.role("button", "Add note").has_attribute("disabled"));
    let hint = field.get_attribute("aria-describedby").and_then(|id| document().get_element_by_id(&id));
    let hint = hint.and_then(|hint| hint.text_content()).unwrap_or_default();
    assert_eq!(hint.trim(), "Open a conversation with the contact first.");
    assert!(read(story.root()).contains("Ana Duarte"));
    story.end().await;
}
