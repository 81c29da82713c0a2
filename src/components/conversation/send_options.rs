//! `SendOptions`: the setting "Enter sends", beside every button that sends.

use crate::components::ui::live::live;
use crate::{
    client::{Client, Fields},
    components::{
        shared::unsaved_fields::UnsavedFields,
        ui::{
            icon::{Icon, Shape},
            popover::Popover,
        },
    },
    store::change::SettingsChange,
    strings::strings,
};
use leptos::{html, prelude::*};

/// A small button, and the popover that it opens.
#[component]
pub fn SendOptions() -> impl IntoView {
    let client = Client::here();
    let first = NodeRef::<html::Input>::new();
    let content = move |_| view! { <EnterSends client=client.clone() first /> }.into_any();
    view! {
        <Popover
            class="send-options"
            button_class="icon-button"
            name=strings().send_options
            face=|| view! { <Icon shape=Shape::Ellipsis /> }.into_any()
            first
            content
        />
    }
}

/// The agent's own setting, the same in all composers.
#[component]
fn EnterSends(client: Client, first: NodeRef<html::Input>) -> impl IntoView {
    let shown = client.clone();
    view! {
        <label class="menu-item check">
            <span>{strings().enter_sends}</span>
            <input
                type="checkbox"
                node_ref=first
                prop:checked=live(move || shown.settings().enter_sends)
                on:change=move |event| {
                    client.change_settings(SettingsChange::EnterSends(event_target_checked(&event)));
                }
            />
        </label>
        <p class="menu-hint">{strings().enter_sends_hint}</p>
        <UnsavedFields of=Fields::Settings />
    }
}
