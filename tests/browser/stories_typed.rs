//! What is typed or pasted into a field: separators and control characters of other programs, several lines, a time
//! zone by the name of its city.

// Tests fail by panicking.
#![allow(clippy::unwrap_used)]

use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{ClipboardEvent, ClipboardEventInit, DataTransfer, HtmlElement, HtmlInputElement, HtmlTextAreaElement};
use wire::{ChannelKind, Contact, ContactId};

use sidenote_testkit::eventually::{eventually, painted};
use sidenote_testkit::fake_server::FakeServer;
use sidenote_testkit::notes::note_box;
use sidenote_testkit::screen::{Screen, found, read};
use sidenote_testkit::story::Story;
use sidenote_testkit::user::{fill_in, fill_in_input, press};

const REMOVED: &str = "1 control character, which nobody can see, was removed.";

async fn ana() -> (Story, ContactId) {
    let server = FakeServer::new();
    let (ana, conversation) = server.contact_with_conversation("Ana Duarte", ChannelKind::Sms);
    (Story::ready(server, &[conversation]).await, ana)
}

fn says(screen: &Screen, sentence: &str) -> bool {
    screen.all("status").iter().any(|status| read(status) == sentence)
}

fn detail(story: &Story, title: &str) -> HtmlElement {
    found(story.panel(0).root(), &format!(".detail-value[title='Change {title}']")).remove(0)
}

fn contact(story: &Story, id: ContactId) -> Contact {
    story.server.contact_as_it_is(id)
}

/// Opens the editor of a detail and returns its field.
async fn open<F: JsCast>(story: &Story, title: &str) -> F {
    detail(story, title).click();
    let field = || found(story.panel(0).root(), &format!(".detail-editor [aria-label='{title}']"));
    eventually("the editor is open", || field().len() == 1).await;
    field().remove(0).unchecked_into()
}

#[wasm_bindgen_test]
async fn separators_become_line_breaks_and_what_is_removed_is_said_until_the_text_is_saved() {
    let (story, ana) = ana().await;
    let field = note_box(&story.panel(0));
    fill_in(&field, "Likes\u{b}tea\u{2028}and\u{85}milk");
    assert_eq!(field.value(), "Likes\ntea\nand\nmilk");
    painted().await;
    assert!(!says(&story.panel(0), REMOVED), "nothing was");
    fill_in(&field, "Likes\u{b}tea\u{7}");
    assert_eq!(field.value(), "Likes\ntea");
    eventually("it says so", || says(&story.panel(0), REMOVED)).await;
    fill_in(&field, "Likes\ntea!");
    painted().await;
    assert!(says(&story.panel(0), REMOVED), "still");
    press(&field, "Enter", |with| with.set_ctrl_key(true));
    eventually("it is saved", || story.server.notes_of(ana) == ["Likes\ntea!"]).await;
    assert!(!says(&story.panel(0), REMOVED));
    story.end().await;
}

#[wasm_bindgen_test]
async fn the_caret_stays_where_it_was_when_a_text_is_cleaned() {
    let (story, _) = ana().await;
    let field: HtmlTextAreaElement = story.pane(0).role("textbox", "Reply to Ana Duarte").unchecked_into();
    fill_in(&field, "é😀cd");
    field.set_value("é😀\u{7}\u{b}cd");
    field.set_selection_range(5, 5).unwrap();
    field.dispatch_event(&web_sys::Event::new("input").unwrap()).unwrap();
    assert_eq!((field.value().as_str(), field.selection_start().unwrap()), ("é😀\ncd", Some(4)));
    eventually("it says so", || says(&story.pane(0), REMOVED)).await;
    story.end().await;
}

#[wasm_bindgen_test]
async fn what_is_pasted_is_cleaned_and_can_be_undone() {
    let (story, _) = ana().await;
    let field = note_box(&story.panel(0));
    field.focus().unwrap();
    let data = DataTransfer::new().unwrap();
    data.set_data("text/plain", "a\u{b}b\u{7}").unwrap();
    let init = ClipboardEventInit::new();
    init.set_clipboard_data(Some(&data));
    init.set_bubbles(true);
    init.set_cancelable(true);
    let event = ClipboardEvent::new_with_event_init_dict("paste", &init).unwrap();
    assert!(!field.dispatch_event(&event).unwrap(), "the browser does not paste the other text too");
    assert_eq!(field.value(), "a\nb");
    eventually("it says so", || says(&story.panel(0), REMOVED)).await;
    let document: web_sys::HtmlDocument = leptos::prelude::document().unchecked_into();
    document.exec_command("undo").unwrap();
    assert_eq!(field.value(), "");
    story.end().await;
}

#[wasm_bindgen_test]
async fn an_address_keeps_its_lines_and_a_field_of_one_line_gets_spaces() {
    let (story, ana) = ana().await;
    let field: HtmlTextAreaElement = open(&story, "Address").await;
    fill_in(&field, "12 Long Road\u{b}Lisbon");
    press(&field, "Enter", |with| with.set_ctrl_key(true));
    eventually("it is saved", || contact(&story, ana).address.as_deref() == Some("12 Long Road\nLisbon")).await;
    eventually("in two lines", || detail(&story, "Address").inner_text().starts_with("12 Long Road\nLisbon")).await;
    let field: HtmlTextAreaElement = open(&story, "Address").await;
    assert_eq!(field.value(), "12 Long Road\nLisbon");
    press(&field, "Escape", |_| {});
    let field: HtmlInputElement = open(&story, "Name").await;
    fill_in_input(&field, "Ana\u{2028}Duarte\u{c}Lima\u{1}");
    assert_eq!(field.value(), "Ana Duarte Lima");
    eventually("it says so", || says(&story.panel(0), REMOVED)).await;
    story.panel(0).role("button", "Save").click();
    eventually("it is saved", || contact(&story, ana).name == "Ana Duarte Lima").await;
    story.end().await;
}

#[wasm_bindgen_test]
async fn a_time_zone_is_suggested_found_by_its_city_and_an_unknown_one_is_not_saved() {
    let (story, ana) = ana().await;
    let field: HtmlInputElement = open(&story, "Time zone").await;
    assert!(found(story.panel(0).root(), ".detail-editor datalist option").len() > 300);
    fill_in_input(&field, "Mars/Olympus");
    story.panel(0).role("button", "Save").click();
    let sentence = "No time zone has this name. Choose one from the list, such as Europe/Lisbon.";
    eventually("it says why", || story.alerts().iter().any(|alert| alert == sentence)).await;
    assert_eq!(contact(&story, ana).time_zone, None);
    fill_in_input(&field, "new york");
    story.panel(0).role("button", "Save").click();
    eventually("it is saved", || contact(&story, ana).time_zone.as_deref() == Some("America/New_York")).await;
    story.end().await;
}
