//! `BulkBar`: how many rows are selected, and what can be done to all of them.

use super::{
    bulk_progress::BulkProgress,
    label_menu::{ListMenu, TagMenu},
    selection::Selection,
};
use crate::browser::memo::{ErasedMemo, memo};
use crate::components::ui::live::{live, live_view};
use crate::{
    client::{BulkAction, Chosen, Client},
    components::{
        conversation::assign_menu::Teammates,
        ui::{
            icon::{Icon, Shape},
            popover::Popover,
        },
    },
    strings::strings,
};
use leptos::{html, prelude::*};
use std::collections::HashSet;
use uuid::Uuid;
use wire::{AgentId, Status};

/// Begins and ends the selection.
#[component]
pub fn SelectButton(selection: Selection, button: NodeRef<html::Button>) -> impl IntoView {
    view! {
        <button
            type="button"
            class="icon-button"
            node_ref=button
            aria-label=strings().bulk.select
            title=strings().bulk.select
            aria-pressed=live(move || selection.is_on().to_string())
            on:click=move |_| selection.set_on(!untrack(|| selection.is_on()))
        >
            <Icon shape=Shape::ListChecks />
        </button>
    }
}

/// The bar, while rows are selected, and the progress of a long change.
///
/// `keys`: the rows that are loaded. `has_more`: others fit that are not. `chosen`: what a change is of. `known_by`: the
/// ids that a row is known by in a failure. `button`: gets the focus at the end.
#[component]
pub fn BulkBar(
    selection: Selection,
    #[prop(into)] keys: ErasedMemo<Vec<Uuid>>,
    #[prop(into)] has_more: ErasedMemo<bool>,
    chosen: Callback<(), Chosen>,
    known_by: Callback<Uuid, Vec<Uuid>>,
    actions: Actions,
    button: NodeRef<html::Button>,
) -> impl IntoView {
    let client = Client::here();
    let bulk = client.bulk();
    let is_busy = memo(move |_| bulk.with(Option::is_some));
    let apply = Callback::new(move |action: BulkAction| {
        if is_busy.get_untracked() {
            return;
        }
        let (client, chosen) = (client.clone(), chosen.run(()));
        let rows = keys.get_untracked().into_iter().map(|key| (key, known_by.run(key)));
        let rows: Vec<_> = rows.collect();
        // The list may be gone when the answer comes.
        leptos::task::spawn_local(async move {
            let failed = client.change_in_bulk(chosen, action).await;
            let failed_of = |ids: &[Uuid]| ids.iter().any(|id| failed.contains(id));
            let kept: HashSet<Uuid> = rows.iter().filter(|(_, ids)| failed_of(ids)).map(|(key, _)| *key).collect();
            let is_over = kept.is_empty();
            selection.keep(kept);
            // The bar is gone, with the button that had the focus.
            if let Some(button) = button.try_get_untracked().flatten().filter(|_| is_over) {
                let _ = button.focus();
            }
        });
    });
    let is_on = memo(move |_| selection.is_on());
    view! {
        {live_view(move || {
            is_on.get().then(|| view! { <Bar selection keys has_more apply is_busy actions /> })
        })}
        <BulkProgress />
    }
}

/// What can be done to the rows of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actions {
    /// Of conversations with this status, or with any.
    Conversations(Option<Status>),
    Contacts,
}

#[component]
fn Bar(
    selection: Selection,
    keys: ErasedMemo<Vec<Uuid>>,
    has_more: ErasedMemo<bool>,
    apply: Callback<BulkAction>,
    is_busy: ErasedMemo<bool>,
    actions: Actions,
) -> impl IntoView {
    let count = memo(move |_| keys.with(|keys| selection.of(keys).len()));
    let is_all = memo(move |_| selection.is_all_that_fit());
    let loaded = memo(move |_| keys.with(Vec::len));
    let has_none = memo(move |_| count.get() == 0 && !is_all.get());
    let has_loaded = memo(move |_| is_all.get() || (loaded.get() > 0 && count.get() == loaded.get()));
    let checked = move || match (has_loaded.get(), has_none.get()) {
        (true, _) => "true",
        (_, true) => "false",
        _ => "mixed",
    };
    let toggle_all = move |_| match has_loaded.get_untracked() {
        true => selection.untick(),
        false => keys.with_untracked(|keys| selection.tick(keys)),
    };
    view! {
        <div class="bulk-bar" role="group" aria-label=strings().bulk.title>
            <div class="bulk-head">
                <button
                    type="button"
                    class="row-tick"
                    role="checkbox"
                    aria-label=strings().bulk.select_loaded
                    title=strings().bulk.select_loaded
                    aria-checked=live(checked)
                    on:click=toggle_all
                >
                    <Icon shape=Shape::Check />
                </button>
                <span class="bulk-count" role="status">
                    {live_view(move || match is_all.get() {
                        true => strings().bulk.all_selected.to_owned(),
                        false => strings().bulk.selected.of(count.get()),
                    })}
                </span>
                <button
                    type="button"
                    class="icon-button"
                    aria-label=strings().bulk.clear
                    title=strings().bulk.clear
                    on:click=move |_| selection.set_on(false)
                >
                    <Icon shape=Shape::X />
                </button>
            </div>
            {live_view(move || {
                (has_loaded.get() && !is_all.get() && has_more.get())
                    .then(|| {
                        view! {
                            <button type="button" class="button quiet" on:click=move |_| selection.select_all_that_fit()>
                                {strings().bulk.select_all}
                            </button>
                        }
                    })
            })}
            <fieldset class="bulk-actions" disabled=live(move || has_none.get() || is_busy.get())>
                {match actions {
                    Actions::Conversations(status) => view! { <Handling status apply /> }.into_any(),
                    Actions::Contacts => ().into_any(),
                }}
                <TagMenu apply />
                <ListMenu apply />
            </fieldset>
        </div>
    }
}

/// Close, reopen, assign.
#[component]
fn Handling(status: Option<Status>, apply: Callback<BulkAction>) -> impl IntoView {
    let set = move |to: Status, shape: Shape, name: &'static str| {
        view! {
            <button type="button" class="button quiet" on:click=move |_| apply.run(BulkAction::Status(to))>
                <Icon shape />
                <span>{name}</span>
            </button>
        }
    };
    let search = NodeRef::<html::Input>::new();
    let content = move |close: Callback<()>| {
        let choose = Callback::new(move |agent: Option<AgentId>| {
            close.run(());
            apply.run(BulkAction::Assign(agent));
        });
        view! { <Teammates assignee=memo(|_| None) search choose /> }.into_any()
    };
    view! {
        {(status != Some(Status::Closed)).then(|| set(Status::Closed, Shape::Check, strings().bulk.close))}
        {(status != Some(Status::Open)).then(|| set(Status::Open, Shape::RotateCcw, strings().bulk.open))}
        <Popover
            class="assign-menu"
            button_class="button quiet"
            name=memo(|_| strings().bulk.assign.to_owned())
            face=|| {
                view! {
                    <Icon shape=Shape::UserPlus />
                    <span>{strings().bulk.assign}</span>
                }
                    .into_any()
            }
            first=search
            content
        />
    }
}
