//! `TagMenu` and `ListMenu`: put a tag or list on all that are selected, or take one off.

use crate::{
    client::{BulkAction, Client},
    components::{
        contact::add_label::AddLabel,
        ui::{
            icon::{Icon, Shape},
            popover::Popover,
        },
    },
    strings::{Value, fill, strings},
};
use leptos::{html, prelude::*};
use wire::{ContactList, ListId};

/// What a menu's fields do with a name.
#[derive(Clone, Copy)]
struct Menu {
    name: &'static str,
    shape: Shape,
    add: &'static str,
    remove: &'static str,
    maxlength: &'static str,
    suggest: Callback<RwSignal<Vec<String>>>,
    on_add: Callback<String>,
    on_remove: Callback<String>,
}

#[component]
pub fn TagMenu(apply: Callback<BulkAction>) -> impl IntoView {
    let client = Client::here();
    let suggest = Callback::new(move |names: RwSignal<Vec<String>>| {
        let client = client.clone();
        leptos::task::spawn_local(async move {
            if let Ok(all) = client.tags().await {
                names.try_set(all.into_iter().map(|tag| tag.name).collect());
            }
        });
    });
    let menu = Menu {
        name: strings().bulk.tags,
        shape: Shape::Tag,
        add: strings().tag_add,
        remove: strings().bulk.tag_remove,
        maxlength: "40",
        suggest,
        on_add: Callback::new(move |name| apply.run(BulkAction::AddTag(name))),
        on_remove: Callback::new(move |name| apply.run(BulkAction::RemoveTag(name))),
    };
    view! { <LabelMenu menu /> }
}

#[component]
pub fn ListMenu(apply: Callback<BulkAction>) -> impl IntoView {
    let client = Client::here();
    let known = StoredValue::new(Vec::<ContactList>::new());
    let asking = client.clone();
    let suggest = Callback::new(move |names: RwSignal<Vec<String>>| {
        let client = asking.clone();
        leptos::task::spawn_local(async move {
            if let Ok(all) = client.lists().await {
                names.try_set(all.iter().map(|list| list.name.clone()).collect());
                known.try_set_value(all);
            }
        });
    });
    let find = move |name: &str| known.with_value(|known| known.iter().find(|list| list.name == name).cloned());
    let menu = Menu {
        name: strings().bulk.lists,
        shape: Shape::List,
        add: strings().list_add,
        remove: strings().bulk.list_remove,
        maxlength: "80",
        suggest,
        on_add: Callback::new(move |name: String| {
            let list = find(&name).unwrap_or_else(|| ContactList { id: ListId::fresh(), name });
            apply.run(BulkAction::AddToList(list));
        }),
        on_remove: Callback::new(move |name: String| match find(&name) {
            Some(list) => apply.run(BulkAction::RemoveFromList(list)),
            None => client.alert(fill(strings().bulk.list_unknown, &[("list", Value::Name(&name))])),
        }),
    };
    view! { <LabelMenu menu /> }
}

#[component]
fn LabelMenu(menu: Menu) -> impl IntoView {
    let Menu { name, shape, add, remove, maxlength, suggest, on_add, on_remove } = menu;
    let (first, second) = (NodeRef::<html::Input>::new(), NodeRef::<html::Input>::new());
    let content = move |close: Callback<()>| {
        let then_close = move |run: Callback<String>| {
            Callback::new(move |name: String| {
                close.run(());
                run.run(name);
            })
        };
        view! {
            <AddLabel name=add maxlength field=first suggest add=then_close(on_add) />
            <AddLabel name=remove maxlength field=second suggest add=then_close(on_remove) shape=Shape::Minus />
        }
        .into_any()
    };
    let face = move || {
        view! {
            <Icon shape />
            <span>{name}</span>
        }
        .into_any()
    };
    view! { <Popover class="label-menu" button_class="button quiet" name=crate::browser::memo::memo(move |_| name.to_owned()) face content first /> }
}
