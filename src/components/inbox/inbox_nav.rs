//! `InboxNav`: the sections of the inbox, the signed-in agent, and sign-out.

use crate::components::ui::live::live;
use crate::{
    client::Client,
    components::{
        shared::avatar::Avatar,
        ui::{
            icon::{Icon, Shape},
            name::Name,
        },
    },
    navigation::{navigator::Navigator, sign_out::SignOut},
    strings::{Value, fill, strings},
};
use leptos::prelude::*;
use wire::Section;

/// The left-hand strip.
#[component]
pub fn InboxNav() -> impl IntoView {
    let strings = strings();
    view! {
        <nav class="inbox-nav" aria-label=strings.sections>
            <p class="brand"><span class="brand-mark" aria-hidden="true"></span><span class="brand-name">"Sidenote"</span></p>
            <ul class="nav-list">
                <SectionLink section=Section::All name=strings.section_all shape=Shape::Inbox />
                <SectionLink section=Section::Mine name=strings.section_mine shape=Shape::UserRound />
                <SectionLink section=Section::Unassigned name=strings.section_unassigned shape=Shape::Users />
            </ul>
            <Who />
        </nav>
    }
}

#[component]
fn SectionLink(section: Section, name: &'static str, shape: Shape) -> impl IntoView {
    let navigator = Navigator::here();
    let is_current = move || navigator.view.with(|view| view.query.section == section);
    view! {
        <li>
            <button
                type="button"
                class="nav-item"
                title=name
                aria-current=live(move || is_current().then_some("page"))
                on:click=move |_| {
                    let query = navigator.view.get_untracked().query;
                    navigator.set_query(wire::ConversationQuery { section, ..query });
                }
            >
                <Icon shape />
                <span class="nav-name">{name}</span>
            </button>
        </li>
    }
}

#[component]
fn Who() -> impl IntoView {
    let client = Client::here();
    let me = client.me().agent.clone();
    let organization = client.me().organization.name.clone();
    let sign_out = use_context::<SignOut>();
    let name = me.name.clone();
    let values = [("name", Value::Name(&name)), ("organization", Value::Name(&organization))];
    let both = fill(strings().signed_in_as, &values);
    view! {
        <div class="who">
            <Avatar name=name.clone() seed=me.id.0 />
            <p class="who-name" title=both>
                <Name name />
                <small><Name name=organization /></small>
            </p>
            {sign_out
                .map(|sign_out| {
                    view! {
                        <button
                            type="button"
                            class="icon-button"
                            aria-label=strings().sign_out
                            title=strings().sign_out
                            on:click=move |_| sign_out.0.run(())
                        >
                            <Icon shape=Shape::LogOut />
                        </button>
                    }
                })}
        </div>
    }
}
