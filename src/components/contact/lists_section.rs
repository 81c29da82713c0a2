//! `ListsSection`: the lists that a contact is on: add one by typing, leave one by a click.

use crate::browser::memo::{ErasedMemo, memo};
use crate::{
    client::Client,
    components::{
        contact::panel_section::PanelSection,
        shared::typed::Typed,
        ui::{
            icon::{Icon, Shape},
            keyed_list::{KeyedList, ListHandle},
            live::{live, live_view},
            name::Name,
        },
    },
    strings::{Value, fill, strings},
};
use leptos::{ev, html, prelude::*};
use wire::{Contact, ContactId, ContactList, ListId};

/// The lists of a contact.
#[component]
pub fn ListsSection(contact: ContactId, known: ErasedMemo<Option<Contact>>) -> impl IntoView {
    let lists = memo(move |_| known.with(|known| known.as_ref().map(|known| known.lists.clone()).unwrap_or_default()));
    let ids = memo(move |_| lists.with(|lists| lists.iter().map(|list| list.id).collect::<Vec<_>>()));
    let handle = ListHandle::new();
    let field = NodeRef::<html::Input>::new();
    let removed = Callback::new(move |id: ListId| handle.focus_beside(&ids.get_untracked(), &id, ".tag-remove", field));
    let row = move |id| view! { <OneList contact id lists removed /> };
    view! {
        <PanelSection name="lists" title=strings().lists>
            <KeyedList keys=ids row label=strings().lists class="lists" handle />
            {live_view(move || lists.with(Vec::is_empty).then(|| view! { <p class="empty">{strings().lists_empty}</p> }))}
            <AddToList contact lists field />
        </PanelSection>
    }
}

#[component]
fn OneList(
    contact: ContactId,
    id: ListId,
    lists: ErasedMemo<Vec<ContactList>>,
    removed: Callback<ListId>,
) -> impl IntoView {
    let client = Client::here();
    let list = lists.with_untracked(|lists| lists.iter().find(|list| list.id == id).cloned());
    list.map(|list| {
        let name = list.name.clone();
        view! {
            <span class="list">
                <Name name />
                <button
                    type="button"
                    class="tag-remove"
                    aria-label=fill(strings().list_remove, &[("list", Value::Name(&list.name))])
                    on:click=move |_| {
                        removed.run(id);
                        client.remove_from_list(contact, list.clone());
                    }
                >
                    <Icon shape=Shape::X />
                </button>
            </span>
        }
    })
}

#[component]
fn AddToList(contact: ContactId, lists: ErasedMemo<Vec<ContactList>>, field: NodeRef<html::Input>) -> impl IntoView {
    let client = Client::here();
    let (text, typed) = (RwSignal::new(String::new()), Typed::line());
    let known = RwSignal::new(Vec::<ContactList>::new());
    let id = format!("lists-{}", uuid::Uuid::now_v7());
    let ask_client = client.clone();
    // Loaded when the field is used, not with every panel.
    let ask = move |_| {
        let client = ask_client.clone();
        leptos::task::spawn_local(async move {
            if let Ok(all) = client.lists().await {
                known.try_set(all);
            }
        });
    };
    let add = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let name = text.get_untracked().trim().to_owned();
        let is_on_it = lists.with_untracked(|lists| lists.iter().any(|list| list.name == name));
        if !name.is_empty() && !is_on_it {
            let list = known.with_untracked(|known| known.iter().find(|list| list.name == name).cloned());
            client.add_to_list(contact, list.unwrap_or_else(|| ContactList { id: ListId::fresh(), name }));
        }
        text.set(String::new());
        typed.forget();
    };
    view! {
        <form class="tag-add" on:submit=add>
            <input
                class="input"
                node_ref=field
                list=id.clone()
                maxlength="80"
                autocomplete="off"
                dir="auto"
                aria-label=strings().list_add
                placeholder=strings().list_add
                prop:value=live(move || text.get())
                on:focus=ask
                on:input=move |event| text.set(typed.text(&event))
                on:paste=move |event| typed.paste(&event)
            />
            <datalist id=id>
                {live_view(move || known.get().into_iter().map(|list| view! { <option value=list.name></option> }).collect_view())}
            </datalist>
            <button type="submit" class="icon-button" aria-label=strings().list_add title=strings().list_add>
                <Icon shape=Shape::Plus />
            </button>
        </form>
        {typed.hint()}
    }
}
