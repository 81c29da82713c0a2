//! Deleting and undoing: one click deletes a note everywhere at once; an undo or a refusal brings it back to its place.

use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::HtmlElement;
use wire::{ChannelKind, ContactId, ContactNoteId, ProblemCode};

use sidenote_testkit::eventually::{eventually, painted};
use sidenote_testkit::fake_server::{FakeServer, Who};
use sidenote_testkit::notes::{note_box, note_row, notes};
use sidenote_testkit::screen::{Screen, spoken};
use sidenote_testkit::story::Story;
use sidenote_testkit::user::focused;

const NOTE: &str = "/contacts/*/notes/*";
const RESTORE: &str = "/contacts/*/notes/*/restore";
const ALL: [&str; 3] = ["Third", "Second", "First"];

/// Two conversations with Ana, who has three notes by the same author.
async fn three_notes(server: FakeServer, author: Who) -> (Story, ContactId, [ContactNoteId; 3]) {
    let ana = server.contact("Ana Duarte");
    let conversations = [ChannelKind::Sms, ChannelKind::Email].map(|kind| server.conversation(ana, kind));
    let ids = ["First", "Second", "Third"].map(|text| server.contact_note(ana, author, text));
    let story = Story::ready(server, &conversations).await;
    both_show(&story, &ALL).await;
    (story, ana, ids)
}

async fn both_show(story: &Story, expected: &[&str]) {
    eventually(&format!("both panels show {expected:?}"), || (0..2).all(|nth| notes(&story.panel(nth)) == expected))
        .await;
}

fn trash(panel: &Screen, text: &str) -> HtmlElement {
    let buttons = note_row(panel, text).all("button").into_iter();
    let mut named = buttons
        .filter(|button| button.get_attribute("aria-label").is_some_and(|label| label.starts_with("Delete note by ")));
    named.next().expect("each note has a trashcan")
}

fn offers_undo(story: &Story) -> bool {
    story.screen().has("button", "Undo")
}

#[wasm_bindgen_test]
async fn a_deleted_note_is_gone_from_every_panel_before_the_server_has_answered() {
    let (story, ana, _) = three_notes(FakeServer::new(), Who::Me).await;
    let held = story.server.hold("DELETE", NOTE);
    trash(&story.panel(1), "Second").click();
    both_show(&story, &["Third", "First"]).await;
    eventually("the request is under way", || held.count() == 1).await;
    assert!(offers_undo(&story));
    held.release();
    eventually("the server has deleted it", || story.server.notes_of(ana) == ["Third", "First"]).await;
    story.server.tell();
    painted().await;
    both_show(&story, &["Third", "First"]).await;
    assert_eq!(story.server.requests("DELETE", NOTE).len(), 1);
    story.end().await;
}

#[wasm_bindgen_test]
async fn a_deletion_that_is_forbidden_puts_the_note_back_in_its_place_and_says_why() {
    let (story, _, _) = three_notes(FakeServer::new(), Who::Me).await;
    story.server.refuse("DELETE", NOTE, ProblemCode::Forbidden);
    let held = story.server.hold("DELETE", NOTE);
    trash(&story.panel(0), "Second").click();
    both_show(&story, &["Third", "First"]).await;
    held.release();
    both_show(&story, &ALL).await;
    eventually("it is said", || story.alerts().iter().any(|alert| alert.contains("You are not allowed to do this.")))
        .await;
    assert!(!offers_undo(&story), "there is nothing to undo");
    story.end().await;
}

#[wasm_bindgen_test]
async fn deleting_what_is_no_longer_there_counts_as_deleted() {
    let (story, _, _) = three_notes(FakeServer::new(), Who::Me).await;
    story.server.refuse("DELETE", NOTE, ProblemCode::NotFound);
    trash(&story.panel(0), "Second").click();
    eventually("the server was asked", || story.server.was_asked("DELETE", NOTE)).await;
    painted().await;
    both_show(&story, &["Third", "First"]).await;
    assert!(story.alerts().is_empty(), "{:?}", story.alerts());
    story.end().await;
}

#[wasm_bindgen_test]
async fn undo_while_the_deletion_is_on_its_way_brings_the_note_back() {
    let (story, ana, ids) = three_notes(FakeServer::new(), Who::Me).await;
    let held = story.server.hold("DELETE", NOTE);
    trash(&story.panel(0), "Second").click();
    eventually("the request is under way", || held.count() == 1).await;
    story.screen().role("button", "Undo").click();
    both_show(&story, &ALL).await;
    assert!(!story.server.was_asked("POST", RESTORE), "one request at a time");
    held.release();
    eventually("the server has it back", || story.server.notes_of(ana) == ALL).await;
    story.server.tell();
    painted().await;
    both_show(&story, &ALL).await;
    let restored = story.server.requests("POST", RESTORE);
    assert_eq!(restored.len(), 1);
    assert!(restored[0].path.contains(&ids[1].to_string()));
    story.end().await;
}

#[wasm_bindgen_test]
async fn undo_after_the_deletion_brings_the_note_back_to_its_place_as_it_was() {
    let (story, ana, _) = three_notes(FakeServer::new(), Who::Me).await;
    trash(&story.panel(0), "Second").click();
    eventually("it is deleted", || story.server.notes_of(ana).len() == 2).await;
    story.server.tell();
    both_show(&story, &["Third", "First"]).await;
    story.screen().role("button", "Undo").click();
    both_show(&story, &ALL).await;
    eventually("the server has it back", || story.server.notes_of(ana) == ALL).await;
    story.server.tell();
    painted().await;
    both_show(&story, &ALL).await;
    assert!(!offers_undo(&story));
    assert_eq!(note_row(&story.panel(1), "Second").texts("Sam").len(), 1);
    story.end().await;
}

#[wasm_bindgen_test]
async fn an_undo_that_comes_too_late_says_so() {
    let (story, ana, _) = three_notes(FakeServer::new(), Who::Me).await;
    story.server.refuse("POST", RESTORE, ProblemCode::Gone);
    trash(&story.panel(0), "Second").click();
    eventually("it is deleted", || story.server.notes_of(ana).len() == 2).await;
    story.screen().role("button", "Undo").click();
    let sentence = "The note could not be brought back: it is gone for good.";
    eventually("it is said", || story.alerts().iter().any(|alert| alert.contains(sentence))).await;
    both_show(&story, &["Third", "First"]).await;
    story.end().await;
}

#[wasm_bindgen_test]
async fn a_second_deletion_leaves_the_first_ones_undo_as_it_is() {
    let (story, ana, _) = three_notes(FakeServer::new(), Who::Me).await;
    trash(&story.panel(0), "Third").click();
    eventually("its undo is there", || offers_undo(&story)).await;
    let first = story.screen().role("button", "Undo");
    trash(&story.panel(0), "First").click();
    eventually("both are there", || story.screen().roles("button", "Undo").len() == 2).await;
    // The same element: its ten seconds are not started again, and it keeps the focus.
    assert!(story.screen().roles("button", "Undo")[0] == first);
    eventually("both are deleted", || story.server.notes_of(ana) == ["Second"]).await;
    first.click();
    both_show(&story, &["Third", "Second"]).await;
    eventually("the server has it back", || story.server.notes_of(ana) == ["Third", "Second"]).await;
    story.end().await;
}

#[wasm_bindgen_test]
async fn after_a_deletion_the_focus_goes_to_the_next_trashcan_else_the_previous_else_the_box() {
    let (story, _, _) = three_notes(FakeServer::new(), Who::Me).await;
    let panel = story.panel(1);
    for (gone, next) in [("Third", "Second"), ("First", "Second")] {
        let button = trash(&panel, gone);
        button.focus().expect("a button takes the focus");
        button.click();
        eventually("the focus is on the neighbour", || {
            !notes(&panel).iter().any(|note| note == gone) && focused() == Some(trash(&panel, next))
        })
        .await;
    }
    let button = trash(&panel, "Second");
    button.focus().expect("a button takes the focus");
    button.click();
    eventually("the focus is in the box", || focused().is_some_and(|field| field == *note_box(&panel))).await;
    story.end().await;
}

#[wasm_bindgen_test]
async fn a_colleagues_note_cannot_be_deleted_by_an_agent_and_the_trashcan_says_why() {
    let (story, ana, _) = three_notes(FakeServer::new(), Who::Colleague).await;
    let button = trash(&story.panel(0), "Second");
    assert_eq!(button.get_attribute("aria-disabled").as_deref(), Some("true"));
    let reason = "Only Maya or an admin can delete this note.";
    assert_eq!(spoken(&button.title()), reason);
    button.click();
    eventually("the reason is said", || story.alerts().iter().any(|alert| alert.contains(reason))).await;
    painted().await;
    both_show(&story, &ALL).await;
    assert!(!story.server.was_asked("DELETE", NOTE));
    assert_eq!(story.server.notes_of(ana), ALL);
    story.end().await;
}

#[wasm_bindgen_test]
async fn an_admin_deletes_anybodys_note() {
    let (story, ana, _) = three_notes(FakeServer::for_admin(), Who::Colleague).await;
    let button = trash(&story.panel(0), "Second");
    assert_eq!(button.get_attribute("aria-disabled").as_deref(), Some("false"));
    button.click();
    both_show(&story, &["Third", "First"]).await;
    eventually("it is deleted", || story.server.notes_of(ana) == ["Third", "First"]).await;
    story.end().await;
}

#[wasm_bindgen_test]
async fn a_colleagues_deletion_takes_the_note_from_every_panel() {
    let (story, _, ids) = three_notes(FakeServer::new(), Who::Me).await;
    story.server.delete_contact_note(ids[2], Who::Colleague);
    story.server.tell();
    both_show(&story, &["Second", "First"]).await;
    assert!(!offers_undo(&story), "only who deleted a note can bring it back");
    story.end().await;
}
