//! `SearchResultsView`: the hits for the text in the view, in groups by kind.

use super::group::{Group, Groups};
use crate::browser::{dispose::dispose_with_owner, memo::ErasedMemo, memo::memo};
use crate::components::ui::live::live_view;
use crate::{
    client::Client,
    components::{
        shared::{
            found::Found,
            load_problem::{LoadProblem, Waiting},
        },
        ui::name::filled,
    },
    store::record::Load,
    strings::{Value, strings},
};
use leptos::{ev::KeyboardEvent, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};
use wire::{SearchKind, VariantArray as _};

/// So many hits of each kind at first.
const FIRST: u32 = 5;

/// The hits, while the view has a search.
#[component]
pub fn SearchResultsView(text: ErasedMemo<String>) -> impl IntoView {
    let client = Client::here();
    let (groups, load) = (Groups::default(), RwSignal::new(Load::Idle));
    // The answer to an earlier text may come later.
    let latest = StoredValue::new(0_u32);
    let ask = Callback::new(move |text: String| {
        latest.update_value(|latest| *latest += 1);
        let (client, asked) = (client.clone(), latest.get_value());
        load.set(Load::Loading);
        leptos::task::spawn_local(async move {
            let found = client.search(&text, None, FIRST).await;
            if latest.try_get_value() != Some(asked) {
                return;
            }
            match found {
                Ok(results) => {
                    client.announce(groups.show(results));
                    load.try_set(Load::Ready);
                }
                Err(failure) => {
                    load.try_set(Load::Failed(failure));
                }
            }
        });
    });
    let found = Found::here();
    let note_follower = dispose_with_owner();
    Effect::new(move |_| {
        note_follower();
        if let Some(found) = found {
            found.unmark();
        }
        ask.run(text.get());
    });
    let retry = Callback::new(move |()| ask.run(text.get_untracked()));
    let state = memo(move |_| (load.get(), groups.is_empty()));
    view! {
        <div class="conversations-scroll search-results">
            {live_view(move || status(state.get(), text, retry))}
            {SearchKind::VARIANTS.iter().map(|kind| view! { <Group kind=*kind groups text /> }).collect_view()}
        </div>
    }
}

fn status((load, is_empty): (Load, bool), text: ErasedMemo<String>, retry: Callback<()>) -> Option<AnyView> {
    match (load, is_empty) {
        (Load::Failed(failure), _) => Some(view! { <LoadProblem failure retry /> }.into_any()),
        (Load::Idle | Load::Loading, true) => Some(view! { <Waiting /> }.into_any()),
        (Load::Ready, true) => {
            let text = text.get_untracked();
            Some(
                view! {
                    <div class="empty">
                        <p>{filled(strings().search_nothing, &[("text", Value::Text(&text))])}</p>
                        <p class="quiet">{strings().search_nothing_hint}</p>
                    </div>
                }
                .into_any(),
            )
        }
        _ => None,
    }
}

/// Arrows move between the field and the hits. Escape leads back to the field.
pub fn move_focus(event: &KeyboardEvent) {
    let Some(focused) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) else { return };
    let Some(section) = focused.closest(".conversations").ok().flatten() else { return };
    let Ok(stops) = section.query_selector_all(".search-all > input, .hit, .more-hits") else { return };
    let stops: Vec<Element> = (0..stops.length()).filter_map(|nth| stops.get(nth)?.dyn_into().ok()).collect();
    let Some(at) = stops.iter().position(|stop| *stop == focused) else { return };
    let next = match event.key().as_str() {
        "ArrowDown" => stops.get(at + 1),
        "ArrowUp" => at.checked_sub(1).and_then(|before| stops.get(before)),
        "Home" if at > 0 => stops.get(1),
        "End" if at > 0 => stops.last(),
        "Escape" if at > 0 => stops.first(),
        _ => return,
    };
    event.prevent_default();
    event.stop_propagation();
    if let Some(next) = next.and_then(|next| next.dyn_ref::<HtmlElement>()) {
        let _ = next.focus();
    }
}
