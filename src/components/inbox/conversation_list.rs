//! `ConversationListView`: the conversations of the chosen section and filters.

use crate::browser::{dispose::dispose_with_owner, memo::memo};
use crate::components::ui::live::{live, live_view};
use crate::{
    client::{Chosen, Client},
    components::{
        bulk::{
            bulk_bar::{Actions, BulkBar, SelectButton},
            selection::Selection,
            tick::{tick_clicked, tick_key},
        },
        inbox::{
            conversation_row::{ConversationRowView, open_clicked},
            filters::{Filters, SortChoice},
            reveal::Reveal,
        },
        search::{
            results::{SearchResultsView, move_focus},
            search_field::SearchField,
        },
        shared::load_problem::{LoadProblem, Waiting},
        ui::{
            icon::{Icon, Shape},
            virtual_list::VirtualList,
        },
    },
    navigation::{navigator::Navigator, views::InboxView},
    store::record::Load,
    strings::strings,
};
use leptos::{html, prelude::*};
use uuid::Uuid;
use wire::{ConversationId, ConversationQuery, Section};

/// The list beside the sections.
#[component]
pub fn ConversationListView() -> impl IntoView {
    let navigator = Navigator::here();
    let query = memo(move |_| navigator.view.with(|view| view.query));
    let text = memo(move |_| navigator.view.with(|view| view.search.trim().to_owned()));
    let searches = memo(move |_| text.with(|text| !text.is_empty()));
    let filters_shown = RwSignal::new(false);
    let (selection, button) = (Selection::new(), NodeRef::new());
    // Another list.
    let note_follower = dispose_with_owner();
    Effect::new(move |before: Option<()>| {
        note_follower();
        query.with(|_| ());
        searches.with(|_| ());
        if before.is_some() {
            selection.set_on(false);
        }
    });
    let title = move || match query.get().section {
        _ if searches.get() => strings().search_results,
        Section::All => strings().section_all,
        Section::Mine => strings().section_mine,
        Section::Unassigned => strings().section_unassigned,
    };
    view! {
        <section class="conversations" aria-label=strings().conversations on:keydown=move |event| move_focus(&event)>
            <header class="conversations-header">
                <h1>{title}</h1>
                {live_view(move || (!searches.get()).then(|| view! { <SortChoice /> }))}
                {live_view(move || (!searches.get()).then(|| view! { <SelectButton selection button /> }))}
                <button
                    type="button"
                    class="icon-button filter-button"
                    hidden=live(move || searches.get())
                    aria-label=strings().filters
                    aria-expanded=live(move || filters_shown.get().to_string())
                    on:click=move |_| filters_shown.update(|shown| *shown = !*shown)
                >
                    <Icon shape=Shape::ListFilter />
                </button>
            </header>
            <SearchField />
            <div class="filters-place" class:shown=live(move || filters_shown.get()) hidden=live(move || searches.get())>
                <Filters />
            </div>
            {live_view(move || match searches.get() {
                true => view! { <SearchResultsView text /> }.into_any(),
                false => view! { <OneList query=query.get() selection button /> }.into_any(),
            })}
        </section>
    }
}

#[component]
fn OneList(query: ConversationQuery, selection: Selection, button: NodeRef<html::Button>) -> impl IntoView {
    let (client, navigator, reveal) = (Client::here(), Navigator::here(), use_context::<Reveal>());
    client.show_list(query);
    let list = client.store().conversations.list(query);
    let (order, load) = (list.order_signal(), list.load());
    let keys = memo(move |_| order.get());
    let is_empty = memo(move |_| keys.with(Vec::is_empty));
    let load = memo(move |_| load.get());
    let more = {
        let client = client.clone();
        Callback::new(move |()| client.load_more_conversations(query))
    };
    let has_more = {
        let list = client.store().conversations.list(query);
        memo(move |_| list.next_cursor().is_some())
    };
    let ids = memo(move |_| keys.with(|keys| keys.iter().map(|id| id.0).collect::<Vec<_>>()));
    let chosen = Callback::new(move |()| match untrack(|| selection.is_all_that_fit()) {
        true => Chosen::ConversationsThatFit(query),
        false => {
            let ticked = ids.with_untracked(|ids| untrack(|| selection.of(ids)));
            Chosen::Conversations(ticked.into_iter().map(ConversationId).collect())
        }
    });
    // A tag or list fails for the contact.
    let known_by = {
        let client = client.clone();
        Callback::new(move |id: Uuid| {
            let known = client.store().conversations.shown_untracked(ConversationId(id));
            known.map(|known| vec![known.id.0, known.contact_id.0]).unwrap_or_default()
        })
    };
    let retry = {
        let list = client.store().conversations.list(query);
        Callback::new(move |()| match list.is_empty() {
            true => client.load_conversations(query),
            false => client.load_more_conversations(query),
        })
    };
    view! {
        <BulkBar selection keys=ids has_more chosen known_by actions=Actions::Conversations(query.status) button />
        <div
            class="conversations-scroll"
            class:selecting=live(move || selection.is_on())
            on:click=move |event| {
                if !ids.with_untracked(|ids| tick_clicked(&event, selection, ids)) {
                    open_clicked(&event, navigator, reveal);
                }
            }
            on:keydown=move |event| ids.with_untracked(|ids| tick_key(&event, selection, ids))
        >
            <VirtualList
                keys=keys
                row=move |id| view! { <ConversationRowView id selection /> }
                estimate=76.0
                label=strings().conversations
                class="conversation-rows"
                all_up_to=0
                on_near_end=more
            />
            {live_view(move || match (load.get(), is_empty.get()) {
                (Load::Failed(failure), _) => Some(view! { <LoadProblem failure retry /> }.into_any()),
                (Load::Ready, true) => Some(view! { <Empty query /> }.into_any()),
                (Load::Loading | Load::Idle, true) => Some(view! { <Waiting /> }.into_any()),
                _ => None,
            })}
        </div>
    }
}

#[component]
fn Empty(query: ConversationQuery) -> impl IntoView {
    let navigator = Navigator::here();
    let plain = InboxView::default().query;
    let is_filtered = query.channel.is_some() || query.assignee.is_some();
    view! {
        <div class="empty">
            <p>{if is_filtered { strings().conversations_empty_filtered } else { strings().conversations_empty }}</p>
            {is_filtered
                .then(|| {
                    view! {
                        <button
                            type="button"
                            class="button"
                            on:click=move |_| {
                                navigator.set_query(ConversationQuery { section: query.section, status: query.status, ..plain });
                            }
                        >
                            {strings().clear_filters}
                        </button>
                    }
                })}
        </div>
    }
}
