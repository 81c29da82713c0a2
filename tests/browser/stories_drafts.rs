//! A draft stays with the contact or conversation that it was typed for, and loaded data never appears under another
//! contact.

use sidenote::navigation::views::InboxView;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::HtmlTextAreaElement;
use wire::{ChannelKind, ContactId, ConversationId, ProblemCode};

use sidenote_testkit::eventually::{eventually, next_picture, painted};
use sidenote_testkit::fake_server::{FakeServer, Who};
use sidenote_testkit::notes::{add_note, note_box, notes};
use sidenote_testkit::screen::Screen;
use sidenote_testkit::screen::{read, spoken};
use sidenote_testkit::story::Story;
use sidenote_testkit::user::fill_in;

const NOTES: &str = "/contacts/*/notes";

struct Two {
    server: FakeServer,
    ana: ContactId,
    with_ana: [ConversationId; 2],
    with_bo: ConversationId,
}

/// Ana with two conversations and a note, Bo with one of each.
fn ana_and_bo() -> Two {
    let server = FakeServer::new();
    let ana = server.contact("Ana Duarte");
    let with_ana = [ChannelKind::Sms, ChannelKind::Email].map(|kind| server.conversation(ana, kind));
    let (bo, with_bo) = server.contact_with_conversation("Bo Chen", ChannelKind::Chat);
    server.contact_note(ana, Who::Colleague, "About Ana");
    server.contact_note(bo, Who::Colleague, "About Bo");
    Two { server, ana, with_ana, with_bo }
}

async fn shows_profile_of(story: &Story, name: &str) {
    let label = format!("Profile of {name}, ");
    let is_theirs =
        || story.panels()[0].get_attribute("aria-label").is_some_and(|name| spoken(&name).starts_with(&label));
    let is_there = || story.panels().len() == 1 && is_theirs() && story.panel(0).has("textbox", "Add note");
    eventually(&label, is_there).await;
    // Fields get their texts in the frame after they are added, before they are painted.
    next_picture().await;
}

fn composer(pane: &Screen, label: &str) -> HtmlTextAreaElement {
    pane.role("textbox", label).unchecked_into()
}

#[wasm_bindgen_test]
async fn a_draft_waits_for_its_contact_and_never_shows_under_another() {
    let Two { server, with_ana, with_bo, .. } = ana_and_bo();
    let story = Story::ready(server, &with_ana[..1]).await;
    fill_in(&note_box(&story.panel(0)), "half a thought about Ana");
    story.go(|view| view.opening(with_bo));
    shows_profile_of(&story, "Bo Chen").await;
    assert_eq!(note_box(&story.panel(0)).value(), "");
    fill_in(&note_box(&story.panel(0)), "half a thought about Bo");
    // In the other conversation with Ana: the draft belongs to the contact.
    story.go(|view| view.opening(with_ana[1]));
    shows_profile_of(&story, "Ana Duarte").await;
    assert_eq!(note_box(&story.panel(0)).value(), "half a thought about Ana");
    story.go(|view| view.opening(with_bo));
    shows_profile_of(&story, "Bo Chen").await;
    assert_eq!(note_box(&story.panel(0)).value(), "half a thought about Bo");
    story.end().await;
}

#[wasm_bindgen_test]
async fn two_panels_of_one_contact_share_one_draft() {
    let Two { server, with_ana, with_bo, .. } = ana_and_bo();
    let story = Story::ready(server, &[with_ana[0], with_ana[1], with_bo]).await;
    fill_in(&note_box(&story.panel(0)), "half a thought");
    eventually("the other panel has it", || note_box(&story.panel(1)).value() == "half a thought").await;
    assert_eq!(note_box(&story.panel(2)).value(), "");
    add_note(&story.panel(1), "half a thought, finished").await;
    eventually("both are empty again", || (0..2).all(|nth| note_box(&story.panel(nth)).value().is_empty())).await;
    story.end().await;
}

#[wasm_bindgen_test]
async fn a_reply_and_a_note_have_drafts_of_their_own_for_each_conversation() {
    let Two { server, with_ana, .. } = ana_and_bo();
    let story = Story::ready(server, &with_ana).await;
    let pane = story.pane(0);
    fill_in(&composer(&pane, "Reply to Ana Duarte"), "Dear Ana");
    pane.role("button", "Note").click();
    eventually("the composer writes notes", || pane.has("textbox", "Conversation note")).await;
    assert_eq!(composer(&pane, "Conversation note").value(), "");
    fill_in(&composer(&pane, "Conversation note"), "Careful with her");
    pane.role("button", "Reply").click();
    eventually("the composer writes replies", || pane.has("textbox", "Reply to Ana Duarte")).await;
    assert_eq!(composer(&pane, "Reply to Ana Duarte").value(), "Dear Ana");
    assert_eq!(composer(&story.pane(1), "Reply to Ana Duarte").value(), "");
    assert_eq!(note_box(&story.panel(0)).value(), "");

    story.go(|view| view.opening(with_ana[1]));
    eventually("the first pane is closed", || story.panes().len() == 1).await;
    story.go(|view| view.opening(with_ana[0]));
    let is_back = || {
        let pane = story.pane(0);
        pane.has("textbox", "Reply to Ana Duarte") && composer(&pane, "Reply to Ana Duarte").value() == "Dear Ana"
    };
    eventually("the draft is back", is_back).await;
    story.end().await;
}

#[wasm_bindgen_test]
async fn a_late_page_of_one_contacts_notes_is_never_shown_under_another() {
    let Two { server, ana, with_ana, with_bo } = ana_and_bo();
    let held = server.hold("GET", &format!("/contacts/{ana}/notes"));
    let story = Story::open(server, &with_ana[..1]).await;
    eventually("Ana's notes are asked for", || held.count() == 1).await;
    story.go(|view| view.opening(with_bo));
    shows_profile_of(&story, "Bo Chen").await;
    eventually("Bo's notes are there", || notes(&story.panel(0)) == ["About Bo"]).await;
    held.release();
    painted().await;
    painted().await;
    assert_eq!(notes(&story.panel(0)), ["About Bo"]);
    assert!(!read(story.root()).contains("About Ana"));
    story.go(|view| view.opening(with_ana[0]));
    shows_profile_of(&story, "Ana Duarte").await;
    eventually("Ana's notes are there", || notes(&story.panel(0)) == ["About Ana"]).await;
    assert_eq!(story.server.requests("GET", &format!("/contacts/{ana}/notes")).len(), 1);
    story.end().await;
}

#[wasm_bindgen_test]
async fn notes_that_could_not_be_loaded_are_not_an_empty_list_and_try_again_loads_them() {
    let Two { server, with_ana, .. } = ana_and_bo();
    server.refuse("GET", NOTES, ProblemCode::Busy);
    let story = Story::open(server, &with_ana[..1]).await;
    let sentence = "This could not be loaded. The server is busy.";
    eventually("it says what happened", || story.alerts().iter().any(|alert| alert.contains(sentence))).await;
    let panel = story.panel(0);
    assert!(!panel.says("No notes about Ana Duarte yet."));
    panel.role("button", "Try again").click();
    eventually("the notes are there", || notes(&panel) == ["About Ana"]).await;
    assert!(story.alerts().is_empty());
    story.end().await;
}

#[wasm_bindgen_test]
async fn a_contact_without_notes_says_so_only_once_that_is_known() {
    let server = FakeServer::new();
    let (_, conversation) = server.contact_with_conversation("Ana Duarte", ChannelKind::Sms);
    let held = server.hold("GET", NOTES);
    let story = Story::open(server, &[conversation]).await;
    eventually("the notes are asked for", || held.count() == 1 && story.panels().len() == 1).await;
    eventually("the panel is there", || story.panel(0).has("textbox", "Add note")).await;
    assert!(!story.panel(0).says("No notes about"));
    held.release();
    eventually("it says so", || story.panel(0).says("No notes about Ana Duarte yet. What should your team know?"))
        .await;
    story.end().await;
}

#[wasm_bindgen_test]
async fn older_notes_that_could_not_be_loaded_come_with_try_again() {
    let server = FakeServer::new();
    let (ana, conversation) = server.contact_with_conversation("Ana Duarte", ChannelKind::Sms);
    for nth in 1..=130 {
        server.contact_note(ana, Who::Colleague, &format!("Note {nth}"));
    }
    let story = Story::ready(server, &[conversation]).await;
    eventually("the first page is there", || notes(&story.panel(0)).first().is_some_and(|note| note == "Note 130"))
        .await;
    story.server.refuse("GET", NOTES, ProblemCode::Busy);
    let panel = story.panel(0);
    let body = panel.role("group", "Sections of the profile");
    eventually("the end fails to load", || {
        body.set_scroll_top(body.scroll_height());
        panel.has("button", "Try again")
    })
    .await;
    assert!(notes(&panel).contains(&"Note 31".to_owned()), "what is known stays");
    panel.role("button", "Try again").click();
    eventually("the oldest note is there", || {
        body.set_scroll_top(body.scroll_height());
        notes(&panel).contains(&"Note 1".to_owned())
    })
    .await;
    story.end().await;
}

#[wasm_bindgen_test]
async fn a_threads_notes_that_could_not_be_loaded_come_with_try_again() {
    let server = FakeServer::new();
    let (_, conversation) = server.contact_with_conversation("Ana Duarte", ChannelKind::Sms);
    server.contact_writes(conversation, "Is it open on Sunday?");
    server.conversation_note(conversation, Who::Colleague, "She asks every week");
    server.refuse("GET", "/conversations/*/notes", ProblemCode::Busy);
    let story = Story::open(server, &[conversation]).await;
    eventually("it says what happened", || story.pane(0).has("button", "Try again")).await;
    story.pane(0).role("button", "Try again").click();
    eventually("the note is there", || read(&story.panes()[0]).contains("She asks every week")).await;
    assert!(read(&story.panes()[0]).contains("Is it open on Sunday?"));
    story.end().await;
}

#[wasm_bindgen_test]
async fn a_draft_survives_closing_and_opening_the_panel() {
    let Two { server, with_ana, .. } = ana_and_bo();
    let story = Story::ready(server, &with_ana[..1]).await;
    fill_in(&note_box(&story.panel(0)), "half a thought");
    story.panel(0).role("button", "Close profile").click();
    eventually("the panel is closed", || story.panels().is_empty()).await;
    story.go(|view: &InboxView| view.toggling_panel(with_ana[0]));
    eventually("it is open again", || story.panels().len() == 1 && story.panel(0).has("textbox", "Add note")).await;
    next_picture().await;
    assert_eq!(note_box(&story.panel(0)).value(), "half a thought");
    story.end().await;
}
