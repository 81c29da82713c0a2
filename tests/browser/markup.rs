//! Markup as a view: when its value changes, only the nodes that differ are touched.

use leptos::prelude::*;
use sidenote::components::ui::{icon::Shape, live::live_view, markup::Markup};
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::Node;

use sidenote_testkit::eventually::eventually;
use sidenote_testkit::stage::Stage;

fn row(name: &str, marks: &[&str], is_current: bool) -> Markup {
    let marks = marks.iter().map(|mark| Markup::text("i", "mark", *mark)).collect();
    Markup::of(
        "div",
        if is_current { "row current" } else { "row" },
        vec![
            Markup::of("a", "link", vec![Markup::isolated("name", name), Markup::Icon(Shape::Check)]).with("href", "#"),
            Markup::of("span", "marks", marks),
        ],
    )
    .with_some("aria-current", is_current.then_some("true"))
}

/// A stage that shows what the signal holds.
fn shown(first: Markup) -> (Stage, RwSignal<Markup>) {
    let markup = RwSignal::new(first);
    (Stage::new("", move || live_view(move || markup.get())), markup)
}

#[wasm_bindgen_test]
async fn what_stays_the_same_keeps_its_nodes_and_what_differs_is_there_at_once() {
    let (stage, markup) = shown(row("Ana", &["new"], false));
    let (whole, link, name) = (stage.find(".row"), stage.find(".link"), stage.find(".name"));
    let (text, marks): (Option<Node>, _) = (name.first_child(), stage.find(".marks"));
    markup.set(row("Ana Duarte", &["new", "late"], true));
    eventually("it is another name", || name.inner_text() == "Ana Duarte").await;
    assert_eq!(whole.class_name(), "row current");
    assert_eq!(whole.get_attribute("aria-current").as_deref(), Some("true"));
    assert!(stage.find(".link") == link && stage.find(".name") == name, "the same elements");
    assert!(name.first_child() == text, "and the same text node, so that a selection in it stays");
    assert_eq!(stage.find(".marks").inner_text(), "newlate");
    assert!(stage.find(".marks") != marks, "more parts are other elements");
    markup.set(row("", &[], false));
    eventually("it has no name", || name.inner_text().is_empty()).await;
    assert!(!whole.has_attribute("aria-current"));
    markup.set(row("<b>Ana</b>", &[], false));
    eventually("a text is never markup", || name.inner_text() == "<b>Ana</b>").await;
}

#[wasm_bindgen_test]
async fn another_kind_of_element_takes_the_place_of_the_one_before() {
    let (stage, markup) =
        shown(Markup::of("p", "", vec![Markup::Text("It ".to_owned()), Markup::text("b", "", "waits")]));
    let whole = stage.find("p");
    markup.set(Markup::of("p", "", vec![Markup::Icon(Shape::Clock), Markup::text("time", "", "now")]));
    eventually("it is there", || whole.inner_text() == "now").await;
    assert!(stage.find("p") == whole && stage.find("p > svg + time").inner_text() == "now");
    markup.set(Markup::text("em", "", "gone"));
    eventually("it is another element", || stage.root().inner_text() == "gone").await;
    assert_eq!(stage.root().child_element_count(), 1);
}
