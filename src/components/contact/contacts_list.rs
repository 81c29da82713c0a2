//! `ContactsList`: the contacts that fit a query, newest first, page by page, and kept up to date.

use super::merge_contact::beside;
use crate::browser::{
    dispose::dispose_with_owner,
    memo::{ErasedMemo, memo},
    timers::Timer,
};
use crate::components::ui::{
    live::{live, live_view},
    name::Name,
    virtual_list::VirtualList,
};
use crate::{
    client::{Chosen, Client},
    components::{
        bulk::{
            bulk_bar::{Actions, BulkBar},
            selection::Selection,
            tick::{tick_box, tick_clicked, tick_key},
        },
        shared::{
            avatar::Avatar,
            load_problem::{LoadProblem, Waiting},
        },
    },
    navigation::navigator::Navigator,
    store::record::Load,
    strings::{Value, fill, strings},
};
use leptos::{html, prelude::*};
use send_wrapper::SendWrapper;
use uuid::Uuid;
use wire::{Contact, ContactId, ContactQuery, Tag};

/// So many are fetched at once.
const PAGE: u32 = 50;
/// The list is fetched again this long after a change of a contact: an import changes many.
const AFTER_CHANGE_MS: u32 = 500;

/// What is loaded. The handle of the list's requests.
#[derive(Clone, Copy)]
struct Loaded {
    ids: RwSignal<Vec<ContactId>>,
    cursor: RwSignal<Option<String>>,
    load: RwSignal<Load>,
    /// The answer to an earlier request may come later.
    latest: StoredValue<u32>,
}

impl Loaded {
    fn new() -> Self {
        Self {
            ids: RwSignal::default(),
            cursor: RwSignal::new(None),
            load: RwSignal::new(Load::Idle),
            latest: StoredValue::new(0),
        }
    }

    /// Fetches the beginning of the list.
    fn fetch(self, client: &Client, query: ContactQuery) {
        self.ask(client, query, None);
    }

    fn more(self, client: &Client, query: ContactQuery) {
        let Some(cursor) = self.cursor.get_untracked() else { return };
        if self.load.get_untracked() != Load::Loading {
            self.ask(client, query, Some(cursor));
        }
    }

    fn ask(self, client: &Client, query: ContactQuery, cursor: Option<String>) {
        self.latest.update_value(|latest| *latest += 1);
        let (client, asked) = (client.clone(), self.latest.get_value());
        self.load.set(Load::Loading);
        leptos::task::spawn_local(async move {
            let answer = client.contacts_page(&query, cursor.as_deref(), PAGE).await;
            if self.latest.try_get_value() != Some(asked) {
                return;
            }
            match answer {
                Ok((found, next)) => {
                    let mut ids = if cursor.is_some() { self.ids.get_untracked() } else { Vec::new() };
                    ids.extend(found.into_iter().filter(|id| !ids.contains(id)).collect::<Vec<_>>());
                    self.ids.try_set(ids);
                    self.cursor.try_set(next);
                    self.load.try_set(Load::Ready);
                }
                Err(failure) => {
                    self.load.try_set(Load::Failed(failure));
                }
            }
        });
    }
}

#[component]
pub fn ContactsList(
    query: ErasedMemo<ContactQuery>,
    selection: Selection,
    button: NodeRef<html::Button>,
) -> impl IntoView {
    let (client, loaded) = (Client::here(), Loaded::new());
    let (fetching, note_follower) = (client.clone(), dispose_with_owner());
    Effect::new(move |_| {
        note_follower();
        selection.set_on(false);
        loaded.fetch(&fetching, query.get());
    });
    let (changed, changes, again) = (client.clone(), client.contact_changes(), StoredValue::new(None));
    Effect::new(move |before: Option<()>| {
        changes.track();
        let client = changed.clone();
        let fetch = move || loaded.fetch(&client, query.get_untracked());
        if before.is_some() {
            again.set_value(Some(SendWrapper::new(Timer::after(AFTER_CHANGE_MS, fetch))));
        }
    });
    let more = {
        let client = client.clone();
        Callback::new(move |()| loaded.more(&client, query.get_untracked()))
    };
    let retry = Callback::new(move |()| loaded.fetch(&client, query.get_untracked()));
    let keys = memo(move |_| loaded.ids.get());
    let ids = memo(move |_| keys.with(|keys| keys.iter().map(|id| id.0).collect::<Vec<_>>()));
    let has_more = memo(move |_| loaded.cursor.with(Option::is_some));
    let chosen = Callback::new(move |()| match untrack(|| selection.is_all_that_fit()) {
        true => Chosen::ContactsThatFit(query.get_untracked()),
        false => {
            let ticked = ids.with_untracked(|ids| untrack(|| selection.of(ids)));
            Chosen::Contacts(ticked.into_iter().map(ContactId).collect())
        }
    });
    let known_by = Callback::new(|id: Uuid| vec![id]);
    let state = memo(move |_| (loaded.load.get(), keys.with(Vec::is_empty)));
    view! {
        <BulkBar selection keys=ids has_more chosen known_by actions=Actions::Contacts button />
        <div
            class="contacts-scroll"
            class:selecting=live(move || selection.is_on())
            on:click=move |event| {
                ids.with_untracked(|ids| tick_clicked(&event, selection, ids));
            }
            on:keydown=move |event| ids.with_untracked(|ids| tick_key(&event, selection, ids))
        >
            <VirtualList
                keys=keys
                row=move |id| view! { <ContactRow id selection /> }
                estimate=64.0
                label=strings().contacts
                class="contact-rows"
                on_near_end=more
            />
            {live_view(move || match state.get() {
                (Load::Failed(failure), _) => Some(view! { <LoadProblem failure retry /> }.into_any()),
                (Load::Ready, true) => Some(view! { <Empty query /> }.into_any()),
                (Load::Loading | Load::Idle, true) => Some(view! { <Waiting /> }.into_any()),
                _ => None,
            })}
        </div>
    }
}

#[component]
fn Empty(query: ErasedMemo<ContactQuery>) -> impl IntoView {
    let navigator = Navigator::here();
    let is_filtered = query.with_untracked(|query| *query != ContactQuery::default());
    view! {
        <div class="empty">
            <p>{if is_filtered { strings().contacts_none } else { strings().contacts_empty }}</p>
            {is_filtered
                .then(|| {
                    view! {
                        <button
                            type="button"
                            class="button"
                            on:click=move |_| navigator.go_to_contacts.run(ContactQuery::default())
                        >
                            {strings().clear_filters}
                        </button>
                    }
                })}
        </div>
    }
}

#[component]
fn ContactRow(id: ContactId, selection: Selection) -> impl IntoView {
    let is_ticked = memo(move |_| selection.is_ticked(id.0));
    let (navigator, store) = (Navigator::here(), Client::here().store().clone());
    let contact = memo(move |_| store.contacts.shown(id));
    let of = move |part: fn(&Contact) -> String| {
        memo(move |_| contact.with(|contact| contact.as_ref().map(part).unwrap_or_default()))
    };
    let (name, reached, lists) = (
        of(|contact| contact.name.clone()),
        of(|contact| beside(contact).unwrap_or_default()),
        of(|contact| contact.lists.iter().map(|list| list.name.as_str()).collect::<Vec<_>>().join(", ")),
    );
    let tags =
        memo(move |_| contact.with(|contact| contact.as_ref().map(|contact| contact.tags.clone()).unwrap_or_default()));
    let tick = move || {
        name.with(|name| tick_box(is_ticked.get(), fill(strings().bulk.select_contact, &[("name", Value::Name(name))])))
    };
    view! {
        <div class="contact-line selectable" data-id=id.to_string()>
        <a
            class="contact-row"
            href=navigator.contact_address.run(id)
            on:click=move |event| {
                if !(event.ctrl_key() || event.meta_key() || event.shift_key()) {
                    event.prevent_default();
                    navigator.go_to_contact.run(id);
                }
            }
        >
            <Avatar name=name seed=id.0 />
            <span class="contact-row-name">{live_view(move || view! { <Name name=name.get() /> })}</span>
            <span class="contact-row-reached">{live_view(move || view! { <Name name=reached.get() /> })}</span>
            <span class="contact-row-labels">
                {live_view(move || tags.get().into_iter().map(|Tag { name, color }| {
                    view! { <span class="tag" data-color=color.to_string()><Name name /></span> }
                }).collect_view())}
                <span class="quiet" hidden=live(move || lists.with(String::is_empty))>
                    {live_view(move || view! { <Name name=lists.get() /> })}
                </span>
            </span>
        </a>
        {live_view(tick)}
        </div>
    }
}
