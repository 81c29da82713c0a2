//! Threads: load messages and conversation notes; send a reply.

use super::{
    Client,
    source::{Fetched, Pages, Source, Typed, take_in},
};
use crate::{
    net::{
        api::{Api, ApiCall, Method, read},
        error::ApiError,
    },
    storage::outbox::Key,
    store::{
        record::{Load, PendingRequest},
        threads::Thread,
        timeline::Timeline,
    },
};
use serde_json::Value;
use std::sync::Arc;
use uuid::Uuid;
use wire::{ConversationId, Delivery, Direction, Message, MessageId, NewMessage, NoteBody, Seq, paths};

/// A conversation's messages and their requests.
#[derive(Clone)]
pub(super) struct MessagesIn {
    conversation: ConversationId,
    thread: Arc<Thread>,
}

impl Source for MessagesIn {
    type Thing = Message;

    fn timeline(&self) -> &Timeline<Message> {
        &self.thread.messages
    }

    fn page(&self, api: &Api, cursor: Option<&str>) -> ApiCall<Value> {
        api.get::<Value>(&paths::messages(self.conversation, cursor)).json()
    }

    fn receive_page(&self, below: Option<Seq>, page: Value) -> Result<Fetched, ApiError> {
        Ok(take_in(&self.thread.messages, below, read(page)?))
    }

    fn send(&self, api: &Api, id: MessageId, request: PendingRequest<Message>) -> Option<ApiCall<Value>> {
        match request {
            // Always valid: the body was parsed when it was typed.
            PendingRequest::Add(message) => {
                let body = NoteBody::parse(&message.body).ok()?;
                Some(
                    api.send_json::<Value>(Method::PUT, &paths::message(self.conversation, id), &NewMessage { body })
                        .json(),
                )
            }
            // A sent message can't be deleted.
            PendingRequest::Delete | PendingRequest::Restore => None,
        }
    }

    fn parent(&self) -> Uuid {
        self.conversation.0
    }

    fn key(&self, id: MessageId) -> Key {
        Key::Reply(self.conversation, id)
    }

    fn typed(message: &Message) -> (i64, ConversationId, String) {
        (message.created_at.timestamp_millis(), message.conversation_id, message.body.clone())
    }

    fn unsaved(&self, client: &Client, id: MessageId, typed: Typed) -> Option<Message> {
        Some(Message {
            id,
            conversation_id: self.conversation,
            direction: Direction::Out,
            author: Some(client.me_as_author()),
            body: typed.body,
            attachments: Vec::new(),
            created_at: typed.at,
            seq: 0,
            delivery: Delivery::Delivered,
        })
    }
}

impl Client {
    /// Replies to the contact.
    pub fn reply(&self, conversation: ConversationId, body: NoteBody) -> MessageId {
        let (id, source) = (MessageId::fresh(), self.messages_in(conversation));
        let typed = Typed { at: chrono::Utc::now(), conversation, body: body.into_string() };
        if let Some(message) = source.unsaved(self, id, typed) {
            self.apply_add(source, message);
        }
        id
    }

    /// Removes a refused reply and returns its text for editing.
    pub fn take_back_reply(&self, conversation: ConversationId, id: MessageId) -> Option<String> {
        self.take_back(self.messages_in(conversation), id).map(|message| message.body)
    }

    /// Loads the newest part of a thread, unless it is loaded.
    pub fn load_thread(&self, conversation: ConversationId) {
        self.load_pages(Box::new(self.messages_in(conversation)));
        self.load_pages(Box::new(self.notes_in(conversation)));
    }

    /// Loads the next older page of messages or notes, whichever kind is loaded less far back.
    pub fn load_older_thread(&self, conversation: ConversationId) {
        let kinds: [Box<dyn Pages>; 2] =
            [Box::new(self.messages_in(conversation)), Box::new(self.notes_in(conversation))];
        if kinds.iter().any(|pages| pages.load() == Load::Loading) {
            return;
        }
        // If both are equal, the messages, which come first.
        let floor = |pages: &dyn Pages| pages.older().map_or(0, |(_, floor): (_, Seq)| floor);
        let next = kinds.into_iter().reduce(|a, b| if floor(&*b) > floor(&*a) { b } else { a });
        if let Some(pages) = next {
            self.load_older_page(pages);
        }
    }

    /// Loads everything of a thread.
    pub async fn load_whole_thread(&self, conversation: ConversationId) {
        let (messages, notes) = (self.messages_in(conversation), self.notes_in(conversation));
        futures::join!(self.load_all_older_pages(&messages), self.load_all_older_pages(&notes));
    }

    /// Refetches the loaded range.
    pub(super) async fn fetch_thread(&self, conversation: ConversationId) {
        let (messages, notes) = (self.messages_in(conversation), self.notes_in(conversation));
        futures::join!(self.fetch_pages(&messages), self.fetch_pages(&notes));
    }

    pub(super) fn messages_in(&self, conversation: ConversationId) -> MessagesIn {
        MessagesIn { conversation, thread: self.store().threads.of(conversation) }
    }
}
