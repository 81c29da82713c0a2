//! `Navigator`: opens and closes conversations and panels. The app keeps the view in the address, the widget in memory.

use crate::{
    browser::memo::{ErasedMemo, memo},
    navigation::views::InboxView,
};
use leptos::prelude::*;
use wire::{ContactId, ContactQuery, ConversationId, ConversationQuery};

/// The current view and the callbacks that change it. Provided by context.
#[derive(Clone, Copy)]
pub struct Navigator {
    pub view: ErasedMemo<InboxView>,
    pub go: Callback<InboxView>,
    /// As `go`, in the place of the current view: the way back leads to the one before.
    pub replace: Callback<InboxView>,
    /// The address of a view, for links that can be opened elsewhere.
    pub address: Callback<InboxView, String>,
    /// The address of a contact's own page; `None` where there is none (in a widget).
    pub contact_address: Callback<ContactId, Option<String>>,
    pub go_to_contact: Callback<ContactId>,
    /// Which contacts the page of contacts shows; `None` on any other page.
    pub contacts: ErasedMemo<Option<ContactQuery>>,
    /// The address of the page of contacts; `None` where there is none.
    pub contacts_address: Callback<ContactQuery, Option<String>>,
    pub go_to_contacts: Callback<ContactQuery>,
    /// As `go_to_contacts`, in the place of the current page.
    pub replace_contacts: Callback<ContactQuery>,
    /// Which page of settings is shown; `None` on any other page.
    pub settings: ErasedMemo<Option<SettingsPage>>,
    /// `None` where there are no such pages (in a widget).
    pub go_to_settings: Option<Callback<SettingsPage>>,
}

/// A page of settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettingsPage {
    /// The agent's own.
    Account,
    Team,
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
            replace: Callback::new(move |next| view.set(next)),
            address: Callback::new(|_| "#".to_owned()),
            contact_address: Callback::new(|_| None),
            go_to_contact: Callback::new(|_| {}),
            contacts: memo(|_| None),
            contacts_address: Callback::new(|_| None),
            go_to_contacts: Callback::new(|_| {}),
            replace_contacts: Callback::new(|_| {}),
            settings: memo(|_| None),
            go_to_settings: None,
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

    /// Searches for a text; an empty one ends the search. While it is typed, the way back leads to what was before it.
    pub fn search(self, text: &str) {
        let before = self.view.get_untracked();
        let after = before.with_search(text);
        if before.search == after.search {
            return;
        }
        let go_on = !before.search.is_empty() && !after.search.is_empty();
        if go_on { self.replace } else { self.go }.run(after);
    }

    fn change(self, change: impl FnOnce(&InboxView) -> InboxView) {
        let before = self.view.get_untracked();
        let after = change(&before);
        if after != before {
            self.go.run(after);
        }
    }
}
