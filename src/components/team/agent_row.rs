//! `AgentRow`: an agent of the team: their role, and a button that removes them.

use crate::browser::memo::memo;
use crate::components::ui::{
    dialog::Dialog,
    live::{live, live_view},
    name::{Name, filled},
};
use crate::{
    client::Client,
    components::{
        shared::avatar::Avatar,
        ui::icon::{Icon, Shape},
    },
    store::record::Failure,
    strings::{Value, failure_sentence, fill, strings},
};
use leptos::{ev, prelude::*};
use wire::{AgentId, Role};

#[component]
pub fn AgentRow(id: AgentId) -> impl IntoView {
    let client = Client::here();
    let agents = client.store().agents.clone();
    let agent = memo(move |_| agents.get(id));
    let name = memo(move |_| agent.with(|agent| agent.as_ref().map(|agent| agent.name.clone()).unwrap_or_default()));
    let email = memo(move |_| agent.with(|agent| agent.as_ref().map(|agent| agent.email.clone()).unwrap_or_default()));
    let role = memo(move |_| agent.with(|agent| agent.as_ref().map_or(Role::Agent, |agent| agent.role)));
    let is_me = client.my_id() == id;
    let is_asking = RwSignal::new(false);
    view! {
        <div class="settings-row">
            <Avatar name=name seed=id.0 />
            <span class="settings-who">
                <span class="settings-name">
                    {live_view(move || match is_me {
                        true => filled(strings().you, &[("name", Value::Name(&name.get()))]),
                        false => view! { <Name name=name.get() /> }.into_any(),
                    })}
                </span>
                <span class="quiet">{live_view(move || view! { <Name name=email.get() /> })}</span>
            </span>
            <RoleChoice
                label=memo(move |_| fill(strings().team.role_of, &[("name", Value::Name(&name.get()))]))
                role
                choose=Callback::new(move |to| set_role(&client, id, name.get_untracked(), to))
            />
            {(!is_me)
                .then(|| {
                    let label = move || fill(strings().team.remove, &[("name", Value::Name(&name.get()))]);
                    view! {
                        <button
                            type="button"
                            class="icon-button"
                            aria-label=live(label)
                            title=live(label)
                            on:click=move |_| is_asking.set(true)
                        >
                            <Icon shape=Shape::Trash />
                        </button>
                    }
                })}
            <Dialog
                is_open=is_asking
                label=memo(move |_| fill(strings().team.remove_title, &[("name", Value::Name(&name.get()))]))
                content=move |close| view! { <Removal id name=name.get_untracked() close /> }.into_any()
            />
        </div>
    }
}

/// A choice of a role.
#[component]
pub(super) fn RoleChoice(
    #[prop(into)] label: crate::browser::memo::ErasedMemo<String>,
    #[prop(into)] role: crate::browser::memo::ErasedMemo<Role>,
    choose: Callback<Role>,
) -> impl IntoView {
    // The role that there is stays shown until the server has changed it.
    let chosen_again = Trigger::new();
    let is = move |wanted: Role| {
        chosen_again.track();
        role.get() == wanted
    };
    let chosen = move |event: ev::Event| {
        let to = if event_target_value(&event) == "admin" { Role::Admin } else { Role::Agent };
        choose.run(to);
        chosen_again.notify();
    };
    view! {
        <select class="select" aria-label=live(move || label.get()) on:change=chosen>
            <option value="agent" prop:selected=live(move || is(Role::Agent))>{strings().team.role_agent}</option>
            <option value="admin" prop:selected=live(move || is(Role::Admin))>{strings().team.role_admin}</option>
        </select>
    }
}

fn set_role(client: &Client, id: AgentId, name: String, to: Role) {
    let client = client.clone();
    leptos::task::spawn_local(async move {
        if let Err(failure) = client.set_role(id, to).await {
            let values = [("name", Value::Name(&name)), ("reason", Value::Own(failure_sentence(failure)))];
            client.alert(fill(strings().team.role_failed, &values));
        }
    });
}

/// Asks before an agent is removed.
#[component]
fn Removal(id: AgentId, name: String, close: Callback<()>) -> impl IntoView {
    let client = Client::here();
    let (is_removing, failed) = (RwSignal::new(false), RwSignal::new(None::<Failure>));
    let whose = name.clone();
    let remove = move |event: ev::SubmitEvent| {
        event.prevent_default();
        if is_removing.get_untracked() {
            return;
        }
        let (client, name) = (client.clone(), whose.clone());
        is_removing.set(true);
        failed.set(None);
        leptos::task::spawn_local(async move {
            match client.remove_agent(id).await {
                // The row is gone, and the dialog with it.
                Ok(()) => client.announce(fill(strings().team.removed, &[("name", Value::Name(&name))])),
                Err(failure) => {
                    failed.try_set(Some(failure));
                }
            }
            is_removing.try_set(false);
        });
    };
    view! {
            <form on:submit=remove>
                <h2>{filled(strings().team.remove_title, &[("name", Value::Name(&name))])}</h2>
                <p>{strings().team.remove_what}</p>
                {live_view(move || failed.get().map(|failure| view! { <p role="alert">{failure_sentence(failure)}</p> }))}
                <div class="confirmation-buttons">
                    <button type="button" class="button" on:click=move |_| close.run(())>{strings().field_cancel}</button>
                    <button type="submit" class="button danger" disabled=live(move || is_removing.get())>
                        {strings().team.remove_now}
                    </button>
                </div>
            </form>
    }
}
