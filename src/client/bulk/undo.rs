//! Undoes a bulk change: the server gives back what was there before, or changes of the send queue do.

use super::{BulkAction, BulkRun, names};
use crate::{
    client::{Client, ToastKind, spawn},
    net::api::Method,
    strings::{Value, failure_sentence, fill, strings},
};
use leptos::prelude::*;
use wire::{BulkId, BulkProgress, ContactId, ConversationId, paths};

/// How a bulk change is undone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BulkUndo {
    /// By the server.
    Server(BulkId),
    /// By changes of the send queue, which give back what was there before.
    Queue { conversations: Vec<(ConversationId, BulkAction)>, contacts: Vec<(ContactId, BulkAction)> },
}

impl Client {
    /// Undoes a bulk change. What somebody has changed since is named in a toast, and so is an error. As long as something is left,
    /// the toast with this sentence offers it again.
    pub fn undo_bulk(&self, sentence: String, undo: BulkUndo) {
        match undo {
            BulkUndo::Server(id) => {
                let client = self.clone();
                spawn(async move {
                    if !client.undo_on_server(id).await {
                        client.toast(ToastKind::Bulk { sentence, undo: BulkUndo::Server(id) });
                    }
                });
            }
            BulkUndo::Queue { conversations, contacts } => {
                let count = conversations.len() + contacts.len();
                for (id, action) in conversations {
                    self.queue_for_conversation(id, &action);
                }
                for (id, action) in contacts {
                    self.queue_for_contact(id, &action);
                }
                self.announce(strings().bulk.undone.of(count));
            }
        }
    }

    /// Whether nothing is left to be undone.
    async fn undo_on_server(&self, id: BulkId) -> bool {
        self.0.bulk.set(Some(BulkRun { is_undo: true, ..BulkRun::default() }));
        let send = || async { self.api().send::<BulkProgress>(Method::POST, &paths::bulk_undo(id)).await };
        let result = loop {
            match self.try_often(send, |_| false).await {
                Ok(progress) if !self.has_ended(&progress) => {}
                result => break result,
            }
        };
        self.0.bulk.set(None);
        match result {
            Ok(BulkProgress { changed, failures, failed, left }) => {
                self.announce(strings().bulk.undone.with(changed, &[]));
                if failures > 0 {
                    let names = names(&failed);
                    self.alert(strings().bulk.kept.with(failures, &[("names", Value::Own(&names))]));
                }
                left == 0
            }
            Err(error) if error.is_signed_out() => {
                self.ask_to_sign_in();
                false
            }
            Err(error) => {
                let reason = [("reason", Value::Own(failure_sentence(error.failure())))];
                self.alert(fill(strings().bulk.undo_failed, &reason));
                // The time for it is over, or there is nothing to be undone: it will not be otherwise.
                !error.is_retryable()
            }
        }
    }
}
