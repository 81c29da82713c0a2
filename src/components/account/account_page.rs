//! `AccountPage`: the agent's own settings.

use super::{own_name::OwnName, own_password::OwnPassword, own_sessions::OwnSessions};
use crate::components::ui::{gestures::one_effect_a_gesture, live::live};
use crate::{
    client::{Client, Fields},
    components::{
        inbox::inbox_nav::InboxNav,
        shared::{connection_line::ConnectionLine, toasts::Toasts, unsaved_fields::UnsavedFields},
    },
    store::change::SettingsChange,
    strings::strings,
};
use leptos::prelude::*;

#[component]
pub fn AccountPage() -> impl IntoView {
    view! {
        <div class="inbox settings-page" use:one_effect_a_gesture>
            <ConnectionLine />
            <InboxNav />
            <main class="settings-main">
                <h1>{strings().account.title}</h1>
                <OwnName />
                <Sending />
                <OwnPassword />
                <OwnSessions />
            </main>
            <Toasts />
        </div>
    }
}

/// Whether Enter sends, the same as beside every composer.
#[component]
fn Sending() -> impl IntoView {
    let client = Client::here();
    let shown = client.clone();
    view! {
        <section class="settings-section" aria-label=strings().account.sending>
            <h2>{strings().account.sending}</h2>
            <label class="settings-check">
                <input
                    type="checkbox"
                    prop:checked=live(move || shown.settings().enter_sends)
                    on:change=move |event| {
                        client.change_settings(SettingsChange::EnterSends(event_target_checked(&event)));
                    }
                />
                {strings().enter_sends}
            </label>
            <p class="quiet">{strings().enter_sends_hint}</p>
            <UnsavedFields of=Fields::Settings />
        </section>
    }
}
