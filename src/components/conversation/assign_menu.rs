//! `AssignMenu`: shows the assignee and opens a searchable list of teammates.

use crate::browser::memo::{ErasedMemo, memo};
use crate::components::ui::live::{live, live_view};
use crate::{
    client::Client,
    components::{
        shared::typed::Typed,
        ui::{
            icon::{Icon, Shape},
            name::{Name, filled},
            popover::Popover,
        },
    },
    strings::{Value, fill, strings},
};
use leptos::{html, prelude::*};
use wire::{AgentId, Conversation, ConversationId, fold};

/// The button with the assignee's name, and the list it opens.
#[component]
pub fn AssignMenu(conversation: ConversationId, known: ErasedMemo<Option<Conversation>>) -> impl IntoView {
    let client = Client::here();
    let assignee = memo(move |_| known.with(|known| known.as_ref().and_then(|known| known.assignee_id)));
    let agents = client.store().agents.clone();
    let assigned = memo(move |_| assignee.get().and_then(|id| agents.get(id)).map(|agent| agent.name));
    let search = NodeRef::<html::Input>::new();
    let content = move |close: Callback<()>| {
        let client = Client::here();
        let choose = Callback::new(move |agent: Option<AgentId>| {
            client.assign(conversation, agent);
            close.run(());
        });
        view! { <Teammates assignee=memo(move |_| Some(assignee.get())) search choose /> }.into_any()
    };
    view! {
        <Popover
            class="assign-menu"
            button_class="button quiet assign-button"
            name=memo(move |_| {
                let assigned = assigned.get();
                let whom = assigned.as_deref().map_or(Value::Own(strings().unassigned), Value::Name);
                fill(strings().assign_now, &[("whom", whom)])
            })
            face=move || {
                view! {
                    <Icon shape=Shape::UserPlus />
                    <span class="assign-name">
                        {live_view(move || match assigned.get() {
                            Some(name) => view! { <Name name /> }.into_any(),
                            None => strings().unassigned.into_any(),
                        })}
                    </span>
                }
                    .into_any()
            }
            first=search
            content=content
        />
    }
}

/// The teammates to choose from, and nobody. `assignee`: who is assigned now, if there is one for all.
#[component]
pub fn Teammates(
    assignee: ErasedMemo<Option<Option<AgentId>>>,
    search: NodeRef<html::Input>,
    choose: Callback<Option<AgentId>>,
) -> impl IntoView {
    let client = Client::here();
    let (text, typed) = (RwSignal::new(String::new()), Typed::line());
    let me = client.my_id();
    let agents = client.store().agents.clone();
    let found = memo(move |_| {
        let wanted = fold(text.get().trim());
        let mut found = agents.all();
        found.retain(|agent| {
            !agent.removed && (fold(&agent.name).contains(&wanted) || fold(&agent.email).contains(&wanted))
        });
        // The agent's own name first: assigning to oneself is the most common choice.
        if let Some(mine) = found.iter().position(|agent| agent.id == me) {
            found[..=mine].rotate_right(1);
        }
        found
    });
    view! {
        <input
            type="search"
            autocomplete="off"
            class="input"
            node_ref=search
            aria-label=strings().assign_search
            placeholder=strings().assign_search
            on:input=move |event| text.set(typed.text(&event))
            on:paste=move |event| typed.paste(&event)
        />
        {typed.hint()}
        <ul class="menu-list">
            {live_view(move || {
                found
                    .get()
                    .into_iter()
                    .map(|agent| {
                        let name = Value::Name(&agent.name);
                        let name = filled(if agent.id == me { strings().you } else { "{name}" }, &[("name", name)]);
                        view! { <Choice name agent=Some(agent.id) assignee choose /> }
                    })
                    .collect_view()
            })}
            {live_view(move || found.with(Vec::is_empty).then(|| view! { <li class="menu-empty">{strings().assign_no_match}</li> }))}
            <Choice name=strings().assign_nobody.into_any() agent=None assignee choose />
        </ul>
    }
}

#[component]
fn Choice(
    name: AnyView,
    agent: Option<AgentId>,
    assignee: ErasedMemo<Option<Option<AgentId>>>,
    choose: Callback<Option<AgentId>>,
) -> impl IntoView {
    let is_chosen = move || assignee.get() == Some(agent);
    view! {
        <li>
            <button
                type="button"
                class="menu-item"
                aria-pressed=live(move || is_chosen().to_string())
                on:click=move |_| choose.run(agent)
            >
                <span>{name}</span>
                {live_view(move || is_chosen().then(|| view! { <Icon shape=Shape::Check /> }))}
            </button>
        </li>
    }
}
