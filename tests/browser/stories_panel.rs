//! The panel's head, and the note box before anybody types.

use wasm_bindgen_test::wasm_bindgen_test;
use wire::{ChannelAddress, ChannelKind};

use sidenote_testkit::eventually::{eventually, painted};
use sidenote_testkit::fake_server::{FakeServer, Who};
use sidenote_testkit::notes::{add_note, note_box, notes};
use sidenote_testkit::screen::{found, read};
use sidenote_testkit::story::Story;
use sidenote_testkit::user::{fill_in, fill_in_input, focused, press};
use wasm_bindgen::JsCast;

#[wasm_bindgen_test]
async fn the_head_says_where_a_contact_is_reached_each_address_once() {
    let server = FakeServer::new();
    let (ana, conversation) = server.contact_with_conversation("Ana Duarte", ChannelKind::Sms);
    let mail = format!("ana.{}@example.test", "very.".repeat(20));
    let reached = [(ChannelKind::Voice, "+1 555 0143"), (ChannelKind::Email, &mail), (ChannelKind::Sms, "+1 555 0143")];
    let channels = reached.map(|(kind, address)| ChannelAddress { kind, address: address.to_owned() });
    server.change_contact(ana, |contact| contact.channels = channels.to_vec());
    let story = Story::ready(server, &[conversation]).await;
    let head = story.panel(0).role("list", "Reached on");
    let channels = |row| found(row, "[role=img]").iter().filter_map(|mark| mark.get_attribute("aria-label")).collect();
    let rows: Vec<(Vec<String>, String)> = found(&head, "li").iter().map(|row| (channels(row), read(row))).collect();
    let (phone, mailed) = (vec!["SMS".to_owned(), "Voice".to_owned()], vec!["E-mail".to_owned()]);
    assert_eq!(rows, [(phone, "+1 555 0143".to_owned()), (mailed, mail.clone())]);
    let address = found(&head, "bdi").remove(1);
    assert_eq!((address.dir(), address.title()), ("auto".to_owned(), mail), "the whole of it where it is cut");
    assert!(address.scroll_width() > address.client_width(), "it is cut");
    let panel = &story.panels()[0];
    assert!(head.get_bounding_client_rect().right() <= panel.get_bounding_client_rect().right());
    assert!(story.panel(0).has("button", "Copy +1 555 0143"));
    story.end().await;
}

#[wasm_bindgen_test]
async fn the_head_follows_a_change_of_address_and_says_nothing_without_one() {
    let server = FakeServer::new();
    let (ana, conversation) = server.contact_with_conversation("Ana Duarte", ChannelKind::Sms);
    let story = Story::ready(server, &[conversation]).await;
    eventually("her address", || story.panel(0).says("ana.duarte@example.test")).await;
    story.server.change_contact(ana, |contact| contact.channels.clear());
    story.server.tell();
    eventually("none", || !story.panel(0).has("list", "Reached on")).await;
    story.end().await;
}

#[wasm_bindgen_test]
async fn the_button_of_an_empty_box_leads_into_it_says_why_and_adds_nothing() {
    let server = FakeServer::new();
    let (ana, conversation) = server.contact_with_conversation("Ana Duarte", ChannelKind::Sms);
    let story = Story::ready(server, &[conversation]).await;
    let why = || story.panel(0).all("status").iter().any(|status| read(status) == "Type your note first.");
    assert!(!why());
    for text in ["", "  \n", "\u{200b}"] {
        let field = note_box(&story.panel(0));
        fill_in(&field, text);
        painted().await;
        let button = story.panel(0).role("button", "Add note");
        assert!(!button.has_attribute("disabled"), "purple at rest");
        button.click();
        eventually("it says why", why).await;
        eventually("the focus is in the box", || focused().is_some_and(|it| it == *field.unchecked_ref())).await;
        fill_in(&field, "x");
        eventually("it says no more", || !why()).await;
    }
    assert!(!story.server.was_asked("PUT", "/contacts/*/notes/*"));
    assert!(story.server.notes_of(ana).is_empty() && notes(&story.panel(0)).is_empty());
    fill_in(&note_box(&story.panel(0)), "");
    press(&note_box(&story.panel(0)), "Enter", |with| with.set_ctrl_key(true));
    eventually("the keys say so too", why).await;
    story.end().await;
}

#[wasm_bindgen_test]
async fn a_note_that_is_added_during_a_search_is_shown_and_ends_the_search() {
    let server = FakeServer::new();
    let (ana, conversation) = server.contact_with_conversation("Ana Duarte", ChannelKind::Sms);
    for nth in 0..12 {
        server.contact_note(ana, Who::Colleague, &format!("Likes {nth}"));
    }
    let story = Story::ready(server, &[conversation]).await;
    let search = story.panel(0).role("searchbox", "Search these notes");
    fill_in_input(search.unchecked_ref(), "Likes 7");
    eventually("one is found", || notes(&story.panel(0)) == ["Likes 7"]).await;
    add_note(&story.panel(0), "Prefers calls").await;
    eventually("all are there, the new one first", || {
        let shown = notes(&story.panel(0));
        shown.len() == 13 && shown[0] == "Prefers calls"
    })
    .await;
    assert_eq!(search.unchecked_ref::<web_sys::HtmlInputElement>().value(), "");
    story.end().await;
}
