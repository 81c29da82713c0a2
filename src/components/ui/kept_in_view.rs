//! `KeptInView`: keeps a whole form in view while the user types in it.

use super::observe::on_resize;
use crate::browser::timers::next_frame;
use leptos::{html, prelude::*};
use std::cell::Cell;
use web_sys::{Element, ScrollBehavior, ScrollIntoViewOptions, ScrollLogicalPosition};

/// Scrolls its whole content into view when an element in it gets the focus, and when it grows while it has the focus.
/// Without the focus it never scrolls.
#[component]
pub fn KeptInView(
    #[prop(into)] class: String,
    /// The form's element, for a caller that scrolls it into view itself.
    #[prop(optional)]
    frame: NodeRef<html::Div>,
    children: Children,
) -> impl IntoView {
    // Scrolling under a pressed pointer would select text, so wait for the click.
    let is_pressed = RwSignal::new(false);
    let focused = move |_| {
        if !is_pressed.get_untracked() {
            next_frame(move || bring_into_view(frame));
        }
    };
    let released = move |_| is_pressed.set(false);
    let clicked = move |_| {
        is_pressed.set(false);
        next_frame(move || keep(frame));
    };
    Effect::new(move |_| {
        if let Some(element) = frame.get() {
            keep_while_growing(&element);
        }
    });
    view! {
        <div
            class=class
            node_ref=frame
            on:pointerdown=move |_| is_pressed.set(true)
            on:pointerup=released
            on:pointercancel=released
            on:focusin=focused
            on:focusout=move |_| is_pressed.set(false)
            on:click=clicked
        >
            {children()}
        </div>
    }
}

/// Scrolls by the minimum that shows all of an element.
pub fn bring_into_view(element: NodeRef<html::Div>) {
    if let Some(element) = element.try_get_untracked().flatten() {
        scroll_to(&element);
    }
}

fn keep(element: NodeRef<html::Div>) {
    if let Some(element) = element.try_get_untracked().flatten().filter(|element| has_focus(element)) {
        scroll_to(&element);
    }
}

/// Scrolls only when the element grows: shrinking hides nothing.
fn keep_while_growing(element: &web_sys::HtmlDivElement) {
    let (watched, height) = (element.clone(), Cell::new(f64::INFINITY));
    on_resize(element, move || {
        let now = watched.get_bounding_client_rect().height();
        if now > height.replace(now) && has_focus(&watched) {
            scroll_to(&watched);
        }
    });
}

fn has_focus(element: &Element) -> bool {
    element.matches(":focus-within").unwrap_or(false)
}

fn scroll_to(element: &Element) {
    let options = ScrollIntoViewOptions::new();
    options.set_block(ScrollLogicalPosition::Nearest);
    options.set_inline(ScrollLogicalPosition::Nearest);
    options.set_behavior(ScrollBehavior::Instant);
    element.scroll_into_view_with_scroll_into_view_options(&options);
}
