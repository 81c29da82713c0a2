//! `Invitations`: invites somebody by a link, and shows who is invited.

use super::agent_row::RoleChoice;
use crate::browser::{dispose::dispose_with_owner, memo::memo};
use crate::components::ui::{
    live::{live, live_view},
    name::{Name, filled},
};
use crate::{
    client::Client,
    components::{
        shared::{
            load_problem::{LoadProblem, Waiting},
            timestamp::absolute,
            typed::Typed,
        },
        ui::icon::{Icon, Shape},
    },
    store::record::Failure,
    strings::{Value, failure_sentence, fill, strings},
};
use leptos::{ev, prelude::*};
use wire::{Invitation, ProblemCode, Role};

/// What is known of the open invitations.
#[derive(Clone, Debug, PartialEq)]
enum Open {
    Loading,
    Loaded(Vec<Invitation>),
    Failed(Failure),
}

/// Fetches the open invitations.
fn load(client: &Client, open: RwSignal<Open>) {
    let client = client.clone();
    leptos::task::spawn_local(async move {
        open.try_set(client.invitations().await.map_or_else(Open::Failed, Open::Loaded));
    });
}

#[component]
pub fn Invitations() -> impl IntoView {
    let client = Client::here();
    let open = RwSignal::new(Open::Loading);
    let (agents, loading, note_follower) = (client.store().agents.clone(), client.clone(), dispose_with_owner());
    // A person who joins is not invited any more.
    Effect::new(move |_| {
        note_follower();
        let _team = agents.all();
        load(&loading, open);
    });
    let retrying = client.clone();
    let retry = Callback::new(move |()| load(&retrying, open));
    view! {
        <section class="settings-section" aria-label=strings().team.invite_title>
            <h2>{strings().team.invite_title}</h2>
            <p class="quiet">{strings().team.invite_what}</p>
            <InviteForm open />
        </section>
        <section class="settings-section" aria-label=strings().team.open>
            <h2>{strings().team.open}</h2>
            {live_view(move || match open.get() {
                Open::Loading => view! { <Waiting /> }.into_any(),
                Open::Failed(failure) => view! { <LoadProblem failure retry /> }.into_any(),
                Open::Loaded(all) if all.is_empty() => view! { <p class="empty">{strings().team.open_none}</p> }.into_any(),
                Open::Loaded(all) => {
                    let row = |invitation| view! { <li><InvitationRow invitation open /></li> };
                    view! { <ul class="settings-rows">{all.into_iter().map(row).collect_view()}</ul> }.into_any()
                }
            })}
        </section>
    }
}

#[component]
fn InviteForm(open: RwSignal<Open>) -> impl IntoView {
    let client = Client::here();
    let (email, typed, role) = (RwSignal::new(String::new()), Typed::line(), RwSignal::new(Role::Agent));
    let (link, failed) = (RwSignal::new(None::<(String, String)>), RwSignal::new(None::<Failure>));
    let is_inviting = RwSignal::new(false);
    let invite = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let address = email.get_untracked().trim().to_owned();
        if address.is_empty() || is_inviting.get_untracked() {
            return;
        }
        let client = client.clone();
        is_inviting.set(true);
        failed.set(None);
        link.set(None);
        leptos::task::spawn_local(async move {
            match client.invite(address.clone(), role.get_untracked()).await {
                Ok(made) => {
                    link.try_set(Some((address, made)));
                    email.try_set(String::new());
                    load(&client, open);
                }
                Err(failure) => {
                    failed.try_set(Some(failure));
                }
            }
            is_inviting.try_set(false);
        });
    };
    view! {
        <form class="invite" on:submit=invite>
            <label class="field">
                <span>{strings().team.invite_email}</span>
                <input
                    type="email"
                    class="input"
                    autocomplete="off"
                    maxlength="254"
                    required
                    prop:value=live(move || email.get())
                    on:input=move |event| email.set(typed.text(&event))
                    on:paste=move |event| typed.paste(&event)
                />
            </label>
            <RoleChoice
                label=memo(|_| strings().team.invite_role.to_owned())
                role=memo(move |_| role.get())
                choose=Callback::new(move |to| role.set(to))
            />
            <button type="submit" class="button primary" disabled=live(move || is_inviting.get())>{strings().team.invite}</button>
        </form>
        {typed.hint()}
        {live_view(move || failed.get().map(|failure| view! { <p role="alert">{sentence(failure)}</p> }))}
        {live_view(move || link.get().map(|(email, link)| view! { <InviteLink email link /> }))}
    }
}

fn sentence(failure: Failure) -> &'static str {
    match failure {
        Failure::Refused(ProblemCode::InvalidField) => strings().team.invite_taken,
        failure => failure_sentence(failure),
    }
}

/// The link, to be copied.
#[component]
fn InviteLink(email: String, link: String) -> impl IntoView {
    let client = Client::here();
    let copied = link.clone();
    let copy = move |_| {
        let (client, link) = (client.clone(), copied.clone());
        leptos::task::spawn_local(async move {
            client.copy(&link).await;
        });
    };
    view! {
        <div class="invite-link" role="status">
            <label class="field">
                <span>{filled(strings().team.link_of, &[("email", Value::Name(&email))])}</span>
                <input class="input" readonly dir="ltr" value=link />
            </label>
            <button type="button" class="button" on:click=copy>{strings().team.copy}</button>
            <p class="quiet">{strings().team.link_once}</p>
        </div>
    }
}

#[component]
fn InvitationRow(invitation: Invitation, open: RwSignal<Open>) -> impl IntoView {
    let client = Client::here();
    let Invitation { id, email, role, expires_at, .. } = invitation;
    let role = if role == Role::Admin { strings().team.role_admin } else { strings().team.role_agent };
    let values = [("role", Value::Own(role)), ("date", Value::Own(&absolute(expires_at)))];
    let until = fill(strings().team.open_until, &values);
    let label = fill(strings().team.withdraw, &[("email", Value::Name(&email))]);
    let withdraw = move |_| {
        let client = client.clone();
        leptos::task::spawn_local(async move {
            if let Err(failure) = client.withdraw_invitation(id).await {
                let reason = [("reason", Value::Own(failure_sentence(failure)))];
                client.alert(fill(strings().team.withdraw_failed, &reason));
            }
            load(&client, open);
        });
    };
    view! {
        <div class="settings-row">
            <span class="settings-who">
                <span class="settings-name"><Name name=email /></span>
                <span class="quiet">{until}</span>
            </span>
            <button type="button" class="icon-button" aria-label=label.clone() title=label on:click=withdraw>
                <Icon shape=Shape::X />
            </button>
        </div>
    }
}
