//! `ContactProfilePanel`: the contact and the team's knowledge about them, the same in every conversation.

use crate::browser::{
    memo::{ErasedMemo, memo},
    timers::is_painted,
};
use crate::components::ui::live::{live, live_view};
use crate::{
    client::Client,
    components::{
        contact::{
            actions_section::ActionsSection, activity_section::ActivitySection, contact_addresses::ContactAddresses,
            details_section::DetailsSection, lists_section::ListsSection, panel_section::PanelSection,
            tags_section::TagsSection,
        },
        notes::notes_section::NotesSection,
        shared::{
            avatar::Avatar,
            channel_mark::channel_name,
            load_problem::{LoadProblem, Waiting},
        },
        ui::{
            gestures::closest,
            icon::{Icon, Shape},
            markup::Markup,
            name::Name,
        },
    },
    navigation::navigator::Navigator,
    store::record::Load,
    strings::{Value, fill, strings},
};
use leptos::{ev, html, prelude::*};
use wasm_bindgen::JsCast;
use wire::{Contact, ContactId, ConversationId};

/// The panel beside a conversation. Escape closes it.
#[component]
pub fn ContactProfilePanel(contact: ContactId, conversation: ConversationId, close: Callback<()>) -> impl IntoView {
    let known = known(contact);
    let client = Client::here();
    // The conversation names the contact before the contact is loaded, or if loading fails.
    let channel = {
        let client = client.clone();
        memo(move |_| client.conversation(conversation).map_or("", |known| channel_name(known.channel.kind)))
    };
    let name = memo(move |_| {
        let name = known.with(|known| known.as_ref().map(|known| known.name.clone()));
        name.or_else(|| Some(client.conversation(conversation)?.contact.name)).unwrap_or_default()
    });
    // In a switch between conversations that are loaded, the thread comes first, and the sections one frame later. What is
    // not loaded comes later anyway.
    let is_due = if known.with_untracked(Option::is_some) { is_painted() } else { RwSignal::new(true).read_only() };
    let panel = NodeRef::<html::Aside>::new();
    let body = NodeRef::<html::Div>::new();
    let close_on_escape = move |event: ev::KeyboardEvent| {
        if event.key() == "Escape" && !event.is_composing() && !event.default_prevented() {
            event.prevent_default();
            close.run(());
        }
    };
    view! {
        <aside
            class="panel"
            part="panel"
            node_ref=panel
            aria-label=live(move || fill(strings().profile_of, &[("name", Value::Name(&name.get())), ("channel", Value::Own(channel.get()))]))
            on:keydown=close_on_escape
        >
            <PanelHead contact known name close=Some(close) />
            <SectionMenu body name channel />
            {live_view(move || {
                is_due.get().then(|| view! { <Sections contact conversation=Some(conversation) known name body /> })
            })}
        </aside>
    }
}

/// The contact as shown. Tracks.
#[must_use]
pub fn known(contact: ContactId) -> ErasedMemo<Option<Contact>> {
    let store = Client::here().store().clone();
    memo(move |_| store.contacts.shown(contact))
}

/// The contact for whom an id stands: another one, if they were merged. Tracks.
#[must_use]
pub fn resolved(contact: ContactId) -> ErasedMemo<ContactId> {
    let store = Client::here().store().clone();
    memo(move |_| store.contacts.resolve(contact))
}

/// The contact's name; empty until the contact is loaded.
#[must_use]
pub fn name_of(known: ErasedMemo<Option<Contact>>) -> ErasedMemo<String> {
    memo(move |_| known.with(|known| known.as_ref().map(|known| known.name.clone()).unwrap_or_default()))
}

/// The contact's name, always visible, and a menu of the sections.
#[component]
pub fn PanelHead(
    contact: ContactId,
    known: ErasedMemo<Option<Contact>>,
    name: ErasedMemo<String>,
    close: Option<Callback<()>>,
) -> impl IntoView {
    let navigator = Navigator::here();
    let page = close.and_then(|_| navigator.contact_address.run(contact));
    view! {
        <header class="panel-head">
            <Avatar name=name seed=contact.0 />
            <div class="panel-who">
                <h2>
                    {match page {
                        Some(address) => view! {
                            <a
                                href=address
                                title=strings().contact_page
                                on:click=move |event| {
                                    if !(event.ctrl_key() || event.meta_key() || event.shift_key()) {
                                        event.prevent_default();
                                        navigator.go_to_contact.run(contact);
                                    }
                                }
                            >
                                {live_view(move || view! { <Name name=name.get() /> })}
                            </a>
                        }
                        .into_any(),
                        None => live_view(move || view! { <Name name=name.get() /> }).into_any(),
                    }}
                </h2>
                <ContactAddresses known />
            </div>
            {close
                .map(|close| {
                    view! {
                        <button
                            type="button"
                            class="icon-button"
                            aria-label=strings().close_profile
                            title=strings().close_profile
                            on:click=move |_| close.run(())
                        >
                            <Icon shape=Shape::X />
                        </button>
                    }
                })}
        </header>
    }
}

/// The six sections, in order. `conversation`: the one that a new note is written in.
#[component]
pub fn Sections(
    contact: ContactId,
    conversation: Option<ConversationId>,
    known: ErasedMemo<Option<Contact>>,
    name: ErasedMemo<String>,
    body: NodeRef<html::Div>,
) -> impl IntoView {
    let client = Client::here();
    let load = client.store().contacts.load(contact);
    // A loaded contact stays visible, even if a refetch fails.
    let stage = memo(move |_| if known.with(Option::is_some) { Load::Ready } else { load.get() });
    let retry = Callback::new(move |()| client.load_contact(contact));
    let is_erased = memo(move |_| known.with(|known| known.as_ref().is_some_and(|known| known.erased)));
    view! {
        <div class="panel-body" node_ref=body tabindex="0" role="group" aria-label=strings().jump_to>
            {live_view(move || match stage.get() {
                Load::Ready if is_erased.get() => {
                    view! {
                        <PanelSection name="details" title=strings().details>
                            <p class="empty">{strings().contact_erased}</p>
                        </PanelSection>
                        <ActivitySection contact />
                    }
                        .into_any()
                }
                Load::Ready => {
                    view! {
                        <DetailsSection known />
                        <ActionsSection contact known conversation />
                        <TagsSection contact known />
                        <ListsSection contact known />
                        <NotesSection contact conversation name />
                        <ActivitySection contact />
                    }
                        .into_any()
                }
                Load::Failed(failure) => view! { <LoadProblem failure retry /> }.into_any(),
                Load::Idle | Load::Loading => view! { <Waiting /> }.into_any(),
            })}
        </div>
    }
}

/// Jumps to a section. `channel` distinguishes the menus of several panels of one contact.
#[component]
pub fn SectionMenu(
    body: NodeRef<html::Div>,
    name: ErasedMemo<String>,
    #[prop(into)] channel: ErasedMemo<&'static str>,
) -> impl IntoView {
    let strings = strings();
    let entries = [
        ("details", strings.details),
        ("actions", strings.actions),
        ("tags", strings.tags),
        ("lists", strings.lists),
        ("notes", strings.notes),
        ("activity", strings.activity),
    ];
    let jump = move |event: ev::MouseEvent| {
        let Some(name) = closest(&event, "[data-jump]").and_then(|button| button.get_attribute("data-jump")) else {
            return;
        };
        let Some(body) = body.get_untracked() else { return };
        let selector = format!("[data-section={name}] .section-toggle");
        if let Ok(Some(target)) = body.query_selector(&selector) {
            // Only the panel scrolls: the page around it stays where it is.
            let down = target.get_bounding_client_rect().top() - body.get_bounding_client_rect().top();
            #[expect(clippy::cast_possible_truncation)]
            body.set_scroll_top(body.scroll_top() + down.round() as i32);
            // The focus moves too, so that the keyboard continues from there.
            let options = web_sys::FocusOptions::new();
            options.set_prevent_scroll(true);
            let _ = target.unchecked_into::<web_sys::HtmlElement>().focus_with_options(&options);
        }
    };
    view! {
        <nav class="section-menu" on:click=jump aria-label=live(move || fill(strings.jump_to_of, &[("name", Value::Name(&name.get())), ("channel", Value::Own(channel.get()))]))>
            {entries.map(|(name, title)| Markup::text("button", "", title).with("type", "button").with("data-jump", name)).to_vec()}
        </nav>
    }
}
