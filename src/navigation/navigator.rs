//! `Navigator`: opens and closes conversations and panels. The app keeps the view in the address, the widget in memory.

use crate::{browser::memo::ErasedMemo, navigation::views::InboxView};
use leptos::prelude::*;
use wire::{ContactId, ConversationId, ConversationQuery};

/// The current view and the callbacks that change it. Provided by context.
#[derive(Clone, Copy)]
pub struct Navigator {
    pub view: ErasedMemo<InboxView>,
    pub go: Callback<InboxView>,
    /// The address of a view, for links that can be opened elsewhere.
    pub address: Callback<InboxView, String>,
    /// The address of a contact's own page; `None` where there is none (in a widget).
    pub contact_address: Callback<ContactId, Option<String>>,
    pub go_to_contact: Callback<ContactId>,
}

impl Navigator {
    /// # Panics
    /// When used outside an inbox: every root provides a navigator.
    #[must_use]
    pub fn here() -> Self {
        expect_context::<Self>()
    }

    /// Keeps the view in a signal, for a page without addresses. Links lead nowhere, and a contact has no page.
    #[must_use]
    pub fn in_memory(view: RwSignal<InboxView>) -> Self {
        Self {
            view: view.into(),
            go: Callback::new(move |next| view.set(next)),
            address: Callback::new(|_| "#".to_owned()),
            contact_address: Callback::new(|_| None),
            go_to_contact: Callback::new(|_| {}),
        }
    }

    pub fn open(self, conversation: ConversationId) {
        self.change(|view| view.opening(conversation));
    }

    pub fn open_beside(self, conversation: ConversationId) {
        self.change(|view| view.opening_beside(conversation));
    }

    pub fn close(self, conversation: ConversationId) {
        self.change(|view| view.closing(conversation));
    }

    pub fn toggle_panel(self, conversation: ConversationId) {
        self.change(|view| view.toggling_panel(conversation));
    }

    pub fn set_query(self, query: ConversationQuery) {
        self.change(|view| view.with_query(query));
    }

    fn change(self, change: impl FnOnce(&InboxView) -> InboxView) {
        let before = self.view.get_untracked();
        let after = change(&before);
        if after != before {
            self.go.run(after);
        }
    }
}
