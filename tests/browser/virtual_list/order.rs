//! Rows are in the order of their keys, however many change at once, and each keeps its nodes.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use leptos::prelude::*;
use sidenote::components::ui::virtual_list::VirtualList;
use wasm_bindgen::{JsCast, closure::Closure};
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{HtmlElement, MutationObserver, MutationObserverInit};

use super::{Dice, TestList, items_in, number_in, shown_in};
use sidenote::components::ui::keyed_list::{KeyedList, ListHandle};
use sidenote_testkit::eventually::{eventually, painted};
use sidenote_testkit::stage::Stage;
use sidenote_testkit::user::focused;

const WRONG_WITH_FOR: [(&[u32], &[u32]); 2] =
    [(&[0, 1, 2, 3, 4], &[4, 3, 2]), (&[0, 1, 2, 3, 4, 5, 6, 7, 8, 9], &[0, 3, 8, 5, 4, 7, 9])];

/// The reason for `KeyedList`. When this test fails, Leptos has fixed its `<For>`.
#[wasm_bindgen_test]
async fn a_bare_for_shows_rows_in_the_wrong_order() {
    for (before, after) in WRONG_WITH_FOR {
        let keys = ArcRwSignal::new(before.to_vec());
        let shown = keys.clone();
        let stage = Stage::new("", move || {
            view! { <ul><For each=move || shown.get() key=|key| *key let:key><li>{key.to_string()}</li></For></ul> }
        });
        keys.set(after.to_vec());
        eventually("the rows that went are gone", || shown_in(stage.root()).len() == after.len()).await;
        painted().await;
        assert_ne!(shown_in(stage.root()), after, "bare <For> is right: {before:?} -> {after:?}");
    }
}

#[wasm_bindgen_test]
async fn rows_are_in_order_where_a_bare_for_is_wrong() {
    for (before, after) in WRONG_WITH_FOR {
        let list = TestList::new(before.iter().copied());
        eventually("the first rows", || list.shown() == before).await;
        list.set(after.iter().copied());
        eventually("the rows that are left, in order", || list.shown() == after).await;
    }
}

#[wasm_bindgen_test]
async fn a_short_list_is_in_order_and_keeps_its_nodes_and_the_focus_through_any_change() {
    let keys = ArcRwSignal::new((0..8).collect::<Vec<u32>>());
    let (shown, given) = (keys.clone(), std::rc::Rc::new(std::cell::Cell::new(None)));
    let slot = std::rc::Rc::clone(&given);
    let mut stage = Stage::new("", move || {
        let handle = ListHandle::<u32>::new();
        slot.set(Some(handle));
        let row = |key: u32| view! { <button>{key.to_string()}</button> };
        view! { <KeyedList keys=RwSignal::from(shown) row handle label="Numbers" /> }
    });
    let handle = given.get().expect("the view makes the handle");
    eventually("the first rows", || shown_in(stage.root()).len() == 8).await;
    let (mut dice, mut fresh) = (Dice(7), 100);
    for _ in 0..40 {
        let before = keys.get_untracked();
        let items = items_in(stage.root());
        let held = before.first().copied();
        if let Some(held) = held {
            handle.focus(held, "button");
            let has_focus = || focused().is_some_and(|element| element.text_content() == Some(held.to_string()));
            eventually("the focus is in the first row", has_focus).await;
        }
        let next = dice.change(&before, &mut fresh);
        keys.set(next.clone());
        eventually("the new order", || shown_in(stage.root()) == next).await;
        for item in items.iter().filter(|item| item.is_connected()) {
            let same = items_in(stage.root()).into_iter().find(|now| number_in(now) == number_in(item));
            assert_eq!(same.as_ref(), Some(item), "a row keeps its nodes");
        }
        if let Some(held) = held.filter(|held| next.contains(held)) {
            assert_eq!(focused().and_then(|element| element.text_content()), Some(held.to_string()));
        }
    }
    stage.unmount();
    assert!(shown_in(stage.root()).is_empty());
}

#[wasm_bindgen_test]
async fn rows_are_in_order_and_keep_their_nodes_through_any_change() {
    let mut dice = Dice(0x5eed);
    for _ in 0..60 {
        let mut fresh = 12;
        let mut keys: Vec<u32> = (0..12).collect();
        let list = TestList::new(keys.clone());
        for _ in 0..10 {
            let before: HashMap<u32, HtmlElement> =
                items_in(list.stage.root()).into_iter().map(|item| (number_in(&item), item)).collect();
            let next = dice.change(&keys, &mut fresh);
            list.set(next.iter().copied());
            eventually("the new order", || list.shown() == next).await;
            assert_same_nodes(&list, &before, &format!("{keys:?} -> {next:?}"));
            keys = next;
        }
    }
}

#[wasm_bindgen_test]
async fn the_rows_of_a_long_list_are_in_order_and_keep_their_nodes_through_any_change() {
    let mut dice = Dice(0xbeef);
    let mut fresh = 300;
    let mut keys: Vec<u32> = (0..300).collect();
    let list = TestList::with(keys.clone(), Default::default(), |key| 20 + key % 7 * 11);
    eventually("rows to fill the screen", || list.is_filled()).await;
    for step in 0..120 {
        if step % 3 == 0 {
            list.scroll_to(dice.below(9000) as f64);
            eventually("rows where the reader went", || list.is_filled()).await;
        }
        let before: HashMap<u32, HtmlElement> =
            items_in(list.stage.root()).into_iter().map(|item| (number_in(&item), item)).collect();
        let next = dice.change(&keys, &mut fresh);
        // As many rows come back as were removed, so that the list stays long.
        let next: Vec<u32> = next.into_iter().chain((0..60).map(|n| fresh + 1 + n)).take(300).collect();
        fresh += 60;
        list.set(next.iter().copied());
        let in_order = || {
            let shown = list.shown();
            let start = next.iter().position(|key| Some(key) == shown.first());
            start.is_some_and(|start| next[start..].starts_with(&shown))
        };
        eventually("a run of the new order", in_order).await;
        eventually("no blank space", || list.is_filled()).await;
        assert!(in_order());
        assert_same_nodes(&list, &before, "a long list");
        keys = next;
    }
}

fn assert_same_nodes(list: &TestList, before: &HashMap<u32, HtmlElement>, what: &str) {
    for item in items_in(list.stage.root()) {
        // A row that left the window and came back was built again and has a new node; its old one is disconnected.
        if let Some(old) = before.get(&number_in(&item)).filter(|old| old.is_connected()) {
            assert_eq!(*old, item, "another node for {}: {what}", number_in(&item));
        }
    }
}

#[wasm_bindgen_test]
async fn rows_that_only_change_places_are_not_built_again() {
    let list = TestList::new(0..30);
    eventually("the first rows", || list.shown().len() == 30).await;
    let before = items_in(list.stage.root());
    list.set((0..30).rev());
    eventually("the order turned round", || list.shown() == (0..30).rev().collect::<Vec<_>>()).await;
    let mut after = items_in(list.stage.root());
    after.reverse();
    assert_eq!(before, after);
}

#[wasm_bindgen_test]
async fn a_key_added_shows_in_all_eight_lists_at_once() {
    for count in [5, 2000] {
        let keys = ArcRwSignal::new((1..=count).collect::<Vec<u32>>());
        let shown = keys.clone();
        let stage = Stage::new("", move || {
            (0..8)
                .map(|_| {
                    let keys = RwSignal::from(shown.clone());
                    let row = |key: u32| view! { <b>{key.to_string()}</b> };
                    view! { <div style="height: 100px; overflow-y: auto"><VirtualList keys row estimate=20.0 /></div> }
                })
                .collect_view()
        });
        painted().await;

        let calls: Rc<RefCell<Vec<usize>>> = Rc::default();
        let (noted, root) = (Rc::clone(&calls), stage.root().clone());
        let look = Closure::<dyn FnMut()>::new(move || {
            let new = items_in(&root).iter().filter(|item| number_in(item) == 0).count();
            noted.borrow_mut().push(new);
        });
        let observer = MutationObserver::new(look.as_ref().unchecked_ref()).expect("an observer");
        let all = MutationObserverInit::new();
        all.set_child_list(true);
        all.set_subtree(true);
        observer.observe_with_options(&document().body().expect("a body"), &all).expect("observing the body");
        keys.update(|keys| keys.insert(0, 0));
        eventually("something changed", || !calls.borrow().is_empty()).await;
        observer.disconnect();
        assert_eq!(calls.borrow()[0], 8, "lists with the new row at the first look");
    }
}

#[wasm_bindgen_test]
async fn a_repeated_key_is_shown_once_where_it_comes_first() {
    let list = TestList::new([1, 2, 1, 3, 3, 2]);
    eventually("each key once", || list.shown() == [1, 2, 3]).await;
    list.set([3, 1, 3, 2, 1, 4, 4]);
    eventually("each key once, in the new order", || list.shown() == [3, 1, 2, 4]).await;
    list.set([4, 4]);
    eventually("the one that is left", || list.shown() == [4]).await;
    list.set([]);
    eventually("an empty list", || list.shown().is_empty()).await;
    list.set([2, 4]);
    eventually("a list filled again", || list.shown() == [2, 4]).await;
}
