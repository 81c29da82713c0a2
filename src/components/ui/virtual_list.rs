//! `VirtualList`: a virtual list (a windowed [`KeyedList`](super::keyed_list::KeyedList)): of a long list only rows
//! near the viewport are in the DOM, and a scroll anchor keeps the visible rows in place.

mod heights;
mod observers;
mod rows;
mod scroll_anchor;
mod viewport;

use self::{
    observers::MountedList,
    rows::{Extent, Rows},
    scroll_anchor::{News, Scroll},
};
use super::{
    keyed_list::{KeyedNodes, KnownKeys, ListHandle, ListKey, Reach, Source, list_element},
    lengths::pixels,
};
use crate::browser::{dispose::dispose_with_owner, memo::ErasedMemo, printing::Printing};
use leptos::{
    html::ElementType,
    prelude::*,
    wasm_bindgen::JsCast,
    web_sys::{Element, HtmlElement},
};
use send_wrapper::SendWrapper;
use std::rc::Rc;

/// The edge a list sticks to: rows added there scroll into view if the reader is at that edge.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Edge {
    /// Newest first, like notes: a list starts at its top.
    #[default]
    Start,
    /// Newest last, like a conversation: a list starts scrolled to its end.
    End,
}

/// The state of a list and the operations on it. Make one beside the list and pass it as `handle`.
pub struct VirtualListHandle<K: 'static> {
    rows: ListHandle<K>,
    ends: Ends,
}

/// The part of a handle that is independent of the type of key.
#[derive(Clone, Copy)]
struct Ends {
    at_start: RwSignal<bool>,
    at_end: RwSignal<bool>,
    unseen: RwSignal<usize>,
    go_to: StoredValue<Option<GoTo>, LocalStorage>,
    reach: StoredValue<Option<Reach>, LocalStorage>,
}

type GoTo = Rc<dyn Fn(Edge)>;

impl<K> Clone for VirtualListHandle<K> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K> Copy for VirtualListHandle<K> {}

impl<K: ListKey> Default for VirtualListHandle<K> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: ListKey> VirtualListHandle<K> {
    /// Lives as long as the reactive owner it is made under.
    #[must_use]
    pub fn new() -> Self {
        let rows = ListHandle::new();
        let ends = Ends {
            at_start: RwSignal::new(true),
            at_end: RwSignal::new(false),
            unseen: RwSignal::new(0),
            go_to: StoredValue::new_local(None),
            reach: rows.list(),
        };
        Self { rows, ends }
    }

    /// Whether the top of the list's first row is visible.
    #[must_use]
    pub fn at_start(&self) -> RwSignal<bool> {
        self.ends.at_start
    }

    /// Whether the list's end is visible.
    #[must_use]
    pub fn at_end(&self) -> RwSignal<bool> {
        self.ends.at_end
    }

    /// The number of rows added beyond the list's edge since the reader left it; zero when the reader is back. Older
    /// rows loaded at the other end don't count.
    #[must_use]
    pub fn unseen(&self) -> RwSignal<usize> {
        self.ends.unseen
    }

    /// Scrolls by the minimum that shows a row in full. Does nothing if the key isn't in the list, or the list isn't
    /// mounted.
    pub fn scroll_to(&self, key: K) {
        self.rows.reach(&key);
    }

    pub fn scroll_to_start(&self) {
        self.ends.go_to(Edge::Start);
    }

    pub fn scroll_to_end(&self) {
        self.ends.go_to(Edge::End);
    }

    /// Like [`ListHandle::focus`].
    pub fn focus(&self, key: K, selector: &str) {
        self.rows.focus(key, selector);
    }

    /// Like [`ListHandle::focus_beside`].
    pub fn focus_beside<E>(&self, keys: &[K], gone: &K, selector: &str, field: NodeRef<E>)
    where
        K: Clone + PartialEq,
        E: ElementType + 'static,
        E::Output: JsCast + AsRef<HtmlElement> + Clone + 'static,
    {
        self.rows.focus_beside(keys, gone, selector, field);
    }
}

impl Ends {
    fn go_to(&self, edge: Edge) {
        if let Some(go_to) = self.go_to.try_with_value(Option::clone).flatten() {
            go_to(edge);
        }
    }
}

/// A list: `keys` in reading order, each rendered by `row`. Of a repeated key the first counts.
///
/// - A row keeps its element while its key is in the list and the row is near the viewport; a focused row is removed
///   only with its key.
/// - One change of `keys` is in the document after one reactive flush, in all lists that show it.
/// - Up to forty rows are all in the DOM. Of a longer list only the rows near the viewport are, with blank space for
///   the others and `aria-posinset`/`aria-setsize`. The viewport is the nearest element around the list (or the list
///   itself) whose `overflow-y` is `auto` or `scroll`; else the page.
/// - The scroll anchor keeps visible rows in place while other rows are added, removed and measured.
#[component]
pub fn VirtualList<K, F, V>(
    /// The keys of the rows, in reading order.
    #[prop(into)]
    keys: ErasedMemo<Vec<K>>,
    /// Makes the content of a row's `<li>`; runs untracked, once while the row is in the DOM.
    row: F,
    /// The estimated height of a row that was not measured yet, in pixels, including the space to the next.
    estimate: f64,
    /// The list's name for assistive technology.
    #[prop(optional, into)]
    label: Option<ErasedMemo<String>>,
    /// The class of the `<ul>`.
    #[prop(optional)]
    class: &'static str,
    /// The class of each row's `<li>`.
    #[prop(optional)]
    row_class: &'static str,
    /// Up to this many rows are all in the DOM. `usize::MAX` for a list that isn't stacked from top to bottom.
    #[prop(default = 40)]
    all_up_to: usize,
    /// The edge where the list starts, and that it sticks to.
    #[prop(optional)]
    edge: Edge,
    /// Called when the reader comes within a screen of the start (the end), to load more: once, and again after the
    /// reader has left and returned, or when the first (the last) key changes.
    #[prop(optional, into)]
    on_near_start: Option<Callback<()>>,
    #[prop(optional, into)] on_near_end: Option<Callback<()>>,
    #[prop(optional)] handle: Option<VirtualListHandle<K>>,
) -> impl IntoView
where
    K: ListKey,
    F: Fn(K) -> V + 'static,
    V: IntoView + 'static,
{
    let source = Source::new(keys, row);
    let near = Near { start: on_near_start, end: on_near_end };
    let ends = handle.map(|handle| handle.ends);
    shown(Desired { estimate, label, class, row_class, all_up_to, edge, near, ends }, source)
}

/// The component's properties, except for the keys and rows.
struct Desired {
    estimate: f64,
    label: Option<ErasedMemo<String>>,
    class: &'static str,
    row_class: &'static str,
    all_up_to: usize,
    edge: Edge,
    near: Near,
    ends: Option<Ends>,
}

#[derive(Clone, Copy)]
struct Near {
    start: Option<Callback<()>>,
    end: Option<Callback<()>>,
}

/// The part that is independent of the type of key, compiled once.
fn shown(desired: Desired, source: StoredValue<Rc<Source>, LocalStorage>) -> AnyView {
    let Desired { estimate, label, class, row_class, all_up_to, edge, near, ends } = desired;
    let is_observed = ends.is_some() || near.start.is_some() || near.end.is_some() || edge == Edge::End;
    let mount = move |element: Element| {
        let (Some(owner), Some(source)) = (Owner::current(), source.try_get_value()) else { return };
        let known = KnownKeys::default();
        let nodes = KeyedNodes::new(element.unchecked_into(), row_class, owner, source.build(&known));
        // Without listeners a list can't be filled later.
        let rows = Rows::new(nodes, estimate, all_up_to, is_observed);
        let tell = move |news: Option<News>, unseen: usize| tell(ends, near, news, unseen);
        let list = MountedList::new(Scroll::new(rows, edge, first_guess()), is_observed, Box::new(tell));
        if let Some(ends) = ends {
            let (list, known) = (Rc::downgrade(&list), Rc::clone(&known));
            let going = list.clone();
            let reach: Reach = Rc::new(move |key| {
                let token = known.borrow().token(key)?;
                list.upgrade()?.reveal(token)
            });
            let go_to = move |edge| {
                if let Some(list) = going.upgrade() {
                    list.go_to(edge);
                }
            };
            ends.reach.try_update_value(|slot| *slot = Some(reach));
            ends.go_to.try_update_value(|slot| *slot = Some(Rc::new(go_to)));
        }
        let feed = {
            let list = Rc::downgrade(&list);
            source.feed(known, move |splice| {
                if let Some(list) = list.upgrade() {
                    list.splice(splice.clone());
                }
            })
        };
        list.keep(feed);
        if let Some(printing) = use_context::<Printing>() {
            whole_while_printed(&list, printing);
        }
        let list = StoredValue::new_local(list);
        on_cleanup(move || {
            list.try_with_value(|list| list.end());
        });
    };
    list_element(label, class, mount)
}

/// On paper nobody scrolls.
fn whole_while_printed(list: &Rc<MountedList>, printing: Printing) {
    let list = SendWrapper::new(Rc::downgrade(list));
    let note_follower = dispose_with_owner();
    Effect::new(move |was: Option<bool>| {
        note_follower();
        let is = printing.is_under_way();
        if let Some(list) = list.upgrade().filter(|_| is || was == Some(true)) {
            list.set_extent(if is { Extent::Whole } else { Extent::InView });
        }
        is
    });
}

fn tell(ends: Option<Ends>, near: Near, news: Option<News>, unseen: usize) {
    if let Some(ends) = ends {
        set_if_new(ends.unseen, unseen);
        if let Some(news) = news {
            set_if_new(ends.at_start, news.at_start);
            set_if_new(ends.at_end, news.at_end);
        }
    }
    if let Some(near) = near.start.filter(|_| news.is_some_and(|news| news.near_start)) {
        near.run(());
    }
    if let Some(near) = near.end.filter(|_| news.is_some_and(|news| news.near_end)) {
        near.run(());
    }
}

/// The assumed height of the viewport before the first measurement: at most the page's.
fn first_guess() -> f64 {
    window().inner_height().ok().and_then(|height| height.as_f64()).unwrap_or(600.0).min(900.0)
}

fn set_if_new<T: PartialEq + Send + Sync + 'static>(signal: RwSignal<T>, value: T) {
    if signal.try_with_untracked(|old| *old != value).unwrap_or(false) {
        signal.try_set(value);
    }
}
