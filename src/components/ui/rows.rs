//! `Rows`: a keyed list that is virtual where it is long: only rows near the viewport are in the DOM. Every list of the
//! app is one.
//!
//! It stands in for Leptos' `<For>`, which puts rows in the wrong order when one change both moves and adds or removes
//! rows (a browser test shows it). Here each row is placed by its key and keeps its nodes whatever the order becomes.
//!
//! A row is built from its key alone, and never again while it is there: it takes a cell to observe, not a value.

mod key;
mod list;
mod port;
mod reader;
mod watch;

pub use self::key::{Key, RowKey};
use crate::browser::memo::Memo;
use crate::{browser::dispose::dispose_with_owner, components::ui::live::live};
use std::cell::RefCell;
use std::marker::PhantomData;
use std::rc::Rc;

use leptos::html::ElementType;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Element, FocusOptions, HtmlElement};

use self::list::List;
use self::reader::Reader;
use self::watch::Watch;
use super::order::Keys;

/// The edge a list sticks to: what is added there shows itself to a reader who is there, and to nobody else.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Edge {
    /// Newest first, as notes: a list starts at its top.
    #[default]
    Start,
    /// Newest last, as a conversation: a list starts scrolled to its end.
    End,
}

/// What the app may know of a list and ask of it. Make one beside the list and hand it over as `handle`.
pub struct RowsHandle<K: 'static> {
    ends: Ends,
    of: PhantomData<fn() -> K>,
}

/// As much of a handle as doesn't depend on the kind of key.
#[derive(Clone, Copy)]
struct Ends {
    at_start: RwSignal<bool>,
    at_end: RwSignal<bool>,
    unseen: RwSignal<usize>,
    ask: StoredValue<Option<Ask>, LocalStorage>,
    books: StoredValue<Option<Books>, LocalStorage>,
}

type Ask = Rc<dyn Fn(Pending) -> Option<Element>>;
type Books = Rc<RefCell<Keys<Key>>>;

enum Pending {
    Row(u64),
    Edge(Edge),
}

impl<K> Clone for RowsHandle<K> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K> Copy for RowsHandle<K> {}

impl<K: RowKey> Default for RowsHandle<K> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: RowKey> RowsHandle<K> {
    /// Lives as long as the reactive owner it is made under.
    pub fn new() -> Self {
        let ends = Ends {
            at_start: RwSignal::new(true),
            at_end: RwSignal::new(false),
            unseen: RwSignal::new(0),
            ask: StoredValue::new_local(None),
            books: StoredValue::new_local(None),
        };
        Self { ends, of: PhantomData }
    }

    /// Whether the reader sees the list's first row from its top.
    pub fn at_start(&self) -> RwSignal<bool> {
        self.ends.at_start
    }

    /// Whether the reader sees the list's end.
    pub fn at_end(&self) -> RwSignal<bool> {
        self.ends.at_end
    }

    /// How many rows were added beyond the list's edge since the reader left it; zero again when the reader is back.
    /// Older rows loaded at the other end don't count.
    pub fn unseen(&self) -> RwSignal<usize> {
        self.ends.unseen
    }

    /// Scrolls as little as it takes to show a row in full. Nothing happens when the key isn't in the list, or the list
    /// isn't on the screen.
    pub fn scroll_to(&self, key: K) {
        self.ends.row(&key.key());
    }

    pub fn scroll_to_start(&self) {
        self.ends.pending(Pending::Edge(Edge::Start));
    }

    pub fn scroll_to_end(&self) {
        self.ends.pending(Pending::Edge(Edge::End));
    }

    /// Gives the focus to the first element in a row that matches the CSS `selector` (the row itself for an empty one),
    /// scrolling there first. Acts a moment later, after the changes made along with it: a handler may remove one key
    /// and ask for the focus in the next.
    pub fn focus(&self, key: K, selector: &str) {
        self.ends.focus(key.key(), selector.to_owned());
    }

    /// Before a row goes, and with it what has the focus: gives that to the next row, else the previous one, as
    /// [`Self::focus`] does; to `field` when it was the only one. `keys`: the list as it is.
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

impl Ends {
    fn row(&self, key: &Key) -> Option<Element> {
        let books = self.books.try_with_value(Option::clone).flatten()?;
        let token = books.borrow().token(key)?;
        self.pending(Pending::Row(token))
    }

    fn focus(self, key: Key, selector: String) {
        queue_microtask(move || {
            if let Some(item) = self.row(&key) {
                focus_within(item, &selector);
            }
        });
    }

    fn pending(&self, pending: Pending) -> Option<Element> {
        let ask = self.ask.try_with_value(|ask| ask.clone()).flatten()?;
        ask(pending)
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

/// A list: `keys` in reading order, each shown by `row`. Of a repeated key the first counts.
///
/// - A row keeps its element for as long as its key is in the list and the row is near what can be seen; a row that has
///   the focus is never taken away but with its key.
/// - One change of `keys` is in the document after one reactive flush, in however many lists show it.
/// - Up to forty rows are all there. Of longer lists the rows near what can be seen are, with blank space for the rest,
///   and `aria-posinset`/`aria-setsize` say so. The element that scrolls is the nearest one around the list (or the
///   list itself) whose `overflow-y` is `auto` or `scroll`; else the page.
/// - What the reader looks at stays where it is while rows elsewhere come, go and get their true height.
#[component]
pub fn Rows<K, F, V>(
    /// What to show, in reading order.
    #[prop(into)]
    keys: Memo<Vec<K>>,
    /// Makes the content of a row's `<li>`; runs untracked, once for as long as the row is there.
    row: F,
    /// About how high a row is, in pixels, with the space to the next: what a row counts for until it was seen.
    estimate: f64,
    /// The list's name for assistive technology.
    #[prop(optional, into)]
    label: Option<Memo<String>>,
    /// The class of the `<ul>`.
    #[prop(optional)]
    class: &'static str,
    /// The class of each row's `<li>`.
    #[prop(optional)]
    row_class: &'static str,
    /// Up to this many rows are all there. `usize::MAX` for a list that isn't stacked from top to bottom.
    #[prop(default = 40)]
    all_up_to: usize,
    /// Where the list starts, and stays while the reader is there.
    #[prop(optional)]
    edge: Edge,
    /// The reader came within a screen of the start (of the end): time to load more. Told once, and again when the
    /// reader went away and came back, or the first (the last) key is another.
    #[prop(optional, into)]
    on_near_start: Option<Callback<()>>,
    #[prop(optional, into)] on_near_end: Option<Callback<()>>,
    #[prop(optional)] handle: Option<RowsHandle<K>>,
) -> impl IntoView
where
    K: RowKey,
    F: Fn(K) -> V + 'static,
    V: IntoView + 'static,
{
    let row = move |key| K::from_key(key).map(|key| row(key).into_any());
    let keys = move || keys.with(|keys| keys.iter().map(K::key).collect());
    let source = Source { keys: Box::new(keys), row: Rc::new(row) };
    let near = Near { start: on_near_start, end: on_near_end };
    let desired = Desired { estimate, label, class, row_class, all_up_to, edge, near, ends: handle.map(|it| it.ends) };
    shown(desired, source)
}

/// The keys, which it follows, and what each is shown as.
struct Source {
    keys: Box<dyn Fn() -> Vec<Key>>,
    row: Rc<dyn Fn(Key) -> Option<AnyView>>,
}

/// Makes the content of the row at an index.
type Build = Box<dyn Fn(usize) -> AnyView>;

/// What was asked for, but for the keys and their rows.
struct Desired {
    estimate: f64,
    label: Option<Memo<String>>,
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

/// Everything behind the kind of key, compiled once.
fn shown(desired: Desired, source: Source) -> AnyView {
    let Desired { estimate, label, class, row_class, all_up_to, edge, near, ends } = desired;
    let wanted = ends.is_some() || near.start.is_some() || near.end.is_some() || edge == Edge::End;
    let source = StoredValue::new_local(Rc::new(source));
    let mount = move |element: Element| {
        let (Some(owner), Some(source)) = (Owner::current(), source.try_get_value()) else { return };
        let books = Books::default();
        let build: Build = {
            let (books, row) = (Rc::clone(&books), Rc::clone(&source.row));
            Box::new(move |index| {
                let key = books.borrow().get(index).cloned();
                key.and_then(&*row).unwrap_or_else(|| ().into_any())
            })
        };
        let list = List::new(element.unchecked_into(), estimate, row_class, all_up_to, owner, build);
        let tell = move |news: Option<reader::News>, unseen: usize| tell(ends, near, news, unseen);
        let watch = Watch::new(Reader::new(list, edge, first_guess()), wanted, Box::new(tell));
        if let Some(ends) = ends {
            let watch = Rc::downgrade(&watch);
            let ask: Ask = Rc::new(move |pending| {
                let watch = watch.upgrade()?;
                match pending {
                    Pending::Row(token) => return watch.reveal(token),
                    Pending::Edge(edge) => watch.go_to(edge),
                }
                None
            });
            ends.ask.try_update_value(|slot| *slot = Some(ask));
            ends.books.try_update_value(|slot| *slot = Some(Rc::clone(&books)));
        }
        let feed = {
            let watch = Rc::downgrade(&watch);
            let note_follower = dispose_with_owner();
            RenderEffect::new(move |_: Option<()>| {
                note_follower();
                let Some(watch) = watch.upgrade() else { return };
                let splice = books.borrow_mut().update(&(source.keys)());
                if let Some(splice) = splice {
                    watch.splice(&splice);
                }
            })
        };
        watch.keep(feed);
        let watch = StoredValue::new_local(watch);
        on_cleanup(move || {
            watch.try_with_value(|watch| watch.end());
        });
    };
    // A closure is built again where an element would be taken over from an earlier view, rows of another list and all.
    let list = move || {
        let label = label;
        view! { <ul role="list" class=class aria-label=live(move || label.map(|label| label.get())) use:mount></ul> }
    };
    list.into_any()
}

fn tell(ends: Option<Ends>, near: Near, news: Option<reader::News>, unseen: usize) {
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

/// What can be seen of a list we haven't looked at: not more than the page.
fn first_guess() -> f64 {
    window().inner_height().ok().and_then(|height| height.as_f64()).unwrap_or(600.0).min(900.0)
}

fn set_if_new<T: PartialEq + Send + Sync + 'static>(signal: RwSignal<T>, value: T) {
    if signal.try_with_untracked(|old| *old != value).unwrap_or(false) {
        signal.try_set(value);
    }
}

/// A length in CSS, to the hundredth.
pub(super) fn pixels(length: f64) -> String {
    let length: String = js_sys::Number::from(length).to_fixed(2).map(Into::into).unwrap_or_default();
    length + "px"
}
