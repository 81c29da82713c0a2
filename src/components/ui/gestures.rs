//! One effect for one gesture: a double click, a triple tap or a held key acts once, on the control where it began, and
//! not on what slides under the pointer.

use crate::browser::timers::Timer;
use leptos::{
    ev::{KeyboardEvent, MouseEvent, PointerEvent},
    prelude::*,
};
use send_wrapper::SendWrapper;
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{AddEventListenerOptions, Element, Event};

/// For this long after a click nothing else at the same place takes one.
const UNARMED_MS: u32 = 500;
/// The distance, in pixels, within which two clicks are at the same place: of a mouse, and of a finger, which is less
/// steady.
const NEAR: i32 = 8;
const NEAR_BY_TOUCH: i32 = 24;
/// What a click can begin a gesture on, and what else it can change.
const CONTROLS: &str = "a, button";
const CHANGED_BY_A_CLICK: &str = "a, button, label, [type=checkbox]";

/// The gesture that is under way within one root.
#[derive(Default)]
struct Gesture {
    click: RefCell<Option<Click>>,
    /// Whether the last pointer was a finger. Not every browser says so in the click.
    by_touch: Cell<bool>,
    /// Whether the pressed key went down in a field with several lines, where a held Enter means many lines.
    key_writes: Cell<bool>,
}

/// The last click that took effect, for as long as another may belong to it.
struct Click {
    control: Element,
    /// What the control said that it does.
    label: String,
    at: (i32, i32),
    _forgotten: Timer,
}

/// Lets each gesture within `root` have one effect: further clicks of a double click and repeats of a held key do not
/// reach the controls. Every root of the app has it (`use:one_effect_a_gesture`); its listeners are on that element.
pub fn one_effect_a_gesture(root: Element) {
    let gesture = Rc::new(Gesture::default());
    let clicked = Rc::clone(&gesture);
    let on_click = Closure::<dyn FnMut(Event)>::new(move |event: Event| {
        if event.dyn_ref::<MouseEvent>().is_some_and(|click| !clicked.takes_click(click)) {
            swallow(&event);
        }
    });
    let pressed = Rc::clone(&gesture);
    let on_pointer = Closure::<dyn FnMut(Event)>::new(move |event: Event| {
        if let Some(pointer) = event.dyn_ref::<PointerEvent>() {
            pressed.by_touch.set(pointer.pointer_type() == "touch");
        }
    });
    let on_key = Closure::<dyn FnMut(Event)>::new(move |event: Event| {
        if event.dyn_ref::<KeyboardEvent>().is_some_and(|key| !gesture.takes_key(key)) {
            swallow(&event);
        }
    });
    // Before any control hears of it.
    let capture = AddEventListenerOptions::new();
    capture.set_capture(true);
    let listeners = [("pointerdown", on_pointer), ("click", on_click), ("keydown", on_key)];
    for (name, listener) in &listeners {
        let listener = listener.as_ref().unchecked_ref();
        let _ = root.add_event_listener_with_callback_and_add_event_listener_options(name, listener, &capture);
    }
    let held = SendWrapper::new((root, listeners));
    on_cleanup(move || {
        let (root, listeners) = &*held;
        for (name, listener) in listeners {
            let listener = listener.as_ref().unchecked_ref();
            let _ = root.remove_event_listener_with_callback_and_bool(name, listener, true);
        }
    });
}

fn swallow(event: &Event) {
    event.prevent_default();
    event.stop_propagation();
}

/// The element nearest to what an event happened on that matches the selector: what was clicked, for a listener around it.
pub fn closest(event: &Event, selector: &str) -> Option<Element> {
    event.target()?.dyn_into::<Element>().ok()?.closest(selector).ok().flatten()
}

fn label(control: &Element) -> String {
    control.get_attribute("aria-label").or_else(|| control.text_content()).unwrap_or_default()
}

impl Gesture {
    fn takes_click(self: &Rc<Self>, click: &MouseEvent) -> bool {
        // Without a count it comes from a key or from assistive technology.
        if click.detail() == 0 || closest(click, CHANGED_BY_A_CLICK).is_none() {
            return true;
        }
        let (control, at) = (closest(click, CONTROLS), (click.client_x(), click.client_y()));
        if click.detail() > 1 || self.is_continued(control.as_ref(), at) {
            self.wait_again();
            return false;
        }
        if let Some(control) = control {
            let label = label(&control);
            self.click.replace(Some(Click { control, label, at, _forgotten: self.forget_later() }));
        }
        true
    }

    /// Whether a click belongs to the last one: at the same place, but not on the same control, because that one is gone,
    /// moved, or does something else now. A finger's taps have no count: for them also on the same control.
    fn is_continued(&self, control: Option<&Element>, at: (i32, i32)) -> bool {
        let last = self.click.borrow();
        let Some(last) = last.as_ref() else { return false };
        let by_touch = self.by_touch.get();
        let near = if by_touch { NEAR_BY_TOUCH } else { NEAR };
        let is_near = (at.0 - last.at.0).abs() <= near && (at.1 - last.at.1).abs() <= near;
        let is_another = |control: &Element| *control != last.control || label(control) != last.label;
        is_near && (by_touch || control.is_none_or(is_another))
    }

    /// A gesture ends half a second after its last click.
    fn wait_again(self: &Rc<Self>) {
        let forgotten = self.forget_later();
        if let Some(click) = self.click.borrow_mut().as_mut() {
            click._forgotten = forgotten;
        }
    }

    fn forget_later(self: &Rc<Self>) -> Timer {
        let gesture = Rc::downgrade(self);
        Timer::after(UNARMED_MS, move || {
            let _ended = gesture.upgrade().and_then(|gesture| gesture.click.take());
        })
    }

    /// Of a held Enter or Escape only the first press counts, wherever the focus moves meanwhile.
    fn takes_key(&self, key: &KeyboardEvent) -> bool {
        let writes = closest(key, "textarea").is_some();
        if !key.repeat() {
            self.key_writes.set(writes);
            return true;
        }
        match key.key().as_str() {
            _ if key.is_composing() => true,
            "Enter" => writes && self.key_writes.get() && !key.ctrl_key() && !key.meta_key(),
            "Escape" => false,
            _ => true,
        }
    }
}
