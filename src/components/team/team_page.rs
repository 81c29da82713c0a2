//! `TeamPage`: who is in the team and who is invited. For admins.

use super::{agent_row::AgentRow, invitations::Invitations};
use crate::browser::memo::memo;
use crate::components::ui::{gestures::one_effect_a_gesture, keyed_list::KeyedList, live::live_view};
use crate::{
    client::Client,
    components::{
        inbox::inbox_nav::InboxNav,
        shared::{connection_line::ConnectionLine, toasts::Toasts},
    },
    strings::strings,
};
use leptos::prelude::*;
use wire::Role;

#[component]
pub fn TeamPage() -> impl IntoView {
    let client = Client::here();
    let is_admin = memo(move |_| client.role() == Role::Admin);
    view! {
        <div class="inbox settings-page" use:one_effect_a_gesture>
            <ConnectionLine />
            <InboxNav />
            <main class="settings-main">
                <h1>{strings().team.title}</h1>
                {live_view(move || match is_admin.get() {
                    true => view! { <Sections /> }.into_any(),
                    false => view! { <p class="empty">{strings().team.only_admins}</p> }.into_any(),
                })}
            </main>
            <Toasts />
        </div>
    }
}

#[component]
fn Sections() -> impl IntoView {
    let agents = Client::here().store().agents.clone();
    let ids = memo(move |_| {
        let here = agents.all().into_iter().filter(|agent| !agent.removed);
        here.map(|agent| agent.id).collect::<Vec<_>>()
    });
    view! {
        <section class="settings-section" aria-label=strings().team.agents>
            <h2>{strings().team.agents}</h2>
            <KeyedList keys=ids row=|id| view! { <AgentRow id /> } label=strings().team.agents class="settings-rows" />
        </section>
        <Invitations />
    }
}
