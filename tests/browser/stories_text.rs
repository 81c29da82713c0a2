//! How a text is shown and found: links, directions of writing, and what a search finds.

// Tests fail by panicking.
#![allow(clippy::unwrap_used)]

use wasm_bindgen_test::wasm_bindgen_test;
use wire::{ChannelKind, fold};

use crate::fold_table;
use sidenote_testkit::eventually::eventually;
use sidenote_testkit::fake_server::{FakeServer, Who};
use sidenote_testkit::notes::notes;
use sidenote_testkit::screen::found;
use sidenote_testkit::story::Story;

async fn with_note(text: &str) -> Story {
    let server = FakeServer::new();
    let (ana, conversation) = server.contact_with_conversation("Ana Duarte", ChannelKind::Sms);
    server.contact_note(ana, Who::Colleague, text);
    let story = Story::ready(server, &[conversation]).await;
    eventually("the note is there", || notes(&story.panel(0)) == [text]).await;
    story
}

#[wasm_bindgen_test]
async fn addresses_are_links_in_any_case_with_www_and_without_the_punctuation_behind_them() {
    let text = "www.example.com/a, Https://Example.com/x. (see https://en.wikipedia.org/wiki/A_(b)) HTTP://c.example!\n\
        WWW.d.example; \u{ab}https://e.example/f\u{bb} or file.rs, e.g. example.com, javascript:alert(1), ftp://g.example, \
        a@www.h.example, https://i\u{202e}j.example";
    let story = with_note(text).await;
    let links = found(story.panel(0).root(), ".note-body a");
    let links: Vec<_> =
        links.iter().map(|link| (link.text_content().unwrap(), link.get_attribute("href").unwrap())).collect();
    let same = |address: &str| (address.to_owned(), address.to_owned());
    assert_eq!(
        links,
        [
            ("www.example.com/a".to_owned(), "https://www.example.com/a".to_owned()),
            same("Https://Example.com/x"),
            same("https://en.wikipedia.org/wiki/A_(b)"),
            same("HTTP://c.example"),
            ("WWW.d.example".to_owned(), "https://WWW.d.example".to_owned()),
            same("https://e.example/f"),
        ]
    );
    story.end().await;
}

#[wasm_bindgen_test]
async fn each_line_of_a_note_has_its_own_direction_and_stands_on_its_side() {
    let story = with_note("Hello there\nשלום עולם\nBye").await;
    let text = found(story.panel(0).root(), ".note-body .text").remove(0);
    let around = text.get_bounding_client_rect();
    let node = text.first_child().unwrap();
    let side = |start: u32, end: u32| {
        let range = leptos::prelude::document().create_range().unwrap();
        range.set_start(&node, start).unwrap();
        range.set_end(&node, end).unwrap();
        let line = range.get_bounding_client_rect();
        if line.left() - around.left() < around.right() - line.right() { "left" } else { "right" }
    };
    assert_eq!([side(0, 11), side(12, 21), side(22, 25)], ["left", "right", "left"]);
    story.end().await;
}

#[wasm_bindgen_test]
fn a_search_in_the_app_finds_what_the_server_finds() {
    for (one, other) in fold_table::SAME {
        assert_eq!(fold(one), fold(other), "{one} {other}");
    }
    for (one, other) in fold_table::DIFFERENT {
        assert_ne!(fold(one), fold(other), "{one} {other}");
    }
}
