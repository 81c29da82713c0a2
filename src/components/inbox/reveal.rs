//! `Reveal`: scrolls a pane that was just opened into view, and focuses its heading.

use crate::browser::{dispose::dispose_with_owner, timers::next_frame};
use leptos::{html, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{Element, FocusOptions, HtmlElement};
use wire::ConversationId;

/// The conversation that is to be revealed and is not yet. Provided by context to a row of panes and their list.
#[derive(Clone, Copy)]
pub(crate) struct Reveal(RwSignal<Option<ConversationId>>);

impl Reveal {
    pub(crate) fn new() -> Self {
        Self(RwSignal::new(None))
    }

    /// Reveals a pane: now if it is mounted, else when it is.
    pub(crate) fn ask(self, conversation: ConversationId) {
        self.0.set(Some(conversation));
    }
}

/// Reveals this conversation's pane on request.
pub(crate) fn when_asked_for(conversation: ConversationId, pane: NodeRef<html::Section>) {
    let Some(Reveal(asked)) = use_context() else { return };
    let note_follower = dispose_with_owner();
    Effect::new(move |_| {
        note_follower();
        if asked.get() == Some(conversation) {
            asked.set(None);
            // A new pane is laid out by then.
            next_frame(move || {
                if let Some(pane) = pane.try_get_untracked().flatten() {
                    bring_into_view(&pane);
                    focus_heading(&pane);
                }
            });
        }
    });
}

/// Scrolls only the row of panes: the page around may be a host's. The style sheet sets the scroll behaviour.
fn bring_into_view(pane: &Element) {
    let Ok(Some(row)) = pane.closest(".panes") else { return };
    let (whole, seen) = (pane.get_bounding_client_rect(), row.get_bounding_client_rect());
    let (left, right) = (whole.left() - seen.left(), whole.right() - seen.right());
    let fits = whole.width() <= seen.width();
    let across = match (left < 0.0, right > 0.0) {
        (true, false) if fits => left,
        (false, true) if fits => right,
        (false, false) => 0.0,
        // Wider than the view: align its start.
        _ if is_right_to_left(&row) => right,
        _ => left,
    };
    row.scroll_by_with_x_and_y(across, 0.0);
}

fn is_right_to_left(element: &Element) -> bool {
    let style = window().get_computed_style(element).ok().flatten();
    style.and_then(|style| style.get_property_value("direction").ok()).as_deref() == Some("rtl")
}

fn focus_heading(pane: &Element) {
    let heading = pane.query_selector("h2").ok().flatten();
    if let Some(heading) = heading.and_then(|heading| heading.dyn_into::<HtmlElement>().ok()) {
        let options = FocusOptions::new();
        options.set_prevent_scroll(true);
        let _ = heading.focus_with_options(&options);
    }
}
