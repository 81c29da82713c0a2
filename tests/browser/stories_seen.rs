//! What counts as seen: what was in view, in a visible page, for two seconds. And its effects: the badge on the contact
//! icon, the divider in the notes, the mark of an unread conversation.

use sidenote::navigation::views::{InboxView, Pane};
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::HtmlElement;
use wire::{ChannelKind, ContactId, ConversationId};

use sidenote_testkit::clock::Clock;
use sidenote_testkit::eventually::{eventually, painted};
use sidenote_testkit::fake_server::{FakeServer, Who};
use sidenote_testkit::hidden_page::HiddenPage;
use sidenote_testkit::notes::{add_note, note_rows, notes};
use sidenote_testkit::screen::{found, read};
use sidenote_testkit::story::Story;

const SEEN: &str = "/contacts/*/notes/seen";
const READ: &str = "/conversations/*/read";
const DIVIDER: &str = "New since your last visit";
/// How long something has to be in view, in milliseconds.
const LOOKED: u32 = 2_000;

/// Ana with an old note that was seen, and two since then: one by the colleague and one by this agent.
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

/// Ana's conversation with the profile open and the Notes section in view.
async fn notes_in_view(server: FakeServer, conversation: ConversationId) -> Story {
    let story = Story::ready(server, &[conversation]).await;
    eventually("the notes are there", || !notes(&story.panel(0)).is_empty()).await;
    show_notes(&story);
    story
}

/// Scrolls as an agent does, until the newest note is at the top.
fn show_notes(story: &Story) {
    note_rows(&story.panel(0))[0].scroll_into_view();
}

async fn icon_says(story: &Story, name: &str) {
    eventually(name, || story.screen().has("button", name)).await;
}

/// Waits until this many things are in view and being timed.
async fn looked_at(clock: &Clock, count: usize) {
    eventually("they are looked at", || clock.waiting(LOOKED) == count).await;
}

/// The panel's notes with its dividers, from top to bottom.
fn lines(story: &Story) -> Vec<String> {
    let lines = |row: &HtmlElement| found(row, ".note-divider, .note-body").iter().map(read).collect::<Vec<_>>();
    note_rows(&story.panel(0)).iter().flat_map(lines).collect()
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
async fn notes_in_view_for_two_seconds_are_seen() {
    let clock = Clock::stop();
    let (server, ana, conversation) = ana();
    let newest = server.position().seq;
    let story = notes_in_view(server, conversation).await;
    looked_at(&clock, 1).await;
    clock.pass(LOOKED - 1).await;
    assert!(!story.server.was_asked("PUT", SEEN), "a glance is not enough");
    icon_says(&story, "Contact profile, 1 new note").await;
    clock.pass(1).await;
    icon_says(&story, "Contact profile").await;
    eventually("the server knows", || story.server.seen(ana) == newest).await;
    assert_eq!(story.server.requests("PUT", SEEN).len(), 1);
    story.end().await;
}

#[wasm_bindgen_test]
async fn notes_below_the_fold_are_not_seen_until_they_are_scrolled_to() {
    let clock = Clock::stop();
    let (server, _, conversation) = ana();
    let story = Story::ready(server, &[conversation]).await;
    eventually("the notes are there", || notes(&story.panel(0)).len() == 3).await;
    painted().await;
    clock.pass(10 * LOOKED).await;
    assert!(!story.server.was_asked("PUT", SEEN), "nobody has seen them");
    show_notes(&story);
    looked_at(&clock, 1).await;
    clock.pass(LOOKED).await;
    icon_says(&story, "Contact profile").await;
    story.end().await;
}

#[wasm_bindgen_test]
async fn of_many_new_notes_those_that_were_in_view_are_seen_and_the_others_stay_new() {
    let clock = Clock::stop();
    let (server, ana, conversation) = ana();
    let long = |nth: usize| format!("{nth}{}", "\nwith many lines".repeat(30));
    for nth in 0..3 {
        server.contact_note(ana, Who::Colleague, &long(nth));
    }
    let story = notes_in_view(server, conversation).await;
    icon_says(&story, "Contact profile, 4 new notes").await;
    looked_at(&clock, 1).await;
    clock.pass(LOOKED).await;
    icon_says(&story, "Contact profile, 3 new notes").await;
    painted().await;
    clock.pass(10 * LOOKED).await;
    icon_says(&story, "Contact profile, 3 new notes").await;
    assert!(!story.server.was_asked("PUT", SEEN), "the mark would speak for the older ones too");
    for (row, badge) in [(1, ", 2 new notes"), (2, ", 1 new note"), (4, "")] {
        note_rows(&story.panel(0))[row].scroll_into_view();
        looked_at(&clock, 1).await;
        clock.pass(LOOKED).await;
        icon_says(&story, &format!("Contact profile{badge}")).await;
    }
    eventually("the server knows", || story.server.seen(ana) == story.server.position().seq).await;
    story.end().await;
}

#[wasm_bindgen_test]
async fn notes_in_a_hidden_page_are_not_seen_until_it_has_been_visible_for_two_seconds() {
    let clock = Clock::stop();
    let (server, _, conversation) = ana();
    let hidden = HiddenPage::hide();
    let story = notes_in_view(server, conversation).await;
    painted().await;
    clock.pass(10 * LOOKED).await;
    icon_says(&story, "Contact profile, 1 new note").await;
    drop(hidden);
    looked_at(&clock, 1).await;
    clock.pass(LOOKED - 1).await;
    let hidden = HiddenPage::hide();
    clock.pass(LOOKED).await;
    icon_says(&story, "Contact profile, 1 new note").await;
    drop(hidden);
    looked_at(&clock, 1).await;
    clock.pass(LOOKED - 1).await;
    assert!(!story.server.was_asked("PUT", SEEN), "the time begins again");
    clock.pass(1).await;
    icon_says(&story, "Contact profile").await;
    story.end().await;
}

#[wasm_bindgen_test]
async fn a_profile_closed_before_two_seconds_were_over_has_not_been_seen() {
    let clock = Clock::stop();
    let (server, _, conversation) = ana();
    let story = notes_in_view(server, conversation).await;
    looked_at(&clock, 1).await;
    clock.pass(LOOKED - 1).await;
    story.screen().role("button", "Contact profile, 1 new note").click();
    eventually("the profile is closed", || story.panels().is_empty()).await;
    clock.pass(10 * LOOKED).await;
    assert!(story.screen().has("button", "Contact profile, 1 new note"));
    assert!(!story.server.was_asked("PUT", SEEN));
    story.end().await;
}

#[wasm_bindgen_test]
async fn one_divider_stands_above_what_is_new_until_the_panel_is_left() {
    let clock = Clock::stop();
    let (server, ana, conversation) = ana();
    server.contact_note(ana, Who::Colleague, "Newest");
    let story = notes_in_view(server, conversation).await;
    let expected = [DIVIDER, "Newest", "My own", "New", "Earlier", "Old"];
    eventually("the divider is there", || lines(&story) == expected).await;
    looked_at(&clock, 2).await;
    clock.pass(LOOKED).await;
    icon_says(&story, "Contact profile").await;
    assert_eq!(lines(&story), expected, "it stays, though everything was seen");
    // Collapsing a section does not close the panel.
    show_section(&story).await;
    show_section(&story).await;
    eventually("the divider is there", || lines(&story) == expected).await;
    let icon = story.screen().role("button", "Contact profile");
    icon.click();
    eventually("the panel is closed", || story.panels().is_empty()).await;
    icon.click();
    eventually("the next visit begins without", || {
        story.panels().len() == 1 && lines(&story) == ["Newest", "My own", "New", "Old"]
    })
    .await;
    story.end().await;
}

/// Opens or closes the Notes section.
async fn show_section(story: &Story) {
    let toggle = found(story.panel(0).root(), "[data-section=notes] .section-toggle").remove(0);
    let before = toggle.get_attribute("aria-expanded");
    toggle.click();
    eventually("it is the other way", || toggle.get_attribute("aria-expanded") != before).await;
}

#[wasm_bindgen_test]
async fn a_colleagues_note_that_comes_and_goes_is_counted_and_divided_off_and_ones_own_is_not() {
    let clock = Clock::stop();
    let server = FakeServer::new();
    let (ana, conversation) = server.contact_with_conversation("Ana Duarte", ChannelKind::Sms);
    server.contact_note(ana, Who::Colleague, "Old");
    server.everything_seen(ana);
    let story = notes_in_view(server, conversation).await;
    add_note(&story.panel(0), "My own").await;
    eventually("it is saved", || story.server.notes_of(ana).len() == 2).await;
    story.server.tell();
    painted().await;
    assert_eq!(lines(&story), ["My own", "Old"]);
    assert!(story.screen().has("button", "Contact profile"));
    let theirs = story.server.contact_note(ana, Who::Colleague, "Theirs");
    story.server.tell();
    icon_says(&story, "Contact profile, 1 new note").await;
    eventually("it is divided off", || lines(&story) == [DIVIDER, "Theirs", "My own", "Earlier", "Old"]).await;
    story.server.delete_contact_note(theirs, Who::Colleague);
    story.server.tell();
    icon_says(&story, "Contact profile").await;
    assert_eq!(lines(&story), ["My own", "Old"]);
    clock.pass(10 * LOOKED).await;
    assert!(!story.server.was_asked("PUT", SEEN), "there was nothing to be seen");
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

#[wasm_bindgen_test]
async fn the_badge_counts_all_new_notes_whether_or_not_they_are_loaded() {
    let (server, ana, conversation) = ana();
    let oldest = server.contact_note(ana, Who::Colleague, "The oldest new one but one");
    for nth in 0..70 {
        server.contact_note(ana, Who::Colleague, &format!("Note {nth}"));
    }
    let story = profile_closed(server, conversation).await;
    icon_says(&story, "Contact profile, 72 new notes").await;
    story.server.contact_note(ana, Who::Colleague, "One more");
    story.server.tell();
    icon_says(&story, "Contact profile, 73 new notes").await;
    story.server.delete_contact_note(oldest, Who::Colleague);
    story.server.tell();
    icon_says(&story, "Contact profile, 72 new notes").await;
    story.end().await;
}

#[wasm_bindgen_test]
async fn a_conversation_is_read_once_its_end_was_in_view_for_two_seconds_in_a_visible_page() {
    let clock = Clock::stop();
    let server = FakeServer::new();
    let (_, conversation) = server.contact_with_conversation("Ana Duarte", ChannelKind::Sms);
    (0..40).for_each(|nth| server.contact_writes(conversation, &format!("Message {nth}")));
    let hidden = HiddenPage::hide();
    let story = profile_closed(server, conversation).await;
    eventually("the end is there", || story.pane(0).says("Message 39")).await;
    painted().await;
    clock.pass(10 * LOOKED).await;
    assert!(!story.server.was_asked("PUT", READ), "nobody sees the page");
    drop(hidden);
    looked_at(&clock, 1).await;
    clock.pass(LOOKED - 1).await;
    assert!(!story.server.was_asked("PUT", READ), "a glance is not enough");
    story.server.contact_writes(conversation, "Meanwhile");
    story.server.tell();
    eventually("it is there", || story.pane(0).says("Meanwhile")).await;
    clock.pass(1).await;
    assert!(!story.server.was_asked("PUT", READ), "what has just come was not looked at yet");
    looked_at(&clock, 1).await;
    clock.pass(LOOKED).await;
    eventually("it is read", || story.server.was_asked("PUT", READ)).await;
    story.end().await;
}

#[wasm_bindgen_test]
async fn a_message_that_comes_while_the_reader_is_further_up_stays_unread() {
    let clock = Clock::stop();
    let server = FakeServer::new();
    let (_, conversation) = server.contact_with_conversation("Ana Duarte", ChannelKind::Sms);
    (0..30).for_each(|nth| server.contact_writes(conversation, &format!("Message {nth}")));
    let story = profile_closed(server, conversation).await;
    looked_at(&clock, 1).await;
    clock.pass(LOOKED).await;
    eventually("it is read", || story.server.was_asked("PUT", READ)).await;
    let thread = found(story.root(), ".thread").remove(0);
    thread.set_scroll_top(0);
    painted().await;
    story.server.contact_writes(conversation, "Below the fold");
    story.server.tell();
    eventually("it is there", || story.pane(0).says("Below the fold")).await;
    painted().await;
    clock.pass(10 * LOOKED).await;
    assert_eq!(story.server.requests("PUT", READ).len(), 1, "nobody has seen it");
    thread.set_scroll_top(thread.scroll_height());
    looked_at(&clock, 1).await;
    clock.pass(LOOKED).await;
    eventually("it is read", || story.server.requests("PUT", READ).len() == 2).await;
    story.end().await;
}
