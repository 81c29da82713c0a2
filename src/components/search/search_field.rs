//! `SearchField`: the field that searches contacts, notes and messages. Ctrl+K or ⌘K goes to it.

use crate::browser::{dispose::dispose_with_owner, timers::Timer};
use crate::components::ui::{
    icon::{Icon, Shape},
    live::{live, live_view},
};
use crate::{
    components::shared::typed::Typed,
    navigation::{navigator::Navigator, views::InboxView},
    strings::strings,
};
use leptos::{ev::KeyboardEvent, html, prelude::*};
use send_wrapper::SendWrapper;

/// A search begins when nothing was typed for this long.
const PAUSE_MS: u32 = 150;

/// Requests to go to the field. Provided by context above the inbox.
#[derive(Clone, Copy)]
pub struct SearchRequest(RwSignal<bool>);

impl Default for SearchRequest {
    fn default() -> Self {
        Self(RwSignal::new(false))
    }
}

impl SearchRequest {
    /// That of the page around, or a new one for the views below.
    #[must_use]
    pub fn here_or_new() -> Self {
        // A context outlives the view that has provided it.
        use_context::<Self>().filter(|request| !request.0.is_disposed()).unwrap_or_else(|| {
            let request = Self::default();
            provide_context(request);
            request
        })
    }

    /// Goes to the field if the key says so, and returns whether it does. A browser would open its own search.
    pub fn take(self, event: &KeyboardEvent) -> bool {
        let is_chord = (event.ctrl_key() || event.meta_key()) && !event.alt_key() && !event.shift_key();
        let is_ours = is_chord && event.key().eq_ignore_ascii_case("k");
        if !is_ours || event.is_composing() || event.default_prevented() {
            return false;
        }
        event.prevent_default();
        self.0.set(true);
        true
    }
}

/// The field. The text is in the view, and so in the address, once nothing was typed for a moment.
#[component]
pub fn SearchField() -> impl IntoView {
    let navigator = Navigator::here();
    let (text, typed) = (RwSignal::new(navigator.view.with_untracked(|view| view.search.clone())), Typed::line());
    let field = NodeRef::<html::Input>::new();
    let pause = StoredValue::new(None::<SendWrapper<Timer>>);
    follow_view(navigator, text);
    go_there_on_request(field, navigator);
    let search = move |searched: String| {
        text.set(searched);
        let begin = move || navigator.search(&text.get_untracked());
        pause.set_value(Some(SendWrapper::new(Timer::after(PAUSE_MS, begin))));
    };
    let clear = move || {
        text.set(String::new());
        pause.set_value(None);
        navigator.search("");
        if let Some(field) = field.get_untracked() {
            let _ = field.focus();
        }
    };
    let key = move |event: KeyboardEvent| {
        if event.key() == "Escape" && !event.is_composing() && text.with_untracked(|text| !text.is_empty()) {
            event.prevent_default();
            event.stop_propagation();
            clear();
        }
    };
    view! {
        <div class="search search-all" role="search">
            <Icon shape=Shape::Search />
            <input
                type="text"
                inputmode="search"
                autocomplete="off"
                maxlength="200"
                node_ref=field
                aria-label=strings().search
                aria-keyshortcuts="Control+K Meta+K"
                placeholder=strings().search_placeholder
                prop:value=live(move || text.get())
                on:input=move |event| search(typed.text(&event))
                on:paste=move |event| typed.paste(&event)
                on:keydown=key
            />
            {live_view(move || {
                text.with(|text| !text.is_empty()).then(|| {
                    view! {
                        <button type="button" class="icon-button" aria-label=strings().search_clear title=strings().search_clear on:click=move |_| clear()>
                            <Icon shape=Shape::X />
                        </button>
                    }
                })
            })}
        </div>
        {typed.hint()}
    }
}

/// Shows what the view says when something else has changed it: the way back, a link.
fn follow_view(navigator: Navigator, text: RwSignal<String>) {
    let note_follower = dispose_with_owner();
    Effect::new(move |before: Option<String>| {
        note_follower();
        let search = navigator.view.with(|view| view.search.clone());
        if before.is_some_and(|before| before != search) && text.with_untracked(|text| text.trim() != search.trim()) {
            text.set(search.clone());
        }
        search
    });
}

fn go_there_on_request(field: NodeRef<html::Input>, navigator: Navigator) {
    let Some(SearchRequest(asked)) = use_context() else { return };
    let note_follower = dispose_with_owner();
    Effect::new(move |_| {
        note_follower();
        let Some(field) = field.get().filter(|_| asked.get()) else { return };
        asked.set(false);
        // Where there is room for one pane only, an open conversation covers the list.
        if field.offset_parent().is_none() {
            let view = navigator.view.get_untracked();
            navigator.go.run(InboxView { panes: Vec::new(), ..view });
        }
        crate::browser::timers::next_frame(move || {
            let _ = field.focus();
            field.select();
        });
    });
}
