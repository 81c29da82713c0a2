//! `MessageItem`: one message, from or to the contact.

use crate::browser::memo::{ErasedMemo, memo};
use crate::{
    client::Client,
    components::{
        shared::{long_text::LongText, timestamp::Timestamp},
        ui::{
            icon::{Icon, Shape},
            name::{FileName, Name},
        },
    },
    store::record::{SendState, State},
    strings::{Value, failure_sentence, fill, strings},
};
use leptos::prelude::*;
use wire::{Attachment, ConversationId, Delivery, Direction, Message, MessageId};

/// A message in its thread.
#[component]
pub fn MessageItem(conversation: ConversationId, id: MessageId) -> impl IntoView {
    let cell = Client::here().store().threads.of(conversation).messages.cell(id);
    // A message's content never changes; its state does.
    let first = cell.with_untracked(|record| record.shown().map(|(message, _)| message.into_owned()));
    let shown = memo(move |_| cell.with(|record| record.shown().map(|(message, state)| (message.into_owned(), state))));
    first.map(|message| {
        let is_out = message.direction == Direction::Out;
        let author = message.author.as_ref().map(|author| author.name.clone());
        let attachments = message.attachments.clone();
        view! {
            <article class="message" part="message" class:out=is_out>
                {author.map(|author| view! { <p class="message-author"><Name name=author /></p> })}
                <div class="bubble"><LongText text=message.body /></div>
                {(!attachments.is_empty()).then(|| view! { <Attachments attachments /> })}
                <MessageState conversation id shown />
            </article>
        }
    })
}

#[component]
fn Attachments(attachments: Vec<Attachment>) -> impl IntoView {
    let items = attachments.into_iter().map(|attachment| {
        let detail = format!("{}, {}", attachment.media_type, size(attachment.size));
        view! {
            <li class="attachment">
                <Icon shape=Shape::Paperclip />
                <span class="sr-only">{strings().attachment}</span>
                <FileName name=attachment.name />
                <small>{detail}</small>
            </li>
        }
    });
    view! { <ul class="attachments">{items.collect_view()}</ul> }
}

/// Formats a size in decimal units: 1 kB is 1,000 bytes.
fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{} kB", (bytes + 500) / 1_000),
        _ => {
            let tenths = (bytes + 50_000) / 100_000;
            format!("{}.{} MB", tenths / 10, tenths % 10)
        }
    }
}

#[component]
fn MessageState(
    conversation: ConversationId,
    id: MessageId,
    shown: ErasedMemo<Option<(Message, State)>>,
) -> impl IntoView {
    let client = Client::here();
    move || {
        let (message, state) = shown.get()?;
        let client = client.clone();
        Some(match (state, message.delivery) {
            (State::Saved, Delivery::Delivered) => view! { <Timestamp at=message.created_at /> }.into_any(),
            (State::Saved, Delivery::Failed { reason }) => {
                let reason = if reason == "no-way-out" { strings().not_delivered_no_way_out } else { strings().not_delivered_other };
                view! {
                    <Timestamp at=message.created_at />
                    <p class="not-delivered">
                        <Icon shape=Shape::TriangleAlert />
                        {fill(strings().not_delivered, &[("reason", Value::Own(reason))])}
                    </p>
                }
                .into_any()
            }
            (State::Unsaved(SendState::Waiting), _) => {
                view! { <span class="clock"><Icon shape=Shape::Clock /><span class="sr-only">{strings().note_waiting}</span></span> }
                    .into_any()
            }
            (State::Unsaved(SendState::Retrying(failure)), _) => view! {
                <p class="not-delivered">
                    <Icon shape=Shape::Clock />
                    {fill(strings().note_retrying, &[("reason", Value::Own(failure_sentence(failure)))])}
                </p>
            }
            .into_any(),
            (State::Unsaved(SendState::Refused(failure)), _) => {
                let edit_client = client.clone();
                view! {
                    <p class="not-delivered" role="alert">
                        {fill(strings().not_delivered, &[("reason", Value::Own(failure_sentence(failure)))])}
                    </p>
                    <div class="refused-actions">
                        <button
                            type="button"
                            class="button quiet"
                            on:click=move |_| {
                                if let Some(text) = edit_client.take_back_reply(conversation, id) {
                                    edit_client.put_back_reply(conversation, &text);
                                }
                            }
                        >
                            {strings().note_edit}
                        </button>
                        <button
                            type="button"
                            class="button quiet"
                            on:click=move |_| {
                                client.take_back_reply(conversation, id);
                            }
                        >
                            {strings().note_discard}
                        </button>
                    </div>
                }
                .into_any()
            }
        })
    }
}
