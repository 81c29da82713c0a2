//! `ListsSection`: the lists that a contact is on: add one by typing, leave one by a click.

use crate::browser::memo::{ErasedMemo, memo};
use crate::{
    client::Client,
    components::{
        contact::{
            add_label::{AddLabel, KnownLists},
            panel_section::PanelSection,
        },
        ui::{
            icon::{Icon, Shape},
            keyed_list::{KeyedList, ListHandle},
            live::live_view,
            name::Name,
        },
    },
    strings::{Value, fill, strings},
};
use leptos::{html, prelude::*};
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
    let known = KnownLists::default();
    let suggest = known.suggest(client.clone());
    let add = Callback::new(move |name: String| {
        if !lists.with_untracked(|lists| lists.iter().any(|list| list.name == name)) {
            client.add_to_list(contact, known.find_or_new(name));
        }
    });
    view! { <AddLabel name=strings().list_add maxlength="80" field suggest add /> }
}
