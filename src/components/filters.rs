//! `Filters`: tabs by status, and channel, agent and sort.

use crate::components::ui::live::{live, live_view};
use crate::{components::channel_mark::channel_name, desk::Desk, navigator::Navigator, words::words};
use leptos::prelude::*;
use wire::{ChannelKind, ConversationQuery, Sort, Status};

/// What stands over the list of conversations.
#[component]
pub fn Filters() -> impl IntoView {
    let words = words();
    view! {
        <div class="filters">
            <div class="tabs" role="group" aria-label=words.statuses>
                <StatusTab status=Status::Open name=words.status_open />
                <StatusTab status=Status::Automated name=words.status_automated />
                <StatusTab status=Status::Closed name=words.status_closed />
            </div>
            <div class="filter-row" role="group" aria-label=words.filters>
                <ChannelFilter />
                <AgentFilter />
                <SortChoice />
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
    let desk = Desk::here();
    let of_kind = |kind| desk.channels().iter().filter(move |channel| channel.kind == kind);
    let channels: Vec<_> = ChannelKind::ALL.into_iter().flat_map(of_kind).cloned().collect();
    let chosen = move || query(navigator).channel.map(|id| id.to_string()).unwrap_or_default();
    view! {
        <select
            class="select"
            aria-label=words().filter_channel
            prop:value=chosen
            on:change=move |event| {
                let query = untrack(|| query(navigator));
                navigator.set_query(ConversationQuery { channel: event_target_value(&event).parse().ok(), ..query });
            }
        >
            <option value="">{words().filter_any_channel}</option>
            {channels
                .into_iter()
                .map(|channel| {
                    let id = channel.id.to_string();
                    let is_chosen = move || query(navigator).channel == Some(channel.id);
                    view! { <option value=id selected=is_chosen>{channel_name(channel.kind)} " · " {channel.name}</option> }
                })
                .collect_view()}
        </select>
    }
}

#[component]
fn AgentFilter() -> impl IntoView {
    let navigator = Navigator::here();
    let agents = Desk::here().store().agents.clone();
    view! {
        <select
            class="select"
            aria-label=words().filter_agent
            on:change=move |event| {
                let query = untrack(|| query(navigator));
                navigator.set_query(ConversationQuery { assignee: event_target_value(&event).parse().ok(), ..query });
            }
        >
            <option value="" selected=live(move || query(navigator).assignee.is_none())>{words().filter_any_agent}</option>
            {live_view(move || {
                agents
                    .all()
                    .into_iter()
                    .map(|agent| {
                        let is_chosen = move || query(navigator).assignee == Some(agent.id);
                        view! { <option value=agent.id.to_string() selected=is_chosen>{agent.name}</option> }
                    })
                    .collect_view()
            })}
        </select>
    }
}

#[component]
fn SortChoice() -> impl IntoView {
    let navigator = Navigator::here();
    let words = words();
    let options =
        [(Sort::Newest, words.sort_newest), (Sort::Oldest, words.sort_oldest), (Sort::Unread, words.sort_unread)];
    view! {
        <select
            class="select"
            aria-label=words.filter_sort
            on:change=move |event| {
                let value = event_target_value(&event);
                let sort = Sort::ALL.into_iter().find(|sort| sort.as_str() == value).unwrap_or_default();
                let query = untrack(|| query(navigator));
                navigator.set_query(ConversationQuery { sort, ..query });
            }
        >
            {options
                .map(|(sort, name)| {
                    view! { <option value=sort.as_str() selected=live(move || query(navigator).sort == sort)>{name}</option> }
                })
                .into_iter()
                .collect_view()}
        </select>
    }
}
