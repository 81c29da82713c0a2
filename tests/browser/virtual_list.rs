//! Tests of `VirtualList` and of why it exists. Here: the helpers that they share.

mod life;
mod order;
mod still;
mod window;

use leptos::prelude::*;
use sidenote::components::ui::virtual_list::{Edge, VirtualList, VirtualListHandle};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use sidenote_testkit::stage::Stage;

/// A list in a scrolling element: 400 pixels high, rows 40 pixels high unless `heights` says otherwise.
struct TestList {
    stage: Stage,
    keys: RwSignal<Vec<u32>>,
    handle: VirtualListHandle<u32>,
}

/// A row's height in pixels by its key; a signal, for rows that grow.
type Height = fn(u32) -> u32;

impl TestList {
    fn new(keys: impl IntoIterator<Item = u32>) -> Self {
        Self::with(keys, Edge::Start, |_| 40)
    }

    fn with(keys: impl IntoIterator<Item = u32>, edge: Edge, height: Height) -> Self {
        let keys: Vec<u32> = keys.into_iter().collect();
        let keys = ArcRwSignal::new(keys);
        let slot = StoredHandle::default();
        let given = slot.clone();
        let shown = keys.clone();
        let stage = Stage::new("height: 400px; overflow-y: auto; width: 300px", move || {
            let handle = VirtualListHandle::new();
            given.set(Some(handle));
            let row = move |key: u32| {
                let style = format!("height: {}px", height(key));
                view! { <div style=style><button>{key.to_string()}</button></div> }
            };
            view! {
                <style>"ul { margin: 0; padding: 0; list-style: none }"</style>
                <VirtualList keys=RwSignal::from(shown) row estimate=40.0 edge handle label="Numbers" />
            }
        });
        let handle = slot.get().expect("the view makes the handle");
        Self { stage, keys: RwSignal::from(keys), handle }
    }

    fn shown(&self) -> Vec<u32> {
        shown_in(self.stage.root())
    }

    fn set(&self, keys: impl IntoIterator<Item = u32>) {
        self.keys.set(keys.into_iter().collect());
    }

    fn item(&self, key: u32) -> Option<HtmlElement> {
        items_in(self.stage.root()).into_iter().find(|item| number_in(item) == key)
    }

    /// The position of a row, from the top of the viewport.
    fn top(&self, key: u32) -> Option<f64> {
        let area = self.item(key)?.get_bounding_client_rect();
        Some(area.top() - self.stage.root().get_bounding_client_rect().top())
    }

    /// The rows that are at least partly visible, with their positions.
    fn seen(&self) -> Vec<(u32, f64)> {
        let shown = self.shown().into_iter().filter_map(|key| Some((key, self.top(key)?, self.item(key)?)));
        let seen = shown.filter(|(_, top, item)| *top < 400.0 && top + item.get_bounding_client_rect().height() > 0.0);
        seen.map(|(key, top, _)| (key, top)).collect()
    }

    /// Whether rows fill the viewport, with no blank space between.
    fn is_filled(&self) -> bool {
        let seen = self.seen();
        let end = seen.last().and_then(|(key, top)| Some(top + self.item(*key)?.get_bounding_client_rect().height()));
        seen.first().is_some_and(|(_, top)| *top <= 0.5) && end.is_some_and(|end| end >= 399.5)
    }

    fn scroll_to(&self, top: f64) {
        self.stage.root().set_scroll_top(top as i32);
    }

    fn scrolled(&self) -> f64 {
        f64::from(self.stage.root().scroll_top())
    }
}

type StoredHandle = std::rc::Rc<std::cell::Cell<Option<VirtualListHandle<u32>>>>;

fn items_in(root: &Element) -> Vec<HtmlElement> {
    let found = root.query_selector_all("li:not([aria-hidden])").expect("a selector");
    (0..found.length()).filter_map(|index| found.item(index)?.dyn_into().ok()).collect()
}

fn number_in(item: &Element) -> u32 {
    item.text_content().and_then(|text| text.parse().ok()).expect("each row shows its number")
}

fn shown_in(root: &Element) -> Vec<u32> {
    items_in(root).iter().map(|item| number_in(item)).collect()
}

/// The same random numbers every time: a test that fails, fails again.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit.max(1) as u64) as usize
    }

    /// Moves some keys, removes some and adds new ones, in one change.
    fn change(&mut self, keys: &[u32], fresh: &mut u32) -> Vec<u32> {
        let mut next: Vec<u32> = keys.iter().copied().filter(|_| self.below(5) != 0).collect();
        for _ in 0..self.below(4) {
            if next.len() > 1 {
                let moved = next.remove(self.below(next.len()));
                next.insert(self.below(next.len() + 1), moved);
            }
        }
        for _ in 0..self.below(5) {
            *fresh += 1;
            next.insert(self.below(next.len() + 1), *fresh);
        }
        next
    }
}
