//! `TagsSection`: coloured labels: add by typing, remove by a click.

use crate::components::ui::live::{live, live_view};
use crate::{
    components::{
        panel_section::PanelSection,
        ui::icon::{Icon, Shape},
    },
    desk::Desk,
    words::{fill, words},
};
use leptos::{ev, prelude::*};
use wire::{Contact, ContactId, Tag};

/// The tags of a contact.
#[component]
pub fn TagsSection(contact: ContactId, known: Memo<Option<Contact>>) -> impl IntoView {
    let tags =
        Memo::new(move |_| known.with(|known| known.as_ref().map(|known| known.tags.clone()).unwrap_or_default()));
    view! {
        <PanelSection name="tags" title=words().tags>
            <ul class="tags">
                {live_view(move || tags.get().into_iter().map(|tag| view! { <OneTag contact tag /> }).collect_view())}
            </ul>
            {live_view(move || tags.with(Vec::is_empty).then(|| view! { <p class="empty">{words().tags_empty}</p> }))}
            <AddTag contact tags />
        </PanelSection>
    }
}

#[component]
fn OneTag(contact: ContactId, tag: Tag) -> impl IntoView {
    let desk = Desk::here();
    let label = fill(words().tag_remove, &[("tag", &tag.name)]);
    let name = tag.name.clone();
    view! {
        <li class="tag" data-color=tag.color>
            <bdi dir="auto">{tag.name}</bdi>
            <button
                type="button"
                class="tag-remove"
                aria-label=label
                on:click=move |_| desk.remove_tag(contact, name.clone())
            >
                <Icon shape=Shape::X />
            </button>
        </li>
    }
}

#[component]
fn AddTag(contact: ContactId, tags: Memo<Vec<Tag>>) -> impl IntoView {
    let desk = Desk::here();
    let text = RwSignal::new(String::new());
    let known = RwSignal::new(Vec::<Tag>::new());
    let id = format!("tags-{}", uuid::Uuid::now_v7());
    let ask_desk = desk.clone();
    // Asked for when the field is used, not with every panel.
    let ask = move |_| {
        let desk = ask_desk.clone();
        leptos::task::spawn_local(async move {
            if let Ok(all) = desk.tags().await {
                known.try_set(all);
            }
        });
    };
    let add = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let name = text.get_untracked().trim().to_owned();
        let has_it = tags.with_untracked(|tags| tags.iter().any(|tag| tag.name == name));
        if !name.is_empty() && !has_it {
            desk.add_tag(contact, name);
        }
        text.set(String::new());
    };
    view! {
        <form class="tag-add" on:submit=add>
            <input
                class="input"
                list=id.clone()
                maxlength="40"
                dir="auto"
                aria-label=words().tag_add
                placeholder=words().tag_add
                prop:value=live(move || text.get())
                on:focus=ask
                on:input=move |event| text.set(event_target_value(&event))
            />
            <datalist id=id>
                {live_view(move || known.get().into_iter().map(|tag| view! { <option value=tag.name></option> }).collect_view())}
            </datalist>
            <button type="submit" class="icon-button" aria-label=words().tag_add title=words().tag_add>
                <Icon shape=Shape::Plus />
            </button>
        </form>
    }
}
