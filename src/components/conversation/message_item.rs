//! `MessageItem`: one message, from or to the contact.

use crate::browser::memo::{ErasedMemo, memo};
use crate::components::ui::live::{live, live_view};
use crate::{
    client::Client,
    components::{
        shared::{
            found::{FoundItem, is_found},
            long_text::{LongText, is_long},
            timestamp::timestamp,
            unsaved_fields::sending,
        },
        ui::{
            icon::Shape,
            markup::Markup,
            name::{file_name, name},
            text::text_markup,
        },
    },
    store::{
        record::{Failure, SendState, State},
        threads::ThreadItem,
    },
    strings::{Value, failure_sentence, fill, strings},
};
use leptos::prelude::*;
use wire::{Attachment, ConversationId, Delivery, Direction, Message, MessageId};

/// A message in its thread.
#[component]
pub fn MessageItem(conversation: ConversationId, id: MessageId) -> impl IntoView {
    let cell = Client::here().store().threads.of(conversation).messages.cell(id);
    let shown = memo(move |_| cell.with(|record| record.shown().map(|(message, state)| (message.into_owned(), state))));
    // A message's content never changes; its state does.
    let is_long = shown.with_untracked(|shown| shown.as_ref().is_some_and(|(message, _)| is_long(&message.body)));
    if is_long {
        return view! { <WholeMessage conversation id shown /> }.into_any();
    }
    let is_marked = marked(id);
    live_view(move || {
        shown.with(|known| {
            let (message, state) = known.as_ref()?;
            if refusal(*state).is_some() {
                return Some(view! { <WholeMessage conversation id shown /> }.into_any());
            }
            let bubble = Markup::of("div", "bubble", vec![text_markup(message.body.clone())]);
            let (before, after) = (author(message), attachments(message));
            let parts = before.into_iter().chain([bubble]).chain(after).chain(state_markup(message, *state));
            let article = Markup::of("article", class(message, is_marked.get()), parts.collect());
            Some(article.with("part", "message").with("tabindex", "-1").into_any())
        })
    })
    .into_any()
}

/// A message that has something to click: a folded text, or what to do after a refusal.
#[component]
fn WholeMessage(
    conversation: ConversationId,
    id: MessageId,
    shown: ErasedMemo<Option<(Message, State)>>,
) -> impl IntoView {
    shown.get_untracked().map(|(message, _)| {
        let (author, attachments, is_marked) = (author(&message), attachments(&message), marked(id));
        let shape = message.clone();
        view! {
            <article class=live(move || class(&shape, is_marked.get())) part="message" tabindex="-1">
                {author}
                <div class="bubble"><LongText text=message.body /></div>
                {attachments}
                {live_view(move || {
                    shown
                        .with(|shown| {
                            let (message, state) = shown.as_ref()?;
                            Some(match refusal(*state) {
                                Some(failure) => view! { <Refused conversation id failure /> }.into_any(),
                                None => state_markup(message, *state).into_any(),
                            })
                        })
                })}
            </article>
        }
    })
}

/// Whether the message is the hit of a search that was opened.
fn marked(id: MessageId) -> ErasedMemo<bool> {
    memo(move |_| is_found(FoundItem::InThread(ThreadItem::Message(id))))
}

fn class(message: &Message, is_marked: bool) -> &'static str {
    match (message.direction, is_marked) {
        (Direction::Out, true) => "message out found",
        (Direction::Out, false) => "message out",
        (Direction::In, true) => "message found",
        (Direction::In, false) => "message",
    }
}

fn author(message: &Message) -> Option<Markup> {
    let author = message.author.as_ref()?;
    Some(Markup::of("p", "message-author", vec![name(&author.name, "")]))
}

fn attachments(message: &Message) -> Option<Markup> {
    let item = |attachment: &Attachment| {
        let detail = format!("{}, {}", attachment.media_type, size(attachment.size));
        Markup::of(
            "li",
            "attachment",
            vec![
                Markup::Icon(Shape::Paperclip),
                Markup::text("span", "sr-only", strings().attachment),
                file_name(&attachment.name),
                Markup::text("small", "", detail),
            ],
        )
    };
    let items: Vec<Markup> = message.attachments.iter().map(item).collect();
    (!items.is_empty()).then(|| Markup::of("ul", "attachments", items))
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

fn refusal(state: State) -> Option<Failure> {
    match state {
        State::Unsaved(SendState::Refused(failure)) => Some(failure),
        State::Unsaved(SendState::Waiting | SendState::Retrying(_)) | State::Saved => None,
    }
}

/// The time, or why there is none yet. A refused message has buttons in its place.
fn state_markup(message: &Message, state: State) -> Vec<Markup> {
    match (state, &message.delivery) {
        (State::Saved, Delivery::Delivered) => vec![timestamp(message.created_at)],
        (State::Saved, Delivery::Failed { reason }) => {
            let is_known = reason == "no-way-out";
            let reason = if is_known { strings().not_delivered_no_way_out } else { strings().not_delivered_other };
            vec![timestamp(message.created_at), problem(Shape::TriangleAlert, strings().not_delivered, reason)]
        }
        (State::Unsaved(SendState::Waiting), _) => vec![sending()],
        (State::Unsaved(SendState::Retrying(failure)), _) => {
            vec![problem(Shape::Clock, strings().note_retrying, failure_sentence(failure))]
        }
        (State::Unsaved(SendState::Refused(_)), _) => Vec::new(),
    }
}

fn problem(shape: Shape, sentence: &str, reason: &str) -> Markup {
    let sentence = fill(sentence, &[("reason", Value::Own(reason))]);
    Markup::of("p", "not-delivered", vec![Markup::Icon(shape), Markup::Text(sentence)])
}

#[component]
fn Refused(conversation: ConversationId, id: MessageId, failure: Failure) -> impl IntoView {
    let client = Client::here();
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
}
