//! One mounted list: updates it when its keys, the scroll position or sizes change, and disposes it.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use std::time::Duration;

use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use leptos::wasm_bindgen::{JsCast, closure::Closure};
use leptos::web_sys::{
    AddEventListenerOptions, Element, EventTarget, IntersectionObserver, ResizeObserver, ResizeObserverEntry,
};

use super::Edge;
use super::reader::{News, Reader};
use crate::components::ui::order::Splice;

/// The numbers assistive technology reads may come a moment after the rows.
const NUMBERED_AFTER: Duration = Duration::from_millis(100);

/// Told after each pass; runs while nothing of the list is borrowed.
pub(super) type Tell = Box<dyn Fn(Option<News>, usize)>;

pub(super) struct Watch {
    reader: RefCell<Reader>,
    tell: Tell,
    /// A short list that nobody asks anything of is left to the browser, without listeners.
    wanted: bool,
    ears: RefCell<Option<Ears>>,
    effect: RefCell<Option<RenderEffect<()>>>,
    ended: Cell<bool>,
}

/// The observers and listeners of one list, and what they call.
struct Ears {
    resize: ResizeObserver,
    sight: IntersectionObserver,
    scrolling: Option<(EventTarget, Element)>,
    /// The size of the element that scrolls is still to be observed.
    deaf: bool,
    frame: Option<i32>,
    numbering: Option<TimeoutHandle>,
    on_scroll: Closure<dyn FnMut()>,
    on_frame: Closure<dyn FnMut()>,
    _on_size: Closure<dyn FnMut(js_sys::Array)>,
}

impl Watch {
    pub(super) fn new(reader: Reader, wanted: bool, tell: Tell) -> Rc<Self> {
        let (ears, effect) = (RefCell::new(None), RefCell::new(None));
        Rc::new(Self { reader: RefCell::new(reader), tell, wanted, ears, effect, ended: Cell::new(false) })
    }

    /// Keeps the effect that feeds this list alive as long as the list.
    pub(super) fn keep(&self, effect: RenderEffect<()>) {
        *self.effect.borrow_mut() = Some(effect);
    }

    pub(super) fn splice(self: &Rc<Self>, splice: &Splice) {
        let Ok(mut reader) = self.reader.try_borrow_mut() else { return };
        if self.ended.get() {
            return;
        }
        reader.splice(splice);
        let must_pass = reader.must_pass();
        let windowed = reader.list.is_windowed();
        let unseen = reader.unseen;
        drop(reader);
        if (self.wanted || windowed) && self.ears.borrow().is_none() {
            self.listen();
        }
        self.observe(true);
        if must_pass {
            self.ask_frame();
        }
        if windowed {
            self.number_soon();
        } else if let Ok(mut reader) = self.reader.try_borrow_mut() {
            reader.list.number_all();
        }
        (self.tell)(None, unseen);
    }

    pub(super) fn pass(self: &Rc<Self>) {
        self.with_reader(Reader::pass);
    }

    /// Scrolls until the row of `token` can be seen; gives its element.
    pub(super) fn reveal(self: &Rc<Self>, token: u64) -> Option<Element> {
        self.with_reader(|reader| reader.list.find(token).and_then(|index| reader.reveal(index)));
        let reader = self.reader.try_borrow().ok()?;
        reader.list.item(token).map(|item| item.clone().into())
    }

    pub(super) fn go_to(self: &Rc<Self>, edge: Edge) {
        self.with_reader(|reader| reader.go_to(edge));
    }

    pub(super) fn end(&self) {
        self.ended.set(true);
        self.effect.borrow_mut().take();
        if let Some(ears) = self.ears.borrow_mut().take() {
            ears.resize.disconnect();
            ears.sight.disconnect();
            if let Some((target, _)) = &ears.scrolling {
                let _ = target.remove_event_listener_with_callback("scroll", ears.on_scroll.as_ref().unchecked_ref());
            }
            if let Some(frame) = ears.frame {
                let _ = window().cancel_animation_frame(frame);
            }
            if let Some(numbering) = ears.numbering {
                numbering.clear();
            }
        }
        if let Ok(mut reader) = self.reader.try_borrow_mut() {
            reader.list.clear();
        }
    }

    /// Runs something that looks at the layout, follows it with the observers, and passes the news on.
    fn with_reader(self: &Rc<Self>, look: impl FnOnce(&mut Reader) -> Option<()>) {
        if self.ended.get() {
            return;
        }
        let Ok(mut reader) = self.reader.try_borrow_mut() else { return };
        look(&mut reader);
        let news = reader.news.take();
        let unseen = reader.unseen;
        drop(reader);
        self.follow_scroller();
        if news.is_some() {
            (self.tell)(news, unseen);
        }
    }

    fn listen(self: &Rc<Self>) {
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
            if let Some(ears) = list.ears.borrow_mut().as_mut() {
                ears.frame = None;
            }
            list.pass();
            list.observe(true);
        });
        let on_size = Closure::<dyn FnMut(js_sys::Array)>::new(move |entries: js_sys::Array| {
            let Some(list) = weak.upgrade() else { return };
            list.sized(&entries);
        });
        let Ok(resize) = ResizeObserver::new(on_size.as_ref().unchecked_ref()) else { return };
        let Ok(sight) = IntersectionObserver::new(on_scroll.as_ref().unchecked_ref()) else { return };
        if let Ok(mut reader) = self.reader.try_borrow_mut() {
            // Of rows that came before we listened nobody kept count.
            reader.list.came = reader.list.present();
            // A gap that comes into sight without scrolling: something else on the page made room.
            reader.list.gaps().for_each(|gap| sight.observe(gap));
            // Ours is the better way to keep the anchor still, and two ways at once would overdo it.
            let _ = reader.list.element.style().set_property("overflow-anchor", "none");
        }
        let (scrolling, deaf, frame, numbering) = (None, false, None, None);
        *self.ears.borrow_mut() =
            Some(Ears { resize, sight, scrolling, deaf, frame, numbering, on_scroll, on_frame, _on_size: on_size });
    }

    /// Sizes changed, and the picture isn't painted yet: what we set right now, nobody sees wrong.
    fn sized(self: &Rc<Self>, entries: &js_sys::Array) {
        let Ok(mut reader) = self.reader.try_borrow_mut() else { return };
        let targets: Vec<Element> =
            entries.iter().map(|entry| entry.unchecked_into::<ResizeObserverEntry>().target()).collect();
        if targets.len() > 4 {
            reader.list.invalidate_all();
        } else {
            targets.iter().for_each(|target| reader.list.mark_stale(target));
        }
        let height = |reader: &Reader| reader.port().map(|port| port.element().client_height());
        let before = height(&reader);
        if reader.port().is_some_and(|port| targets.contains(port.element())) {
            reader.forget_port();
        }
        drop(reader);
        self.pass();
        let Ok(reader) = self.reader.try_borrow() else { return };
        let grew = before.is_some() && before != height(&reader);
        let scroller = reader.port().map(|port| port.element().clone());
        drop(reader);
        // To observe now what has changed just now, the browser reports as an endless loop.
        if let (true, Some(scroller), Some(ears)) = (grew, scroller, self.ears.borrow_mut().as_mut()) {
            ears.resize.unobserve(&scroller);
            ears.deaf = true;
        }
        if self.observe(false) {
            self.ask_frame();
        }
    }

    /// Lets the observer go of rows that went and, if `new` ones may be observed now, has it watch what came.
    /// Tells whether something is left to observe.
    fn observe(&self, new: bool) -> bool {
        let (Ok(mut reader), mut ears) = (self.reader.try_borrow_mut(), self.ears.borrow_mut()) else { return false };
        let went = std::mem::take(&mut reader.list.went);
        let Some(ears) = ears.as_mut() else {
            reader.list.came.clear();
            return false;
        };
        went.iter().for_each(|item| ears.resize.unobserve(item));
        if !new {
            return ears.deaf || !reader.list.came.is_empty();
        }
        for token in std::mem::take(&mut reader.list.came) {
            if let Some(item) = reader.list.item(token) {
                ears.resize.observe(item);
            }
        }
        if let Some((_, scroller)) = ears.scrolling.as_ref().filter(|_| ears.deaf) {
            ears.resize.observe(scroller);
            ears.deaf = false;
        }
        false
    }

    /// Listens at the element that scrolls the list, whichever that is by now.
    fn follow_scroller(&self) {
        let (Ok(reader), mut ears) = (self.reader.try_borrow(), self.ears.borrow_mut()) else { return };
        let (Some(port), Some(ears)) = (reader.port(), ears.as_mut()) else { return };
        if ears.scrolling.as_ref().is_some_and(|(_, scroller)| scroller == port.element()) {
            return;
        }
        let callback = ears.on_scroll.as_ref().unchecked_ref();
        if let Some((target, scroller)) = ears.scrolling.take() {
            let _ = target.remove_event_listener_with_callback("scroll", callback);
            ears.resize.unobserve(&scroller);
        }
        let options = AddEventListenerOptions::new();
        options.set_passive(true);
        let target = port.target();
        let _ = target.add_event_listener_with_callback_and_add_event_listener_options("scroll", callback, &options);
        ears.scrolling = Some((target, port.element().clone()));
        ears.deaf = true;
    }

    fn ask_frame(self: &Rc<Self>) {
        if let Some(ears) = self.ears.borrow_mut().as_mut()
            && ears.frame.is_none()
        {
            ears.frame = window().request_animation_frame(ears.on_frame.as_ref().unchecked_ref()).ok();
        }
    }

    fn number_soon(self: &Rc<Self>) {
        let mut ears = self.ears.borrow_mut();
        let Some(ears) = ears.as_mut().filter(|ears| ears.numbering.is_none()) else { return };
        let weak = Rc::downgrade(self);
        let number = move || {
            let Some(list) = weak.upgrade() else { return };
            if let Some(ears) = list.ears.borrow_mut().as_mut() {
                ears.numbering = None;
            }
            if let Ok(mut reader) = list.reader.try_borrow_mut() {
                reader.list.number_all();
            }
        };
        ears.numbering = set_timeout_with_handle(number, NUMBERED_AFTER).ok();
    }
}
