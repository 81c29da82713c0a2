//! Threads: loading messages and conversation notes, and replying.

use super::{
    Desk,
    errands::{Done, Failed},
    spawn,
};
use crate::store::{
    ledger::Ledger,
    row::{Entry, Errand, Load},
    threads::{Thread, arrived},
};
use leptos::prelude::*;
use std::sync::Arc;
use wire::{ConversationId, Delivery, Direction, Message, MessageId, NoteBody};

struct Of(Arc<Thread>);

impl AsRef<Ledger<Message>> for Of {
    fn as_ref(&self) -> &Ledger<Message> {
        &self.0.messages
    }
}

impl Desk {
    /// Replies to the contact: shown at once in the thread, then sent until the server has spoken.
    pub fn reply(&self, conversation: ConversationId, body: NoteBody) -> MessageId {
        let message = Message {
            id: MessageId::fresh(),
            conversation_id: conversation,
            direction: Direction::Out,
            author: Some(self.me_as_author()),
            body: body.into_string(),
            attachments: Vec::new(),
            created_at: chrono::Utc::now(),
            seq: 0,
            delivery: Delivery::Delivered,
        };
        let id = message.id;
        self.store().threads.of(conversation).messages.intend_add(message);
        self.send_reply(conversation, id);
        id
    }

    /// Takes a refused reply away and hands back its text, to be edited.
    pub fn take_back_reply(&self, conversation: ConversationId, id: MessageId) -> Option<String> {
        let messages = Of(self.store().threads.of(conversation));
        let messages = messages.as_ref();
        let body = messages.cell(id).with_untracked(|row| row.shown().map(|(message, _)| message.body.clone()));
        messages.intend_delete(id);
        body
    }

    /// Loads the newest part of a thread, unless that has been done.
    pub fn load_thread(&self, conversation: ConversationId) {
        let thread = self.store().threads.of(conversation);
        let loads = [thread.messages.load().get_untracked(), thread.notes.load().get_untracked()];
        if !loads.iter().any(|load| matches!(load, Load::Idle | Load::Failed(_))) {
            return;
        }
        // What failed may have been an older page: then that is what is wanted.
        let wants_older = !loads.contains(&Load::Idle) && thread.messages.floor().is_some();
        thread.messages.set_load(Load::Loading);
        thread.notes.set_load(Load::Loading);
        let desk = self.clone();
        spawn(async move {
            desk.fetch_thread(conversation).await;
            let loads = [thread.messages.load(), thread.notes.load()];
            if wants_older && loads.iter().all(|load| load.get_untracked() == Load::Ready) {
                desk.load_older_thread(conversation);
            }
        });
    }

    /// Loads what is next above, of whichever kind is known less far back.
    pub fn load_older_thread(&self, conversation: ConversationId) {
        let thread = self.store().threads.of(conversation);
        let loading = [thread.messages.load(), thread.notes.load()];
        if loading.iter().any(|load| load.get_untracked() == Load::Loading) {
            return;
        }
        let (messages, notes) = (thread.messages.older(), thread.notes.older());
        let floor = |older: &Option<(String, u64)>| older.as_ref().map_or(0, |(_, floor)| *floor);
        let desk = self.clone();
        match (messages, notes) {
            (Some((cursor, below)), notes) if below >= floor(&notes) => spawn(async move {
                thread.messages.set_load(Load::Loading);
                desk.fetch_messages(conversation, Some((cursor, below)), None).await;
            }),
            (_, Some((cursor, below))) => spawn(async move {
                thread.notes.set_load(Load::Loading);
                desk.fetch_conversation_notes(conversation, Some((cursor, below)), None).await;
            }),
            _ => {}
        }
    }

    /// Fetches anew, as deep as was loaded before.
    pub(super) async fn fetch_thread(&self, conversation: ConversationId) {
        let thread = self.store().threads.of(conversation);
        let (messages, notes) = (thread.messages.floor(), thread.notes.floor());
        futures::join!(
            self.fetch_messages(conversation, None, messages),
            self.fetch_conversation_notes(conversation, None, notes)
        );
    }

    async fn fetch_messages(&self, id: ConversationId, from: Option<(String, u64)>, target: Option<u64>) {
        let thread = self.store().threads.of(id);
        let mut from = from;
        loop {
            let cursor = from.as_ref().map(|(cursor, _)| cursor.as_str());
            let page = match self.api().messages(id, cursor).await {
                Ok(page) => page,
                Err(error) => return thread.messages.set_load(self.failed(&error)),
            };
            let next = page.next_cursor.clone().zip(page.items.last().map(Entry::seq));
            thread.messages.receive_page(arrived(from.map(|(_, below)| below), page));
            match next {
                Some(next) if target.is_some_and(|target| next.1 > target) => from = Some(next),
                _ => return thread.messages.set_load(Load::Ready),
            }
        }
    }

    async fn fetch_conversation_notes(&self, id: ConversationId, from: Option<(String, u64)>, target: Option<u64>) {
        let thread = self.store().threads.of(id);
        let mut from = from;
        loop {
            let cursor = from.as_ref().map(|(cursor, _)| cursor.as_str());
            let page = match self.api().conversation_notes(id, cursor).await {
                Ok(page) => page,
                Err(error) => return thread.notes.set_load(self.failed(&error)),
            };
            let next = page.next_cursor.clone().zip(page.items.last().map(Entry::seq));
            thread.notes.receive_page(arrived(from.map(|(_, below)| below), page));
            match next {
                Some(next) if target.is_some_and(|target| next.1 > target) => from = Some(next),
                _ => return thread.notes.set_load(Load::Ready),
            }
        }
    }

    fn send_reply(&self, conversation: ConversationId, id: MessageId) {
        self.run_errands(
            id,
            Of(self.store().threads.of(conversation)),
            async move |desk: &Desk, errand| match errand {
                Errand::Add(message) => {
                    // It was a body when it was typed.
                    let body = NoteBody::parse(&message.body).map_err(|_| crate::error::ApiError::Unreadable)?;
                    desk.api().send_message(conversation, id, body).await.map(Done::Entry)
                }
                // A message that was sent can't be called back.
                Errand::Delete | Errand::Restore => Ok(Done::Deleted),
            },
            |desk, failed| match failed {
                Failed::Add(error) | Failed::Delete(error) | Failed::Restore(error) => desk.report(&error),
            },
        );
    }
}
