//! `Filters`: tabs by status, and menus for channel and assignee. `SortChoice`: the order of the list.

use crate::components::ui::live::{live, live_view};
use crate::{
    client::Client,
    components::shared::channel_mark::channel_name,
    navigation::navigator::Navigator,
    strings::{
        Value, fill,
        names::{display_name, one_line},
        strings,
    },
};
use leptos::prelude::*;
use wire::{Channel, ChannelId, ChannelKind, ConversationQuery, Sort, Status, VariantArray as _};

/// The controls above the list of conversations.
#[component]
pub fn Filters() -> impl IntoView {
    let strings = strings();
    view! {
        <div class="filters">
            <div class="tabs" role="group" aria-label=strings.statuses>
                <StatusTab status=Status::Open name=strings.status_open />
                <StatusTab status=Status::Automated name=strings.status_automated />
                <StatusTab status=Status::Closed name=strings.status_closed />
            </div>
            <div class="filter-row" role="group" aria-label=strings.filters>
                <ChannelFilter />
                <AgentFilter />
            </div>
        </div>
    }
}

fn query(navigator: Navigator) -> ConversationQuery {
    navigator.view.with(|view| view.query)
}

#[component]
fn StatusTab(status: Status, name: &'static str) -> impl IntoView {
    let navigator = Navigator::here();
    view! {
        <button
            type="button"
            class="tab"
            aria-pressed=live(move || (query(navigator).status == Some(status)).to_string())
            on:click=move |_| {
                let query = untrack(|| query(navigator));
                navigator.set_query(ConversationQuery { status: Some(status), ..query });
            }
        >
            {name}
        </button>
    }
}

#[component]
fn ChannelFilter() -> impl IntoView {
    let navigator = Navigator::here();
    let client = Client::here();
    let of_kind = |kind| client.channels().iter().filter(move |channel| channel.kind == kind);
    let channels: Vec<(ChannelId, String)> = ChannelKind::VARIANTS
        .iter()
        .copied()
        .flat_map(of_kind)
        .map(|channel| (channel.id, full_name(channel)))
        .collect();
    let chosen = move || query(navigator).channel.map(|id| id.to_string()).unwrap_or_default();
    let names = channels.clone();
    // A name may be longer than the column.
    let whole_name = move || {
        let id = query(navigator).channel?;
        names.iter().find(|(known, _)| *known == id).map(|(_, name)| name.clone())
    };
    view! {
        <select
            class="select"
            aria-label=strings().filter_channel
            title=live(whole_name)
            prop:value=chosen
            on:change=move |event| {
                let query = untrack(|| query(navigator));
                navigator.set_query(ConversationQuery { channel: event_target_value(&event).parse().ok(), ..query });
            }
        >
            <option value="">{strings().filter_any_channel}</option>
            {channels
                .into_iter()
                .map(|(id, name)| {
                    let is_chosen = move || query(navigator).channel == Some(id);
                    view! { <option value=id.to_string() selected=is_chosen>{name}</option> }
                })
                .collect_view()}
        </select>
    }
}

/// The channel's kind, and its name if that differs.
pub fn full_name(channel: &Channel) -> String {
    let kind = channel_name(channel.kind);
    let values = [("kind", Value::Own(kind)), ("name", Value::Name(&channel.name))];
    if channel.name == kind { kind.to_owned() } else { fill(strings().filter_channel_named, &values) }
}

#[component]
fn AgentFilter() -> impl IntoView {
    let navigator = Navigator::here();
    let agents = Client::here().store().agents.clone();
    let named = agents.clone();
    let whole_name = move || query(navigator).assignee.and_then(|id| named.get(id)).map(|agent| one_line(&agent.name));
    view! {
        <select
            class="select"
            aria-label=strings().filter_agent
            title=live(whole_name)
            on:change=move |event| {
                let query = untrack(|| query(navigator));
                navigator.set_query(ConversationQuery { assignee: event_target_value(&event).parse().ok(), ..query });
            }
        >
            <option value="" selected=live(move || query(navigator).assignee.is_none())>{strings().filter_any_agent}</option>
            {live_view(move || {
                agents
                    .all()
                    .into_iter()
                    .map(|agent| {
                        let is_chosen = move || query(navigator).assignee == Some(agent.id);
                        view! { <option value=agent.id.to_string() selected=is_chosen>{display_name(&agent.name)}</option> }
                    })
                    .collect_view()
            })}
        </select>
    }
}

/// The menu for the list's order.
#[component]
pub fn SortChoice() -> impl IntoView {
    let navigator = Navigator::here();
    let strings = strings();
    let options =
        [(Sort::Newest, strings.sort_newest), (Sort::Oldest, strings.sort_oldest), (Sort::Unread, strings.sort_unread)];
    view! {
        <select
            class="select sort"
            aria-label=strings.filter_sort
            title=strings.filter_sort
            on:change=move |event| {
                let value = event_target_value(&event);
                let sort = value.parse().unwrap_or_default();
                let query = untrack(|| query(navigator));
                navigator.set_query(ConversationQuery { sort, ..query });
            }
        >
            {options
                .map(|(sort, name)| {
                    view! { <option value=sort.into_str() selected=live(move || query(navigator).sort == sort)>{name}</option> }
                })
                .into_iter()
                .collect_view()}
        </select>
    }
}
