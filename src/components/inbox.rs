//! `Inbox`: sections, the list of conversations, and the open conversations side by side.

pub mod conversation_list;
pub mod conversation_row;
pub mod filters;
pub mod icon_rail;
pub mod inbox_nav;
pub mod pane;
mod reveal;

use crate::browser::memo::memo;
use crate::components::ui::live::live;
use crate::{
    components::{
        inbox::{conversation_list::ConversationListView, inbox_nav::InboxNav, pane::PaneView, reveal::Reveal},
        search::search_field::SearchRequest,
        shared::{connection_line::ConnectionLine, found::Found, timestamp::explain_times, toasts::Toasts},
        ui::{gestures::one_effect_a_gesture, keyed_list::KeyedList},
    },
    navigation::navigator::Navigator,
    strings::strings,
};
use leptos::prelude::*;

/// The whole inbox. Needs a `Client` and a `Navigator` in context. `guest`: in a host page that has its own main
/// landmark.
#[component]
pub fn Inbox(#[prop(optional)] guest: bool) -> impl IntoView {
    let navigator = Navigator::here();
    provide_context(Reveal::new());
    provide_context(Found::new());
    // The app listens on its whole page; a widget on its own elements.
    let search = SearchRequest::here_or_new();
    let view_ = navigator.view;
    let panes = memo(move |_| view_.with(|view| view.panes.iter().map(|pane| pane.conversation).collect::<Vec<_>>()));
    let has_panes = memo(move |_| view_.with(|view| !view.panes.is_empty()));
    view! {
        <div class="inbox" class:reading=live(move || has_panes.get()) use:one_effect_a_gesture use:explain_times on:keydown=move |event| { search.take(&event); }>
            <ConnectionLine />
            <InboxNav />
            <main
                class="inbox-main"
                role=guest.then_some("region")
                aria-label=guest.then_some(strings().inbox)
            >
            <h1 class="sr-only reading-title">{strings().inbox}</h1>
            <ConversationListView />
            <div class="panes">
                <Show
                    when=move || has_panes.get()
                    fallback=|| view! { <p class="panes-empty">{strings().nothing_open}</p> }
                >
                    <KeyedList keys=panes row=|id| view! { <PaneView conversation=id /> } class="pane-row" />
                </Show>
            </div>
            </main>
            <Toasts />
        </div>
    }
}
