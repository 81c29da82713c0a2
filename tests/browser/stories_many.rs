//! Ten thousand notes of one contact, and views that end while work is in progress.

use leptos::prelude::{document, window};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Element, HtmlElement, Node};
use wire::ChannelKind;

use sidenote_testkit::eventually::{eventually, painted};
use sidenote_testkit::fake_server::{FakeServer, Who};
use sidenote_testkit::notes::{add_note, note_box, note_rows, notes};
use sidenote_testkit::screen::Screen;
use sidenote_testkit::story::Story;
use sidenote_testkit::user::fill_in;

const MANY: usize = 10_000;
/// Elements and text nodes together.
const MOST_NODES: usize = 2_000;

fn count_nodes(node: &Node) -> usize {
    let children = node.child_nodes();
    1 + (0..children.length()).filter_map(|index| children.item(index)).map(|child| count_nodes(&child)).sum::<usize>()
}

/// The numbers of the notes in the document, in document order.
fn numbers(panel: &Screen) -> Vec<usize> {
    let number = |text: &String| text.strip_prefix("Note ").and_then(|number| number.parse().ok());
    notes(panel).iter().map(|text| number(text).expect("each note is numbered")).collect()
}

/// The numbers of the notes that are at least partly visible.
fn in_sight(panel: &Screen, body: &Element) -> Vec<usize> {
    let port = body.get_bounding_client_rect();
    let rows = note_rows(panel).into_iter().zip(numbers(panel));
    let seen = rows.filter(|(row, _)| {
        let place = row.get_bounding_client_rect();
        place.bottom() > port.top() && place.top() < port.bottom()
    });
    seen.map(|(_, number)| number).collect()
}

#[wasm_bindgen_test]
async fn ten_thousand_notes_take_few_nodes_and_are_in_order_wherever_one_looks() {
    let server = FakeServer::new();
    let (ana, conversation) = server.contact_with_conversation("Ana Duarte", ChannelKind::Sms);
    for nth in 1..=MANY {
        server.contact_note(ana, Who::Colleague, &format!("Note {nth}"));
    }
    server.everything_seen(ana);
    let story = Story::ready(server, &[conversation]).await;
    let panel = story.panel(0);
    let body = panel.role("group", "Sections of the profile");
    let notes_asked = || story.server.requests("GET", "/contacts/*/notes").len();
    eventually("the newest are there", || numbers(&panel).first() == Some(&MANY)).await;
    let mut most = 0;
    for page in 2..=MANY / 100 {
        eventually("the next page is asked for", || {
            body.set_scroll_top(body.scroll_height());
            notes_asked() >= page
        })
        .await;
        most = most.max(count_nodes(&document().document_element().expect("a page has a root")));
    }
    eventually("all are loaded", || panel.has("button", "Notes 10000")).await;
    assert_eq!(notes_asked(), MANY / 100);
    // Above the first and below the last of these positions are the panel's other sections.
    for part in [0.01, 0.25, 0.5, 0.75, 0.99] {
        let top = f64::from(body.scroll_height()) * part;
        body.set_scroll_top(top as i32);
        eventually("the place is filled", || !in_sight(&panel, &body).is_empty()).await;
        painted().await;
        let shown = numbers(&panel);
        assert!(shown.windows(2).all(|pair| pair[0] > pair[1]), "newest first: {shown:?}");
        let seen = in_sight(&panel, &body);
        assert!(seen.windows(2).all(|pair| pair[0] == pair[1] + 1), "without a gap: {seen:?}");
        let nodes = count_nodes(&document().document_element().expect("a page has a root"));
        most = most.max(nodes);
    }
    eventually("the end is the oldest", || {
        body.set_scroll_top(body.scroll_height());
        numbers(&panel).last() == Some(&1)
    })
    .await;
    assert!(most <= MOST_NODES, "{most} nodes");
    eventually("the first row says how many there are", || {
        note_rows(&panel).last().is_some_and(|row| row.get_attribute("aria-setsize").as_deref() == Some("10000"))
    })
    .await;
    story.end().await;
}

#[wasm_bindgen_test]
async fn leaving_in_the_middle_of_saves_and_loads_leaves_nothing_and_breaks_nothing() {
    let server = FakeServer::new();
    let ana = server.contact("Ana Duarte");
    let conversations = [ChannelKind::Sms, ChannelKind::Email].map(|kind| server.conversation(ana, kind));
    let (_, with_bo) = server.contact_with_conversation("Bo Chen", ChannelKind::Chat);
    let loads = ["/conversations/*/messages", "/conversations/*/notes", "/contacts/*/activity"];
    let loads: Vec<_> = loads.into_iter().map(|path| server.hold("GET", path)).collect();
    let save = server.hold("PUT", "/contacts/*/notes/*");
    let mut story = Story::open(server, &[conversations[0], conversations[1], with_bo]).await;
    eventually("the boxes are there", || {
        story.panels().len() == 3 && (0..3).all(|nth| story.panel(nth).has("textbox", "Add note"))
    })
    .await;
    add_note(&story.panel(0), "Said on the way out").await;
    eventually("the save is under way", || save.count() == 1).await;
    eventually("the loads are under way", || loads.iter().all(|held| held.count() > 0)).await;
    fill_in(&note_box(&story.panel(1)), "half a thought");
    story.leave();
    assert_eq!(story.root().child_nodes().length(), 0);
    drop(loads);
    save.release();
    for _ in 0..5 {
        painted().await;
    }
    story.server.contact_note(ana, Who::Colleague, "To nobody");
    story.server.tell();
    painted().await;
    assert_eq!(story.server.notes_of(ana), ["To nobody", "Said on the way out"]);
    story.end().await;
}

#[wasm_bindgen_test]
async fn closing_panes_in_the_middle_of_saves_and_loads_breaks_nothing() {
    let server = FakeServer::new();
    let ana = server.contact("Ana Duarte");
    let conversations = [ChannelKind::Sms, ChannelKind::Email].map(|kind| server.conversation(ana, kind));
    let loads = server.hold("GET", "/contacts/*/notes");
    let save = server.hold("PUT", "/contacts/*/notes/*");
    let story = Story::open(server, &conversations).await;
    eventually("the boxes are there", || story.screen().roles("textbox", "Add note").len() == 2).await;
    add_note(&story.panel(0), "Said on the way out").await;
    eventually("the save is under way", || save.count() == 1).await;
    story.go(|view| view.closing(conversations[0]));
    eventually("one pane is left", || story.panes().len() == 1).await;
    loads.release();
    save.release();
    eventually("it is saved", || notes(&story.panel(0)) == ["Said on the way out"] && !story.panel(0).says("Saving"))
        .await;
    story.go(|view| view.closing(conversations[1]));
    eventually("no pane is left", || story.panes().is_empty()).await;
    story.end().await;
}

#[wasm_bindgen_test]
async fn after_the_last_view_is_gone_no_listener_of_ours_is_left_on_the_window() {
    let server = FakeServer::new();
    let (_, conversation) = server.contact_with_conversation("Ana Duarte", ChannelKind::Sms);
    let mut story = Story::ready(server, &[conversation]).await;
    let panel: HtmlElement = story.panels().remove(0);
    story.leave();
    for name in ["scroll", "resize", "keydown", "click", "online", "focus"] {
        let event = web_sys::Event::new(name).expect("an event can be made");
        window().dispatch_event(&event).expect("a window takes events");
        panel.dispatch_event(&event).expect("an element takes events");
    }
    painted().await;
    assert!(panel.dyn_ref::<Node>().is_some_and(|panel| !panel.is_connected()));
    story.end().await;
}
