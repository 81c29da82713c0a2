//! `InboxView`: the view of an inbox: a query for the list, and the open panes. Plain data.

use wire::{ConversationId, ConversationQuery, Status};

/// One conversation on the screen, with or without its contact's profile beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Pane {
    pub conversation: ConversationId,
    pub panel: bool,
}

/// An inbox's whole view. A conversation has at most one pane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InboxView {
    pub query: ConversationQuery,
    /// What is searched for; the results are in the place of the list. Empty without a search.
    pub search: String,
    pub panes: Vec<Pane>,
}

impl Default for InboxView {
    /// The list of open conversations, newest first, without panes.
    fn default() -> Self {
        let query = ConversationQuery { status: Some(Status::Open), ..Default::default() };
        Self { query, search: String::new(), panes: Vec::new() }
    }
}

impl InboxView {
    #[must_use]
    pub fn with_query(&self, query: ConversationQuery) -> Self {
        Self { query, ..self.clone() }
    }

    #[must_use]
    pub fn with_search(&self, search: &str) -> Self {
        Self { search: search.to_owned(), ..self.clone() }
    }

    /// The view with only this conversation, and its contact's profile beside it.
    #[must_use]
    pub fn opening_with_panel(&self, conversation: ConversationId) -> Self {
        Self { panes: vec![Pane { conversation, panel: true }], ..self.clone() }
    }

    /// The view with only this conversation. The profile panel is open if it was beside the last pane.
    #[must_use]
    pub fn opening(&self, conversation: ConversationId) -> Self {
        let known = self.panes.iter().find(|pane| pane.conversation == conversation);
        let panel = known.or(self.panes.last()).is_some_and(|pane| pane.panel);
        Self { panes: vec![Pane { conversation, panel }], ..self.clone() }
    }

    /// The view with this conversation added, at the end of the row.
    #[must_use]
    pub fn opening_beside(&self, conversation: ConversationId) -> Self {
        if self.shows(conversation) {
            return self.clone();
        }
        let mut view = self.clone();
        let panel = self.panes.last().is_some_and(|pane| pane.panel);
        view.panes.push(Pane { conversation, panel });
        view
    }

    #[must_use]
    pub fn closing(&self, conversation: ConversationId) -> Self {
        let mut view = self.clone();
        view.panes.retain(|pane| pane.conversation != conversation);
        view
    }

    #[must_use]
    pub fn toggling_panel(&self, conversation: ConversationId) -> Self {
        let mut view = self.clone();
        for pane in view.panes.iter_mut().filter(|pane| pane.conversation == conversation) {
            pane.panel = !pane.panel;
        }
        view
    }

    #[must_use]
    pub fn shows(&self, conversation: ConversationId) -> bool {
        self.panes.iter().any(|pane| pane.conversation == conversation)
    }

    #[must_use]
    pub fn has_panel(&self, conversation: ConversationId) -> bool {
        self.panes.iter().any(|pane| pane.conversation == conversation && pane.panel)
    }
}
