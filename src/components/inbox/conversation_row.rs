//! `ConversationRowView`: one conversation in the list: contact, channel, last message, assignee, unread mark.

use crate::browser::memo::{ErasedMemo, memo};
use crate::components::ui::live::{live, live_view};
use crate::{
    client::Client,
    components::{
        inbox::reveal::Reveal,
        shared::{
            avatar::Avatar,
            channel_mark::{ChannelMark, channel_name},
            message_excerpt::MessageExcerpt,
            timestamp::ShortTimestamp,
        },
        ui::{
            icon::{Icon, Shape},
            name::{Name, filled},
            text::Excerpt,
        },
    },
    navigation::navigator::Navigator,
    strings::{Value, fill, strings},
};
use leptos::prelude::*;
use wire::{Conversation, ConversationId, Preview, PreviewKind};

/// A row of the list: a link, so that it can be opened in another tab.
#[component]
pub fn ConversationRowView(id: ConversationId) -> impl IntoView {
    let client = Client::here();
    let known = memo(move |_| client.conversation(id));
    // The parts that rebuild the row; all others update in place.
    let parts =
        memo(move |_| known.with(|known| known.as_ref().map(|known| (known.contact.clone(), known.channel.kind))));
    move || parts.get().map(|(contact, kind)| view! { <Row id contact kind known /> })
}

#[component]
fn Row(
    id: ConversationId,
    contact: wire::ContactRef,
    kind: wire::ChannelKind,
    known: ErasedMemo<Option<Conversation>>,
) -> impl IntoView {
    let (navigator, reveal) = (Navigator::here(), use_context::<Reveal>());
    let is_shown = memo(move |_| navigator.view.with(|view| view.shows(id)));
    let is_unread = memo(move |_| known.with(|known| known.as_ref().is_some_and(|known| known.unread)));
    let last_at = memo(move |_| known.with(|known| known.as_ref().map(|known| known.last_at).unwrap_or_default()));
    let address = move || navigator.address.run(navigator.view.with(|view| view.opening(id)));
    let beside_name = fill(
        strings().open_beside,
        &[("name", Value::Name(&contact.name)), ("channel", Value::Own(channel_name(kind)))],
    );
    view! {
        <div class="conversation-row" part="conversation-row" class:current=live(move || is_shown.get()) class:unread=live(move || is_unread.get())>
            <a
                class="conversation-link"
                href=address
                aria-current=live(move || is_shown.get().then_some("true"))
                on:click=move |event| {
                    if !(event.ctrl_key() || event.meta_key() || event.shift_key()) {
                        event.prevent_default();
                        navigator.open(id);
                    }
                }
            >
                <Avatar name=contact.name.clone() seed=contact.id.0 />
                <span class="row-main">
                    <span class="row-head">
                        <Name class="row-name" name=contact.name.clone() />
                        <ShortTimestamp at=last_at />
                    </span>
                    <span class="row-foot">
                        <ChannelMark kind />
                        <PreviewLine known />
                        <AssigneeMark known />
                        {live_view(move || is_unread.get().then(|| view! { <span class="unread-mark"><span class="sr-only">{strings().unread}</span></span> }))}
                    </span>
                </span>
            </a>
            <button
                type="button"
                class="icon-button open-beside"
                aria-label=beside_name.clone()
                title=beside_name
                on:click=move |_| {
                    navigator.open_beside(id);
                    if let Some(reveal) = reveal {
                        reveal.ask(id);
                    }
                }
            >
                <Icon shape=Shape::Columns />
            </button>
        </div>
    }
}

#[component]
fn PreviewLine(known: ErasedMemo<Option<Conversation>>) -> impl IntoView {
    let preview = memo(move |_| known.with(|known| known.as_ref().and_then(|known| known.preview.clone())));
    move || match preview.get() {
        None => view! { <span class="row-preview quiet">{strings().preview_empty}</span> }.into_any(),
        Some(Preview { kind: PreviewKind::Note, text, .. }) => view! {
            <span class="row-preview internal"><Icon shape=Shape::Lock />{strings().preview_note}<Excerpt text /></span>
        }
        .into_any(),
        Some(Preview { kind, text, attachment }) => view! {
            <span class="row-preview">
                {(kind == PreviewKind::Out).then_some(strings().preview_you_or_team)}
                <MessageExcerpt words=strings() text attachment />
            </span>
        }
        .into_any(),
    }
}

#[component]
fn AssigneeMark(known: ErasedMemo<Option<Conversation>>) -> impl IntoView {
    let agents = Client::here().store().agents.clone();
    let assignee = memo(move |_| {
        let id = known.with(|known| known.as_ref().and_then(|known| known.assignee_id))?;
        agents.get(id)
    });
    move || {
        assignee.get().map(|agent| {
            let values = [("name", Value::Name(&agent.name))];
            let title = fill(strings().assigned_to, &values);
            let sentence = filled(strings().assigned_to, &values);
            view! {
                <span class="assignee-mark" title=title>
                    <Avatar name=agent.name seed=agent.id.0 />
                    <span class="sr-only">{sentence}</span>
                </span>
            }
        })
    }
}
