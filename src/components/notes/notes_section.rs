//! `NotesSection`: the box to add a note, and the contact's notes, newest first.

use crate::browser::memo::{ErasedMemo, memo};
use crate::components::ui::live::{live, live_view};
use crate::{
    browser::timers::next_frame,
    client::Client,
    components::{
        contact::panel_section::PanelSection,
        notes::{
            add_note_box::AddNoteBox,
            note_divider::{NoteDivider, borders, visit},
            note_item::NoteItem,
            notes_search::NotesSearch,
        },
        shared::{
            found::{FoundItem, is_wanted, when_wanted},
            load_problem::{LoadProblem, OlderNotPrinted, Waiting},
            typed::Typed,
        },
        ui::{
            icon::{Icon, Shape},
            kept_in_view::bring_into_view,
            name::filled,
            virtual_list::{VirtualList, VirtualListHandle},
        },
    },
    store::record::Load,
    strings::{Value, fill, strings},
};
use leptos::{html, prelude::*};
use wire::{ContactId, ContactNoteId, ConversationId, Seq};

/// The search field appears above this number of notes.
const SEARCH_FROM: usize = 10;

/// The Notes section of the panel.
#[component]
pub fn NotesSection(
    contact: ContactId,
    conversation: Option<ConversationId>,
    name: ErasedMemo<String>,
) -> impl IntoView {
    let notes = Client::here().store().contact_notes.of(contact);
    let order = notes.timeline.order_signal();
    let visit = visit(contact);
    let has_older = memo(move |_| notes.timeline.has_older());
    let is_wanted = is_wanted(move |place| {
        matches!(place.item, FoundItem::ContactNote(_)) && Some(place.conversation) == conversation
    });
    let count = move || {
        let more = if has_older.get() { "+" } else { "" };
        order.with(|order| (!order.is_empty()).then(|| format!("{}{more}", order.len())))
    };
    view! {
        <PanelSection name="notes" title=strings().notes count=memo(move |_| count().unwrap_or_default()) is_wanted>
            <Notes contact conversation name visit />
        </PanelSection>
    }
}

#[component]
fn Notes(
    contact: ContactId,
    conversation: Option<ConversationId>,
    name: ErasedMemo<String>,
    visit: ErasedMemo<Option<Seq>>,
) -> impl IntoView {
    let client = Client::here();
    let notes = client.store().contact_notes.of(contact);
    let order = notes.timeline.order_signal();
    let all = memo(move |_| order.with(|order| order.iter().map(|placed| placed.id).collect::<Vec<_>>()));
    let (load, timeline) = (notes.timeline.load(), client.store().contact_notes.of(contact));
    let has_older = memo(move |_| timeline.timeline.has_older());
    let load = memo(move |_| load.get());
    let (search, typed) = (NotesSearch::new(contact, has_older), Typed::line());
    let wanted = search.wanted;
    let keys: ErasedMemo<Vec<ContactNoteId>> = memo(move |_| search.keys(contact, all.get()));
    let borders = borders(contact, keys, visit);
    let handle = VirtualListHandle::new();
    let (frame, field) = (NodeRef::<html::Div>::new(), NodeRef::<html::Textarea>::new());
    let added = Callback::new(move |id| {
        // A search could hide the note.
        search.text.set(String::new());
        next_frame(move || {
            bring_into_view(frame);
            handle.scroll_to(id);
        });
    });
    let deleted = Callback::new(move |id| handle.focus_beside(&keys.get_untracked(), &id, ".trash", field));
    let older = {
        let client = client.clone();
        Callback::new(move |()| client.load_older_contact_notes(contact))
    };
    let retry = {
        let client = client.clone();
        Callback::new(move |()| client.load_contact_notes(contact))
    };
    let finding = Client::here();
    when_wanted(
        handle,
        ".note",
        move |place| match place.item {
            FoundItem::ContactNote(id) if Some(place.conversation) == conversation => Some(id),
            _ => None,
        },
        async move |seq| {
            search.text.set(String::new());
            finding.load_contact_notes_down_to(contact, seq).await
        },
    );
    let is_searchable = memo(move |_| all.with(Vec::len) > SEARCH_FROM);
    let none_at_all = memo(move |_| all.with(Vec::is_empty));
    let none_found = memo(move |_| keys.with(Vec::is_empty));
    view! {
        <AddNoteBox contact conversation name frame field added />
        <Show when=move || is_searchable.get()>
            <label class="search">
                <Icon shape=Shape::Search />
                <span class="sr-only">{strings().notes_search}</span>
                <input
                    type="search"
                    autocomplete="off"
                    placeholder=strings().notes_search
                    prop:value=live(move || search.text.get())
                    on:input=move |event| search.text.set(typed.text(&event))
                />
            </label>
            {typed.hint()}
        </Show>
        <NewAbove handle />
        <VirtualList
            keys
            row=move |id| {
                view! {
                    <NoteDivider id borders />
                    <NoteItem contact id wanted deleted />
                }
            }
            estimate=96.0
            label=memo(move |_| fill(strings().notes_of, &[("name", Value::Name(&name.get()))]))
            class="note-rows"
            on_near_end=older
            handle
        />
        <OlderNotPrinted has_older />
        {live_view(move || match (load.get(), none_at_all.get()) {
            (Load::Failed(failure), _) => Some(view! { <LoadProblem failure retry /> }.into_any()),
            (Load::Ready, true) => {
                Some(view! { <p class="empty">{filled(strings().notes_empty, &[("name", Value::Name(&name.get()))])}</p> }.into_any())
            }
            (Load::Idle | Load::Loading, true) => Some(view! { <Waiting /> }.into_any()),
            _ => None,
        })}
        {live_view(move || match (search.load.get(), none_at_all.get(), none_found.get()) {
            (Load::Failed(failure), ..) => {
                let retry = Callback::new(move |()| search.retry());
                Some(view! { <LoadProblem failure retry /> }.into_any())
            }
            (Load::Loading, false, _) => Some(view! { <Waiting /> }.into_any()),
            (_, false, true) => Some(view! { <p class="empty">{strings().notes_search_empty}</p> }.into_any()),
            _ => None,
        })}
    }
}

/// The button that shows the number of notes added above the view.
#[component]
fn NewAbove(handle: VirtualListHandle<ContactNoteId>) -> impl IntoView {
    let unseen = handle.unseen();
    live_view(move || {
        let sentence = match unseen.get() {
            0 => return None,
            count => strings().notes_new_above.of(count),
        };
        Some(view! {
            <div class="new-above">
                <button type="button" class="pill" on:click=move |_| handle.scroll_to_start()>
                    {sentence}
                </button>
            </div>
        })
    })
}
