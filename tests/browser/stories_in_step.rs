//! The central promise: a contact's note is in every conversation with the contact, at once, and nowhere else.

use std::cell::RefCell;
use std::rc::Rc;

use leptos::prelude::document;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{HtmlElement, MutationObserver, MutationObserverInit};
use wire::{ChannelKind, ContactId, ConversationId, VariantArray as _};

use sidenote_testkit::eventually::{eventually, painted};
use sidenote_testkit::fake_server::{FakeServer, Who};
use sidenote_testkit::notes::{add_note, is_waiting, note_row, note_rows, notes};
use sidenote_testkit::screen::Screen;
use sidenote_testkit::screen::read;
use sidenote_testkit::story::Story;

const PUT: (&str, &str) = ("PUT", "/contacts/*/notes/*");

/// Ana with eight conversations, and Bo with one.
fn eight_and_one() -> (FakeServer, ContactId, Vec<ConversationId>) {
    let server = FakeServer::new();
    let ana = server.contact("Ana Duarte");
    let kinds = ChannelKind::VARIANTS.iter().copied().chain([ChannelKind::Email]);
    let mut conversations: Vec<_> = kinds.map(|kind| server.conversation(ana, kind)).collect();
    let (bo, with_bo) = server.contact_with_conversation("Bo Chen", ChannelKind::Sms);
    server.contact_note(ana, Who::Colleague, "Prefers to be called before noon");
    server.contact_note(bo, Who::Colleague, "Speaks Danish");
    conversations.push(with_bo);
    (server, ana, conversations)
}

/// What one observer of the whole page saw in each callback.
struct Watched<T> {
    seen: Rc<RefCell<Vec<T>>>,
    observer: MutationObserver,
    _closure: Closure<dyn FnMut()>,
}

impl<T: 'static> Watched<T> {
    fn new(look: impl Fn() -> T + 'static) -> Self {
        let seen = Rc::new(RefCell::new(Vec::new()));
        let record = Rc::clone(&seen);
        let closure = Closure::<dyn FnMut()>::new(move || record.borrow_mut().push(look()));
        let observer = MutationObserver::new(closure.as_ref().unchecked_ref()).expect("an observer can be made");
        let all = MutationObserverInit::new();
        all.set_child_list(true);
        all.set_subtree(true);
        let body = document().body().expect("a page has a body");
        observer.observe_with_options(&body, &all).expect("a body can be observed");
        Self { seen, observer, _closure: closure }
    }
}

impl<T> Drop for Watched<T> {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}

/// The texts of the notes of each panel.
fn all_notes(panels: &[HtmlElement]) -> Vec<Vec<String>> {
    panels.iter().map(|panel| notes(&Screen::of(panel))).collect()
}

#[wasm_bindgen_test]
async fn a_note_added_in_one_of_eight_panes_is_in_all_eight_in_one_flush_and_in_no_other_contacts_panel() {
    let (server, _, conversations) = eight_and_one();
    let story = Story::ready(server, &conversations).await;
    let panels = story.panels();
    assert_eq!(panels.len(), 9);
    eventually("all panels have their notes", || all_notes(&panels).iter().all(|notes| notes.len() == 1)).await;
    let held = story.server.hold(PUT.0, PUT.1);

    let third = story.panel(2);
    sidenote_testkit::user::fill_in(&sidenote_testkit::notes::note_box(&third), "Wants the blue one");
    painted().await;
    let watched = Watched::new({
        let panels = panels.clone();
        move || all_notes(&panels)
    });
    third.role("button", "Add note").click();
    eventually("the page changes", || !watched.seen.borrow().is_empty()).await;

    let first = watched.seen.borrow()[0].clone();
    for notes in &first[..8] {
        assert_eq!(*notes, ["Wants the blue one", "Prefers to be called before noon"]);
    }
    assert_eq!(first[8], ["Speaks Danish"]);
    eventually("the request is under way", || held.count() == 1).await;
    assert!(panels[..8].iter().all(|panel| is_waiting(&note_row(&Screen::of(panel), "Wants the blue one"))));
    held.release();
    drop(watched);
    story.end().await;
}

#[wasm_bindgen_test]
async fn confirming_a_note_keeps_its_nodes_in_every_panel() {
    let (server, ana, conversations) = eight_and_one();
    let story = Story::ready(server, &conversations).await;
    let held = story.server.hold(PUT.0, PUT.1);
    add_note(&story.panel(0), "Wants the blue one").await;
    let panels: Vec<Screen> = story.panels()[..8].iter().map(|panel| Screen::of(panel)).collect();
    eventually("it is everywhere", || panels.iter().all(|panel| notes(panel).len() == 2)).await;
    eventually("it is under way", || held.count() == 1).await;
    let before: Vec<Vec<HtmlElement>> = panels.iter().map(note_rows).collect();
    let bodies: Vec<_> =
        before.iter().map(|rows| rows[0].query_selector("article .note-body").ok().flatten()).collect();
    assert!(bodies.iter().all(Option::is_some));

    held.release();
    eventually("it is saved", || panels.iter().all(|panel| !is_waiting(&note_row(panel, "Wants the blue one")))).await;

    let after: Vec<Vec<HtmlElement>> = panels.iter().map(note_rows).collect();
    assert!(before == after, "every row is the very same element");
    for (rows, body) in after.iter().zip(bodies) {
        assert_eq!(rows[0].query_selector("article .note-body").ok().flatten(), body, "and so is what is in it");
        assert_eq!(Screen::of(&rows[0]).all("time").len(), 1, "the time stands where the clock was");
    }
    assert_eq!(story.server.notes_of(ana).len(), 2);
    story.end().await;
}

#[wasm_bindgen_test]
async fn a_notes_own_event_before_or_after_the_answer_and_twice_makes_one_row() {
    let (server, ana, conversations) = eight_and_one();
    let story = Story::ready(server, &conversations[..2]).await;

    let held = story.server.hold(PUT.0, PUT.1);
    add_note(&story.panel(0), "Told before it was answered").await;
    eventually("the server has it", || held.count() == 1).await;
    let row = note_rows(&story.panel(1))[0].clone();
    story.server.tell();
    eventually("the event saves it", || !is_waiting(&note_row(&story.panel(1), "Told before it was answered"))).await;
    held.release();
    painted().await;
    assert_eq!(notes(&story.panel(0)).len(), 2);
    assert!(note_rows(&story.panel(1))[0] == row);

    add_note(&story.panel(0), "Answered before it was told").await;
    eventually("the answer saves it", || {
        notes(&story.panel(1)).len() == 3 && !is_waiting(&note_row(&story.panel(1), "Answered before it was told"))
    })
    .await;
    story.server.tell();
    story.server.repeat_everything();
    story.server.contact_note(ana, Who::Colleague, "After all of it");
    story.server.tell();
    eventually("the last event is heard", || notes(&story.panel(0)).len() >= 4).await;
    let expected = [
        "After all of it",
        "Answered before it was told",
        "Told before it was answered",
        "Prefers to be called before noon",
    ];
    assert_eq!(notes(&story.panel(0)), expected);
    assert_eq!(notes(&story.panel(1)), expected);
    story.end().await;
}

#[wasm_bindgen_test]
async fn a_note_shows_who_wrote_it_when_and_what_and_a_colleagues_note_comes_live() {
    let (server, ana, conversations) = eight_and_one();
    let story = Story::ready(server, &conversations[..2]).await;
    story.server.contact_note(ana, Who::Colleague, "Two lines:\nthis is the second");
    story.server.tell();
    eventually("it is in both", || (0..2).all(|nth| notes(&story.panel(nth)).len() == 2)).await;
    let row = note_rows(&story.panel(1))[0].clone();
    assert!(row.inner_text().contains("Two lines:\nthis is the second"), "{}", row.inner_text());
    let row = Screen::of(&row);
    assert!(!row.texts("Maya").is_empty());
    let time = row.all("time").remove(0);
    assert!(time.get_attribute("datetime").is_some_and(|time| time.starts_with("2026-11-1")), "{time:?}");
    let shown = read(&time);
    assert!(shown.contains("2026") && shown.contains(':'), "date and time: {shown}");
    assert!(story.screen().all("status").iter().any(|status| read(status) == "Maya added a note"));
    story.end().await;
}
