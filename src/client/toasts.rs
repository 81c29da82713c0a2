//! Toasts: a deletion with its Undo, and errors.

use super::{BulkUndo, Client, spawn};
use crate::{browser::timers::sleep, net::error::ApiError, store::record::Load, strings::failure_sentence};
use leptos::prelude::*;
use std::sync::atomic::{AtomicU64, Ordering};
use wire::{ContactFlag, ContactId, ContactNoteId, ConversationId, ConversationNoteId};

/// One toast. Its `id` is unique within the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Toast {
    pub id: u64,
    pub kind: ToastKind,
}

/// The content of a toast.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ToastKind {
    ContactNoteDeleted {
        contact: ContactId,
        note: ContactNoteId,
    },
    ConversationNoteDeleted {
        conversation: ConversationId,
        note: ConversationNoteId,
    },
    /// A contact was blocked or unsubscribed, or that was undone.
    ContactFlag {
        contact: ContactId,
        flag: ContactFlag,
        is_set: bool,
    },
    /// A contact was merged into another one.
    ContactMerged {
        contact: ContactId,
        name: String,
        into: String,
    },
    /// Many were changed at once. The sentence says what and how many.
    Bulk {
        sentence: String,
        undo: BulkUndo,
    },
    /// An error, announced assertively.
    Alert(String),
}

static NEXT: AtomicU64 = AtomicU64::new(1);

impl Client {
    #[must_use]
    pub fn toasts(&self) -> ArcRwSignal<Vec<Toast>> {
        self.0.toasts.clone()
    }

    /// Shows a toast.
    pub fn toast(&self, kind: ToastKind) {
        let toast = Toast { id: NEXT.fetch_add(1, Ordering::Relaxed), kind };
        self.0.toasts.update(|toasts| {
            // A toast replaces an equal one.
            toasts.retain(|known| known.kind != toast.kind);
            toasts.push(toast);
        });
    }

    /// Shows an error.
    pub fn alert(&self, sentence: String) {
        self.toast(ToastKind::Alert(sentence));
    }

    pub fn dismiss(&self, toast: u64) {
        self.0.toasts.update(|toasts| toasts.retain(|known| known.id != toast));
    }

    /// Removes a toast that no longer applies.
    pub(super) fn withdraw(&self, kind: &ToastKind) {
        self.0.toasts.update(|toasts| toasts.retain(|known| known.kind != *kind));
    }

    /// The load state of a failed request. If the session has ended, asks the agent to sign in again.
    pub(super) fn failed(&self, error: &ApiError) -> Load {
        if error.is_signed_out() {
            self.ask_to_sign_in();
        }
        Load::Failed(error.failure())
    }

    /// Shows why a request failed, or asks the agent to sign in again.
    pub(super) fn report(&self, error: &ApiError) {
        if error.is_signed_out() {
            self.ask_to_sign_in();
        } else {
            self.alert(failure_sentence(error.failure()).to_owned());
        }
    }

    /// Runs a closure after some milliseconds, even if the component that called it is unmounted.
    pub(super) fn later(&self, milliseconds: u32, run: impl FnOnce() + 'static) {
        spawn(async move {
            sleep(milliseconds).await;
            run();
        });
    }
}
