//! `IconRail`: the narrow strip at a pane's right edge. Its contact icon toggles the Contact Profile Panel.

use crate::browser::memo::{ErasedMemo, memo};
use crate::components::ui::live::{live, live_view};
use crate::{
    client::Client,
    components::ui::icon::{Icon, Shape},
    navigation::navigator::Navigator,
    strings::strings,
};
use leptos::{html::Button, prelude::*};
use wire::{ContactId, ConversationId};

/// The rail. The badge shows the number of notes that are new to this agent.
#[component]
pub fn IconRail(
    conversation: ConversationId,
    contact: ContactId,
    is_open: ErasedMemo<bool>,
    button: NodeRef<Button>,
) -> impl IntoView {
    let navigator = Navigator::here();
    let notes = Client::here().store().contact_notes.of(contact);
    let new = memo(move |_| notes.new_count());
    let name = move || match new.get() {
        0 => strings().toggle_profile.to_owned(),
        count => strings().toggle_profile_new.of(count),
    };
    view! {
        <div class="icon-rail">
            <button
                type="button"
                class="icon-button rail-button"
                node_ref=button
                aria-label=name
                aria-expanded=live(move || is_open.get().to_string())
                title=strings().toggle_profile
                on:click=move |_| navigator.toggle_panel(conversation)
            >
                <Icon shape=Shape::ContactRound />
                {live_view(move || (new.get() > 0).then(|| view! { <span class="badge" aria-hidden="true">{new.get()}</span> }))}
            </button>
        </div>
    }
}
