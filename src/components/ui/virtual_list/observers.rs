//! `MountedList`: a virtual list in the document. Observes sizes, visibility and scrolling, and updates the list when
//! these or its keys change.

use super::{
    Edge,
    rows::Extent,
    scroll_anchor::{News, Scroll},
};
use crate::browser::timers::Idle;
use crate::components::ui::keyed_list::Splice;
use leptos::{
    leptos_dom::helpers::TimeoutHandle,
    prelude::*,
    wasm_bindgen::{JsCast, closure::Closure},
    web_sys::{
        AddEventListenerOptions, Element, EventTarget, IntersectionObserver, ResizeObserver, ResizeObserverEntry,
    },
};
use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    rc::{Rc, Weak},
    time::Duration,
};

/// The delay of the row numbers for assistive technology.
const NUMBERED_AFTER: Duration = Duration::from_millis(100);

/// Called after each pass, while nothing of the list is borrowed.
pub(super) type Tell = Box<dyn Fn(Option<News>, usize)>;

/// A task of the list. A task that arrives while another one runs is queued.
enum Work {
    Splice(Splice),
    /// A pass that also observes new rows, in an animation frame.
    PassAndObserve,
    Resized(Vec<Element>),
    Reveal(u64),
    GoTo(Edge),
    Extent(Extent),
    /// Renders the rest of a short list.
    Fill,
    Number,
    End,
}

/// A virtual list in the document, with its queue of tasks.
pub(super) struct MountedList {
    scroll: RefCell<Scroll>,
    work: RefCell<VecDeque<Work>>,
    is_working: Cell<bool>,
    tell: Tell,
    /// A short list without handle or callbacks is left to the browser, without listeners.
    is_observed: bool,
    observers: RefCell<Option<Observers>>,
    effect: RefCell<Option<RenderEffect<()>>>,
    has_ended: Cell<bool>,
}

/// The observers and listeners of one list, and what they call.
struct Observers {
    resize: ResizeObserver,
    sight: IntersectionObserver,
    scrolling: Option<(EventTarget, Element)>,
    /// The size of the viewport's element is still to be observed.
    is_scroller_due: bool,
    frame: Option<i32>,
    numbering: Option<TimeoutHandle>,
    /// The rest of a short list is rendered when the browser is idle.
    filling: Option<Idle>,
    on_scroll: Closure<dyn FnMut()>,
    on_frame: Closure<dyn FnMut()>,
    _on_size: Closure<dyn FnMut(js_sys::Array)>,
}

impl MountedList {
    pub(super) fn new(scroll: Scroll, is_observed: bool, tell: Tell) -> Rc<Self> {
        Rc::new(Self {
            scroll: RefCell::new(scroll),
            work: RefCell::default(),
            is_working: Cell::new(false),
            tell,
            is_observed,
            observers: RefCell::new(None),
            effect: RefCell::new(None),
            has_ended: Cell::new(false),
        })
    }

    /// Keeps the effect that feeds this list alive as long as the list.
    pub(super) fn keep(&self, effect: RenderEffect<()>) {
        *self.effect.borrow_mut() = Some(effect);
    }

    pub(super) fn splice(self: &Rc<Self>, splice: Splice) {
        self.run(Work::Splice(splice));
    }

    /// Scrolls until the row of `token` is visible; returns its element.
    pub(super) fn reveal(self: &Rc<Self>, token: u64) -> Option<Element> {
        self.run(Work::Reveal(token));
        let scroll = self.scroll.try_borrow().ok()?;
        scroll.list.item(token).map(|item| item.clone().into())
    }

    pub(super) fn go_to(self: &Rc<Self>, edge: Edge) {
        self.run(Work::GoTo(edge));
    }

    /// Renders all rows at once, or again those in view.
    pub(super) fn set_extent(self: &Rc<Self>, extent: Extent) {
        self.run(Work::Extent(extent));
    }

    pub(super) fn end(self: &Rc<Self>) {
        self.has_ended.set(true);
        self.effect.borrow_mut().take();
        self.run(Work::End);
    }

    fn run(self: &Rc<Self>, work: Work) {
        self.work.borrow_mut().push_back(work);
        if self.is_working.replace(true) {
            return;
        }
        while let Some(work) = self.next_work() {
            match work {
                Work::Splice(splice) => self.take_splice(&splice),
                Work::PassAndObserve => {
                    self.look(Scroll::pass);
                    self.observe(true);
                }
                Work::Resized(targets) => self.take_sizes(&targets),
                Work::Reveal(token) => {
                    self.look(|scroll| scroll.list.find(token).and_then(|index| scroll.reveal(index)));
                }
                Work::GoTo(edge) => self.look(|scroll| scroll.go_to(edge)),
                Work::Extent(extent) => self.take_extent(extent),
                Work::Fill => {
                    self.look(Scroll::fill);
                    self.observe(true);
                    self.number_soon();
                }
                Work::Number => self.scroll.borrow_mut().list.number_all(),
                Work::End => self.disconnect(),
            }
        }
        self.is_working.set(false);
    }

    /// The next task; after the end, only `End`.
    fn next_work(&self) -> Option<Work> {
        let mut work = self.work.borrow_mut();
        loop {
            let next = work.pop_front()?;
            if !self.has_ended.get() || matches!(next, Work::End) {
                return Some(next);
            }
        }
    }

    fn take_splice(self: &Rc<Self>, splice: &Splice) {
        let mut scroll = self.scroll.borrow_mut();
        scroll.splice(splice);
        let (must_pass, is_windowed, unseen) = (scroll.must_pass(), scroll.list.is_windowed(), scroll.unseen);
        let is_to_fill = scroll.list.is_to_fill();
        drop(scroll);
        if (self.is_observed || is_windowed) && self.observers.borrow().is_none() {
            self.connect();
        }
        self.observe(true);
        if must_pass {
            self.ask_frame();
        }
        if is_to_fill {
            self.fill_when_idle();
        } else if is_windowed {
            self.number_soon();
        } else {
            self.scroll.borrow_mut().list.number_all();
        }
        (self.tell)(None, unseen);
    }

    fn take_extent(self: &Rc<Self>, extent: Extent) {
        self.scroll.borrow_mut().set_extent(extent);
        self.observe(true);
        self.ask_frame();
        self.number_soon();
    }

    /// Runs a closure that reads the layout, then updates the observers and reports the results.
    fn look(&self, look: impl FnOnce(&mut Scroll) -> Option<()>) {
        let mut scroll = self.scroll.borrow_mut();
        look(&mut scroll);
        let (news, unseen) = (scroll.news.take(), scroll.unseen);
        drop(scroll);
        self.follow_scroller();
        if news.is_some() {
            (self.tell)(news, unseen);
        }
    }

    fn disconnect(&self) {
        if let Some(observers) = self.observers.borrow_mut().take() {
            observers.resize.disconnect();
            observers.sight.disconnect();
            if let Some((target, _)) = &observers.scrolling {
                let callback = observers.on_scroll.as_ref().unchecked_ref();
                let _ = target.remove_event_listener_with_callback("scroll", callback);
            }
            if let Some(frame) = observers.frame {
                let _ = window().cancel_animation_frame(frame);
            }
            if let Some(numbering) = observers.numbering {
                numbering.clear();
            }
        }
        self.scroll.borrow_mut().list.clear();
    }

    fn connect(self: &Rc<Self>) {
        let weak = Rc::downgrade(self);
        let call = |act: fn(&Rc<Self>)| {
            let weak = Weak::clone(&weak);
            Closure::<dyn FnMut()>::new(move || {
                if let Some(list) = weak.upgrade() {
                    act(&list);
                }
            })
        };
        let on_scroll = call(Self::ask_frame);
        let on_frame = call(|list| {
            if let Some(observers) = list.observers.borrow_mut().as_mut() {
                observers.frame = None;
            }
            list.run(Work::PassAndObserve);
        });
        let on_size = Closure::<dyn FnMut(js_sys::Array)>::new(move |entries: js_sys::Array| {
            let Some(list) = weak.upgrade() else { return };
            let target = |entry: wasm_bindgen::JsValue| entry.unchecked_into::<ResizeObserverEntry>().target();
            list.run(Work::Resized(entries.iter().map(target).collect()));
        });
        let Ok(resize) = ResizeObserver::new(on_size.as_ref().unchecked_ref()) else { return };
        let Ok(sight) = IntersectionObserver::new(on_scroll.as_ref().unchecked_ref()) else { return };
        let mut scroll = self.scroll.borrow_mut();
        // Rows added before this point were not recorded.
        scroll.list.came = scroll.list.present();
        // A gap can come into view without scrolling, when the layout around the list changes.
        scroll.list.gaps().for_each(|gap| sight.observe(gap));
        // Disables the browser's scroll anchoring, which would correct the position twice.
        let _ = scroll.list.nodes.element.style().set_property("overflow-anchor", "none");
        drop(scroll);
        *self.observers.borrow_mut() = Some(Observers {
            resize,
            sight,
            scrolling: None,
            is_scroller_due: false,
            frame: None,
            numbering: None,
            filling: None,
            on_scroll,
            on_frame,
            _on_size: on_size,
        });
    }

    /// Handles changed sizes before the next paint, so that no intermediate state is visible.
    fn take_sizes(self: &Rc<Self>, targets: &[Element]) {
        let mut scroll = self.scroll.borrow_mut();
        if targets.len() > 4 {
            scroll.list.invalidate_all();
        } else {
            targets.iter().for_each(|target| scroll.list.mark_stale(target));
        }
        let height = |scroll: &Scroll| scroll.viewport().map(|viewport| viewport.element().client_height());
        let before = height(&scroll);
        if scroll.viewport().is_some_and(|viewport| targets.contains(viewport.element())) {
            scroll.forget_viewport();
        }
        drop(scroll);
        self.look(Scroll::pass);
        let scroll = self.scroll.borrow();
        let grew = before.is_some() && before != height(&scroll);
        let scroller = scroll.viewport().map(|viewport| viewport.element().clone());
        drop(scroll);
        // Observing an element that has just changed makes the browser report a `ResizeObserver` loop.
        if let (true, Some(scroller), Some(observers)) = (grew, scroller, self.observers.borrow_mut().as_mut()) {
            observers.resize.unobserve(&scroller);
            observers.is_scroller_due = true;
        }
        if self.observe(false) {
            self.ask_frame();
        }
    }

    /// Stops observing removed rows and, if `new`, observes added ones. Returns whether rows are left to observe.
    fn observe(&self, new: bool) -> bool {
        let (mut scroll, mut observers) = (self.scroll.borrow_mut(), self.observers.borrow_mut());
        let went = std::mem::take(&mut scroll.list.went);
        let Some(observers) = observers.as_mut() else {
            scroll.list.came.clear();
            return false;
        };
        went.iter().for_each(|item| observers.resize.unobserve(item));
        if !new {
            return observers.is_scroller_due || !scroll.list.came.is_empty();
        }
        for token in std::mem::take(&mut scroll.list.came) {
            if let Some(item) = scroll.list.item(token) {
                observers.resize.observe(item);
            }
        }
        if let Some((_, scroller)) = observers.scrolling.as_ref().filter(|_| observers.is_scroller_due) {
            observers.resize.observe(scroller);
            observers.is_scroller_due = false;
        }
        false
    }

    /// Attaches the scroll listener to the list's current viewport.
    fn follow_scroller(&self) {
        let (scroll, mut observers) = (self.scroll.borrow(), self.observers.borrow_mut());
        let (Some(viewport), Some(observers)) = (scroll.viewport(), observers.as_mut()) else { return };
        if observers.scrolling.as_ref().is_some_and(|(_, scroller)| scroller == viewport.element()) {
            return;
        }
        let callback = observers.on_scroll.as_ref().unchecked_ref();
        if let Some((target, scroller)) = observers.scrolling.take() {
            let _ = target.remove_event_listener_with_callback("scroll", callback);
            observers.resize.unobserve(&scroller);
        }
        let options = AddEventListenerOptions::new();
        options.set_passive(true);
        let target = viewport.target();
        let _ = target.add_event_listener_with_callback_and_add_event_listener_options("scroll", callback, &options);
        observers.scrolling = Some((target, viewport.element().clone()));
        observers.is_scroller_due = true;
    }

    fn ask_frame(self: &Rc<Self>) {
        if let Some(observers) = self.observers.borrow_mut().as_mut()
            && observers.frame.is_none()
        {
            observers.frame = window().request_animation_frame(observers.on_frame.as_ref().unchecked_ref()).ok();
        }
    }

    fn fill_when_idle(self: &Rc<Self>) {
        let mut observers = self.observers.borrow_mut();
        let Some(observers) = observers.as_mut().filter(|observers| observers.filling.is_none()) else { return };
        let weak = Rc::downgrade(self);
        observers.filling = Some(Idle::then(move || {
            if let Some(list) = weak.upgrade() {
                list.run(Work::Fill);
            }
        }));
    }

    fn number_soon(self: &Rc<Self>) {
        let mut observers = self.observers.borrow_mut();
        let Some(observers) = observers.as_mut().filter(|observers| observers.numbering.is_none()) else { return };
        let weak = Rc::downgrade(self);
        let number = move || {
            let Some(list) = weak.upgrade() else { return };
            if let Some(observers) = list.observers.borrow_mut().as_mut() {
                observers.numbering = None;
            }
            list.run(Work::Number);
        };
        observers.numbering = set_timeout_with_handle(number, NUMBERED_AFTER).ok();
    }
}
