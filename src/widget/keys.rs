//! Stops key events of the widget's fields at the shadow root. Outside of it an event's target is the host's element,
//! so a host that excludes text fields from its shortcuts would not recognize the widget's.

use std::cell::RefCell;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Element, Event, HtmlElement, KeyboardEvent};

/// All events of typing, composing and pasting that leave a shadow root.
const TYPING: [&str; 11] = [
    "keydown",
    "keypress",
    "keyup",
    "beforeinput",
    "input",
    "compositionstart",
    "compositionupdate",
    "compositionend",
    "cut",
    "copy",
    "paste",
];

/// Stops such events at the root element, as long as that exists.
pub(super) struct Threshold {
    _stop: Closure<dyn FnMut(Event)>,
}

impl Threshold {
    pub(super) fn of(root: &HtmlElement) -> Self {
        let (keys, widget) = (Keys::default(), root.clone());
        let stop = Closure::<dyn FnMut(Event)>::new(move |event: Event| {
            let ends = match event.dyn_ref::<KeyboardEvent>() {
                Some(key) => keys.end(key, &widget),
                None => is_editable(&event),
            };
            if ends {
                event.stop_propagation();
            }
        });
        for name in TYPING {
            // Adding a listener to an element never fails.
            let _ = root.add_event_listener_with_callback(name, stop.as_ref().unchecked_ref());
        }
        Self { _stop: stop }
    }
}

/// The pressed keys whose `keydown` was stopped here: their `keyup` is stopped too, wherever the focus is then.
#[derive(Default)]
struct Keys(RefCell<Vec<String>>);

impl Keys {
    fn end(&self, event: &KeyboardEvent, widget: &Element) -> bool {
        let code = event.code();
        let mut down = self.0.borrow_mut();
        let was_down = down.iter().position(|known| *known == code);
        if event.type_() == "keyup" {
            return was_down.map(|at| down.swap_remove(at)).is_some() || is_typed(event);
        }
        let ends = if event.key() == "Escape" { is_used(event, widget) } else { is_typed(event) };
        match was_down {
            None if ends => down.push(code),
            Some(at) if !ends => {
                down.swap_remove(at);
            }
            _ => {}
        }
        ends
    }
}

/// Whether a key other than Escape goes to a field, with or without Ctrl: the widget uses Ctrl+Enter too.
fn is_typed(event: &KeyboardEvent) -> bool {
    event.key() != "Escape" && is_editable(event)
}

/// Whether Escape has closed a part of the widget, is about to, or ends an input method's composition.
fn is_used(event: &KeyboardEvent, widget: &Element) -> bool {
    let floats = || widget.query_selector(":popover-open, dialog:modal").is_ok_and(|open| open.is_some());
    event.default_prevented() || event.is_composing() || floats()
}

/// Whether the target is a field that hosts usually exclude from their shortcuts.
fn is_editable(event: &Event) -> bool {
    let Some(target) = event.target().and_then(|target| target.dyn_into::<HtmlElement>().ok()) else { return false };
    matches!(target.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT") || target.is_content_editable()
}
