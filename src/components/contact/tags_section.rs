//! `TagsSection`: the contact's tags: add one by typing, remove one by a click.

use crate::browser::memo::{ErasedMemo, memo};
use crate::{
    client::{Client, Fields},
    components::{
        contact::{
            add_label::{AddLabel, suggest_tags},
            panel_section::PanelSection,
        },
        shared::unsaved_fields::UnsavedFields,
        ui::{
            icon::{Icon, Shape},
            keyed_list::{KeyedList, ListHandle},
            live::{live, live_view},
            name::Name,
        },
    },
    strings::{Value, fill, strings},
};
use leptos::{html, prelude::*};
use wire::{Contact, ContactId, Tag};

/// The tags of a contact.
#[component]
pub fn TagsSection(contact: ContactId, known: ErasedMemo<Option<Contact>>) -> impl IntoView {
    let tags = memo(move |_| known.with(|known| known.as_ref().map(|known| known.tags.clone()).unwrap_or_default()));
    let names = memo(move |_| tags.with(|tags| tags.iter().map(|tag| tag.name.clone()).collect::<Vec<_>>()));
    let handle = ListHandle::new();
    let field = NodeRef::<html::Input>::new();
    let removed =
        Callback::new(move |name: String| handle.focus_beside(&names.get_untracked(), &name, ".tag-remove", field));
    let row = move |name| view! { <OneTag contact name tags removed /> };
    view! {
        <PanelSection name="tags" title=strings().tags>
            <KeyedList
                keys=names
                row
                label=strings().tags
                class="tags"
                handle
            />
            {live_view(move || tags.with(Vec::is_empty).then(|| view! { <p class="empty">{strings().tags_empty}</p> }))}
            <UnsavedFields of=Fields::Contact(contact) />
            <AddTag contact tags field />
        </PanelSection>
    }
}

#[component]
fn OneTag(contact: ContactId, name: String, tags: ErasedMemo<Vec<Tag>>, removed: Callback<String>) -> impl IntoView {
    let client = Client::here();
    let label = fill(strings().tag_remove, &[("tag", Value::Name(&name))]);
    let known = name.clone();
    let color = memo(move |_| tags.with(|tags| tags.iter().find(|tag| tag.name == known).map(|tag| tag.color)));
    let shown = name.clone();
    view! {
        <span class="tag" data-color=live(move || color.get())>
            <Name name=shown />
            <button
                type="button"
                class="tag-remove"
                aria-label=label
                on:click=move |_| {
                    removed.run(name.clone());
                    client.remove_tag(contact, name.clone());
                }
            >
                <Icon shape=Shape::X />
            </button>
        </span>
    }
}

#[component]
fn AddTag(contact: ContactId, tags: ErasedMemo<Vec<Tag>>, field: NodeRef<html::Input>) -> impl IntoView {
    let client = Client::here();
    let suggest = suggest_tags(client.clone());
    let add = Callback::new(move |name: String| {
        if !tags.with_untracked(|tags| tags.iter().any(|tag| tag.name == name)) {
            client.add_tag(contact, name);
        }
    });
    view! { <AddLabel name=strings().tag_add maxlength="40" field suggest add /> }
}
