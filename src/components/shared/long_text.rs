//! `LongText`: the text of a note or message. A long one is folded, and unfolded on request, by a search that finds
//! something in it, and by the browser's own search.

use crate::browser::{memo::ErasedMemo, memo::memo, timers::next_frame};
use crate::components::ui::{
    live::{live, live_view},
    text::Text,
};
use crate::strings::strings;
use leptos::{html, prelude::*};
use wire::fold;

/// A text of more rows is folded. `--folded-rows` of them stay: a fold that hides little is more work than it saves.
const MOST_ROWS: usize = 24;
/// The characters in the widest row. In a narrower place a long text has more rows than estimated.
const ROW_CHARS: usize = 80;

/// A person's text. `wanted`: what is searched for, folded by [`fold`]; empty without a search.
#[component]
pub fn LongText(text: String, #[prop(optional)] wanted: Option<ErasedMemo<String>>) -> impl IntoView {
    if !is_long(&text) {
        return view! { <Text text /> }.into_any();
    }
    let is_open = RwSignal::new(false);
    if let Some(wanted) = wanted {
        let searched = fold(&text);
        let is_found = memo(move |_| wanted.with(|wanted| !wanted.is_empty() && searched.contains(wanted.as_str())));
        Effect::new(move |_| {
            if is_found.get() {
                is_open.set(true);
            }
        });
    }
    let part = NodeRef::<html::Div>::new();
    let toggle = move |_| {
        if is_open.get_untracked() {
            to_beginning(part);
        }
        is_open.update(|open| *open = !*open);
    };
    let name = move || if is_open.get() { strings().show_less } else { strings().show_all };
    view! {
        // Nobody scrolls a folded text by hand: the browser shows something that it has found, or a link with the focus.
        <div class="long-text" class:folded=live(move || !is_open.get()) node_ref=part on:scroll=move |_| unfold(part, is_open)>
            <Text text />
        </div>
        <button type="button" class="button quiet unfold" aria-expanded=live(move || is_open.get().to_string()) on:click=toggle>
            {live_view(name)}
        </button>
    }
    .into_any()
}

/// Whether a text is folded.
#[must_use]
pub fn is_long(text: &str) -> bool {
    let rows = text.lines().map(|line| 1 + line.chars().count() / ROW_CHARS);
    rows.take(MOST_ROWS + 1).sum::<usize>() > MOST_ROWS
}

/// Unfolds, and keeps what the browser has scrolled to in its place.
fn unfold(part: NodeRef<html::Div>, is_open: RwSignal<bool>) {
    let Some(element) = part.get_untracked() else { return };
    let down = element.scroll_top();
    if down == 0 || is_open.get_untracked() {
        return;
    }
    is_open.set(true);
    next_frame(move || {
        if let Some(around) = scroller(&element) {
            around.set_scroll_top(around.scroll_top() + down);
        }
    });
}

/// Before a long text is folded, at its end, its beginning comes into view: a list keeps what is visible in place.
fn to_beginning(part: NodeRef<html::Div>) {
    let Some(element) = part.get_untracked() else { return };
    let Some(around) = scroller(&element) else { return };
    let above = around.get_bounding_client_rect().top() - element.get_bounding_client_rect().top();
    if above > 0.0 {
        #[expect(clippy::cast_possible_truncation)]
        around.set_scroll_top(around.scroll_top() - above.ceil() as i32);
    }
}

fn scroller(element: &web_sys::HtmlDivElement) -> Option<web_sys::Element> {
    element.closest(".thread, .panel-body").ok().flatten()
}
