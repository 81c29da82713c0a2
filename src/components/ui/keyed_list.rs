//! `KeyedList`: a list in which every row keeps its nodes for as long as its key is in the list, in any order. For
//! short lists; [`VirtualList`](super::virtual_list::VirtualList) builds on it, for long ones.
//!
//! It replaces Leptos' `<For>`, which can put rows in the wrong order when one change both moves and adds or removes
//! rows: <https://github.com/leptos-rs/leptos/issues/1297> is closed, but Leptos 0.8 has the bug again (the browser
//! test `a_bare_for_shows_rows_in_the_wrong_order` fails once it is fixed).
//!
//! A row is built once, from its key alone: it observes a cell instead of taking a value.

mod key;
mod keys;
mod nodes;

pub use self::key::{Key, ListKey};
pub(super) use self::{
    keys::{Keys, Splice, stays},
    nodes::KeyedNodes,
};
use super::live::live;
use crate::browser::{dispose::dispose_with_owner, memo::ErasedMemo};
use leptos::{
    html::ElementType,
    prelude::*,
    wasm_bindgen::JsCast,
    web_sys::{Element, FocusOptions, HtmlElement},
};
use std::{cell::RefCell, marker::PhantomData, rc::Rc};

/// Focuses rows of a list. Make one beside the list and pass it as `handle`.
pub struct ListHandle<K: 'static> {
    list: StoredValue<Option<Reach>, LocalStorage>,
    of: PhantomData<fn() -> K>,
}

/// Scrolls the row of a key into view and returns its element. `None`: the key isn't in the list, or the list isn't
/// mounted.
pub(super) type Reach = Rc<dyn Fn(&Key) -> Option<Element>>;

impl<K> Clone for ListHandle<K> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K> Copy for ListHandle<K> {}

impl<K: ListKey> Default for ListHandle<K> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: ListKey> ListHandle<K> {
    /// Lives as long as the reactive owner it is made under.
    #[must_use]
    pub fn new() -> Self {
        Self { list: StoredValue::new_local(None), of: PhantomData }
    }

    pub(super) fn list(&self) -> StoredValue<Option<Reach>, LocalStorage> {
        self.list
    }

    pub(super) fn reach(&self, key: &K) -> Option<Element> {
        let reach = self.list.try_with_value(Option::clone).flatten()?;
        reach(&key.key())
    }

    /// Focuses the first element in a row that matches the CSS `selector` (the row itself for an empty one), after
    /// scrolling to it. Runs in a microtask, after the current changes: a handler may remove one key and focus the
    /// next.
    pub fn focus(&self, key: K, selector: &str) {
        let (handle, selector) = (*self, selector.to_owned());
        queue_microtask(move || {
            if let Some(item) = handle.reach(&key) {
                focus_within(item, &selector);
            }
        });
    }

    /// Moves the focus before the row that has it is removed: to the next row, else the previous one, like
    /// [`Self::focus`]; to `field` if it was the only row. `keys`: the list before the removal.
    pub fn focus_beside<E>(&self, keys: &[K], gone: &K, selector: &str, field: NodeRef<E>)
    where
        K: Clone + PartialEq,
        E: ElementType + 'static,
        E::Output: JsCast + AsRef<HtmlElement> + Clone + 'static,
    {
        let at = keys.iter().position(|key| key == gone);
        match at.and_then(|at| keys.get(at + 1).or_else(|| keys.get(at.checked_sub(1)?))) {
            Some(beside) => self.focus(beside.clone(), selector),
            None => queue_microtask(move || {
                if let Some(field) = field.try_get_untracked().flatten() {
                    let _ = AsRef::<HtmlElement>::as_ref(&field).focus();
                }
            }),
        }
    }
}

fn focus_within(item: Element, selector: &str) {
    let inner = (!selector.is_empty()).then(|| item.query_selector(selector).ok().flatten());
    let target = inner.unwrap_or(Some(item)).and_then(|target| target.dyn_into::<HtmlElement>().ok());
    if let Some(target) = target {
        let options = FocusOptions::new();
        options.set_prevent_scroll(true);
        let _ = target.focus_with_options(&options);
    }
}

/// The keys of a list, as a reactive closure, and the function that renders each.
pub(super) struct Source {
    keys: Box<dyn Fn() -> Vec<Key>>,
    row: Rc<dyn Fn(Key) -> Option<AnyView>>,
}

/// Makes the content of the row at an index.
pub(super) type Build = Box<dyn Fn(usize) -> AnyView>;
/// A list's keys, as of the last update.
pub(super) type KnownKeys = Rc<RefCell<Keys<Key>>>;

impl Source {
    pub(super) fn new<K: ListKey, V: IntoView + 'static>(
        keys: ErasedMemo<Vec<K>>,
        row: impl Fn(K) -> V + 'static,
    ) -> StoredValue<Rc<Self>, LocalStorage> {
        let row = move |key| K::from_key(key).map(|key| row(key).into_any());
        let keys = move || keys.with(|keys| keys.iter().map(K::key).collect());
        StoredValue::new_local(Rc::new(Self { keys: Box::new(keys), row: Rc::new(row) }))
    }

    pub(super) fn build(&self, known: &KnownKeys) -> Build {
        let (known, row) = (Rc::clone(known), Rc::clone(&self.row));
        Box::new(move |index| {
            let key = known.borrow().get(index).cloned();
            key.and_then(&*row).unwrap_or_else(|| ().into_any())
        })
    }

    /// Calls `taken` with each change of the keys, until the effect is dropped.
    pub(super) fn feed(self: Rc<Self>, known: KnownKeys, taken: impl Fn(&Splice) + 'static) -> RenderEffect<()> {
        let note_follower = dispose_with_owner();
        RenderEffect::new(move |_: Option<()>| {
            note_follower();
            let splice = known.borrow_mut().update(&(self.keys)());
            if let Some(splice) = splice {
                taken(&splice);
            }
        })
    }
}

/// A list: `keys` in reading order, each rendered by `row`. Of a repeated key the first counts. Every row is in the
/// DOM.
///
/// One change of `keys` is in the document after one reactive flush, in all lists that show it.
#[component]
pub fn KeyedList<K, F, V>(
    /// The keys of the rows, in reading order.
    #[prop(into)]
    keys: ErasedMemo<Vec<K>>,
    /// Makes the content of a row's `<li>`; runs untracked, once while the row is in the DOM.
    row: F,
    /// The list's name for assistive technology.
    #[prop(optional, into)]
    label: Option<ErasedMemo<String>>,
    /// The class of the `<ul>`.
    #[prop(optional)]
    class: &'static str,
    #[prop(optional)] handle: Option<ListHandle<K>>,
) -> impl IntoView
where
    K: ListKey,
    F: Fn(K) -> V + 'static,
    V: IntoView + 'static,
{
    keyed(label, class, Source::new(keys, row), handle.map(|handle| handle.list))
}

/// The part that is independent of the type of key, compiled once.
fn keyed(
    label: Option<ErasedMemo<String>>,
    class: &'static str,
    source: StoredValue<Rc<Source>, LocalStorage>,
    handle: Option<StoredValue<Option<Reach>, LocalStorage>>,
) -> AnyView {
    let mount = move |element: Element| {
        let (Some(owner), Some(source)) = (Owner::current(), source.try_get_value()) else { return };
        let known = KnownKeys::default();
        let nodes = KeyedNodes::new(element.unchecked_into(), "", owner, source.build(&known));
        let nodes = Rc::new(RefCell::new(nodes));
        if let Some(handle) = handle {
            let (nodes, known) = (Rc::downgrade(&nodes), Rc::clone(&known));
            let reach: Reach = Rc::new(move |key| {
                let token = known.borrow().token(key)?;
                nodes.upgrade()?.borrow().item(token).map(|item| item.clone().into())
            });
            handle.try_update_value(|slot| *slot = Some(reach));
        }
        let tokens = RefCell::new(Vec::new());
        let feed = {
            let nodes = Rc::clone(&nodes);
            source.feed(known, move |Splice { at, removed, inserted }| {
                let mut tokens = tokens.borrow_mut();
                tokens.splice(*at..at + removed, inserted.iter().copied());
                nodes.borrow_mut().place(&tokens.iter().copied().zip(0..).collect::<Vec<_>>());
            })
        };
        let ended = StoredValue::new_local((Some(feed), nodes));
        on_cleanup(move || {
            ended.try_update_value(|(feed, nodes)| {
                feed.take();
                nodes.borrow_mut().clear();
            });
        });
    };
    list_element(label, class, mount)
}

/// The `<ul>`; `mount` runs when it is made.
pub(super) fn list_element(
    label: Option<ErasedMemo<String>>,
    class: &'static str,
    mount: impl Fn(Element) + Clone + Send + 'static,
) -> AnyView {
    // A closure makes a new element; the framework would otherwise reuse an earlier view's element with its rows.
    let list = move || {
        let (label, mount) = (label, mount.clone());
        view! { <ul role="list" class=class aria-label=live(move || label.map(|label| label.get())) use:mount></ul> }
    };
    list.into_any()
}
