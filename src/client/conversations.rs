//! Commands on conversations: load lists and single ones, assign, close, reopen, mark as read.

use super::{Client, changes::Changeable, spawn};
use crate::{
    net::{
        api::{Api, ApiCall, Method, PAGE, read},
        error::ApiError,
    },
    store::{
        change::ConversationChange,
        conversation_lists::Loaded,
        conversations::Conversations,
        record::{Failure, Load},
        records::Records,
    },
};
use leptos::prelude::*;
use serde_json::Value;
use std::sync::Arc;
use wire::{
    AgentId, ChannelId, ContactId, Conversation, ConversationId, ConversationPatch, ConversationQuery, NewConversation,
    Page, ReadMark, Status, paths,
};

/// A conversation's status and assignee, and their requests.
#[derive(Clone)]
pub(super) struct ConversationChanges {
    id: ConversationId,
    conversations: Arc<Conversations>,
}

impl Changeable for ConversationChanges {
    type Thing = Conversation;
    const KIND: &'static str = "conversation";

    fn records(&self) -> &impl Records<Conversation> {
        &*self.conversations
    }

    fn id(&self) -> ConversationId {
        self.id
    }

    fn send(&self, api: &Api, change: &ConversationChange) -> ApiCall<Value> {
        let patch = match *change {
            ConversationChange::Status(status) => ConversationPatch { status: Some(status), ..Default::default() },
            ConversationChange::Assignee(agent) => ConversationPatch { assignee_id: Some(agent), ..Default::default() },
        };
        api.send_json::<Value>(Method::PATCH, &paths::conversation(self.id), &patch).json()
    }

    fn receive(&self, _: &Client, answer: Value) -> Result<(), ApiError> {
        self.conversations.receive(read(answer)?);
        Ok(())
    }
}

impl Client {
    /// Loads the first page of a list, unless it is loaded.
    pub fn load_conversations(&self, query: ConversationQuery) {
        let list = self.store().conversations.list(query);
        if !matches!(list.load().get_untracked(), Load::Idle | Load::Failed(_)) {
            return;
        }
        list.set_load(Load::Loading);
        let client = self.clone();
        spawn(async move { client.fetch_conversations(query).await });
    }

    /// Loads the next page of a list, if there is one.
    pub fn load_more_conversations(&self, query: ConversationQuery) {
        let list = self.store().conversations.list(query);
        let Some(cursor) = list.next_cursor() else { return };
        if list.load().get_untracked() == Load::Loading {
            return;
        }
        list.set_load(Load::Loading);
        let client = self.clone();
        spawn(async move {
            match client.api().get(&paths::conversations(&query, Some(&cursor), PAGE)).await {
                Ok(page) => client.receive_conversations(query, page),
                Err(error) => list.set_load(client.failed(&error)),
            }
        });
    }

    /// Refetches as many conversations as the list held before.
    pub(super) async fn fetch_conversations(&self, query: ConversationQuery) {
        let list = self.store().conversations.list(query);
        let (mut cursor, mut fetched, shown) = (None::<String>, 0, list.len());
        loop {
            let page: Page<Conversation> =
                match self.api().get(&paths::conversations(&query, cursor.as_deref(), PAGE)).await {
                    Ok(page) => page,
                    Err(error) => return list.set_load(self.failed(&error)),
                };
            cursor.clone_from(&page.next_cursor);
            fetched += page.items.len();
            self.receive_conversations(query, page);
            if cursor.is_none() || fetched >= shown {
                return;
            }
        }
    }

    pub(super) fn receive_conversations(&self, query: ConversationQuery, page: Page<Conversation>) {
        let loaded = Loaded { last: page.items.last().cloned(), next_cursor: page.next_cursor };
        self.store().conversations.receive_page(query, page.items, loaded);
        self.store().conversations.list(query).set_load(Load::Ready);
    }

    /// A conversation as shown, with its contact's name as it is now: the conversation itself carries the name it had
    /// when it last changed. Tracks.
    #[must_use]
    pub fn conversation(&self, id: ConversationId) -> Option<Conversation> {
        let mut conversation = self.store().conversations.shown(id)?;
        if let Some(contact) = self.store().contacts.shown(conversation.contact_id) {
            conversation.contact.name = contact.name;
        }
        Some(conversation)
    }

    /// Loads one conversation, unless the store has it.
    pub fn load_conversation(&self, id: ConversationId) {
        let load = self.store().conversations.load(id);
        if matches!(load.get_untracked(), Load::Loading | Load::Ready) {
            return;
        }
        if self.store().conversations.shown_untracked(id).is_some() {
            return load.set(Load::Ready);
        }
        load.set(Load::Loading);
        let client = self.clone();
        spawn(async move { client.fetch_conversation(id).await });
    }

    pub(super) async fn fetch_conversation(&self, id: ConversationId) {
        let load = self.store().conversations.load(id);
        match self.api().get(&paths::conversation(id)).await {
            Ok(conversation) => {
                self.store().conversations.receive(conversation);
                load.set(Load::Ready);
            }
            Err(error) => load.set(self.failed(&error)),
        }
    }

    /// Fetches a contact's conversations into the store.
    pub async fn conversations_of(&self, contact: ContactId) -> Result<Vec<ConversationId>, ApiError> {
        let page = self.api().get::<Page<Conversation>>(&paths::contact_conversations(contact, None)).await?;
        let ids = page.items.iter().map(|conversation| conversation.id).collect();
        self.store().conversations.receive_all(page.items);
        Ok(ids)
    }

    /// Starts a conversation with a contact; it is assigned to this agent.
    ///
    /// # Errors
    /// [`Failure`], when the server refuses or can't be reached.
    pub async fn start_conversation(
        &self,
        contact_id: ContactId,
        channel_id: ChannelId,
    ) -> Result<ConversationId, Failure> {
        let (id, new) = (ConversationId::fresh(), NewConversation { contact_id, channel_id });
        let request = self.api().send_json::<Conversation>(Method::PUT, &paths::conversation(id), &new);
        let conversation = request.await.map_err(|error| error.failure())?;
        self.store().conversations.receive(conversation);
        Ok(id)
    }

    /// Assigns a conversation to a teammate, or unassigns it.
    pub fn assign(&self, id: ConversationId, assignee: Option<AgentId>) {
        self.apply_change(self.changes_of_conversation(id), ConversationChange::Assignee(assignee));
    }

    /// Closes or reopens a conversation.
    pub fn set_status(&self, id: ConversationId, status: Status) {
        self.apply_change(self.changes_of_conversation(id), ConversationChange::Status(status));
    }

    pub(super) fn changes_of_conversation(&self, id: ConversationId) -> ConversationChanges {
        ConversationChanges { id, conversations: Arc::clone(&self.store().conversations) }
    }

    /// Marks the conversation as read by this agent, up to its latest message.
    pub fn read_conversation(&self, id: ConversationId) {
        let Some(seq) = self.store().conversations.read(id) else { return };
        let client = self.clone();
        spawn(async move {
            if client.until_online().await {
                // If the mark is lost, the conversation shows as unread again; that is harmless.
                let _ = client
                    .api()
                    .send_json::<Value>(Method::PUT, &paths::conversation_read(id), &ReadMark { seq })
                    .json()
                    .await;
            }
        });
    }
}
