//! `ContactBy`: a view of whoever another system knows by a key, and a quiet one for somebody unknown.

use crate::browser::memo::memo;
use crate::components::ui::{
    live::{live, live_view},
    name::filled,
};
use crate::{
    client::Client,
    components::shared::load_problem::{LoadProblem, Waiting},
    store::record::Failure,
    strings::{Value, strings},
};
use leptos::prelude::*;
use wire::{ContactId, ContactKey};

/// What is known of the contact.
#[derive(Clone, Copy, PartialEq)]
enum LookUp {
    Running,
    Found(ContactId),
    /// Nobody has this key.
    Unknown,
    Failed(Failure),
}

/// `key`, `value`: what the host's page knows the contact by. `profile`: the view of the one who is found.
#[component]
pub fn ContactBy(
    key: ContactKey,
    value: String,
    profile: impl Fn(ContactId) -> AnyView + Send + 'static,
) -> impl IntoView {
    let client = Client::here();
    let (found, is_adding) = (RwSignal::new(LookUp::Running), RwSignal::new(false));
    let value = StoredValue::new(value);
    let look = {
        let client = client.clone();
        Callback::new(move |()| {
            let client = client.clone();
            leptos::task::spawn_local(async move {
                let Some(value) = value.try_get_value() else { return };
                found.try_set(match client.contact_by(key, &value).await {
                    Ok(contact) => contact.map_or(LookUp::Unknown, LookUp::Found),
                    Err(failure) => LookUp::Failed(failure),
                });
            });
        })
    };
    look.run(());
    // A colleague may add them, or the host's back end.
    let changes = client.contact_changes();
    Effect::new(move |before: Option<()>| {
        changes.track();
        if before.is_some() && found.get_untracked() == LookUp::Unknown {
            look.run(());
        }
    });
    let add = Callback::new(move |()| {
        let client = client.clone();
        is_adding.set(true);
        leptos::task::spawn_local(async move {
            let Some(value) = value.try_get_value() else { return };
            match client.make_contact_by(key, &value, None).await {
                Ok(contact) => {
                    found.try_set(LookUp::Found(contact));
                }
                Err(failure) => {
                    client.alert(crate::strings::failure_sentence(failure).to_owned());
                }
            }
            is_adding.try_set(false);
        });
    });
    let retry = Callback::new(move |()| {
        found.set(LookUp::Running);
        look.run(());
    });
    let shown = memo(move |_| found.get());
    live_view(move || {
        match shown.get() {
        LookUp::Found(contact) => profile(contact),
        LookUp::Running => view! { <div class="inbox widget-panel"><Waiting /></div> }.into_any(),
        LookUp::Failed(failure) => view! { <div class="inbox widget-panel"><LoadProblem failure retry /></div> }.into_any(),
        LookUp::Unknown => view! {
            <div class="inbox widget-panel">
                <div class="panel panel-unknown" part="panel">
                    <p class="empty">{value.with_value(|value| filled(strings().contact_unknown, &[("key", Value::Name(value))]))}</p>
                    <button type="button" class="button" disabled=live(move || is_adding.get()) on:click=move |_| add.run(())>
                        {strings().contact_add}
                    </button>
                </div>
            </div>
        }
        .into_any(),
    }
    })
}
