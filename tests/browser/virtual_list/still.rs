//! The row that the reader looks at stays in place, and the focused element keeps the focus.

use leptos::prelude::*;
use sidenote::components::ui::virtual_list::Edge;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{HtmlElement, ShadowRootInit, ShadowRootMode};

use super::{Dice, TestList};
use sidenote_testkit::eventually::{eventually, next_picture};

fn uneven(key: u32) -> u32 {
    15 + key * 37 % 150
}

/// A list of uneven rows, scrolled to somewhere in its middle.
async fn in_the_middle(edge: Edge) -> TestList {
    let list = TestList::with(0..1000, edge, uneven);
    eventually("rows to fill the screen", || list.is_filled()).await;
    list.scroll_to(20_000.0);
    eventually("rows where the reader went", || list.is_filled() && list.seen()[0].0 > 10).await;
    next_picture().await;
    list
}

#[track_caller]
fn assert_still(list: &TestList, before: &[(u32, f64)], what: &str) {
    for (key, was) in before {
        let is = list.top(*key).unwrap_or(f64::NAN);
        assert!((is - was).abs() <= 1.0, "{what}: row {key} was at {was} and is at {is}");
    }
}

#[wasm_bindgen_test]
async fn scrolling_up_over_rows_never_seen_moves_everything_by_as_much_as_was_scrolled() {
    let list = in_the_middle(Edge::Start).await;
    for step in 0..60 {
        let before = list.seen();
        let scrolled = list.scrolled();
        list.stage.root().set_scroll_top(scrolled as i32 - 90);
        next_picture().await;
        let expected: Vec<(u32, f64)> = before.iter().map(|(key, top)| (*key, top + 90.0)).collect();
        assert_still(&list, &expected, &format!("step {step}"));
        assert!(list.is_filled());
    }
}

#[wasm_bindgen_test]
async fn rows_added_removed_and_moved_above_leave_what_is_seen_where_it_is() {
    let list = in_the_middle(Edge::Start).await;
    let mut dice = Dice(0xcafe);
    let mut fresh = 5000;
    for step in 0..40 {
        let before = list.seen();
        let keys = list.keys.get_untracked();
        let first = keys.iter().position(|key| *key == before[0].0).expect("the first row seen has a key");
        // Everything above changes; the visible rows and those below don't.
        let above = dice.change(&keys[..first], &mut fresh);
        let above: Vec<u32> = above.into_iter().chain((0..dice.below(60) as u32).map(|n| fresh + 1 + n)).collect();
        fresh += 60;
        list.set(above.into_iter().chain(keys[first..].iter().copied()));
        next_picture().await;
        assert_still(&list, &before, &format!("step {step}"));
        assert!(list.is_filled());
    }
}

#[wasm_bindgen_test]
async fn when_the_first_row_seen_goes_or_moves_away_the_next_stays_where_it_is() {
    let list = in_the_middle(Edge::Start).await;
    for step in 0..10 {
        let before = list.seen();
        let gone = before[0].0;
        let mut keys = list.keys.get_untracked();
        keys.retain(|key| *key != gone);
        if step % 2 == 0 {
            keys.insert(0, gone);
        }
        list.set(keys);
        next_picture().await;
        assert_still(&list, &before[1..], &format!("step {step}"));
        // Far from the end of the viewport, so that it is visible again.
        assert!(list.is_filled());
    }
}

#[wasm_bindgen_test]
async fn a_row_that_grows_above_leaves_what_is_seen_where_it_is() {
    let list = in_the_middle(Edge::Start).await;
    for growth in [300, 20, 500] {
        let before = list.seen();
        let above = before[0].0 - 1;
        let row = list.item(above).expect("rows above what is seen are there");
        let inner: HtmlElement = row.first_element_child().expect("a row has content").unchecked_into();
        inner.style().set_property("height", &format!("{growth}px")).expect("a style");
        next_picture().await;
        assert_still(&list, &before, &format!("grown to {growth}"));
    }
}

#[wasm_bindgen_test]
async fn a_row_that_grows_above_while_the_reader_scrolls_adds_nothing_to_the_scrolling() {
    let list = in_the_middle(Edge::Start).await;
    for step in 0..20 {
        let before = list.seen();
        let row = list.item(before[0].0 - 1).expect("rows above what is seen are there");
        let inner: HtmlElement = row.first_element_child().expect("a row has content").unchecked_into();
        inner.style().set_property("height", &format!("{}px", 20 + step % 3 * 170)).expect("a style");
        list.stage.root().set_scroll_top(list.scrolled() as i32 + 30);
        next_picture().await;
        let expected: Vec<(u32, f64)> = before.iter().map(|(key, top)| (*key, top - 30.0)).collect();
        assert_still(&list, &expected, &format!("step {step}"));
        assert!(list.is_filled());
    }
}

#[wasm_bindgen_test]
async fn many_rows_removed_near_the_end_leave_what_is_seen_where_it_is() {
    let list = TestList::with(0..1000, Edge::Start, |_| 40);
    list.scroll_to(38_000.0);
    eventually("rows where the reader went", || list.is_filled() && list.seen()[0].0 > 900).await;
    next_picture().await;
    let before = list.seen();
    list.set(600..1000);
    next_picture().await;
    assert_still(&list, &before, "600 rows less");
}

#[wasm_bindgen_test]
async fn a_reader_at_the_top_sees_new_rows_and_one_further_down_is_told_of_them() {
    let list = in_the_middle(Edge::Start).await;
    assert!(!list.handle.at_start().get_untracked());
    let before = list.seen();
    list.keys.update(|keys| {
        keys.insert(0, 2001);
        keys.insert(0, 2002);
    });
    let unseen = || list.handle.unseen().get_untracked();
    eventually("two rows nobody saw", || unseen() == 2).await;
    next_picture().await;
    assert_still(&list, &before, "two rows more");
    // More rows at the other end, and rows that only moved, don't count as new.
    list.keys.update(|keys| {
        keys.push(2003);
        let moved = keys.remove(5);
        keys.insert(0, moved);
    });
    next_picture().await;
    assert_eq!(unseen(), 2);

    list.handle.scroll_to_start();
    eventually("the first row", || list.seen().first().is_some_and(|(_, top)| *top == 0.0)).await;
    eventually("nothing unseen", || unseen() == 0 && list.handle.at_start().get_untracked()).await;
    for new in 3000..3005 {
        list.keys.update(|keys| keys.insert(0, new));
        eventually("the new row, at the top", || list.seen().first() == Some(&(new, 0.0))).await;
        next_picture().await;
        assert_eq!(list.seen()[0], (new, 0.0));
        assert_eq!(unseen(), 0);
    }
}

fn focused_text() -> Option<String> {
    document().active_element()?.text_content()
}

#[wasm_bindgen_test]
async fn a_row_with_the_focus_stays_in_its_place_among_the_rows_however_far_the_reader_scrolls() {
    let list = TestList::new(0..2000);
    eventually("rows to fill the screen", || list.is_filled()).await;
    list.handle.focus(300, "button");
    eventually("the focus in a row far down", || focused_text().as_deref() == Some("300")).await;
    let row = list.item(300).expect("the row with the focus");
    for top in [40_000.0, 0.0, 70_000.0] {
        list.scroll_to(top);
        eventually("rows where the reader went", || list.is_filled()).await;
        next_picture().await;
        assert_eq!(focused_text().as_deref(), Some("300"));
        assert_eq!(list.item(300).as_ref(), Some(&row));
        assert!(list.shown().is_sorted() && list.shown().len() < 60);
        assert!(list.is_filled());
    }
    // In any order, with the rows around it reversed.
    list.set((0..2000).rev());
    eventually("the order turned round", || list.shown().first() > list.shown().last()).await;
    assert!(list.shown().is_sorted_by(|a, b| a > b));
    assert_eq!(focused_text().as_deref(), Some("300"));

    row.query_selector("button")
        .ok()
        .flatten()
        .expect("a button")
        .unchecked_into::<HtmlElement>()
        .blur()
        .expect("blur");
    list.scroll_to(5_000.0);
    eventually("the row gone, as others are", || list.item(300).is_none()).await;
}

#[wasm_bindgen_test]
async fn in_a_shadow_root_too_the_row_with_the_focus_stays() {
    let host = document().create_element("div").expect("a div can be made");
    document().body().expect("a body").append_child(&host).expect("a body takes a div");
    let shadow = host.attach_shadow(&ShadowRootInit::new(ShadowRootMode::Open)).expect("a shadow root");
    let list = TestList::new(0..2000);
    shadow.append_child(list.stage.root()).expect("a shadow root takes a div");
    eventually("rows to fill the screen", || list.is_filled()).await;
    list.handle.focus(300, "button");
    let focused = || shadow.active_element().and_then(|element| element.text_content());
    eventually("the focus in a row far down", || focused().as_deref() == Some("300")).await;
    list.scroll_to(60_000.0);
    eventually("rows where the reader went", || list.is_filled() && list.shown().contains(&1500)).await;
    assert_eq!(focused().as_deref(), Some("300"));
    assert!(list.shown().is_sorted());
    host.remove();
}

#[wasm_bindgen_test]
async fn rows_change_places_around_the_one_with_the_focus() {
    let list = TestList::new(0..20);
    list.handle.focus(7, "button");
    eventually("the focus", || focused_text().as_deref() == Some("7")).await;
    let mut dice = Dice(7);
    let mut fresh = 100;
    let mut keys: Vec<u32> = (0..20).collect();
    for _ in 0..100 {
        let mut next = dice.change(&keys, &mut fresh);
        if !next.contains(&7) {
            next.insert(dice.below(next.len()), 7);
        }
        list.set(next.iter().copied());
        eventually("the new order", || list.shown() == next).await;
        assert_eq!(focused_text().as_deref(), Some("7"));
        keys = next;
    }
}

#[wasm_bindgen_test]
async fn after_a_row_is_removed_the_next_can_have_the_focus_though_it_wasnt_there() {
    let list = TestList::new(0..500);
    eventually("rows to fill the screen", || list.is_filled()).await;
    list.handle.focus(0, "button");
    eventually("the focus", || focused_text().as_deref() == Some("0")).await;
    // As an event handler does: change the keys and request the focus in one go.
    list.set((0..500).filter(|key| *key != 0));
    list.handle.focus(400, "button");
    eventually("the focus in a row that wasn't there", || focused_text().as_deref() == Some("400")).await;
    assert!(list.seen().iter().any(|(key, top)| *key == 400 && *top >= 0.0), "{:?}", list.seen());
    // Keys and elements that don't exist: nothing happens.
    list.handle.focus(0, "button");
    list.handle.focus(3, "video");
    list.handle.scroll_to(0);
    next_picture().await;
    assert_eq!(focused_text().as_deref(), Some("400"));
}

fn at_end(list: &TestList) -> bool {
    let root = list.stage.root();
    (root.scroll_height() - root.client_height() - root.scroll_top()).abs() <= 1
        && list.shown().last() == list.keys.get_untracked().last()
}

#[wasm_bindgen_test]
async fn a_conversation_starts_at_its_end_and_stays_there() {
    for count in [30, 500] {
        let list = TestList::with(1000..1000 + count, Edge::End, uneven);
        eventually("the last row, at the end", || at_end(&list) && list.is_filled()).await;
        for new in 5000..5004 {
            list.keys.update(|keys| keys.push(new));
            eventually("the new row, at the end", || at_end(&list) && list.item(new).is_some()).await;
            next_picture().await;
            assert!(at_end(&list));
        }
        // A position a little above the end counts as the end, and the end is below what follows the rows.
        list.stage.find("ul").style().set_property("padding-bottom", "30px").expect("a style");
        list.scroll_to(list.scrolled() - 300.0);
        eventually("the reader has left the end", || !list.handle.at_end().get_untracked()).await;
        list.handle.scroll_to_end();
        eventually("the very end", || at_end(&list)).await;
        list.scroll_to(list.scrolled() - 12.0);
        next_picture().await;
        list.keys.update(|keys| keys.push(5004));
        eventually("the end, with the new row", || at_end(&list) && list.item(5004).is_some()).await;
        // Older rows are added before, a picture in the last row loads, the box below grows.
        list.keys.update(|keys| *keys = (900..1000).chain(keys.drain(..)).collect());
        next_picture().await;
        assert!(at_end(&list));
        let last: HtmlElement =
            list.item(5004).and_then(|row| row.first_element_child()).expect("a row").unchecked_into();
        last.style().set_property("height", "333px").expect("a style");
        next_picture().await;
        assert!(at_end(&list));
        list.stage.root().style().set_property("height", "250px").expect("a style");
        next_picture().await;
        assert!(at_end(&list));
        assert_eq!(list.handle.unseen().get_untracked(), 0);
    }
}

#[wasm_bindgen_test]
async fn a_conversation_read_further_up_stays_put_whatever_comes_at_either_end() {
    for count in [35, 500] {
        let list = TestList::with(1000..1000 + count, Edge::End, |key| 60 + key % 5 * 10);
        eventually("the last row, at the end", || at_end(&list)).await;
        list.scroll_to(list.scrolled() - 700.0);
        eventually("the reader has left the end", || !list.handle.at_end().get_untracked()).await;
        next_picture().await;
        let before = list.seen();
        list.keys.update(|keys| keys.extend([5000, 5001]));
        eventually("two rows nobody saw", || list.handle.unseen().get_untracked() == 2).await;
        list.keys.update(|keys| *keys = (900..1000).chain(keys.drain(..)).collect());
        next_picture().await;
        assert_still(&list, &before, "rows at both ends");
        assert_eq!(list.handle.unseen().get_untracked(), 2);
        list.scroll_to(0.0);
        eventually("the first row", || list.shown().first() == Some(&900) && list.is_filled()).await;
        next_picture().await;
        let before = list.seen();
        list.keys.update(|keys| *keys = (800..900).chain(keys.drain(..)).collect());
        next_picture().await;
        assert_still(&list, &before, "rows before the first one seen");
        list.handle.scroll_to_end();
        eventually("the end again", || at_end(&list) && list.handle.unseen().get_untracked() == 0).await;
    }
}
