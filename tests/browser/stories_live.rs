//! The event stream: gaps, resets, torn pieces and silence. Afterwards the app shows what the server has.

use leptos::prelude::GetUntracked;
use sidenote::client::Connection;
use std::{cell::Cell, rc::Rc};
use wasm_bindgen::{JsCast, closure::Closure};
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Element, MutationObserver, MutationObserverInit};
use wire::{ChannelKind, ContactId, ContactNoteId, ConversationId};

use sidenote_testkit::clock::Clock;
use sidenote_testkit::eventually::{eventually, painted};
use sidenote_testkit::fake_server::{FakeServer, Who};
use sidenote_testkit::notes::{add_note, is_waiting, note_box, note_row, notes};
use sidenote_testkit::screen::read;
use sidenote_testkit::story::Story;
use sidenote_testkit::user::fill_in;

const EVENTS: &str = "/events";
const OLD: &str = "Reconnecting — what you see may be old";

async fn ana() -> (Story, ContactId, ConversationId, [ContactNoteId; 2]) {
    let server = FakeServer::new();
    let (ana, conversation) = server.contact_with_conversation("Ana Duarte", ChannelKind::Sms);
    server.contact_writes(conversation, "Is it open on Sunday?");
    let ids = ["First", "Second"].map(|text| server.contact_note(ana, Who::Colleague, text));
    let story = Story::ready(server, &[conversation]).await;
    shows(&story, &["Second", "First"]).await;
    let connection = story.client.connection();
    eventually("it is live", || connection.get_untracked() == Connection::Live).await;
    (story, ana, conversation, ids)
}

async fn shows(story: &Story, expected: &[&str]) {
    eventually(&format!("the panel shows {expected:?}"), || notes(&story.panel(0)) == expected).await;
}

#[wasm_bindgen_test]
async fn after_a_reset_everything_open_is_fetched_anew_and_drafts_and_waiting_notes_are_kept() {
    let (story, _, conversation, ids) = ana().await;
    let held = story.server.hold("PUT", "/contacts/*/notes/*");
    story.server.cut_stream();
    story.server.delete_contact_note(ids[0], Who::Colleague);
    story.server.contact_writes(conversation, "Hello?");
    story.server.start_new_epoch();
    fill_in(&note_box(&story.panel(0)), "half a thought");

    let open = ["/conversations", "/conversations/*", "/conversations/*/messages", "/conversations/*/notes"]
        .into_iter()
        .chain(["/contacts/*", "/contacts/*/notes", "/contacts/*/activity"]);
    let before: Vec<_> = open.map(|path| (path, story.server.requests("GET", path).len())).collect();
    shows(&story, &["Second"]).await;
    for (path, count) in before {
        eventually(&format!("{path} is asked for again"), || story.server.requests("GET", path).len() > count).await;
    }
    eventually("the thread is right", || read(&story.panes()[0]).contains("Hello?")).await;
    assert_eq!(note_box(&story.panel(0)).value(), "half a thought");

    add_note(&story.panel(0), "Still on its way").await;
    eventually("it is under way", || held.count() == 1).await;
    story.server.cut_stream();
    story.server.delete_contact_note(ids[1], Who::Colleague);
    story.server.start_new_epoch();
    eventually("the other note is gone", || !notes(&story.panel(0)).contains(&"Second".to_owned())).await;
    assert_eq!(notes(&story.panel(0)), ["Still on its way"]);
    held.release();
    eventually("it is saved", || !is_waiting(&note_row(&story.panel(0), "Still on its way"))).await;
    shows(&story, &["Still on its way"]).await;
    story.end().await;
}

#[wasm_bindgen_test]
async fn known_notes_stay_in_sight_while_they_are_asked_for_again() {
    let (story, ana, _, _) = ana().await;
    let held = story.server.hold("GET", "/contacts/*/notes");
    story.server.cut_stream();
    story.server.contact_note(ana, Who::Colleague, "Third");
    story.server.start_new_epoch();
    eventually("the notes are asked for again", || held.count() == 1).await;
    painted().await;
    assert_eq!(notes(&story.panel(0)), ["Second", "First"]);
    held.release();
    shows(&story, &["Third", "Second", "First"]).await;
    story.end().await;
}

#[wasm_bindgen_test]
async fn a_broken_stream_is_resumed_after_the_last_thing_heard() {
    let (story, ana, _, ids) = ana().await;
    assert!(story.server.requests("GET", EVENTS)[0].last_event_id.is_some(), "from the first list on");
    story.server.contact_note(ana, Who::Colleague, "Third");
    story.server.tell();
    shows(&story, &["Third", "Second", "First"]).await;
    let heard = story.server.position().to_string();
    story.server.cut_stream();
    story.server.contact_note(ana, Who::Colleague, "Fourth");
    story.server.delete_contact_note(ids[0], Who::Colleague);
    shows(&story, &["Fourth", "Third", "Second"]).await;
    let asked = story.server.requests("GET", EVENTS);
    assert_eq!(asked.last().and_then(|sent| sent.last_event_id.clone()), Some(heard));
    assert_eq!(story.server.requests("GET", "/contacts/*/notes").len(), 1, "nothing is fetched twice");
    story.end().await;
}

#[wasm_bindgen_test]
async fn a_stream_that_ends_is_opened_again() {
    let (story, ana, _, _) = ana().await;
    story.server.end_stream();
    story.server.contact_note(ana, Who::Colleague, "Third");
    shows(&story, &["Third", "Second", "First"]).await;
    assert_eq!(story.server.requests("GET", EVENTS).len(), 2);
    story.end().await;
}

#[wasm_bindgen_test]
async fn without_a_connection_for_five_seconds_it_says_so_until_caught_up() {
    let clock = Clock::stop();
    let (story, ana, _, _) = ana().await;
    let line = || story.screen().all("status").iter().any(|status| read(status) == OLD);
    assert!(!line());
    story.server.go_offline();
    let connection = story.client.connection();
    eventually("the connection is lost", || connection.get_untracked() == Connection::Lost).await;
    clock.pass(4_900).await;
    painted().await;
    assert!(!line(), "a short gap shows nothing");
    clock.pass(100).await;
    eventually("it is said", line).await;
    assert_eq!(notes(&story.panel(0)), ["Second", "First"], "what is known stays");
    story.server.contact_note(ana, Who::Colleague, "Third");
    story.server.go_online();
    eventually("it is no longer said", || !line()).await;
    shows(&story, &["Third", "Second", "First"]).await;
    story.end().await;
}

#[wasm_bindgen_test]
async fn after_a_reset_it_is_not_live_before_everything_open_was_fetched() {
    let (story, _, _, _) = ana().await;
    let held = story.server.hold("GET", "/contacts/*/notes");
    story.server.cut_stream();
    story.server.start_new_epoch();
    eventually("the notes are asked for again", || held.count() == 1).await;
    painted().await;
    let connection = story.client.connection();
    assert_ne!(connection.get_untracked(), Connection::Live, "what is shown may be old");
    held.release();
    eventually("it is live again", || connection.get_untracked() == Connection::Live).await;
    story.end().await;
}

#[wasm_bindgen_test]
async fn what_a_newer_server_says_is_passed_over() {
    let (story, ana, _, _) = ana().await;
    story.server.say_unknown();
    story.server.contact_note(ana, Who::Colleague, "Third");
    story.server.tell();
    shows(&story, &["Third", "Second", "First"]).await;
    assert_eq!(story.server.requests("GET", EVENTS).len(), 1, "the stream went on");
    story.end().await;
}

#[wasm_bindgen_test]
async fn a_stream_torn_within_a_character_is_read_right() {
    let (story, ana, _, _) = ana().await;
    story.server.contact_note(ana, Who::Colleague, "Grüße aus 東京 👋");
    story.server.tell_torn(|bytes| {
        let wave = bytes.windows(4).position(|part| part == "👋".as_bytes()).expect("it is in there");
        wave + 2
    });
    shows(&story, &["Grüße aus 東京 👋", "Second", "First"]).await;
    story.server.contact_note(ana, Who::Colleague, "Fin");
    story.server.tell_torn(|_| 1);
    shows(&story, &["Fin", "Grüße aus 東京 👋", "Second", "First"]).await;
    story.end().await;
}

#[wasm_bindgen_test]
async fn events_told_again_after_a_deletion_bring_nothing_back() {
    let (story, ana, _, ids) = ana().await;
    story.server.delete_contact_note(ids[1], Who::Colleague);
    story.server.tell();
    shows(&story, &["First"]).await;
    story.server.repeat_everything();
    story.server.contact_note(ana, Who::Colleague, "Third");
    story.server.tell();
    shows(&story, &["Third", "First"]).await;
    story.end().await;
}

#[wasm_bindgen_test]
async fn a_contacts_new_name_is_everywhere_at_once() {
    let (story, ana, _, _) = ana().await;
    story.server.change_contact(ana, |contact| contact.name = "Ana Duarte Lima".to_owned());
    story.server.tell();
    eventually("the panel has it", || story.screen().has("complementary", "Profile of Ana Duarte Lima, SMS")).await;
    assert!(story.panel(0).says("Only your team, every conversation with Ana Duarte Lima"));
    story.end().await;
}

#[wasm_bindgen_test]
async fn a_burst_of_messages_is_there_in_full_is_rendered_frame_by_frame_and_causes_no_request() {
    let (story, _, conversation, _) = ana().await;
    let asked = || story.server.requests("GET", "/contacts/*/activity").len();
    eventually("the activity is loaded", || asked() == 1).await;
    let changes = Changes::of(story.root());
    for nth in 0..200 {
        story.server.contact_writes(conversation, &format!("Message {nth} of many"));
        story.server.tell();
    }
    eventually("the last one is there", || read(&story.panes()[0]).contains("Message 199 of many")).await;
    assert!(changes.count() < 50, "rendered {} times", changes.count());
    painted().await;
    assert_eq!(asked(), 1, "a message is no activity");
    story.end().await;
}

/// Counts how often something below an element has changed.
struct Changes {
    observer: MutationObserver,
    count: Rc<Cell<u32>>,
    _callback: Closure<dyn FnMut()>,
}

impl Changes {
    fn of(root: &Element) -> Self {
        let count = Rc::new(Cell::new(0));
        let counting = Rc::clone(&count);
        let callback = Closure::<dyn FnMut()>::new(move || counting.set(counting.get() + 1));
        let observer = MutationObserver::new(callback.as_ref().unchecked_ref()).expect("an observer can be made");
        let options = MutationObserverInit::new();
        options.set_subtree(true);
        options.set_child_list(true);
        options.set_character_data(true);
        observer.observe_with_options(root, &options).expect("an element can be observed");
        Self { observer, count, _callback: callback }
    }

    fn count(&self) -> u32 {
        self.count.get()
    }
}

impl Drop for Changes {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}
