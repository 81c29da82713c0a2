//! Detects that an element was seen: in view, in a visible page, for two seconds without interruption.

use crate::{
    browser::{
        memo::{ErasedMemo, memo},
        timers::after,
    },
    client::Client,
    components::ui::observe::on_view,
};
use leptos::{html::ElementType, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::Element;

const SEEN_AFTER_MS: u32 = 2_000;

/// Calls `seen` with the value of `unseen` once `element` has been in view for long enough. The time starts over when
/// the page is hidden, the element leaves the view, or the value changes.
pub(crate) fn when_seen<E, T>(element: NodeRef<E>, unseen: ErasedMemo<Option<T>>, seen: Callback<T>)
where
    E: ElementType + 'static,
    E::Output: JsCast + AsRef<Element> + Clone + 'static,
    T: Clone + PartialEq + Send + Sync + 'static,
{
    let is_in_view = RwSignal::new(false);
    Effect::new(move |_| {
        if let Some(element) = element.get() {
            on_view(element.as_ref(), move |in_view| {
                is_in_view.try_set(in_view);
            });
        }
    });
    let page = ErasedMemo::from(Client::here().page_visible());
    let looked_at = memo(move |_| if page.get() && is_in_view.get() { unseen.get() } else { None });
    Effect::new(move |_| {
        if let Some(thing) = looked_at.get() {
            after(SEEN_AFTER_MS, move || seen.run(thing));
        }
    });
}
