//! `TagsSection`: the contact's tags: add one by typing, remove one by a click.

use crate::browser::memo::{ErasedMemo, memo};
use crate::{
    client::{Client, Fields},
    components::{
        contact::panel_section::PanelSection,
        shared::{typed::Typed, unsaved_fields::UnsavedFields},
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
    let (text, typed) = (RwSignal::new(String::new()), Typed::line());
    let known = RwSignal::new(Vec::<Tag>::new());
    let id = format!("tags-{}", uuid::Uuid::now_v7());
    let ask_client = client.clone();
    // Loaded when the field is used, not with every panel.
    let ask = move |_| {
        let client = ask_client.clone();
        leptos::task::spawn_local(async move {
            if let Ok(all) = client.tags().await {
                known.try_set(all);
            }
        });
    };
    let add = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let name = text.get_untracked().trim().to_owned();
        let has_it = tags.with_untracked(|tags| tags.iter().any(|tag| tag.name == name));
        if !name.is_empty() && !has_it {
            client.add_tag(contact, name);
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
                maxlength="40"
                autocomplete="off"
                dir="auto"
                aria-label=strings().tag_add
                placeholder=strings().tag_add
                prop:value=live(move || text.get())
                on:focus=ask
                on:input=move |event| text.set(typed.text(&event))
                on:paste=move |event| typed.paste(&event)
            />
            <datalist id=id>
                {live_view(move || known.get().into_iter().map(|tag| view! { <option value=tag.name></option> }).collect_view())}
            </datalist>
            <button type="submit" class="icon-button" aria-label=strings().tag_add title=strings().tag_add>
                <Icon shape=Shape::Plus />
            </button>
        </form>
        {typed.hint()}
    }
}
