//! `OwnSessions`: where the agent is signed in, and a button that ends it everywhere else.

use crate::components::ui::live::{live, live_view};
use crate::{
    client::Client,
    components::shared::{
        load_problem::{LoadProblem, Waiting},
        timestamp::absolute,
    },
    store::record::Failure,
    strings::{Value, failure_sentence, fill, strings},
};
use leptos::prelude::*;
use wire::OwnSession;

/// What is known of the sessions.
#[derive(Clone, Debug, PartialEq)]
enum Known {
    Loading,
    Loaded(Vec<OwnSession>),
    Failed(Failure),
}

fn load(client: &Client, known: RwSignal<Known>) {
    let client = client.clone();
    leptos::task::spawn_local(async move {
        known.try_set(client.own_sessions().await.map_or_else(Known::Failed, Known::Loaded));
    });
}

#[component]
pub fn OwnSessions() -> impl IntoView {
    let client = Client::here();
    let (known, is_ending) = (RwSignal::new(Known::Loading), RwSignal::new(false));
    load(&client, known);
    let retrying = client.clone();
    let retry = Callback::new(move |()| load(&retrying, known));
    let others = move || known.with(|known| matches!(known, Known::Loaded(all) if all.len() > 1));
    let end = move |_| {
        let client = client.clone();
        is_ending.set(true);
        leptos::task::spawn_local(async move {
            match client.end_other_sessions().await {
                Ok(()) => client.announce(strings().account.sessions_ended.to_owned()),
                Err(failure) => {
                    let reason = [("reason", Value::Own(failure_sentence(failure)))];
                    client.alert(fill(strings().account.failed, &reason));
                }
            }
            load(&client, known);
            is_ending.try_set(false);
        });
    };
    view! {
        <section class="settings-section" aria-label=strings().account.sessions>
            <h2>{strings().account.sessions}</h2>
            {live_view(move || match known.get() {
                Known::Loading => view! { <Waiting /> }.into_any(),
                Known::Failed(failure) => view! { <LoadProblem failure retry /> }.into_any(),
                Known::Loaded(all) => {
                    view! { <ul class="settings-rows">{all.iter().map(row).collect_view()}</ul> }.into_any()
                }
            })}
            <div class="settings-line">
                <button type="button" class="button" disabled=live(move || is_ending.get() || !others()) on:click=end>
                    {strings().account.sessions_end}
                </button>
            </div>
        </section>
    }
}

fn row(session: &OwnSession) -> impl IntoView + use<> {
    let (started, used) = (absolute(session.started_at), absolute(session.last_used_at));
    let name = if session.current { strings().account.session_here } else { strings().account.session_elsewhere };
    let values = [("started", Value::Own(&started)), ("used", Value::Own(&used))];
    view! {
        <li class="settings-row">
            <span class="settings-who">
                <span class="settings-name">{name}</span>
                <span class="quiet">{fill(strings().account.session_times, &values)}</span>
            </span>
        </li>
    }
}
