//! Threads: load messages and conversation notes; send a reply.

use super::{
    Client,
    source::{Fetched, Kind, Pages, RecordOf, Source, take_in},
};
use crate::{
    net::{
        api::{Api, ApiCall, read},
        error::ApiError,
    },
    storage::outbox::Key,
    store::{
        record::{Load, PendingRequest},
        threads::Thread,
        timeline::Timeline,
    },
};
use leptos::prelude::*;
use serde_json::Value;
use std::sync::Arc;
use wire::{ConversationId, Delivery, Direction, Message, MessageId, NoteBody, Seq, Time};

/// A conversation's messages and their requests.
#[derive(Clone)]
struct MessagesIn {
    conversation: ConversationId,
    thread: Arc<Thread>,
}

impl Source for MessagesIn {
    type Thing = Message;

    fn timeline(&self) -> &Timeline<Message> {
        &self.thread.messages
    }

    fn page(&self, api: &Api, cursor: Option<&str>) -> ApiCall<Value> {
        api.messages(self.conversation, cursor).json()
    }

    fn receive_page(&self, below: Option<Seq>, page: Value) -> Result<Fetched, ApiError> {
        Ok(take_in(&self.thread.messages, below, read(page)?))
    }

    fn send(&self, api: &Api, id: MessageId, request: PendingRequest<Message>) -> Option<ApiCall<Value>> {
        match request {
            // It was a body when it was typed.
            PendingRequest::Add(message) => {
                let body = NoteBody::parse(&message.body).ok()?;
                Some(api.send_message(self.conversation, id, body).json())
            }
            // A message that was sent can't be called back.
            PendingRequest::Delete | PendingRequest::Restore => None,
        }
    }

    fn key(&self, id: MessageId) -> Key {
        Key::reply(self.conversation, id)
    }

    fn typed(message: &Message) -> (i64, ConversationId, String) {
        (message.created_at.timestamp_millis(), message.conversation_id, message.body.clone())
    }

    fn failed(&self, client: &Client, _: MessageId, _: Kind, error: &ApiError) {
        client.report(error);
    }
}

impl Client {
    /// Replies to the contact: shown at once in the thread, then sent until the server has spoken.
    pub fn reply(&self, conversation: ConversationId, body: NoteBody) -> MessageId {
        let id = MessageId::fresh();
        let message = self.unsaved_reply(id, conversation, chrono::Utc::now(), body.into_string());
        self.store().threads.of(conversation).messages.apply_add(message);
        self.send_reply(conversation, id);
        id
    }

    /// Takes a refused reply away and hands back its text, to be edited.
    pub fn take_back_reply(&self, conversation: ConversationId, id: MessageId) -> Option<String> {
        let thread = self.store().threads.of(conversation);
        let body =
            thread.messages.cell(id).with_untracked(|record| record.shown().map(|(message, _)| message.body.clone()));
        thread.messages.apply_delete(id);
        self.send_reply(conversation, id);
        body
    }

    /// Loads the newest part of a thread, unless that has been done.
    pub fn load_thread(&self, conversation: ConversationId) {
        self.load_pages(Box::new(self.messages_in(conversation)));
        self.load_pages(Box::new(self.notes_in(conversation)));
    }

    /// Loads what is next above, of whichever kind is known less far back.
    pub fn load_older_thread(&self, conversation: ConversationId) {
        let kinds: [Box<dyn Pages>; 2] =
            [Box::new(self.messages_in(conversation)), Box::new(self.notes_in(conversation))];
        if kinds.iter().any(|pages| pages.load() == Load::Loading) {
            return;
        }
        // Of equal ones the messages, which come first.
        let floor = |pages: &dyn Pages| pages.older().map_or(0, |(_, floor): (_, Seq)| floor);
        let next = kinds.into_iter().reduce(|a, b| if floor(&*b) > floor(&*a) { b } else { a });
        if let Some(pages) = next {
            self.load_older_page(pages);
        }
    }

    /// Refetches as deep as was loaded before.
    pub(super) async fn fetch_thread(&self, conversation: ConversationId) {
        let (messages, notes) = (self.messages_in(conversation), self.notes_in(conversation));
        futures::join!(self.fetch_pages(&messages), self.fetch_pages(&notes));
    }

    /// A reply of this agent's that the server has not confirmed.
    pub(super) fn unsaved_reply(
        &self,
        id: MessageId,
        conversation_id: ConversationId,
        created_at: Time,
        body: String,
    ) -> Message {
        Message {
            id,
            conversation_id,
            direction: Direction::Out,
            author: Some(self.me_as_author()),
            body,
            attachments: Vec::new(),
            created_at,
            seq: 0,
            delivery: Delivery::Delivered,
        }
    }

    fn messages_in(&self, conversation: ConversationId) -> MessagesIn {
        MessagesIn { conversation, thread: self.store().threads.of(conversation) }
    }

    pub(super) fn send_reply(&self, conversation: ConversationId, id: MessageId) {
        self.enqueue(conversation.0, Box::new(RecordOf { source: self.messages_in(conversation), id }));
    }
}
