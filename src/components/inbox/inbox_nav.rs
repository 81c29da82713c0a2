//! `InboxNav`: the sections of the inbox, the signed-in agent, and sign-out.

use crate::browser::memo::memo;
use crate::components::ui::live::{live, live_view};
use crate::{
    client::Client,
    components::{
        shared::avatar::avatar,
        ui::{
            icon::{Icon, Shape},
            markup::Markup,
            name::name,
        },
    },
    navigation::{
        navigator::{Navigator, SettingsPage},
        sign_out::SignOut,
    },
    strings::{Value, fill, strings},
};
use leptos::prelude::*;
use wire::{ContactQuery, Role, Section};

/// The left-hand strip.
#[component]
pub fn InboxNav() -> impl IntoView {
    let strings = strings();
    view! {
        <nav class="inbox-nav" aria-label=strings.sections>
            {brand()}
            <ul class="nav-list">
                <SectionLink section=Section::All name=strings.section_all shape=Shape::Inbox />
                <SectionLink section=Section::Mine name=strings.section_mine shape=Shape::UserRound />
                <SectionLink section=Section::Unassigned name=strings.section_unassigned shape=Shape::Users />
                <ContactsLink />
                <SettingsLinks />
            </ul>
            <Who />
        </nav>
    }
}

fn brand() -> Markup {
    let mark = Markup::text("span", "brand-mark", "").with("aria-hidden", "true");
    Markup::of("p", "brand", vec![mark, Markup::text("span", "brand-name", "Sidenote")])
}

#[component]
fn SectionLink(section: Section, name: &'static str, shape: Shape) -> impl IntoView {
    let navigator = Navigator::here();
    let is_current = move || {
        navigator.contacts.with(Option::is_none)
            && navigator.settings.with(Option::is_none)
            && navigator.view.with(|view| view.query.section == section)
    };
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
                {Markup::text("span", "nav-name", name)}
            </button>
        </li>
    }
}

/// Leads to the page of contacts, where there is one.
#[component]
fn ContactsLink() -> impl IntoView {
    let navigator = Navigator::here();
    navigator.contacts_address.run(ContactQuery::default())?;
    Some(view! {
        <li>
            <button
                type="button"
                class="nav-item"
                title=strings().contacts
                aria-current=live(move || navigator.contacts.with(Option::is_some).then_some("page"))
                on:click=move |_| navigator.go_to_contacts.run(ContactQuery::default())
            >
                <Icon shape=Shape::ContactRound />
                {Markup::text("span", "nav-name", strings().contacts)}
            </button>
        </li>
    })
}

/// Leads to the agent's own settings, and admins to the page of the team, where there are such pages.
#[component]
fn SettingsLinks() -> impl IntoView {
    let (client, navigator) = (Client::here(), Navigator::here());
    let go = navigator.go_to_settings?;
    let is_admin = memo(move |_| client.role() == Role::Admin);
    let link = move |page: SettingsPage, name: &'static str, shape: Shape| {
        view! {
            <li>
                <button
                    type="button"
                    class="nav-item"
                    title=name
                    aria-current=live(move || (navigator.settings.get() == Some(page)).then_some("page"))
                    on:click=move |_| go.run(page)
                >
                    <Icon shape />
                    {Markup::text("span", "nav-name", name)}
                </button>
            </li>
        }
    };
    Some(view! {
        {live_view(move || is_admin.get().then(|| link(SettingsPage::Team, strings().team.title, Shape::Headset)))}
        {link(SettingsPage::Account, strings().account.title, Shape::Settings)}
    })
}

#[component]
fn Who() -> impl IntoView {
    let client = Client::here();
    let me = client.me().agent.clone();
    let organization = client.me().organization.name.clone();
    let sign_out = use_context::<SignOut>();
    let values = [("name", Value::Name(&me.name)), ("organization", Value::Name(&organization))];
    let both = fill(strings().signed_in_as, &values);
    let names = vec![name(&me.name, ""), Markup::of("small", "", vec![name(&organization, "")])];
    view! {
        <div class="who">
            {avatar(&me.name, me.id.0)}
            {Markup::of("p", "who-name", names).with("title", both)}
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
