//! Long notes and messages: folded, and unfolded when an agent asks for it, searches, or is led into them.

use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{HtmlElement, HtmlInputElement};
use wire::ChannelKind;

use sidenote_testkit::eventually::{eventually, painted};
use sidenote_testkit::fake_server::{FakeServer, Who};
use sidenote_testkit::screen::{Screen, found};
use sidenote_testkit::story::Story;
use sidenote_testkit::user::fill_in_input;

/// The longest note there is: 5,000 lines.
fn many_lines() -> String {
    vec!["a"; 5_000].join("\n")
}

/// The only long text in a part of the page.
fn long_text(part: &Screen) -> HtmlElement {
    found(part.root(), ".long-text").remove(0)
}

fn height(element: &HtmlElement) -> i32 {
    element.offset_height()
}

/// What a folded text may have at most, in pixels.
const FOLDED: i32 = 400;

#[wasm_bindgen_test]
async fn a_note_and_a_message_of_five_thousand_lines_are_folded_and_shown_on_request() {
    let server = FakeServer::new();
    let (ana, conversation) = server.contact_with_conversation("Ana Duarte", ChannelKind::Sms);
    server.contact_note(ana, Who::Colleague, &many_lines());
    server.conversation_note(conversation, Who::Colleague, &many_lines());
    server.contact_writes(conversation, &many_lines());
    let story = Story::ready(server, &[conversation]).await;
    eventually("all three", || found(story.root(), ".long-text").len() == 3).await;
    for row in found(story.root(), ".note, .conversation-note, .message").iter().map(|row| Screen::of(row)) {
        if found(row.root(), ".long-text").is_empty() {
            continue;
        }
        let text = long_text(&row);
        let scroller = text.closest(".thread, .panel-body").ok().flatten().expect("something scrolls it");
        assert!(height(&text) < FOLDED, "it is {} px high", height(&text));
        assert_eq!(text.text_content().unwrap_or_default(), many_lines(), "nothing is cut off for good");
        let button = row.role("button", "Show all");
        assert_eq!(button.get_attribute("aria-expanded").as_deref(), Some("false"));
        button.click();
        eventually("it is unfolded", || height(&long_text(&row)) > 50_000).await;
        assert_eq!(row.role("button", "Show less"), button, "the button stays where the keyboard is");
        button.scroll_into_view();
        painted().await;
        button.click();
        eventually("it is folded", || height(&long_text(&row)) < FOLDED).await;
        painted().await;
        let (area, around) = (long_text(&row).get_bounding_client_rect(), scroller.get_bounding_client_rect());
        assert!(
            area.top() >= around.top() - 1.0 && area.top() < around.bottom(),
            "its beginning is in view: {} in {} to {}",
            area.top(),
            around.top(),
            around.bottom()
        );
    }
    story.end().await;
}

#[wasm_bindgen_test]
async fn a_text_that_a_fold_would_hardly_shorten_is_shown_whole() {
    let server = FakeServer::new();
    let (ana, conversation) = server.contact_with_conversation("Ana Duarte", ChannelKind::Sms);
    server.contact_note(ana, Who::Colleague, &["a"; 24].join("\n"));
    let story = Story::ready(server, &[conversation]).await;
    eventually("the note", || found(story.root(), ".note").len() == 1).await;
    assert!(!story.panel(0).has("button", "Show all"));
    // One paragraph of many rows is long too.
    story.server.contact_note(ana, Who::Colleague, &"word ".repeat(500));
    story.server.tell();
    eventually("the other note", || story.panel(0).has("button", "Show all")).await;
    assert!(height(&long_text(&story.panel(0))) < FOLDED);
    story.end().await;
}

#[wasm_bindgen_test]
async fn a_search_unfolds_the_note_that_it_finds() {
    let server = FakeServer::new();
    let (ana, conversation) = server.contact_with_conversation("Ana Duarte", ChannelKind::Sms);
    for nth in 0..10 {
        server.contact_note(ana, Who::Colleague, &format!("Note {nth}"));
    }
    server.contact_note(ana, Who::Colleague, &format!("{}\nThe Needle", vec!["hay"; 1_000].join("\n")));
    let story = Story::ready(server, &[conversation]).await;
    eventually("eleven notes", || found(story.root(), ".note").len() == 11).await;
    assert!(height(&long_text(&story.panel(0))) < FOLDED);
    let search: HtmlInputElement = story.panel(0).role("searchbox", "Search these notes").unchecked_into();
    fill_in_input(&search, "needle");
    eventually("it is found and unfolded", || {
        found(story.root(), ".note").len() == 1 && height(&long_text(&story.panel(0))) > 10_000
    })
    .await;
    story.panel(0).role("button", "Show less").click();
    eventually("it can be folded all the same", || height(&long_text(&story.panel(0))) < FOLDED).await;
    story.end().await;
}

#[wasm_bindgen_test]
async fn what_the_browser_leads_to_within_a_folded_text_unfolds_it_and_is_in_view() {
    let server = FakeServer::new();
    let (ana, conversation) = server.contact_with_conversation("Ana Duarte", ChannelKind::Sms);
    server.contact_note(
        ana,
        Who::Colleague,
        &format!("{}\nhttps://example.test/needle\nend", vec!["hay"; 500].join("\n")),
    );
    let story = Story::ready(server, &[conversation]).await;
    eventually("the note", || found(story.root(), ".long-text").len() == 1).await;
    // As the Tab key and the browser's own search do.
    let link = found(story.root(), ".long-text a").remove(0);
    link.focus().expect("a link takes the focus");
    eventually("it is unfolded", || height(&long_text(&story.panel(0))) > 5_000).await;
    painted().await;
    let (area, panel) = (link.get_bounding_client_rect(), story.panels()[0].get_bounding_client_rect());
    assert!(
        area.top() >= panel.top() && area.bottom() <= panel.bottom(),
        "{} is not in {}",
        area.top(),
        panel.bottom()
    );
    story.end().await;
}
