//! `ConversationHeader`: contact, channel, assignee and status of a conversation.

use crate::browser::memo::{ErasedMemo, memo};
use crate::components::ui::live::live_view;
use crate::{
    client::{Client, Fields},
    components::{
        conversation::assign_menu::AssignMenu,
        shared::{
            avatar::avatar,
            channel_mark::{channel_mark, channel_name},
            unsaved_fields::UnsavedFields,
        },
        ui::{
            icon::{Icon, Shape},
            markup::Markup,
            name::name,
        },
    },
    navigation::navigator::Navigator,
    strings::strings,
};
use leptos::prelude::*;
use wire::{ChannelKind, Conversation, ConversationId, Status};

/// The head of a conversation.
#[component]
pub fn ConversationHeader(conversation: ConversationId, known: ErasedMemo<Option<Conversation>>) -> impl IntoView {
    let strings = strings();
    let navigator = Navigator::here();
    let who = memo(move |_| known.get().map(|known| (known.contact_id, known.contact.name, known.channel.kind)));
    view! {
        <header class="conversation-header">
            <button
                type="button"
                class="icon-button back-button"
                aria-label=strings.back
                on:click=move |_| navigator.close(conversation)
            >
                <Icon shape=Shape::ChevronLeft />
            </button>
            {live_view(move || {
                who.with(|who| who.as_ref().map(|(id, name, kind)| vec![avatar(name, id.0), name_and_channel(name, *kind)]))
            })}
            <StatusMark known />
            <AssignMenu conversation known />
            <CloseButton conversation known />
            <button
                type="button"
                class="icon-button close-pane"
                aria-label=strings.close_pane
                title=strings.close_pane
                on:click=move |_| navigator.close(conversation)
            >
                <Icon shape=Shape::X />
            </button>
        </header>
        <UnsavedFields of=Fields::Conversation(conversation) />
    }
}

fn name_and_channel(contact: &str, kind: ChannelKind) -> Markup {
    let heading = Markup::of("h2", "", vec![name(contact, "")]).with("tabindex", "-1");
    let channel = Markup::text("span", "", channel_name(kind)).with("aria-hidden", "true");
    Markup::of("div", "conversation-who", vec![heading, Markup::of("p", "", vec![channel_mark(kind), channel])])
}

fn status_of(known: ErasedMemo<Option<Conversation>>) -> ErasedMemo<Status> {
    memo(move |_| known.with(|known| known.as_ref().map_or(Status::Open, |known| known.status)))
}

#[component]
fn StatusMark(known: ErasedMemo<Option<Conversation>>) -> impl IntoView {
    let status = status_of(known);
    live_view(move || match status.get() {
        Status::Open => None,
        Status::Automated => Some(view! { <span class="status-mark">{strings().automated}</span> }),
        Status::Closed => Some(view! { <span class="status-mark">{strings().closed}</span> }),
    })
}

/// Check mark: close; arrow: reopen.
#[component]
pub fn CloseButton(conversation: ConversationId, known: ErasedMemo<Option<Conversation>>) -> impl IntoView {
    let client = Client::here();
    let status = status_of(known);
    let is_closed = move || status.get() == Status::Closed;
    let name = move || if is_closed() { strings().reopen_conversation } else { strings().close_conversation };
    view! {
        <button
            type="button"
            class="icon-button"
            aria-label=name
            title=name
            on:click=move |_| {
                let next = if status.get_untracked() == Status::Closed { Status::Open } else { Status::Closed };
                client.set_status(conversation, next);
            }
        >
            {live_view(move || {
                let shape = if is_closed() { Shape::RotateCcw } else { Shape::Check };
                view! { <Icon shape /> }
            })}
        </button>
    }
}
