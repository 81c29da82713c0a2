//! `ContactsPage`: the organization's contacts, searched, and by tag and list.

use super::{contacts_list::ContactsList, import_contacts::ImportContacts, new_conversation::NewConversation};
use crate::browser::{
    dispose::dispose_with_owner,
    memo::{ErasedMemo, memo},
    timers::Timer,
};
use crate::components::ui::{
    gestures::one_effect_a_gesture,
    icon::{Icon, Shape},
    live::{live, live_view},
};
use crate::{
    client::Client,
    components::{
        bulk::{bulk_bar::SelectButton, selection::Selection},
        inbox::inbox_nav::InboxNav,
        shared::{connection_line::ConnectionLine, toasts::Toasts, typed::Typed},
    },
    navigation::navigator::Navigator,
    strings::{Value, failure_sentence, fill, names::display_name, strings},
};
use leptos::{ev::KeyboardEvent, prelude::*};
use send_wrapper::SendWrapper;
use wire::ContactQuery;

/// A search begins when nothing was typed for this long.
const PAUSE_MS: u32 = 150;

/// The page. What is chosen is in the address.
#[component]
pub fn ContactsPage() -> impl IntoView {
    let navigator = Navigator::here();
    // The page goes when the address leads elsewhere.
    let query =
        memo(move |last: Option<&ContactQuery>| navigator.contacts.get().or_else(|| last.cloned()).unwrap_or_default());
    let (selection, button) = (Selection::new(), NodeRef::new());
    view! {
        <div class="inbox contact-page" use:one_effect_a_gesture>
            <ConnectionLine />
            <InboxNav />
            <main class="contacts-main">
                <header class="contacts-head">
                    <h1>{strings().contacts}</h1>
                    <SelectButton selection button />
                    <ImportContacts />
                    <Export query />
                    <NewConversation />
                </header>
                <div class="contacts-filters" role="search">
                    <WordsFilter query />
                    <TagFilter query />
                    <ListFilter query />
                </div>
                <ContactsList query selection button />
            </main>
            <Toasts />
        </div>
    }
}

/// Saves what the list shows as a file. Nothing for agents who are no admins.
#[component]
fn Export(query: ErasedMemo<ContactQuery>) -> impl IntoView {
    let (client, is_exporting) = (Client::here(), RwSignal::new(false));
    client.is_admin().then(|| {
        let export = move |_| {
            let (client, query) = (client.clone(), query.get_untracked());
            is_exporting.set(true);
            leptos::task::spawn_local(async move {
                if let Err(failure) = client.export_contacts(&query).await {
                    let reason = [("reason", Value::Own(failure_sentence(failure)))];
                    client.alert(fill(strings().contacts_export_failed, &reason));
                }
                is_exporting.try_set(false);
            });
        };
        view! {
            <button type="button" class="button" disabled=live(move || is_exporting.get()) on:click=export>
                {strings().contacts_export}
            </button>
        }
    })
}

#[component]
fn WordsFilter(query: ErasedMemo<ContactQuery>) -> impl IntoView {
    let navigator = Navigator::here();
    let (text, typed) = (RwSignal::new(query.with_untracked(|query| query.words.clone())), Typed::line());
    let pause = StoredValue::new(None::<SendWrapper<Timer>>);
    let note_follower = dispose_with_owner();
    // The way back, a link.
    Effect::new(move |_| {
        note_follower();
        let words = query.with(|query| query.words.clone());
        if text.with_untracked(|text| text.trim() != words.trim()) {
            text.set(words);
        }
    });
    let search = move |words: String| {
        text.set(words);
        let begin = move || {
            let words = text.get_untracked().trim().to_owned();
            let before = query.get_untracked();
            if words != before.words {
                navigator.replace_contacts.run(ContactQuery { words, ..before });
            }
        };
        pause.set_value(Some(SendWrapper::new(Timer::after(PAUSE_MS, begin))));
    };
    let clear = move |event: KeyboardEvent| {
        if event.key() == "Escape" && !event.is_composing() && text.with_untracked(|text| !text.is_empty()) {
            event.prevent_default();
            search(String::new());
        }
    };
    view! {
        <div class="search">
            <Icon shape=Shape::Search />
            <input
                type="text"
                inputmode="search"
                autocomplete="off"
                maxlength="200"
                aria-label=strings().contacts_search
                placeholder=strings().contacts_search
                prop:value=live(move || text.get())
                on:input=move |event| search(typed.text(&event))
                on:paste=move |event| typed.paste(&event)
                on:keydown=clear
            />
        </div>
        {typed.hint()}
    }
}

/// A choice of a filter: its value in the address, and its name.
type Choice = (String, String);

#[component]
fn TagFilter(query: ErasedMemo<ContactQuery>) -> impl IntoView {
    let (client, navigator, choices) = (Client::here(), Navigator::here(), RwSignal::new(Vec::<Choice>::new()));
    leptos::task::spawn_local(async move {
        // Without them, the one in the address can still be taken off.
        let tags = client.tags().await.unwrap_or_default();
        choices.try_set(tags.into_iter().map(|tag| (tag.name.clone(), tag.name)).collect());
    });
    let chosen = memo(move |_| query.with(|query| query.tag.clone()));
    let choose = Callback::new(move |tag: Option<String>| {
        navigator.go_to_contacts.run(ContactQuery { tag, ..query.get_untracked() });
    });
    view! { <OneFilter label=strings().contacts_tag every=strings().contacts_any_tag choices chosen choose /> }
}

#[component]
fn ListFilter(query: ErasedMemo<ContactQuery>) -> impl IntoView {
    let (client, navigator, choices) = (Client::here(), Navigator::here(), RwSignal::new(Vec::<Choice>::new()));
    leptos::task::spawn_local(async move {
        let lists = client.lists().await.unwrap_or_default();
        choices.try_set(lists.into_iter().map(|list| (list.id.to_string(), list.name)).collect());
    });
    let chosen = memo(move |_| query.with(|query| query.list.map(|list| list.to_string())));
    let choose = Callback::new(move |list: Option<String>| {
        let list = list.and_then(|list| list.parse().ok());
        navigator.go_to_contacts.run(ContactQuery { list, ..query.get_untracked() });
    });
    view! { <OneFilter label=strings().contacts_list every=strings().contacts_any_list choices chosen choose /> }
}

#[component]
fn OneFilter(
    label: &'static str,
    every: &'static str,
    choices: RwSignal<Vec<Choice>>,
    chosen: ErasedMemo<Option<String>>,
    choose: Callback<Option<String>>,
) -> impl IntoView {
    // The one in the address is there before the others are, and if there is no such one any more.
    let all = memo(move |_| {
        let (mut all, chosen) = (choices.get(), chosen.get());
        if let Some(chosen) = chosen.filter(|chosen| !all.iter().any(|(value, _)| value == chosen)) {
            all.push((chosen.clone(), chosen));
        }
        all
    });
    view! {
        <select
            class="select"
            aria-label=label
            on:change=move |event| choose.run(Some(event_target_value(&event)).filter(|value| !value.is_empty()))
        >
            <option value="" selected=live(move || chosen.with(Option::is_none))>{every}</option>
            {live_view(move || {
                all.get()
                    .into_iter()
                    .map(|(value, name)| {
                        let own = value.clone();
                        let is_chosen = move || chosen.with(|chosen| chosen.as_ref() == Some(&own));
                        view! { <option value=value selected=live(is_chosen)>{display_name(&name)}</option> }
                    })
                    .collect_view()
            })}
        </select>
    }
}
