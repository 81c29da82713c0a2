//! Of a long list only the rows near the viewport are rendered, and a reader can't notice it.

use std::cell::Cell;
use std::rc::Rc;

use leptos::prelude::*;
use sidenote::components::ui::virtual_list::{Edge, VirtualList};
use wasm_bindgen::{JsCast, closure::Closure};
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{MutationObserver, MutationObserverInit};

use super::{TestList, items_in, shown_in};
use sidenote_testkit::eventually::{eventually, next_picture, painted};
use sidenote_testkit::stage::Stage;

/// The most rows that may be rendered; a viewport of this size shows ten.
const MOST: usize = 45;

#[wasm_bindgen_test]
async fn ten_thousand_keys_are_a_few_dozen_rows_at_the_top_in_the_middle_and_at_the_end() {
    let list = TestList::new(0..10_000);
    for top in [0.0, 200_000.0, 1e7, 0.0] {
        list.scroll_to(top);
        eventually("rows where the reader went", || list.is_filled()).await;
        painted().await;
        let shown = list.shown();
        assert!(list.is_filled());
        assert!(shown.len() <= MOST, "{} rows at {top}", shown.len());
        assert!(shown.is_sorted());
        let (first, _) = list.seen()[0];
        let expected = (list.scrolled() / 40.0).round();
        assert!((f64::from(first) - expected).abs() <= 1.0, "row {first} at {top}");
    }
    let height = list.stage.root().scroll_height();
    assert!((height - 400_000).abs() < 10, "the scroll bar stands for every row: {height}");
}

#[wasm_bindgen_test]
async fn short_lists_are_there_in_full() {
    let list = TestList::new(0..40);
    eventually("all rows", || list.shown().len() == 40).await;
    painted().await;
    assert_eq!(list.stage.root().query_selector_all("li").expect("a selector").length(), 40, "and no gaps");
    assert!(items_in(list.stage.root()).iter().all(|item| !item.has_attribute("aria-posinset")));

    let stage = Stage::new("height: 100px; overflow-y: auto", || {
        let keys = (0..200).collect::<Vec<u32>>();
        view! { <VirtualList keys row=|key: u32| key.to_string() estimate=20.0 all_up_to=usize::MAX /> }
    });
    painted().await;
    assert_eq!(stage.root().query_selector_all("li").expect("a selector").length(), 200, "when asked to, any length");
}

#[wasm_bindgen_test]
async fn scrolling_leaves_no_blank_space_and_nothing_to_complain_of() {
    let complaints = Rc::new(Cell::new(0));
    let complain = {
        let complaints = Rc::clone(&complaints);
        Closure::<dyn FnMut()>::new(move || complaints.set(complaints.get() + 1))
    };
    window().add_event_listener_with_callback("error", complain.as_ref().unchecked_ref()).expect("listening");
    let list = TestList::with(0..3000, Edge::Start, |key| 15 + key * 37 % 90);
    eventually("rows to fill the screen", || list.is_filled()).await;
    for step in 1..150 {
        // Back and forth, by more than a margin and by less.
        let distance = if step % 10 == 0 { 900 } else { 130 };
        let distance = if step > 75 { -distance } else { distance };
        list.stage.root().set_scroll_top(list.stage.root().scroll_top() + distance);
        next_picture().await;
        assert!(list.is_filled(), "blank space after step {step}: {:?}", list.seen());
        let shown = list.shown();
        assert!(shown.windows(2).all(|pair| pair[1] == pair[0] + 1), "a run of rows: {shown:?}");
        assert!(shown.len() <= MOST + 20, "{} rows", shown.len());
    }
    window().remove_event_listener_with_callback("error", complain.as_ref().unchecked_ref()).expect("listening");
    assert_eq!(complaints.get(), 0, "the browser reported an error, such as an endless loop of sizes");
}

#[wasm_bindgen_test]
async fn a_key_added_in_front_of_ten_thousand_changes_a_handful_of_nodes() {
    let list = TestList::new(1..10_000);
    eventually("rows to fill the screen", || list.is_filled()).await;
    painted().await;
    let nodes = Rc::new(Cell::new(0));
    let count = {
        let nodes = Rc::clone(&nodes);
        Closure::<dyn FnMut(js_sys::Array)>::new(move |records: js_sys::Array| {
            nodes.set(nodes.get() + records.length());
        })
    };
    let observer = MutationObserver::new(count.as_ref().unchecked_ref()).expect("an observer");
    let all = MutationObserverInit::new();
    all.set_child_list(true);
    all.set_subtree(true);
    observer.observe_with_options(list.stage.root(), &all).expect("observing");
    list.keys.update(|keys| keys.insert(0, 0));
    eventually("the new row, at the top", || list.seen().first().is_some_and(|(key, top)| (*key, *top) == (0, 0.0)))
        .await;
    painted().await;
    observer.disconnect();
    assert!(nodes.get() <= 4, "{} changes", nodes.get());
}

#[wasm_bindgen_test]
async fn rows_of_a_long_list_say_which_of_how_many_they_are() {
    let list = TestList::new(0..500);
    list.scroll_to(8_000.0);
    eventually("rows where the reader went", || list.is_filled()).await;
    let numbers = |key: u32| {
        let item = list.item(key)?;
        Some((item.get_attribute("aria-posinset")?, item.get_attribute("aria-setsize")?))
    };
    assert_eq!(numbers(200), Some(("201".into(), "500".into())));
    list.keys.update(|keys| keys.insert(0, 1000));
    eventually("new numbers", || numbers(200) == Some(("202".into(), "501".into()))).await;
    let element = list.stage.screen().role("list", "Numbers");
    let gaps = element.query_selector_all("li:not([aria-posinset])").expect("a selector");
    assert_eq!(gaps.length(), 2);
    for gap in (0..gaps.length()).filter_map(|index| gaps.item(index)) {
        let gap: web_sys::Element = gap.unchecked_into();
        assert_eq!(gap.get_attribute("aria-hidden").as_deref(), Some("true"));
    }
    list.set(0..20);
    eventually("no numbers on a list that is all there", || {
        list.shown().len() == 20 && items_in(&element).iter().all(|item| !item.has_attribute("aria-posinset"))
    })
    .await;
}

/// A long list under a long text, in one element that scrolls.
fn below_a_text(height: u32) -> (Stage, ArcRwSignal<u32>) {
    let text = ArcRwSignal::new(height);
    let shown = text.clone();
    let stage = Stage::new("height: 400px; overflow-y: auto", move || {
        let keys = (0..1000).collect::<Vec<u32>>();
        let row = |key: u32| view! { <div style="height: 40px">{key.to_string()}</div> };
        view! {
            <div style:height=move || format!("{}px", shown.get())></div>
            <VirtualList keys row estimate=40.0 />
            <div style="height: 3000px"></div>
        }
    });
    (stage, text)
}

#[wasm_bindgen_test]
async fn a_list_far_from_what_can_be_seen_has_few_rows_until_the_reader_comes_near() {
    let (stage, _text) = below_a_text(5000);
    eventually("few rows", || shown_in(stage.root()).len() < 10).await;
    assert_eq!(shown_in(stage.root())[0], 0);
    stage.root().set_scroll_top(5000 + 20_000);
    eventually("the rows in the middle", || shown_in(stage.root()).contains(&505)).await;
    stage.root().set_scroll_top(1_000_000);
    eventually("the last few rows, above the reader", || {
        let shown = shown_in(stage.root());
        shown.len() < 10 && shown.last() == Some(&999)
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_list_that_comes_into_sight_without_scrolling_has_its_rows() {
    let (stage, text) = below_a_text(5000);
    eventually("few rows", || shown_in(stage.root()).len() < 10).await;
    // All work is done by then: the rows can come only when the list comes into view.
    painted().await;
    painted().await;
    text.set(0);
    eventually("rows to fill the screen", || shown_in(stage.root()).len() >= 10).await;
    assert!(shown_in(stage.root()).starts_with(&[0, 1, 2]));
}

#[wasm_bindgen_test]
async fn a_hidden_list_has_its_rows_once_it_is_shown() {
    let list = TestList::new(0..1000);
    eventually("rows to fill the screen", || list.is_filled()).await;
    let style = list.stage.root().style();
    for (hidden, shown) in [(("display", "none"), ("display", "block")), (("height", "0"), ("height", "400px"))] {
        style.set_property(hidden.0, hidden.1).expect("a style");
        painted().await;
        list.set(500..1500);
        painted().await;
        assert!(list.shown().len() <= MOST);
        style.set_property(shown.0, shown.1).expect("a style");
        eventually("rows to fill the screen", || list.is_filled() && list.seen()[0].0 == 500).await;
        list.set(0..1000);
        eventually("the first keys again", || list.is_filled() && list.seen()[0].0 == 0).await;
    }
}

#[wasm_bindgen_test]
async fn a_list_may_itself_be_what_scrolls_and_may_have_space_between_its_rows() {
    let stage = Stage::new("", || {
        let keys = (0..2000).collect::<Vec<u32>>();
        let row = |key: u32| view! { <div style="height: 30px">{key.to_string()}</div> };
        view! {
            <style>".grid { height: 400px; overflow-y: auto; display: grid; gap: 10px; margin: 0; padding: 7px }"</style>
            <VirtualList keys row estimate=40.0 class="grid" />
        }
    });
    let list = stage.find("ul");
    let near = |key: u32| {
        let top = list.get_bounding_client_rect().top();
        let items = items_in(&list);
        let item = items.iter().find(|item| super::number_in(item) == key);
        item.is_some_and(|item| (item.get_bounding_client_rect().top() - top).abs() < 400.0)
    };
    eventually("the first rows", || near(0) && near(9)).await;
    assert!(shown_in(&list).len() <= MOST);
    list.set_scroll_top(40 * 1000);
    eventually("rows in the middle, about where they should be", || near(1000) && near(1009)).await;
    list.set_scroll_top(40 * 2000);
    eventually("the last row", || near(1999)).await;
    // Scrolls to the very end of the list, with nothing blank after it.
    let end = items_in(&list).last().map(|item| item.get_bounding_client_rect().bottom()).expect("a row");
    assert!((list.get_bounding_client_rect().bottom() - 7.0 - end).abs() < 1.5, "the last row ends at {end}");
}

#[wasm_bindgen_test]
async fn a_list_follows_when_another_element_becomes_the_one_that_scrolls() {
    let keys = ArcRwSignal::new((0..1000).collect::<Vec<u32>>());
    let shown = keys.clone();
    let stage = Stage::new("height: 400px", move || {
        let keys = RwSignal::from(shown);
        let row = |key: u32| view! { <div style="height: 40px">{key.to_string()}</div> };
        view! { <div id="inner" style="height: 100%; overflow-y: auto"><VirtualList keys row estimate=40.0 /></div> }
    });
    let inner = stage.find("#inner");
    eventually("the first rows", || shown_in(stage.root()).len() >= 10).await;
    inner.set_scroll_top(8_000);
    eventually("rows where the reader went", || shown_in(stage.root()).contains(&205)).await;
    // As the style sheet for narrow screens does.
    inner.style().set_css_text("height: auto; overflow-y: visible");
    stage.root().style().set_css_text("height: 300px; overflow-y: auto");
    eventually("the outer one has all of it", || stage.root().scroll_height() > 30_000).await;
    painted().await;
    stage.root().set_scroll_top(20_000);
    next_picture().await;
    assert!(shown_in(stage.root()).contains(&505), "rows where the reader went now");
    // And the outer one keeps the visible row in place.
    painted().await;
    let top = || {
        let row = items_in(stage.root()).into_iter().find(|item| super::number_in(item) == 505);
        row.map(|row| row.get_bounding_client_rect().top())
    };
    let before = top();
    keys.update(|keys| *keys = (5000..5100).chain(keys.drain(..)).collect());
    next_picture().await;
    assert_eq!(top(), before);
}

#[wasm_bindgen_test]
async fn a_list_that_nothing_scrolls_goes_by_the_page() {
    let stage = Stage::new("", || {
        let keys = (0..1000).collect::<Vec<u32>>();
        let row = |key: u32| view! { <div style="height: 40px">{key.to_string()}</div> };
        view! { <VirtualList keys row estimate=40.0 /> }
    });
    eventually("some rows", || shown_in(stage.root()).len() >= 10).await;
    stage.root().scroll_into_view();
    let page = document().scrolling_element().expect("a page scrolls");
    let before = page.scroll_top();
    page.set_scroll_top(before + 20_000);
    eventually("rows where the reader went", || shown_in(stage.root()).contains(&505)).await;
    assert!(shown_in(stage.root()).len() < 80);
    page.set_scroll_top(0);
}
