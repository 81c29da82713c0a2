//! Toasts: a deletion with its Undo, and errors.

use super::{Client, spawn};
use crate::{browser::timers::sleep, net::error::ApiError, store::record::Load, strings::failure_sentence};
use leptos::prelude::*;
use std::sync::atomic::{AtomicU64, Ordering};
use wire::{ContactId, ContactNoteId, ConversationId, ConversationNoteId};

/// One message. Its `id` is its own within the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Toast {
    pub id: u64,
    pub kind: ToastKind,
}

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
    /// Something failed; said assertively.
    Alert(String),
}

static NEXT: AtomicU64 = AtomicU64::new(1);

impl Client {
    #[must_use]
    pub fn toasts(&self) -> ArcRwSignal<Vec<Toast>> {
        self.0.toasts.clone()
    }

    pub fn toast(&self, kind: ToastKind) {
        let toast = Toast { id: NEXT.fetch_add(1, Ordering::Relaxed), kind };
        self.0.toasts.update(|toasts| {
            // The same sentence twice says nothing more.
            toasts.retain(|known| known.kind != toast.kind);
            toasts.push(toast);
        });
    }

    /// Says that something failed.
    pub fn alert(&self, sentence: String) {
        self.toast(ToastKind::Alert(sentence));
    }

    pub fn dismiss(&self, toast: u64) {
        self.0.toasts.update(|toasts| toasts.retain(|known| known.id != toast));
    }

    /// Takes back what is no longer so.
    pub(super) fn withdraw(&self, kind: &ToastKind) {
        self.0.toasts.update(|toasts| toasts.retain(|known| known.kind != *kind));
    }

    /// What a failed load says in its place; a session that has ended asks to sign in again.
    pub(super) fn failed(&self, error: &ApiError) -> Load {
        if error.is_signed_out() {
            self.ask_to_sign_in();
        }
        Load::Failed(error.failure())
    }

    /// Says why a request failed, or asks to sign in again.
    pub(super) fn report(&self, error: &ApiError) {
        if error.is_signed_out() {
            self.ask_to_sign_in();
        } else {
            self.alert(failure_sentence(error.failure()).to_owned());
        }
    }

    /// Runs something after some milliseconds, whether or not the component that asked is still there.
    pub(super) fn later(&self, milliseconds: u32, run: impl FnOnce() + 'static) {
        spawn(async move {
            sleep(milliseconds).await;
            run();
        });
    }
}
