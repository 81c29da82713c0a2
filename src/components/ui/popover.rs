//! `Popover`: a button and the popover that it opens. A native popover: the browser handles Escape, clicks outside and
//! the top layer.

use super::lengths::{between, pixels};
use crate::browser::memo::ErasedMemo;
use crate::browser::timers::{next_frame, soon};
use crate::components::ui::live::{live, live_view};
use leptos::{ev, html, prelude::*};
use wasm_bindgen::{JsCast, JsValue};

/// A button that opens a small floating box beside it. `face` is the button's content, `content` the box's, made when
/// it opens; `first` then gets the focus. Closing returns the focus to the button.
#[component]
pub fn Popover(
    class: &'static str,
    button_class: &'static str,
    #[prop(into)] name: ErasedMemo<String>,
    face: impl Fn() -> AnyView + Send + 'static,
    content: impl Fn(Callback<()>) -> AnyView + Send + Sync + 'static,
    first: NodeRef<html::Input>,
) -> impl IntoView {
    let button = NodeRef::<html::Button>::new();
    let floating = NodeRef::<html::Div>::new();
    let is_open = RwSignal::new(false);
    let close = Callback::new(move |()| {
        if let Some(floating) = floating.get_untracked() {
            let _ = floating.hide_popover();
        }
    });
    let open = move |_| {
        let (Some(button), Some(floating)) = (button.get_untracked(), floating.get_untracked()) else { return };
        if is_open.get_untracked() {
            return close.run(());
        }
        is_open.set(true);
        soon(move || {
            place_beside(&button, &floating);
            let _ = floating.show_popover();
            next_frame(move || {
                if let Some(first) = first.try_get_untracked().flatten() {
                    let _ = first.focus();
                }
            });
        });
    };
    // The browser does this itself, but not in a shadow root.
    let give_focus_back = move |event: ev::Event| {
        let (Some(button), Some(floating)) = (button.get_untracked(), floating.get_untracked()) else { return };
        if is_closing(&event) && floating.query_selector(":focus").is_ok_and(|focused| focused.is_some()) {
            let _ = button.focus();
        }
    };
    let toggled = move |event: ev::Event| {
        if is_closing(&event) {
            is_open.try_set(false);
        }
    };
    view! {
        <button
            type="button"
            class=button_class
            node_ref=button
            aria-label=live(move || name.get())
            title=live(move || name.get())
            aria-haspopup="dialog"
            aria-expanded=live(move || is_open.get().to_string())
            on:click=open
        >
            {face()}
        </button>
        <div
            class=format!("popover {class}")
            popover="auto"
            role="dialog"
            aria-label=live(move || name.get())
            node_ref=floating
            on:beforetoggle=give_focus_back
            on:toggle=toggled
        >
            {live_view(move || is_open.get().then(|| content(close)))}
        </div>
    }
}

fn is_closing(event: &ev::Event) -> bool {
    let state = js_sys::Reflect::get(event, &"newState".into()).ok().and_then(|state| state.as_string());
    state.as_deref() == Some("closed")
}

/// Places the box under the button, or above it if there is more room there, inside the window. In the left half of the window
/// left edges are aligned, in the right half right edges.
fn place_beside(button: &web_sys::HtmlButtonElement, floating: &web_sys::HtmlDivElement) {
    let place = button.get_bounding_client_rect();
    let length =
        |length: Result<JsValue, JsValue>, fallback: f64| length.ok().and_then(|it| it.as_f64()).unwrap_or(fallback);
    let width = length(window().inner_width(), 1200.0);
    let height = length(window().inner_height(), 800.0);
    let style = floating.unchecked_ref::<web_sys::HtmlElement>().style();
    let _ = style.set_property("inset", "auto");
    let (side, distance) =
        if place.top() > height / 2.0 { ("bottom", height - place.top()) } else { ("top", place.bottom()) };
    let _ = style.set_property(side, &pixels(distance + 4.0));
    let (edge, inset) = if place.left() + place.right() < width {
        ("left", between(8.0, place.left(), width - 288.0))
    } else {
        ("right", between(8.0, width - place.right(), width - 288.0))
    };
    let _ = style.set_property(edge, &pixels(inset));
    // What has no room there scrolls.
    let _ = style.set_property("max-height", &pixels(height - distance - 12.0));
}
