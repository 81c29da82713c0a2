//! Key events of the widget's fields end at the shadow root. Outside of it an event's target is the host's element: a
//! host that excepts its own fields from its shortcuts would not recognize ours.

use std::cell::RefCell;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Element, Event, HtmlElement, KeyboardEvent};

/// All that typing, composing and pasting fire and that leaves a shadow root.
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

/// Ends such events at the element that everything is in. Goes with it.
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
            // Every element takes listeners.
            let _ = root.add_event_listener_with_callback(name, stop.as_ref().unchecked_ref());
        }
        Self { _stop: stop }
    }
}

/// The keys that are down and whose press ended here: their release is not the host's either, wherever the focus is then.
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

/// Whether a key other than Escape goes to a field, with Ctrl or without: a host's Ctrl+Enter is not meant either.
fn is_typed(event: &KeyboardEvent) -> bool {
    event.key() != "Escape" && is_editable(event)
}

/// Whether Escape has closed something of ours, is about to, or ends what an input method composes.
fn is_used(event: &KeyboardEvent, widget: &Element) -> bool {
    let floats = || widget.query_selector(":popover-open, dialog:modal").is_ok_and(|open| open.is_some());
    event.default_prevented() || event.is_composing() || floats()
}

/// What hosts spare when it is theirs.
fn is_editable(event: &Event) -> bool {
    let Some(target) = event.target().and_then(|target| target.dyn_into::<HtmlElement>().ok()) else { return false };
    matches!(target.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT") || target.is_content_editable()
}
