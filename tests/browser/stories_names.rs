//! Names that lie: a name never passes for the app's own words, in any view.

use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use wire::{Attachment, ChannelKind, Tag};

use sidenote_testkit::eventually::eventually;
use sidenote_testkit::fake_server::{FakeServer, Who};
use sidenote_testkit::notes::{note_row, notes};
use sidenote_testkit::screen::{Screen, found, read};
use sidenote_testkit::story::Story;
use sidenote_testkit::user::fill_in_input;
use web_sys::HtmlElement;

/// Says what Note mode says, and pushes the rest of the sentence out of sight.
fn note_mode_name() -> String {
    format!("Only your team, only this conversation{}\u{202e}", "\u{200b}\u{2800}".repeat(200))
}

/// Characters that turn a text, and those that hide in it: none of them may be in a name as shown.
fn misleads(text: &str) -> bool {
    text.contains(|c: char| {
        matches!(c, '\u{200b}' | '\u{2800}' | '\u{202a}'..='\u{202e}' | '\u{2066}' | '\u{2067}' | '\u{e0041}')
    })
}

fn composer(pane: &Screen) -> HtmlElement {
    found(pane.root(), ".composer").remove(0)
}

/// Word, shape and colours of the mark that says what the composer writes.
fn mark(pane: &Screen) -> (String, String, [String; 3]) {
    let mark = found(&composer(pane), ".mode-mark").remove(0);
    let shape = mark.query_selector("path").ok().flatten().and_then(|path| path.get_attribute("d")).expect("an icon");
    (read(&mark), shape, ["color", "background-color", "border-top-style"].map(|name| style(&mark, name)))
}

async fn story_of(name: &str) -> Story {
    let server = FakeServer::new();
    let (_, conversation) = server.contact_with_conversation(name, ChannelKind::Sms);
    Story::ready(server, &[conversation]).await
}

#[wasm_bindgen_test]
async fn no_name_makes_reply_mode_read_like_note_mode() {
    let story = story_of(&note_mode_name()).await;
    let pane = story.pane(0);
    let reply = mark(&pane);
    assert_eq!(reply.0, "To the contact");
    let line = found(&composer(&pane), ".audience").remove(0);
    assert_eq!(read(&line), "To the contact Only your team, only this conversation will see this");
    let first = line.first_element_child().expect("a mark");
    assert!(first.class_list().contains("mode-mark"), "it comes before any name");
    assert!(line.scroll_width() <= line.client_width(), "none of it is out of sight");
    pane.role("button", "Note").click();
    eventually("it is in Note mode", || mark(&pane).0 == "Internal").await;
    let note = mark(&pane);
    assert_ne!(reply.1, note.1, "the icons differ");
    for (one, other) in reply.2.iter().zip(&note.2) {
        assert_ne!(one, other, "so do colours and line");
    }
    story.end().await;
}

#[wasm_bindgen_test]
async fn a_name_that_turns_the_text_turns_no_sentence_it_stands_in() {
    let server = FakeServer::new();
    let hostile = "\u{202e}doB\u{2067} \u{200b}\u{e0041}Ana\u{2069}\u{2069}";
    let (contact, conversation) = server.contact_with_conversation(hostile, ChannelKind::Sms);
    server.rename_agent(Who::Colleague, "\u{202e}ayaM\u{200b}");
    server.rename_agent(Who::Me, "\u{202e}maS\u{200b}");
    server.contact_note(contact, Who::Colleague, "Prefers calls");
    server.conversation_note(conversation, Who::Colleague, "Is she back?");
    let assignee = server.agent_id(Who::Colleague);
    server.change_conversation(conversation, |it| it.assignee_id = Some(assignee));
    let tag = Tag { name: "\u{202e}piv\u{200b}".to_owned(), color: 0 };
    server.put_on_tag(contact, tag);
    server.change_contact(contact, |contact| contact.address = Some("\u{202e}1 teertS\u{200b}".to_owned()));
    let story = Story::ready(server, &[conversation]).await;
    let panel = story.panel(0);
    eventually("the activity", || panel.says("ayaM added the tag piv")).await;
    story.panel(0).role("button", "Assign: ayaM");
    let labels: Vec<String> =
        found(story.root(), "[aria-label]").iter().filter_map(|element| element.get_attribute("aria-label")).collect();
    for name in [
        "Conversation with \u{2068}doB Ana\u{2069}, SMS",
        "Messages and notes with \u{2068}doB Ana\u{2069}, SMS",
        "Profile of \u{2068}doB Ana\u{2069}, SMS",
        "Notes about \u{2068}doB Ana\u{2069}",
        "Open beside: \u{2068}doB Ana\u{2069}, SMS",
        "Reply to \u{2068}doB Ana\u{2069}",
        "Remove tag \u{2068}piv\u{2069}",
    ] {
        assert!(labels.iter().any(|label| label == name), "{name:?} in {labels:?}");
    }
    assert!(story.screen().says("This reply goes to doB Ana. Switch to Note to answer ayaM."));
    assert!(panel.says("Only your team, every conversation with doB Ana"));
    only_texts_mislead(&story);
    let names = all_names(story.root());
    for name in ["doB Ana", "ayaM", "maS", "piv", "1 teertS"] {
        assert!(names.iter().any(|shown| shown == name), "{name} is isolated: {names:?}");
    }
    story.end().await;
}

#[wasm_bindgen_test]
async fn the_line_of_an_empty_section_isolates_the_name() {
    let story = story_of("\u{202e}doB").await;
    let panel = story.panel(0);
    eventually("it is empty", || panel.says("No notes about doB yet. What should your team know?")).await;
    let line = panel.texts("No notes about doB yet. What should your team know?").remove(0);
    assert_eq!(all_names(&line), ["doB"]);
    only_texts_mislead(&story);
    story.end().await;
}

#[wasm_bindgen_test]
async fn a_long_name_is_cut_and_its_tooltip_has_the_whole() {
    let long = format!("Ana {}", "Maria ".repeat(30)).trim_end().to_owned();
    let story = story_of(&long).await;
    let row = found(story.root(), ".row-name").remove(0);
    let head = found(story.root(), ".conversation-who bdi").remove(0);
    for shown in [&row, &head] {
        let text = shown.text_content().unwrap_or_default();
        assert!(text.chars().count() <= 60 && text.ends_with('…'), "{text}");
        assert_eq!(shown.title(), long);
    }
    let region = story.panes().remove(0).get_attribute("aria-label").expect("a name");
    assert!(region.chars().count() < 100, "{region}");
    story.end().await;
}

#[wasm_bindgen_test]
async fn a_contact_whose_name_cannot_be_seen_can_be_opened() {
    let story = story_of("\u{200b}\u{2800}\u{3164}").await;
    let row = found(story.root(), ".row-name").remove(0);
    assert_eq!(read(&row), "(invisible name)");
    assert!(story.pane(0).has("textbox", "Reply to (invisible name)"));
    story.end().await;
}

#[wasm_bindgen_test]
async fn the_name_of_a_file_shows_its_real_end() {
    let server = FakeServer::new();
    let (_, conversation) = server.contact_with_conversation("Ana Duarte", ChannelKind::Sms);
    let attachment =
        |name: &str| Attachment { name: name.to_owned(), media_type: "application/octet-stream".to_owned(), size: 12 };
    let long = format!("{}.exe", "photo of the receipt.jpg ".repeat(6));
    server.contact_sends_files(conversation, vec![attachment("invoice\u{202e}fdp.exe"), attachment(&long)]);
    let story = Story::ready(server, &[conversation]).await;
    let shown: Vec<String> = found(story.root(), ".attachment bdi").iter().map(read).collect();
    assert_eq!(shown[0], "invoicefdp.exe");
    assert!(shown[1].ends_with(".exe") && shown[1].chars().count() <= 60, "{}", shown[1]);
    story.end().await;
}

#[wasm_bindgen_test]
async fn an_address_that_hides_or_turns_its_letters_is_no_link() {
    let server = FakeServer::new();
    let (contact, conversation) = server.contact_with_conversation("Ana Duarte", ChannelKind::Sms);
    let texts = [
        "see https://good.example/\u{202e}gpj.exe now",
        "see https://go\u{200b}od.example/ now",
        "see https://good.example/\u{ad}a now",
        "\u{202e}https://good.example/a",
    ];
    for text in texts {
        server.contact_note(contact, Who::Colleague, text);
    }
    let story = Story::ready(server, &[conversation]).await;
    let panel = story.panel(0);
    eventually("the notes", || notes(&panel).len() == texts.len()).await;
    let links = found(panel.root(), ".note-body a");
    assert_eq!(
        links.iter().filter_map(|link| link.get_attribute("href")).collect::<Vec<_>>(),
        ["https://good.example/a"]
    );
    assert_eq!(style(&links[0], "unicode-bidi"), "isolate", "the override before it does not turn it");
    let bodies: Vec<String> = found(panel.root(), ".note-body").iter().filter_map(|body| body.text_content()).collect();
    assert_eq!(
        bodies,
        texts.iter().rev().map(|text| (*text).to_owned()).collect::<Vec<_>>(),
        "each text is as written"
    );
    story.end().await;
}

#[wasm_bindgen_test]
async fn a_colleagues_name_is_isolated_in_the_live_region_and_in_an_alert() {
    let server = FakeServer::new();
    let (contact, conversation) = server.contact_with_conversation("Ana Duarte", ChannelKind::Sms);
    server.rename_agent(Who::Colleague, "\u{202e}ayaM");
    let story = Story::ready(server, &[conversation]).await;
    story.server.contact_note(contact, Who::Colleague, "Prefers calls");
    story.server.tell();
    let told = || story.screen().all("status").iter().any(|status| read(status) == "ayaM added a note");
    eventually("it is announced", told).await;
    eventually("the note", || notes(&story.panel(0)) == ["Prefers calls"]).await;
    let row = note_row(&story.panel(0), "Prefers calls");
    found(row.root(), ".trash").remove(0).click();
    let reason = "Only ayaM or an admin can delete this note.";
    eventually("the reason", || story.alerts().iter().any(|alert| alert == reason)).await;
    only_texts_mislead(&story);
    story.end().await;
}

#[wasm_bindgen_test]
async fn a_search_among_notes_and_teammates_folds_case() {
    let server = FakeServer::new();
    let (contact, conversation) = server.contact_with_conversation("Ana Duarte", ChannelKind::Sms);
    server.rename_agent(Who::Colleague, "Ada Weiß");
    for nth in 0..10 {
        server.contact_note(contact, Who::Me, &format!("Likes {nth}"));
    }
    server.contact_note(contact, Who::Me, "Lives in the Lange STRASSE");
    server.contact_note(contact, Who::Me, "Flies to İstanbul");
    let story = Story::ready(server, &[conversation]).await;
    let search = story.panel(0).role("searchbox", "Search these notes");
    for (wanted, hit) in [("lange straße", "Lives in the Lange STRASSE"), ("istanbul", "Flies to İstanbul")] {
        fill_in_input(search.unchecked_ref(), wanted);
        eventually("it is found", || notes(&story.panel(0)) == [hit]).await;
    }
    story.pane(0).roles("button", "Assign: Unassigned").remove(0).click();
    eventually("the list is open", || story.screen().has("searchbox", "Find a teammate")).await;
    fill_in_input(story.screen().role("searchbox", "Find a teammate").unchecked_ref(), "WEISS");
    eventually("she is found alone", || {
        let shown: Vec<String> = found(story.root(), ".menu-list .menu-item").iter().map(read).collect();
        shown == ["Ada Weiß", "Nobody"]
    })
    .await;
    story.end().await;
}

fn style(element: &web_sys::Element, property: &str) -> String {
    let style = leptos::prelude::window().get_computed_style(element).ok().flatten();
    style.and_then(|style| style.get_property_value(property).ok()).unwrap_or_default()
}

/// The texts of all isolated runs that are not a user's whole text.
fn all_names(root: &web_sys::Element) -> Vec<String> {
    found(root, "bdi:not(.text)").iter().map(read).collect()
}

/// Outside of texts that somebody wrote, nothing on the page turns or hides: neither a text nor an attribute.
fn only_texts_mislead(story: &Story) {
    for element in found(story.root(), "*") {
        for attribute in ["aria-label", "title", "placeholder"] {
            let value = element.get_attribute(attribute).unwrap_or_default();
            assert!(!misleads(&value), "{attribute} {value:?}");
        }
        let is_text = element.closest(".text, .row-preview, datalist").is_ok_and(|around| around.is_some());
        if element.child_element_count() == 0 && !is_text {
            let text = element.text_content().unwrap_or_default();
            assert!(!misleads(&text), "{text:?} in {}", element.tag_name());
        }
    }
}
