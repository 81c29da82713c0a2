//! `TagMenu` and `ListMenu`: put a tag or list on all that are selected, or take one off.

use crate::{
    browser::memo::memo,
    client::{BulkAction, Client},
    components::{
        contact::add_label::{AddLabel, KnownLists, Suggest, suggest_tags},
        ui::{
            icon::{Icon, Shape},
            popover::Popover,
        },
    },
    strings::{Value, fill, strings},
};
use leptos::{html, prelude::*};

/// What a menu's fields do with a name.
#[derive(Clone, Copy)]
struct Menu {
    name: &'static str,
    shape: Shape,
    add: &'static str,
    remove: &'static str,
    maxlength: &'static str,
    suggest: Suggest,
    on_add: Callback<String>,
    on_remove: Callback<String>,
}

#[component]
pub fn TagMenu(apply: Callback<BulkAction>) -> impl IntoView {
    let menu = Menu {
        name: strings().bulk.tags,
        shape: Shape::Tag,
        add: strings().tag_add,
        remove: strings().bulk.tag_remove,
        maxlength: "40",
        suggest: suggest_tags(Client::here()),
        on_add: Callback::new(move |name| apply.run(BulkAction::AddTag(name))),
        on_remove: Callback::new(move |name| apply.run(BulkAction::RemoveTag(name))),
    };
    view! { <LabelMenu menu /> }
}

#[component]
pub fn ListMenu(apply: Callback<BulkAction>) -> impl IntoView {
    let client = Client::here();
    let known = KnownLists::default();
    let suggest = known.suggest(client.clone());
    let menu = Menu {
        name: strings().bulk.lists,
        shape: Shape::List,
        add: strings().list_add,
        remove: strings().bulk.list_remove,
        maxlength: "80",
        suggest,
        on_add: Callback::new(move |name| apply.run(BulkAction::AddToList(known.find_or_new(name)))),
        on_remove: Callback::new(move |name: String| match known.find(&name) {
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
    view! { <Popover class="label-menu" button_class="button quiet" name=memo(move |_| name.to_owned()) face content first /> }
}
