//! Rows are in the order of their keys, whatever changed at once, and each keeps its nodes.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use leptos::prelude::*;
use sidenote::components::ui::rows::Rows;
use wasm_bindgen::{JsCast, closure::Closure};
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{HtmlElement, MutationObserver, MutationObserverInit};

use super::{Dice, ModelList, items_in, number_in, shown_in};
use sidenote_testkit::eventually::{eventually, painted};
use sidenote_testkit::stage::Stage;

const WRONG_WITH_FOR: [(&[u32], &[u32]); 2] =
    [(&[0, 1, 2, 3, 4], &[4, 3, 2]), (&[0, 1, 2, 3, 4, 5, 6, 7, 8, 9], &[0, 3, 8, 5, 4, 7, 9])];

/// Why `Rows` is there. The day this fails, Leptos has mended its `<For>`.
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
        let model_list = ModelList::new(before.iter().copied());
        eventually("the first rows", || model_list.shown() == before).await;
        model_list.set(after.iter().copied());
        eventually("the rows that are left, in order", || model_list.shown() == after).await;
    }
}

#[wasm_bindgen_test]
async fn rows_are_in_order_and_keep_their_nodes_through_any_change() {
    let mut dice = Dice(0x5eed);
    for _ in 0..60 {
        let mut fresh = 12;
        let mut keys: Vec<u32> = (0..12).collect();
        let model_list = ModelList::new(keys.clone());
        for _ in 0..10 {
            let before: HashMap<u32, HtmlElement> =
                items_in(model_list.stage.root()).into_iter().map(|item| (number_in(&item), item)).collect();
            let next = dice.change(&keys, &mut fresh);
            model_list.set(next.iter().copied());
            eventually("the new order", || model_list.shown() == next).await;
            assert_same_nodes(&model_list, &before, &format!("{keys:?} -> {next:?}"));
            keys = next;
        }
    }
}

#[wasm_bindgen_test]
async fn the_rows_of_a_long_list_are_in_order_and_keep_their_nodes_through_any_change() {
    let mut dice = Dice(0xbeef);
    let mut fresh = 300;
    let mut keys: Vec<u32> = (0..300).collect();
    let model_list = ModelList::with(keys.clone(), Default::default(), |key| 20 + key % 7 * 11);
    eventually("rows to fill the screen", || model_list.is_filled()).await;
    for step in 0..120 {
        if step % 3 == 0 {
            model_list.scroll_to(dice.below(9000) as f64);
            eventually("rows where the reader went", || model_list.is_filled()).await;
        }
        let before: HashMap<u32, HtmlElement> =
            items_in(model_list.stage.root()).into_iter().map(|item| (number_in(&item), item)).collect();
        let next = dice.change(&keys, &mut fresh);
        // As many as went come back, so that the list stays long.
        let next: Vec<u32> = next.into_iter().chain((0..60).map(|n| fresh + 1 + n)).take(300).collect();
        fresh += 60;
        model_list.set(next.iter().copied());
        let in_order = || {
            let shown = model_list.shown();
            let start = next.iter().position(|key| Some(key) == shown.first());
            start.is_some_and(|start| next[start..].starts_with(&shown))
        };
        eventually("a run of the new order", in_order).await;
        eventually("no blank space", || model_list.is_filled()).await;
        assert!(in_order());
        assert_same_nodes(&model_list, &before, "a long list");
        keys = next;
    }
}

fn assert_same_nodes(model_list: &ModelList, before: &HashMap<u32, HtmlElement>, what: &str) {
    for item in items_in(model_list.stage.root()) {
        // A row that left the window and came back was built again, and is another node by right: the old one is gone.
        if let Some(old) = before.get(&number_in(&item)).filter(|old| old.is_connected()) {
            assert_eq!(*old, item, "another node for {}: {what}", number_in(&item));
        }
    }
}

#[wasm_bindgen_test]
async fn rows_that_only_change_places_are_not_built_again() {
    let model_list = ModelList::new(0..30);
    eventually("the first rows", || model_list.shown().len() == 30).await;
    let before = items_in(model_list.stage.root());
    model_list.set((0..30).rev());
    eventually("the order turned round", || model_list.shown() == (0..30).rev().collect::<Vec<_>>()).await;
    let mut after = items_in(model_list.stage.root());
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
                    view! { <div style="height: 100px; overflow-y: auto"><Rows keys row estimate=20.0 /></div> }
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
    let model_list = ModelList::new([1, 2, 1, 3, 3, 2]);
    eventually("each key once", || model_list.shown() == [1, 2, 3]).await;
    model_list.set([3, 1, 3, 2, 1, 4, 4]);
    eventually("each key once, in the new order", || model_list.shown() == [3, 1, 2, 4]).await;
    model_list.set([4, 4]);
    eventually("the one that is left", || model_list.shown() == [4]).await;
    model_list.set([]);
    eventually("an empty list", || model_list.shown().is_empty()).await;
    model_list.set([2, 4]);
    eventually("a list filled again", || model_list.shown() == [2, 4]).await;
}
