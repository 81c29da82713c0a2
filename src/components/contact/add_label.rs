//! `AddLabel`: the field that puts a tag on a contact, or puts a contact on a list, with suggestions.

use crate::{
    client::Client,
    components::{
        shared::typed::Typed,
        ui::{
            icon::{Icon, Shape},
            live::{live, live_view},
        },
    },
};
use leptos::{ev, html, prelude::*};
use wire::{ContactList, ListId};

/// Sets the names to suggest.
pub type Suggest = Callback<RwSignal<Vec<String>>>;

/// Suggests the organization's tags.
pub fn suggest_tags(client: Client) -> Suggest {
    Callback::new(move |names: RwSignal<Vec<String>>| {
        let client = client.clone();
        leptos::task::spawn_local(async move {
            if let Ok(all) = client.tags().await {
                names.try_set(all.into_iter().map(|tag| tag.name).collect());
            }
        });
    })
}

/// The organization's lists, once they were suggested.
#[derive(Clone, Copy, Default)]
pub struct KnownLists(StoredValue<Vec<ContactList>>);

impl KnownLists {
    pub fn suggest(self, client: Client) -> Suggest {
        Callback::new(move |names: RwSignal<Vec<String>>| {
            let client = client.clone();
            leptos::task::spawn_local(async move {
                if let Ok(all) = client.lists().await {
                    names.try_set(all.iter().map(|list| list.name.clone()).collect());
                    self.0.try_set_value(all);
                }
            });
        })
    }

    pub fn find(self, name: &str) -> Option<ContactList> {
        self.0.with_value(|known| known.iter().find(|list| list.name == name).cloned())
    }

    /// The list with this name, or a new one.
    pub fn find_or_new(self, name: String) -> ContactList {
        self.find(&name).unwrap_or_else(|| ContactList { id: ListId::fresh(), name })
    }
}

/// `suggest`: sets the names to suggest; called when the field is used, not with every panel. `add`: takes a name.
#[component]
pub fn AddLabel(
    name: &'static str,
    maxlength: &'static str,
    field: NodeRef<html::Input>,
    suggest: Suggest,
    add: Callback<String>,
    #[prop(default = Shape::Plus)] shape: Shape,
) -> impl IntoView {
    let (text, typed) = (RwSignal::new(String::new()), Typed::line());
    let suggested = RwSignal::new(Vec::<String>::new());
    let id = format!("labels-{}", uuid::Uuid::now_v7());
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let name = text.get_untracked().trim().to_owned();
        if !name.is_empty() {
            add.run(name);
        }
        text.set(String::new());
        typed.forget();
    };
    view! {
        <form class="tag-add" on:submit=submit>
            <input
                class="input"
                node_ref=field
                list=id.clone()
                maxlength=maxlength
                autocomplete="off"
                dir="auto"
                aria-label=name
                placeholder=name
                prop:value=live(move || text.get())
                on:focus=move |_| suggest.run(suggested)
                on:input=move |event| text.set(typed.text(&event))
                on:paste=move |event| typed.paste(&event)
            />
            <datalist id=id>
                {live_view(move || suggested.get().into_iter().map(|name| view! { <option value=name></option> }).collect_view())}
            </datalist>
            <button type="submit" class="icon-button" aria-label=name title=name>
                <Icon shape />
            </button>
        </form>
        {typed.hint()}
    }
}
