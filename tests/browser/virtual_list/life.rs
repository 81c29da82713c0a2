//! Lists and rows are disposed of and leave nothing behind.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use leptos::prelude::*;
use sidenote::browser::memo::memo;
use sidenote::components::ui::virtual_list::{Edge, VirtualList, VirtualListHandle};
use wasm_bindgen_test::wasm_bindgen_test;

use super::{TestList, shown_in};
use sidenote_testkit::eventually::{eventually, painted};
use sidenote_testkit::stage::Stage;

/// Counts `scroll` listeners and observers on the whole page while it lives, by wrapping the functions that add and
/// remove them.
struct PageResources;

impl PageResources {
    fn open() -> Self {
        js_sys::eval(
            "(() => {
                const counts = { listeners: 0, sizes: 0, sights: 0, undo: [] };
                const wrap = (owner, name, note) => {
                    const own = owner[name];
                    owner[name] = function (...args) {
                        note(args[0], this);
                        return own.apply(this, args);
                    };
                    counts.undo.push(() => { owner[name] = own; });
                };
                const listeners = (by) => (kind) => { if (kind === 'scroll') counts.listeners += by; };
                wrap(EventTarget.prototype, 'addEventListener', listeners(1));
                wrap(EventTarget.prototype, 'removeEventListener', listeners(-1));
                const observed = (kind, proto) => {
                    const targets = new Map();
                    const of = (self) => targets.get(self) ?? targets.set(self, new Set()).get(self);
                    const count = () => {
                        counts[kind] = [...targets.values()].reduce((sum, set) => sum + set.size, 0);
                    };
                    wrap(proto, 'observe', (target, self) => { of(self).add(target); count(); });
                    wrap(proto, 'unobserve', (target, self) => { of(self).delete(target); count(); });
                    wrap(proto, 'disconnect', (_, self) => { of(self).clear(); count(); });
                };
                observed('sizes', ResizeObserver.prototype);
                observed('sights', IntersectionObserver.prototype);
                window.pageResources = counts;
            })()",
        )
        .expect("counting begins");
        Self
    }

    fn count(&self, what: &str) -> i32 {
        js_sys::eval(&format!("window.pageResources.{what}")).ok().and_then(|count| count.as_f64()).expect("a count")
            as i32
    }
}

impl Drop for PageResources {
    fn drop(&mut self) {
        js_sys::eval("window.pageResources.undo.reverse().forEach((undo) => undo())").expect("counting ends");
    }
}

#[wasm_bindgen_test]
async fn a_list_that_ends_leaves_no_listener_no_observer_and_no_row() {
    let resources = PageResources::open();
    for edge in [Edge::Start, Edge::End] {
        let mut list = TestList::with(0..1000, edge, |_| 40);
        eventually("rows to fill the screen", || list.is_filled()).await;
        list.scroll_to(10_000.0);
        eventually("rows where the reader went", || list.is_filled()).await;
        painted().await;
        assert_eq!(resources.count("listeners"), 1);
        let rows = list.shown().len() as i32;
        assert_eq!(resources.count("sizes"), rows + 1, "each row that is there, and the element that scrolls");
        let handle = list.handle;
        list.stage.unmount();
        painted().await;
        assert_eq!(["listeners", "sizes", "sights"].map(|what| resources.count(what)), [0, 0, 0]);
        assert!(list.shown().is_empty());
        // A call on a handle that is still kept, or a scroll of the old element, does no harm.
        handle.focus(3, "button");
        handle.scroll_to(5);
        list.scroll_to(0.0);
        painted().await;
    }
}

#[wasm_bindgen_test]
async fn a_short_list_that_nobody_asks_anything_of_has_no_listener_and_no_observer() {
    let resources = PageResources::open();
    let stage = Stage::new("height: 100px; overflow-y: auto", || {
        let keys = (0..30).collect::<Vec<u32>>();
        view! { <VirtualList keys row=|key: u32| key.to_string() estimate=20.0 /> }
    });
    painted().await;
    assert_eq!(shown_in(stage.root()).len(), 30);
    assert_eq!(["listeners", "sizes", "sights"].map(|what| resources.count(what)), [0, 0, 0]);
}

/// A list with counters of the rows that were built and that were disposed of.
fn counting(keys: &ArcRwSignal<Vec<u32>>) -> (Stage, Arc<AtomicUsize>, Arc<AtomicUsize>) {
    let (built, ended) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (shown, begin, end) = (keys.clone(), Arc::clone(&built), Arc::clone(&ended));
    let stage = Stage::new("height: 400px; overflow-y: auto", move || {
        let row = move |key: u32| {
            begin.fetch_add(1, Relaxed);
            let end = Arc::clone(&end);
            on_cleanup(move || {
                end.fetch_add(1, Relaxed);
            });
            let own = RwSignal::new(key);
            view! { <div style="height: 40px">{move || own.get().to_string()}</div> }
        };
        view! { <VirtualList keys=RwSignal::from(shown) row estimate=40.0 /> }
    });
    (stage, built, ended)
}

#[wasm_bindgen_test]
async fn each_row_ends_when_it_goes_and_all_end_with_the_list() {
    let keys = ArcRwSignal::new((0..1000).collect::<Vec<u32>>());
    let (mut stage, built, ended) = counting(&keys);
    for top in [0, 10_000, 39_000, 0] {
        stage.root().set_scroll_top(top);
        painted().await;
        let there = shown_in(stage.root()).len();
        assert_eq!(built.load(Relaxed) - ended.load(Relaxed), there);
    }
    keys.set(vec![3, 1]);
    eventually("two rows", || shown_in(stage.root()) == [3, 1]).await;
    assert_eq!(built.load(Relaxed) - ended.load(Relaxed), 2);
    stage.unmount();
    painted().await;
    assert_eq!(built.load(Relaxed), ended.load(Relaxed));
}

#[wasm_bindgen_test]
async fn tens_of_thousands_of_rows_that_come_and_go_take_no_memory() {
    let keys = ArcRwSignal::new(Vec::<u32>::new());
    let (stage, built, _) = counting(&keys);
    let mut next = 0;
    let mut churn = async |rounds: u32| {
        for _ in 0..rounds {
            keys.set((next..next + 35).collect());
            next += 35;
            eventually("new rows", || shown_in(stage.root()).last() == Some(&(next - 1))).await;
        }
    };
    churn(60).await;
    let before = memory();
    churn(600).await;
    assert_eq!(built.load(Relaxed), 660 * 35);
    let grown = memory() - before;
    // A parent that remembers each row's owner would take four megabytes.
    assert!(grown <= 256.0 * 1024.0, "{grown} bytes more");
}

fn memory() -> f64 {
    let memory = wasm_bindgen::memory();
    let buffer = js_sys::Reflect::get(&memory, &"buffer".into()).expect("a memory has a buffer");
    js_sys::Reflect::get(&buffer, &"byteLength".into()).ok().and_then(|size| size.as_f64()).expect("a size")
}

#[wasm_bindgen_test]
async fn a_list_made_anew_in_the_same_place_shows_its_own_rows_only() {
    let which = ArcRwSignal::new(0u32);
    let choice = which.clone();
    let stage = Stage::new("", move || {
        move || {
            let first = choice.get() * 100;
            let keys = (first..first + 5).collect::<Vec<u32>>();
            view! { <VirtualList keys row=|key: u32| key.to_string() estimate=20.0 /> }
        }
    });
    for round in [1, 2, 0] {
        which.set(round);
        let first = round * 100;
        eventually("the new list's rows", || shown_in(stage.root()) == (first..first + 5).collect::<Vec<_>>()).await;
        assert_eq!(stage.root().query_selector_all("ul").expect("a selector").length(), 1);
    }
}

#[wasm_bindgen_test]
async fn what_a_row_reads_while_it_is_built_is_no_concern_of_the_list() {
    let outside = ArcRwSignal::new(0);
    let keys = ArcRwSignal::new(vec![1, 2, 3]);
    let (read, shown) = (outside.clone(), keys.clone());
    let built = Arc::new(AtomicUsize::new(0));
    let looked = Arc::new(AtomicUsize::new(0));
    let (count, look) = (Arc::clone(&built), Arc::clone(&looked));
    let stage = Stage::new("", move || {
        let row = move |key: u32| {
            count.fetch_add(1, Relaxed);
            let _ = read.get();
            key.to_string()
        };
        let keys = memo(move |_| {
            look.fetch_add(1, Relaxed);
            shown.get()
        });
        view! { <VirtualList keys row estimate=20.0 /> }
    });
    eventually("the rows", || shown_in(stage.root()).len() == 3).await;
    outside.set(1);
    painted().await;
    assert_eq!(looked.load(Relaxed), 1, "the list went through its keys again");
    keys.set(vec![3, 2, 1, 0]);
    eventually("the rows", || shown_in(stage.root()) == [3, 2, 1, 0]).await;
    assert_eq!(built.load(Relaxed), 4);
}

#[wasm_bindgen_test]
async fn more_is_asked_for_once_within_a_screen_of_the_end() {
    let asked: Rc<RefCell<Vec<&str>>> = Rc::default();
    let keys = ArcRwSignal::new((0..200).collect::<Vec<u32>>());
    let (shown, note) = (keys.clone(), StoredValue::new_local(Rc::clone(&asked)));
    let slot: Rc<RefCell<Option<VirtualListHandle<u32>>>> = Rc::default();
    let given = Rc::clone(&slot);
    let stage = Stage::new("height: 400px; overflow-y: auto", move || {
        let handle = VirtualListHandle::<u32>::new();
        *given.borrow_mut() = Some(handle);
        let row = |key: u32| view! { <div style="height: 40px">{key.to_string()}</div> };
        let say =
            move |what: &'static str| Callback::new(move |()| note.with_value(|asked| asked.borrow_mut().push(what)));
        view! {
            <VirtualList keys=RwSignal::from(shown) row estimate=40.0 handle on_near_start=say("start") on_near_end=say("end") />
        }
    });
    eventually("the start is near at first", || *asked.borrow() == ["start"]).await;
    stage.root().set_scroll_top(3_000);
    painted().await;
    stage.root().set_scroll_top(200 * 40 - 400 - 500);
    painted().await;
    assert_eq!(asked.borrow().len(), 1, "more than a screen away");
    stage.root().set_scroll_top(200 * 40 - 400 - 350);
    eventually("the end is near", || *asked.borrow() == ["start", "end"]).await;
    stage.root().set_scroll_top(200 * 40 - 400);
    painted().await;
    assert_eq!(asked.borrow().len(), 2, "told once");
    keys.update(|keys| keys.extend(200..205));
    eventually("still near, with the rows that came", || *asked.borrow() == ["start", "end", "end"]).await;
    keys.update(|keys| keys.insert(0, 9999));
    painted().await;
    assert_eq!(asked.borrow().len(), 3, "a row at the other end is no reason");
    keys.update(|keys| keys.extend(205..400));
    painted().await;
    assert_eq!(asked.borrow().len(), 3, "far again");
    stage.root().set_scroll_top(0);
    eventually("back at the start", || asked.borrow().last() == Some(&"start")).await;
    let handle = slot.borrow().expect("the view makes the handle");
    handle.scroll_to_end();
    assert_eq!(asked.borrow().last(), Some(&"end"), "going there by command is coming near, too");
}

#[wasm_bindgen_test]
async fn a_list_may_end_while_it_asks_for_more() {
    let open = ArcRwSignal::new(true);
    let is_open = RwSignal::from(open.clone());
    let owner_ended = Rc::new(RefCell::new(false));
    let note = StoredValue::new_local(Rc::clone(&owner_ended));
    let stage: Rc<RefCell<Option<Stage>>> = Rc::default();
    let own = StoredValue::new_local(Rc::clone(&stage));
    let made = Stage::new("height: 400px; overflow-y: auto", move || {
        let keys = (0..100).collect::<Vec<u32>>();
        let end = Callback::new(move |()| {
            is_open.set(false);
            // The whole view is unmounted in the middle of the list's own work.
            own.with_value(|stage| stage.borrow_mut().as_mut().map(Stage::unmount));
            note.with_value(|ended| *ended.borrow_mut() = true);
        });
        let row = |key: u32| view! { <div style="height: 40px">{key.to_string()}</div> };
        view! { <VirtualList keys row estimate=40.0 on_near_end=end /> }
    });
    let root = made.root().clone();
    *stage.borrow_mut() = Some(made);
    painted().await;
    root.set_scroll_top(100_000);
    eventually("the list ended", || *owner_ended.borrow()).await;
    painted().await;
    assert!(shown_in(&root).is_empty());
    assert!(!open.get_untracked());
}
